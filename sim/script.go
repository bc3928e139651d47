package sim

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/console"
	"github.com/smtpsim/smtpsim/sim/node"
	"github.com/smtpsim/smtpsim/sim/scenario"
	"github.com/smtpsim/smtpsim/trace"
)

// submit writes one mail of the scenario and hands it over; it runs in a process of the host that writes.
func (w *World) submit(m *scenario.Mail) {
	written := node.Message{From: m.From, To: m.To, Header: m.Header, Subject: m.Subject, Body: m.Body}
	if len(m.Bcc) > 0 { // RFC 5322 §3.6.3: not in the header section
		written.To = slices.Concat(m.To, m.Bcc)
		if written.Header == "" {
			written.Header = strings.Join(m.To, ", ")
		}
		if written.Header == "" {
			written.Header = "undisclosed-recipients:;" // RFC 5322 appendix A.1.3
		}
	}
	env, text, err := w.nodes[m.Host].Compose(written)
	if err != nil {
		w.unsent(m.Host, m.From, strings.Join(written.To, ", "), err.Error())
		return
	}
	if m.Raw != "" && m.Octets {
		text = []byte(m.Raw)
		env.Params = append(env.Params, smtp.Param{Name: "BODY", Value: "BINARYMIME"})
	} else if m.Raw != "" {
		text = []byte(strings.ReplaceAll(strings.TrimSuffix(strings.ReplaceAll(m.Raw, "\r\n", "\n"), "\n")+"\n", "\n", "\r\n"))
	}
	env.Params = append(env.Params, m.Params...)
	for i := range env.Recipients {
		if params := m.ByRcpt[written.To[i]]; params != nil {
			env.Recipients[i].Params = slices.Clone(params)
		}
	}
	if m.URL != "" {
		result, err := w.nodes[m.Host].SubmitURL(env, m.URL)
		w.tell(m.Host, env, result, err)
		return
	}
	w.handOver(m.Host, env, text)
}

// planScripts starts the processes that type by hand at their times.
func (w *World) planScripts() {
	for i := range w.scenario.Scripts {
		s := &w.scenario.Scripts[i]
		h := w.net.Host(s.Host)
		w.net.Spawn(h, "types", func() {
			h.Ports().Clock.Sleep(s.At)
			w.script(s)
		})
	}
}

// script types the lines of one entry. What is typed to the console, and what that prints, goes into the timeline; what is typed
// to a server is seen on the wire.
func (w *World) script(s *scenario.Script) {
	c := console.New(inner{seat{w}, s.Host}, s.Host)
	if s.Connect == "" {
		for _, line := range s.Do {
			w.note(s.Host, line)
			w.printed(s.Host, line, c.Do(line))
		}
		c.Leave()
		return
	}
	line := "telnet " + s.Connect
	w.note(s.Host, line)
	if o := c.Do(line); !c.Talking() {
		w.printed(s.Host, line, o)
	}
	for i := 0; i < len(s.Type) && c.Talking(); i++ { // until the server hangs up
		c.Do(s.Type[i])
	}
	c.Leave()
}

// note puts a typed line into the timeline, or what it led to.
func (w *World) note(host, text string, lines ...string) {
	w.ev.add(&trace.Entry{Time: w.net.Time(), Host: host, Kind: trace.EntryLearner, Text: text, Answers: lines})
}

// printed notes what a command of the console printed.
func (w *World) printed(host, line string, o console.Output) {
	name, _, _ := strings.Cut(line, " ")
	if o.Unknown {
		w.note(host, name+": there is no such command")
		return
	}
	var lines []string
	for _, l := range o.Lines {
		if strings.TrimSpace(l.Text) != "" {
			lines = append(lines, l.Text)
		}
	}
	text := fmt.Sprintf("%s prints %d lines", name, len(lines))
	if len(lines) == 1 {
		text = name + ": " + lines[0]
	}
	if len(lines) > 0 {
		w.note(host, text, lines...)
	}
}

// inner is the seat of a script: it lives in a process of the world, so it sleeps where a learner's seat drives the world.
type inner struct {
	seat
	host string
}

// Pass lets time pass.
func (s inner) Pass(d time.Duration) { s.Ports(s.host).Clock.Sleep(d) }

// Await looks again and again, less often the longer it takes.
func (s inner) Await(done func() bool, limit time.Duration) bool {
	const first, last = time.Millisecond, 100 * time.Millisecond
	for pause, waited := first, time.Duration(0); !done(); pause = min(2*pause, last) {
		if waited >= limit {
			return done()
		}
		s.Pass(pause)
		waited += pause
	}
	return true
}

// RunIdle has no meaning here: everything goes on by itself.
func (s inner) RunIdle() {}

// NameServer is the first that the host can reach.
func (s inner) NameServer() (netip.AddrPort, bool) {
	h, _ := s.w.scenario.Host(s.host) // checked when the scenario was read
	all := s.w.nameServers(h)
	if len(all) == 0 {
		return netip.AddrPort{}, false
	}
	return all[0], true
}
