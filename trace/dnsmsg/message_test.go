package dnsmsg

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
)

// wire puts a message together: header, one question, answers as they are.
func wire(flags uint16, name string, qtype Type, answers ...string) []byte {
	b := binary.BigEndian.AppendUint16(nil, 7)
	b = binary.BigEndian.AppendUint16(b, flags)
	b = append(b, 0, 1, 0, byte(len(answers)), 0, 0, 0, 0)
	b = append(b, name...)
	b = binary.BigEndian.AppendUint16(b, uint16(qtype))
	b = append(b, 0, 1)
	for _, a := range answers {
		b = append(b, a...)
	}
	return b
}

// rr is a record whose owner is the name of the question.
func rr(t Type, data string) string {
	b := []byte{0xc0, 12}
	b = binary.BigEndian.AppendUint16(b, uint16(t))
	b = append(b, 0, 1, 0, 0, 1, 44)
	b = binary.BigEndian.AppendUint16(b, uint16(len(data)))
	return string(append(b, data...))
}

const west = "\x04west\x07example\x00"

func TestParse(t *testing.T) {
	for name, c := range map[string]struct {
		b    []byte
		want string
	}{
		"query":           {wire(0x0100, west, MX), "7 west.example MX query"},
		"root":            {wire(0x0100, "\x00", NS), "7 . NS query"},
		"NXDOMAIN":        {wire(0x8183, west, MX), "7 west.example MX NXDOMAIN"},
		"MX":              {wire(0x8180, west, MX, rr(MX, "\x00\x0a\x03mx1\xc0\x0c")), "7 west.example MX NOERROR [west.example. 300 IN MX 10 mx1.west.example.]"},
		"null MX":         {wire(0x8180, west, MX, rr(MX, "\x00\x00\x00")), "7 west.example MX NOERROR [west.example. 300 IN MX 0 .]"},
		"A":               {wire(0x8180, west, A, rr(A, "\xc0\x00\x02\x19")), "7 west.example A NOERROR [west.example. 300 IN A 192.0.2.25]"},
		"AAAA":            {wire(0x8180, west, AAAA, rr(AAAA, "\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01")), "7 west.example AAAA NOERROR [west.example. 300 IN AAAA 2001:db8::1]"},
		"A of five":       {wire(0x8180, west, A, rr(A, "\xc0\x00\x02\x19\x01")), `7 west.example A NOERROR [west.example. 300 IN A \# 5 c000021901]`},
		"TXT":             {wire(0x8180, west, TXT, rr(TXT, "\x06v=spf1\x05\"\\\x00\xff;")), `7 west.example TXT NOERROR [west.example. 300 IN TXT "v=spf1" "\"\\\000\255;"]`},
		"TLSA":            {wire(0x8180, west, TLSA, rr(TLSA, "\x03\x01\x01\xab\xcd")), "7 west.example TLSA NOERROR [west.example. 300 IN TLSA 3 1 1 abcd]"},
		"SRV":             {wire(0x8180, west, SRV, rr(SRV, "\x00\x01\x00\x02\x02\x4b\xc0\x0c")), "7 west.example SRV NOERROR [west.example. 300 IN SRV 1 2 587 west.example.]"},
		"SOA":             {wire(0x8180, west, SOA, rr(SOA, "\xc0\x0c\xc0\x0c"+strings.Repeat("\x00\x00\x00\x05", 5))), "7 west.example SOA NOERROR [west.example. 300 IN SOA west.example. west.example. 5 5 5 5 5]"},
		"unknown type":    {wire(0x8180, west, 257, rr(257, "\x01")), `7 west.example TYPE257 NOERROR [west.example. 300 IN TYPE257 \# 1 01]`},
		"odd label":       {wire(0x0100, "\x04a.\x00\xff\x00", A), `7 a\.\000\255 A query`},
		"cut in record":   {wire(0x8180, west, A, rr(A, "\xc0\x00\x02\x19"), rr(A, "\xc0\x00\x02\x19")[:9]), "7 west.example A NOERROR [west.example. 300 IN A 192.0.2.25] and 1 more"},
		"TC":              {wire(0x8380, west, MX), "7 west.example MX NOERROR truncated"},
		"short":           {make([]byte, 11), errShort.Error()},
		"no question":     {append([]byte{0, 7, 1, 0}, make([]byte, 8)...), errQuestion.Error()},
		"an update":       {wire(5<<11, west, SOA), errQuestion.Error()},
		"points at self":  {wire(0x0100, "\xc0\x0c", A), errName.Error()},
		"points forward":  {wire(0x0100, "\xc0\x20", A), errName.Error()},
		"name too long":   {wire(0x0100, strings.Repeat("\x3f"+strings.Repeat("a", 63), 4)+"\x00", A), errName.Error()},
		"as long as may":  {wire(0x0100, strings.Repeat("\x3f"+strings.Repeat("a", 63), 3)+"\x3d"+strings.Repeat("a", 61)+"\x00", A), "7 " + strings.Repeat(strings.Repeat("a", 63)+".", 3) + strings.Repeat("a", 61) + " A query"},
		"label of 64":     {wire(0x0100, "\x40"+strings.Repeat("a", 64)+"\x00", A), errName.Error()},
		"class CHAOS":     {wire(0x0100, west, A)[:12+len(west)+3], errShort.Error()},
		"ends after name": {wire(0x0100, west, A)[:12+len(west)], errShort.Error()},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := Parse(c.b)
			if got := describe(m, err); got != c.want {
				t.Errorf("%s\nwant %s", got, c.want)
			}
		})
	}
}

func describe(m Message, err error) string {
	if err != nil {
		return err.Error()
	}
	s := fmt.Sprintf("%d %s %s", m.ID, m.Name, m.Type)
	if !m.Response {
		return s + " query"
	}
	s += " " + m.Rcode.String()
	if len(m.Answers) > 0 {
		s += fmt.Sprintf(" %v", m.Answers)
	}
	if m.More > 0 {
		s += fmt.Sprintf(" and %d more", m.More)
	}
	if m.Truncated {
		s += " truncated"
	}
	return s
}

func FuzzParse(f *testing.F) {
	f.Add(wire(0x8180, west, MX, rr(MX, "\x00\x0a\x03mx1\xc0\x0c")))
	f.Add(wire(0x8180, west, TXT, rr(TXT, "\x06v=spf1")))
	f.Add(wire(0x0100, "\xc0\x0c", A))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := Parse(b)
		if err == nil && (len(m.Name) > 4*maxName || len(m.Answers) > maxRecords) {
			t.Errorf("%d octets of name, %d answers", len(m.Name), len(m.Answers))
		}
	})
}
