package hops

import (
	"fmt"
	"net/netip"
	"strings"
)

// Trust is whose Received fields the reader believes: the reader's own servers.
type Trust struct {
	Hosts []string // "mx.example", or ".example" for all below it; any case
	Nets  []netip.Prefix
}

// ParseTrust reads host names, ".domain", "*.domain", addresses and prefixes. The error says which word and what was expected.
func ParseTrust(words []string) (Trust, error) {
	var t Trust
	for _, w := range words {
		switch a, err := netip.ParseAddr(w); {
		case err == nil:
			t.Nets = append(t.Nets, netip.PrefixFrom(a, a.BitLen()))
		case strings.Contains(w, "/"):
			p, err := netip.ParsePrefix(w)
			if err != nil {
				return Trust{}, fmt.Errorf("%q: expected a prefix like 192.0.2.0/24 or 2001:db8::/32", w)
			}
			t.Nets = append(t.Nets, p.Masked())
		case strings.Trim(w, "*.") == "" || strings.ContainsAny(w, " \t@:<>()"):
			return Trust{}, fmt.Errorf("%q: expected a host name, a domain like .example, an address or a prefix", w)
		default:
			t.Hosts = append(t.Hosts, strings.ToLower(strings.TrimPrefix(strings.TrimSuffix(w, "."), "*")))
		}
	}
	return t, nil
}

// None tells whether nobody is trusted.
func (t Trust) None() bool { return len(t.Hosts) == 0 && len(t.Nets) == 0 }

// Host tells whether the name is one of the trusted.
func (t Trust) Host(name string) bool {
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	if name == "" {
		return false
	}
	for _, h := range t.Hosts {
		if name == h || strings.HasPrefix(h, ".") && (strings.HasSuffix(name, h) || name == h[1:]) {
			return true
		}
	}
	a, err := netip.ParseAddr(strings.Trim(name, "[]"))
	return err == nil && t.addr(a)
}

// Addr tells whether the address is one of the trusted.
func (t Trust) Addr(ip string) bool {
	a, err := netip.ParseAddr(ip)
	return err == nil && t.addr(a)
}

func (t Trust) addr(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	for _, p := range t.Nets {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// trust walks from the top, the last hop in time, while the writer is trusted and was handed the mail by a trusted host. The
// last such hop is the border: it vouches for the address that it saw. What stands below, anyone can have written.
func (t *tracer) trust() {
	hs := t.m.Hops
	for i := range hs {
		hs[i].Trust = "claimed"
	}
	tr := t.opts.Trusted
	if tr.None() {
		return
	}
	for i := len(hs) - 1; i >= 0; i-- {
		h := &hs[i]
		if !tr.Host(h.By.Host) && !tr.Addr(h.By.IP) {
			break
		}
		if i < len(hs)-1 { // the hop above goes on to this one, so it was not the border
			hs[i+1].Trust = "trusted"
		}
		h.Trust, t.m.Border = "border", h.N
		t.m.Origin = &Origin{IP: h.From.IP, VouchedBy: h.By.Host}
		if !t.fromTrusted(i) {
			break
		}
	}
}

// fromTrusted tells whether hop i says that a trusted host handed the mail over. The checked name and the address count; the
// name that the client gave itself does not. On the host itself (no address), and from private addresses, the hop below must
// be written by a trusted host too, which the walk sees to.
func (t *tracer) fromTrusted(i int) bool {
	h := &t.m.Hops[i]
	tr := t.opts.Trusted
	switch {
	case h.From.IP == "":
		return i > 0 && strings.EqualFold(t.m.Hops[i-1].By.Host, h.By.Host)
	case tr.Addr(h.From.IP), private(h.From.IP):
		return true
	}
	return tr.Host(h.From.RDNS) && !strings.Contains(h.Raw, "may be forged")
}
