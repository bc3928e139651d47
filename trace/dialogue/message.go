package dialogue

import (
	"bytes"

	"github.com/smtpsim/smtpsim/trace"
)

// headerEnd is where the header section's last field ends, -1 if the empty line has not come: RFC 5322 §2.1. from says
// where to begin looking.
func headerEnd(p []byte, from int) int {
	if len(p) > 0 && p[0] == '\n' || len(p) > 1 && p[0] == '\r' && p[1] == '\n' {
		return 0
	}
	for i := from; i < len(p); {
		n := bytes.IndexByte(p[i:], '\n')
		if n < 0 {
			return -1
		}
		i += n + 1
		if i < len(p) && p[i] == '\n' || i+1 < len(p) && p[i] == '\r' && p[i+1] == '\n' {
			return i
		}
	}
	return -1
}

// fieldReader reads the fields of a header section that a Message tells of. All values share one piece of memory.
type fieldReader struct {
	values []byte // one behind the other
	found  []foundField
}

// foundField is a field whose value ends there.
type foundField struct {
	to  *string // nil: Received
	end int
}

// read fills m; false if there is no field that it tells of. The first field of a name counts, but of Received all.
func (r *fieldReader) read(m *trace.Message, header []byte) bool {
	r.values, r.found = r.values[:0], r.found[:0]
	known, received := false, 0
	for len(header) > 0 {
		var field []byte
		field, header = cutField(header)
		name, value, ok := bytes.Cut(field, []byte(":"))
		if !ok {
			continue
		}
		to, is := fieldOf(m, bytes.TrimRight(name, " \t"))
		switch {
		case !is:
			continue
		case to != nil && !r.has(to):
			r.values = unfold(r.values, value)
			r.found = append(r.found, foundField{to: to, end: len(r.values)})
		case to == nil && received < maxReceived:
			received++
			r.values = append(r.values, field...)
			r.found = append(r.found, foundField{end: len(r.values)})
		}
		known = true
	}
	r.tell(m, received)
	return known
}

// has says whether the field has come, and was not empty.
func (r *fieldReader) has(to *string) bool {
	start := 0
	for _, f := range r.found {
		if f.to == to && f.end > start {
			return true
		}
		start = f.end
	}
	return false
}

// tell cuts the values out.
func (r *fieldReader) tell(m *trace.Message, received int) {
	all, start := string(r.values), 0
	if received > 0 {
		m.Received = make([]string, 0, received)
	}
	for i, f := range r.found {
		if f.to == nil {
			m.Received = append(m.Received, all[start:f.end])
		} else {
			*f.to = all[start:f.end]
		}
		start = f.end
		r.found[i] = foundField{}
	}
}

// fieldOf is where the field of that name goes, nil for Received; false: Message does not tell of it.
func fieldOf(m *trace.Message, name []byte) (to *string, is bool) {
	var lower [len("message-id")]byte
	if len(name) > len(lower) {
		return nil, false
	}
	for i, c := range name {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		lower[i] = c
	}
	switch string(lower[:len(name)]) {
	case "received":
		return nil, true
	case "message-id":
		return &m.MessageID, true
	case "from":
		return &m.From, true
	case "to":
		return &m.To, true
	case "cc":
		return &m.Cc, true
	case "subject":
		return &m.Subject, true
	case "date":
		return &m.Date, true
	}
	return nil, false
}

// cutField takes the first field with its folded lines (RFC 5322 §2.2.3), without its last line end.
func cutField(p []byte) (field, rest []byte) {
	end := 0
	for end < len(p) {
		n := bytes.IndexByte(p[end:], '\n')
		if n < 0 {
			end = len(p)
			break
		}
		end += n + 1
		if end < len(p) && p[end] != ' ' && p[end] != '\t' {
			break
		}
	}
	return bytes.TrimRight(p[:end], "\r\n"), p[end:]
}

// maxReceived bounds Message.Received, beyond every loop limit (RFC 5321 §6.3).
const maxReceived = 200

// unfold appends a field's body without its line ends (RFC 5322 §2.2.3).
func unfold(dst, value []byte) []byte {
	value = bytes.TrimSpace(value)
	if bytes.IndexByte(value, '\n') < 0 {
		return append(dst, value...)
	}
	for i, c := range value {
		if c == '\n' || c == '\r' && i+1 < len(value) && value[i+1] == '\n' {
			continue
		}
		dst = append(dst, c)
	}
	return dst
}
