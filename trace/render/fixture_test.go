package render

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/trace"
)

// update rewrites the golden files: go test ./trace/render -update
var update = flag.Bool("update", false, "rewrite testdata/*.golden")

// golden compares got with testdata/name.golden.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs (renew with go test ./trace/render -update):\n%s", path, got)
	}
}

var start = trace.FromStd(time.Date(2026, 11, 21, 18, 32, 9, 123456789, time.UTC))

func at(ms int64) trace.Time { return start + trace.Time(ms*1e6) }

// talk makes a session from lines "ms packet C: command", "ms packet S: 250-a|250 b", "ms packet D: octets".
func dialogue(s *trace.Session, script string) *trace.Session {
	answers, data := 0, false
	for _, line := range strings.Split(strings.TrimSpace(script), "\n") {
		f := strings.SplitN(strings.TrimSpace(line), " ", 4)
		ms, packet := number(f[0]), number(f[1])
		v := &trace.Event{N: len(s.Events) + 1, Time: at(ms), Packets: [2]int64{packet, packet}}
		switch f[2] {
		case "C:":
			v.Kind, v.Line = trace.KindCommand, f[3]
			v.Verb = strings.ToUpper(strings.Fields(f[3])[0])
			answers = v.N
		case "S:", "G:":
			v.Kind, v.From, v.Answers = trace.KindReply, trace.FromServer, answers
			if f[2] == "G:" {
				v.Kind, v.Answers = trace.KindGreeting, 0
			}
			for _, one := range strings.Split(f[3], "|") {
				v.Code = int(number(one[:3]))
				v.Lines = append(v.Lines, strings.TrimLeft(one[3:], "- "))
			}
			v.Interim = v.Code == 354 || v.Code == 334
		case "D:":
			v.Kind, v.Bytes = trace.KindData, number(f[3])
			data = true
		}
		s.Events = append(s.Events, v)
	}
	_ = data
	s.Started, s.Ended = s.Events[0].Time, s.Events[len(s.Events)-1].Time
	s.Packets = [2]int64{s.Events[0].Packets[0], s.Events[len(s.Events)-1].Packets[0]}
	if s.Protocol == "" {
		s.Protocol = "smtp"
	}
	return s
}

func number(s string) int64 {
	n := int64(0)
	for _, r := range s {
		n = 10*n + int64(r-'0')
	}
	return n
}

func ptr[T any](v T) *T { return &v }

// captured is a session as a capture shows it: a refused recipient, a bare LF, hostile text.
func captured() *trace.Session {
	s := dialogue(&trace.Session{ID: 1, Client: "192.0.2.100:40112", Server: "192.0.2.10:25", End: trace.SessionQuit, StartTLS: "offered", Source: trace.Captured}, `
4 4 G: 220 mx.alpha.example ESMTP Postfix
5 6 C: EHLO ws.alpha.example
6 7 S: 250-mx.alpha.example|250-PIPELINING|250-SIZE 10240000|250-STARTTLS|250 CHUNKING
8 9 C: MAIL FROM:<tester@ws.alpha.example> SIZE=412 BODY=8BITMIME
9 10 S: 250 2.1.0 Ok
10 12 C: RCPT TO:<bob@alpha.example>
11 13 S: 250 2.1.5 Ok
12 14 C: RCPT TO:<nobody@alpha.example>
30 15 S: 550 5.1.1 <nobody@alpha.example>: Recipient address rejected: User unknown in local recipient table
31 16 C: DATA
32 17 S: 354 End data with <CR><LF>.<CR><LF>
33 18 D: 412
15040 21 S: 250 2.0.0 Ok: queued as E4C249BA013
15041 22 C: QUIT
15042 23 S: 221 2.0.0 Bye`)
	s.Phases = []trace.Phase{{Why: "connect", Greeting: "mx.alpha.example ESMTP Postfix", Helo: &trace.Helo{Verb: "EHLO", Name: "ws.alpha.example"},
		Extensions: []string{"PIPELINING", "SIZE 10240000", "STARTTLS", "CHUNKING"}}}
	s.Attempts = 1
	s.Timing = trace.Timing{Connect: ptr(trace.Seconds(400e3)), Total: ptr(trace.Seconds(15042e6))}
	s.Transactions = []*trace.Transaction{{N: 1, OpenedBy: "MAIL", ReversePath: ptr("tester@ws.alpha.example"),
		Parameters: []trace.Parameter{{Name: "SIZE", Value: "412"}, {Name: "BODY", Value: "8BITMIME"}},
		Reply:      &trace.ReplyRef{Code: 250, Enhanced: "2.1.0", Text: "Ok"},
		Recipients: []*trace.Recipient{
			{ForwardPath: "bob@alpha.example", Code: 250, Enhanced: "2.1.5", Text: "Ok", Answered: true},
			{ForwardPath: "nobody@alpha.example", Code: 550, Enhanced: "5.1.1", Text: "<nobody@alpha.example>: Recipient address rejected: User unknown in local recipient table", Answered: true}},
		DataReply: &trace.ReplyRef{Code: 354, Text: "End data with <CR><LF>.<CR><LF>"},
		Body:      &trace.Body{Via: "DATA", Bytes: 412, SHA256: ptr(strings.Repeat("0a", 32)), DeclaredSize: 412, Complete: true},
		Final:     &trace.ReplyRef{Code: 250, Enhanced: "2.0.0", Text: "Ok: queued as E4C249BA013"}, QueueID: "E4C249BA013", Outcome: trace.Partial,
		Message: &trace.Message{MessageID: "<20261121183209.029860@vm>", From: "tester@ws.alpha.example", Subject: "pl\xe4in"}}}
	s.Findings = []trace.Finding{
		{ID: "bare-lf", Severity: trace.Error, Packet: 18, Time: at(33), Text: "A line of the text ends with a bare LF, which some servers take for a line end and others do not.", Source: "RFC 5321 §2.3.8", Evidence: "hi\nthere"},
		{ID: "size-missing", Severity: trace.Note, Text: "The capture begins before the connection.", Source: "RFC 9293 §3.4"}}
	return s
}

// hostile is a session whose texts try to steer the terminal and to break the picture.
func hostile() *trace.Session {
	s := dialogue(&trace.Session{ID: 66, Client: "[2001:db8:2::100]:40112", Server: "[2001:db8:2::10]:25", End: trace.SessionReset, Source: trace.Captured}, `
0 1 G: 220 x
1 2 C: EHLO y
2 3 S: 250 ok
3 4 C: XYZZY z
4 5 S: 500 what`)
	s.Events[0].Lines[0] = "\x1b]0;owned\x07\x1b[2J mx.\u202eelpmaxe\u2066"
	s.Events[1].Line = "EHLO \x9b31m\xff\u0085日本語ドメイン.test"
	s.Events[2].Lines = []string{"first\r\nsecond", "\u2028", "a\x00b"}
	s.Events[3].Verb, s.Events[3].Line = "", strings.Repeat("\u0301", 50)+strings.Repeat("A", 5000)
	s.Findings = []trace.Finding{{ID: "x\x1by", Packet: 2, Severity: trace.Warning, Text: "t\x1b[31m", Source: "s\x07", Evidence: "\xff"}}
	s.Transactions = []*trace.Transaction{{N: 1, ReversePath: ptr("\x1b[0m@x"), QueueID: "\x07", Outcome: trace.Refused, RefusedAt: "RCPT",
		Recipients: []*trace.Recipient{{ForwardPath: "\u202ex", Code: 550, Text: "\x1b[5m" + strings.Repeat("long ", 100), Answered: true}}}}
	return s
}

// course is the run of the course's lesson on MX: a submission, DNS, a 450, the queue, a delivery.
func course() *trace.Timeline {
	tl := &trace.Timeline{Cap: 1000}
	add := func(s *trace.Session) {
		for _, v := range s.Events {
			from, to := s.ClientHost, s.ServerHost
			if v.From == trace.FromServer {
				from, to = to, from
			}
			tl.Add(&trace.Entry{Time: v.Time, Host: from, Peer: to, Kind: trace.EntryEvent, Session: s, Event: v})
		}
	}
	one := func(ms int64, host, peer string, kind trace.EntryKind, e trace.Entry) {
		e.Time, e.Host, e.Peer, e.Kind = at(ms), host, peer, kind
		tl.Add(&e)
	}
	msa, mx1, dns := "msa.nord.example", "mx1.west.example", "DNS"
	add(dialogue(&trace.Session{ID: 1, ClientHost: "alice", ServerHost: msa}, `
0 0 C: EHLO alice.nord.example
20 0 S: 250-msa.nord.example|250 SIZE 10000
40 0 C: MAIL FROM:<alice@nord.example>
60 0 S: 250 2.1.0 Ok
80 0 C: RCPT TO:<bob@west.example>
90 0 S: 250 2.1.5 Ok
100 0 C: DATA
110 0 S: 354 Go ahead
115 0 D: 412
120 0 S: 250 2.0.0 Ok: queued as A1`))
	one(121, msa, dns, trace.EntryDNS, trace.Entry{Name: "west.example.", Type: "MX"})
	one(140, dns, msa, trace.EntryAnswer, trace.Entry{Name: "west.example.", Type: "MX", Code: "NOERROR",
		Answers: []string{"west.example. 300 IN MX 10 mx1.west.example.", "west.example. 300 IN MX 20 mx2.west.example."}})
	one(141, msa, dns, trace.EntryDNS, trace.Entry{Name: "mx1.west.example.", Type: "A"})
	one(160, dns, msa, trace.EntryAnswer, trace.Entry{Name: "mx1.west.example.", Type: "A", Answers: []string{"mx1.west.example. 300 IN A 192.0.2.25"}})
	one(180, msa, mx1, trace.EntryConnect, trace.Entry{Code: "open", Text: "TCP, port 25"})
	add(dialogue(&trace.Session{ID: 2, ClientHost: msa, ServerHost: mx1}, `
201 0 G: 220 mx1.west.example ESMTP
220 0 C: EHLO msa.nord.example
230 0 S: 250 mx1.west.example
240 0 C: MAIL FROM:<alice@nord.example>
250 0 S: 250 2.1.0 Ok
283 0 C: RCPT TO:<bob@west.example>
324 0 S: 450 4.2.0 Greylisted, try again later
330 0 C: QUIT
340 0 S: 221 2.0.0 Bye`))
	one(341, msa, "", trace.EntryQueue, trace.Entry{Name: "bob@west.example", Code: "300", MailID: "A1"})
	one(300350, msa, mx1, trace.EntryConnect, trace.Entry{Code: "open"})
	add(dialogue(&trace.Session{ID: 3, ClientHost: msa, ServerHost: mx1}, `
300400 0 G: 220 mx1.west.example ESMTP
300410 0 C: EHLO msa.nord.example
300420 0 S: 250 mx1.west.example
300430 0 C: MAIL FROM:<alice@nord.example>
300440 0 S: 250 2.1.0 Ok
300450 0 C: RCPT TO:<bob@west.example>
300460 0 S: 250 2.1.5 Ok
300470 0 C: DATA
300480 0 S: 354 Go ahead
300490 0 D: 530
300600 0 S: 250 2.0.0 Ok: queued as B2
300610 0 C: QUIT
300620 0 S: 221 2.0.0 Bye`))
	one(300700, mx1, "", trace.EntryDeliver, trace.Entry{Name: "bob", MailID: "B2"})
	return tl
}
