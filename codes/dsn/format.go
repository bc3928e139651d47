package dsn

import (
	"bytes"
	"strconv"
	"strings"
)

// maxLine is where field lines are folded (RFC 5322 §2.1.1: SHOULD be no more than 78 characters).
const maxLine = 78

// Format is the complete message, header section included, with CRLF line ends. If the boundary occurs in a part it is
// made longer. Line ends inside a value become spaces: values come from strangers, and must not make fields.
func Format(r Report) []byte {
	text := r.Text
	if text == "" {
		text = Explain(r)
	}
	status := formatStatus(r)
	b := Boundary(r.Boundary, []byte(text), status, r.Returned)
	out := optional(nil, "From", r.From)
	out = optional(out, "To", r.To)
	out = optional(out, "Subject", r.Subject)
	out = optional(out, "Date", r.Date)
	if r.MessageID != "" {
		out = field(out, "Message-ID", "<"+r.MessageID+">")
	}
	// RFC 3834 §2: so that no vacation program answers it.
	out = field(out, "Auto-Submitted", "auto-replied")
	out = field(out, "MIME-Version", "1.0")
	if !isASCII([]byte(text)) || !isASCII(status) || !isASCII(r.Returned) {
		// RFC 2045 §6.4: what stands in a part stands in the whole
		out = field(out, "Content-Transfer-Encoding", "8bit")
	}
	out = append(out, "Content-Type: multipart/report; report-type=delivery-status;\r\n boundary=\""+b+"\"\r\n\r\n"...)
	out = append(out, "This is a MIME-encapsulated message.\r\n"...)

	out = part(out, b, "Notification", "text/plain; charset=utf-8", crlf(text))
	types := [3]string{"message/delivery-status", "text/rfc822-headers", "message/rfc822"}
	if r.UTF8 { // RFC 6533 §4.1 to §4.3
		types = [3]string{"message/global-delivery-status", "message/global-headers", "message/global"}
	}
	out = part(out, b, "Delivery report", types[0], status)
	if r.HeadersOnly {
		out = part(out, b, "Undelivered Message Headers", types[1], r.Returned)
	} else {
		out = part(out, b, "Undelivered Message", types[2], r.Returned)
	}
	return append(out, "\r\n--"+b+"--\r\n"...)
}

func part(out []byte, boundary, description, contentType string, content []byte) []byte {
	out = append(out, "\r\n--"+boundary+"\r\n"...)
	out = field(out, "Content-Description", description)
	out = field(out, "Content-Type", contentType)
	if !isASCII(content) {
		out = field(out, "Content-Transfer-Encoding", "8bit")
	}
	return append(append(out, "\r\n"...), content...)
}

func isASCII(p []byte) bool {
	for _, c := range p {
		if c >= 0x80 {
			return false
		}
	}
	return true
}

// maxBoundary is the length of a boundary (RFC 2046 §5.1.1: "no longer than 70 characters").
const maxBoundary = 70

// Boundary is b, or where a part holds it or it is too long another that begins like it, such that no part holds it
// (RFC 2046 §5.1.1).
func Boundary(b string, parts ...[]byte) string {
	if b == "" {
		b = "report"
	}
	if len(b) > maxBoundary {
		b = strings.TrimRight(b[:maxBoundary-10], " ")
	}
	base := b[:min(len(b), maxBoundary-10)]
	for n := 1; holds(parts, "--"+b); n++ {
		if b += "_"; len(b) > maxBoundary {
			b = base + strconv.Itoa(n) // a finite text cannot hold all of them
		}
	}
	return b
}

func holds(parts [][]byte, s string) bool {
	for _, p := range parts {
		if bytes.Contains(p, []byte(s)) {
			return true
		}
	}
	return false
}

// formatStatus is the content of message/delivery-status: a group of fields for the mail, then one for each recipient.
func formatStatus(r Report) []byte {
	out := optional(nil, "Original-Envelope-Id", r.EnvelopeID)
	out = typed(out, "Reporting-MTA", r.ReportingMTA)
	out = typed(out, "DSN-Gateway", r.Gateway)
	out = typed(out, "Received-From-MTA", r.ReceivedFrom)
	out = optional(out, "Arrival-Date", r.Arrival)
	out = extras(out, r.Extra)
	for _, rcpt := range r.Recipients {
		out = append(out, "\r\n"...)
		out = typed(out, "Original-Recipient", rcpt.Original)
		out = typed(out, "Final-Recipient", rcpt.Final)
		out = field(out, "Action", string(rcpt.Action))
		out = field(out, "Status", rcpt.Status.String())
		out = typed(out, "Remote-MTA", rcpt.RemoteMTA)
		out = typed(out, "Diagnostic-Code", rcpt.Diagnostic)
		out = optional(out, "Last-Attempt-Date", rcpt.LastAttempt)
		out = optional(out, "Final-Log-ID", rcpt.LogID)
		out = optional(out, "Will-Retry-Until", rcpt.RetryUntil)
		out = extras(out, rcpt.Extra)
	}
	return out
}

func typed(out []byte, name string, t Typed) []byte {
	if t.IsZero() {
		return out
	}
	return field(out, name, t.String())
}

func optional(out []byte, name, value string) []byte {
	if value == "" {
		return out
	}
	return field(out, name, value)
}

func extras(out []byte, fields []Field) []byte {
	for _, f := range fields {
		out = field(out, f.Name, f.Value)
	}
	return out
}

// field writes one field, folded before spaces (RFC 5322 §2.2.3).
func field(out []byte, name, value string) []byte {
	line := name + ": " + strings.Map(oneLine, value)
	for len(line) > maxLine {
		cut := foldAt(line)
		if cut < 0 {
			break
		}
		out = append(append(out, line[:cut]...), "\r\n"...)
		line = line[cut:]
	}
	return append(append(out, line...), "\r\n"...)
}

func oneLine(c rune) rune {
	if c == '\r' || c == '\n' || c == 0 {
		return ' '
	}
	return c
}

// foldAt finds the last single space before the limit, else the first behind it; -1 if there is none.
func foldAt(line string) int {
	first := strings.Index(line, ": ") + 2 // never before the value
	best := -1
	for i := max(first, 1); i+1 < len(line); i++ {
		if line[i] != ' ' || line[i-1] == ' ' || line[i+1] == ' ' {
			continue
		}
		if i > maxLine && best > 0 {
			return best
		}
		best = i
		if i > maxLine {
			return best
		}
	}
	return best
}

func crlf(text string) []byte {
	return []byte(strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\n", "\r\n"))
}

// Explain is the text for people: what happened, to which recipient, and what the other server said, word for word.
func Explain(r Report) string {
	var b strings.Builder
	b.WriteString("This is the mail system at host " + r.ReportingMTA.Value + ".\n\n")
	if len(r.Recipients) > 0 {
		b.WriteString(opening(r.Recipients[0].Action))
	}
	for _, rcpt := range r.Recipients {
		b.WriteString("\n<" + rcpt.Final.Value + ">: " + rcpt.Status.String() + " " + string(rcpt.Action) + "\n")
		if !rcpt.Diagnostic.IsZero() {
			who := "The mail system"
			if !rcpt.RemoteMTA.IsZero() {
				who = rcpt.RemoteMTA.Value
			}
			b.WriteString("    " + who + " said: " + rcpt.Diagnostic.Value + "\n")
		}
		if rcpt.RetryUntil != "" {
			b.WriteString("    Delivery is tried again until " + rcpt.RetryUntil + "\n")
		}
	}
	return b.String()
}

func opening(a Action) string {
	switch a {
	case Failed:
		return "Your message could not be delivered to one or more recipients.\nNo further attempt is made. Your message is attached.\n"
	case Expanded:
		return "Your message was passed on to all who stand behind these addresses:\n"
	case Relayed:
		return "Your message was passed to a host that sends no such reports. You may hear nothing more of it:\n"
	case Delayed:
		return "THIS IS A WARNING ONLY. YOU DO NOT NEED TO SEND YOUR MESSAGE AGAIN.\nIt could not be delivered yet; delivery is still being tried.\n"
	}
	return "Your message was delivered to these recipients:\n"
}
