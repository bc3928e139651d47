package smtpserver_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/smtpsim/smtpsim/codes/sasl"
	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/persona"
	"github.com/smtpsim/smtpsim/sim/smtpserver"
)

// starts lead a session into each state before the fuzzer's octets come.
var starts = []string{
	"",
	"EHLO ws.example\r\n",
	"EHLO ws.example\r\nMAIL FROM:<carol@ws.example>\r\n",
	"EHLO ws.example\r\nMAIL FROM:<carol@ws.example>\r\nRCPT TO:<alice@mx.example>\r\n",
	"EHLO ws.example\r\nMAIL FROM:<carol@ws.example>\r\nRCPT TO:<alice@mx.example>\r\nDATA\r\n",
	"EHLO ws.example\r\nMAIL FROM:<carol@ws.example>\r\nRCPT TO:<alice@mx.example>\r\nBDAT 3\r\nabc",
	"EHLO ws.example\r\nAUTH CRAM-MD5\r\n",
	"EHLO ws.example\r\nAUTH SCRAM-SHA-256 biwsbj1hbGljZSxyPWFiYw==\r\n",
	"LHLO ws.example\r\nMAIL FROM:<carol@ws.example>\r\nRCPT TO:<alice@mx.example>\r\nRCPT TO:<bob@mx.example>\r\n",
}

// FuzzSession sends any octets in any state to either personality. Nothing may panic, each command has its reply or the
// end, and what the server takes is what the session table allows.
func FuzzSession(f *testing.F) {
	files, _ := filepath.Glob("testdata/dialogues/*.txt")
	for _, path := range files {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(uint8(len(path)), clientSide(string(data)))
	}
	for i := range starts {
		f.Add(uint8(i), []byte("RCPT TO:<bob@mx.example>\r\nDATA\r\n.\r\nSTARTTLS\r\nx"))
	}
	f.Fuzz(func(t *testing.T, kind uint8, octets []byte) {
		if len(octets) > 1<<16 {
			return
		}
		cfg := smtpserver.Config{Name: "mx.example", Persona: persona.Postfix(), AuthInClear: true,
			With: persona.DSN | persona.Expn | persona.Help | persona.Auth | persona.BinaryMIME | persona.SMTPUTF8 | persona.BURL | persona.PipeConnect, Mechanisms: sasl.Mechanisms(), LegacyAuth: kind&0x20 != 0}
		if kind&0x40 != 0 {
			cfg.Persona = persona.Exim()
		}
		cfg.LMTP = int(kind&0x3f)%len(starts) == len(starts)-1
		if kind&0x80 != 0 {
			cfg.TLS = testTLS()
		}
		b := newBox(cfg.Persona)
		b.knows = true
		cfg.Backend = b
		steps := []step{{}, {send: []byte(starts[int(kind&0x3f)%len(starts)])}}
		for len(octets) > 0 { // in pieces of many sizes
			n := min(len(octets), 1+int(octets[0])*5)
			steps = append(steps, step{send: octets[:n]})
			octets = octets[n:]
		}
		w := &watcher{t: t, customs: &cfg.Persona.Customs, lmtp: cfg.LMTP}
		conn := &inline{steps: steps}
		conn.run(smtpserver.New(fixedHost(w), cfg))
		w.end()
	})
}

// clientSide are the client's octets of a script, roughly.
func clientSide(s string) []byte {
	var out []byte
	for _, l := range splitLines(s) {
		if len(l) > 2 && (l[:2] == "C:" || l[:2] == "C=") {
			out = append(append(out, l[3:]...), '\r', '\n')
		}
	}
	return out
}

func splitLines(s string) (all []string) {
	start := 0
	for i := range len(s) {
		if s[i] == '\n' {
			all = append(all, s[start:i])
			start = i + 1
		}
	}
	return all
}

// watcher holds a server's own claims against the session table.
type watcher struct {
	t       *testing.T
	customs *persona.Customs
	lmtp    bool
	state   smtp.State
	verb    smtp.Verb // the command that waits for its reply
	waiting bool
}

func (w *watcher) Claim(c host.Claim) {
	switch c.Kind {
	case host.ClaimGreeting:
		w.state = w.state.After(smtp.Connect, c.Code)
	case host.ClaimCommand:
		if w.waiting {
			w.t.Fatalf("%s came before %s was answered", c.Line, w.verb)
		}
		if w.state == smtp.StateClosed || w.state == smtp.StateData || w.state == smtp.StateTLS {
			w.t.Fatalf("%q was read as a command in state %s", c.Line, w.state)
		}
		parsed, _ := smtp.ParseCommand(c.Line, smtp.Tolerant)
		w.verb, w.waiting = smtp.Verb(c.Verb), true
		if parsed.Verb == w.verb {
			w.verb = parsed.Step()
		}
	case host.ClaimData:
		if w.state == smtp.StateData {
			w.verb = smtp.EndOfData
		}
		w.waiting = true
	case host.ClaimReply:
		w.reply(c)
	case host.ClaimTLS:
		w.state = w.state.After(smtp.Handshake, 0)
	case host.ClaimTLSFailed:
		w.state = smtp.StateClosed
	}
}

func (w *watcher) reply(c host.Claim) {
	if !w.waiting { // nobody asked: only a farewell may come, and in LMTP one reply for each recipient
		if c.Code/100 != 4 && !(w.lmtp && (w.verb == smtp.EndOfData || w.verb == smtp.BDATLast)) {
			w.t.Fatalf("unasked reply %d %q", c.Code, c.Texts)
		}
		w.state = w.state.After(w.verb, c.Code)
		return
	}
	if w.waiting = c.Code == 334; w.waiting { // the response, which is not claimed, comes next
		w.state = w.state.After(w.verb, c.Code)
		w.verb = smtp.AuthLine
		return
	}
	rule := smtp.Lookup(w.state, w.verb)
	taken := c.Code/100 == 2 || c.Code/100 == 3
	if taken && !rule.Allowed && !w.habit() && c.Code != 221 {
		w.t.Fatalf("%s was taken in state %s with %d", w.verb, w.state, c.Code)
	}
	if c.Code < 200 || c.Code > 599 || len(c.Texts) == 0 {
		w.t.Fatalf("reply %d %q", c.Code, c.Texts)
	}
	if !rule.Allowed && !taken && c.Code != 421 {
		return // the state stays
	}
	w.state = w.state.After(w.verb, c.Code)
}

// habit says that the persona takes what the table does not.
func (w *watcher) habit() bool {
	return w.verb == smtp.MAIL && w.state == smtp.StateGreeted && w.customs.MailBeforeHello ||
		w.verb == smtp.STARTTLS && w.customs.StartTLSAnywhere
}

func (w *watcher) end() {
	if w.waiting && w.state != smtp.StateClosed && w.verb != smtp.DATA && w.verb != smtp.BDAT && w.verb != smtp.BDATLast &&
		w.verb != smtp.AuthLine {
		w.t.Fatalf("%s has no reply", w.verb)
	}
}
