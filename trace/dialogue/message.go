package dialogue

import (
	"bytes"
	"strings"

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

// readMessage reads the fields of a header section that Message tells of; nil if there are none. The first field of a
// name counts, but of Received all.
func readMessage(header []byte) *trace.Message {
	var m trace.Message
	found := false
	for len(header) > 0 {
		var field []byte
		field, header = cutField(header)
		name, value, ok := bytes.Cut(field, []byte(":"))
		if !ok {
			continue
		}
		found = setField(&m, string(bytes.TrimRight(name, " \t")), field, value) || found
	}
	if !found {
		return nil
	}
	return &m
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

// setField takes one field; false: Message does not tell of it.
func setField(m *trace.Message, name string, field, value []byte) bool {
	to := (*string)(nil)
	switch strings.ToLower(name) {
	case "received":
		if len(m.Received) < maxReceived {
			m.Received = append(m.Received, string(field))
		}
		return true
	case "message-id":
		to = &m.MessageID
	case "from":
		to = &m.From
	case "to":
		to = &m.To
	case "cc":
		to = &m.Cc
	case "subject":
		to = &m.Subject
	case "date":
		to = &m.Date
	default:
		return false
	}
	if *to == "" {
		*to = unfold(value)
	}
	return true
}

// maxReceived bounds Message.Received, beyond every loop limit (RFC 5321 §6.3).
const maxReceived = 200

// unfold takes the line ends out of a field's body (RFC 5322 §2.2.3).
func unfold(value []byte) string {
	value = bytes.TrimSpace(value)
	if bytes.IndexByte(value, '\n') < 0 {
		return string(value)
	}
	out := make([]byte, 0, len(value))
	for i, c := range value {
		if c == '\n' || c == '\r' && i+1 < len(value) && value[i+1] == '\n' {
			continue
		}
		out = append(out, c)
	}
	return string(out)
}
