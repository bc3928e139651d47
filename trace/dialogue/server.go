package dialogue

import (
	"strings"

	"github.com/smtpsim/smtpsim/codes"
	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/trace"
)

// server is what reads the server's direction.
type server struct {
	in     stream
	lines  lineReader
	mode   serverMode
	closed bool  // FIN seen
	heard  bool  // something came
	deaf   bool  // the client went on without any reply: this side is not in the capture
	gapSeq int64 // chunk of the last gap, 0: none since the client's last command

	reply reply  // being put together
	texts []byte // its texts, one behind the other
	ends  []int  // where each ends
	open  bool
	cut   bool // the line being read lacks its end
}

type serverMode uint8

const (
	readReplies serverMode = iota
	readAnyTLS             // STARTTLS was granted: the first octet tells whether TLS begins
	readCipher             // ciphertext
)

// reply is a server's reply as it came: texts without code and separator, the enhanced code still in them.
type reply struct {
	code     int
	enhanced string
	lines    []string
	mark     mark
	first    trace.Time // of its first line
	said     *saidReply // as remembered; nil: it is not
	cut      bool       // its end was not seen
}

// maxReply bounds the octets kept of one reply.
const maxReply = 512 << 10

func (r *reply) text() string {
	if len(r.lines) == 1 {
		return r.lines[0]
	}
	return strings.Join(r.lines, "\n")
}

// ref is the reply inside a transaction.
func (r *reply) ref() *trace.ReplyRef {
	if r.said != nil {
		return &r.said.ref
	}
	return &trace.ReplyRef{Code: r.code, Enhanced: r.enhanced, Text: r.text()}
}

// readServer reads as far as the octets allow.
func (d *Dialogue) readServer() {
	s := &d.server
	s.heard, s.deaf = true, false
	for {
		p := s.in.first()
		if p == nil {
			return
		}
		if p.gap > 0 {
			gap := p.gap
			p.gap = 0
			d.serverGap(gap, p)
			continue
		}
		if s.mode == readAnyTLS {
			s.mode = readReplies
			if isTLS(p.data[0]) {
				d.beginTLS(false)
				continue
			}
		}
		if s.mode == readCipher {
			d.tls.take(trace.FromServer, p)
			s.in.skip(len(p.data))
			continue
		}
		if l, ok := s.lines.next(&s.in); ok {
			d.replyLine(l)
		} else if s.in.first() == nil {
			return
		}
	}
}

// replyLine takes one line of the server.
func (d *Dialogue) replyLine(l line) {
	s := &d.server
	d.at = l.mark
	if l.cut > 0 || l.mark.bytes > smtp.MaxReplyLine {
		d.find(codes.FindingLongReplyLine, "a reply line of "+decimal(l.mark.bytes)+" octets", "")
	}
	if l.bareLF {
		d.find(codes.FindingBareLFReply, "a reply line ends with a bare LF", string(l.text))
	}
	code, sep, _, ok := smtp.SplitReplyLine(string(l.text[:min(len(l.text), 4)])) // code and separator are there
	if !ok {
		d.find(codes.FindingBadReplyLine, "a line of the server is no reply", string(l.text))
		d.junk(trace.FromServer, l)
		return
	}
	rest := l.text[3:]
	if sep == ' ' || sep == '-' {
		rest = l.text[4:]
	}
	if s.open && s.reply.code != code {
		d.codeChanges(code)
	}
	if !s.open {
		s.reply = reply{code: code, first: l.mark.end}
		s.open = true
	}
	r := &s.reply
	r.mark.join(l.mark)
	if n := len(s.ends); n < smtp.MaxReplyLines && len(s.texts)+len(rest) <= maxReply || n == 0 {
		s.texts = append(s.texts, rest...)
		s.ends = append(s.ends, len(s.texts))
	} else {
		d.find(codes.FindingLongReply, "a reply of more than "+decimal(smtp.MaxReplyLines)+" lines or "+decimal(maxReply)+" octets", "")
	}
	if sep != '-' {
		d.closeReply()
	}
}

// codeChanges takes a line whose code is another than the reply's it should belong to: RFC 5321 §4.2.1 wants the same on
// each. It begins a new reply where another one is due; a greeting whose last line never came is postscreen's teaser.
func (d *Dialogue) codeChanges(code int) {
	first := d.queue.first()
	if d.server.reply.code == 220 && first != nil && first.what == wantGreeting {
		d.find(codes.FindingUnfinishedGreeting, "the greeting's last line never came; the server went on with "+decimal(int64(code)), "")
	} else {
		d.find(codes.FindingCodeChanges, "a reply that began with "+decimal(int64(d.server.reply.code))+" goes on with "+decimal(int64(code)), "")
		if d.queue.len() < 2 {
			return
		}
	}
	d.server.cut = true
	d.closeReply()
	d.server.cut = false
}

// take gives the reply that was put together and makes room for the next.
func (s *server) take(t *Texts) reply {
	r := s.reply
	said, at := t.reply(r.code, s.texts, s.ends)
	if said == nil {
		all := string(s.texts) // one string for all lines
		r.split(all, s.ends)
		if at != nil {
			said = &saidReply{text: all, lines: r.lines, code: r.code, enhanced: r.enhanced, ref: *r.ref()}
			at.said = said
		}
	}
	if said != nil {
		r.lines, r.enhanced, r.said = said.lines, said.enhanced, said
	}
	r.cut = s.cut
	s.reply, s.open, s.texts, s.ends = reply{}, false, s.texts[:0], s.ends[:0]
	return r
}

// split makes the lines, which end in all at ends.
func (r *reply) split(all string, ends []int) {
	r.lines = make([]string, len(ends))
	start := 0
	for i, end := range ends {
		r.lines[i] = all[start:end]
		start = end
	}
	if e, n := smtp.CutEnhanced(r.lines[0]); n > 0 && e[0] == r.code/100 && (n == len(r.lines[0]) || r.lines[0][n] == ' ') {
		r.enhanced = r.lines[0][:n] // RFC 2034 §4: the class is the code's first digit
	}
}

func (d *Dialogue) closeReply() {
	r := d.server.take(d.opts.Texts)
	if d.client.mode == awaitEnd || len(d.client.ends.held) > 0 {
		d.client.ends.held = append(d.client.ends.held, r)
		d.settle(false)
		return
	}
	d.match(&r)
	d.readClient()
}

// cutReply ends a reply of which no more comes: a gap or the end of the connection cut it. A line's code is enough to know.
func (d *Dialogue) cutReply() {
	s := &d.server
	if l, open := s.lines.abandon(); open {
		if _, _, _, ok := smtp.SplitReplyLine(string(l.text)); ok {
			s.cut = true
			d.replyLine(l)
		} else {
			d.junk(trace.FromServer, l)
		}
	}
	if s.open {
		s.cut = true
		d.closeReply()
	}
	s.cut = false
}

// serverGap takes n lost octets in front of p.
func (d *Dialogue) serverGap(n int64, p *piece) {
	s := &d.server
	var at mark
	at.add(p, 0)
	if s.mode == readCipher {
		d.tls.lost(trace.FromServer)
		return
	}
	d.cutReply()
	d.queue.lossy = true
	d.gapEvent(trace.FromServer, n, at)
	s.gapSeq = d.seq
	if x := d.queue.first(); x != nil && x.what == wantGreeting {
		d.queue.pop() // it was in the gap
		d.state = smtp.StateGreeted
	}
	for !d.offers.pipelining && d.queue.len() > 1 { // the client waited for these
		d.unanswered(d.queue.pop())
	}
	d.readClient()
}
