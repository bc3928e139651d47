package smtpserver

import (
	"strconv"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// deliverBy is DELIVERBY: a mail that is of no use later (RFC 2852). What happens when its time is over is the queue's.
func deliverBy() extension {
	return extension{is: persona.DeliverBy, line: (*session).deliverByLine, mail: []param{{"BY", (*session).by}}}
}

// deliverByLine is the keyword with the least by-time, where there is one (RFC 2852 §2).
func (n *session) deliverByLine() string {
	if least := n.srv.cfg.Terms.DeliverByMin; least > 0 {
		return "DELIVERBY " + strconv.FormatInt(int64(least/time.Second), 10)
	}
	return "DELIVERBY"
}

// by checks MAIL's BY (RFC 2852 §4). Its seconds count from now: the time of MAIL is noted.
func (n *session) by(_ *smtp.Command, p *smtp.Param) bool {
	by, ok := smtp.ParseDeliverBy(p.Value)
	least := n.srv.cfg.Terms.DeliverByMin
	switch {
	case !ok:
		return n.reject(501, "5.5.4", "Syntax: BY=seconds;N or R, and T for a trace")
	case !by.Sendable():
		return n.reject(501, "5.5.4", "BY with R needs more than 0 seconds") // §4: SHOULD 501 5.5.4
	case by.Return && by.Seconds < int64(least/time.Second):
		// §3: "rejected with a permanent failure (55z)"; §4: 555
		return n.reject(555, "5.5.4", "BY with R needs at least "+strconv.FormatInt(int64(least/time.Second), 10)+" seconds here")
	}
	n.tx.Began = n.srv.host.Clock.Now()
	return true
}
