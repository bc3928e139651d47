package queue

import (
	"errors"
	"net/netip"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/dns"
	"github.com/smtpsim/smtpsim/sim/smtpclient"
)

// maxTargets bounds the addresses that one try goes through (RFC 5321 §5.1: "there MAY also be a configurable limit").
const maxTargets = 20

// relay tries the plan's exchangers in order until one has answered for each recipient of todo (positions in j.rcpts). It
// returns those that no host was of use to; outs says why.
func (w *worker) relay(j job, todo []int, text []byte, outs []Outcome) (left []int) {
	fails := failures{domain: w.plan.Domain, strict: w.care == careStrict}
	tried := 0
	for _, group := range w.plan.Groups {
		targets, own := w.resolve(group, &fails)
		if own { // RFC 5321 §5.1: this host's own preference and everything behind it is discarded
			fails.own = true
			break
		}
		for _, t := range targets {
			if tried == maxTargets {
				break
			}
			tried++
			for w.again = true; w.again; {
				w.again = false
				session, err := w.queue.opts.Connect(t)
				if err != nil {
					fails.add(t, err)
					break
				}
				w.session, w.remote, w.sent, w.met = session, t.String(), 0, true
				if todo = w.send(j, todo, text, outs); len(todo) == 0 {
					return nil
				}
				fails.outcome(outs[todo[0]])
			}
		}
	}
	result := fails.result()
	for _, k := range todo {
		outs[k] = result
	}
	return todo
}

// send runs one transaction for the recipients todo in the open session and returns those that need another host; the
// session is gone then.
func (w *worker) send(j job, todo []int, text []byte, outs []Outcome) (left []int) {
	if todo = w.validSince(j, todo, outs); len(todo) == 0 {
		return nil
	}
	env := j.mail.envelope
	if len(todo) != len(env.Recipients) {
		env.Recipients = make([]smtp.Recipient, len(todo))
		for n, k := range todo {
			env.Recipients[n] = j.mail.envelope.Recipients[j.rcpts[k]]
		}
	}
	offers := offersOf(w.session)
	text = w.queue.onward(&env, j, text, offers)
	w.queue.transID(&env, j, todo[0])
	result, err := w.session.Send(env, text)
	w.sent++
	said := true // by the server; else its announcements made the client decide (a size limit)
	if e, ok := errors.AsType[*smtpclient.Error](err); ok {
		said = !e.Local
	}
	for n := range result.Recipients {
		r, k := &result.Recipients[n], todo[n]
		outs[k] = Outcome{Reply: r.Reply, Remote: w.remote, Said: said && r.Reply.Code != 0, Later: !r.Accepted && r.Temporary(),
			offers: offers, lmtp: w.plan.LMTP}
		if r.Reply.Code == 0 {
			outs[k].Reply = smtp.NewReply(451, "4.4.2", "connection to "+w.remote+" lost at "+string(r.Stage)) // RFC 5321 §3.8
		}
		if elsewhere(r) {
			left = append(left, k)
		}
	}
	if len(left) > 0 || !w.session.Usable() {
		w.again = w.sameAgain(len(todo), len(left), err)
		w.hangUp()
	}
	return left
}

// elsewhere reports whether another host should be asked at once: the connection broke before the text was handed over
// (after it, the mail may have been taken, and another host would make two of it: RFC 1047), or 421, which is about the
// host and not about the mail (RFC 5321 §4.2.2). All other replies are final for this try: a 5yz of the best exchanger is
// not taken to the next one (RFC 5321 §4.2.1: "SHOULD NOT repeat the exact request"), a 4yz waits: RFC 5321 §5.1 has the client able to try the next address until one
// succeeds, §4.2.1 has it try again later. Real servers differ; here the mail waits, as its recipient's own exchanger asked.
func elsewhere(r *smtpclient.Recipient) bool {
	return r.Reply.Code == 0 && r.Stage != smtpclient.StageEnd || r.Reply.Code == 421 || r.Reply.Enhanced == needsRequireTLS
}

// needsRequireTLS is what the client says of a server without REQUIRETLS. RFC 8689 §4.2.1: "repeat ... with each host".
//
//house:table constant
var needsRequireTLS = smtp.EnhancedCode{5, 7, 30}

// resolve looks up the addresses of a group's exchangers. own: one of them is this host.
func (w *worker) resolve(group []Exchanger, fails *failures) (targets []Target, own bool) {
	targets = w.targets[:0]
	router := w.queue.opts.Router
	for _, x := range group {
		var addrs []netip.Addr
		if x.Addr.IsValid() {
			addrs = []netip.Addr{x.Addr}
		} else {
			var answer dns.Answer
			if addrs, answer = router.Lookup.LookupAddr(x.Name); len(addrs) == 0 {
				fails.lookup(x.Name, answer)
			}
		}
		for _, a := range addrs {
			if x.Port == PortSMTP && router.ours(a) { // on another port somebody else listens: a filter, a message store
				return nil, true
			}
			t := Target{Name: x.Name, Addr: netip.AddrPortFrom(a, x.Port), LMTP: w.plan.LMTP, Timeout: w.queue.opts.DialMax}
			if w.queue.opts.Demands == nil || w.demand(&t, fails) {
				targets = append(targets, t)
			}
		}
	}
	w.targets = targets
	return targets, false
}
