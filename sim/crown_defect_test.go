package sim

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/trace"
)

// A crown that cannot break proves nothing: each defect, planted into one witness, must be noticed.
func TestCrownNoticesDefects(t *testing.T) {
	for _, d := range defects() {
		s := observe(t, "two-at-once", 1)
		d.plant(s)
		if !slices.ContainsFunc(witnesses(t, s), func(p pair) bool { return len(p.differences) > 0 }) {
			t.Errorf("nobody notices: %s", d.what)
		}
	}
}

type defect struct {
	what  string
	plant func(*sight)
}

func defects() []defect {
	return []defect{
		{"a server that does not claim a command", drop(host.ClaimCommand, host.RoleServer)},
		{"a client that does not claim a command", drop(host.ClaimCommand, host.RoleClient)},
		{"a client that does not claim a reply", drop(host.ClaimReply, host.RoleClient)},
		{"a mail that is stored but not claimed", drop(host.ClaimStored, host.RoleServer)},
		{"a text that is not claimed", drop(host.ClaimData, host.RoleServer)},
		{"a delivery that is not claimed", drop(host.ClaimDelivered, host.RoleQueue)},
		{"another verb", alter(host.ClaimCommand, func(c *host.Claim) { c.Verb = "NOOP" })},
		{"a raw line in lower case", alter(host.ClaimCommand, func(c *host.Claim) { c.Line = strings.ToLower(c.Line) })},
		{"another code", alter(host.ClaimReply, func(c *host.Claim) { c.Code++ })},
		{"one word of a reply", alter(host.ClaimReply, func(c *host.Claim) { c.Texts[len(c.Texts)-1] += "." })},
		{"a line more in a reply", alter(host.ClaimReply, func(c *host.Claim) { c.Texts = append(c.Texts, "") })},
		{"another text", alter(host.ClaimData, func(c *host.Claim) { c.SHA256 = hexSum(nil) })},
		{"another size", alter(host.ClaimData, func(c *host.Claim) { c.Bytes++ })},
		{"another recipient", alter(host.ClaimStored, func(c *host.Claim) { c.Recipient = "mallory@west.example" })},
		{"another reverse-path", alter(host.ClaimStored, func(c *host.Claim) { c.Reverse = "" })},
		{"another text in the spool", func(s *sight) {
			for k := range s.spooled {
				s.spooled[k] = hexSum(nil)
			}
		}},
		{"two replies in the other order", func(s *sight) { swap(s, host.ClaimReply) }},
		{"two commands in the other order", func(s *sight) { swap(s, host.ClaimCommand) }},
		{"a tap that loses an event", func(s *sight) {
			x := s.sessions[0]
			x.Events = slices.Delete(slices.Clone(x.Events), 3, 4)
		}},
		{"a tap that takes a reply for another command's", func(s *sight) {
			last := len(s.sessions[0].Events) - 1 // the reply to QUIT
			e := *s.sessions[0].Events[last]
			e.Answers = 2
			s.sessions[0].Events[last] = &e
		}},
		{"a tap that misses a session", func(s *sight) { s.sessions = s.sessions[1:] }},
		{"one wrong octet in the capture", func(s *sight) {
			s.pcapng = slices.Clone(s.pcapng)
			s.pcapng[bytes.Index(s.pcapng, []byte("RCPT TO:"))+9] ^= 1
		}},
		{"a capture that ends early", func(s *sight) { s.pcapng = cutFrames(s.pcapng, 30) }},
		{"a mailbox that loses a mail", func(s *sight) { s.mailboxes = s.mailboxes[1:] }},
	}
}

// drop takes the second claim of a kind and role away.
func drop(kind host.ClaimKind, role host.Role) func(*sight) {
	return func(s *sight) {
		seen := 0
		s.claims = slices.DeleteFunc(s.claims, func(c host.Claim) bool {
			if c.Kind == kind && c.Role == role {
				seen++
			}
			return c.Kind == kind && c.Role == role && seen == 2
		})
	}
}

// alter changes the second claim of a kind that a server makes.
func alter(kind host.ClaimKind, how func(*host.Claim)) func(*sight) {
	return func(s *sight) {
		seen := 0
		for i := range s.claims {
			c := &s.claims[i]
			if c.Kind != kind || c.Role != host.RoleServer {
				continue
			}
			if seen++; seen == 2 {
				how(c)
				return
			}
		}
	}
}

// swap exchanges two neighbours of one kind that differ, at one end of one connection.
func swap(s *sight, kind host.ClaimKind) {
	for i, a := range s.claims {
		for j := i + 1; a.Kind == kind && a.Role == host.RoleServer && j < len(s.claims); j++ {
			b := s.claims[j]
			if b.Kind != kind || b.Host != a.Host || b.Remote != a.Remote || b.Role != a.Role {
				continue
			}
			if b.Line != a.Line || b.Code != a.Code {
				s.claims[i], s.claims[j] = b, a
				return
			}
			break
		}
	}
}

// cutFrames keeps the first n packets of a capture.
func cutFrames(pcapng []byte, n int) []byte {
	for at := 0; at < len(pcapng); at += int(pcapng[at+4]) | int(pcapng[at+5])<<8 | int(pcapng[at+6])<<16 {
		if pcapng[at] == 6 {
			if n--; n < 0 {
				return pcapng[:at]
			}
		}
	}
	return pcapng
}

// A tracer that reads another way, or a world that tells another, is noticed.
func TestCrownHopsNoticeDefects(t *testing.T) {
	for what, spoil := range map[string]func([]byte) []byte{
		"a hop fewer": func(m []byte) []byte { return afterField(afterField(m)) },
		"another id":  func(m []byte) []byte { return bytes.Replace(m, []byte("\tid 1"), []byte("\tid 2"), 1) },
		"another time": func(m []byte) []byte {
			return bytes.Replace(m, []byte(" 12:01:13 +0200"), []byte(" 12:01:14 +0200"), 1)
		},
		"another zone": func(m []byte) []byte {
			return bytes.Replace(m, []byte(" 12:01:13 +0200"), []byte(" 10:01:13 +0000"), 1)
		},
		"another client":  func(m []byte) []byte { return bytes.Replace(m, []byte("[192.0.2.10]"), []byte("[192.0.2.11]"), 1) },
		"another sender":  func(m []byte) []byte { return bytes.Replace(m, []byte("<alice@"), []byte("<alina@"), 1) },
		"another with":    func(m []byte) []byte { return bytes.Replace(m, []byte(" with esmtp "), []byte(" with esmtps "), 1) },
		"another for":     func(m []byte) []byte { return bytes.Replace(m, []byte("for <bob@"), []byte("for <bab@"), 1) },
		"another by":      func(m []byte) []byte { return bytes.Replace(m, []byte("by mx1."), []byte("by mx2."), 1) },
		"another greeter": func(m []byte) []byte { return bytes.Replace(m, []byte("from alice."), []byte("from alina."), 1) },
	} {
		s := observe(t, "clock-skew", 1)
		spoiled := spoil(s.mailboxes[0].text)
		if bytes.Equal(spoiled, s.mailboxes[0].text) {
			t.Fatalf("%s: nothing to spoil in\n%s", what, spoiled)
		}
		s.mailboxes[0].text = spoiled
		if len(wayDifferences(s, accounts(t, s), false)) == 0 {
			t.Errorf("nobody notices: %s", what)
		}
	}
}

// The comparison of tap and capture notices a field that only one of them has right.
func TestCrownSessionsNoticeDefects(t *testing.T) {
	s := observe(t, "three-recipients", 1)
	for what, plant := range map[string]func(*trace.Session){
		"a packet number": func(x *trace.Session) { x.Events[2].Packets[0]++ },
		"a time":          func(x *trace.Session) { x.Events[2].Time++ },
		"an offset":       func(x *trace.Session) { x.Events[2].Offset++ },
		"an outcome":      func(x *trace.Session) { x.Transactions[0].Outcome = trace.Unknown },
		"an end":          func(x *trace.Session) { x.End = trace.SessionReset },
		"a finding":       func(x *trace.Session) { x.Findings = append(x.Findings, trace.Finding{ID: "bare-lf"}) },
	} {
		file := analyzed(t, s.pcapng)
		if d := sameSessions(s.sessions, file); len(d) > 0 {
			t.Fatalf("as it is: %q", d)
		}
		plant(file[0])
		if len(sameSessions(s.sessions, file)) == 0 {
			t.Errorf("nobody notices: %s", what)
		}
	}
}
