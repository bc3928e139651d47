package smtpclient_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/smtpclient"
	"github.com/smtpsim/smtpsim/sim/smtpserver"
)

// TestReplyLimits gives the client greetings at its limits and one past them.
func TestReplyLimits(t *testing.T) {
	lines := func(n int) string { return strings.Repeat("220-x\r\n", n-1) + "220 x" }
	for _, tc := range []struct {
		name, greeting string
		ok             bool
	}{
		{"512 octets", "220 " + strings.Repeat("x", smtp.MaxReplyLine-6), true},
		{"513 octets, tolerated", "220 " + strings.Repeat("x", smtp.MaxReplyLine-5), true},
		{"4096 octets", "220 " + strings.Repeat("x", 4096-6), true},
		{"4097 octets", "220 " + strings.Repeat("x", 4096-5), false},
		{"4096 lines", lines(smtp.MaxReplyLines), true},
		{"4097 lines", lines(smtp.MaxReplyLines + 1), false},
		{"letters", "220x", false},
		{"empty", "", false},
	} {
		p := &player{turns: [][]line{{{"S:", tc.greeting}}, {{"S:", "250 mx.example"}}}}
		c := smtpclient.New(p, smtpclient.Config{Host: fixedHost(host.NoClaims{})})
		if err := c.Open(); (err == nil) != tc.ok {
			t.Errorf("%s: %.200v", tc.name, err)
		}
	}
}

// TestGroups sends to 1, 99, 100, 101 and 500 recipients: the groups stay below what the server reads at once, and who is
// refused for being too many may come again (RFC 5321 §4.5.3.1.10).
func TestGroups(t *testing.T) {
	for _, w := range worlds {
		for _, n := range []int{1, 99, 100, 101, 500} {
			to := make([]string, n)
			for i := range to {
				to[i] = strings.Repeat("u", i%60+1) + "@mx.example"
			}
			s := &sink{}
			p := pairing{server: smtpserver.Config{Backend: s, Persona: smallPersona()}}
			p.work = func(c *smtpclient.Client) error {
				r, err := c.Send(envelope(to...), []byte("x\r\n"))
				if want := min(n, smtp.MinRecipients); r.Accepted() != want {
					t.Errorf("%s: %d recipients: %d accepted, want %d", w.name, n, r.Accepted(), want)
				}
				for i := smtp.MinRecipients; i < n; i++ {
					if to := r.Recipients[i]; to.Reply.Code != 452 || !to.Temporary() {
						t.Fatalf("%s: recipient %d: %+v", w.name, i, to)
					}
				}
				return err
			}
			if err := w.play(t, p); err != nil {
				t.Error(w.name, n, err)
			}
		}
	}
}

// TestGroupSize: commands go out in pieces that a server's buffer of 4096 octets holds (RFC 2920 §3.1).
func TestGroupSize(t *testing.T) {
	to := make([]string, 300)
	for i := range to {
		to[i] = strings.Repeat("u", 60) + "@mx.example"
	}
	turns := [][]line{{{"S:", "220 x"}}, {{"S:", "250-x"}, {"S:", "250 PIPELINING"}}}
	for range 50 {
		var replies []line
		for range 60 {
			replies = append(replies, line{"S:", "250 ok"})
		}
		turns = append(turns, replies)
	}
	p := &pieces{player: &player{turns: turns}}
	c := smtpclient.New(p, smtpclient.Config{Host: fixedHost(host.NoClaims{})})
	if err := c.Open(); err != nil {
		t.Fatal(err)
	}
	_, _ = c.Send(envelope(to...), []byte("x\r\n"))
	if len(p.sizes) < 5 {
		t.Fatalf("sent %v", p.sizes)
	}
	for _, n := range p.sizes {
		if n > 4096 {
			t.Errorf("%d octets in one piece", n)
		}
	}
}

// pieces notes how much is written at once.
type pieces struct {
	*player
	sizes []int
}

func (p *pieces) Write(b []byte) (int, error) {
	p.sizes = append(p.sizes, len(b))
	return p.player.Write(b)
}

// TestEnvelopeOfNobody: there must be somebody to send to.
func TestEnvelopeOfNobody(t *testing.T) {
	p := &player{turns: [][]line{{{"S:", "220 x"}}, {{"S:", "250 x"}}}}
	c := smtpclient.New(p, smtpclient.Config{Host: fixedHost(host.NoClaims{})})
	if err := c.Open(); err != nil {
		t.Fatal(err)
	}
	var e *smtpclient.Error
	if _, err := c.Send(smtp.Envelope{}, nil); !errors.As(err, &e) || !e.Local || e.Temporary() {
		t.Errorf("%v", err)
	}
	c.Close()
	if _, err := c.Send(envelope("alice@mx.example"), nil); !errors.As(err, &e) || !e.Temporary() {
		t.Errorf("after Close: %v", err)
	}
	if _, err := c.Do("NOOP"); err == nil {
		t.Error("Do after Close: no error")
	}
}

// TestAllocations holds the price of a session: both engines together.
func TestAllocations(t *testing.T) {
	run := oneSession(t, smtpserver.Config{Backend: discard{}}, host.NoClaims{})
	if n := testing.AllocsPerRun(200, run); n > 50 {
		t.Errorf("%v allocations for one session with one mail, at most 50 are wanted", n)
	}
}
