package sim

import (
	"fmt"
	"net/netip"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/scenario"
	"github.com/smtpsim/smtpsim/trace"
)

// lookout counts how often something was seen that an expectation asks for, and remembers what was like it.
type lookout struct {
	expect  *scenario.Expect
	verdict *Verdict
	count   int
	near    map[string]int
}

// nearMax is how many different things that were like it are remembered.
const nearMax = 8

func (s *lookout) close(text string) {
	if s.near == nil {
		s.near = map[string]int{}
	}
	if s.near[text] > 0 || len(s.near) < nearMax {
		s.near[text]++
	}
}

// settle writes the verdict, without regard to "never". more, if any, adds what is not counted yet.
func (s *lookout) settle(more func(*lookout) int) {
	n := s.count
	if more != nil {
		n += more(s)
	}
	s.verdict.Held = n > 0 && s.expect.Count == 0 || n == s.expect.Count && n > 0
	var near []string
	for text, times := range s.near {
		if times > 1 {
			text += " ×" + strconv.Itoa(times)
		}
		near = append(near, text)
	}
	sort.Strings(near)
	s.verdict.Found = fmt.Sprintf("count: %d", n)
	if len(near) > 0 {
		s.verdict.Found += " (there was " + strings.Join(near, ", ") + ")"
	}
}

// said is one command or reply, as the wire or, within TLS, the server tells it.
type said struct {
	from, to string // host names
	command  bool
	tls      bool
	verb     string // command: its own; reply: of what it answers
	line     string // command
	code     int    // reply
	enhanced string
	texts    []string
}

// hear counts what was said.
func (k *witness) hear(x *said) {
	for _, s := range k.wire {
		e := s.expect
		if e.From != "" && e.From != x.from || e.To != "" && e.To != x.to || e.TLS != "" && (e.TLS == "yes") != x.tls {
			continue
		}
		switch {
		case e.Kind == scenario.ExpectCommand && x.command:
			s.command(x)
		case e.Kind == scenario.ExpectReply && !x.command && (e.Verb == "" || e.Verb == x.verb):
			s.reply(x)
		}
	}
}

func (s *lookout) command(x *said) {
	e := s.expect
	if len(x.line) >= len(e.What) && strings.EqualFold(x.line[:len(e.What)], e.What) && strings.Contains(x.line, e.Text) {
		s.count++
	} else if verb, _, _ := strings.Cut(e.What, " "); strings.EqualFold(verb, x.verb) {
		s.close(strconv.Quote(x.line))
	}
}

func (s *lookout) reply(x *said) {
	e := s.expect
	text := strings.Join(x.texts, "\n")
	if x.code == e.Code && (e.Enhanced == "" || e.Enhanced == x.enhanced) && strings.Contains(text, e.Text) {
		s.count++
		return
	}
	near := strings.TrimSpace(strconv.Itoa(x.code) + " " + x.enhanced)
	if x.code == e.Code && e.Text != "" {
		near += " " + strconv.Quote(text)
	}
	if e.Verb != "" || x.code == e.Code {
		s.close(near)
	}
}

// entry looks at a new entry of the timeline.
func (k *witness) entry(x *trace.Entry) {
	if x.Kind == trace.EntryEvent {
		if len(k.findings) > 0 && x.Event.N == 1 {
			k.open = append(k.open, x.Session)
		}
		if y, ok := saidIn(x); ok {
			k.hear(&y)
		}
		return
	}
	for _, s := range k.wire {
		e := s.expect
		if e.Kind != scenario.ExpectEvent || e.What != string(x.Kind) || e.From != "" && e.From != x.Host || e.To != "" && e.To != x.Peer {
			continue
		}
		if strings.Contains(x.Text, e.Text) || slices.ContainsFunc(x.Answers, func(a string) bool { return strings.Contains(a, e.Text) }) {
			s.count++
		} else {
			s.close(strconv.Quote(x.Text))
		}
	}
}

// saidIn is what an event of the wire said.
func saidIn(x *trace.Entry) (said, bool) {
	ev := x.Event
	y := said{tls: ev.TLS, from: x.Host, to: x.Peer, verb: ev.Verb, line: ev.Line, code: ev.Code, enhanced: ev.Enhanced, texts: ev.Lines}
	switch ev.Kind {
	case trace.KindCommand, trace.KindAuth, trace.KindJunk:
		y.command = ev.From == trace.FromClient
		return y, y.command
	case trace.KindGreeting:
		y.verb = verbConnect
		return y, true
	case trace.KindReply:
		if n := ev.Answers; n > 0 && n <= len(x.Session.Events) {
			y.verb = stepOf(x.Session.Events[n-1])
		}
		return y, true
	}
	return y, false
}

// The names of what a reply answers where that is no command.
const (
	verbConnect = "CONNECT"
	verbEnd     = "END"
)

func stepOf(ev *trace.Event) string {
	switch ev.Kind {
	case trace.KindData:
		return verbEnd
	case trace.KindChunk:
		return "BDAT"
	case trace.KindAuth:
		return "AUTH"
	}
	return ev.Verb
}

// ended counts the findings of a session.
func (k *witness) ended(x *trace.Session) {
	for _, s := range k.findings {
		s.count += s.findings(x)
		for i := range x.Findings {
			if f := &x.Findings[i]; f.ID != s.expect.What {
				s.close(f.ID)
			}
		}
	}
	k.open = slices.DeleteFunc(k.open, func(y *trace.Session) bool { return x == y })
}

// openFindings are those of sessions that go on.
func (k *witness) openFindings(s *lookout) int {
	n := 0
	for _, x := range k.open {
		n += s.findings(x)
	}
	return n
}

func (s *lookout) findings(x *trace.Session) int {
	e, n := s.expect, 0
	if e.From != "" && e.From != x.ClientHost && e.From != x.ServerHost {
		return 0
	}
	for i := range x.Findings {
		if x.Findings[i].ID == e.What {
			n++
		}
	}
	return n
}

// conversation is a connection as its server knows it.
type conversation struct{ local, remote netip.AddrPort }

// talkInTLS is what the server said that the client said, and has not answered yet.
type talkInTLS struct {
	open []string
	last string // was answered last: LMTP and PRDR answer the end once for each recipient
}

// claim hears what goes over a connection within TLS, where the wire tells nothing: the server's own account.
func (k *witness) claim(c *host.Claim) {
	if c.Role != host.RoleServer || !c.Local.IsValid() {
		return
	}
	at := conversation{c.Local, c.Remote}
	if c.Kind == host.ClaimTLS {
		if k.secret == nil {
			k.secret = map[conversation]*talkInTLS{}
		}
		k.secret[at] = &talkInTLS{}
		return
	}
	t := k.secret[at]
	if t == nil {
		return
	}
	switch c.Kind {
	case host.ClaimCommand:
		t.open = append(t.open, c.Verb)
		k.hear(&said{command: true, tls: true, from: k.hostAt(c.Remote), to: c.Host, verb: c.Verb, line: c.Line})
	case host.ClaimAuth: // what it says is a secret
		t.open = append(t.open, "AUTH")
	case host.ClaimData:
		if n := len(t.open); n == 0 || t.open[n-1] != "BDAT" {
			t.open = append(t.open, verbEnd)
		}
	case host.ClaimGreeting, host.ClaimReply:
		x := &said{tls: true, from: c.Host, to: k.hostAt(c.Remote), verb: verbConnect, code: c.Code, texts: c.Texts}
		if c.Kind == host.ClaimReply {
			if x.verb = t.last; len(t.open) > 0 {
				x.verb, t.open = t.open[0], t.open[1:]
			}
			t.last = x.verb
		}
		if len(c.Texts) > 0 {
			code, _ := smtp.CutEnhanced(c.Texts[0])
			x.enhanced = code.String()
		}
		k.hear(x)
	}
}

// hostAt is the host with an address; "" is somebody from outside.
func (k *witness) hostAt(a netip.AddrPort) string {
	for i := range k.w.scenario.Hosts {
		if h := &k.w.scenario.Hosts[i]; slices.Contains(h.Addrs, a.Addr()) {
			return h.Name
		}
	}
	return ""
}
