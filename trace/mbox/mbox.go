package mbox

import (
	"bufio"
	"bytes"
	"io"
)

// MaxMessage is how many octets of a message are kept unless Options say otherwise; the header section comes first.
const MaxMessage = 64 << 20

// Options of a Reader. The zero value is ready to use.
type Options struct {
	MaxMessage int // octets kept per message; 0: MaxMessage
}

// Quoting is how a writer kept body lines from looking like separators.
type Quoting uint8

const (
	Unquoted Quoting = iota // no ">From " line was seen
	MboxO                   // ">" before "From " only; ">From " of the sender cannot be told from it
	MboxRD                  // ">" before ">*From ", which can be undone
)

// Message is one message of a mailbox.
type Message struct {
	Index     int    // from 1
	Separator string // the "From " line without its end; "" where the file is one message
	Offset    int64  // of Data in the file
	Line      int    // of Data's first line in the file, from 1
	Data      []byte // as stored, body lines still quoted; the reader does not touch it again
	Quoting   Quoting
	Truncated bool // Data was cut at the limit
}

// Reader splits a stream.
type Reader struct {
	in      *bufio.Reader
	limit   int
	mbox    bool
	started bool
	index   int
	offset  int64
	line    int
	next    string // the separator that was read and begins the next message
	done    bool
}

// NewReader splits what r holds.
func NewReader(r io.Reader, opts Options) *Reader {
	limit := opts.MaxMessage
	if limit <= 0 {
		limit = MaxMessage
	}
	return &Reader{in: bufio.NewReaderSize(r, 64<<10), limit: limit, line: 1}
}

// Next is the next message; io.EOF says that there is none.
func (r *Reader) Next() (Message, error) {
	if !r.started {
		if err := r.start(); err != nil {
			return Message{}, err
		}
	}
	if r.done {
		return Message{}, io.EOF
	}
	r.index++
	m := Message{Index: r.index, Separator: r.next, Offset: r.offset, Line: r.line}
	if err := r.body(&m); err != nil {
		return Message{}, err
	}
	return m, nil
}

// start reads the first line if it is a separator.
func (r *Reader) start() error {
	r.started = true
	head, err := r.in.Peek(5)
	if len(head) == 0 {
		if err == io.EOF {
			r.done = true
			return nil
		}
		return err
	}
	if string(head) != "From " {
		return nil
	}
	r.mbox = true
	line, _, err := r.readLine(nil)
	r.next = string(bytes.TrimRight(line, "\r\n"))
	if err == io.EOF {
		err = nil
	}
	return err
}

// readLine appends the next line to dst, at most up to the limit; over tells that octets were left out.
func (r *Reader) readLine(dst []byte) (line []byte, over bool, err error) {
	for {
		part, err := r.in.ReadSlice('\n')
		r.offset += int64(len(part))
		if room := r.limit - len(dst); len(part) > room {
			dst, over = append(dst, part[:max(room, 0)]...), true
		} else {
			dst = append(dst, part...)
		}
		if err == bufio.ErrBufferFull {
			continue
		}
		if err == nil {
			r.line++
		}
		return dst, over, err
	}
}

// body collects a message up to the next separator or the end.
func (r *Reader) body(m *Message) error {
	blank := false // the line before was empty
	for {
		at := len(m.Data)
		if r.mbox && blank {
			if sep, ok := r.separator(); ok {
				r.next = sep
				m.Data = bytes.TrimSuffix(bytes.TrimSuffix(m.Data, []byte("\n")), []byte("\r")) // RFC 4155: not the message's
				return nil
			}
		}
		data, over, err := r.readLine(m.Data)
		m.Data, m.Truncated = data, m.Truncated || over
		if err == io.EOF {
			r.done = true
			return nil
		}
		if err != nil {
			return err
		}
		line := m.Data[at:]
		blank = len(bytes.TrimRight(line, "\r\n")) == 0 && !over
		if r.mbox {
			m.Quoting = max(m.Quoting, quoting(line))
		}
	}
}

// separator consumes the next line if it is one: "From ", an address, and a date with a time of day and a year.
func (r *Reader) separator() (string, bool) {
	head, _ := r.in.Peek(5)
	if string(head) != "From " {
		return "", false
	}
	head, _ = r.in.Peek(min(r.in.Size(), 1000))
	end := bytes.IndexByte(head, '\n')
	if end < 0 {
		end = len(head)
	}
	if !postmark(head[:end]) {
		return "", false
	}
	line, _, _ := r.readLine(nil)
	return string(bytes.TrimRight(line, "\r\n")), true
}

// postmark tells whether a line ends as separators do: "Fri Jul  8 12:08:34 2011", perhaps with a zone.
func postmark(line []byte) bool {
	words := bytes.Fields(line)
	clock, year := false, false
	for _, w := range words[1:] {
		switch {
		case len(w) >= 4 && isDigit(w[0]) && bytes.IndexByte(w, ':') > 0:
			clock = true
		case len(w) == 4 && isDigit(w[0]) && isDigit(w[1]) && isDigit(w[2]) && isDigit(w[3]):
			year = true
		}
	}
	return clock && year
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// quoting is what one line tells.
func quoting(line []byte) Quoting {
	if len(line) == 0 || line[0] != '>' {
		return Unquoted
	}
	rest := bytes.TrimLeft(line, ">")
	switch {
	case !bytes.HasPrefix(rest, []byte("From ")):
		return Unquoted
	case len(line)-len(rest) > 1:
		return MboxRD
	default:
		return MboxO
	}
}

// Unquote takes one ">" off each line that the writer quoted. For MboxO that may also unquote a sender's own ">From ".
func Unquote(data []byte, q Quoting) []byte {
	if q == Unquoted {
		return data
	}
	out := make([]byte, 0, len(data))
	for len(data) > 0 {
		n := bytes.IndexByte(data, '\n') + 1
		if n == 0 {
			n = len(data)
		}
		line := data[:n]
		if kind := quoting(line); kind == MboxO || kind == MboxRD && q == MboxRD {
			line = line[1:]
		}
		out = append(out, line...)
		data = data[n:]
	}
	return out
}

// Append writes msg to an mbox as mboxrd does: separator is the whole "From " line without its end.
func Append(dst []byte, separator string, msg []byte) []byte {
	dst = append(append(dst, separator...), '\n')
	last := byte('\n')
	for len(msg) > 0 {
		n := bytes.IndexByte(msg, '\n') + 1
		if n == 0 {
			n = len(msg)
		}
		if bytes.HasPrefix(bytes.TrimLeft(msg[:n], ">"), []byte("From ")) {
			dst = append(dst, '>')
		}
		dst = append(dst, msg[:n]...)
		last = msg[n-1]
		msg = msg[n:]
	}
	if last != '\n' {
		dst = append(dst, '\n')
	}
	return append(dst, '\n')
}
