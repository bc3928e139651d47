package queue

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/codes/dsn"
	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// asked accepts a mail with parameters: lines "MAIL FROM:<..> .." and "RCPT TO:<..> ..".
func (w *world) asked(lines ...string) {
	w.t.Helper()
	var env smtp.Envelope
	for _, line := range lines {
		c, err := smtp.ParseCommand(line, smtp.Strict)
		if err != nil {
			w.t.Fatal(err)
		}
		if c.Verb == smtp.MAIL {
			env.Reverse, env.Params = c.Reverse, c.Params
			continue
		}
		env.Recipients = append(env.Recipients, smtp.Recipient{Forward: c.Forward, Params: c.Params})
	}
	w.host.Go("accept", func() {
		if err := w.queue.Accept(w.queue.NextID(), env, "", []byte("Subject: x\r\n\r\nbody\r\n")); err != nil {
			w.t.Errorf("accept: %v", err)
		}
	})
}

// reports are the reports in a mailbox of this host, in short: "failed 5.4.7 bob@west.example".
func (w *world) reports(address string) string {
	var out []string
	for _, text := range w.boxes[address] {
		r, err := dsn.Parse([]byte(text))
		if err != nil {
			w.t.Fatalf("%v\n%s", err, text)
		}
		for _, rcpt := range r.Recipients {
			out = append(out, fmt.Sprintf("%s %s %s", rcpt.Action, rcpt.Status, rcpt.Final.Value))
		}
	}
	return strings.Join(out, "; ")
}

// crash starts the queue anew over what is on the disk.
func (w *world) crash() {
	w.queue.Stop()
	w.passes(time.Second)
	w.open()
}

const fromAlice = "MAIL FROM:<alice@nord.example>"

// A mail that is held waits through a crash and a flush, and its age counts from its release (RFC 4865 §4.2).
func TestHold(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.GiveUp, o.DelayDSN = 10*time.Hour, -1 })
	w.mx(1).rcpt, w.mx(2).rcpt = always(450, "4.2.0", "busy"), always(450, "4.2.0", "busy")
	w.asked(fromAlice+" HOLDFOR=86400", "RCPT TO:<bob@west.example>")
	w.passes(time.Hour)
	w.queue.Flush()
	w.crash()
	w.passes(22 * time.Hour)
	w.check("before", w.said(host.ClaimQueued, host.ClaimBounced), "")
	w.passes(70 * time.Minute)
	if said := w.said(host.ClaimQueued); !strings.HasPrefix(said, "24h0m0s queued bob@west.example 450 ") {
		t.Errorf("at its release: %s", said)
	}
	w.passes(10 * time.Hour)
	w.check("given up", w.said(host.ClaimBounced), "34h0m0s bounced bob@west.example 450")
	text := strings.Join(w.boxes[alice], "")
	if !strings.Contains(text, "\r\nFuture-Release-Request: for;86400\r\n") || !strings.Contains(text, "\r\nArrival-Date: ") {
		t.Errorf("RFC 4865 §5.1.2: the fields are missing in\n%s", text)
	}
}

// At the deliver-by time the mail comes back, through a crash too, and not at the next try (RFC 2852 §4.1.3).
func TestDeliverByReturn(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.Waits = []time.Duration{5 * time.Hour} })
	w.mx(1).down, w.mx(2).down = host.ErrRefused, host.ErrRefused
	w.asked(fromAlice+" BY=7200;R", "RCPT TO:<bob@west.example>", "RCPT TO:<carol@west.example> NOTIFY=NEVER", "RCPT TO:<dan@west.example> NOTIFY=DELAY")
	w.passes(time.Hour)
	w.crash()
	w.passes(3599 * time.Second)
	w.check("in time", w.reports(alice), "failed 5.4.7 bob@west.example")
	if said := w.said(host.ClaimBounced, host.ClaimDropped); !strings.HasPrefix(said, "2h0m0s ") || strings.Count(said, "2h0m0s") != 3 {
		t.Errorf("claims: %s", said)
	}
	if n := w.queue.Len(); n != 0 {
		t.Errorf("%d mails are still queued", n)
	}
}

// Mode N tells once, goes on, and tells nobody who has asked for something else (RFC 2852 §4.1.3).
func TestDeliverByNotify(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.DelayDSN = -1 })
	w.mx(1).rcpt, w.mx(2).rcpt = always(450, "4.2.0", "busy"), always(450, "4.2.0", "busy")
	w.asked(fromAlice+" BY=600;N", "RCPT TO:<bob@west.example>", "RCPT TO:<carol@west.example> NOTIFY=FAILURE", "RCPT TO:<dan@west.example> NOTIFY=DELAY")
	w.passes(599 * time.Second)
	w.check("before", w.reports(alice), "")
	w.passes(2 * time.Second)
	const late = "delayed 4.4.7 bob@west.example; delayed 4.4.7 dan@west.example"
	w.check("late", w.reports(alice), late)
	w.crash()
	w.passes(5 * time.Hour)
	w.check("told once", w.reports(alice), late)
	if !strings.Contains(w.boxes[alice][0], "\r\nDeliver-By-Date: ") { // RFC 2852 §5
		t.Errorf("no Deliver-By-Date in\n%s", w.boxes[alice][0])
	}
}

// The one of two mails that was refused with 421 does not decide for the other: that one is tried itself.
func TestLaneTellsMailsApart(t *testing.T) {
	w := newWorld(t, nil)
	fussy := func(address string, _ int) smtp.Reply {
		if address == "bob@west.example" {
			return smtp.NewReply(421, "4.7.0", "not this one")
		}
		return smtp.NewReply(250, "2.1.5", "ok")
	}
	w.mx(1).rcpt, w.mx(2).rcpt = fussy, fussy
	w.mail("x@ost.example", bob)
	w.mail("x@ost.example", "<carol@west.example>")
	w.passes(time.Minute)
	w.check("claims", w.said(host.ClaimQueued, host.ClaimRelayed), "0s queued bob@west.example 421 +5m0s; 0s relayed carol@west.example 250")
}

// Where nobody is there, one try is enough for all.
func TestLaneSharesSilence(t *testing.T) {
	w := newWorld(t, nil)
	w.mx(1).down, w.mx(2).down = host.ErrRefused, host.ErrRefused
	w.mail("x@ost.example", bob)
	w.mail("x@ost.example", "<carol@west.example>")
	w.passes(time.Minute)
	w.check("claims", w.said(host.ClaimQueued), "0s queued bob@west.example 451 +5m0s; 0s queued carol@west.example 451 +5m0s")
}

// Each kind of success, and whom it is told to (RFC 3461 §5.2.2, §5.2.3; RFC 2852 §4.1.4).
func TestOwes(t *testing.T) {
	const all = persona.DSN | persona.DeliverBy
	for _, c := range []struct {
		mail, rcpt string
		out        Outcome
		want       status
		source     string
	}{
		{"", "", Outcome{}, done, "§5.2.3 c"},
		{"", "NOTIFY=SUCCESS", Outcome{}, delivered, "§5.2.3 a"},
		{"", "NOTIFY=FAILURE", Outcome{}, done, "§5.2.3 b"},
		{"", "NOTIFY=SUCCESS", Outcome{Remote: "store", lmtp: true}, delivered, "RFC 2033 §4.2"},
		{"", "NOTIFY=SUCCESS", Outcome{Remote: "mx", offers: persona.DSN}, done, "§5.2.1: the next host tells"},
		{"", "NOTIFY=success,FAILURE", Outcome{Remote: "mx"}, relayed, "§5.2.2 b"},
		{"", "NOTIFY=FAILURE", Outcome{Remote: "mx"}, done, "§5.2.2"},
		{"BY=600;RT", "", Outcome{Remote: "mx", offers: all}, relayed, "RFC 2852 §4.1.4: T"},
		{"BY=600;RT", "NOTIFY=NEVER", Outcome{Remote: "mx", offers: all}, done, "RFC 2852 §4.1.4: unless NEVER"},
		{"BY=600;N", "", Outcome{Remote: "mx"}, relayed, "RFC 2852 §4.1.4.2"},
		{"BY=600;N", "NOTIFY=NEVER", Outcome{Remote: "mx"}, done, "RFC 2852 §4.1.4.2"},
		{"BY=600;N", "", Outcome{Remote: "mx", offers: all}, done, "RFC 2852 §4.1.4.2"},
		{"BY=-600;N", "", Outcome{Remote: "mx"}, done, "RFC 2852 §4.1.4.2: only before deliver-by-time"},
	} {
		w := newWorld(t, nil)
		m := &mail{arrived: w.start, envelope: smtp.Envelope{Params: param(c.mail)}}
		m.address([]smtp.Recipient{{Params: param(c.rcpt)}})
		m.rcpts[0].last = c.out
		if got := w.queue.owes(m, 0, w.start); got != c.want {
			t.Errorf("%s %s after %+v: got %d, want %d (%s)", c.mail, c.rcpt, c.out, got, c.want, c.source)
		}
		m.envelope.Reverse.Null = true
		if got := w.queue.owes(m, 0, w.start); got != done {
			t.Errorf("%s %s from <>: got %d (RFC 3461 §5.2: MUST NOT)", c.mail, c.rcpt, got)
		}
	}
}

func param(s string) []smtp.Param {
	name, value, found := strings.Cut(s, "=")
	if !found {
		return nil
	}
	return []smtp.Param{{Name: name, Value: value}}
}

// What the next host is told of a by-time, and what its reports are asked for (RFC 2852 §4.1.4).
func TestOnward(t *testing.T) {
	w := newWorld(t, nil)
	w.passes(time.Hour)
	for _, c := range []struct {
		mail, rcpt string
		age        time.Duration
		offers     persona.Extensions
		want       string
	}{
		{"BY=120;RT", "", 22 * time.Second, persona.DeliverBy, "BY=98;RT"},
		{"BY=120;N", "", 3 * time.Minute, persona.DeliverBy, "BY=-60;N"},
		{"BY=120;N", "", time.Second, persona.DSN, "BY=119;N / NOTIFY=FAILURE,DELAY"},
		{"BY=120;N", "NOTIFY=SUCCESS", time.Second, persona.DSN, "BY=119;N / NOTIFY=SUCCESS,DELAY"},
		{"BY=120;N", "NOTIFY=NEVER", time.Second, persona.DSN, "BY=119;N / NOTIFY=NEVER"},
		{"BY=120;N", "NOTIFY=DELAY", time.Second, persona.DSN, "BY=119;N / NOTIFY=DELAY"},
		{"HOLDFOR=60", "", time.Minute, ^persona.Extensions(0), ""},
		{"XVERP=-+", "", 0, 0, "from a-bob+west.example@b.example"},
		{"MTRK=QlrxKgdDUCsyLpOgFbz4aOMk1Wo:3600", "", time.Minute, persona.MTRK | persona.DSN, "MTRK=QlrxKgdDUCsyLpOgFbz4aOMk1Wo:3540"},
		{"MTRK=QlrxKgdDUCsyLpOgFbz4aOMk1Wo:3600", "", time.Hour, persona.MTRK | persona.DSN, ""},
		{"MTRK=QlrxKgdDUCsyLpOgFbz4aOMk1Wo", "", time.Minute, persona.DSN, ""},
	} {
		m := &mail{arrived: w.net.Now().Add(-c.age), envelope: smtp.Envelope{Params: param(c.mail),
			Reverse: smtp.ReversePath{Mailbox: smtp.Mailbox{Local: "a", Domain: "b.example"}}}}
		m.address([]smtp.Recipient{{Forward: smtp.ForwardPath{Mailbox: smtp.Mailbox{Local: "bob", Domain: "west.example"}}, Params: param(c.rcpt)}})
		env := m.envelope
		w.queue.onward(&env, job{m, []int{0}}, nil, c.offers)
		var got []string
		for _, p := range env.Params {
			got = append(got, p.String())
		}
		for _, p := range env.Recipients[0].Params {
			got = append(got, "/", p.String())
		}
		if env.Reverse.Address() != "a@b.example" {
			got = append(got, "from "+env.Reverse.Address())
		}
		w.check(c.mail, strings.Join(got, " "), c.want)
		if m.envelope.Params[0].String() != c.mail {
			t.Errorf("%s: the mail itself became %v", c.mail, m.envelope.Params)
		}
	}
}

// The priority goes on as a field, in place of those that are there (RFC 6758 §3.3).
func TestPriorityField(t *testing.T) {
	m := &mail{envelope: smtp.Envelope{Params: param("MT-PRIORITY=3")}}
	m.ask()
	text := "Subject: x\r\nmt-priority: 4\r\n (ultra)\r\nMT-Priority-Not: 1\r\n\r\nMT-Priority: 9\r\n"
	const want = "MT-Priority: 3\r\nSubject: x\r\nMT-Priority-Not: 1\r\n\r\nMT-Priority: 9\r\n"
	if got := string(m.onwardPriority([]byte(text), 0)); got != want {
		t.Errorf("got %q\nwant %q", got, want)
	}
	if got := string(m.onwardPriority([]byte(text), persona.MTPriority)); got != text {
		t.Errorf("to a host that knows the parameter: %q", got)
	}
}

// Jobs in a lane stand by priority, those of one priority as they came (RFC 6710 §5.1).
func TestPlace(t *testing.T) {
	l := &lane{}
	for n, p := range []int{0, -9, 0, 9, 3, 9, -9} {
		l.place(job{mail: &mail{id: fmt.Sprintf("%d:%d", n, p), asks: &asks{priority: p}}})
	}
	var got []string
	for _, j := range l.jobs {
		got = append(got, j.mail.id)
	}
	if s := strings.Join(got, " "); s != "3:9 5:9 4:3 0:0 2:0 1:-9 6:-9" {
		t.Errorf("got %s", s)
	}
}

func TestRemoteName(t *testing.T) {
	for remote, want := range map[string]string{"mx1.west.example[192.0.2.25]:25": "mx1.west.example", "192.0.2.25:25": "[192.0.2.25]",
		"[2001:db8::25]:25": "[IPv6:2001:db8::25]"} {
		if got := remoteName(remote); got != want {
			t.Errorf("%s: got %q, want %q", remote, got, want)
		}
	}
}
