package node

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/smtpsim/smtpsim/sim/dns"
	"github.com/smtpsim/smtpsim/sim/queue"
)

// discover finds the submission servers of a domain by their SRV records (RFC 6186 §3.1): those with TLS from the first octet
// before the others (RFC 8314 §5.1), then by priority, and by chance within one, the heavier the likelier (RFC 2782).
func (n *Node) discover(domain string) ([]queue.Target, error) {
	var targets []queue.Target
	why := "no SRV record"
	for _, service := range [...]string{"_submissions._tcp.", "_submission._tcp."} {
		found, answer := n.located(service + domain)
		if answer.Outcome.Temporary() {
			why = answer.Outcome.String()
		}
		targets = append(targets, found...)
	}
	if len(targets) == 0 {
		return nil, fmt.Errorf("submission server of %q: %s", domain, why)
	}
	return targets, nil
}

// located are the addresses of a service, by its SRV records.
func (n *Node) located(service string) (targets []queue.Target, answer dns.Answer) {
	answer = n.resolver.Query(service, dns.TypeSRV)
	for _, rec := range n.inOrder(answer.Records) {
		name := strings.TrimSuffix(rec.Target, ".")
		if name == "" { // RFC 2782: "." means that there is no such service here
			continue
		}
		addrs, _ := n.resolver.LookupAddr(name)
		for _, a := range addrs {
			targets = append(targets, queue.Target{Name: name, Addr: netip.AddrPortFrom(a, rec.Port)})
		}
	}
	return targets, answer
}

// inOrder is the order in which SRV records are tried (RFC 2782, "Weight").
func (n *Node) inOrder(records []dns.Record) []dns.Record {
	left := slices.Clone(records)
	slices.SortStableFunc(left, func(a, b dns.Record) int { return int(a.Preference) - int(b.Preference) })
	out := make([]dns.Record, 0, len(left))
	for len(left) > 0 {
		sum, same := 0, 0
		for same < len(left) && left[same].Preference == left[0].Preference {
			sum += int(left[same].Weight)
			same++
		}
		chosen := n.host.Rand.IntN(sum + 1)
		for i := range same {
			if chosen -= int(left[i].Weight); chosen <= 0 {
				out = append(out, left[i])
				left = slices.Delete(left, i, i+1)
				break
			}
		}
	}
	return out
}
