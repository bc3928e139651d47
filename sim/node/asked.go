package node

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/queue"
	"github.com/smtpsim/smtpsim/sim/smtpserver"
	"github.com/smtpsim/smtpsim/trace/field"
)

// asked readies what a client's parameters ask for before the queue takes the mail: env has its recipients behind the
// aliases already. A reply refuses the mail.
func (s *session) asked(t *smtpserver.Transaction, env *smtp.Envelope, text []byte) ([]byte, *smtp.Reply) {
	if !t.Began.IsZero() {
		countDown(env, s.node.host.Clock.Now().Sub(t.Began))
	}
	if _, permits := smtp.FindParam(env.Params, "CONPERM"); permits && !bytes.Contains(bytes.ToLower(text), []byte("\ncontent-convert:")) &&
		!bytes.HasPrefix(bytes.ToLower(text), []byte("content-convert:")) {
		return text, refused(554, "5.6.0", "CONPERM needs a Content-Convert field") // RFC 4141 §4.2
	}
	env.Recipients = s.node.expanded(t.Envelope, env.Recipients)
	if s.node.speaks&careful != 0 {
		return s.headerAsks(t, env, text)
	}
	return text, nil
}

// countDown takes the time since MAIL off its by-time: the queue counts from now (RFC 2852 §4: the deliver-by-time is
// reckoned from the receipt of the parameter).
func countDown(env *smtp.Envelope, since time.Duration) {
	env.Params = slices.Clone(env.Params)
	for i := range env.Params {
		if p := &env.Params[i]; p.Name == "BY" {
			by, _ := smtp.ParseDeliverBy(p.Value) // the server has checked it
			by.Seconds -= int64((since + time.Second/2) / time.Second)
			p.Value = by.String()
		}
	}
}

// expanded adds to a mail the addresses that several others stand for, where the sender wants to be told of that (RFC 3461
// §5.2.7.3) or may ask (RFC 3886 §3.3.3).
func (n *Node) expanded(original smtp.Envelope, to []smtp.Recipient) []smtp.Recipient {
	if len(n.aliases) == 0 && n.agents == nil {
		return to
	}
	_, tracked := smtp.FindParam(original.Params, "MTRK")
	for _, r := range original.Recipients {
		targets, ok := n.stands(r.Forward.Mailbox)
		if ok && len(targets) > 1 && (tracked || asksSuccess(r.Params)) {
			to = append(slices.Clip(to), queue.Expanded(r))
		}
	}
	return to
}

// receivedFrom is what the client of the host's own server called itself, as the top trace field tells it; "": the mail
// begins here.
func receivedFrom(text []byte) string {
	head := field.ReadSection(text)
	f, found := head.First("Received")
	if !found {
		return ""
	}
	r := field.ParseReceived(f.Body())
	return r.Helo
}

func asksSuccess(params []smtp.Param) bool {
	value, _ := smtp.FindParam(params, "NOTIFY")
	return slices.ContainsFunc(strings.Split(value, ","), func(w string) bool { return strings.EqualFold(w, "SUCCESS") })
}

// forward are the parameters of RCPT for one of several who stand behind an address: the original recipient stays known
// (RFC 3461 §5.2.1 d), success is told once for all of them (§5.2.7.3 c), and who had their mailbox when is another
// question there (RFC 7293 §8.4).
func forward(r smtp.Recipient, several bool) []smtp.Param {
	var out []smtp.Param
	_, original := smtp.FindParam(r.Params, "ORCPT")
	for _, p := range r.Params {
		switch {
		case p.Name == "RRVS":
			continue
		case p.Name == "NOTIFY" && !original:
			out = append(out, smtp.Param{Name: "ORCPT", Value: "rfc822;" + smtp.EncodeXtext(r.Forward.Address())})
		}
		if p.Name == "NOTIFY" && several {
			p.Value = withoutSuccess(p.Value)
		}
		out = append(out, p)
	}
	return out
}

// withoutSuccess takes SUCCESS out of NOTIFY. Where nothing is left nothing else was wanted.
func withoutSuccess(value string) string {
	words := slices.DeleteFunc(strings.Split(value, ","), func(w string) bool { return strings.EqualFold(w, "SUCCESS") })
	if len(words) == 0 {
		return "NEVER"
	}
	return strings.Join(words, ",")
}

// mayPrefer says whether this client may have its mail go before that of others (RFC 6710 §4.1: "MUST NOT allow upgraded
// priorities from untrusted sources").
func (s *session) mayPrefer(t *smtpserver.Transaction) bool { return s.own || t.User != "" }

// priority looks at MT-PRIORITY at MAIL: what may not be asked for becomes 0 (X.3.6), and what goes too late to be of use
// is refused (X.7.15; RFC 6710 §4.1). Mail that says nothing has priority 0 (rule 5).
func (s *session) priority(t *smtpserver.Transaction) *smtp.Reply {
	value, lowered := 0, false
	for i := range t.Envelope.Params {
		p := &t.Envelope.Params[i]
		if p.Name != "MT-PRIORITY" {
			continue
		}
		value, _ = smtp.ParsePriority(p.Value) // the server has checked it
		if lowered = value > 0 && !s.mayPrefer(t); lowered {
			value, p.Value = 0, "0"
		}
	}
	switch least := s.node.cfg.PriorityLeast; {
	case least > 0 && value < least:
		return refused(450, "4.7.15", "Only mail of priority "+strconv.Itoa(least)+" and more is taken now")
	case lowered:
		return refused(250, "2.3.6", "0 is the new priority assigned to the message")
	}
	return nil
}

// headerPriority takes the priority out of the header section where MAIL has none: from one valid MT-Priority field (RFC
// 6758 §3.1).
func (s *session) headerPriority(t *smtpserver.Transaction, env *smtp.Envelope, head *field.Section) {
	fields := head.All("MT-Priority")
	if _, given := smtp.FindParam(env.Params, "MT-PRIORITY"); given || len(fields) != 1 {
		return
	}
	value, _, _ := strings.Cut(strings.TrimSpace(fields[0].Body()), " ") // a comment may follow (RFC 6758 §4)
	p, ok := smtp.ParsePriority(value)
	if ok && (p <= 0 || s.mayPrefer(t)) {
		env.Params = append(slices.Clip(env.Params), smtp.Param{Name: "MT-PRIORITY", Value: value})
	}
}
