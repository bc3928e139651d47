package node

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"net/textproto"
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/dns"
	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/policy/secure"
	"github.com/smtpsim/smtpsim/sim/queue"
)

// PortHTTPS is where MTA-STS policies are fetched.
const PortHTTPS = 443

// demands is what domains have published about TLS: DANE first, for it must not be weakened by MTA-STS (RFC 8461 §2).
func (n *Node) demands(domain, exchanger string, strict bool) (*queue.Demand, *queue.Outcome) {
	if domain == "" && strict { // RFC 8689 §4.2.1: no MX record to vouch for, but the certificate counts (step 4)
		return &queue.Demand{Verify: n.verified(exchanger)}, nil
	}
	if n.resolver == nil || domain == "" {
		return nil, nil
	}
	_, mx := n.resolver.LookupMX(domain)
	if n.cfg.TLS.DANE && mx.Secure {
		// records of which none can be used vouch for nobody: that is not enough for REQUIRETLS (RFC 8689 §4.2.1, step 4)
		if d, refusal, ok := n.dane(domain, exchanger); ok && (!strict || d == nil || d.Verify != nil) {
			return d, refusal
		}
	}
	policy, ok := secure.Policy{}, false
	if n.cfg.TLS.STS || strict {
		policy, ok = n.stsPolicy(domain)
	}
	switch {
	case ok && policy.Mode == secure.Enforce && !policy.Allows(exchanger):
		return nil, later("4.7.1", exchanger+" is not in the MTA-STS policy of "+domain) // RFC 8461 §5.1
	case ok && policy.Mode == secure.Enforce, strict && (ok && policy.Allows(exchanger) || mx.Secure):
		return &queue.Demand{Verify: n.verified(exchanger)}, nil
	case strict: // RFC 8689 §4.2.1, step 2
		return nil, &queue.Outcome{Reply: smtp.NewReply(550, "5.7.30",
			"REQUIRETLS support required: neither DNSSEC nor MTA-STS vouches for "+exchanger)}
	}
	return nil, nil
}

// dane is RFC 7672 §2.2: ok is false where the exchanger has published nothing.
func (n *Node) dane(domain, exchanger string) (d *queue.Demand, refusal *queue.Outcome, ok bool) {
	records, answer := n.resolver.LookupTLSA(exchanger, queue.PortSMTP)
	switch {
	case answer.Outcome.Temporary(): // §2.1.2: somebody may be hiding the records
		return nil, later("4.7.5", "TLSA records of "+exchanger+" cannot be looked up: "+answer.Outcome.String()), true
	case !answer.Secure || len(records) == 0:
		return nil, nil, false
	}
	usable := secure.Usable(records)
	if len(usable) == 0 {
		return &queue.Demand{}, nil, true
	}
	return &queue.Demand{Verify: func(state tls.ConnectionState) error {
		return secure.Certificates(state.PeerCertificates, usable, []string{exchanger, domain}, n.host.Clock.Now())
	}}, nil, true
}

func later(enhanced, text string) *queue.Outcome {
	return &queue.Outcome{Reply: smtp.NewReply(451, enhanced, text), Later: true}
}

// verified holds a certificate against the roots that this host trusts, and against a name (RFC 8461 §4.2).
func (n *Node) verified(name string) func(tls.ConnectionState) error {
	return func(state tls.ConnectionState) error {
		if len(state.PeerCertificates) == 0 {
			return errors.New("no certificate")
		}
		opts := x509.VerifyOptions{DNSName: name, CurrentTime: n.host.Clock.Now(), Intermediates: x509.NewCertPool()}
		if n.cfg.TLS.Base != nil {
			opts.Roots = n.cfg.TLS.Base.RootCAs
		}
		for _, c := range state.PeerCertificates[1:] {
			opts.Intermediates.AddCert(c)
		}
		_, err := state.PeerCertificates[0].Verify(opts)
		return err
	}
}

// stsPolicy is the policy of a domain, fetched anew where its id has changed. If that fails, the one known before holds as
// long as it said (RFC 8461 §3.3).
func (n *Node) stsPolicy(domain string) (secure.Policy, bool) {
	now := n.host.Clock.Now()
	n.mu.Lock()
	known, id, ok := n.policies.Get(domain, now)
	n.mu.Unlock()
	texts, _ := n.resolver.LookupTXT("_mta-sts." + domain)
	current, published := secure.ParseID(texts)
	if !published || ok && current == id {
		return known, ok
	}
	text, err := n.fetch("mta-sts."+domain, "/.well-known/mta-sts.txt")
	if err != nil {
		return known, ok
	}
	policy, err := secure.ParsePolicy(text)
	if err != nil {
		return known, ok
	}
	n.mu.Lock()
	n.policies.Put(domain, current, policy, now)
	n.mu.Unlock()
	return policy, true
}

// fetch gets a small text by HTTPS (RFC 8461 §3.3: the certificate must be good, redirects are not followed, the policy host
// is given a minute).
func (n *Node) fetch(name, path string) (string, error) {
	addrs, answer := n.resolver.LookupAddr(name)
	if answer.Outcome != dns.Found {
		return "", fmt.Errorf("address of %s: %s", name, answer.Outcome)
	}
	conn, err := n.host.Dialer.Dial(netip.AddrPortFrom(addrs[0], PortHTTPS), time.Minute)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	if err := host.Timeout(conn, n.host.Clock, time.Minute); err != nil {
		return "", err
	}
	cfg := host.TLSConfig(n.host, "tls", n.cfg.TLS.Base)
	cfg.ServerName = name
	secured := tls.Client(conn, cfg)
	if _, err := secured.Write([]byte("GET " + path + " HTTP/1.1\r\nHost: " + name + "\r\nConnection: close\r\n\r\n")); err != nil {
		return "", err
	}
	return readHTTP(io.LimitReader(secured, secure.MaxPolicy+4096))
}

// readHTTP reads the response to one GET on a connection that ends with it.
func readHTTP(r io.Reader) (string, error) {
	in := textproto.NewReader(bufio.NewReader(r))
	status, err := in.ReadLine()
	if err != nil {
		return "", err
	}
	if words := strings.Fields(status); len(words) < 2 || words[1] != "200" {
		return "", fmt.Errorf("expected HTTP status 200, found %.60q", status)
	}
	header, err := in.ReadMIMEHeader()
	if err != nil {
		return "", err
	}
	if kind, _, _ := strings.Cut(header.Get("Content-Type"), ";"); !strings.EqualFold(strings.TrimSpace(kind), "text/plain") {
		return "", fmt.Errorf("expected text/plain, found %.60q", header.Get("Content-Type")) // RFC 8461 §3.2
	}
	body, err := io.ReadAll(in.R)
	return string(body), err
}
