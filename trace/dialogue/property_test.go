package dialogue

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/smtpsim/smtpsim/trace"
	"pgregory.net/rapid"
)

// words are what connections are made of in the property and in the fuzz seeds: everything that the reading turns on.
func words(side trace.Side) []string {
	if side == trace.FromServer {
		return []string{"220 mx.example ESMTP\r\n", "220-wait\r\n", "250 ok\r\n", "250-mx.example\r\n250-PIPELINING\r\n250 STARTTLS\r\n", "354 go on\r\n",
			"334 \r\n", "235 ok\r\n", "221 Bye\r\n", "421 4.4.2 timeout\r\n", "550 5.1.1 no\r\n", "500 what\r\n", "503 order\r\n", "353 prdr\r\n", "250-", "\r\n",
			"251 else\n", "x", "220 go\r\n", "\x15\x03\x03\x00\x02\x02\x28", "250"}
	}
	return []string{"EHLO ws.example\r\n", "LHLO ws.example\r\n", "MAIL FROM:<a@ws.example>\r\n", "RCPT TO:<b@mx.example>\r\n", "DATA\r\n", "BDAT 5\r\n",
		"BDAT 3 LAST\r\n", "BDAT x\r\n", "12345", "RSET\r\n", "QUIT\r\n", "NOOP\n", "AUTH PLAIN\r\n", "AUTH LOGIN YWxpY2U=\r\n", "YWxpY2U=\r\n", "*\r\n",
		"STARTTLS\r\n", "\x16\x03\x01\x00\x05\x01\x00\x00\x01\x03", "Subject: x\r\n", "\r\n", "\n", "\r", ".", ".\r\n", "\n.\n", "\r\n.\n", "\n.\r\n",
		"\r.\r", "\r\n.\r\n", "\r\n.\r", "..dots\r\n", "text", "PROXY TCP4 192.0.2.1 192.0.2.2 1 25\r\n", "ATRN\r\n", "XCLIENT NAME=a\r\n"}
}

// How the octets were cut into segments must not matter: the same two streams in other pieces give the same session.
func TestCutsDoNotMatter(t *testing.T) {
	files, _ := filepath.Glob("testdata/*.txt")
	var scripts []string
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		in, _, _ := strings.Cut(string(data), "=>\n")
		scripts = append(scripts, in)
	}
	rapid.Check(t, func(t *rapid.T) {
		s, err := parseScript(rapid.SampledFrom(scripts).Draw(t, "script"))
		if err != nil {
			t.Fatal(err)
		}
		sameInOtherPieces(t, s)
	})
}

// The same of connections that nobody would hold.
func TestCutsOfNonsenseDoNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, _ := parseScript("mail")
		s.opts.Mail = rapid.Bool().Draw(t, "known to be mail")
		s.flow.Midstream = rapid.IntRange(0, 5).Draw(t, "midstream") == 0
		s.opts.MaxPending = rapid.SampledFrom([]int{64, 64 << 10}).Draw(t, "pending")
		s.opts.MaxLine = 100
		var offset [2]int64
		for range rapid.IntRange(1, 40).Draw(t, "segments") {
			side := trace.Side(rapid.IntRange(0, 1).Draw(t, "side"))
			c := trace.Chunk{From: side, Time: scriptStart, Offset: offset[side]}
			if rapid.IntRange(0, 20).Draw(t, "gap") == 0 {
				c.Gap = 7
				c.Offset += 7
			}
			for range rapid.IntRange(1, 5).Draw(t, "words") {
				word := rapid.SampledFrom(words(side)).Draw(t, "word")
				if word == "ATRN\r\n" { // nobody speaks on before the roles are exchanged; if both did, their order would be lost
					word = "NOOP\r\n"
				}
				c.Data = append(c.Data, word...)
			}
			offset[side] = c.Offset + int64(len(c.Data))
			s.chunks = append(s.chunks, c)
		}
		sameInOtherPieces(t, s)
	})
}

func sameInOtherPieces(t *rapid.T, s *script) {
	var whole []trace.Chunk
	for _, c := range s.chunks {
		c.Packet, c.Time = 0, scriptStart
		last := len(whole) - 1
		if last >= 0 && whole[last].From == c.From && c.Gap == 0 && c.Offset >= 0 && whole[last].Offset >= 0 && len(whole[last].Data) > 0 {
			whole[last].Data = append(whole[last].Data, c.Data...)
			continue
		}
		c.Data = append([]byte(nil), c.Data...)
		whole = append(whole, c)
	}
	s.packet, s.last = 0, scriptStart
	want := dump(s.play(whole))
	var pieces []trace.Chunk
	for _, c := range whole {
		for len(c.Data) > 1 && rapid.IntRange(0, 3).Draw(t, "cut on") > 0 {
			n := rapid.IntRange(1, len(c.Data)-1).Draw(t, "cut")
			part := c
			part.Data = c.Data[:n]
			pieces = append(pieces, part)
			c.Data, c.Offset, c.Gap = c.Data[n:], c.Offset+int64(n), 0
		}
		pieces = append(pieces, c)
	}
	if got := dump(s.play(pieces)); got != want {
		a, b := strings.Split(got, "\n"), strings.Split(want, "\n")
		n := 0
		for n < min(len(a), len(b)) && a[n] == b[n] {
			n++
		}
		from := max(n-6, 0)
		t.Fatalf("in %d pieces:\n%s\nin %d pieces:\n%s", len(pieces), strings.Join(a[from:min(n+4, len(a))], "\n"), len(whole), strings.Join(b[from:min(n+4, len(b))], "\n"))
	}
}
