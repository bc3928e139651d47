package dialogue

import (
	"bytes"
	"strings"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/trace"
)

// verdict is whether a connection is mail.
type verdict uint8

const (
	undecided verdict = iota
	isMail
	notMail
)

// maxHeld bounds what is held back until it is clear what a connection speaks.
const maxHeld = 16 << 10

// holding is what came before that was clear.
type holding struct {
	chunks []trace.Chunk
	start  [2][]byte // by side: the first octets
	gap    [2]bool   // a gap ended them
	size   int
	fin    [2]bool

	findings []trace.Finding
}

func (h *holding) closed(side trace.Side) { h.fin[side] = true }

// hold keeps c until it is clear whether this is mail.
func (d *Dialogue) hold(c *trace.Chunk) {
	h := &d.held
	if len(h.chunks) == 0 { // mostly the first octets tell: then nothing is copied
		h.start[c.From] = c.Data[:min(len(c.Data), maxHeld)]
		found := d.look()
		h.start[c.From] = nil
		if found.verdict != undecided {
			d.alone[0] = *c
			d.decide(found, d.alone[:])
			d.alone[0] = trace.Chunk{}
			return
		}
	}
	copied := *c
	copied.Data = bytes.Clone(c.Data)
	h.chunks = append(h.chunks, copied)
	h.size += len(c.Data)
	if c.Gap > 0 && len(h.start[c.From]) > 0 {
		h.gap[c.From] = true
	}
	if room := maxHeld - len(h.start[c.From]); !h.gap[c.From] {
		h.start[c.From] = append(h.start[c.From], copied.Data[:min(max(room, 0), len(copied.Data))]...)
	}
	found := d.look()
	if found.verdict == undecided && (h.size > maxHeld || len(h.chunks) > 512) {
		found.verdict = notMail
		if d.mailPort() {
			found.verdict = isMail
		}
	}
	d.decide(found, h.chunks)
}

// decideAtClose decides about a connection that ended before it was clear what it spoke.
func (d *Dialogue) decideAtClose(end trace.FlowEnd) {
	found := d.look()
	if found.verdict == undecided {
		found.verdict = notMail
		if d.mailPort() && (d.held.size > 0 || !d.flow.Midstream) && bannerSays(d.held.start[trace.FromServer], true, true) != notMail {
			found.verdict = isMail // refused, not answered, or not a word from the server: worth knowing on a mail port
		}
	}
	if end == trace.EndEvicted && d.held.size == 0 {
		found.verdict = notMail
	}
	d.decide(found, d.held.chunks)
}

// decide acts on what look found in chunks.
func (d *Dialogue) decide(f finding, chunks []trace.Chunk) {
	switch f.verdict {
	case undecided:
		return
	case notMail:
		d.verdict = notMail
		d.held = holding{}
		return
	}
	held := d.held
	d.held = holding{}
	if f.reversed {
		d.swapped = true
		d.flow.Client, d.flow.Server = d.flow.Server, d.flow.Client
		d.flow.ClientHost, d.flow.ServerHost = d.flow.ServerHost, d.flow.ClientHost
	}
	d.begin()
	for _, told := range held.findings {
		d.Finding(told)
	}
	d.preface(&f, chunks)
	if f.tls {
		d.beginTLS(true)
	}
	for i := range chunks {
		d.take(&chunks[i])
	}
	d.client.closed = d.client.closed || held.fin[d.role(trace.FromClient)]
	d.server.closed = d.server.closed || held.fin[d.role(trace.FromServer)]
}

// finding is what the first octets of both sides say.
type finding struct {
	verdict  verdict
	tls      bool   // TLS from the first octet
	reversed bool   // in mid stream: the side taken for the client is the server
	skip     [2]int // octets before the session, by side: PROXY, CONNECT, SOCKS
	proxy    *trace.Proxy
}

// mailPort says whether the server's port is one where mail is expected (RFC 5321 §4.5.4.2, RFC 6409, RFC 8314; 24 is
// for private mail systems, used for LMTP; 2525 is used beside 587 by many).
func (d *Dialogue) mailPort() bool {
	return isMailPort(d.flow.Server.Port()) || d.flow.Midstream && isMailPort(d.flow.Client.Port())
}

func isMailPort(p uint16) bool { return p == 25 || p == 465 || p == 587 || p == 2525 || p == 24 }

// look decides by content. What it says of some octets it says of all that begin with them.
func (d *Dialogue) look() finding {
	var f finding
	client, server := d.held.start[trace.FromClient], d.held.start[trace.FromServer]
	if !stripPreface(&f, client, server) {
		return f
	}
	f.verdict = d.speech(&f, client[f.skip[0]:], server[f.skip[1]:])
	if f.verdict == notMail && d.flow.Midstream && f.skip == [2]int{} {
		back := finding{reversed: true}
		if back.verdict = d.speech(&back, server, client); back.verdict != notMail {
			return back
		}
	}
	return f
}

// speech looks at what client and server say first. On a mail port each side's word is enough; elsewhere the server's must not
// say that it is something else.
func (d *Dialogue) speech(f *finding, client, server []byte) verdict {
	switch {
	case len(client) > 0 && isTLS(client[0]):
		f.tls = true
		return d.tlsSpeech(client)
	case len(server) > 0 && isTLS(server[0]) && d.flow.Midstream: // at the beginning the client speaks first in TLS
		f.tls = true
		return d.tlsSpeech(server)
	}
	port := d.mailPort() && f.proxy == nil
	said, spoke := bannerSays(server, port, d.flow.Midstream), clientSays(client, port, d.flow.Midstream)
	switch {
	case said == isMail:
		return isMail
	case said == notMail && (!port || spoke == notMail):
		return notMail
	case spoke == isMail:
		return isMail
	case spoke == notMail && !port:
		return notMail
	}
	return undecided
}

// tlsSpeech decides about TLS from the first octet on: mail only by its port. The second octet of a record is 3 (RFC 8446 §5.1);
// an SSL 2 hello has none of that.
func (d *Dialogue) tlsSpeech(first []byte) verdict {
	switch {
	case !d.mailPort():
		return notMail
	case first[0] == 0x80:
		return isMail
	case len(first) < 2:
		return undecided
	case first[1] != 3:
		return notMail
	}
	return isMail
}

// bannerSays looks at the server's first line. FTP greets with 220 as well, so elsewhere than on mail ports the text
// must tell; isMail only if it does.
func bannerSays(server []byte, mailPort, midstream bool) verdict {
	for i := range min(3, len(server)) {
		if server[i] < '0' || server[i] > '9' {
			return notMail
		}
	}
	if len(server) < 4 {
		return undecided
	}
	code := int(server[0]-'0')*100 + int(server[1]-'0')*10 + int(server[2]-'0')
	if c := server[3]; code < 200 || code > 559 || c != ' ' && c != '-' && c != '\r' && c != '\n' {
		return notMail
	}
	greets := code == 220 || code >= 400
	if mailPort && (greets || midstream) {
		return isMail
	}
	end := bytes.IndexByte(server, '\n')
	switch {
	case end < 0 && len(server) > 4*smtp.MaxReplyLine:
		return notMail
	case end < 0 || !greets:
		return undecided
	}
	if text := strings.ToUpper(string(server[:end])); strings.Contains(text, "SMTP") || strings.Contains(text, "LMTP") {
		return isMail
	}
	return undecided
}

// clientSays looks at the client's first line, on mail ports at some more.
func clientSays(client []byte, mailPort, midstream bool) verdict {
	lines := 1
	if mailPort {
		lines = 4
	}
	for range lines {
		end := bytes.IndexByte(client, '\n')
		if end < 0 {
			if len(client) >= smtp.MaxCommandLine || len(client) > 0 && !mailPort && (client[0] < ' ' || client[0] > '~') {
				return notMail
			}
			return undecided
		}
		cmd, err := smtp.ParseCommand(strings.TrimRight(string(client[:end]), "\r"), smtp.Tolerant)
		if err == nil && (cmd.Verb.Greets() && cmd.Domain != "" || (midstream || mailPort) && (cmd.Verb == smtp.MAIL || cmd.Verb == smtp.RCPT)) {
			return isMail
		}
		client = client[end+1:]
	}
	return notMail
}
