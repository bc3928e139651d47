package smtpclient

import (
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// needsHold keeps a mail that is to wait from an MSA that would not hold it, or not for so long (RFC 4865 §4.1).
func (c *Client) needsHold(env *smtp.Envelope, _ []byte) *Error {
	interval, limited := smtp.FindParam(env.Params, "HOLDFOR")
	moment, dated := smtp.FindParam(env.Params, "HOLDUNTIL")
	if !limited && !dated {
		return nil
	}
	if !c.uses(persona.FutureRelease) {
		return local(554, "5.3.3", "The mail is to be released later, and the server does not offer FUTURERELEASE")
	}
	arg, _ := c.Argument(persona.FutureRelease)
	longest, latest, _ := strings.Cut(arg, " ")
	most, ok := smtp.ParseHoldFor(longest)
	d, _ := smtp.ParseHoldFor(interval)
	if limited && ok && d > most {
		return local(501, "5.5.4", "HOLDFOR="+interval+" is more than the server's "+longest)
	}
	last, err := time.Parse(time.RFC3339, strings.TrimSpace(latest))
	if until, good := smtp.ParseHoldUntil(moment); dated && good && err == nil && until.After(last) {
		return local(501, "5.5.4", "HOLDUNTIL="+moment+" is later than the server's "+latest)
	}
	return nil
}
