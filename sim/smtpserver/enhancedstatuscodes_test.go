package smtpserver_test

import (
	"strings"
	"testing"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/persona"
	"github.com/smtpsim/smtpsim/sim/smtpserver"
)

// TestEnhancedCodesEverywhere plays all dialogues at every personality with ENHANCEDSTATUSCODES and without: RFC 2034 §4: with
// it each line of each 2yz, 4yz and 5yz has a code of its own class, but for the greeting and replies to EHLO and HELO;
// 3yz has none; without it nobody has one.
func TestEnhancedCodesEverywhere(t *testing.T) {
	for _, path := range scripts(t) {
		for _, name := range persona.Names() {
			for _, offered := range []bool{true, false} {
				s := readScript(t, path)
				cfg, b := s.config(t)
				if cfg.LMTP { // RFC 2033 §5: always with
					continue
				}
				cfg.Persona = persona.ByName(name)
				if cfg.Persona.Customs.BareCodes {
					continue // it leaves codes out, as its software does
				}
				b.persona = cfg.Persona
				if offered {
					cfg.With |= persona.EnhancedStatusCodes
					cfg.Without &^= persona.EnhancedStatusCodes
				} else {
					cfg.Without |= persona.EnhancedStatusCodes
				}
				conn := &inline{steps: s.steps(t)}
				for i, lines := range conn.run(smtpserver.New(fixedHost(host.NoClaims{}), cfg)) {
					if i > 0 && i < len(conn.steps) {
						checkEnhanced(t, path+" at "+name, offered, string(conn.steps[i].send), lines)
					}
				}
			}
		}
	}
}

func checkEnhanced(t *testing.T, where string, offered bool, sent string, lines []string) {
	t.Helper()
	greets := strings.Contains(strings.ToUpper(sent), "HLO") || strings.Contains(strings.ToUpper(sent), "HELO")
	for _, line := range lines {
		code, _, text, ok := smtp.SplitReplyLine(line)
		if !ok {
			t.Errorf("%s: no reply: %q", where, line)
			return
		}
		e, n := smtp.CutEnhanced(text)
		switch class := code / 100; {
		case n > 0 && (!offered || class == 3):
			t.Errorf("%s: after %q: a code in %q", where, sent, line)
		case n > 0 && e[0] != class:
			t.Errorf("%s: after %q: another class in %q", where, sent, line)
		case n == 0 && offered && class != 3 && !greets && code != 220:
			t.Errorf("%s: after %q: no code in %q", where, sent, line)
		}
	}
}
