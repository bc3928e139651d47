package smtpserver_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/persona"
	"github.com/smtpsim/smtpsim/sim/smtpserver"
)

// probe is one line of the recorded matrix: some context commands, one command, the real server's answer.
type probe struct {
	Server, Domain string
	Context        []string
	Probe, Reply   string
}

// notSpoken names the probes of verbs and parameters that the engine does not speak yet, and why.
func notSpoken(p probe) string {
	switch {
	case strings.HasSuffix(p.Probe, "SMTPUTF8") && strings.HasPrefix(p.Server, "Postfix"):
		return "SMTPUTF8"
	case strings.HasPrefix(p.Probe, "ETRN"):
		return "ETRN"
	case strings.HasPrefix(p.Reply, "TimeoutError"):
		return "the server waited, no reply was recorded"
	}
	return ""
}

// recorded are the personalities of which there are recordings.
func recorded() []string { return []string{"exim", "opensmtpd", "postfix", "sendmail"} }

// TestReplyMatrix asks the four personalities what was asked the real servers. Code and enhanced code must agree.
func TestReplyMatrix(t *testing.T) {
	data, err := os.ReadFile(shared(t, "captures/real/reply-matrix.json"))
	if err != nil {
		t.Fatal(err)
	}
	var probes []probe
	if err := json.Unmarshal(data, &probes); err != nil {
		t.Fatal(err)
	}
	for _, name := range recorded() {
		t.Run(name, func(t *testing.T) {
			asked, agreed, words, skipped := 0, 0, 0, 0
			for _, p := range probes {
				if !strings.HasPrefix(strings.ToLower(p.Server), name) {
					continue
				}
				if why := notSpoken(p); why != "" {
					t.Logf("not asked: %q: %s", p.Probe, why)
					skipped++
					continue
				}
				asked++
				got, want := askProbe(t, name, p), parseReply(t, p.Reply)
				if got.Code == want.Code && got.Enhanced == want.Enhanced {
					agreed++
				} else {
					t.Errorf("%q %q:\n got %s\nwant %s", p.Context, p.Probe, got, want)
				}
				if slices.Equal(got.Lines, want.Lines) {
					words++
				} else if len(want.Lines) == 1 {
					t.Logf("other words: %q %q: got %q want %q", p.Context, p.Probe, got.Lines, want.Lines)
				}
				checkKeywords(t, got.Lines, want.Lines)
			}
			t.Logf("%s: %d of %d probes agree in code and enhanced code, %d word for word, %d not asked", name, agreed, asked, words, skipped)
			if asked < 55 {
				t.Errorf("only %d probes were asked, at least 55 are spoken", asked)
			}
		})
	}
}

// likeReal sets a server up as the recorded ones were: Postfix with ETRN and DSN, Exim with VRFY and EXPN, all but Sendmail
// with a certificate where they had one.
func likeReal(name, domain string) smtpserver.Config {
	cfg := smtpserver.Config{Name: "mx." + domain, Persona: persona.ByName(name), With: persona.DSN}
	b := newBox(cfg.Persona)
	b.domain = domain
	switch name {
	case "postfix":
		cfg.TLS = testTLS()
	case "exim":
		cfg.With |= persona.Vrfy | persona.Expn
		cfg.Persona.SizeMax = 4194304
		cfg.Persona.Texts[persona.UserUnknown].Lines = []string{"no such user"}
		b.knows = true
	case "opensmtpd":
		cfg.TLS = testTLS()
		cfg.Persona.SizeMax = 4194304
	}
	cfg.Backend = &realBox{b}
	return cfg
}

// realBox is a box that knows what the recorded servers knew of users, other domains and the DNS.
type realBox struct{ *box }

func (b *realBox) Session(p *smtpserver.Peer) (smtpserver.Session, *smtp.Reply) {
	p.Name = "ws.alpha.example"
	return &realSession{&boxSession{b.box}}, nil
}

type realSession struct{ *boxSession }

func (s *realSession) name() string { return s.b.persona.Name }

func (s *realSession) reply(at persona.Situation, arg, path string) *smtp.Reply {
	r := s.b.persona.Reply(at, &persona.Values{Host: "mx." + s.b.domain, Arg: arg, Path: path})
	return &r
}

func (s *realSession) Start(t *smtpserver.Transaction) *smtp.Reply {
	m := t.Envelope.Reverse.Mailbox
	if s.b.persona.Customs.ChecksSender && (strings.HasSuffix(m.Domain, ".invalid") || m.Domain == "192.0.2.1") {
		return s.reply(persona.SenderUnresolved, m.String(), "")
	}
	return nil
}

func (s *realSession) Rcpt(t *smtpserver.Transaction, r *smtp.Recipient) *smtp.Reply {
	m := r.Forward.Mailbox
	local := strings.ToLower(m.Local)
	foreign := m.Domain != "" && !strings.EqualFold(m.Domain, s.b.domain) && !strings.HasPrefix(m.Domain, "[127.")
	user, _, _ := strings.Cut(local, "+")
	switch s.name() {
	case "opensmtpd": // relays for the clients of that network; a name without domain is one of its own
		if foreign || m.Domain == "" || user == "alice" || user == "bob" || user == "postmaster" {
			return nil
		}
	case "sendmail":
		percent := strings.Contains(local, "%") || strings.Contains(local, "!")
		if foreign || percent || user == "alice" || user == "bob" || user == "mailer-daemon" || user == "postmaster" {
			return nil
		}
	default:
		return s.boxSession.Rcpt(t, r)
	}
	return s.reply(persona.UserUnknown, m.String(), "")
}

func (s *realSession) Verify(arg string) *smtp.Reply {
	arg = strings.Trim(arg, "<>")
	user, domain, _ := strings.Cut(arg, "@")
	ours := domain == "" || domain == s.b.domain
	known := ours && (user == "alice" || user == "bob" || user == "postmaster")
	switch {
	case s.name() == "sendmail" && known:
		r := smtp.NewReply(250, "2.1.5", "<"+user+"@mx."+s.b.domain+">")
		return &r
	case s.name() == "sendmail" && ours:
		r := smtp.NewReply(550, "5.1.1", arg+"... User unknown")
		return &r
	case s.name() == "exim" && (known || !ours):
		r := smtp.NewReply(250, "", "<"+arg+"> is deliverable")
		return &r
	case s.name() == "exim":
		r := smtp.NewReply(550, "", "<"+arg+"> no such user")
		return &r
	case s.name() == "postfix" && !ours:
		return s.reply(persona.RelayDenied, arg, "")
	case s.name() == "postfix" && !known:
		return s.reply(persona.UserUnknown, arg, "")
	}
	return nil
}

func (s *realSession) Expand(arg string) *smtp.Reply {
	if arg == "team" && s.name() == "sendmail" {
		r := smtp.NewReply(250, "2.1.5", "<bob@mx."+s.b.domain+">", "<alice@mx."+s.b.domain+">", "<carol@beta.example>")
		return &r
	}
	if user, _, _ := strings.Cut(arg, "@"); user != "alice" {
		return nil
	}
	r := smtp.NewReply(250, "", "<alice@mx."+s.b.domain+">")
	if s.name() == "sendmail" {
		r = smtp.NewReply(250, "2.1.5", r.Lines...)
	}
	return &r
}

// askProbe plays context and probe against the personality and gives the last reply.
func askProbe(t *testing.T, name string, p probe) smtp.Reply {
	t.Helper()
	steps := []step{{}}
	for _, line := range append(slices.Clone(p.Context), p.Probe) {
		line = strings.ReplaceAll(line, "LOCAL-UPPER", strings.ToUpper(p.Domain))
		line = strings.ReplaceAll(line, "LOCAL", p.Domain)
		steps = append(steps, step{send: append(octets(line), '\r', '\n')})
	}
	conn := &inline{steps: steps}
	seen := conn.run(smtpserver.New(fixedHost(host.NoClaims{}), likeReal(name, p.Domain)))
	if len(seen) < len(steps) || len(seen[len(steps)-1]) == 0 {
		t.Errorf("%q %q: the session ended before the probe: %q", p.Context, p.Probe, seen)
		return smtp.Reply{}
	}
	last := seen[len(steps)-1]
	for i, line := range last { // of several replies the first
		if len(line) > 3 && line[3] == ' ' {
			last = last[:i+1]
			break
		}
	}
	return parseReply(t, strings.Join(last, "\r\n"))
}

// octets are the characters of s, each one octet.
func octets(s string) []byte {
	out := make([]byte, 0, len(s))
	for _, c := range s {
		out = append(out, byte(c))
	}
	return out
}

func parseReply(t *testing.T, wire string) smtp.Reply {
	t.Helper()
	r, err := smtp.ParseReply(wire+"\r\n", smtp.Strict)
	if err != nil {
		t.Fatalf("%q: %v", wire, err)
	}
	return r
}

// checkKeywords holds the order of EHLO keywords: those we offer stand in the order of the real server's.
func checkKeywords(t *testing.T, got, want []string) {
	t.Helper()
	if len(want) < 3 {
		return
	}
	at := 0
	for _, line := range got[1:] {
		i := slices.IndexFunc(want[at:], func(w string) bool {
			return w == line || strings.HasPrefix(line, "AUTH ") && strings.HasPrefix(w, "AUTH ")
		})
		if i < 0 {
			t.Errorf("EHLO keyword %q: not offered by the real one, or out of order: %q", line, want)
			return
		}
		at += i
	}
}
