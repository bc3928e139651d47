package dns

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// Type is the type of a record, as on the wire (RFC 1035 §3.2.2).
type Type uint16

const (
	TypeA     Type = 1
	TypeNS    Type = 2
	TypeCNAME Type = 5
	TypeSOA   Type = 6
	TypePTR   Type = 12
	TypeMX    Type = 15
	TypeTXT   Type = 16
	TypeAAAA  Type = 28
	TypeSRV   Type = 33
	TypeTLSA  Type = 52
	TypeANY   Type = 255
)

// String is the mnemonic; an unknown type is written as RFC 3597 §5 has it, "TYPE257".
func (t Type) String() string {
	switch t {
	case TypeA:
		return "A"
	case TypeNS:
		return "NS"
	case TypeCNAME:
		return "CNAME"
	case TypeSOA:
		return "SOA"
	case TypePTR:
		return "PTR"
	case TypeMX:
		return "MX"
	case TypeTXT:
		return "TXT"
	case TypeAAAA:
		return "AAAA"
	case TypeSRV:
		return "SRV"
	case TypeTLSA:
		return "TLSA"
	case TypeANY:
		return "ANY"
	}
	return "TYPE" + strconv.Itoa(int(t))
}

// ParseType reads a mnemonic without regard to case.
func ParseType(s string) (Type, bool) {
	up := strings.ToUpper(s)
	for _, t := range [...]Type{TypeA, TypeNS, TypeCNAME, TypeSOA, TypePTR, TypeMX, TypeTXT, TypeAAAA, TypeSRV, TypeTLSA, TypeANY} {
		if t.String() == up {
			return t, true
		}
	}
	if n, ok := strings.CutPrefix(up, "TYPE"); ok {
		v, err := strconv.ParseUint(n, 10, 16)
		return Type(v), err == nil
	}
	return 0, false
}

// Rcode is the response code of a message (RFC 1035 §4.1.1).
type Rcode uint8

const (
	NoError  Rcode = 0
	FormErr  Rcode = 1
	ServFail Rcode = 2 // the server could not find out: temporary
	NXDomain Rcode = 3 // the name does not exist: for good
	NotImp   Rcode = 4
	Refused  Rcode = 5
)

// String is the name dig prints.
func (r Rcode) String() string {
	names := [...]string{"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"}
	if int(r) < len(names) {
		return names[r]
	}
	return "RCODE" + strconv.Itoa(int(r))
}

// DefaultTTL stands in for a TTL that a record's text leaves out.
const DefaultTTL = 300

// Record is one resource record of class IN. Which fields count depends on Type.
type Record struct {
	Name       string // canonical owner
	TTL        uint32 // seconds
	Type       Type
	Addr       netip.Addr // A, AAAA
	Target     string     // canonical; CNAME, NS, PTR, MX, SRV, SOA (primary server)
	Preference uint16     // MX
	Text       []string   // TXT; octets, each string at most 255 long
	SOA        SOA        // SOA without the primary server
	TLSA       TLSA       // TLSA
	Weight     uint16     // SRV, whose priority is Preference
	Port       uint16     // SRV
}

// SOA is the rest of a start-of-authority record (RFC 1035 §3.3.13); times in seconds.
type SOA struct {
	Mailbox                                 string // canonical, a name that means a mailbox
	Serial, Refresh, Retry, Expire, Minimum uint32
}

// Lifetime is the TTL as a duration.
func (r Record) Lifetime() time.Duration { return time.Duration(r.TTL) * time.Second }

// NullMX reports whether r says that its domain takes no mail (RFC 7505 §3).
func (r Record) NullMX() bool { return r.Type == TypeMX && r.Target == "." }

// Data is the record's data in zone-file form: "10 mx1.west.example.".
func (r Record) Data() string {
	switch r.Type {
	case TypeA, TypeAAAA:
		return r.Addr.String()
	case TypeCNAME, TypeNS, TypePTR:
		return r.Target
	case TypeMX:
		return strconv.Itoa(int(r.Preference)) + " " + r.Target
	case TypeTXT:
		quoted := make([]string, len(r.Text))
		for i, s := range r.Text {
			quoted[i] = quoteText(s)
		}
		return strings.Join(quoted, " ")
	case TypeSOA:
		return fmt.Sprintf("%s %s %d %d %d %d %d", r.Target, r.SOA.Mailbox,
			r.SOA.Serial, r.SOA.Refresh, r.SOA.Retry, r.SOA.Expire, r.SOA.Minimum)
	case TypeSRV, TypeTLSA:
		return r.secureData()
	default:
		return "\\# 0"
	}
}

// String is the record in zone-file form: "west.example. 300 IN MX 10 mx1.west.example.".
func (r Record) String() string {
	return r.Name + " " + strconv.FormatUint(uint64(r.TTL), 10) + " IN " + r.Type.String() + " " + r.Data()
}

// ParseRecord reads what String writes (RFC 1035 §5.1). TTL and class may be left out; every name counts as fully
// qualified, with or without its last dot: there is no origin to be relative to.
func ParseRecord(s string) (Record, error) {
	words, err := splitFields(s)
	if err != nil {
		return Record{}, fmt.Errorf("record %q: %w", s, err)
	}
	if len(words) < 3 {
		return Record{}, fmt.Errorf("record %q: expected name, type and data", s)
	}
	if err := ValidName(words[0].text); err != nil {
		return Record{}, fmt.Errorf("record %q: %w", s, err)
	}
	r := Record{Name: CanonicalName(words[0].text), TTL: DefaultTTL}
	words = words[1:]
	if ttl, err := strconv.ParseUint(words[0].text, 10, 31); err == nil {
		r.TTL, words = uint32(ttl), words[1:] // RFC 2181 §8: at most 2^31-1
	}
	if len(words) > 0 && strings.EqualFold(words[0].text, "IN") {
		words = words[1:]
	}
	if len(words) == 0 {
		return Record{}, fmt.Errorf("record %q: expected a type", s)
	}
	var ok bool
	if r.Type, ok = ParseType(words[0].text); !ok {
		return Record{}, fmt.Errorf("record %q: unknown type %q, expected A, AAAA, MX, CNAME, NS, PTR, TXT, SRV, TLSA or SOA", s, words[0].text)
	}
	if err := r.parseData(words[1:]); err != nil {
		return Record{}, fmt.Errorf("record %q: %w", s, err)
	}
	return r, nil
}

func (r *Record) parseData(words []field) error {
	want := map[Type]int{TypeA: 1, TypeAAAA: 1, TypeCNAME: 1, TypeNS: 1, TypePTR: 1, TypeMX: 2, TypeSOA: 7}[r.Type]
	if r.Type == TypeTXT {
		return r.parseText(words)
	}
	switch r.Type {
	case TypeTLSA:
		return r.parseTLSA(words)
	case TypeSRV:
		return r.parseSRV(words)
	}
	if want == 0 {
		return fmt.Errorf("type %s cannot be served, expected A, AAAA, MX, CNAME, NS, PTR, TXT, SRV, TLSA or SOA", r.Type)
	}
	if len(words) != want {
		return fmt.Errorf("%d words of data, %s has %d", len(words), r.Type, want)
	}
	switch r.Type {
	case TypeA, TypeAAAA:
		a, err := netip.ParseAddr(words[0].text)
		if err != nil || a.Zone() != "" || a.Is4() != (r.Type == TypeA) {
			return fmt.Errorf("address %q, expected one of IPv%d", words[0].text, map[Type]int{TypeA: 4, TypeAAAA: 6}[r.Type])
		}
		r.Addr = a
		return nil
	case TypeMX:
		n, err := strconv.ParseUint(words[0].text, 10, 16)
		if err != nil {
			return fmt.Errorf("preference %q, expected 0 to 65535", words[0].text)
		}
		r.Preference = uint16(n)
		return r.parseTarget(words[1].text)
	case TypeSOA:
		return r.parseSOA(words)
	default:
		return r.parseTarget(words[0].text)
	}
}

func (r *Record) parseTarget(s string) error {
	if err := ValidName(s); err != nil {
		return err
	}
	r.Target = CanonicalName(s)
	return nil
}

func (r *Record) parseSOA(words []field) error {
	if err := r.parseTarget(words[0].text); err != nil {
		return err
	}
	if err := ValidName(words[1].text); err != nil {
		return err
	}
	r.SOA.Mailbox = CanonicalName(words[1].text)
	for i, p := range []*uint32{&r.SOA.Serial, &r.SOA.Refresh, &r.SOA.Retry, &r.SOA.Expire, &r.SOA.Minimum} {
		n, err := strconv.ParseUint(words[2+i].text, 10, 32)
		if err != nil {
			return fmt.Errorf("number %q, expected 0 to 4294967295", words[2+i].text)
		}
		*p = uint32(n)
	}
	return nil
}

func (r *Record) parseText(words []field) error {
	if len(words) == 0 {
		return fmt.Errorf("no data, TXT has at least one string")
	}
	for _, w := range words {
		if len(w.text) > 255 {
			return fmt.Errorf("string of %d octets, expected at most 255", len(w.text))
		}
		r.Text = append(r.Text, w.text)
	}
	return nil
}

// field is one word of a zone-file line, unescaped.
type field struct{ text string }

// splitFields cuts a line at white space; quotes hold words together, \" \\ and \DDD are octets (RFC 1035 §5.1).
func splitFields(s string) ([]field, error) {
	var out []field
	for i := 0; i < len(s); {
		if s[i] == ' ' || s[i] == '\t' {
			i++
			continue
		}
		quoted := s[i] == '"'
		if quoted {
			i++
		}
		var b []byte
		closed := !quoted
		for i < len(s) {
			if quoted && s[i] == '"' {
				i, closed = i+1, true
				break
			}
			if !quoted && (s[i] == ' ' || s[i] == '\t') {
				break
			}
			c, n, err := unescape(s[i:])
			if err != nil {
				return nil, err
			}
			b, i = append(b, c), i+n
		}
		if !closed {
			return nil, fmt.Errorf("expected a closing quote")
		}
		out = append(out, field{string(b)})
	}
	return out, nil
}

func unescape(s string) (c byte, n int, err error) {
	if s[0] != '\\' {
		return s[0], 1, nil
	}
	if len(s) < 2 {
		return 0, 0, fmt.Errorf("expected an octet after the backslash")
	}
	if s[1] < '0' || s[1] > '9' {
		return s[1], 2, nil
	}
	if len(s) >= 4 {
		if v, err := strconv.ParseUint(s[1:4], 10, 8); err == nil {
			return byte(v), 4, nil
		}
	}
	return 0, 0, fmt.Errorf("expected three digits up to 255 after the backslash")
}

func quoteText(s string) string {
	b := []byte{'"'}
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c < ' ' || c >= 0x7f:
			b = append(b, '\\', '0'+c/100, '0'+c/10%10, '0'+c%10)
		default:
			b = append(b, c)
		}
	}
	return string(append(b, '"'))
}
