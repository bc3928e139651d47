package dns

import (
	"net/netip"
	"slices"
	"strings"
)

// MX is one mail exchanger of a domain.
type MX struct {
	Preference uint16
	Host       string // without the last dot; "" is the null MX
}

// LookupMX asks for the mail exchangers of a domain, lowest preference first, equal ones in the order of the answer.
func (r *Resolver) LookupMX(domain string) ([]MX, Answer) {
	a := r.query(domain, TypeMX, 0)
	list := make([]MX, 0, len(a.Records))
	for _, rec := range a.Records {
		list = append(list, MX{rec.Preference, strings.TrimSuffix(rec.Target, ".")})
	}
	slices.SortStableFunc(list, func(x, y MX) int { return int(x.Preference) - int(y.Preference) })
	return list, a
}

// LookupAddr asks for the addresses of a name: IPv6 first (RFC 6724 §2.1), and only families that this host has itself
// (RFC 5321 §5.2). The Answer is that of the family that found something, or the one that gives more hope.
func (r *Resolver) LookupAddr(name string) ([]netip.Addr, Answer) {
	var addrs []netip.Addr
	var out Answer
	for i, kind := range r.families {
		a := r.query(name, kind, 0)
		for _, rec := range a.Records {
			addrs = append(addrs, rec.Addr)
		}
		if i == 0 || better(a, out) {
			out = a
		}
	}
	return addrs, out
}

func better(a, b Answer) bool {
	if (a.Outcome == Found) != (b.Outcome == Found) {
		return a.Outcome == Found
	}
	return a.Outcome.Temporary() && !b.Outcome.Temporary()
}

func families(addrs []netip.Addr) []Type {
	var v4, v6 bool
	for _, a := range addrs {
		v4, v6 = v4 || a.Unmap().Is4(), v6 || !a.Unmap().Is4()
	}
	switch {
	case v6 && !v4:
		return []Type{TypeAAAA}
	case v4 && !v6:
		return []Type{TypeA}
	}
	return []Type{TypeAAAA, TypeA}
}

// LookupPTR asks for the names of an address, without their last dot.
func (r *Resolver) LookupPTR(a netip.Addr) ([]string, Answer) {
	answer := r.query(ReverseName(a), TypePTR, 0)
	var names []string
	for _, rec := range answer.Records {
		names = append(names, strings.TrimSuffix(rec.Target, "."))
	}
	return names, answer
}

// LookupTXT asks for text records; the strings of one record are joined (RFC 7208 §3.3).
func (r *Resolver) LookupTXT(name string) ([]string, Answer) {
	answer := r.query(name, TypeTXT, 0)
	var texts []string
	for _, rec := range answer.Records {
		texts = append(texts, strings.Join(rec.Text, ""))
	}
	return texts, answer
}
