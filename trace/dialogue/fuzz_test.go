package dialogue

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/smtpsim/smtpsim/trace"
)

// fuzzed makes a connection of octets: an instruction, its operand, and so on.
func fuzzed(data []byte) *script {
	s, _ := parseScript("")
	if len(data) > 0 {
		s.opts = Options{Mail: data[0]&1 > 0, MaxLine: 200, MaxPending: 100, MaxHeader: 50, MaxExpected: 8, MaxEvents: 60, MaxTransactions: 3,
			MaxRecipients: 3, MaxChunks: 2, MaxFindings: 12}
		s.flow.Midstream = data[0]&2 > 0
		s.end = trace.FlowEnd(data[0] >> 2 % 8)
		data = data[1:]
	}
	var offset [2]int64
	for len(data) >= 2 {
		op, arg := data[0], int(data[1])
		data = data[2:]
		c := trace.Chunk{From: trace.Side(op & 1), Time: scriptStart, Offset: offset[op&1]}
		switch op >> 1 % 8 {
		case 0, 1, 2, 3:
			list := words(c.From)
			c.Data = []byte(list[arg%len(list)])
		case 4, 5: // octets as they are
			n := min(arg, len(data))
			c.Data, data = bytes.Clone(data[:n]), data[n:]
		case 6:
			c.Gap = int64(arg)
			c.Offset += c.Gap
		case 7:
			c.Offset = -1
			s.chunks = append(s.chunks, c)
			continue
		}
		offset[c.From] = c.Offset + int64(len(c.Data))
		s.chunks = append(s.chunks, c)
	}
	return s
}

// FuzzDialogue reads any two directions in any order: no panic, bounds kept, and the cuts do not matter.
func FuzzDialogue(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.txt")
	for _, file := range files {
		script, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		in, _, _ := strings.Cut(string(script), "=>\n")
		s, err := parseScript(in)
		if err != nil {
			f.Fatal(err)
		}
		seed := []byte{0}
		for _, c := range s.chunks {
			for d := c.Data; len(d) > 0; {
				n := min(len(d), 255)
				seed = append(append(seed, byte(c.From)|8, byte(n)), d[:n]...)
				d = d[n:]
			}
		}
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 4096 {
			return
		}
		s := fuzzed(data)
		whole := s.play(s.chunks)
		if whole == nil {
			return
		}
		for i, e := range whole.Events {
			if e.N != i+1 {
				t.Fatalf("event %d has number %d", i, e.N)
			}
			if strings.Contains(e.Line, "YWxpY2U") && (e.Kind == trace.KindAuth || e.Verb == "AUTH") {
				t.Fatalf("event %d shows a credential: %q", i, e.Line)
			}
		}
		if len(whole.Events) > s.opts.MaxEvents && s.opts.MaxEvents > 0 || len(whole.Transactions) > max(s.opts.MaxTransactions, 3) {
			t.Fatalf("%d events, %d transactions", len(whole.Events), len(whole.Transactions))
		}
		if bytes.Contains(data, []byte("TRN")) || bytes.Contains(data, []byte("TURN")) || bytes.ContainsAny(data, "\x1f\x20\x21") {
			return // who speaks while the roles are exchanged cannot be told
		}
		var octets []trace.Chunk
		for _, c := range s.chunks {
			for len(c.Data) > 1 {
				one := c
				one.Data = c.Data[:1]
				octets = append(octets, one)
				c.Data, c.Offset, c.Gap = c.Data[1:], c.Offset+1, 0
			}
			octets = append(octets, c)
		}
		if a, b := dump(whole), dump(s.play(octets)); a != b {
			t.Fatalf("in segments:\n%s\nin octets:\n%s", a, b)
		}
	})
}
