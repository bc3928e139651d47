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

// TestReplyMatrix asks the two personalities what was asked the real servers. Code and enhanced code must agree.
func TestReplyMatrix(t *testing.T) {
	data, err := os.ReadFile(shared(t, "captures/real/reply-matrix.json"))
	if err != nil {
		t.Fatal(err)
	}
	var probes []probe
	if err := json.Unmarshal(data, &probes); err != nil {
		t.Fatal(err)
	}
	for _, name := range persona.Names() {
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

// askProbe plays context and probe against the personality and gives the last reply.
func askProbe(t *testing.T, name string, p probe) smtp.Reply {
	t.Helper()
	cfg := smtpserver.Config{Name: "mx." + p.Domain, Persona: persona.ByName(name), With: persona.DSN}
	b := newBox(cfg.Persona)
	b.domain, b.knows = p.Domain, name == "exim"
	if name == "exim" { // as the recorded one was set up
		cfg.With |= persona.Vrfy | persona.Expn
		cfg.Persona.SizeMax = 4194304
		cfg.Persona.Texts[persona.UserUnknown].Lines = []string{"no such user"}
	} else {
		cfg.TLS = testTLS()
	}
	cfg.Backend = b
	steps := []step{{}}
	for _, line := range append(slices.Clone(p.Context), p.Probe) {
		line = strings.ReplaceAll(line, "LOCAL-UPPER", strings.ToUpper(p.Domain))
		line = strings.ReplaceAll(line, "LOCAL", p.Domain)
		steps = append(steps, step{send: []byte(line + "\r\n")})
	}
	conn := &inline{steps: steps}
	seen := conn.run(smtpserver.New(fixedHost(host.NoClaims{}), cfg))
	if len(seen) < len(steps) {
		t.Fatalf("%q: the session ended before the probe: %q", p.Probe, seen)
	}
	return parseReply(t, strings.Join(seen[len(steps)-1], "\r\n"))
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
		i := slices.Index(want[at:], line)
		if i < 0 {
			t.Errorf("EHLO keyword %q: not offered by the real one, or out of order: %q", line, want)
			return
		}
		at += i
	}
}
