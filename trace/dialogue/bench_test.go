package dialogue

import (
	"fmt"
	"strings"
	"testing"

	"github.com/smtpsim/smtpsim/trace"
)

// benchSession is a session of n mails with bodies of size octets, in segments as Ethernet carries them.
func benchSession(n, size int) []trace.Chunk {
	var chunks []trace.Chunk
	var offset [2]int64
	say := func(from trace.Side, text string) {
		for len(text) > 0 {
			part := text[:min(len(text), 1448)]
			chunks = append(chunks, trace.Chunk{From: from, Time: scriptStart, Packet: int64(len(chunks) + 4), Offset: offset[from], Data: []byte(part)})
			offset[from] += int64(len(part))
			text = text[len(part):]
		}
	}
	const client, server = trace.FromClient, trace.FromServer
	say(server, "220 mx.example ESMTP Postfix\r\n")
	say(client, "EHLO ws.example\r\n")
	say(server, "250-mx.example\r\n250-PIPELINING\r\n250-SIZE 10240000\r\n250-STARTTLS\r\n250-8BITMIME\r\n250 DSN\r\n")
	line := strings.Repeat("All work and no play makes Jack a dull boy. ", 2)[:72] + "\r\n"
	text := "From: a@ws.example\r\nTo: b@mx.example\r\nSubject: bench\r\nMessage-ID: <1@ws.example>\r\n\r\n" + strings.Repeat(line, size/len(line)) + ".\r\n"
	for i := range n {
		say(client, fmt.Sprintf("MAIL FROM:<a%d@ws.example> SIZE=1000\r\nRCPT TO:<b@mx.example>\r\nDATA\r\n", i))
		say(server, "250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n354 End data with <CR><LF>.<CR><LF>\r\n")
		say(client, text)
		say(server, "250 2.0.0 Ok: queued as F225F9BA1B2\r\n")
	}
	say(client, "QUIT\r\n")
	say(server, "221 2.0.0 Bye\r\n")
	return chunks
}

func benchmark(b *testing.B, chunks []trace.Chunk, opts Options) {
	s, _ := parseScript("")
	octets, events := 0, 0
	for _, c := range chunks {
		octets += len(c.Data)
	}
	b.SetBytes(int64(octets))
	b.ReportAllocs()
	for b.Loop() {
		var r counting
		d := New(s.flow, opts, &r)
		for _, c := range chunks {
			d.Chunk(c)
		}
		d.Close(trace.EndServer, scriptStart, 0)
		events = r.events
		if r.accepted == 0 {
			b.Fatal("no mail was seen")
		}
	}
	b.ReportMetric(float64(events), "events/op")
}

// counting is a Recorder that counts.
type counting struct{ events, accepted int }

func (c *counting) Event(*trace.Session, *trace.Event) { c.events++ }
func (c *counting) Session(s *trace.Session) {
	for _, t := range s.Transactions {
		if t.Outcome == trace.Accepted {
			c.accepted++
		}
	}
}

func BenchmarkMail100K(b *testing.B) { benchmark(b, benchSession(1, 100<<10), Options{}) }
func BenchmarkMail10M(b *testing.B)  { benchmark(b, benchSession(1, 10<<20), Options{}) }
func BenchmarkMail1K(b *testing.B)   { benchmark(b, benchSession(1, 1<<10), Options{}) }
func BenchmarkMail1KNoEvents(b *testing.B) {
	benchmark(b, benchSession(1, 1<<10), Options{MaxEvents: -1})
}
func BenchmarkTenMails4K(b *testing.B) { benchmark(b, benchSession(10, 4<<10), Options{}) }
