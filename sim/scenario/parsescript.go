package scenario

import (
	"slices"
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
)

// Limits of what is typed by hand.
const (
	MaxTyped    = 1000 // lines in all
	maxTypeLine = 4096 // octets of one, as in the console
)

func (p *parser) scripts() {
	total := 0
	for i := range p.f.Script {
		y := &p.f.Script[i]
		s := Script{At: must[time.Duration](p)(y.At.span()), Host: p.s.Learner}
		if y.Host.set() {
			s.Host = p.host(y.Host)
		}
		switch {
		case y.Do.set() && !y.Connect.set() && len(y.Type) == 0:
			s.Do = lines(y.Do.s)
		case !y.Do.set() && y.Connect.set() && len(y.Type) > 0:
			s.Connect = p.server(y.Connect)
			for _, w := range y.Type {
				if len(w.s) > maxTypeLine {
					p.fail(w.err("expected a line of at most %d octets", maxTypeLine))
				}
				s.Type = append(s.Type, w.s)
			}
		default:
			p.fail(y.anywhere().err("expected either do: with commands, or connect: with a server and type: [lines]"))
		}
		if total += len(s.Do) + len(s.Type); total > MaxTyped {
			p.fail(y.anywhere().err("expected at most %d typed lines in all", MaxTyped))
			return
		}
		p.s.Scripts = append(p.s.Scripts, s)
	}
}

func (y *scriptYAML) anywhere() word {
	for _, w := range append([]word{y.At, y.Host, y.Do, y.Connect}, y.Type...) {
		if w.line > 0 {
			return w
		}
	}
	return word{}
}

func lines(s string) []string {
	return slices.DeleteFunc(strings.Split(s, "\n"), func(l string) bool { return strings.TrimSpace(l) == "" })
}

// server reads "mx1" and "mx1:587" as what the console's telnet takes.
func (p *parser) server(w word) string {
	name, port, found := strings.Cut(w.s, ":")
	full := p.host(word{s: name, line: w.line, col: w.col})
	if !found {
		return full
	}
	if n, err := (word{s: port}).integer(1, 65535); err != nil || n == 0 {
		p.fail(w.err("expected a host and a port such as mx1:587, found %q", w.s))
	}
	return full + " " + port
}

// extras are the recipients behind the header section, and the parameters of the envelope (RFC 5321 §4.1.2).
func (p *parser) extras(m *Mail, y *mailYAML) {
	for _, w := range y.Bcc {
		m.Bcc = append(m.Bcc, p.mailbox(w))
	}
	if y.Raw.set() {
		for _, w := range []word{y.Subject, y.Body, y.Header} {
			if w.set() {
				p.fail(w.err("expected no subject:, body: or header-to: beside raw:, which is the whole mail"))
			}
		}
	}
	m.Params = p.params("MAIL FROM:<>", y.Params)
	for _, to := range sortedKeys(y.RcptParams) {
		w := y.RcptParams[to]
		if !slices.Contains(m.To, to) && !slices.Contains(m.Bcc, to) {
			p.fail(w.err("expected one of the recipients before these parameters, found %q", to))
		}
		if m.ByRcpt == nil {
			m.ByRcpt = map[string][]smtp.Param{}
		}
		m.ByRcpt[to] = p.params("RCPT TO:<a@b.example>", w)
	}
}

// params reads parameters by the grammar of the command that they belong to.
func (p *parser) params(command string, w word) []smtp.Param {
	if !w.set() {
		return nil
	}
	c, err := smtp.ParseCommand(command+" "+w.s, smtp.Strict)
	if err != nil {
		p.fail(w.err("expected parameters such as \"RET=HDRS ENVID=x\" or \"NOTIFY=SUCCESS\", found %q", w.s))
		return nil
	}
	return c.Params
}
