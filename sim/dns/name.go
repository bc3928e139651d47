package dns

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// Limits of RFC 1035 §2.3.4, in octets; a name of 253 visible octets fills 255 on the wire.
const (
	MaxLabel = 63
	MaxName  = 253
)

// CanonicalName is s in lower case with the dot at its end: names compare without regard to case (RFC 1035 §2.3.3). All
// names in this package are fully qualified; the dot is optional where they come in.
func CanonicalName(s string) string {
	s = strings.ToLower(s)
	if !strings.HasSuffix(s, ".") {
		s += "."
	}
	return s
}

// ValidName tells why s cannot be a domain name (RFC 1035 §2.3.4); nil if it can. Any octet but white space, backslash,
// quote and semicolon may stand in a label (RFC 2181 §11), so "_dmarc" and "*" may.
func ValidName(s string) error {
	name := strings.TrimSuffix(s, ".")
	if s == "." {
		return nil
	}
	if name == "" {
		return fmt.Errorf("domain name %q: expected at least one label", s)
	}
	if len(name) > MaxName {
		return fmt.Errorf("domain name of %d octets: expected at most %d", len(name), MaxName)
	}
	for label := range strings.SplitSeq(name, ".") {
		switch {
		case label == "":
			return fmt.Errorf("domain name %q: expected no empty label", s)
		case len(label) > MaxLabel:
			return fmt.Errorf("domain name %q: label of %d octets, expected at most %d", s, len(label), MaxLabel)
		}
	}
	for i := range len(name) {
		if c := name[i]; c <= ' ' || c >= 0x7f || strings.IndexByte(`\"();`, c) >= 0 {
			return fmt.Errorf("domain name %q: unexpected octet %q at %d", s, c, i)
		}
	}
	return nil
}

// InZone reports whether name is zone or below it; both canonical.
func InZone(name, zone string) bool {
	if zone == "." || name == zone {
		return true
	}
	return strings.HasSuffix(name, zone) && name[len(name)-len(zone)-1] == '.'
}

// parent is name without its first label; the parent of the root is "".
func parent(name string) string {
	if name == "." {
		return ""
	}
	_, rest, _ := strings.Cut(name, ".")
	if rest == "" {
		return "."
	}
	return rest
}

// ReverseName is the name under in-addr.arpa or ip6.arpa where the PTR record of a is (RFC 1035 §3.5, RFC 3596 §2.5).
func ReverseName(a netip.Addr) string {
	var b strings.Builder
	a = a.Unmap()
	if a.Is4() {
		octets := a.As4()
		for i := 3; i >= 0; i-- {
			b.WriteString(strconv.Itoa(int(octets[i])))
			b.WriteByte('.')
		}
		return b.String() + "in-addr.arpa."
	}
	const hex = "0123456789abcdef"
	octets := a.As16()
	for i := 15; i >= 0; i-- {
		b.WriteByte(hex[octets[i]&15])
		b.WriteByte('.')
		b.WriteByte(hex[octets[i]>>4])
		b.WriteByte('.')
	}
	return b.String() + "ip6.arpa."
}
