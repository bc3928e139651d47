package policy

import (
	"net/netip"
	"strings"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/dns"
)

// Lookup is the part of a resolver that policies need. *dns.Resolver is one.
type Lookup interface {
	Query(name string, kind dns.Type) dns.Answer
	LookupAddr(name string) ([]netip.Addr, dns.Answer)
	LookupPTR(a netip.Addr) ([]string, dns.Answer)
	LookupTXT(name string) ([]string, dns.Answer)
}

// List is a DNS list of addresses, by its zone: "bl.example".
type List string

// listed is where the answers of a list lie (RFC 5782 §2.1: "in the 127.0.0.0/8 range").
//
//house:table constant
var listed = netip.MustParsePrefix("127.0.0.0/8")

// Check refuses a client that the list names (RFC 5782 §2). A list that does not answer, or with an address from elsewhere
// (§5: a wildcard, a domain that was sold), refuses nobody.
func (l List) Check(look Lookup, client netip.Addr) *smtp.Reply {
	name := l.question(client)
	addrs := look.Query(name, dns.TypeA).Records
	for _, rec := range addrs {
		if !listed.Contains(rec.Addr) {
			continue
		}
		text := "Service unavailable; client [" + client.String() + "] blocked using " + string(l)
		if why, _ := look.LookupTXT(name); len(why) > 0 { // §2.1: the TXT record says why
			text += "; " + smtp.Printable(why[0], smtp.MaxRepeated)
		}
		r := smtp.NewReply(554, "5.7.1", text)
		return &r
	}
	return nil
}

// question is the client's address backwards, in the list's zone (RFC 5782 §2.1; §2.4 for IPv6).
func (l List) question(client netip.Addr) string {
	reversed := dns.ReverseName(client.Unmap())
	reversed = strings.TrimSuffix(strings.TrimSuffix(reversed, "in-addr.arpa."), "ip6.arpa.")
	return reversed + strings.TrimSuffix(string(l), ".") + "."
}
