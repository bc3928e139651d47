package analyze

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/smtpsim/smtpsim/trace"
	"github.com/smtpsim/smtpsim/trace/capture"
)

// generate writes a capture of sessions connections, a few hundred open at a time: the same octets on every machine.
// Most are single small mails step by step, some pipelined, refused, signed in, in chunks, over TLS, large; each 20th is no mail.
func generate(sessions int) []byte {
	var out bytes.Buffer
	g := &generator{w: capture.NewWriter(&out, capture.WriterOptions{Interfaces: []string{"eth0"}}), rand: rand.New(rand.NewPCG(1, 2)),
		now: 1_767_225_600_000_000_000}
	var open []*talk
	for begun := 0; begun < sessions || len(open) > 0; {
		for begun < sessions && len(open) < 300 {
			open = append(open, g.begin(begun))
			begun++
		}
		i := g.rand.IntN(len(open))
		if !open[i].step(g) {
			open[i] = open[len(open)-1]
			open = open[:len(open)-1]
		}
	}
	if err := g.w.Flush(); err != nil {
		panic(err)
	}
	return out.Bytes()
}

type generator struct {
	w     *capture.Writer
	rand  *rand.Rand
	now   trace.Time
	frame []byte
}

// talk is one connection under way: what is left to be said, "C" or "S" in front of each.
type talk struct {
	client, server [4]byte
	ports          [2]uint16
	seq            [2]uint32
	script         []string
	begun          bool
}

func (g *generator) begin(n int) *talk {
	t := &talk{client: [4]byte{10, byte(n >> 16), byte(n >> 8), byte(n)}, server: [4]byte{192, 0, 2, byte(n % 50)},
		ports: [2]uint16{uint16(20000 + n%40000), 25}, seq: [2]uint32{g.rand.Uint32(), g.rand.Uint32()}}
	text := func(octets int) string {
		return fmt.Sprintf("Received: from a by b; Thu, 1 Jan 2026 00:00:00 +0000\r\nFrom: <a%d@ws.example>\r\nTo: <b@mx.example>\r\nSubject: mail %d\r\n"+
			"Message-ID: <%d@ws.example>\r\nDate: Thu, 1 Jan 2026 00:00:00 +0000\r\n\r\n", n, n, n) +
			strings.Repeat("All work and no play makes Jack a dull boy, says the shining proverb.\r\n", octets/72+1)
	}
	greet := []string{"S220 mx.example ESMTP Postfix\r\n", "CEHLO ws.example\r\n", "S250-mx.example\r\n250-PIPELINING\r\n250-SIZE 10240000\r\n" +
		"250-VRFY\r\n250-ETRN\r\n250-STARTTLS\r\n250-AUTH PLAIN LOGIN\r\n250-ENHANCEDSTATUSCODES\r\n250-8BITMIME\r\n250-DSN\r\n250 CHUNKING\r\n"}
	mail := func(octets int) []string {
		return []string{fmt.Sprintf("CMAIL FROM:<a%d@ws.example> SIZE=%d\r\n", n, octets), "S250 2.1.0 Ok\r\n", "CRCPT TO:<b@mx.example>\r\n", "S250 2.1.5 Ok\r\n",
			"CDATA\r\n", "S354 End data with <CR><LF>.<CR><LF>\r\n", "C" + text(octets) + ".\r\n", fmt.Sprintf("S250 2.0.0 Ok: queued as %X\r\n", n)}
	}
	quit := []string{"CQUIT\r\n", "S221 2.0.0 Bye\r\n"}
	switch kind := n % 20; {
	case kind < 10:
		t.script = append(append(greet, mail(200+n%2000)...), quit...)
	case kind < 13: // pipelined
		t.script = append(greet, fmt.Sprintf("CMAIL FROM:<a%d@ws.example>\r\nRCPT TO:<b@mx.example>\r\nRCPT TO:<c@mx.example>\r\nDATA\r\n", n),
			"S250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n250 2.1.5 Ok\r\n354 End data with <CR><LF>.<CR><LF>\r\n", "C"+text(2000)+".\r\nQUIT\r\n",
			fmt.Sprintf("S250 2.0.0 Ok: queued as %X\r\n221 2.0.0 Bye\r\n", n))
	case kind == 13: // chunks
		body := text(1500)
		t.script = append(greet, fmt.Sprintf("CMAIL FROM:<a%d@ws.example>\r\nRCPT TO:<b@mx.example>\r\nBDAT %d LAST\r\n%sQUIT\r\n", n, len(body), body),
			"S250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n250 2.0.0 Ok: queued\r\n221 2.0.0 Bye\r\n")
	case kind == 14: // refused
		t.script = append(greet, "CMAIL FROM:<a@ws.example>\r\n", "S250 2.1.0 Ok\r\n", "CRCPT TO:<nobody@mx.example>\r\n",
			"S550 5.1.1 <nobody@mx.example>: Recipient address rejected: User unknown\r\n", "CRSET\r\n", "S250 2.0.0 Ok\r\n")
		t.script = append(t.script, quit...)
	case kind == 15: // signed in
		t.ports[1] = 587
		t.script = append(append(append(greet, "CAUTH PLAIN AGFsaWNlAHNlY3JldA==\r\n", "S235 2.7.0 Authentication successful\r\n"), mail(800)...), quit...)
	case kind == 16: // TLS
		record := "\x17\x03\x03\x05\x00" + strings.Repeat("x", 0x500)
		t.script = append(greet, "CSTARTTLS\r\n", "S220 2.0.0 Ready to start TLS\r\n", "C\x16\x03\x01\x00\x05\x01\x00\x00\x01\x03", "S"+record, "C"+record, "S"+record)
	case kind == 17: // large
		t.script = append(append(greet, mail(50<<10)...), quit...)
	case kind == 18: // two mails
		t.script = append(append(append(greet, mail(500)...), mail(1500)...), quit...)
	default: // no mail
		t.ports[1] = 80
		t.script = []string{"CGET / HTTP/1.1\r\nHost: x\r\n\r\n", "SHTTP/1.1 200 OK\r\n\r\n" + strings.Repeat("<p>text</p>", 300)}
	}
	return t
}

// step sends the next packets of the connection; false: it is over.
func (t *talk) step(g *generator) bool {
	if !t.begun {
		t.begun = true
		t.packet(g, 0, trace.SYN, "")
		t.packet(g, 1, trace.SYN|trace.ACK, "")
		t.packet(g, 0, trace.ACK, "")
		return true
	}
	if len(t.script) == 0 {
		t.packet(g, 1, trace.FIN|trace.ACK, "")
		t.packet(g, 0, trace.FIN|trace.ACK, "")
		t.packet(g, 1, trace.ACK, "")
		return false
	}
	side, text := 0, t.script[0]
	t.script = t.script[1:]
	if text[0] == 'S' {
		side = 1
	}
	for text = text[1:]; len(text) > 0; {
		n := min(len(text), 1448)
		t.packet(g, side, trace.PSH|trace.ACK, text[:n])
		t.packet(g, side^1, trace.ACK, "")
		text = text[n:]
	}
	return true
}

func (t *talk) packet(g *generator, side int, flags trace.TCPFlags, data string) {
	g.now += 20_000
	f := append(g.frame[:0], 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0)
	src, dst := t.client, t.server
	if side == 1 {
		src, dst = dst, src
	}
	f = append(f, 0x45, 0)
	f = binary.BigEndian.AppendUint16(f, uint16(40+len(data)))
	f = append(f, 0, 0, 0x40, 0, 64, 6, 0, 0)
	f = append(append(f, src[:]...), dst[:]...)
	f = binary.BigEndian.AppendUint16(f, t.ports[side])
	f = binary.BigEndian.AppendUint16(f, t.ports[side^1])
	f = binary.BigEndian.AppendUint32(f, t.seq[side])
	f = binary.BigEndian.AppendUint32(f, t.seq[side^1])
	bits := byte(0)
	for _, b := range []struct {
		flag trace.TCPFlags
		bit  byte
	}{{trace.FIN, 1}, {trace.SYN, 2}, {trace.RST, 4}, {trace.PSH, 8}, {trace.ACK, 16}} {
		if flags&b.flag != 0 {
			bits |= b.bit
		}
	}
	f = append(f, 0x50, bits, 0xff, 0xff, 0, 0, 0, 0)
	f = append(f, data...)
	t.seq[side] += uint32(len(data))
	if flags&(trace.SYN|trace.FIN) != 0 {
		t.seq[side]++
	}
	g.frame = f
	if err := g.w.WritePacket(g.now, 0, f); err != nil {
		panic(err)
	}
}
