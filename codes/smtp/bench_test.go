package smtp

import (
	"bytes"
	"fmt"
	"testing"
)

// What the server reads for one mail.
var oneMail = []string{"EHLO client.example", "MAIL FROM:<alice@client.example> SIZE=1234", "RCPT TO:<bob@server.example>",
	"DATA", "QUIT"}

func BenchmarkParseCommand(b *testing.B) {
	for _, mode := range []Mode{Strict, Tolerant} {
		b.Run(fmt.Sprintf("mode %d", mode), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				for _, line := range oneMail {
					if _, err := ParseCommand(line, mode); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}

func BenchmarkReplyAppend(b *testing.B) {
	r := NewReply(250, "2.1.5", "Ok")
	var wire []byte
	b.ReportAllocs()
	for b.Loop() {
		wire = r.Append(wire[:0])
	}
}

func BenchmarkReplyParser(b *testing.B) {
	b.ReportAllocs()
	var p ReplyParser
	for b.Loop() {
		if done, err := p.Line("250 2.1.5 Ok"); !done || err != nil {
			b.Fatal(err)
		}
		if p.Reply().Code != 250 {
			b.Fatal("lost")
		}
	}
}

func BenchmarkTable(b *testing.B) {
	b.ReportAllocs()
	s := StateReady
	for b.Loop() {
		s = StateReady.After(MAIL, 250).After(RCPT, 250).After(DATA, 354).After(EndOfData, 250)
	}
	if s != StateReady || !Lookup(s, MAIL).Allowed {
		b.Fatal(s)
	}
}

func BenchmarkUnstuffer(b *testing.B) {
	for _, line := range []int{20, 76, 990} {
		text := bytes.Repeat(append(bytes.Repeat([]byte("x"), line), '\r', '\n'), 1<<20/(line+2))
		for _, chunk := range []int{1460, 1 << 20} {
			b.Run(fmt.Sprintf("line %d chunk %d", line, chunk), func(b *testing.B) {
				b.SetBytes(int64(len(text)))
				b.ReportAllocs()
				var u Unstuffer
				for b.Loop() {
					u.Reset()
					for p := text; len(p) > 0; p = p[min(chunk, len(p)):] {
						u.Feed(p[:min(chunk, len(p))])
					}
				}
			})
		}
	}
}

// Text that only a hostile or broken program writes must not cost much more.
func BenchmarkUnstufferOdd(b *testing.B) {
	for name, piece := range map[string]string{"bare CR": "a\r", "bare LF": "a\n", "dots": "\r\n.."} {
		b.Run(name, func(b *testing.B) {
			text := bytes.Repeat([]byte(piece), 1<<20/len(piece))
			b.SetBytes(int64(len(text)))
			var u Unstuffer
			for b.Loop() {
				u.Reset()
				u.Feed(text)
			}
		})
	}
}

func BenchmarkAppendStuffed(b *testing.B) {
	text := bytes.Repeat(append(bytes.Repeat([]byte("x"), 76), '\r', '\n'), 1000)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	var wire []byte
	for b.Loop() {
		wire = AppendStuffed(wire[:0], text)
	}
}
