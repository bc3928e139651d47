package dsn

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/smtpsim/smtpsim/codes/smtp"
)

// The sizes that Parse takes; beyond them it fails.
const (
	maxReport     = 64 << 20
	maxRecipients = 100_000
	maxParts      = 64
)

// ErrNotReport says that a message holds no message/delivery-status part.
var ErrNotReport = errors.New("no message/delivery-status part: not a delivery status notification")

// Parse reads a report. It takes LF line ends too, any multipart type, and parts in any order.
func Parse(message []byte) (Report, error) {
	if len(message) > maxReport {
		return Report{}, fmt.Errorf("the message is longer than %d octets", maxReport)
	}
	head, body := cutHeader(message)
	r := Report{From: get(head, "From"), To: get(head, "To"), Subject: get(head, "Subject"), Date: get(head, "Date"),
		MessageID: strings.Trim(get(head, "Message-ID"), "<>"), Boundary: parameter(get(head, "Content-Type"), "boundary")}
	if r.Boundary == "" {
		return r, ErrNotReport
	}
	found := false
	for _, p := range splitParts(body, r.Boundary) {
		head, content := cutHeader(p)
		switch mediaType(get(head, "Content-Type")) {
		case "message/delivery-status", "message/global-delivery-status":
			if err := r.parseStatus(content); err != nil {
				return r, err
			}
			found = true
		case "text/rfc822-headers", "message/global-headers":
			r.Returned, r.HeadersOnly = content, true
		case "message/rfc822", "message/global":
			r.Returned = content
		case "text/plain", "":
			if r.Text == "" {
				r.Text = strings.ReplaceAll(string(content), "\r\n", "\n")
			}
		}
	}
	if !found {
		return r, ErrNotReport
	}
	return r, nil
}

// parseStatus reads the groups of fields, which empty lines separate.
func (r *Report) parseStatus(content []byte) error {
	groups := 0
	for len(content) > 0 {
		fields, rest := cutHeader(content)
		content = rest
		if len(fields) == 0 {
			continue
		}
		if groups == 0 {
			r.perMessage(fields)
		} else if err := r.perRecipient(fields); err != nil {
			return err
		}
		groups++
	}
	if groups < 2 {
		return fmt.Errorf("message/delivery-status has %d group(s) of fields: expected one for the message and one for each recipient", groups)
	}
	return nil
}

func (r *Report) perMessage(fields []Field) {
	for _, f := range fields {
		switch strings.ToLower(f.Name) {
		case "original-envelope-id":
			r.EnvelopeID = f.Value
		case "reporting-mta":
			r.ReportingMTA = parseTyped(f.Value)
		case "dsn-gateway":
			r.Gateway = parseTyped(f.Value)
		case "received-from-mta":
			r.ReceivedFrom = parseTyped(f.Value)
		case "arrival-date":
			r.Arrival = f.Value
		default:
			r.Extra = append(r.Extra, f)
		}
	}
}

func (r *Report) perRecipient(fields []Field) error {
	if len(r.Recipients) == maxRecipients {
		return fmt.Errorf("more than %d recipients", maxRecipients)
	}
	var rcpt Recipient
	for _, f := range fields {
		switch strings.ToLower(f.Name) {
		case "original-recipient":
			rcpt.Original = parseTyped(f.Value)
		case "final-recipient":
			rcpt.Final = parseTyped(f.Value)
		case "action":
			rcpt.Action = Action(strings.ToLower(firstWord(f.Value)))
		case "status":
			rcpt.Status, _ = smtp.CutEnhanced(f.Value)
		case "remote-mta":
			rcpt.RemoteMTA = parseTyped(f.Value)
		case "diagnostic-code":
			rcpt.Diagnostic = parseTyped(f.Value)
		case "last-attempt-date":
			rcpt.LastAttempt = f.Value
		case "final-log-id":
			rcpt.LogID = f.Value
		case "will-retry-until":
			rcpt.RetryUntil = f.Value
		default:
			rcpt.Extra = append(rcpt.Extra, f)
		}
	}
	r.Recipients = append(r.Recipients, rcpt)
	return nil
}

func parseTyped(s string) Typed {
	kind, value, ok := strings.Cut(s, ";")
	if !ok {
		return Typed{Value: strings.TrimSpace(s)}
	}
	return Typed{strings.ToLower(strings.TrimSpace(kind)), strings.TrimSpace(value)}
}

func firstWord(s string) string {
	word, _, _ := strings.Cut(strings.TrimSpace(s), " ")
	return word
}

// cutHeader reads fields up to the first empty line. A line that is no field ends a field's value and is left out.
func cutHeader(text []byte) (fields []Field, body []byte) {
	open := false
	for len(text) > 0 {
		line, rest := cutLine(text)
		if len(line) == 0 {
			return fields, rest
		}
		text = rest
		if line[0] == ' ' || line[0] == '\t' {
			if open {
				f := &fields[len(fields)-1]
				f.Value = strings.TrimLeft(f.Value+" "+string(bytes.Trim(line, " \t")), " ")
			}
			continue
		}
		name, value, ok := strings.Cut(string(line), ":")
		if open = ok && name != "" && !strings.ContainsAny(name, " \t"); open {
			fields = append(fields, Field{name, strings.Trim(value, " \t")})
		}
	}
	return fields, nil
}

func cutLine(text []byte) (line, rest []byte) {
	i := bytes.IndexByte(text, '\n')
	if i < 0 {
		return text, nil
	}
	return bytes.TrimSuffix(text[:i], []byte("\r")), text[i+1:]
}

func get(fields []Field, name string) string {
	for _, f := range fields {
		if strings.EqualFold(f.Name, name) {
			return f.Value
		}
	}
	return ""
}

func mediaType(contentType string) string {
	kind, _, _ := strings.Cut(contentType, ";")
	return strings.ToLower(strings.TrimSpace(kind))
}

// parameter is the value of a parameter of Content-Type (RFC 2045 §5.1), quoted or not.
func parameter(contentType, name string) string {
	_, rest, _ := strings.Cut(contentType, ";")
	for rest != "" {
		key, after, ok := strings.Cut(rest, "=")
		if !ok {
			return ""
		}
		after = strings.TrimLeft(after, " \t")
		var value string
		if strings.HasPrefix(after, `"`) {
			end := strings.IndexByte(after[1:], '"')
			if end < 0 {
				return ""
			}
			value, rest = after[1:1+end], after[2+end:]
			_, rest, _ = strings.Cut(rest, ";")
		} else {
			value, rest, _ = strings.Cut(after, ";")
			value = strings.TrimSpace(value)
		}
		if strings.EqualFold(strings.TrimSpace(key), name) {
			return value
		}
	}
	return ""
}

// splitParts finds the parts of a multipart body (RFC 2046 §5.1.1). The line end before a delimiter belongs to it.
func splitParts(body []byte, boundary string) [][]byte {
	var parts [][]byte
	start := -1
	for at := 0; at < len(body) && len(parts) < maxParts; {
		line, rest := cutLine(body[at:])
		next := len(body) - len(rest)
		after, ok := bytes.CutPrefix(line, []byte("--"+boundary))
		after = bytes.TrimRight(after, " \t")
		if ok && (len(after) == 0 || string(after) == "--") {
			if start >= 0 {
				parts = append(parts, trimLineEnd(body[start:max(start, at)]))
			}
			start = next
			if len(after) > 0 {
				return parts
			}
		}
		at = next
	}
	if start >= 0 && len(parts) < maxParts {
		parts = append(parts, body[start:]) // cut short: take what there is
	}
	return parts
}

func trimLineEnd(p []byte) []byte {
	p = bytes.TrimSuffix(p, []byte("\n"))
	return bytes.TrimSuffix(p, []byte("\r"))
}
