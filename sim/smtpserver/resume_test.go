package smtpserver_test

import (
	"bufio"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/persona"
	"github.com/smtpsim/smtpsim/sim/smtpserver"
	"github.com/smtpsim/smtpsim/sim/vnet"
)

// connections leads one session after the other against one server, each at its time, and gives the codes that were heard.
// "!" closes the connection without a word.
func connections(t *testing.T, cfg smtpserver.Config, talks map[time.Duration][]string) (codes map[time.Duration]string, store host.Store) {
	t.Helper()
	n := vnet.New(vnet.Options{Seed: 1})
	t.Cleanup(n.Close)
	mx := n.AddHost(vnet.HostConfig{Name: "mx.example", Addrs: []netip.Addr{netip.MustParseAddr("192.0.2.25")}})
	pc := n.AddHost(vnet.HostConfig{Name: "pc.example", Addrs: []netip.Addr{netip.MustParseAddr("192.0.2.1")}})
	srv := smtpserver.New(mx.Ports(), cfg)
	n.Spawn(mx, "server", func() {
		if ln, err := mx.Ports().Listen(netip.AddrPortFrom(netip.Addr{}, 25)); err == nil {
			_ = srv.Run(ln, mx.Ports().Go)
		}
	})
	codes = map[time.Duration]string{}
	for at, lines := range talks {
		n.Spawn(pc, "client", func() {
			pc.Ports().Clock.Sleep(at)
			codes[at] = converse(t, pc.Ports(), lines)
		})
	}
	n.RunIdle()
	return codes, mx.Ports().Store
}

func converse(t *testing.T, h *host.Host, lines []string) string {
	conn, err := h.Dialer.Dial(netip.MustParseAddrPort("192.0.2.25:25"), 0)
	if err != nil {
		t.Error(err)
		return ""
	}
	defer conn.Close()
	in := bufio.NewReader(conn)
	var heard []string
	for _, line := range append([]string{""}, lines...) {
		switch {
		case line == "!":
			return strings.Join(heard, " ")
		case strings.HasPrefix(line, "> "): // a part of the text
			_, _ = conn.Write([]byte(line[2:]))
			continue
		case line != "":
			_, _ = conn.Write([]byte(line + "\r\n"))
		}
		reply := smtp.ReplyParser{Mode: smtp.Tolerant}
		for done := false; !done; {
			answer, err := in.ReadString('\n')
			if err != nil {
				return strings.Join(append(heard, "EOF"), " ")
			}
			done, _ = reply.Line(strings.TrimRight(answer, "\r\n"))
		}
		r := reply.Reply()
		heard = append(heard, fmt.Sprint(r.Code))
	}
	return strings.Join(heard, " ")
}

// RFC 1845 §2 (4), §3: the identifier counts together with the name in EHLO; after 355 the recipients stand and DATA is next; who
// aborts what he goes on with has ended it; and what nobody has asked for in 48 hours is gone.
func TestCheckpointIsItsClients(t *testing.T) {
	const mailFrom = "MAIL FROM:<a@pc.example> TRANSID=<1@pc.example>"
	begin := []string{"EHLO pc.example", mailFrom, "RCPT TO:<b@mx.example>", "DATA", "> Subject: x\r\n\r\nhalf", "!"}
	b := &taker{}
	codes, store := connections(t, smtpserver.Config{Backend: b, With: persona.Checkpoint}, map[time.Duration][]string{
		1 * time.Minute:  begin,
		10 * time.Minute: {"EHLO other.example", mailFrom, "RSET", "QUIT"},
		20 * time.Minute: {"EHLO PC.example", mailFrom, "RCPT TO:<c@mx.example>", "!"},
		30 * time.Minute: {"EHLO pc.example", mailFrom, "RSET", mailFrom, "QUIT"},
		40 * time.Minute: begin,
		50 * time.Hour: {"EHLO pc.example", "MAIL FROM:<a@pc.example> TRANSID=<2@pc.example>", "RCPT TO:<b@mx.example>", "DATA",
			"> Subject: y\r\n", "!"},
	})
	for at, want := range map[time.Duration]string{
		10 * time.Minute: "220 250 250 250 221",
		20 * time.Minute: "220 250 355 503",
		30 * time.Minute: "220 250 355 250 250 221",
	} {
		if codes[at] != want {
			t.Errorf("after %v: %s, want %s", at, codes[at], want)
		}
	}
	if left := store.List("checkpoint/"); len(left) != 1 || b.mails != 0 {
		t.Errorf("%d transactions are remembered, %d mails taken; want one and none", len(left), b.mails)
	}
}

// guarded is a backend that lets in the proxy and nobody whom it speaks for.
type guarded struct{ taker }

func (b *guarded) Session(p *smtpserver.Peer) (smtpserver.Session, *smtp.Reply) {
	if p.Remote.Addr() == netip.MustParseAddr("203.0.113.66") {
		r := smtp.NewReply(554, "5.7.1", "Not you")
		return nil, &r
	}
	return b, nil
}

func (b *guarded) MayProxy(*smtpserver.Peer) bool { return true }

// A client that the back end does not want is refused behind XCLIENT as it is at the greeting: nothing but QUIT is left.
func TestXClientRefused(t *testing.T) {
	codes, _ := connections(t, smtpserver.Config{Backend: &guarded{}, With: persona.XClient}, map[time.Duration][]string{
		time.Minute: {"EHLO pc.example", "XCLIENT ADDR=203.0.113.66", "EHLO spike.example", "MAIL FROM:<a@pc.example>", "QUIT"},
	})
	if got := codes[time.Minute]; got != "220 250 554 503 503 221" {
		t.Errorf("heard %s", got)
	}
}

// kinds takes down what opened each transaction.
type kinds struct {
	taker
	seen []smtp.Verb
}

func (b *kinds) Session(*smtpserver.Peer) (smtpserver.Session, *smtp.Reply) { return b, nil }

func (b *kinds) Data(tx *smtpserver.Transaction, _ []byte) *smtp.Reply {
	b.seen = append(b.seen, tx.Kind)
	return nil
}

// RFC 821 §3.4: SEND in the middle of a transaction that MAIL opened is refused, and changes nothing about it.
func TestSendInMail(t *testing.T) {
	b := &kinds{}
	connections(t, smtpserver.Config{Backend: b, With: persona.Send}, map[time.Duration][]string{
		time.Minute: {"EHLO pc.example", "MAIL FROM:<a@pc.example>", "SEND FROM:<a@pc.example>", "RCPT TO:<b@mx.example>", "DATA", ".",
			"SEND FROM:<a@pc.example>", "RCPT TO:<b@mx.example>", "DATA", ".", "QUIT"},
	})
	if len(b.seen) != 2 || b.seen[0] != "" || b.seen[1] != smtp.SEND {
		t.Errorf("transactions of the kinds %q, want MAIL's and SEND's", b.seen)
	}
}
