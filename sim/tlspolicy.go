package sim

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/sim/dns"
	"github.com/smtpsim/smtpsim/sim/node"
	"github.com/smtpsim/smtpsim/sim/scenario"
)

// week is how long an MTA-STS policy holds that does not say.
const week = 7 * 24 * time.Hour

// publish is what follows from the hosts' stand to TLS: TLSA records of their certificates, and where MTA-STS policies are.
func publish(sc *scenario.Scenario, ca *authority) ([]string, error) {
	var lines []string
	for i := range sc.Hosts {
		h := &sc.Hosts[i]
		if h.TLS.TLSA != "" {
			line, err := tlsa(h, ca)
			if err != nil {
				return nil, err
			}
			lines = append(lines, line)
		}
		if h.Policy.Domain == "" {
			continue
		}
		sum := sha256.Sum256([]byte(policyText(&h.Policy)))
		lines = append(lines, fmt.Sprintf("_mta-sts.%s. %d IN TXT \"v=STSv1; id=%x;\"", h.Policy.Domain, hostTTL, sum[:8]))
		for _, a := range h.Addrs {
			kind := "A"
			if a.Is6() {
				kind = "AAAA"
			}
			lines = append(lines, fmt.Sprintf("mta-sts.%s. %d IN %s %s", h.Policy.Domain, hostTTL, kind, a))
		}
	}
	return lines, nil
}

// tlsa is the record of a host's certificate (RFC 7672 §3.1.1: "3 1 1" is what is recommended), of its authority's, or of none.
func tlsa(h *scenario.Host, ca *authority) (string, error) {
	cfg, err := ca.server(h.Name, h.TLS.Certificate)
	if err != nil {
		return "", fmt.Errorf("%s: %w", h.Name, err)
	}
	usage, selector, sum := 3, 1, sha256.Sum256(cfg.Certificates[0].Leaf.RawSubjectPublicKeyInfo)
	switch h.TLS.TLSA {
	case "ta":
		usage, selector, sum = 2, 0, sha256.Sum256(ca.cert.Raw)
	case "wrong":
		sum = sha256.Sum256([]byte("somebody else's key"))
	}
	return fmt.Sprintf("_25._tcp.%s. %d IN TLSA %d %d 1 %x", h.Name, hostTTL, usage, selector, sum), nil
}

// policyText is an MTA-STS policy as it is served (RFC 8461 §3.2).
func policyText(p *scenario.STSPolicy) string {
	age := p.MaxAge
	if age == 0 {
		age = week
	}
	var b strings.Builder
	b.WriteString("version: STSv1\r\nmode: " + p.Mode + "\r\n")
	for _, mx := range p.MX {
		b.WriteString("mx: " + mx + "\r\n")
	}
	fmt.Fprintf(&b, "max_age: %d\r\n", age/time.Second)
	return b.String()
}

// secure fills in a host's stand to what others publish, and what it serves itself.
func secure(cfg *node.Config, h *scenario.Host, ca *authority) error {
	cfg.TLS.DANE, cfg.TLS.STS, cfg.TLS.Strict, cfg.TLS.Reports = h.TLS.DANE, h.TLS.STS, h.TLS.Strict, h.TLS.Reports
	if h.Policy.Domain == "" {
		return nil
	}
	server, err := ca.server("mta-sts."+h.Policy.Domain, h.TLS.Certificate)
	if err != nil {
		return fmt.Errorf("%s: %w", h.Name, err)
	}
	cfg.Web = node.WebPage{Policy: policyText(&h.Policy), TLS: server}
	return nil
}

// secured lists the signed zones for a name server.
func secured(sc *scenario.Scenario) []dns.Secured {
	var out []dns.Secured
	for _, z := range sc.Signed {
		out = append(out, dns.Secured{Zone: z + ".", How: dns.Secure})
	}
	for _, z := range sc.Bogus {
		out = append(out, dns.Secured{Zone: z + ".", How: dns.Bogus})
	}
	return out
}
