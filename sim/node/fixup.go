package node

import (
	"strings"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/dns"
	"github.com/smtpsim/smtpsim/sim/smtpserver"
	"github.com/smtpsim/smtpsim/trace/field"
)

// qualify completes a domain of one label in the envelope of a submission (RFC 6409 §4.2: "The MSA MUST ensure that all
// domains ... are fully qualified"). One that stays short is refused with 554.
func (s *session) qualify(m *smtp.Mailbox) *smtp.Reply {
	if s.policy != submissionPolicy || m.Domain == "" || m.Domain[0] == '[' || strings.Contains(m.Domain, ".") {
		return nil
	}
	full := m.Domain + "." + s.node.mailDomain()
	if _, err := smtp.ParseMailbox("a@"+full, smtp.Strict); err != nil {
		return refused(554, "5.1.3", "<"+m.String()+">: the domain is not fully qualified")
	}
	m.Domain = full
	return nil
}

// returnPath refuses a submission whose sender cannot be reached (RFC 6409 §3.2: "not able to determine a return path ...
// SHOULD immediately reject"). The null reverse-path is never a reason. It is asked where the host says so, for it costs a
// look-up.
func (s *session) returnPath(t *smtpserver.Transaction) *smtp.Reply {
	n, domain := s.node, lower(t.Envelope.Reverse.Domain)
	if !n.cfg.StrictSubmission || t.User != "" || t.Envelope.Reverse.Null || n.resolver == nil || n.domains[domain] {
		return nil
	}
	mx, a := n.resolver.LookupMX(domain)
	if len(mx) > 0 || a.Outcome.Temporary() {
		return nil
	}
	if _, a = n.resolver.LookupAddr(domain); a.Outcome == dns.Found || a.Outcome.Temporary() {
		return nil
	}
	return refused(554, "5.1.8", "<"+t.Envelope.Reverse.Address()+">: Sender address rejected: no way back to it")
}

// fixUp does to the header section of a submission what only an MSA may do (RFC 6409 §8; RFC 5321 §6.4): a missing Date and
// Message-ID are added, and Sender where the user is not the author. What cannot be mended is refused.
func (s *session) fixUp(t *smtpserver.Transaction, text []byte) ([]byte, *smtp.Reply) {
	if s.policy != submissionPolicy {
		return text, nil
	}
	head := field.ReadSection(text)
	author, _ := head.First("From")
	from := author.Body()
	if s.node.cfg.StrictSubmission && !strings.Contains(from, "@") { // RFC 6409 §6.3: "554 for ... syntactic problems"
		return text, refused(554, "5.6.0", "The message has no From field with an address (RFC 5322 section 3.6)")
	}
	var add []byte
	n := s.node
	if !has(&head, "Date") { // §8.2
		add = n.host.Clock.Now().AppendFormat(append(add, "Date: "...), "Mon, 02 Jan 2006 15:04:05 -0700\r\n")
	}
	if !has(&head, "Message-ID") { // §8.3
		add = append(append(append(append(add, "Message-ID: <"...), t.ID...), '@'), n.host.Name...)
		add = append(add, ">\r\n"...)
	}
	if sender := s.sender(t); sender != "" && !hasAddress(lower(from), lower(sender)) && !has(&head, "Sender") { // §8.1
		add = append(append(append(add, "Sender: "...), sender...), "\r\n"...)
	}
	if len(add) == 0 {
		return text, nil
	}
	return append(add, text...), nil
}

func has(head *field.Section, name string) bool {
	_, found := head.First(name)
	return found
}

// sender is the address of the user who has authenticated; "" where nobody has.
func (s *session) sender(t *smtpserver.Transaction) string {
	if t.User == "" || strings.Contains(t.User, "@") {
		return t.User
	}
	m := smtp.Mailbox{Local: t.User, Domain: s.node.mailDomain()}
	return m.String()
}
