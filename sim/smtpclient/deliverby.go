package smtpclient

import (
	"strconv"
	"strings"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// needsDeliverBy keeps a mail that is to be returned when its time is over from a server that would not do so: one without
// DELIVERBY, or whose least by-time is more than what is left (RFC 2852 §4.1.4.1: MUST NOT).
func (c *Client) needsDeliverBy(env *smtp.Envelope, _ []byte) *Error {
	value, found := smtp.FindParam(env.Params, "BY")
	by, _ := smtp.ParseDeliverBy(value)
	if !found || !by.Return || c.cfg.LMTP { // RFC 2852 §1: into a mailbox is not on to another host
		return nil
	}
	if !c.uses(persona.DeliverBy) {
		return local(554, "5.3.3", "The mail must be delivered by a time, and the server does not offer DELIVERBY")
	}
	arg, _ := c.Argument(persona.DeliverBy)
	arg, _, _ = strings.Cut(arg, ",") // RFC 2852 §2: more options may follow
	if least, err := strconv.ParseInt(arg, 10, 64); err == nil && by.Seconds < least {
		return local(554, "5.3.3", "The mail must be delivered within "+strconv.FormatInt(by.Seconds, 10)+
			" seconds, and the server wants at least "+arg)
	}
	return nil
}
