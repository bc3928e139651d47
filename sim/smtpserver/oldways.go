package smtpserver

import (
	"strings"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// readStripped reads and loses the eighth bit, as a transport of RFC 821's Appendices A to C does.
func (n *session) readStripped(p []byte) (int, error) {
	got, err := n.conn.Read(p)
	for i := range p[:got] {
		p[i] &= 0x7f
	}
	return got, err
}

// masked says whether a firewall between makes the verb unreadable: it knows those of RFC 821 and EHLO.
func masked(v smtp.Verb) bool {
	switch v {
	case smtp.HELO, smtp.EHLO, smtp.MAIL, smtp.RCPT, smtp.DATA, smtp.RSET, smtp.NOOP, smtp.QUIT, smtp.VRFY, smtp.SEND, smtp.SOML, smtp.SAML:
		return false
	}
	return true
}

// mask makes an EHLO line unreadable: its keyword becomes X, but for a last letter that counts the masked ones. SIZE and
// 8BITMIME pass.
func mask(line string, nth int) string {
	keyword, _, _ := strings.Cut(line, " ")
	if e := persona.ByKeyword(keyword); e == persona.Size || e == persona.EightBitMIME {
		return line
	}
	return strings.Repeat("X", len(line)-1) + string(rune('A'+nth%26))
}
