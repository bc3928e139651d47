package queue

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/smtpclient"
)

const (
	alice = "alice@nord.example"
	bob   = "<bob@west.example>"
)

func TestRelayAndLocal(t *testing.T) {
	w := newWorld(t, nil)
	w.mail("x@ost.example", bob, "<carol@nord.example>", "<dave@west.example>")
	w.passes(time.Second)
	w.check("one transaction for a domain (RFC 5321 §4.5.4.1)", fmt.Sprint(w.mx(1).got), "[x@ost.example>bob@west.example,dave@west.example]")
	w.check("mailbox", fmt.Sprint(len(w.boxes["carol@nord.example"])), "1")
	w.check("claims", w.said(host.ClaimRelayed, host.ClaimDelivered),
		"0s delivered carol@nord.example 250; 0s relayed bob@west.example 250; 0s relayed dave@west.example 250")
	if n := w.queue.Len(); n != 0 {
		t.Errorf("%d mails are still queued", n)
	}
	if left := w.host.Store.List(""); len(left) != 0 {
		t.Errorf("the disk still holds %v", left)
	}
}

// TestNextHost: which failures lead to the next exchanger and which do not.
func TestNextHost(t *testing.T) {
	for _, c := range []struct {
		name   string
		first  *server
		second bool   // mx2 gets the mail
		want   string // the claims else
		source string
	}{
		{"refused", &server{down: host.ErrRefused}, true, "", "RFC 5321 §5.1: try each address in order"},
		{"silent", &server{down: host.ErrUnanswered}, true, "", "RFC 5321 §5.1"},
		{"421 greeting", &server{greeting: smtp.NewReply(421, "4.3.2", "busy")}, true, "", "RFC 5321 §4.2.2"},
		{"451 greeting", &server{greeting: smtp.NewReply(451, "", "later")}, true, "", "RFC 5321 §4.2.1"},
		{"554 greeting", &server{greeting: smtp.NewReply(554, "", "no SMTP here")}, true, "", "RFC 5321 §3.1: this host takes no mail; another may"},
		{"lost at RCPT", &server{breaks: smtpclient.StageRcpt}, true, "", "RFC 5321 §3.8"},
		{"lost after the text", &server{breaks: smtpclient.StageEnd}, false,
			"0s routed bob@west.example; 0s queued bob@west.example 451 +5m0s", "RFC 1047: it may have been taken; another host would make two of it"},
		{"552 to RCPT", &server{rcpt: always(552, "", "too many recipients")}, false,
			"0s routed bob@west.example; 0s queued bob@west.example 552 +5m0s", "RFC 5321 §4.5.3.1.10: as 452"},
		{"421 to RCPT", &server{rcpt: always(421, "4.3.2", "closing")}, true, "", "RFC 5321 §3.8"},
		{"550 to RCPT", &server{rcpt: always(550, "5.1.1", "unknown")}, false,
			"0s routed bob@west.example; 0s bounced bob@west.example 550", "RFC 5321 §4.2.1: 5yz is final, no other host is asked"},
		{"450 to RCPT", &server{rcpt: always(450, "4.2.0", "busy")}, false,
			"0s routed bob@west.example; 0s queued bob@west.example 450 +5m0s", "RFC 5321 §4.2.1: 4yz waits"},
	} {
		w := newWorld(t, nil)
		w.servers["198.51.100.25"] = c.first
		w.mail(alice, bob)
		w.passes(time.Minute)
		if got := len(w.mx(2).got) == 1; got != c.second {
			t.Errorf("%s (%s): mx2 got the mail: %v, want %v", c.name, c.source, got, c.second)
		}
		if c.want != "" {
			w.check(c.name, w.said(host.ClaimRouted, host.ClaimBounced, host.ClaimQueued), c.want)
		}
	}
}

func TestAllHostsFail(t *testing.T) {
	w := newWorld(t, nil)
	w.mx(1).down, w.mx(2).down = host.ErrRefused, host.ErrRefused
	w.dns["west.example A"] = "192.0.2.80" // the web server
	w.servers["192.0.2.80"] = &server{}
	w.mail(alice, bob)
	w.passes(time.Second)
	w.check("both down", w.said(host.ClaimQueued, host.ClaimBounced), "0s queued bob@west.example 451 +5m0s")
	w.check("the address of a domain with MX is never tried (RFC 5321 §5.1)", fmt.Sprint(w.servers["192.0.2.80"].sessions), "0")
	item := w.queue.List()[0].Recipients[0]
	w.check("mailq", item.Last.Text()+" / "+item.Remote, "connect to mx2.west.example[198.51.100.26]:25: connection refused / mx2.west.example[198.51.100.26]:25")
	w.mx(1).down = nil
	w.passes(5 * time.Minute)
	w.check("the next try begins with the best again", fmt.Sprint(w.mx(1).got, w.mx(2).got), "[alice@nord.example>bob@west.example] []")

	w.mx(2).down = nil
	w.mx(1).greeting, w.mx(2).greeting = smtp.NewReply(554, "", "never"), smtp.NewReply(521, "", "never")
	w.said()
	w.mail(alice, bob)
	w.passes(time.Second)
	w.check("all say 5yz", w.said(host.ClaimBounced), "5m1s bounced bob@west.example 521")

	w.dns["mx1.west.example A"], w.dns["mx2.west.example A"] = "NXDOMAIN", "NXDOMAIN"
	w.mail(alice, bob)
	w.passes(time.Second)
	w.check("no MX has an address: RFC 5321 §5.1: MUST be reported as an error", w.said(host.ClaimBounced), "5m2s bounced bob@west.example 550")
	w.dns["mx2.west.example A"] = "SERVFAIL"
	w.mail(alice, bob)
	w.passes(time.Second)
	w.check("one of them cannot be looked up now", w.said(host.ClaimQueued), "5m3s queued bob@west.example 451 +5m0s")
	w.dns["mx1.west.example A"] = "192.0.2.10"
	w.mail("x@ost.example", "<eve@west.example>")
	w.passes(time.Second)
	w.check("the best one is our own address", w.said(host.ClaimBounced), "5m4s bounced eve@west.example 554")
	for i, loop := range []string{"127.0.0.1", "::1", "0.0.0.0"} { // whoever writes such a record sends our mail back to us
		w.dns["mx1.west.example A"] = loop
		w.mail(alice, bob)
		w.passes(time.Second)
		w.check("the best one is "+loop, w.said(host.ClaimBounced), fmt.Sprintf("5m%ds bounced bob@west.example 554", 5+i))
	}
}

// TestManyAddresses: one try goes through 20 addresses, no more (RFC 5321 §5.1: "there MAY also be a configurable limit").
func TestManyAddresses(t *testing.T) {
	for n, want := range map[int]int{20: 1, 21: 0} {
		w := newWorld(t, nil)
		var addrs []string
		for i := range n {
			addrs = append(addrs, fmt.Sprintf("203.0.113.%d", i+1))
			w.servers[addrs[i]] = &server{down: host.ErrRefused}
		}
		last := &server{}
		w.servers[addrs[n-1]] = last
		w.dns["many.example MX"], w.dns["mx.many.example A"] = "10 mx.many.example", strings.Join(addrs, ", ")
		w.mail(alice, "<bob@many.example>")
		w.passes(time.Second)
		w.check(fmt.Sprint(n, " addresses, the last one works"), fmt.Sprint(len(last.got)), fmt.Sprint(want))
	}
}

// TestReturnedSize: a mail of up to 50,000 octets comes back whole, of a larger one the header section only.
func TestReturnedSize(t *testing.T) {
	for size, whole := range map[int]bool{returnMax: true, returnMax + 1: false} {
		w := newWorld(t, nil)
		w.mx(1).rcpt = always(550, "5.1.1", "unknown")
		const head = "Subject: x\r\n\r\n"
		w.mailText(alice, []byte(head+strings.Repeat("x", size-len(head))), bob)
		w.passes(time.Second)
		if len(w.boxes[alice]) != 1 {
			t.Fatalf("%d reports", len(w.boxes[alice]))
		}
		report := w.boxes[alice][0]
		if got := strings.Contains(report, "\r\nContent-Type: message/rfc822\r\n"); got != whole || len(report) > returnMax && !whole {
			t.Errorf("%d octets: whole %v in a report of %d", size, got, len(report))
		}
	}
}

// TestWaitOfNothing: whatever the configuration says, a try does not follow the last one at once (RFC 5321 §4.5.4.1).
func TestWaitOfNothing(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.Waits = []time.Duration{0} })
	w.mx(1).rcpt = always(450, "4.2.0", "busy")
	w.mail(alice, bob)
	w.passes(10*time.Second + time.Millisecond)
	w.check("tries in ten seconds", fmt.Sprint(w.mx(1).tries["bob@west.example"]), "11")
}

func TestGreylisting(t *testing.T) {
	w := newWorld(t, nil)
	w.mx(1).rcpt = func(address string, try int) smtp.Reply {
		if try == 1 && address == "bob@west.example" {
			return smtp.NewReply(450, "4.7.1", "greylisted")
		}
		return smtp.NewReply(250, "2.0.0", "ok")
	}
	w.mail(alice, bob, "<carol@west.example>")
	w.passes(time.Hour)
	w.check("claims", w.said(host.ClaimQueued, host.ClaimRelayed),
		"0s queued bob@west.example 450 +5m0s; 0s relayed carol@west.example 250; 5m0s relayed bob@west.example 250")
	w.check("only who waits is tried again", fmt.Sprint(w.mx(1).got), "[alice@nord.example>carol@west.example alice@nord.example>bob@west.example]")
}

func TestFiveDays(t *testing.T) {
	w := newWorld(t, nil)
	w.servers["198.51.100.25"], w.servers["198.51.100.26"] = nil, nil
	w.mail(alice, bob)
	w.net.RunIdle()
	tries := strings.Count(w.said(host.ClaimRouted, host.ClaimQueued), "routed")
	if took := w.net.Now().Sub(w.start); took < 120*time.Hour || took > 120*time.Hour+2*time.Minute {
		t.Errorf("given up after %s, want 5 days (RFC 5321 §4.5.4.1)", took)
	}
	if tries < 100 || tries > 130 {
		t.Errorf("%d tries, want about one each 4000 s", tries)
	}
	if len(w.boxes[alice]) != 1 {
		t.Errorf("%d reports came, want 1", len(w.boxes[alice]))
	}
}

func TestSchedule(t *testing.T) {
	w := newWorld(t, func(o *Options) {
		o.Waits = []time.Duration{time.Minute, time.Hour}
		o.GiveUp = 150 * time.Minute
	})
	w.mx(1).rcpt = always(450, "4.2.0", "busy")
	w.mail(alice, bob)
	w.net.RunIdle()
	w.check("waits of the scenario, the last again, the end in time", w.said(host.ClaimQueued, host.ClaimBounced),
		"0s queued bob@west.example 450 +1m0s; 1m0s queued bob@west.example 450 +1h0m0s; "+
			"1h1m0s queued bob@west.example 450 +1h0m0s; 2h1m0s queued bob@west.example 450 +29m0s; 2h30m0s bounced bob@west.example 450")
}

func TestNoReportAboutAReport(t *testing.T) {
	for _, c := range []struct {
		from, to, doubleTo, want string
		boxes                    int
	}{
		{"nobody@nord.example", "<no1@nord.example>", "", // the report's recipient does not exist either
			"0s bounced no1@nord.example 550; 0s dropped nobody@nord.example 550", 0},
		{"", "<no1@nord.example>", "", "0s dropped no1@nord.example 550", 0}, // RFC 5321 §6.1
		{"", "<no1@nord.example>", "postmaster@nord.example", // RFC 5321 §4.5.5
			"0s dropped no1@nord.example 550; 0s delivered postmaster@nord.example 250", 1},
		{"", "<no1@nord.example>", "no-postmaster@nord.example",
			"0s dropped no1@nord.example 550; 0s dropped no-postmaster@nord.example 550", 0},
		{alice, "<no1@nord.example> NOTIFY=NEVER", "", "0s dropped no1@nord.example 550", 0},         // RFC 3461 §5.2.6
		{alice, "<no1@nord.example> NOTIFY=SUCCESS,DELAY", "", "0s dropped no1@nord.example 550", 0}, // RFC 3461 §5.2.6
		{alice, "<no1@nord.example> NOTIFY=DELAY,FAILURE", "", "0s bounced no1@nord.example 550; 0s delivered alice@nord.example 250", 1},
	} {
		w := newWorld(t, func(o *Options) { o.DoubleTo = c.doubleTo })
		w.mail(c.from, c.to)
		w.net.RunIdle()
		w.check(c.from+" → "+c.to, w.said(host.ClaimBounced, host.ClaimDropped, host.ClaimDelivered), c.want)
		n := 0
		for _, box := range w.boxes {
			n += len(box)
		}
		if n != c.boxes || w.queue.Len() != 0 {
			t.Errorf("%s → %s: %d messages in mailboxes, want %d; %d queued", c.from, c.to, n, c.boxes, w.queue.Len())
		}
	}
}

func TestDelayReport(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.DelayDSN = 4 * time.Hour })
	w.mx(1).rcpt = always(450, "4.2.0", "busy")
	w.mail(alice, bob)
	w.mail(alice, "<carol@west.example> NOTIFY=FAILURE") // RFC 3461 §5.2.5: no delayed report
	w.passes(24 * time.Hour)
	if len(w.boxes[alice]) != 1 || !strings.Contains(w.boxes[alice][0], "delayed") {
		t.Errorf("after a day: %q, want one report that it is late", w.boxes[alice])
	}
	w.net.RunIdle()
	if len(w.boxes[alice]) != 3 {
		t.Errorf("at the end: %d reports, want 3", len(w.boxes[alice]))
	}
}

// TestCrash: RFC 5321 §6.1: what was accepted MUST NOT be lost "because the host later crashes".
func TestCrash(t *testing.T) {
	w := newWorld(t, nil)
	w.mx(1).rcpt = func(address string, try int) smtp.Reply {
		if address == "bob@west.example" {
			return smtp.NewReply(450, "4.2.0", "busy")
		}
		return smtp.NewReply(250, "2.0.0", "ok")
	}
	w.mail("\"odd name\"@ost.example", bob+" NOTIFY=NEVER", "<carol@west.example>")
	w.passes(6 * time.Minute)
	before := w.queue.List()
	w.net.Crash(w.host.Name)
	w.queue = nil
	w.open()
	w.passes(time.Second)
	after := w.queue.List()
	w.check("mailq", fmt.Sprint(after), fmt.Sprint(before))
	w.mx(1).rcpt = nil
	w.passes(24 * time.Hour)
	w.check("afterwards", fmt.Sprint(w.mx(1).got), `["odd name"@ost.example>carol@west.example "odd name"@ost.example>bob@west.example]`)
	if left := w.host.Store.List(""); len(left) != 0 {
		t.Errorf("the disk still holds %v", left)
	}
	// in the middle of a transaction: sent again after the crash, perhaps twice, never lost
	w.mx(1).takes = time.Minute
	w.mail(alice, bob)
	w.passes(30 * time.Second)
	w.net.Crash(w.host.Name)
	w.open()
	w.passes(time.Hour)
	w.check("sent again", fmt.Sprint(w.mx(1).got[2:]), "[alice@nord.example>bob@west.example]")
}

func TestDiskFull(t *testing.T) {
	w := newWorld(t, nil)
	w.net.SetStoreLimit(w.host.Name, 10)
	w.host.Go("accept", func() {
		if err := w.queue.Accept("A1", smtp.Envelope{}, "", nil); err != host.ErrDiskFull {
			t.Errorf("accept on a full disk: %v, want ErrDiskFull: the server must not say 250", err)
		}
	})
	w.passes(time.Second)
	if w.queue.Len() != 0 {
		t.Error("a refused mail is queued")
	}
	// a report that finds no room is tried again, and the mail kept
	w.net.SetStoreLimit(w.host.Name, 0)
	w.mx(1).rcpt = always(550, "5.1.1", "unknown")
	w.mx(1).takes = time.Second
	w.mail(alice, bob)
	w.passes(100 * time.Millisecond)
	w.net.SetStoreLimit(w.host.Name, 1)
	w.passes(time.Minute)
	if len(w.boxes[alice]) != 0 || w.queue.Len() != 1 {
		t.Errorf("with a full disk: %d reports, %d queued", len(w.boxes[alice]), w.queue.Len())
	}
	w.net.SetStoreLimit(w.host.Name, 0)
	w.passes(time.Hour)
	if len(w.boxes[alice]) != 1 || w.queue.Len() != 0 {
		t.Errorf("with room again: %d reports, %d queued", len(w.boxes[alice]), w.queue.Len())
	}
}

func TestOneMailPerID(t *testing.T) {
	w := newWorld(t, nil)
	w.mx(1).takes = time.Minute
	env := smtp.Envelope{Recipients: []smtp.Recipient{{Forward: smtp.ForwardPath{Mailbox: smtp.Mailbox{Local: "bob", Domain: "west.example"}}}}}
	w.host.Go("accept", func() {
		if err := w.queue.Accept("A1", env, "", nil); err != nil {
			t.Error(err)
		}
		if err := w.queue.Accept("A1", env, "", nil); err != ErrTaken {
			t.Errorf("the same id again: %v, want ErrTaken", err)
		}
	})
	w.passes(time.Second)
}

func TestSessionsAreReused(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.PerDialog = 4 })
	w.mx(1).takes = time.Second
	for range 10 {
		w.mail(alice, bob)
	}
	w.passes(time.Minute)
	w.check("sessions for 10 mails, 4 each", fmt.Sprint(len(w.mx(1).got), w.mx(1).sessions), "10 3")
}

func TestManyRecipientsAndWorkers(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.Workers, o.PerSend = 2, 3 })
	var to []string
	for i := range 10 {
		to = append(to, fmt.Sprintf("<u%d@west.example>", i))
		w.dns[fmt.Sprintf("d%d.example MX", i)] = "1 mx1.west.example"
		w.mail(alice, fmt.Sprintf("<x@d%d.example>", i))
	}
	w.mx(1).takes = time.Minute
	w.mail(alice, to...)
	w.passes(90 * time.Second)
	if n := len(w.mx(1).got); n != 2 {
		t.Errorf("%d transactions after a minute with two workers, want 2", n)
	}
	w.passes(time.Hour)
	if n := len(w.mx(1).got); n != 14 {
		t.Errorf("%d transactions, want 10 + 4 of at most 3 recipients", n)
	}
}

// TestDeadHostCostsOneTimeout: RFC 5321 §4.5.4.1: not a timeout for each of many mails.
func TestDeadHostCostsOneTimeout(t *testing.T) {
	w := newWorld(t, nil)
	delete(w.servers, "198.51.100.25")
	delete(w.servers, "198.51.100.26")
	for range 20 {
		w.mail(alice, bob)
	}
	w.passes(2 * time.Minute)
	w.check("all wait", fmt.Sprint(strings.Count(w.said(host.ClaimQueued), "queued")), "20")
}

func TestFlush(t *testing.T) {
	w := newWorld(t, nil)
	w.mx(1).down, w.mx(2).down = host.ErrRefused, host.ErrRefused
	w.mail(alice, bob)
	w.passes(time.Second)
	w.mx(1).down = nil
	w.net.Inject(w.queue.Flush)
	w.passes(time.Second)
	w.check("at once", w.said(host.ClaimRelayed), "1s relayed bob@west.example 250")
	w.mx(1).rcpt = always(450, "", "busy")
	w.mail(alice, bob)
	w.passes(time.Second)
	w.net.Inject(w.queue.Stop)
	w.passes(24 * time.Hour)
	w.check("a stopped queue tries no more", fmt.Sprint(w.mx(1).tries), "map[bob@west.example:1]")
}
