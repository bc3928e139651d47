package dialogue

import (
	"bytes"
	"strings"
	"testing"

	"github.com/smtpsim/smtpsim/trace"
)

// hostile are streams made to cost much: each must be read in a time that grows with its length, and in bounded memory.
func hostile() map[string][]trace.Chunk {
	open := []trace.Chunk{{From: trace.FromServer, Data: []byte("220 mx.example ESMTP\r\n")}, {From: trace.FromClient, Data: []byte("EHLO a\r\n")},
		{From: trace.FromServer, Data: []byte("250-mx.example\r\n250 PIPELINING\r\n")}, {From: trace.FromClient, Data: []byte("MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n")}}
	taken := append(append([]trace.Chunk{}, open...), trace.Chunk{From: trace.FromServer, Data: []byte("250 ok\r\n250 ok\r\n354 go\r\n")})
	cut := func(before []trace.Chunk, from trace.Side, data []byte, n int) []trace.Chunk {
		out := append([]trace.Chunk{}, before...)
		for len(data) > 0 {
			m := min(n, len(data))
			out = append(out, trace.Chunk{From: from, Data: data[:m]})
			data = data[m:]
		}
		return out
	}
	dots := bytes.Repeat([]byte("\n.\n"), 200_000)
	mixed := cut(taken, trace.FromClient, dots, 64<<10)
	for range 2000 {
		mixed = append(mixed, trace.Chunk{From: trace.FromServer, Data: []byte("250 ok\r\n")}, trace.Chunk{From: trace.FromClient, Data: dots[:300]})
	}
	return map[string][]trace.Chunk{
		"text in single octets before the reply to DATA": cut(open, trace.FromClient, bytes.Repeat([]byte("x"), 300_000), 1),
		"dots between bare line ends":                    cut(taken, trace.FromClient, dots, 1448),
		"the same in single octets":                      cut(taken, trace.FromClient, dots, 1),
		"the same with a reply to each few":              mixed,
		"a line without end":                             cut(taken[:3], trace.FromClient, bytes.Repeat([]byte("NOOP "), 400_000), 100),
		"a reply without end":                            cut(taken[:2], trace.FromServer, bytes.Repeat([]byte("250-"+strings.Repeat("x", 500)+"\r\n"), 20_000), 1448),
		"commands without replies":                       cut(taken[:3], trace.FromClient, bytes.Repeat([]byte("RCPT TO:<somebody@somewhere.example>\r\n"), 100_000), 1448),
		"replies without commands":                       cut(taken[:3], trace.FromServer, bytes.Repeat([]byte("550 no\r\n"), 200_000), 1448),
		"carriage returns":                               cut(taken, trace.FromClient, bytes.Repeat([]byte("\r"), 1_000_000), 1448),
		"a header section without end":                   cut(taken, trace.FromClient, bytes.Repeat([]byte("X: y\r\n"), 300_000), 1448),
		"chunks of nothing":                              cut(taken[:3], trace.FromClient, bytes.Repeat([]byte("BDAT 0\r\n"), 100_000), 1448),
	}
}

func TestHostile(t *testing.T) {
	s, _ := parseScript("")
	for name, chunks := range hostile() {
		t.Run(name, func(t *testing.T) {
			var offset [2]int64
			var r recorder
			d := New(s.flow, Options{}, discardEvents{&r})
			for i, c := range chunks {
				c.Offset, c.Packet, c.Time = offset[c.From], int64(i+1), scriptStart
				offset[c.From] += int64(len(c.Data))
				d.Chunk(c)
				if n := len(d.client.in.pieces) - d.client.in.head; n > 4*maxPieces || d.client.in.size > int64(d.opts.MaxPending)+64<<10 {
					t.Fatalf("%d pieces, %d octets wait", n, d.client.in.size)
				}
			}
			d.Close(trace.EndCapture, scriptStart, 0)
			if len(r.sessions) != 1 || d.kept > d.opts.MaxKept || len(r.sessions[0].Findings) > d.opts.MaxFindings+5 {
				t.Errorf("%d sessions, %d octets kept", len(r.sessions), d.kept)
			}
		})
	}
}

// discardEvents hands on sessions only.
type discardEvents struct{ r *recorder }

func (discardEvents) Event(*trace.Session, *trace.Event) {}
func (d discardEvents) Session(s *trace.Session)         { d.r.Session(s) }
