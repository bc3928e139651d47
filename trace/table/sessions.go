package table

import (
	"strings"

	"github.com/smtpsim/smtpsim/trace"
)

// Sessions has a row for each session. files names the captures that Session.Capture counts; it may be nil.
func Sessions(ss []*trace.Session, files []string) Table {
	t := Table{Name: "sessions", Columns: []Column{
		{"session", Number}, {"capture", Text}, {"first_packet", Number}, {"last_packet", Number},
		{"client", Text}, {"server", Text}, {"protocol", Word}, {"started", Moment}, {"ended", Moment},
		{"duration_seconds", Seconds}, {"end", Word}, {"helo", Text}, {"implicit_tls", Word}, {"starttls", Word},
		{"tls_version", Word}, {"auth", Text}, {"commands", Number}, {"transactions", Number}, {"accepted", Number},
		{"recipients", Number}, {"bytes", Number}, {"errors", Number}, {"warnings", Number}, {"notes", Number}}}
	for _, s := range ss {
		t.Rows = append(t.Rows, sessionRow(s, files))
	}
	return t
}

func sessionRow(s *trace.Session, files []string) []string {
	file := ""
	if s.Capture >= 0 && s.Capture < len(files) {
		file = files[s.Capture]
	}
	duration := ""
	if s.Started != 0 && s.Ended != 0 {
		duration = SecondsText(s.Ended.Sub(s.Started))
	}
	var accepted, recipients, octets int64
	for _, tr := range s.Transactions {
		if tr.Outcome == trace.Accepted || tr.Outcome == trace.Partial {
			accepted++
		}
		recipients += int64(len(tr.Recipients))
		if tr.Body != nil {
			octets += tr.Body.Bytes
		}
	}
	counts := Severities(s.Findings)
	return []string{number(int64(s.ID)), Visible(file), known(s.Packets[0]), known(s.Packets[1]),
		Visible(s.Client), Visible(s.Server), s.Protocol, s.Started.String(), s.Ended.String(), duration,
		string(s.End), Visible(heloOf(s)), yesNo(s.ImplicitTLS), s.StartTLS, Visible(tlsVersion(s)), Visible(authOf(s)),
		number(commands(s)), number(int64(len(s.Transactions))), number(accepted), number(recipients), number(octets),
		number(counts[trace.Error]), number(counts[trace.Warning]), number(counts[trace.Note])}
}

// Severities counts findings by severity: [notes, warnings, errors].
func Severities(fs []trace.Finding) (n [3]int64) {
	for _, f := range fs {
		n[min(f.Severity, trace.Error)]++
	}
	return n
}

func commands(s *trace.Session) (n int64) {
	for _, e := range s.Events {
		if e.Kind == trace.KindCommand {
			n++
		}
	}
	return n
}

// heloOf is the name of the last phase that has one: after STARTTLS the client introduces itself again.
func heloOf(s *trace.Session) string {
	name := ""
	for _, p := range s.Phases {
		if p.Helo != nil {
			name = p.Helo.Name
		}
	}
	return name
}

func tlsVersion(s *trace.Session) string {
	version := ""
	for _, p := range s.Phases {
		if p.TLS != nil {
			version = p.TLS.Version
		}
	}
	return version
}

func authOf(s *trace.Session) string {
	var all []string
	for _, a := range s.Auth {
		one := a.Mechanism + " " + a.Outcome
		if a.Identity != "" {
			one = a.Mechanism + " " + a.Identity + " " + a.Outcome
		}
		all = append(all, one)
	}
	return strings.Join(all, "; ")
}

// Transactions has a row for each mail transaction.
func Transactions(ss []*trace.Session) Table {
	t := Table{Name: "transactions", Columns: []Column{
		{"session", Number}, {"transaction", Number}, {"opened_by", Word}, {"reverse_path", Text},
		{"recipients", Number}, {"accepted_recipients", Number}, {"via", Word}, {"bytes", Number}, {"sha256", Word},
		{"outcome", Word}, {"refused_at", Word}, {"code", Number}, {"enhanced", Text}, {"text", Text},
		{"queue_id", Text}, {"message_id", Text}, {"from", Text}, {"subject", Text}}}
	for _, s := range ss {
		for _, tr := range s.Transactions {
			t.Rows = append(t.Rows, transactionRow(s, tr))
		}
	}
	return t
}

func transactionRow(s *trace.Session, tr *trace.Transaction) []string {
	var accepted int64
	for _, r := range tr.Recipients {
		if r.Code/100 == 2 {
			accepted++
		}
	}
	via, octets, sum := "", "", ""
	if b := tr.Body; b != nil {
		via, octets = b.Via, number(b.Bytes)
		if b.SHA256 != nil {
			sum = *b.SHA256
		}
	}
	code, enhanced, text := replyCells(tr.Final)
	m := tr.Message
	if m == nil {
		m = &trace.Message{}
	}
	return []string{number(int64(s.ID)), number(int64(tr.N)), Visible(tr.OpenedBy), Visible(Path(tr.ReversePath)),
		number(int64(len(tr.Recipients))), number(accepted), via, octets, sum, string(tr.Outcome), tr.RefusedAt,
		code, enhanced, text, Visible(tr.QueueID), Visible(m.MessageID), Visible(m.From), Visible(m.Subject)}
}

// Path is a reverse-path as it is written: "<>" for the null one, "" for one that was not seen.
func Path(p *string) string {
	if p == nil {
		return ""
	}
	return "<" + *p + ">"
}

func replyCells(r *trace.ReplyRef) (code, enhanced, text string) {
	if r == nil {
		return "", "", ""
	}
	return known(int64(r.Code)), Visible(r.Enhanced), Visible(r.Text)
}

// Recipients has a row for each RCPT; final is what the server said of this recipient after the message (LMTP, PRDR),
// else of the message as a whole.
func Recipients(ss []*trace.Session) Table {
	t := Table{Name: "recipients", Columns: []Column{
		{"session", Number}, {"transaction", Number}, {"recipient", Number}, {"reverse_path", Text},
		{"forward_path", Text}, {"answered", Word}, {"code", Number}, {"enhanced", Text}, {"text", Text},
		{"final_code", Number}, {"final_enhanced", Text}, {"final_text", Text}, {"outcome", Word}}}
	for _, s := range ss {
		for _, tr := range s.Transactions {
			for i, r := range tr.Recipients {
				t.Rows = append(t.Rows, recipientRow(s, tr, i, r))
			}
		}
	}
	return t
}

func recipientRow(s *trace.Session, tr *trace.Transaction, i int, r *trace.Recipient) []string {
	final := r.Final
	if final == nil && r.Code/100 == 2 {
		final = tr.Final
	}
	code, enhanced, text := replyCells(final)
	return []string{number(int64(s.ID)), number(int64(tr.N)), number(int64(i + 1)), Visible(Path(tr.ReversePath)),
		"<" + Visible(r.ForwardPath) + ">", yesNo(r.Answered), known(int64(r.Code)), Visible(r.Enhanced), Visible(r.Text),
		code, enhanced, text, string(RecipientOutcome(tr, r))}
}

// RecipientOutcome is what became of one recipient's copy as far as this session tells.
func RecipientOutcome(tr *trace.Transaction, r *trace.Recipient) trace.Outcome {
	final := r.Final
	if final == nil {
		final = tr.Final
	}
	switch {
	case !r.Answered:
		return trace.Unknown
	case r.Code >= 400:
		return trace.Refused
	case final == nil && tr.Outcome == trace.Partial: // whose copy failed is not known
		return trace.Unknown
	case final == nil:
		return tr.Outcome
	case final.Code/100 == 2:
		return trace.Accepted
	case final.Code >= 400:
		return trace.Refused
	}
	return trace.Unknown
}

// Findings has a row for each finding of the sessions, in their order.
func Findings(ss []*trace.Session) Table {
	t := Table{Name: "findings", Columns: []Column{
		{"session", Number}, {"packet", Number}, {"time", Moment}, {"severity", Word}, {"id", Word},
		{"text", Text}, {"source", Text}, {"evidence", Text}}}
	for _, s := range ss {
		for _, f := range s.Findings {
			t.Rows = append(t.Rows, []string{number(int64(s.ID)), known(f.Packet), f.Time.String(), f.Severity.String(),
				f.ID, Visible(f.Text), Visible(f.Source), Visible(f.Evidence)})
		}
	}
	return t
}
