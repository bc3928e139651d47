package node

import (
	"strings"

	"github.com/smtpsim/smtpsim/codes/smtp"
)

// final is the recipient for a target that aliases are not looked up for again: a program, a file, or "\bob", the mailbox
// itself, by which a .forward file keeps a copy (sendmail's forward(5)).
func (n *Node) final(target, domain string) (m smtp.Mailbox, is bool) {
	if n.agents == nil {
		return m, false
	}
	if user, own := strings.CutPrefix(target, `\`); own {
		local, _, _ := strings.Cut(user, "@")
		return smtp.Mailbox{Local: local, Domain: domain}, local != ""
	}
	if n.agents.targets[target] {
		return smtp.Mailbox{Local: target, Domain: domain}, true
	}
	return m, false
}
