package render

import (
	"github.com/smtpsim/smtpsim/trace"
	"github.com/smtpsim/smtpsim/trace/table"
)

const (
	mailsMax      = 8  // summaries under a ladder
	recipientsMax = 20 // lines of one mail
)

// mails says what became of each transaction: sender, recipients, size, outcome, and the server's name for it.
func (o *Options) mails(s *trace.Session) []string {
	var lines []string
	for i, tr := range s.Transactions {
		if i == mailsMax && !o.Whole {
			return append(lines, o.t("mail.more", "n", itoa(int64(len(s.Transactions)-i))))
		}
		lines = append(lines, o.mail(tr)...)
	}
	return lines
}

func (o *Options) mail(tr *trace.Transaction) []string {
	from := o.t("mail.unseen")
	if tr.ReversePath != nil {
		from = o.visible(table.Path(tr.ReversePath))
	}
	parts := []string{o.t("mail.n", "n", itoa(int64(tr.N)), "from", from)}
	if b := tr.Body; b != nil {
		parts = append(parts, o.count("octets", b.Bytes))
	}
	parts = append(parts, o.outcome(tr))
	if tr.QueueID != "" {
		parts = append(parts, o.t("mail.queued", "id", o.visible(tr.QueueID)))
	}
	lines := o.items(parts, outcomeClass(tr.Outcome))
	for i, r := range tr.Recipients {
		if i == recipientsMax && !o.Whole {
			return append(lines, "   "+o.t("mail.recipients.more", "n", itoa(int64(len(tr.Recipients)-i))))
		}
		lines = append(lines, o.recipient(tr, r)...)
	}
	return lines
}

func (o *Options) outcome(tr *trace.Transaction) string {
	s := o.outcomeWord(tr.Outcome, refusalCode(tr))
	if tr.RefusedAt != "" {
		s += " (" + o.t("at", "what", o.visible(tr.RefusedAt)) + ")"
	}
	return s
}

// outcomeWord tells "not now" from "no": a 4yz is a refusal for now (RFC 5321 §4.2.1).
func (o *Options) outcomeWord(out trace.Outcome, code int) string {
	if out == trace.Refused && code/100 == 4 {
		return o.t("outcome.later")
	}
	return o.t("outcome." + string(out))
}

// refusalCode is the code that a refused transaction ended with; of several the gravest.
func refusalCode(tr *trace.Transaction) int {
	code := 0
	for _, r := range tr.Recipients {
		if tr.RefusedAt == "RCPT" {
			code = max(code, r.Code)
		}
	}
	for _, r := range []*trace.ReplyRef{tr.Reply, tr.DataReply, tr.Final} {
		if r != nil && tr.RefusedAt != "RCPT" {
			code = max(code, r.Code)
		}
	}
	return code
}

// recipient says whom, and what the server said last about this copy.
func (o *Options) recipient(tr *trace.Transaction, r *trace.Recipient) []string {
	out, last := table.RecipientOutcome(tr, r), lastReply(tr, r)
	word := o.outcomeWord(out, last.Code)
	s := "   " + o.glyph().arrow + " <" + o.visible(r.ForwardPath) + "> " + word
	if o.Plain {
		s = "   " + o.t("mail.to") + " <" + o.visible(r.ForwardPath) + ">: " + word
	}
	if last.Code != 0 {
		s += ": " + o.replyText(last.Code, last.Enhanced, last.Text)
	}
	return o.wrapped(s, "     ", outcomeClass(out))
}

func outcomeClass(out trace.Outcome) class {
	switch out {
	case trace.Accepted:
		return good
	case trace.Refused:
		return bad
	case trace.Partial, trace.Aborted, trace.Unfinished:
		return pending
	}
	return plainText
}
