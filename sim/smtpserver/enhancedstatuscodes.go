package smtpserver

import (
	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// enhance gives r the enhanced code that RFC 2034 §4 asks for: none where the keyword is not offered, in the greeting, in
// replies to EHLO and HELO unless somebody put one there, and in 3yz; else one whose class is the reply's, also where a
// software has no words of its own for it.
func (n *session) enhance(r *smtp.Reply) {
	class := r.Code / 100
	switch {
	case !n.offers.Has(persona.EnhancedStatusCodes) || class == 3:
		r.Enhanced = smtp.EnhancedCode{}
	case r.Enhanced[0] == class:
	case n.verb == smtp.Connect || n.verb.Greets():
		r.Enhanced = smtp.EnhancedCode{}
	case n.srv.persona.Customs.BareCodes && r.Enhanced.IsZero():
	default:
		r.Enhanced = enhancedFor(n.verb, r.Code)
	}
}

// enhancedFor is the code of RFC 3463 that says of a reply no more than its basic code does.
func enhancedFor(v smtp.Verb, code int) smtp.EnhancedCode {
	class := code / 100
	switch {
	case v == smtp.MAIL && class == 2:
		return smtp.EnhancedCode{2, 1, 0} // other address status
	case v == smtp.RCPT && class == 2:
		return smtp.EnhancedCode{2, 1, 5} // destination address valid
	case v == smtp.RCPT && (code == 550 || code == 553):
		return smtp.EnhancedCode{5, 1, 0} // other address status: user unknown and relaying denied look alike here
	case (v == smtp.AUTH || v == smtp.AuthLine) && code == 501:
		return smtp.EnhancedCode{5, 5, 2} // RFC 4954 §4
	}
	switch code {
	case 235:
		return smtp.EnhancedCode{2, 7, 0} // RFC 4954 §6, this and 535
	case 535:
		return smtp.EnhancedCode{5, 7, 8}
	case 500:
		return smtp.EnhancedCode{5, 5, 2} // syntax error
	case 502, 503:
		return smtp.EnhancedCode{5, 5, 1} // invalid command
	case 501, 504, 555:
		return smtp.EnhancedCode{5, 5, 4} // invalid command arguments
	case 452:
		return smtp.EnhancedCode{4, 3, 1} // mail system full
	case 552:
		return smtp.EnhancedCode{5, 3, 4} // message too big for system
	case 530, 538:
		return smtp.EnhancedCode{5, 7, 0} // other or undefined security status
	}
	return smtp.EnhancedCode{class, 0, 0} // other undefined status
}
