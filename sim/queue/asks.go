package queue

import (
	"slices"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// asks are what the parameters of MAIL ask of the queue. A mail that asks nothing has none.
type asks struct {
	by       smtp.DeliverBy // DELIVERBY; its seconds counted when the mail came
	byDate   time.Time      // when they are over; zero: there is no BY
	late     bool           // the sender knows that they are
	hold     time.Time      // FUTURERELEASE: no try before; zero: none
	request  string         // how that was asked for, as a report tells it
	verp     string         // XVERP's two characters
	priority int            // MT-PRIORITY
	track    smtp.MTRK      // MTRK
	envid    string         // for it
}

// ask reads what the parameters of m ask for.
func (m *mail) ask() {
	for i := range m.envelope.Params {
		p := &m.envelope.Params[i]
		switch p.Name {
		case "BY", "HOLDFOR", "HOLDUNTIL", "XVERP", "MT-PRIORITY", "MTRK":
			if m.asks == nil {
				m.asks = &asks{}
			}
			m.asks.read(p, m)
		}
	}
	if m.asks != nil && m.released().After(m.arrived) {
		for i := range m.rcpts {
			m.rcpts[i].next = m.asks.hold
		}
	}
}

// read takes one parameter in. The server has checked it.
func (a *asks) read(p *smtp.Param, m *mail) {
	switch p.Name {
	case "BY":
		if by, ok := smtp.ParseDeliverBy(p.Value); ok {
			a.by, a.byDate = by, m.arrived.Add(time.Duration(by.Seconds)*time.Second) // RFC 2852 §4
			a.late = !by.Return && by.Seconds <= 0                                    // then the host before has told the sender
		}
	case "HOLDFOR":
		if d, ok := smtp.ParseHoldFor(p.Value); ok {
			a.hold, a.request = m.arrived.Add(d), "for;"+p.Value
		}
	case "HOLDUNTIL":
		if t, ok := smtp.ParseHoldUntil(p.Value); ok {
			a.hold, a.request = t, "until;"+p.Value
		}
	case "XVERP":
		if a.verp = p.Value; a.verp == "" {
			a.verp = "+=" // Postfix: default_verp_delimiters
		}
	case "MT-PRIORITY":
		a.priority, _ = smtp.ParsePriority(p.Value)
	case "MTRK":
		a.track, _ = smtp.ParseMTRK(p.Value)
		a.envid, _ = smtp.FindParam(m.envelope.Params, "ENVID")
	}
}

// without is params without those of the names, in a slice of its own.
func without(params []smtp.Param, names ...string) []smtp.Param {
	out := make([]smtp.Param, 0, len(params)+1)
	for _, p := range params {
		if !slices.Contains(names, p.Name) {
			out = append(out, p)
		}
	}
	return out
}

// offering is a Session that knows what its server offers.
type offering interface{ Offers() persona.Extensions }

func offersOf(s Session) persona.Extensions {
	if k, ok := s.(kept); ok {
		s = k.Session
	}
	if o, ok := s.(offering); ok {
		return o.Offers()
	}
	return 0
}

// onward readies envelope and text for the next host: what the parameters ask for is told it in its own terms, as far as
// it knows them. j.mail's are not changed.
func (q *Queue) onward(env *smtp.Envelope, j job, text []byte, offers persona.Extensions) []byte {
	m := j.mail
	if m.asks == nil {
		if q.opts.Speaks.Has(persona.MTPriority) && offers.Has(persona.MTPriority) {
			// RFC 6710 §4.2, RFC 6758 §3.2: also for mail that nobody has given a priority
			env.Params = append(slices.Clip(env.Params), smtp.Param{Name: "MT-PRIORITY", Value: "0"})
		}
		return text
	}
	// RFC 4865 §3: holding is for the MSA only; VERP is done below
	env.Params = without(env.Params, "HOLDFOR", "HOLDUNTIL", "XVERP", "BY", "MTRK")
	if m.asks.verp != "" {
		env.Reverse = m.reverse(j.rcpts[0])
	}
	q.onwardBy(env, m, offers)
	q.onwardTrack(env, m, offers)
	return m.onwardPriority(text, offers)
}
