package dnsmsg

import (
	"encoding/binary"
	"errors"
)

// maxRecords bounds how many records of the answer section are kept; a message over TCP may hold thousands.
const maxRecords = 64

// Message is what matters of a DNS message with one question (RFC 1035 §4.1).
type Message struct {
	ID        uint16
	Response  bool
	Truncated bool   // the rest has to be asked for over TCP (RFC 2181 §9)
	Name      string // as asked, without the last dot; "." for the root
	Type      Type
	Rcode     Rcode    // of a response
	Answers   []Record // the answer section, at most 64 records
	More      int      // records of it that are not in Answers: too many, or cut off
}

// Errors of [Parse].
var (
	errShort    = errors.New("dns: the message ends inside its header or question")
	errQuestion = errors.New("dns: expected a standard query with one question of class IN")
	errName     = errors.New("dns: a name is longer than 255 octets, points forward, or is cut off")
)

// Parse reads a message as it goes over UDP, or over TCP behind its length. The error says why it is none that can be understood. An
// answer section that breaks in the middle gives the records before: a capture may cut packets off.
func Parse(b []byte) (Message, error) {
	if len(b) < 12 {
		return Message{}, errShort
	}
	flags := binary.BigEndian.Uint16(b[2:])
	m := Message{ID: binary.BigEndian.Uint16(b), Response: flags&0x8000 != 0, Truncated: flags&0x0200 != 0, Rcode: Rcode(flags & 15)}
	if flags>>11&15 != 0 || binary.BigEndian.Uint16(b[4:]) != 1 { // RFC 1035 §4.1.1: OPCODE 0; RFC 9619: QDCOUNT 1
		return Message{}, errQuestion
	}
	name, at, err := readName(b, 12)
	if err != nil {
		return Message{}, err
	}
	if len(b) < at+4 {
		return Message{}, errShort
	}
	m.Name, m.Type = name.asked(), Type(binary.BigEndian.Uint16(b[at:]))
	if binary.BigEndian.Uint16(b[at+2:])&0x7fff != 1 { // the high bit asks for a unicast answer (RFC 6762 §5.4)
		return Message{}, errQuestion
	}
	if m.Response {
		m.records(b, at+4, int(binary.BigEndian.Uint16(b[6:])))
	}
	return m, nil
}

// records reads n records from at on.
func (m *Message) records(b []byte, at, n int) {
	for ; n > 0 && len(m.Answers) < maxRecords; n-- {
		r, next, err := readRecord(b, at)
		if err != nil {
			break
		}
		m.Answers = append(m.Answers, r)
		at = next
	}
	m.More = n
}
