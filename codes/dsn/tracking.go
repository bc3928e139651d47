package dsn

import "errors"

// The actions that only an answer about a tracked message has (RFC 3886 §3.3.3). There, Relayed means: to a host that tracks
// nothing.
const (
	Transferred Action = "transferred" // to a host that tracks too: it can be asked next
	Opaque      Action = "opaque"      // nothing is told
)

// FormatTracking is the content of one message/tracking-status part (RFC 3886 §3.1). Of r it takes what such a part has: the
// envelope id, who tells, when the message came, and the recipients; each of these has an Original-Recipient there.
func FormatTracking(r Report) []byte {
	r.Gateway, r.ReceivedFrom = Typed{}, Typed{}
	list := make([]Recipient, len(r.Recipients))
	for i, rcpt := range r.Recipients {
		if rcpt.Original.IsZero() {
			rcpt.Original = rcpt.Final
		}
		rcpt.Diagnostic = Typed{}
		list[i] = rcpt
	}
	r.Recipients = list
	return formatStatus(r)
}

// FormatTrackingAnswer is a body of type multipart/related with one part for each content (RFC 3886 §3, RFC 3887 §4): its
// header section, an empty line, the parts.
func FormatTrackingAnswer(boundary string, contents ...[]byte) []byte {
	b := Boundary(boundary, contents...)
	out := []byte("MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=\"" + b + "\"; type=\"message/tracking-status\"\r\n")
	for _, c := range contents {
		out = append(out, "\r\n--"+b+"\r\nContent-Type: message/tracking-status\r\n\r\n"...)
		out = append(out, c...)
	}
	return append(out, "\r\n--"+b+"--\r\n"...)
}

// ErrNoTracking says that an answer holds no message/tracking-status part.
var ErrNoTracking = errors.New("no message/tracking-status part: not an answer about a tracked message")

// ParseTracking reads what FormatTrackingAnswer writes: one Report for each part.
func ParseTracking(answer []byte) ([]Report, error) {
	head, body := cutHeader(answer)
	boundary := parameter(get(head, "Content-Type"), "boundary")
	var out []Report
	if boundary == "" || len(answer) > maxReport {
		return nil, ErrNoTracking
	}
	for _, p := range splitParts(body, boundary) {
		head, content := cutHeader(p)
		if mediaType(get(head, "Content-Type")) != "message/tracking-status" {
			continue
		}
		var r Report
		if err := r.parseStatus(content); err != nil {
			return out, err
		}
		out = append(out, r)
	}
	if len(out) == 0 {
		return nil, ErrNoTracking
	}
	return out, nil
}
