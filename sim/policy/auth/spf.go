package auth

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"time"

	"blitiri.com.ar/go/spf"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/dns"
)

// Limits of one SPF check (RFC 7208 §4.6.4).
const (
	maxLookups = 10
	maxVoid    = 2
)

// The identities that SPF checks.
const (
	MailFrom = "mailfrom" // RFC 7208 §2.4
	Helo     = "helo"     // RFC 7208 §2.3
)

// Client is who gives a mail, as the server knows it.
type Client struct {
	IP       netip.Addr
	Helo     string    // what it said in HELO or EHLO
	From     string    // the mailbox of the reverse-path; "": <>
	Receiver string    // the server's own name
	Now      time.Time // by the server's clock
}

// SPF is what an SPF check came to (RFC 7208 §2.6).
type SPF struct {
	Result      Result
	Identity    string // MailFrom or Helo
	Domain      string // whose record was asked, in lower case
	Sender      string // the mailbox that was checked
	Reason      string // what matched, or what went wrong
	Explanation string // what the domain says on a Fail, ASCII, at most 200 octets (RFC 7208 §6.2); "": nothing
}

// CheckSPF checks the MAIL FROM identity (RFC 7208 §2.4). A null reverse-path stands for postmaster at the HELO name.
func CheckSPF(c Client, r Resolver) SPF {
	sender := c.From
	if sender == "" {
		sender = "postmaster@" + c.Helo
	}
	return check(c, MailFrom, sender, r)
}

// CheckHelo checks the HELO identity (RFC 7208 §2.3).
func CheckHelo(c Client, r Resolver) SPF { return check(c, Helo, "postmaster@"+c.Helo, r) }

// check is check_host() with its initial processing (RFC 7208 §4.3).
func check(c Client, identity, sender string, r Resolver) SPF {
	local, domain := cutAddress(sender)
	if local == "" {
		sender = "postmaster@" + domain
	}
	if ascii := smtp.ALabels(domain); ascii != domain { // the DNS has A-labels only (RFC 7208 §4.3)
		sender, domain = sender[:len(sender)-len(domain)]+ascii, ascii
	}
	out := SPF{Result: None, Identity: identity, Domain: strings.ToLower(domain), Sender: sender}
	if !isDomain(domain) {
		out.Reason = "no domain name that could have a record"
		return out
	}
	ask := &spfResolver{r: r, six: !c.IP.Unmap().Is4()}
	result, err := ask.check(c, out.Sender)
	out.Result = Result(result)
	switch {
	case ask.failed != "" && out.Result != Pass && out.Result != Fail:
		out.Reason = ask.failed
	case err != nil:
		out.Reason = err.Error()
	}
	if out.Result == Fail {
		out.Explanation = explain(c, out, r, ask)
	}
	return out
}

// cutAddress cuts an address at its last "@".
func cutAddress(s string) (local, domain string) {
	at := strings.LastIndexByte(s, '@')
	if at < 0 {
		return s, ""
	}
	return s[:at], s[at+1:]
}

// spfResolver answers the SPF library. It returns errors as the library knows them, of package net, and asks only for the
// addresses that can match the client.
type spfResolver struct {
	r       Resolver
	six     bool              // the client has an IPv6 address
	failed  string            // the first look-up that brought no answer
	pretend map[string]string // SPF records in place of those of these domains
}

// check runs the library.
func (s *spfResolver) check(c Client, sender string) (spf.Result, error) {
	return spf.CheckHostWithSender(net.IP(c.IP.Unmap().AsSlice()), c.Helo, sender, spf.WithResolver(s),
		spf.WithContext(context.Background()), spf.OverrideLookupLimit(maxLookups), spf.OverrideVoidLookupLimit(maxVoid))
}

// query asks, and turns the outcome into an error of package net.
func (s *spfResolver) query(name string, kind dns.Type) ([]dns.Record, error) {
	a := s.r.Query(name, kind)
	if a.Outcome == dns.Found {
		return a.Records, nil
	}
	if a.Outcome.Temporary() && s.failed == "" {
		s.failed = "look-up of " + kind.String() + " " + name + ": " + a.Outcome.String()
	}
	return nil, &net.DNSError{Err: a.Outcome.String(), Name: name, IsNotFound: !a.Outcome.Temporary(), IsTemporary: a.Outcome.Temporary(),
		IsTimeout: a.Outcome == dns.Timeout}
}

// LookupTXT is for the library.
func (s *spfResolver) LookupTXT(_ context.Context, name string) ([]string, error) {
	if record, ok := s.pretend[strings.ToLower(strings.TrimSuffix(name, "."))]; ok {
		return []string{record}, nil
	}
	records, err := s.query(name, dns.TypeTXT)
	var out []string
	for _, r := range records {
		out = append(out, strings.Join(r.Text, ""))
	}
	return out, err
}

// LookupMX is for the library.
func (s *spfResolver) LookupMX(_ context.Context, name string) ([]*net.MX, error) {
	records, err := s.query(name, dns.TypeMX)
	var out []*net.MX
	for _, r := range records {
		out = append(out, &net.MX{Host: r.Target, Pref: r.Preference})
	}
	return out, err
}

// LookupIPAddr is for the library. "exists" looks for IPv4 addresses whatever the client has (RFC 7208 §5.7).
func (s *spfResolver) LookupIPAddr(_ context.Context, name string) ([]net.IPAddr, error) {
	kinds := []dns.Type{dns.TypeA}
	if s.six {
		kinds = []dns.Type{dns.TypeA, dns.TypeAAAA}
	}
	var out []net.IPAddr
	var last error
	for _, kind := range kinds {
		records, err := s.query(name, kind)
		var known *net.DNSError
		if err != nil && (last == nil || errors.As(err, &known) && known.IsTemporary) {
			last = err
		}
		for _, r := range records {
			out = append(out, net.IPAddr{IP: net.IP(r.Addr.AsSlice())})
		}
	}
	if len(out) > 0 {
		last = nil
	}
	return out, last
}

// LookupAddr is for the library.
func (s *spfResolver) LookupAddr(_ context.Context, addr string) ([]string, error) {
	ip, err := netip.ParseAddr(addr)
	if err != nil {
		return nil, &net.DNSError{Err: "no address", Name: addr, IsNotFound: true}
	}
	records, err := s.query(dns.ReverseName(ip), dns.TypePTR)
	var out []string
	for _, r := range records {
		out = append(out, r.Target)
	}
	return out, err
}

// ReceivedSPF is the Received-SPF field for the check, folded, with its last CRLF (RFC 7208 §9.1).
func (s SPF) ReceivedSPF(c Client) string {
	says := map[Result]string{Pass: "designates %s as permitted sender", Fail: "does not designate %s as permitted sender",
		SoftFail: "probably does not designate %s as permitted sender", Neutral: "says nothing about %s", None: "has no record for %s",
		TempError: "could not be asked about %s", PermError: "has a record that cannot be read, for %s"}[s.Result]
	var b strings.Builder
	b.WriteString("Received-SPF: " + string(s.Result) + " (" + comment(c.Receiver) + ": domain of\r\n\t" + comment(s.Sender) + "\r\n\t" +
		strings.Replace(says, "%s", c.IP.String(), 1) + ")\r\n\t")
	b.WriteString("identity=" + s.Identity + "; client-ip=" + quote(c.IP.String()) + ";\r\n\treceiver=" + quote(c.Receiver) + ";\r\n\thelo=" + quote(c.Helo))
	if s.Identity == MailFrom {
		b.WriteString(";\r\n\tenvelope-from=" + quoted(c.From))
	}
	if s.Result == TempError || s.Result == PermError {
		b.WriteString(";\r\n\tproblem=" + quoted(shorten(s.Reason)))
	}
	return b.String() + "\r\n"
}

// comment is other people's text as it may stand in a comment, not longer than a line (RFC 7208 §9.1: "does not contain malicious data").
func comment(s string) string {
	var b strings.Builder
	for i := range min(len(s), 320) {
		if c := s[i]; c <= ' ' || c >= 0x7f || c == '(' || c == ')' || c == '\\' {
			b.WriteByte('?')
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}
