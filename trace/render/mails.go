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
	s := o.t("outcome." + string(tr.Outcome))
	if tr.RefusedAt != "" {
		s += " (" + o.t("at", "what", o.visible(tr.RefusedAt)) + ")"
	}
	return s
}

// recipient says whom, and what the server said last about this copy.
func (o *Options) recipient(tr *trace.Transaction, r *trace.Recipient) []string {
	out := table.RecipientOutcome(tr, r)
	last := lastReply(tr, r)
	s := "   " + o.glyph().arrow + " <" + o.visible(r.ForwardPath) + "> " + o.t("outcome."+string(out))
	if o.Plain {
		s = "   " + o.t("mail.to") + " <" + o.visible(r.ForwardPath) + ">: " + o.t("outcome."+string(out))
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
