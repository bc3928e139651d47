package queue

import (
	"errors"
	"strings"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/dns"
	"github.com/smtpsim/smtpsim/sim/smtpclient"
)

// failures collects why no exchanger took a job.
type failures struct {
	domain    string
	own       bool    // this host itself came up among the exchangers
	tried     bool    // an address was tried
	soft      Outcome // the last that may be better later
	hard      Outcome // the last 5yz of a whole server
	temporary bool    // soft is set
	strict    bool    // the mail says REQUIRETLS
}

// add notes that a target gave no session.
func (f *failures) add(t Target, err error) {
	f.tried = true
	e, ok := errors.AsType[*smtpclient.Error](err)
	if ok && e.Reply.Code != 0 {
		f.outcome(Outcome{Reply: e.Reply, Remote: t.String(), Said: true, Later: e.Temporary()})
		return
	}
	if ok && f.strict && e.Stage == smtpclient.StageTLS { // RFC 8689 §4.2.1: 5.7.10, and no waiting
		f.outcome(Outcome{Reply: smtp.NewReply(550, "5.7.10", "Encryption needed: "+t.String()+": "+describeError(e.Err)), Remote: t.String()})
		return
	}
	// RFC 3463 §3.5, X.4.1: no answer from host
	f.outcome(Outcome{Reply: smtp.NewReply(451, "4.4.1", "connect to "+t.String()+": "+describeError(err)), Remote: t.String(), Later: true})
}

// outcome notes what a server said about the session as a whole.
func (f *failures) outcome(o Outcome) {
	f.tried = true
	if !o.Later {
		f.hard = o
		return
	}
	f.soft, f.temporary = o, true
}

// lookup notes that an exchanger's name led to no address.
func (f *failures) lookup(name string, a dns.Answer) {
	if a.Outcome.Temporary() {
		f.soft = Outcome{Reply: smtp.NewReply(451, "4.4.3", "The DNS gives no address of "+name+": "+a.Outcome.String()), Later: true}
		f.temporary = true
	}
}

// result is the verdict when no exchanger is left: later, if any of them may be better later; else for good, because all
// refused (RFC 5321 §4.2.1), none has an address, or the mail would come back here (§5.1).
func (f *failures) result() Outcome {
	switch {
	case f.temporary:
		return f.soft
	case f.tried:
		return f.hard
	case f.own:
		return Outcome{Reply: Plan{}.loop(f.domain).Reply}
	}
	return Outcome{Reply: Plan{Domain: f.domain}.unusable().Reply}
}

// lower is s in lower case, without an allocation where it is already.
func lower(s string) string { return strings.ToLower(s) }
