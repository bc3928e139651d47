package maillog

import (
	"bufio"
	"errors"
	"io"
	"net/netip"
	"strconv"
	"strings"

	"github.com/smtpsim/smtpsim/trace"
)

// Kind says what a [Record] tells.
type Kind uint8

const (
	Arrival  Kind = iota // a mail was taken
	Delivery             // a mail was given on, put off or given up
)

// Status is what became of a mail for one recipient.
type Status string

const (
	Sent     Status = "sent"
	Deferred Status = "deferred" // it is tried again
	Bounced  Status = "bounced"  // it never will be
)

// Record is one line of a log about a mail. What the line does not say is empty.
type Record struct {
	Kind     Kind
	Line     int        // from 1
	Time     trace.Time // 0: the line names no year or no zone
	Software string     // Postfix, Sendmail, OpenSMTPD, Exim
	QueueID  string
	From     *string // of an arrival: the reverse-path; nil: not told

	To     string         // of a delivery: the recipient
	Relay  netip.AddrPort // to whom; port 0: not told; invalid: to nobody or into a mailbox
	Status Status
	Code   string // the enhanced status code, where the software writes one
	Text   string // what the other side or the software said
	Raw    string // the line without its end
}

// maxLine bounds a line; what is longer is cut.
const maxLine = 64 << 10

// Scan calls tell for each line about a mail; other lines are passed over. The error is that of reading.
func Scan(r io.Reader, tell func(Record)) error {
	b := bufio.NewReaderSize(r, maxLine)
	for n := 1; ; n++ {
		line, err := b.ReadSlice('\n')
		text := strings.TrimRight(string(line), "\r\n")
		for errors.Is(err, bufio.ErrBufferFull) {
			_, err = b.ReadSlice('\n')
		}
		if one, ok := Parse(text); ok {
			one.Line = n
			tell(one)
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// Parse reads one line; !ok: it is not about a mail that came or went.
func Parse(line string) (r Record, ok bool) {
	t, rest := moment(line)
	if r, ok = exim(rest); !ok {
		if r, ok = syslog(rest); !ok {
			return Record{}, false
		}
	}
	r.Time, r.Raw = t, line
	return r, true
}

// path is a mailbox without its brackets.
func path(s string) string { return strings.TrimSuffix(strings.TrimPrefix(s, "<"), ">") }

// relay finds the address in "mx.example[192.0.2.1]:25" or "mx.example. [192.0.2.1]".
func relay(s string) netip.AddrPort {
	_, rest, ok := strings.Cut(s, "[")
	inside, rest, closed := strings.Cut(rest, "]")
	if !ok || !closed {
		return netip.AddrPort{}
	}
	a, err := netip.ParseAddr(strings.TrimPrefix(inside, "IPv6:"))
	if err != nil {
		return netip.AddrPort{}
	}
	digits, _ := strings.CutPrefix(rest, ":")
	end := 0
	for end < len(digits) && '0' <= digits[end] && digits[end] <= '9' {
		end++
	}
	port, _ := strconv.ParseUint(digits[:end], 10, 16) // 0 where there is none
	return netip.AddrPortFrom(a, uint16(port))
}
