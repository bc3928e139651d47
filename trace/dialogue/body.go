package dialogue

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"

	"github.com/smtpsim/smtpsim/codes"
	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/trace"
)

// body gathers mail data without keeping it: its hash, its length, its header section.
type body struct {
	via      string
	sum      hash.Hash
	bytes    int64
	gap      int64
	chunks   []int64
	complete bool
	answered bool   // refused before its end: no reply to the end is due
	header   []byte // the first octets, up to the end of the header section
	inHeader bool
	eightBit bool
	tail     []byte // held back: a dot that may turn out to have ended the text
	last     byte   // the last octet but the tail
	mark     mark
}

func (d *Dialogue) newBody(via string) *body {
	b := &body{via: via, sum: d.sum, header: d.header[:0], inHeader: true, last: '\n'}
	d.sum, d.header = nil, nil
	if b.sum == nil {
		b.sum = sha256.New()
	}
	return b
}

// add takes more octets.
func (b *body) add(p []byte, maxHeader int) {
	if len(p) == 0 || b.sum == nil {
		return
	}
	b.bytes += int64(len(p))
	b.sum.Write(p)
	b.last = p[len(p)-1]
	if !b.eightBit {
		b.eightBit = smtp.HasEightBit(p)
	}
	if b.inHeader {
		b.addHeader(p, maxHeader)
	}
}

// addHeader keeps octets until the empty line that ends the header section (RFC 5322 §2.1).
func (b *body) addHeader(p []byte, limit int) {
	from := max(0, len(b.header)-3)
	if room := limit - len(b.header); len(p) >= room {
		p, b.inHeader = p[:max(room, 0)], false
	}
	b.header = append(b.header, p...)
	if end := headerEnd(b.header, from); end >= 0 {
		b.header, b.inHeader = b.header[:end], false
	}
}

// fill writes what was gathered into m's transaction. Nothing can be added any more.
func (d *Dialogue) fill(m *mail, b *body) {
	t, room := m.t, m.room
	out := &room.body
	*out = trace.Body{Via: b.via, Bytes: b.bytes, Chunks: b.chunks, Complete: b.complete && b.gap == 0, GapBytes: b.gap}
	if out.Complete && b.sum != nil {
		var octets [sha256.Size]byte
		var digits [2 * sha256.Size]byte
		hex.Encode(digits[:], b.sum.Sum(octets[:0]))
		room.sha256 = string(digits[:])
		out.SHA256 = &room.sha256
	}
	for _, p := range t.Parameters {
		if p.Name == "SIZE" { // RFC 1870 §6
			out.DeclaredSize = parseSize(p.Value)
		}
	}
	t.Body = out
	if len(b.header) > 0 {
		if d.fields.read(&room.message, b.header) {
			t.Message = &room.message
		}
	}
	if b.sum != nil {
		b.sum.Reset()
		d.sum, d.header = b.sum, b.header[:0]
	}
	b.sum, b.header = nil, nil
}

func parseSize(s string) int64 {
	var n int64
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' || n > 1<<58 {
			return 0
		}
		n = 10*n + int64(s[i]-'0')
	}
	return n
}

// startBody begins the text of m.
func (d *Dialogue) startBody(m *mail) {
	d.client.text.Reset()
	d.client.ends.reset()
	b := d.newBody("DATA")
	d.client.body = b
	m.body = b
}

// attach makes b the body of m.
func (d *Dialogue) attach(m *mail, b *body) {
	if b != nil {
		m.body = b
	}
}

// beginChunk takes the size of a BDAT: so many octets follow, whatever the reply will be (RFC 3030 §2).
func (d *Dialogue) beginChunk(x *expected, err error) {
	c := &d.client
	if err != nil {
		d.find(codes.FindingBadChunkSize, "BDAT with a size that cannot be read: no octets are taken to follow", x.cmd.Line)
		x.cmd.Last = false
		return
	}
	if c.body == nil || c.body.via != "BDAT" || c.body.complete {
		c.body = d.newBody("BDAT")
	}
	x.body = c.body
	c.chunk, c.last = x.cmd.Size, x.cmd.Last
	c.chunkEnd = mark{}
	d.expect(*x)
	x.what = wantNothing // queued already: its octets may be long in coming
	c.mode = readChunk
	if c.chunk == 0 {
		d.endChunk()
	}
}

// readOctets takes octets of the present BDAT.
func (d *Dialogue) readOctets(p *piece) bool {
	c := &d.client
	n := int(min(int64(len(p.data)), c.chunk))
	c.chunkEnd.add(p, n)
	c.body.add(p.data[:n], d.opts.MaxHeader)
	c.in.skip(n)
	if c.chunk -= int64(n); c.chunk == 0 {
		d.endChunk()
	}
	return true
}

// endChunk ends the present BDAT.
func (d *Dialogue) endChunk() {
	c := &d.client
	if !c.chunkEnd.set {
		c.chunkEnd = d.here()
	}
	c.mode = readCommands
	c.body.complete = c.last
	if len(c.body.chunks) < d.opts.MaxChunks {
		c.body.chunks = append(c.body.chunks, c.chunkEnd.bytes)
	} else {
		d.capped.chunks++
	}
	if c.chunkEnd.bytes > 0 {
		d.emit(trace.Event{From: trace.FromClient, Kind: trace.KindChunk, Verb: string(smtp.BDAT), Bytes: c.chunkEnd.bytes,
			Early: c.chunkEnd.seq < c.released}, c.chunkEnd)
	}
}

// refuseChunk takes a refusal of a BDAT that comes before any of its octets: they will not come. RFC 3030 §2 tells a server
// to read them first, but one that does not know BDAT answers its line at once.
func (d *Dialogue) refuseChunk(x *expected, r *reply) {
	c := &d.client
	if r != nil && r.code >= 400 && c.mode == readChunk && c.body == x.body && !c.chunkEnd.set && d.queue.len() == 0 {
		c.chunk = 0
		c.proceed(readCommands, r.mark.last)
	}
}

// here marks where the client's direction stands, with no octets.
func (d *Dialogue) here() mark {
	m := d.now
	m.offset, m.bytes = d.client.in.offset(), 0
	return m
}

// chunkGap takes n lost octets inside a BDAT.
func (d *Dialogue) chunkGap(n int64) {
	c := &d.client
	c.body.gap += min(n, c.chunk)
	if n < c.chunk {
		c.chunk -= n
		return
	}
	beyond := n > c.chunk
	c.chunk = 0
	d.endChunk()
	if beyond {
		c.mode = readSync
	}
}

// readContent takes text after 354.
func (d *Dialogue) readContent(p *piece) bool {
	c := &d.client
	before := c.text // cheap to go back to: its buffer is written anew by every Feed
	if c.text.SuspectEnds == 0 {
		text, rest, done := c.text.Feed(p.data)
		if c.text.SuspectEnds == 0 {
			d.putText(p, text, len(p.data)-len(rest))
			if done {
				d.endText(true)
			}
			return true
		}
		c.text = before
	}
	return d.readSuspect(p)
}

// putText adds text, which stood in the first n octets of p.
func (d *Dialogue) putText(p *piece, text []byte, n int) {
	b := d.client.body
	b.mark.add(p, n)
	b.hold(text, d.opts.MaxHeader)
	d.client.ends.remember(p.data[:n])
	d.client.in.skip(n)
}

// hold adds text but for a dot (and CR) at its end that may be the beginning of an end of data without CRLF.
func (b *body) hold(text []byte, maxHeader int) {
	if len(text) == 0 {
		return
	}
	if len(b.tail) > 0 {
		if string(b.tail) == "." && string(text) == "\r" {
			b.tail = append(b.tail, '\r')
			return
		}
		b.add(b.tail, maxHeader)
		b.tail = b.tail[:0]
	}
	n := len(text)
	keep := 0
	if text[n-1] == '.' && isLineEnd(before(text, n-1, b.last)) {
		keep = 1
	} else if n > 1 && text[n-1] == '\r' && text[n-2] == '.' && isLineEnd(before(text, n-2, b.last)) {
		keep = 2
	}
	b.add(text[:n-keep], maxHeader)
	b.tail = append(b.tail, text[n-keep:]...)
}

func before(p []byte, i int, last byte) byte {
	if i == 0 {
		return last
	}
	return p[i-1]
}

func isLineEnd(c byte) bool { return c == '\n' || c == '\r' }

// endText ends the text; complete: at an end of data, not by a gap or the end of the connection.
func (d *Dialogue) endText(complete bool) {
	c := &d.client
	b := c.body
	b.complete = complete
	b.add(b.tail, d.opts.MaxHeader)
	b.tail = b.tail[:0]
	c.mode = readCommands
	if b.mark.set {
		d.at = b.mark
	}
	d.checkText(b)
	if !b.mark.set {
		b.mark = d.here()
	}
	e := trace.Event{From: trace.FromClient, Kind: trace.KindData, Bytes: b.bytes, Early: b.mark.seq < c.released}
	if !complete {
		e.Note = "incomplete"
	}
	n := d.emit(e, b.mark)
	if complete && !b.answered {
		d.expect(expected{what: wantFinal, event: n, body: b, sent: b.mark.end, seq: b.mark.last})
	}
}
