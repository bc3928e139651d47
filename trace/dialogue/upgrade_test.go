package dialogue

import (
	"strings"
	"testing"

	"github.com/smtpsim/smtpsim/trace"
)

// rot is an Upgrader whose "TLS" adds one to every octet; a record type stands in front of each chunk.
type rot struct{ fails bool }

func (r rot) Upgrade(trace.Flow) Opener { return &rotOpener{r.fails, 0} }

type rotOpener struct {
	fails bool
	seen  int
}

func (o *rotOpener) Open(dst []trace.Chunk, c trace.Chunk) ([]trace.Chunk, bool) {
	if o.seen++; o.seen <= 2 { // the hellos
		return dst, true
	}
	if o.fails && o.seen > 4 {
		return dst, false
	}
	c.Data = []byte(unrot(string(c.Data)))
	return append(dst, c), true
}

func unrot(s string) string {
	return strings.Map(func(r rune) rune { return r - 1 }, s)
}

func rotted(s string) string {
	return strings.Map(func(r rune) rune { return r + 1 }, s)
}

// What an Upgrader opens is read as a new phase of the session; what it cannot follow stays opaque.
func TestUpgrader(t *testing.T) {
	s, err := parseScript("S: 220 mx.example ESMTP\nC: EHLO ws.example\nS: 250-mx.example\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 go\n" +
		`C| \x16\x03\x01\x00\x05\x01\x00\x00\x01\x03` + "\n" + `S| \x16\x03\x03\x00\x05\x02\x00\x00\x01\x03` + "\n")
	if err != nil {
		t.Fatal(err)
	}
	for _, say := range []string{"CEHLO inside.example\r\n", "S250-mx.example\r\n250 AUTH PLAIN\r\n", "CMAIL FROM:<a@ws.example>\r\n", "S250 ok\r\n", "CRCPT TO:<b@mx.example>\r\n",
		"S250 ok\r\n", "CDATA\r\n", "S354 go on\r\n", "Chello\r\n.\r\n", "S250 2.0.0 Ok: queued as ABC\r\n", "CQUIT\r\n", "S221 Bye\r\n"} {
		s.packet++
		s.chunks = append(s.chunks, trace.Chunk{From: sideOf(say[0]), Time: s.last, Packet: s.packet, Data: []byte(rotted(say[1:]))})
	}
	s.end = trace.EndServer
	s.opts.Upgrader = rot{}
	got := s.play(s.chunks)
	if len(got.Phases) != 2 || got.Phases[1].Why != "starttls" || got.Phases[1].Helo == nil || got.Phases[1].Helo.Name != "inside.example" ||
		!got.Phases[1].TLS.Decrypted || got.End != trace.SessionQuit || len(got.Transactions) != 1 || got.Transactions[0].QueueID != "ABC" {
		t.Errorf("inside TLS:\n%s", dump(got))
	}
	for _, e := range got.Events {
		if inside := e.Packets[0] > 10; e.TLS != inside {
			t.Errorf("event %d: TLS %t", e.N, e.TLS)
		}
	}
	s.opts.Upgrader = rot{fails: true}
	if got = s.play(s.chunks); len(got.Transactions) != 0 || got.Events[len(got.Events)-1].Kind != trace.KindTLSOpaque {
		t.Errorf("when it cannot follow:\n%s", dump(got))
	}
	s.opts.Upgrader = nil
	if got = s.play(s.chunks); got.End != trace.SessionTLSOpaque || len(got.Phases) != 1 {
		t.Errorf("without an Upgrader:\n%s", dump(got))
	}
}
