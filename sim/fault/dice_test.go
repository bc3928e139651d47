package fault

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
)

// strikes says at which of n moments, a minute apart, something strikes.
func strikes(d *Dice, now *time.Duration, n int, m Moment) (at []int) {
	for i := range n {
		*now = time.Duration(i) * time.Minute
		if _, ok := d.Strike(m); ok {
			at = append(at, i)
		}
	}
	return at
}

func TestDice(t *testing.T) {
	bob := Moment{Stage: AtRcpt, Recipient: "BOB@west.example", Local: netip.MustParseAddrPort("192.0.2.1:25")}
	always := []int{0, 1, 2, 3, 4, 5}
	for name, c := range map[string]struct {
		fault Fault
		want  []int
	}{
		"always":                {Fault{Command: AtRcpt}, always},
		"another stage":         {Fault{Command: AtMail}, nil},
		"another host":          {Fault{Command: AtRcpt, Host: "mx2"}, nil},
		"window":                {Fault{Command: AtRcpt, At: 2 * time.Minute, Until: 4 * time.Minute}, []int{2, 3}},
		"times":                 {Fault{Command: AtRcpt, Times: 2}, []int{0, 1}},
		"recipient in any case": {Fault{Command: AtRcpt, Recipient: "bob@WEST.example"}, always},
		"another recipient":     {Fault{Command: AtRcpt, Recipient: "carol@west.example"}, nil},
		"port":                  {Fault{Command: AtRcpt, Port: 25}, always},
		"another port":          {Fault{Command: AtRcpt, Port: 587}, nil},
		"at a time":             {Fault{Kind: Crash}, nil},
	} {
		f := c.fault
		if f.Host == "" {
			f.Host = "mx1"
		}
		if f.Kind == "" {
			f.Kind = DropBefore
		}
		now := time.Duration(0)
		d := NewDice("mx1", []Fault{f}, Options{Now: func() time.Duration { return now }})
		if got := strikes(d, &now, 6, bob); !slices.Equal(got, c.want) {
			t.Errorf("%s: struck at %v, want %v", name, got, c.want)
		}
	}
}

// Odds are odds, a seed repeats itself, and what another fault draws does not matter.
func TestOdds(t *testing.T) {
	draw := func(seed uint64, all ...Fault) []int {
		now := time.Duration(0)
		return strikes(NewDice("mx1", all, Options{Seed: seed, Now: func() time.Duration { return now }}), &now, 1000, Moment{Stage: AtMail})
	}
	some := Fault{Kind: DropBefore, Host: "mx1", Command: AtMail, PPM: 100_000}
	first := draw(1, some)
	if n := len(first); n < 60 || n > 140 {
		t.Errorf("10 %% of 1000 are %d", n)
	}
	if !slices.Equal(first, draw(1, some)) || slices.Equal(first, draw(2, some)) {
		t.Error("a seed does not repeat itself, or two seeds are the same")
	}
	other := Fault{Kind: DropBefore, Host: "mx1", Command: AtRcpt, PPM: 500_000}
	if !slices.Equal(first, draw(1, some, other)) {
		t.Error("one more fault changes what another does")
	}
}

// Every stage but those without a command is a command's, and every kind can strike somewhere.
func TestStages(t *testing.T) {
	for _, v := range []smtp.Verb{smtp.EHLO, smtp.MAIL, smtp.RCPT, smtp.DATA, smtp.RSET, smtp.QUIT, smtp.STARTTLS, smtp.AUTH} {
		if !slices.Contains(Stages(), StageOf(v)) {
			t.Errorf("%s is at no stage", v)
		}
	}
	for _, k := range Kinds() {
		somewhere := slices.ContainsFunc(Stages(), k.CanStrike)
		if somewhere != k.InSession() || k.InSession() && k.OnLink() {
			t.Errorf("%s: in a session %t, can strike %t", k, k.InSession(), somewhere)
		}
	}
}
