package hops

import (
	"bytes"
	"strings"

	"github.com/smtpsim/smtpsim/codes/dsn"
	"github.com/smtpsim/smtpsim/trace/field"
	"github.com/smtpsim/smtpsim/trace/mime"
)

// report reads the delivery status notification or abuse report that the message is (RFC 6522), and traces the mail in it.
func (t *tracer) report(msg []byte, depth int) {
	f, ok := t.section.First("Content-Type")
	if !ok || !strings.HasPrefix(strings.ToLower(f.Body()), "multipart/") {
		return
	}
	var r *Report
	var inside *mime.Part
	for _, p := range mime.Tree(msg).Parts {
		switch p.Type {
		case "message/delivery-status", "message/global-delivery-status":
			if r == nil { // it reads all parts of its kind; a message with a thousand of them must not cost a thousand times that
				r = deliveryStatus(msg)
			}
		case "message/feedback-report": // RFC 5965
			r = feedback(msg[p.Body:p.End])
		case "message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers":
			inside = p
		}
	}
	if r == nil {
		return
	}
	if inside != nil {
		opts := t.opts
		opts.Offset += int64(inside.Body)
		opts.Line += bytes.Count(msg[:inside.Body], []byte("\n"))
		m := traceDeep(msg[inside.Body:inside.End], t.m.File, t.m.Index, opts, depth+1)
		r.Message = &m
	}
	t.m.Report = r
}

func deliveryStatus(msg []byte) *Report {
	d, err := dsn.Parse(msg)
	if err != nil && len(d.Recipients) == 0 {
		return &Report{Kind: "delivery-status"}
	}
	r := &Report{Kind: "delivery-status", ReportingMTA: d.ReportingMTA.Value}
	for _, rcpt := range d.Recipients {
		status := ""
		if !rcpt.Status.IsZero() {
			status = rcpt.Status.String()
		}
		r.Recipients = append(r.Recipients, ReportRecipient{FinalRecipient: rcpt.Final.Value, Action: string(rcpt.Action),
			Status: status, RemoteMTA: rcpt.RemoteMTA.Value, Diagnostic: rcpt.Diagnostic.Value})
	}
	return r
}

func feedback(text []byte) *Report {
	r := &Report{Kind: "feedback-report", Fields: map[string]string{}}
	s := field.ReadSection(text)
	for _, f := range s.Fields {
		if name := strings.ToLower(f.Name); r.Fields[name] == "" && len(r.Fields) < 64 {
			r.Fields[name] = f.Body()
		}
	}
	return r
}
