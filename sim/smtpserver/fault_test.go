package smtpserver_test

import (
	"bufio"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/fault"
	"github.com/smtpsim/smtpsim/sim/smtpserver"
	"github.com/smtpsim/smtpsim/sim/vnet"
)

// taker takes everything and counts it.
type taker struct{ mails int }

func (b *taker) Session(*smtpserver.Peer) (smtpserver.Session, *smtp.Reply) { return b, nil }
func (b *taker) Start(*smtpserver.Transaction) *smtp.Reply                  { return nil }
func (b *taker) Rcpt(*smtpserver.Transaction, *smtp.Recipient) *smtp.Reply  { return nil }
func (b *taker) Data(*smtpserver.Transaction, []byte) *smtp.Reply           { b.mails++; return nil }
func (b *taker) Abort(*smtpserver.Transaction)                              {}
func (b *taker) Close()                                                     {}

// faulty runs one session against a server with one fault: what the client saw, "354 EOF", how long it took, and how many
// mails were taken.
func faulty(t *testing.T, at fault.Stage, a fault.Action) (seen string, took time.Duration, mails int) {
	t.Helper()
	n := vnet.New(vnet.Options{Seed: 1})
	defer n.Close()
	mx := n.AddHost(vnet.HostConfig{Name: "mx.example", Addrs: []netip.Addr{netip.MustParseAddr("192.0.2.25")}})
	pc := n.AddHost(vnet.HostConfig{Name: "pc.example", Addrs: []netip.Addr{netip.MustParseAddr("192.0.2.1")}})
	if a.Kind == fault.Crash || a.Kind == fault.CrashAfter {
		a.Crash = func() { n.Crash("mx.example") }
	}
	b, struck := &taker{}, false
	srv := smtpserver.New(mx.Ports(), smtpserver.Config{Backend: b, Fault: func(m fault.Moment) (fault.Action, bool) {
		if m.Stage != at || struck {
			return fault.Action{}, false
		}
		struck = true
		return a, true
	}})
	n.Spawn(mx, "server", func() {
		ln, err := mx.Ports().Listen(netip.AddrPortFrom(netip.Addr{}, 25))
		if err != nil {
			t.Error(err)
			return
		}
		_ = srv.Run(ln, mx.Ports().Go)
	})
	n.Spawn(pc, "client", func() {
		pc.Ports().Clock.Sleep(time.Second)
		start := n.Now()
		seen = askAll(pc)
		took = n.Now().Sub(start)
	})
	n.RunUntil(n.Now().Add(3 * time.Hour))
	return seen, took, b.mails
}

// askAll is a client in lockstep: the codes it gets, and how the session ended.
func askAll(pc *vnet.Host) string {
	c, err := pc.Ports().Dialer.Dial(netip.MustParseAddrPort("192.0.2.25:25"), 0)
	if err != nil {
		return err.Error()
	}
	defer c.Close()
	_ = c.SetReadDeadline(pc.Ports().Clock.Now().Add(2 * time.Hour))
	in, codes := bufio.NewReader(c), []string{}
	for _, line := range []string{"", "EHLO pc.example", "MAIL FROM:<a@b.example>", "RCPT TO:<c@d.example>", "DATA", "Hello\r\n.", "QUIT"} {
		if line != "" {
			if _, err := fmt.Fprintf(c, "%s\r\n", line); err != nil {
				return strings.Join(append(codes, "broken"), " ")
			}
		}
		for {
			reply, err := in.ReadString('\n')
			if err != nil {
				end := "EOF"
				if strings.Contains(err.Error(), "reset") {
					end = "RST"
				} else if strings.Contains(err.Error(), "timeout") {
					end = "silence"
				}
				return strings.Join(append(codes, end), " ")
			}
			if len(reply) > 3 && reply[3] == ' ' {
				codes = append(codes, reply[:3])
				break
			}
		}
	}
	return strings.Join(codes, " ")
}

// TestFaults: what each fault of a session looks like from outside, and whether the mail was taken.
func TestFaults(t *testing.T) {
	const minute = time.Minute
	later := fault.Action{Kind: fault.Reply, Reply: smtp.NewReply(450, "4.2.0", "later")}
	for _, c := range []struct {
		at    fault.Stage
		a     fault.Action
		seen  string
		least time.Duration
		mails int
	}{
		{fault.AtConnect, fault.Action{Kind: fault.DropBefore}, "EOF", 0, 0},
		{fault.AtConnect, fault.Action{Kind: fault.Reset}, "RST", 0, 0},
		{fault.AtConnect, fault.Action{Kind: fault.Hang, Wait: 10 * minute}, "EOF", 10 * minute, 0},
		{fault.AtConnect, fault.Action{Kind: fault.Delay, Wait: minute}, "220 250 250 250 354 250 221", minute, 1},
		{fault.AtGreeting, fault.Action{Kind: fault.Reply, Reply: smtp.NewReply(421, "", "busy")}, "421 EOF", 0, 0},
		{fault.AtHello, fault.Action{Kind: fault.Drip, Wait: time.Second}, "220 250 250 250 354 250 221", minute, 1},
		{fault.AtMail, later, "220 250 450 503 503 500 221", 0, 0},
		{fault.AtRcpt, fault.Action{Kind: fault.Close}, "220 250 250 250 EOF", 0, 0},
		{fault.AtData, fault.Action{Kind: fault.DropAfter}, "220 250 250 250 EOF", 0, 0},
		{fault.AtText, fault.Action{Kind: fault.Reset}, "220 250 250 250 354 RST", 0, 0},
		{fault.AtText, later, "220 250 250 250 354 450 EOF", 0, 0},
		{fault.AtText, fault.Action{Kind: fault.Delay, Wait: minute}, "220 250 250 250 354 250 221", minute, 1},
		{fault.AtEnd, later, "220 250 250 250 354 450 221", 0, 0},
		{fault.AtEnd, fault.Action{Kind: fault.DropBefore}, "220 250 250 250 354 EOF", 0, 0},
		{fault.AtEnd, fault.Action{Kind: fault.DropAfter}, "220 250 250 250 354 EOF", 0, 1}, // RFC 1047
		{fault.AtEnd, fault.Action{Kind: fault.Close}, "220 250 250 250 354 250 EOF", 0, 1},
		{fault.AtEnd, fault.Action{Kind: fault.Delay, Wait: 11 * minute}, "220 250 250 250 354 250 221", 11 * minute, 1},
		{fault.AtEnd, fault.Action{Kind: fault.Crash}, "220 250 250 250 354 RST", time.Second, 0}, // when TCP asks, another kernel answers,
		{fault.AtEnd, fault.Action{Kind: fault.CrashAfter}, "220 250 250 250 354 RST", time.Second, 1},
		{fault.AtQuit, fault.Action{Kind: fault.DropBefore}, "220 250 250 250 354 250 EOF", 0, 1},
	} {
		seen, took, mails := faulty(t, c.at, c.a)
		if seen != c.seen || took < c.least || mails != c.mails {
			t.Errorf("%s at %s: the client saw %q in %s, %d mails taken; want %q in at least %s, %d mails", c.a.Kind, c.at, seen, took, mails,
				c.seen, c.least, c.mails)
		}
	}
}
