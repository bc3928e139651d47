package smtpserver_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/persona"
	"github.com/smtpsim/smtpsim/sim/smtpserver"
)

// TestReceived writes the trace field of one transaction as each personality does.
func TestReceived(t *testing.T) {
	tx := smtpserver.Transaction{Server: "mx.example", Verb: smtp.EHLO, Helo: "ws.example", ID: "41A8B4F5C94"}
	tx.Peer = smtpserver.Peer{Remote: netip.MustParseAddrPort("192.0.2.100:4711"), Name: "ws.example"}
	tx.Envelope.Reverse.Mailbox = smtp.Mailbox{Local: "carol", Domain: "ws.example"}
	tx.Envelope.Recipients = []smtp.Recipient{{Forward: smtp.ForwardPath{Mailbox: smtp.Mailbox{Local: "bob", Domain: "mx.example"}}}}
	at := time.Date(2026, 11, 21, 18, 32, 9, 0, time.UTC)
	want := map[string]string{
		"postfix": "Received: from ws.example (ws.example [192.0.2.100])\r\n\tby mx.example (Postfix) with ESMTP id 41A8B4F5C94\r\n" +
			"\tfor <bob@mx.example>; Sat, 21 Nov 2026 18:32:09 +0000 (UTC)\r\n",
		"exim": "Received: from ws.example ([192.0.2.100]:4711)\r\n\tby mx.example with esmtp (Exim 4.96)\r\n" +
			"\t(envelope-from <carol@ws.example>)\r\n\tid 41A8B4F5C94\r\n\tfor bob@mx.example;\r\n\tSat, 21 Nov 2026 18:32:09 +0000\r\n",
	}
	for name, line := range want {
		if got := tx.Received(persona.ByName(name), at); got != line {
			t.Errorf("%s:\n got %q\nwant %q", name, got, line)
		}
	}
	tx.Envelope.Recipients = append(tx.Envelope.Recipients, tx.Envelope.Recipients[0])
	if got := tx.Received(persona.Postfix(), at); strings.Contains(got, "bob") {
		t.Errorf("a recipient is named to the others: %q", got)
	}
}

// TestWith holds the names of RFC 3848.
func TestWith(t *testing.T) {
	secure := testState()
	for _, tc := range []struct {
		tx   smtpserver.Transaction
		want string
	}{
		{smtpserver.Transaction{Verb: smtp.HELO}, "SMTP"},
		{smtpserver.Transaction{Verb: smtp.EHLO}, "ESMTP"},
		{smtpserver.Transaction{Verb: smtp.EHLO, TLS: secure}, "ESMTPS"},
		{smtpserver.Transaction{Verb: smtp.EHLO, User: "u"}, "ESMTPA"},
		{smtpserver.Transaction{Verb: smtp.EHLO, TLS: secure, User: "u"}, "ESMTPSA"},
		{smtpserver.Transaction{Verb: smtp.LHLO, TLS: secure}, "LMTPS"},
	} {
		if got := tc.tx.With(); got != tc.want {
			t.Errorf("%s, want %s", got, tc.want)
		}
	}
}

// TestBusy: beyond SessionsMax a client gets 421, and the place is free again afterwards.
func TestBusy(t *testing.T) {
	port := listen(t, smtpserver.Config{Backend: newBox(persona.Postfix()), SessionsMax: 1})
	first := dial(t, port)
	first.say("", "220")
	dial(t, port).say("", "421")
	first.say("QUIT\r\n", "221")
	for range 100 { // the first session ends after its last reply
		time.Sleep(10 * time.Millisecond)
		third := dial(t, port)
		line, err := third.in.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(line, "220") {
			return
		}
	}
	t.Error("the server stayed busy")
}

// TestShutdown: after Shutdown the next command and the next greeting are 421 (RFC 5321 §3.8).
func TestShutdown(t *testing.T) {
	srv := smtpserver.New(fixedHost(host.NoClaims{}), smtpserver.Config{Backend: newBox(persona.Postfix())})
	conn := &inline{steps: []step{{}, {send: []byte("EHLO ws.example\r\n")}}}
	srv.Shutdown()
	if seen := conn.run(srv); len(seen) != 1 || !strings.HasPrefix(seen[0][0], "421") {
		t.Errorf("a new session: %q", seen)
	}
}

// TestServeError: who goes away between transactions has said goodbye (RFC 5321 §4.1.1.10); in the middle of one it is an
// error, so that a log can tell a lost mail.
func TestServeError(t *testing.T) {
	for commands, want := range map[string]bool{
		"":                    false,
		"EHLO ws.example\r\n": false,
		"EHLO ws.example\r\nMAIL FROM:<a@ws.example>\r\n":                                                 true,
		"EHLO ws.example\r\nMAIL FROM:<a@ws.example>\r\nRSET\r\n":                                         false,
		"EHLO ws.example\r\nMAIL FROM:<a@ws.example>\r\nRCPT TO:<alice@mx.example>\r\nDATA\r\nhalf":       true,
		"EHLO ws.example\r\nMAIL FROM:<a@ws.example>\r\nRCPT TO:<alice@mx.example>\r\nDATA\r\nx\r\n.\r\n": false,
	} {
		srv := smtpserver.New(fixedHost(host.NoClaims{}), smtpserver.Config{Backend: newBox(persona.Postfix())})
		if err := srv.Serve(&inline{steps: []step{{}, {send: []byte(commands)}}}); (err != nil) != want {
			t.Errorf("%q: %v", commands, err)
		}
	}
}

// TestAuthLine: a response may be 12288 octets long with its line end, not one more (RFC 4954 §4).
func TestAuthLine(t *testing.T) {
	b := newBox(persona.Postfix())
	b.knows = true
	for size, want := range map[int]string{smtp.MaxAuthLine: "535 ", smtp.MaxAuthLine + 1: "500 "} { // 535: no base64
		srv := smtpserver.New(fixedHost(host.NoClaims{}), smtpserver.Config{Backend: b, With: persona.Auth, AuthInClear: true})
		conn := &inline{steps: []step{{}, {send: []byte("EHLO ws.example\r\nAUTH PLAIN\r\n")}, {send: []byte(strings.Repeat("x", size-2) + "\r\n")}}}
		if seen := conn.run(srv); len(seen) < 3 || len(seen[2]) != 1 || !strings.HasPrefix(seen[2][0], want) {
			t.Errorf("%d octets: %q, want %s", size, seen[2:], want)
		}
	}
}

// TestEndlessLine: a line that never ends is not read for ever.
func TestEndlessLine(t *testing.T) {
	for _, start := range []string{"", "EHLO ws.example\r\n"} {
		srv := smtpserver.New(fixedHost(host.NoClaims{}), smtpserver.Config{Backend: newBox(persona.Postfix())})
		steps := []step{{}, {send: []byte(start)}}
		for range 100 {
			steps = append(steps, step{send: []byte(strings.Repeat("x", 4096))})
		}
		conn := &inline{steps: steps}
		if err := srv.Serve(conn); err == nil {
			t.Error("no error")
		}
		if conn.at > 25 {
			t.Errorf("%d octets were read", conn.at*4096)
		}
	}
}

// TestCountHops counts Received fields of the header section only.
func TestCountHops(t *testing.T) {
	text := []byte("Received: a\r\nRECEIVED:b\r\n Received: folded\r\nX-Received: no\r\nreceived : no\r\n\r\nReceived: body\r\n")
	for max, want := range map[int]int{0: 0, 1: 1, 2: 2, 3: 2, 100: 2} {
		if got := smtpserver.CountHops(text, max); got != want {
			t.Errorf("up to %d: %d, want %d", max, got, want)
		}
	}
}

// TestReplyGroups: replies to MAIL, RCPT and RSET go out together, those to EHLO, DATA, VRFY, EXPN, QUIT, NOOP and to
// unknown commands at once, even though more commands wait (RFC 2920 §3.2).
func TestReplyGroups(t *testing.T) {
	srv := smtpserver.New(fixedHost(host.NoClaims{}), smtpserver.Config{Backend: newBox(persona.Postfix())})
	group := "MAIL FROM:<a@ws.example>\r\nRCPT TO:<alice@mx.example>\r\nRSET\r\nNOOP\r\nVRFY alice\r\nEXPN x\r\nFOO\r\n" +
		"MAIL FROM:<a@ws.example>\r\nRCPT TO:<alice@mx.example>\r\nDATA\r\nx\r\n.\r\nRSET\r\nQUIT\r\n"
	conn := &inline{steps: []step{{}, {send: []byte("EHLO ws.example\r\n")}, {send: []byte(group)}}}
	conn.run(srv)
	var got []string
	for _, piece := range conn.sends[2:] {
		codes := ""
		for line := range strings.SplitSeq(strings.TrimSpace(piece), "\r\n") {
			codes += " " + line[:3]
		}
		got = append(got, codes[1:])
	}
	want := []string{"250 250 250 250", "252", "500", "500", "250 250 354", "250 250 221"}
	if strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("replies went out as %q, want %q", got, want)
	}
}
