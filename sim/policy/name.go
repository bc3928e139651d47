package policy

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/dns"
)

// Named is what is demanded of a client's reverse name.
type Named string

const (
	NamedAny     Named = ""        // nothing
	NamedExists  Named = "exists"  // there is a PTR record
	NamedMatches Named = "matches" // and the name leads back to the address
)

// Check refuses a client whose name is not as demanded: 550 5.7.25 (RFC 7372 §3.3), or 450 where the DNS gives no answer
// for now.
func (d Named) Check(look Lookup, client netip.Addr) *smtp.Reply {
	if d == NamedAny {
		return nil
	}
	names, answer := look.LookupPTR(client)
	if answer.Outcome.Temporary() {
		return reply(450, "4.7.25", "Client host rejected: no answer for the reverse name of ["+client.String()+"]")
	}
	if len(names) == 0 {
		return reply(550, "5.7.25", "Client host rejected: ["+client.String()+"] has no reverse name")
	}
	if d == NamedExists {
		return nil
	}
	for _, name := range names[:min(len(names), 5)] {
		if addrs, _ := look.LookupAddr(name); slices.Contains(addrs, client) {
			return nil
		}
	}
	return reply(550, "5.7.25", "Client host rejected: "+smtp.Printable(names[0], smtp.MaxRepeated)+" does not lead back to ["+client.String()+"]")
}

// Hello is what is demanded of the name in EHLO. RFC 5321 §4.1.4 forbids to refuse mail because the name and the address do
// not agree; these demands are about the name alone, and they are many a site's own.
type Hello string

const (
	HelloAny      Hello = ""         // nothing
	HelloFull     Hello = "fqdn"     // a name with a dot, or an address literal
	HelloResolves Hello = "resolves" // and it has an address or an exchanger
	HelloOther    Hello = "not-me"   // not this host's own name
)

// Check refuses a client by the name that it has given itself; own is this host's.
func (d Hello) Check(look Lookup, name, own string) *smtp.Reply {
	if d == HelloAny {
		return nil
	}
	if strings.EqualFold(name, own) {
		return reply(550, "5.7.1", "<"+smtp.Printable(name, smtp.MaxRepeated)+">: Helo command rejected: that is my name")
	}
	if d == HelloOther || strings.HasPrefix(name, "[") {
		return nil
	}
	if !strings.Contains(strings.TrimSuffix(name, "."), ".") {
		return reply(504, "5.5.2", "<"+smtp.Printable(name, smtp.MaxRepeated)+">: Helo command rejected: need fully-qualified hostname")
	}
	if d == HelloFull {
		return nil
	}
	addrs, answer := look.LookupAddr(name)
	if len(addrs) > 0 || len(look.Query(name, dns.TypeMX).Records) > 0 {
		return nil
	}
	if answer.Outcome.Temporary() {
		return reply(450, "4.7.1", "<"+smtp.Printable(name, smtp.MaxRepeated)+">: Helo command rejected: no answer for this name")
	}
	return reply(550, "5.7.1", "<"+smtp.Printable(name, smtp.MaxRepeated)+">: Helo command rejected: Host not found")
}

func reply(code int, enhanced, text string) *smtp.Reply {
	r := smtp.NewReply(code, enhanced, text)
	return &r
}
