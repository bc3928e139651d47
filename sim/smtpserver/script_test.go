package smtpserver_test

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
	"github.com/smtpsim/smtpsim/sim/smtpserver"
)

// script is a dialogue file of testdata:
//
//	# what it shows, and by which section
//	config: persona=exim with=HELP,EXPN without=SIZE lmtp ..
//	C: a line the client sends; neighbouring lines go out in one piece
//	C= "octets, quoted as in Go, sent as they are"
//	C! timeout | close      the client is silent, or goes away
//	S: a line the server says
//	D: what the backend has got at the end
type script struct {
	name  string
	lines []scriptLine
}

type scriptLine struct {
	mark string // "C:", "C=", "C!", "S:", "D:", "config:", or "" for comments and empty lines
	text string
}

func readScript(t *testing.T, path string) *script {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s := &script{name: path}
	in := bufio.NewScanner(f)
	in.Buffer(nil, 1<<20)
	for in.Scan() {
		line := in.Text()
		l := scriptLine{text: line}
		for _, mark := range []string{"C:", "C=", "C!", "S:", "D:", "config:"} {
			if rest, ok := strings.CutPrefix(line, mark); ok {
				l = scriptLine{mark: mark, text: strings.TrimPrefix(rest, " ")}
			}
		}
		s.lines = append(s.lines, l)
	}
	if err := in.Err(); err != nil {
		t.Fatal(err)
	}
	return s
}

// step is what the client does once, and the lines the server says before it waits again.
type step struct {
	send  []byte
	event string // "timeout", "close"
	want  []string
}

// steps puts the script's lines together; the first step has nothing to send: the greeting follows it.
func (s *script) steps(t *testing.T) []step {
	t.Helper()
	all := []step{{}}
	last := "S:"
	for _, l := range s.lines {
		cur := &all[len(all)-1]
		switch l.mark {
		case "C:", "C=", "C!":
			if last == "S:" || l.mark == "C!" || cur.event != "" {
				all = append(all, step{})
				cur = &all[len(all)-1]
			}
			switch l.mark {
			case "C:":
				cur.send = append(append(cur.send, l.text...), '\r', '\n')
			case "C=":
				raw, err := strconv.Unquote(l.text)
				if err != nil {
					t.Fatalf("%s: C= %s: %v", s.name, l.text, err)
				}
				cur.send = append(cur.send, raw...)
			default:
				cur.event = l.text
			}
		case "S:":
			cur.want = append(cur.want, l.text)
		default:
			continue
		}
		last = l.mark
	}
	return all
}

func (s *script) has(event string) bool {
	for _, l := range s.lines {
		if l.mark == "C!" && l.text == event {
			return true
		}
	}
	return false
}

// delivered are the D: lines.
func (s *script) delivered() []string {
	var all []string
	for _, l := range s.lines {
		if l.mark == "D:" {
			all = append(all, l.text)
		}
	}
	return all
}

// write renews the S: and D: lines with what was seen.
func (s *script) write(t *testing.T, seen [][]string, delivered []string) {
	t.Helper()
	var b strings.Builder
	n := 0
	flush := func() {
		if n < len(seen) {
			for _, line := range seen[n] {
				fmt.Fprintf(&b, "S: %s\n", line)
			}
		}
		n++
	}
	started, last := false, "S:"
	for _, l := range s.lines {
		switch l.mark {
		case "S:", "D:":
			if l.mark == "S:" {
				last = "S:"
			}
			continue
		case "C:", "C=", "C!":
			if last == "S:" || l.mark == "C!" {
				flush()
			}
			started, last = true, l.mark
			fmt.Fprintf(&b, "%s %s\n", l.mark, l.text)
		case "config:":
			fmt.Fprintf(&b, "config: %s\n", l.text)
		default:
			if started && last != "S:" {
				continue // a comment inside an exchange cannot be kept in place
			}
			b.WriteString(l.text + "\n")
		}
	}
	flush()
	for _, d := range delivered {
		fmt.Fprintf(&b, "D: %s\n", d)
	}
	if err := os.WriteFile(s.name, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// config makes the server's configuration from the config: line.
func (s *script) config(t *testing.T) (smtpserver.Config, *box) {
	t.Helper()
	cfg := smtpserver.Config{Name: "mx.example", Persona: persona.Postfix()}
	b := newBox(cfg.Persona)
	for _, l := range s.lines {
		if l.mark != "config:" {
			continue
		}
		for _, word := range strings.Fields(l.text) {
			key, value, _ := strings.Cut(word, "=")
			if err := applyConfig(&cfg, b, key, value); err != nil {
				t.Fatalf("%s: config %q: %v", s.name, word, err)
			}
		}
	}
	b.persona = cfg.Persona
	cfg.Backend = b
	return cfg, b
}

func applyConfig(cfg *smtpserver.Config, b *box, key, value string) error {
	switch key {
	case "persona":
		if cfg.Persona = persona.ByName(value); cfg.Persona == nil {
			return fmt.Errorf("no such persona")
		}
	case "name":
		cfg.Name = value
	case "with":
		cfg.With |= keywords(value)
	case "without":
		cfg.Without |= keywords(value)
	case "lmtp":
		cfg.LMTP = true
	case "old":
		cfg.OldServer = true
	case "authinclear":
		cfg.AuthInClear = true
	case "requiretls":
		cfg.RequireTLS = true
	case "tls":
		cfg.TLS = testTLS()
	case "barelf":
		for _, p := range []persona.BareLF{persona.BareLFKeep, persona.BareLFNormalize, persona.BareLFReject, persona.BareLFEnds} {
			if p.String() == value {
				cfg.Persona.Customs.BareLF = p
			}
		}
	case "ends":
		cfg.Persona.Customs.Ends = smtp.TextEndByName(value)
	case "verify", "users":
		b.knows = true
	case "refuse":
		b.refuse = value
	case "own": // not for servers outside: they differ in extensions or policy
	case "fixed": // chance and clock matter: played in one world only
		b.fixed = true
	case "anyuser":
		b.anyUser = true
	case "local":
		b.domain = value
	case "size", "recipients", "errors", "hops", "line", "free", "mailmax", "rcptmax", "domainmax":
		n, err := strconv.Atoi(value)
		if err != nil {
			return err
		}
		switch key {
		case "free":
			cfg.Terms.FreeSpace = int64(n)
		case "mailmax":
			cfg.Terms.Limits.Mails = n
		case "rcptmax":
			cfg.Terms.Limits.Rcpts = n
		case "domainmax":
			cfg.Terms.Limits.Domains = n
		case "size":
			cfg.Persona.SizeMax = int64(n)
		case "recipients":
			cfg.Persona.RecipientsMax = n
		case "errors":
			cfg.Persona.ErrorsMax = n
		case "hops":
			cfg.Persona.HopLimit = n
		case "line":
			cfg.Persona.CommandLineMax = n
		}
	default:
		return applyAuth(cfg, b, key, value)
	}
	return nil
}

// applyAuth are the keys of AUTH.
func applyAuth(cfg *smtpserver.Config, b *box, key, value string) error {
	switch key {
	case "mechanisms":
		cfg.Mechanisms = strings.Split(value, ",")
	case "refused":
		cfg.Refused = strings.Split(value, ",")
	case "legacyauth":
		cfg.LegacyAuth = true
	case "requireauth":
		cfg.RequireAuth = true
	case "fixednonce": // responses to challenges: only where chance and clock are known
		b.fixed = true
	default:
		return applyTerms(&cfg.Terms, key, value)
	}
	return nil
}

func keywords(list string) (e persona.Extensions) {
	for word := range strings.SplitSeq(list, ",") {
		e |= persona.ByKeyword(word)
	}
	return e
}
