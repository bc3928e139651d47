package node

import (
	"bytes"
	"strings"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/smtpserver"
	"github.com/smtpsim/smtpsim/trace/field"
)

// Filter is what a host in the middle does with mail that passes (RFC 5598 §5.5: boundary filter). The first rule that applies
// decides; those with TagIt do not end the search.
type Filter struct {
	Rules      []FilterRule
	Quarantine string            // address that gets what Quarantine puts aside
	Hide       map[string]string // a firewall's: domain or address of mail that goes out to what others see
	Show       map[string]string // and back: recipients of mail that comes in
}

// FilterDeed is what a rule does.
type FilterDeed string

// The deeds.
const (
	RejectIt     FilterDeed = "reject"     // a 5yz at the end of the mail data: the client tells its user
	DiscardIt    FilterDeed = "discard"    // 250, and the mail is gone (RFC 5321 §6.2 warns of it)
	TagIt        FilterDeed = "tag"        // a header field more
	QuarantineIt FilterDeed = "quarantine" // it goes to Quarantine in place of its recipients
)

// FilterRule applies to mail that has a text.
type FilterRule struct {
	Field string // name of a header field; "body"; "": anywhere
	Has   string // in any case
	Does  FilterDeed
	Reply smtp.Reply // to what is rejected; zero: 554 5.7.1
	Tag   string     // "Name: value"
}

// applies reports whether the mail has the rule's text.
func (r *FilterRule) applies(text []byte, head *field.Section) bool {
	has := []byte(lower(r.Has))
	switch lower(r.Field) {
	case "":
		return bytes.Contains(bytes.ToLower(text), has)
	case "body":
		return bytes.Contains(bytes.ToLower(text[min(head.Body, len(text)):]), has)
	}
	for _, f := range head.All(r.Field) {
		if strings.Contains(lower(f.Body()), string(has)) {
			return true
		}
	}
	return false
}

// filter looks at a mail before the host is responsible for it. It gives the transaction and the text that go on; over means
// that nothing goes on, because of the refusal or because the mail was discarded.
func (s *session) filter(t *smtpserver.Transaction, text []byte) (out *smtpserver.Transaction, changed []byte, refusal *smtp.Reply, over bool) {
	n, f := s.node, s.node.cfg.Filter
	head := field.ReadSection(text)
	passed := *t // the server's own stays as the client gave it
	var tags []byte
	for i := range f.Rules {
		r := &f.Rules[i]
		if !r.applies(text, &head) {
			continue
		}
		switch r.Does {
		case TagIt:
			name, value, _ := strings.Cut(r.Tag, ":")
			tags = appendField(tags, strings.TrimSpace(name), strings.TrimSpace(value))
			continue
		case RejectIt:
			if r.Reply.Code == 0 {
				return t, text, refused(554, "5.7.1", "This mail is not wanted here"), true
			}
			return t, text, &r.Reply, true
		case DiscardIt:
			n.discard(t, r)
			return t, text, nil, true
		case QuarantineIt:
			if m, err := smtp.ParseMailbox(f.Quarantine, smtp.Tolerant); err == nil {
				passed.Envelope.Recipients = []smtp.Recipient{{Forward: smtp.ForwardPath{Mailbox: m}}}
			}
		}
		break
	}
	if len(tags) > 0 {
		text = append(tags, text...)
	}
	return &passed, f.rewrite(&passed, text, s.relays(t)), nil, false
}

// discard notes that a mail has been made away with, which its sender will never know.
func (n *Node) discard(t *smtpserver.Transaction, r *FilterRule) {
	for _, to := range t.Envelope.Recipients {
		n.host.Claims.Claim(host.Claim{Time: n.host.Clock.Now(), Host: n.host.Name, Role: host.RoleServer, Kind: host.ClaimDropped,
			Text: "discarded by the rule about " + r.Has, MailID: t.ID, Local: t.Local, Remote: t.Remote,
			Reverse: t.Envelope.Reverse.Address(), Recipient: to.Forward.Address()})
	}
}

// rewrite is what a firewall that hides addresses does: a gateway between two worlds that both speak SMTP (RFC 5321 §2.3.10,
// §3.7.1). Mail of its own clients has the addresses of others in envelope and header section; mail that comes in finds back.
func (f *Filter) rewrite(t *smtpserver.Transaction, text []byte, goesOut bool) []byte {
	table := f.Show
	if goesOut {
		table = f.Hide
	}
	if len(table) == 0 {
		return text
	}
	change := func(address string) string { return replaced(table, address) }
	to := make([]smtp.Recipient, len(t.Envelope.Recipients))
	for i, r := range t.Envelope.Recipients {
		r.Forward.Mailbox = replacedMailbox(r.Forward.Mailbox, change)
		to[i] = r
	}
	t.Envelope.Recipients = to
	if goesOut && !t.Envelope.Reverse.Null {
		t.Envelope.Reverse.Mailbox = replacedMailbox(t.Envelope.Reverse.Mailbox, change)
	}
	return rewriteHead(text, change)
}

// replaced is what stands for an address in a table: of itself, else of its domain.
func replaced(table map[string]string, address string) string {
	if to, ok := table[lower(address)]; ok {
		return to
	}
	if i := strings.LastIndexByte(address, '@'); i > 0 {
		if domain, ok := table[lower(address[i+1:])]; ok {
			return address[:i+1] + domain
		}
	}
	return address
}

func replacedMailbox(m smtp.Mailbox, change func(string) string) smtp.Mailbox {
	if out, err := smtp.ParseMailbox(change(m.String()), smtp.Tolerant); err == nil {
		return out
	}
	return m
}
