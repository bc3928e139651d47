package smtpserver

import "github.com/smtpsim/smtpsim/codes/smtp"

// mayWait says whether the reply to v may be kept back to go out with others. RFC 2920 §3.2: replies to EHLO, DATA, VRFY,
// EXPN, TURN, QUIT and NOOP and to unknown commands must not be; RSET, MAIL, RCPT should. RFC 3030 §4.2 adds BDAT, RFC 4468 §3.2 BURL. The end
// of data is on neither list; the reply to it waits only while more commands lie in the buffer, like all the others.
func mayWait(v smtp.Verb) bool {
	switch v {
	case smtp.MAIL, smtp.RCPT, smtp.RSET, smtp.BDAT, smtp.BDATLast, smtp.BURL, smtp.BURLLast, smtp.EndOfData:
		return true
	}
	return false
}

// unsynchronized says that the client has sent on after a command that must be the last of its group (RFC 2920 §3.1), at
// a server that minds.
func (n *session) unsynchronized() bool {
	return n.srv.persona.Customs.Synchronized && n.in.Buffered() > 0
}
