package queue

import (
	"fmt"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/host"
)

// What a domain has published about TLS is about its own exchangers: where a local rule names the next host, a message store or
// a smart host, the mail goes there all the same (RFC 8461 §4.1).
func TestRulesAreNotHeldAgainstPolicies(t *testing.T) {
	for rule, want := range map[string]string{
		"":          "0s queued bob@west.example 451 +5m0s",
		"mx1.store": "0s relayed bob@west.example 250",
	} {
		w := newWorld(t, func(o *Options) {
			o.Demands = func(domain, _ string, _ bool) (*Demand, *Outcome) {
				if domain == "" {
					return nil, nil
				}
				return nil, &Outcome{Reply: smtp.NewReply(451, "4.7.1", "not in the policy"), Later: true}
			}
			if rule != "" {
				o.Router.Rules = map[string]Rule{"west.example": {Host: rule}}
			}
		})
		w.dns["mx1.store A"] = "198.51.100.25"
		w.mail(alice, "<bob@west.example>")
		w.passes(time.Minute)
		w.check("rule "+rule, w.said(host.ClaimQueued, host.ClaimRelayed), want)
	}
}

// Who turns the connection gets what waits, but not before its time (RFC 4865 §4.2), and not after it (RFC 2852 §4.1.3).
func TestOverMindsTheTime(t *testing.T) {
	w := newWorld(t, nil)
	w.mx(1).down, w.mx(2).down = host.ErrRefused, host.ErrRefused
	w.asked(fromAlice+" HOLDFOR=7200", "RCPT TO:<bob@west.example>")
	over := func() (n int) {
		w.host.Go("turned", func() {
			n = w.queue.Over(&dialog{w: w, server: &server{}}, "client.west.example", MatchDomains([]string{"west.example"}))
		})
		w.passes(time.Second)
		return n
	}
	w.passes(time.Hour)
	if n := over(); n != 0 {
		t.Errorf("%d mails given out before their time", n)
	}
	w.passes(61 * time.Minute)
	if n := over(); n != 1 {
		t.Errorf("%d mails given out after their release, want one", n)
	}
}

// Answers about mail whose time is over make room for others, where there are too many (RFC 3885 §4.1: floods).
func TestTracksMakeRoom(t *testing.T) {
	w := newWorld(t, nil)
	put := func(name string, until time.Time) {
		if err := w.host.Store.Put(trackPrefix+name, []byte(fmt.Sprintf("x %d\nstatus", until.Unix()))); err != nil {
			t.Fatal(err)
		}
	}
	now := w.host.Clock.Now()
	for i := range maxTracks {
		put(fmt.Sprint(i), now.Add(time.Hour))
	}
	if w.queue.roomToTrack() {
		t.Error("there is room although all answers are good")
	}
	put("0", now.Add(-time.Hour))
	if !w.queue.roomToTrack() || len(w.host.Store.List(trackPrefix)) != maxTracks-1 {
		t.Errorf("an answer whose time is over makes no room; %d are kept", len(w.host.Store.List(trackPrefix)))
	}
}
