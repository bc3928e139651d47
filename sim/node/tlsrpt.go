package node

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/smtpsim/smtpsim/codes/dsn"
	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/policy/secure"
	"github.com/smtpsim/smtpsim/sim/queue"
	"github.com/smtpsim/smtpsim/sim/smtpclient"
)

// SMTP TLS reports (RFC 8460, from general knowledge): once a day, at midnight, a domain that asks for it is told how sessions
// under its DANE records or its MTA-STS policy have gone; with a policy in testing that is all that comes of a failure.

// tlsSeen is what a host has met at one exchanger under one policy.
type tlsSeen struct {
	domain, kind, exchanger string // kind: "sts", "tlsa"
	mode                    secure.Mode
	good                    int
	bad                     []tlsFailure // each result once
}

// tlsFailure is one result type of RFC 8460 §4.3.
type tlsFailure struct {
	result, reason string
	count          int
}

// tlsDay is what a host will report of the day.
type tlsDay struct {
	mu    sync.Mutex
	seen  []tlsSeen
	since time.Time
}

// maxTLSSeen bounds the exchangers of one day's reports.
const maxTLSSeen = 10_000

// watched is n.demands with an eye on what comes of each session.
func (n *Node) watched(domain, exchanger string, strict bool) (*queue.Demand, *queue.Outcome) {
	d, refusal := n.demands(domain, exchanger, strict)
	if domain == "" {
		return d, refusal
	}
	kind, policy := n.publishedTLS(domain, exchanger)
	if kind == "" {
		return d, refusal
	}
	seen := tlsSeen{domain: domain, kind: kind, exchanger: exchanger, mode: policy.Mode}
	switch {
	case refusal != nil && kind == "tlsa":
		n.noteTLS(seen, "dnssec-invalid", refusal.Reply.Text())
	case refusal != nil, kind == "sts" && !policy.Allows(exchanger):
		n.noteTLS(seen, "validation-failure", exchanger+" is not in the policy")
	case d == nil && policy.Mode == secure.Testing:
		var wrong error
		verify := n.verified(exchanger)
		return &queue.Demand{Soft: true, Verify: func(state tls.ConnectionState) error {
			wrong = verify(state)
			return nil // RFC 8461 §5: in testing, mail goes as if there were no policy
		}, Told: func(encrypted bool, err error) { n.toldTLS(seen, encrypted, errors.Join(wrong, err)) }}, nil
	case d != nil:
		watched := *d
		watched.Told = func(encrypted bool, err error) { n.toldTLS(seen, encrypted, err) }
		return &watched, nil
	}
	return d, refusal
}

// publishedTLS is what a domain has published about an exchanger: "tlsa", "sts" with its policy, or nothing.
func (n *Node) publishedTLS(domain, exchanger string) (kind string, policy secure.Policy) {
	if n.resolver == nil {
		return "", policy
	}
	if _, mx := n.resolver.LookupMX(domain); n.cfg.TLS.DANE && mx.Secure {
		if records, answer := n.resolver.LookupTLSA(exchanger, queue.PortSMTP); answer.Outcome.Temporary() || answer.Secure && len(records) > 0 {
			return "tlsa", policy
		}
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if p, _, ok := n.policies.Get(domain, n.host.Clock.Now()); ok && p.Mode != secure.None {
		return "sts", p
	}
	return "", policy
}

// toldTLS notes how a session began. One that broke for another reason than TLS says nothing.
func (n *Node) toldTLS(seen tlsSeen, encrypted bool, err error) {
	e, is := errors.AsType[*smtpclient.Error](err)
	switch {
	case err == nil && encrypted:
		n.noteTLS(seen, "", "")
	case err == nil, errors.Is(err, smtpclient.ErrNoTLS):
		n.noteTLS(seen, "starttls-not-supported", "STARTTLS is not offered")
	case !is || e.Stage == smtpclient.StageTLS:
		n.noteTLS(seen, tlsResult(err), err.Error())
	}
}

// tlsResult is the result type for what was wrong with a certificate (RFC 8460 §4.3.1).
func tlsResult(err error) string {
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return "certificate-host-mismatch"
	}
	if e, ok := errors.AsType[x509.CertificateInvalidError](err); ok && e.Reason == x509.Expired {
		return "certificate-expired"
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return "certificate-not-trusted"
	}
	return "validation-failure"
}

// noteTLS counts a session, and starts the process that reports when it is the day's first. result "": all was well.
func (n *Node) noteTLS(seen tlsSeen, result, reason string) {
	now := n.host.Clock.Now()
	n.tlsDay.mu.Lock()
	defer n.tlsDay.mu.Unlock()
	day := &n.tlsDay
	if len(day.seen) == 0 {
		day.since = now
		n.host.Go("tls reports", func() {
			n.host.Clock.Sleep(midnight(now).Sub(now))
			n.reportTLS()
		})
	}
	i := slices.IndexFunc(day.seen, func(s tlsSeen) bool {
		return s.domain == seen.domain && s.exchanger == seen.exchanger && s.kind == seen.kind
	})
	if i < 0 {
		if len(day.seen) == maxTLSSeen {
			return
		}
		i, day.seen = len(day.seen), append(day.seen, seen)
	}
	if result == "" {
		day.seen[i].good++
		return
	}
	k := slices.IndexFunc(day.seen[i].bad, func(f tlsFailure) bool { return f.result == result })
	if k < 0 {
		k, day.seen[i].bad = len(day.seen[i].bad), append(day.seen[i].bad, tlsFailure{result: result, reason: reason})
	}
	day.seen[i].bad[k].count++
}

// reportTLS sends what was counted to those who ask for it.
func (n *Node) reportTLS() {
	n.tlsDay.mu.Lock()
	all, since := n.tlsDay.seen, n.tlsDay.since
	n.tlsDay.seen = nil
	n.tlsDay.mu.Unlock()
	slices.SortStableFunc(all, func(a, b tlsSeen) int { return strings.Compare(a.domain+" "+a.exchanger, b.domain+" "+b.exchanger) })
	for len(all) > 0 {
		last := slices.IndexFunc(all, func(s tlsSeen) bool { return s.domain != all[0].domain })
		if last < 0 {
			last = len(all)
		}
		if to := n.reportTo(all[0].domain); len(to) > 0 {
			env := smtp.Envelope{Recipients: to}
			env.Reverse.Mailbox = smtp.Mailbox{Local: "postmaster", Domain: n.mailDomain()}
			_ = n.begin(env, n.tlsReport(all[:last], since, to)) // a report that finds no room is not worth another
		}
		all = all[last:]
	}
}

// reportTo are the addresses that a domain publishes for reports (RFC 8460 §3).
func (n *Node) reportTo(domain string) (to []smtp.Recipient) {
	texts, _ := n.resolver.LookupTXT("_smtp._tls." + domain)
	for _, text := range texts {
		version, rest, _ := strings.Cut(text, ";")
		_, rua, found := strings.Cut(rest, "rua=")
		if strings.TrimSpace(version) != "v=TLSRPTv1" || !found {
			continue
		}
		rua, _, _ = strings.Cut(rua, ";")
		for uri := range strings.SplitSeq(rua, ",") {
			address, mail := strings.CutPrefix(strings.TrimSpace(uri), "mailto:")
			if m, err := smtp.ParseMailbox(address, smtp.Strict); mail && err == nil {
				to = append(to, smtp.Recipient{Forward: smtp.ForwardPath{Mailbox: m}})
			}
		}
	}
	return to
}

// tlsReport is the report about one domain as a mail (RFC 8460 §4, §5.3). It goes even where TLS fails (RFC 8689 §3).
func (n *Node) tlsReport(seen []tlsSeen, since time.Time, to []smtp.Recipient) []byte {
	now, domain := n.host.Clock.Now(), seen[0].domain
	from := "postmaster@" + n.mailDomain()
	id := strings.Trim(n.messageID(), "<>")
	body, err := json.MarshalIndent(n.tlsJSON(seen, since, id, from), "", "  ")
	if err != nil {
		return nil // plain values always marshal
	}
	boundary := dsn.Boundary(id, body)
	b := appendField(nil, "From", from)
	b = appendField(b, "To", to[0].Forward.Address())
	b = appendField(b, "Subject", fmt.Sprintf("Report Domain: %s Submitter: %s Report-ID: <%s>", domain, n.mailDomain(), id))
	b = appendField(b, "Date", dsn.Date(now))
	b = appendField(b, "Message-ID", "<"+id+">")
	b = appendField(b, "TLS-Report-Domain", domain)
	b = appendField(b, "TLS-Report-Submitter", n.mailDomain())
	b = appendField(b, "TLS-Required", "No")
	b = appendField(b, "MIME-Version", "1.0")
	b = appendField(b, "Content-Type", `multipart/report; report-type="tlsrpt"; boundary="`+boundary+`"`)
	b = append(b, "\r\n--"+boundary+"\r\nContent-Type: text/plain\r\n\r\nAn aggregate TLS report about "+domain+".\r\n"...)
	b = append(b, "\r\n--"+boundary+"\r\nContent-Type: application/tlsrpt+json\r\n\r\n"...)
	return append(appendLines(b, string(body)), "\r\n--"+boundary+"--\r\n"...)
}

// The JSON of RFC 8460 §4.4.
type (
	tlsReportJSON struct {
		Organization string          `json:"organization-name"`
		Range        tlsRangeJSON    `json:"date-range"`
		Contact      string          `json:"contact-info"`
		ID           string          `json:"report-id"`
		Policies     []tlsPolicyJSON `json:"policies"`
	}
	tlsRangeJSON struct {
		Start string `json:"start-datetime"`
		End   string `json:"end-datetime"`
	}
	tlsPolicyJSON struct {
		Policy struct {
			Type   string   `json:"policy-type"`
			Domain string   `json:"policy-domain"`
			MX     []string `json:"mx-host"`
		} `json:"policy"`
		Summary struct {
			Good int `json:"total-successful-session-count"`
			Bad  int `json:"total-failure-session-count"`
		} `json:"summary"`
		Failures []tlsFailureJSON `json:"failure-details,omitempty"`
	}
	tlsFailureJSON struct {
		Result string `json:"result-type"`
		IP     string `json:"sending-mta-ip"`
		MX     string `json:"receiving-mx-hostname"`
		Count  int    `json:"failed-session-count"`
		Reason string `json:"failure-reason-code,omitempty"`
	}
)

func (n *Node) tlsJSON(seen []tlsSeen, since time.Time, id, from string) tlsReportJSON {
	out := tlsReportJSON{Organization: n.mailDomain(), Contact: from, ID: id,
		Range: tlsRangeJSON{Start: since.UTC().Format(time.RFC3339), End: n.host.Clock.Now().UTC().Format(time.RFC3339)}}
	for _, s := range seen {
		var p tlsPolicyJSON
		p.Policy.Type, p.Policy.Domain, p.Policy.MX = s.kind, s.domain, []string{s.exchanger}
		p.Summary.Good = s.good
		for _, f := range s.bad {
			p.Summary.Bad += f.count
			p.Failures = append(p.Failures, tlsFailureJSON{Result: f.result, IP: n.host.Addrs[0].String(), MX: s.exchanger, Count: f.count, Reason: f.reason})
		}
		out.Policies = append(out.Policies, p)
	}
	return out
}
