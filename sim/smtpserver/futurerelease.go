package smtpserver

import (
	"strconv"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// futureRelease is FUTURERELEASE: a mail that is not to leave before its time (RFC 4865). It is for submission: whoever
// configures a server on another port leaves it out (§4.2: "MUST NOT advertise ... on any port other than the submission
// port").
func futureRelease() extension {
	return extension{is: persona.FutureRelease, line: (*session).futureReleaseLine,
		mail: []param{{"HOLDFOR", (*session).hold}, {"HOLDUNTIL", (*session).hold}}}
}

// futureReleaseLine tells the longest interval and the latest moment (RFC 4865 §3).
func (n *session) futureReleaseLine() string {
	longest := n.srv.cfg.Terms.holdMax()
	latest := n.srv.host.Clock.Now().UTC().Add(longest)
	return "FUTURERELEASE " + strconv.FormatInt(int64(longest/time.Second), 10) + " " + latest.Format(time.RFC3339)
}

// hold checks HOLDFOR and HOLDUNTIL. RFC 4865 §4.2: 501 5.5.4 where it is invalid, too far away or there twice; §5.2.2: and
// where the mail would be of no use any more when it is released.
func (n *session) hold(c *smtp.Command, p *smtp.Param) bool {
	now := n.srv.host.Clock.Now()
	d, ok := smtp.ParseHoldFor(p.Value)
	if p.Name == "HOLDUNTIL" {
		var until time.Time
		until, ok = smtp.ParseHoldUntil(p.Value)
		d = until.Sub(now)
	}
	by, limited := smtp.FindParam(c.Params, "BY")
	left, _ := smtp.ParseDeliverBy(by)
	switch {
	case !ok:
		return n.reject(501, "5.5.4", "Syntax: HOLDFOR=seconds or HOLDUNTIL=2026-03-02T09:00:00Z")
	case count(c.Params, "HOLDFOR", "HOLDUNTIL") > 1:
		return n.reject(501, "5.5.4", "Only one of HOLDFOR and HOLDUNTIL, and once")
	case d > n.srv.cfg.Terms.holdMax():
		return n.reject(501, "5.5.4", p.Name+" is farther away than this server holds mail")
	case limited && d > time.Duration(left.Seconds)*time.Second:
		return n.reject(501, "5.5.4", p.Name+" is farther away than BY")
	}
	return true
}

// count is how many of the parameters have one of the names.
func count(params []smtp.Param, names ...string) (n int) {
	for i := range params {
		for _, name := range names {
			if params[i].Name == name {
				n++
			}
		}
	}
	return n
}
