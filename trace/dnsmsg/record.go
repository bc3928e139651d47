package dnsmsg

import (
	"encoding/binary"
	"encoding/hex"
	"net/netip"
	"strconv"
	"strings"
)

// Type is the type of a record, as on the wire (RFC 1035 §3.2.2).
type Type uint16

// Types that mail asks for.
const (
	A     Type = 1
	NS    Type = 2
	CNAME Type = 5
	SOA   Type = 6
	PTR   Type = 12
	MX    Type = 15
	TXT   Type = 16
	AAAA  Type = 28
	SRV   Type = 33
	TLSA  Type = 52
	ANY   Type = 255
)

// String is the mnemonic; an unknown type is written as RFC 3597 §5 has it, "TYPE257".
func (t Type) String() string {
	switch t {
	case A:
		return "A"
	case NS:
		return "NS"
	case CNAME:
		return "CNAME"
	case SOA:
		return "SOA"
	case PTR:
		return "PTR"
	case MX:
		return "MX"
	case TXT:
		return "TXT"
	case AAAA:
		return "AAAA"
	case SRV:
		return "SRV"
	case TLSA:
		return "TLSA"
	case ANY:
		return "ANY"
	}
	return "TYPE" + strconv.Itoa(int(t))
}

// Rcode is the response code of a message (RFC 1035 §4.1.1).
type Rcode uint8

// Codes of RFC 1035 §4.1.1.
const (
	NoError  Rcode = 0
	ServFail Rcode = 2
	NXDomain Rcode = 3
	Refused  Rcode = 5
)

// String is the name that dig prints.
func (r Rcode) String() string {
	names := [...]string{"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"}
	if int(r) < len(names) {
		return names[r]
	}
	return "RCODE" + strconv.Itoa(int(r))
}

// Record is one resource record (RFC 1035 §4.1.3).
type Record struct {
	Name   string // owner, with its last dot
	Type   Type
	TTL    uint32     // seconds
	Addr   netip.Addr // A, AAAA
	Target string     // CNAME, NS, PTR, MX, SRV: the name it points to, with its last dot
	Data   string     // in zone-file form
}

// String is the record in zone-file form: "west.example. 300 IN MX 10 mx1.west.example.".
func (r Record) String() string {
	return r.Name + " " + strconv.FormatUint(uint64(r.TTL), 10) + " IN " + r.Type.String() + " " + r.Data
}

// readRecord reads the record at octet at.
func readRecord(b []byte, at int) (r Record, next int, err error) {
	owner, at, err := readName(b, at)
	if err != nil {
		return r, 0, err
	}
	if len(b) < at+10 {
		return r, 0, errShort
	}
	r.Name, r.Type, r.TTL = string(owner), Type(binary.BigEndian.Uint16(b[at:])), binary.BigEndian.Uint32(b[at+4:])
	if r.TTL > 1<<31-1 { // RFC 2181 §8
		r.TTL = 0
	}
	n := int(binary.BigEndian.Uint16(b[at+8:]))
	at += 10
	if next = at + n; len(b) < next {
		return r, 0, errShort
	}
	if !r.read(b[:next], at) {
		r.Data = strings.TrimRight("\\# "+strconv.Itoa(n)+" "+hex.EncodeToString(b[at:next]), " ") // RFC 3597 §5
	}
	return r, next, nil
}

// read understands the data from at to the end of b, where its type is one of ours.
func (r *Record) read(b []byte, at int) bool {
	d := b[at:]
	switch r.Type {
	case A, AAAA:
		addr, ok := netip.AddrFromSlice(d)
		if !ok || addr.Is4() != (r.Type == A) {
			return false
		}
		r.Addr, r.Data = addr, addr.String()
		return true
	case NS, CNAME, PTR:
		return r.target(b, at, "")
	case MX:
		return len(d) > 2 && r.target(b, at+2, numbers(d[:2]))
	case SRV:
		return len(d) > 6 && r.target(b, at+6, numbers(d[:6]))
	case TXT:
		return r.text(d)
	case TLSA: // RFC 6698 §2.1
		if len(d) < 4 {
			return false
		}
		r.Data = strconv.Itoa(int(d[0])) + " " + strconv.Itoa(int(d[1])) + " " + strconv.Itoa(int(d[2])) + " " + hex.EncodeToString(d[3:])
		return true
	case SOA:
		return r.authority(b, at)
	}
	return false
}

func (r *Record) target(b []byte, at int, before string) bool {
	name, end, err := readName(b, at)
	if err != nil || end != len(b) {
		return false
	}
	r.Target, r.Data = string(name), before+string(name)
	return true
}

// numbers writes 16-bit numbers with a space behind each.
func numbers(d []byte) string {
	s := ""
	for ; len(d) >= 2; d = d[2:] {
		s += strconv.Itoa(int(binary.BigEndian.Uint16(d))) + " "
	}
	return s
}

// text quotes character strings (RFC 1035 §3.3.14, §5.1).
func (r *Record) text(d []byte) bool {
	var out []byte
	for len(d) > 0 {
		n := int(d[0])
		if n+1 > len(d) {
			return false
		}
		if len(out) > 0 {
			out = append(out, ' ')
		}
		out = append(out, '"')
		for _, c := range d[1 : n+1] {
			switch {
			case c == '"' || c == '\\':
				out = append(out, '\\', c)
			case c < ' ' || c >= 0x7f:
				out = appendDDD(out, c)
			default:
				out = append(out, c)
			}
		}
		out = append(out, '"')
		d = d[n+1:]
	}
	r.Data = string(out)
	return true
}

// authority reads a start of authority (RFC 1035 §3.3.13).
func (r *Record) authority(b []byte, at int) bool {
	primary, at, err := readName(b, at)
	if err != nil {
		return false
	}
	mailbox, at, err := readName(b, at)
	if err != nil || at+20 != len(b) {
		return false
	}
	r.Data = string(primary) + " " + string(mailbox)
	for ; at < len(b); at += 4 {
		r.Data += " " + strconv.FormatUint(uint64(binary.BigEndian.Uint32(b[at:])), 10)
	}
	return true
}
