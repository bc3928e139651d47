package node

import (
	"strconv"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/smtpserver"
)

// terminalPrefix is where what was written to terminals lies on the host's disk: terminal/<user>/<n>, n from 1.
const terminalPrefix = "terminal/"

// atTerminal is RCPT in a transaction of SEND: 450 to a user who is not logged in (RFC 821 §3.4: "if the user is not
// active ... a 450 reply").
func (s *session) atTerminal(t *smtpserver.Transaction, m smtp.Mailbox) *smtp.Reply {
	if t.Kind != smtp.SEND || s.node.loggedIn(m) {
		return nil
	}
	return refused(450, "4.2.1", "User not active now")
}

// loggedIn says whether the mailbox belongs to somebody who sits at a terminal of this host.
func (n *Node) loggedIn(m smtp.Mailbox) bool {
	if m.Domain != "" && !n.domains[lower(m.Domain)] {
		return false
	}
	for _, user := range n.cfg.LoggedIn {
		if lower(user) == lower(m.Local) {
			return true
		}
	}
	return false
}

// toTerminals writes the text to the terminals of those recipients who are logged in, and gives those who are to have it in
// their mailbox: with SAML all, with SEND and SOML the others (RFC 821 §3.4).
func (s *session) toTerminals(t *smtpserver.Transaction, to []smtp.Recipient, text []byte) []smtp.Recipient {
	if t.Kind == "" {
		return to
	}
	n := s.node
	var mailboxes []smtp.Recipient
	for _, r := range to {
		shown := n.loggedIn(r.Forward.Mailbox) && n.show(lower(r.Forward.Local), text)
		if shown {
			n.host.Claims.Claim(host.Claim{Time: n.host.Clock.Now(), Host: n.host.Name, Role: host.RoleServer,
				Kind: host.ClaimDelivered, Code: 250, Text: "terminal", MailID: t.ID,
				Reverse: t.Envelope.Reverse.Address(), Recipient: r.Forward.Address()})
		}
		if !shown || t.Kind == smtp.SAML {
			mailboxes = append(mailboxes, r)
		}
	}
	return mailboxes
}

// show writes a text to a user's terminal.
func (n *Node) show(user string, text []byte) bool {
	number := len(n.host.Store.List(terminalPrefix+user+"/")) + 1
	return n.host.Store.Put(terminalPrefix+user+"/"+strconv.Itoa(number), append([]byte(nil), text...)) == nil
}
