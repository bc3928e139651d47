package interop

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/codes/dsn"
	"github.com/smtpsim/smtpsim/sim/persona"
	"github.com/smtpsim/smtpsim/sim/smtpclient"
)

func (m *mta) receive(t *testing.T) {
	t.Run("text", m.receiveText)
	t.Run("partial", m.receivePartial)
	t.Run("STARTTLS", m.receiveTLS)
	t.Run("1982", m.receiveOld)
	t.Run("parameters", m.receiveParameters)
	t.Run("SMTPUTF8", m.receiveUTF8)
	t.Run("retry", m.receiveRetry)
}

// to says of a mail whether address is among its recipients.
func to(address string) func(taken) bool {
	return func(x taken) bool {
		return slices.ContainsFunc(x.recipients, func(r string) bool { return r == address || strings.HasPrefix(r, address+" ") })
	}
}

// exact holds a mail that came to what was sent: only trace fields may stand before it.
func (m *mta) exact(t *testing.T, got taken, want []byte) {
	t.Helper()
	before, same := bytes.CutSuffix(got.text, want)
	if !same || !traceFields.Match(bytes.ReplaceAll(before, []byte("\r\n"), []byte("\n"))) {
		t.Errorf("%s handed on\n%.3000q\nwant the end to be\n%.3000q", m.name, got.text, want)
	}
}

// steps holds what was said in the session of a mail, before RSET or QUIT. Server's replies are codes; what a client may do or
// leave is its own affair, as the lists show.
func (m *mta) steps(t *testing.T, s *sink, got taken, want string) {
	t.Helper()
	steps := strings.Join(s.session(got).steps, " · ")
	if !strings.HasPrefix(steps, want) {
		t.Errorf("%s said\n%s\nwant\n%s", m.name, steps, want)
	}
}

// end is how m as a client gives the text to a server that offers what full does, from the reply to the last RCPT on.
func (m *mta) end() string {
	if m.uses.Has(persona.Chunking) {
		return "BDAT · 250 2.0.0"
	}
	return "DATA · 354 · 250 2.0.0"
}

// receiveText: dots and long lines, to one recipient.
func (m *mta) receiveText(t *testing.T) {
	mail := text(t.Name(), odd())
	m.send(t, smtpclient.Config{}, envelope(t, "carol@ws.test", "text@relay.test"), mail)
	got := m.full.await(t, "the mail", to("text@relay.test"))
	m.exact(t, got, mail)
	m.steps(t, m.full, got, "220 · EHLO · 250 · MAIL · 250 2.1.0 · RCPT · 250 2.1.5 · "+m.end())
	if pipelined := len(m.full.session(got).groups) > 0; pipelined != m.uses.Has(persona.Pipelining) {
		t.Errorf("%s sent in groups: %q", m.name, m.full.session(got).groups)
	}
	if got.with != "ESMTP" || got.from.Address() != "carol@ws.test" {
		t.Errorf("%+v", got)
	}
}

// receivePartial: one of three recipients is refused with 550, and its sender is told by a report.
func (m *mta) receivePartial(t *testing.T) {
	mail := text(t.Name(), "to two of three\r\n")
	m.send(t, smtpclient.Config{}, envelope(t, "partial@ws.test", "a@relay.test", "nosuch@relay.test", "c@relay.test"), mail)
	for _, address := range []string{"a@relay.test", "c@relay.test"} {
		m.exact(t, m.full.await(t, "the mail", to(address)), mail)
	}
	bounce := m.full.await(t, "the report of failure", to("partial@ws.test"))
	r, err := dsn.Parse(bounce.text)
	if err != nil {
		t.Fatalf("%v\n%s", err, bounce.text)
	}
	if !bounce.from.Null || len(r.Recipients) != 1 || r.Recipients[0].Final.Value != "nosuch@relay.test" || r.Recipients[0].Action != dsn.Failed ||
		r.Recipients[0].Status[0] != 5 || m.quirks.noDiagnostic == strings.Contains(r.Recipients[0].Diagnostic.Value, "550") {
		t.Errorf("report from %v: %+v", bounce.from, r.Recipients)
	}
	if !bytes.Contains(r.Returned, []byte("Message-ID: <"+strings.ReplaceAll(t.Name(), " ", ".")+"@ws.test>")) {
		t.Errorf("it returns\n%s", r.Returned)
	}
}

// receiveTLS: the mail comes inside TLS, and EHLO is said again (RFC 3207 §4.2).
func (m *mta) receiveTLS(t *testing.T) {
	mail := text(t.Name(), odd())
	m.send(t, smtpclient.Config{}, envelope(t, "carol@ws.test", "tls@secure.test"), mail)
	got := m.secure.await(t, "the mail", to("tls@secure.test"))
	m.exact(t, got, mail)
	m.steps(t, m.secure, got, "220 · EHLO · 250 · STARTTLS · 220 2.0.0 · TLS · EHLO · 250 · MAIL · 250 2.1.0 · RCPT · 250 2.1.5 · "+m.end())
	if got.with != "ESMTPS" {
		t.Errorf("with %s", got.with)
	}
}

// receiveOld: a server of 1982 says 500 to EHLO, and gets HELO and not one parameter.
func (m *mta) receiveOld(t *testing.T) {
	mail := text(t.Name(), odd())
	m.send(t, smtpclient.Config{}, envelope(t, "carol@ws.test", "helo@old.test NOTIFY=FAILURE"), mail)
	got := m.old.await(t, "the mail", to("helo@old.test"))
	m.exact(t, got, mail)
	lines := m.old.session(got).lines
	if got.with != "SMTP" || got.params != "" || got.recipients[0] != "helo@old.test" || len(lines) < 2 || !strings.HasPrefix(lines[1], "HELO ") {
		t.Errorf("%+v, said %q", got, lines)
	}
}

// receiveParameters: what the sender asked of reports, and 8BITMIME, goes on with the mail (RFC 3461 §5.2.1, RFC 6152 §3).
func (m *mta) receiveParameters(t *testing.T) {
	mail := text(t.Name(), "Gr\xc3\xbc\xc3\x9fe\r\n")
	m.sendEach(t, "carol@ws.test RET=HDRS ENVID=id+2B1", mail, "params@relay.test NOTIFY=SUCCESS,DELAY ORCPT=rfc822;first+2B@relay.test",
		"never@relay.test NOTIFY=NEVER")
	for address, want := range map[string][]string{
		"params@relay.test": {"NOTIFY=SUCCESS,DELAY", "ORCPT=rfc822;first+2B@relay.test"}, "never@relay.test": {"NOTIFY=NEVER"},
	} {
		got := m.full.await(t, "the mail", to(address))
		m.exact(t, got, mail)
		for _, r := range got.recipients {
			name, params, _ := strings.Cut(r, " ")
			if name != address {
				continue
			}
			for _, w := range want {
				if !slices.Contains(strings.Fields(params), w) {
					t.Errorf("%s says RCPT TO %s, want %s", m.name, r, w)
				}
			}
		}
		for _, w := range []string{"RET=HDRS", "ENVID=id+2B1"} {
			if !slices.Contains(strings.Fields(got.params), w) {
				t.Errorf("%s says MAIL with %s, want %s", m.name, got.params, w)
			}
		}
		if m.uses.Has(persona.EightBitMIME) != (got.body == "8BITMIME") {
			t.Errorf("%s says BODY=%s", m.name, got.body)
		}
	}
}

// receiveUTF8: MAIL with SMTPUTF8, and addresses in UTF-8 as they were.
func (m *mta) receiveUTF8(t *testing.T) {
	if !m.uses.Has(persona.SMTPUTF8) {
		t.Skip(m.name + " has no SMTPUTF8")
	}
	mail := []byte(strings.Replace(string(text(t.Name(), "x\r\n")), "Subject:", "Subject: Grüße", 1))
	m.send(t, smtpclient.Config{}, envelope(t, "grün@ws.test", "süß@relay.test"), mail)
	got := m.full.await(t, "the mail", to("süß@relay.test"))
	m.exact(t, got, mail)
	if got.with != "UTF8SMTP" || got.from.Address() != "grün@ws.test" {
		t.Errorf("%+v", got)
	}
}

// receiveRetry: 450 is said once; the mail comes at a later try, once.
func (m *mta) receiveRetry(t *testing.T) {
	mail := text(t.Name(), "again\r\n")
	m.send(t, smtpclient.Config{}, envelope(t, "carol@ws.test", "later@relay.test"), mail)
	for deadline := time.Now().Add(patience); m.hurry != nil && m.full.tries("later") < 2 && time.Now().Before(deadline); {
		time.Sleep(time.Second)
		m.hurry(t)
	}
	got := m.full.await(t, "the second try", to("later@relay.test"))
	m.exact(t, got, mail)
	m.full.mu.Lock()
	defer m.full.mu.Unlock()
	n := 0
	for _, x := range m.full.mails {
		if to("later@relay.test")(x) {
			n++
		}
	}
	if n != 1 || m.full.tried["later"] != 2 {
		t.Errorf("taken %d times at %d tries", n, m.full.tried["later"])
	}
}
