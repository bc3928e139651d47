package dialogue

import (
	"bytes"

	"github.com/smtpsim/smtpsim/trace"
)

// piece is a stretch of one direction that has not been read yet.
type piece struct {
	data   []byte
	time   trace.Time
	packet int64
	offset int64 // of data[0] in its direction
	gap    int64 // octets lost in front of data
	seq    int64 // ordinal of the chunk it came in, over both directions
	tls    bool
	owned  bool // data is ours, not the caller's
}

// stream is the unread rest of one direction. What stays in it after a call is copied by own.
type stream struct {
	pieces []piece
	head   int
	size   int64 // octets waiting
	end    int64 // offset behind the last octet that came
}

// reuse takes the memory of an old stream.
func (s *stream) reuse(old *stream) {
	clear(old.pieces)
	s.pieces = old.pieces[:0]
}

func (s *stream) push(c *trace.Chunk, seq int64) {
	if len(c.Data) == 0 && c.Gap == 0 {
		return
	}
	if s.head == len(s.pieces) {
		s.pieces, s.head = s.pieces[:0], 0
	}
	s.size += int64(len(c.Data))
	s.end = c.Offset + int64(len(c.Data))
	s.pieces = append(s.pieces, piece{data: c.Data, time: c.Time, packet: c.Packet, offset: c.Offset, gap: c.Gap, seq: seq, tls: c.TLS})
}

// first is the piece at the head, nil if nothing waits. Its gap comes before its data.
func (s *stream) first() *piece {
	for s.head < len(s.pieces) {
		p := &s.pieces[s.head]
		if len(p.data) > 0 || p.gap > 0 {
			return p
		}
		*p = piece{}
		s.head++
	}
	return nil
}

// drain takes all pieces out.
func (s *stream) drain() []piece {
	s.own()
	all := s.pieces[s.head:]
	s.pieces, s.head, s.size = nil, 0, 0
	return all
}

// offset is where reading goes on.
func (s *stream) offset() int64 {
	if p := s.first(); p != nil {
		return p.offset
	}
	return s.end
}

// skip takes n octets from the first piece.
func (s *stream) skip(n int) {
	p := &s.pieces[s.head]
	p.data = p.data[n:]
	p.offset += int64(n)
	s.size -= int64(n)
}

// maxPieces bounds the pieces that wait; beyond it neighbours are put together, whatever their times.
const maxPieces = 1024

// own copies what still belongs to the caller of Chunk.
func (s *stream) own() {
	if s.first() == nil {
		return
	}
	for i := len(s.pieces) - 1; i >= s.head && !s.pieces[i].owned; i-- {
		p := &s.pieces[i]
		p.data, p.owned = bytes.Clone(p.data), true
	}
	if len(s.pieces)-s.head > maxPieces {
		s.merge()
	}
	if s.head > 64 && s.head > len(s.pieces)/2 {
		n := copy(s.pieces, s.pieces[s.head:])
		clear(s.pieces[n:])
		s.pieces, s.head = s.pieces[:n], 0
	}
}

// merge puts waiting pieces without a gap between them together, up to a few KiB each.
func (s *stream) merge() {
	out := s.pieces[:s.head]
	for _, p := range s.pieces[s.head:] {
		if n := len(out); n > s.head && p.gap == 0 && out[n-1].tls == p.tls && len(out[n-1].data)+len(p.data) <= 4096 {
			out[n-1].data = append(out[n-1].data, p.data...)
			continue
		}
		out = append(out, p)
	}
	clear(s.pieces[len(out):])
	s.pieces = out
}

// peek copies up to n unread octets in front of the next gap.
func (s *stream) peek(dst []byte, n int) []byte {
	for i := s.head; i < len(s.pieces) && len(dst) < n; i++ {
		p := &s.pieces[i]
		if p.gap > 0 {
			break
		}
		dst = append(dst, p.data[:min(len(p.data), n-len(dst))]...)
	}
	return dst
}

// mark says where and when some octets were seen.
type mark struct {
	packets    [2]int64
	offset     int64
	start, end trace.Time
	seq, last  int64 // chunk ordinals of the first and the last octet
	bytes      int64
	tls        bool
	set        bool
}

// add extends m by n octets at the head of p.
func (m *mark) add(p *piece, n int) {
	if !m.set {
		*m = mark{packets: [2]int64{p.packet, p.packet}, offset: p.offset, start: p.time, end: p.time, seq: p.seq, tls: p.tls, set: true}
	}
	m.packets[0] = min(m.packets[0], p.packet) // a gap closed late brings older packets after newer ones
	m.packets[1] = max(m.packets[1], p.packet)
	m.end, m.last = p.time, p.seq
	m.bytes += int64(n)
}

// join extends m by another mark that follows it.
func (m *mark) join(o mark) {
	if !m.set {
		*m = o
		return
	}
	m.packets[0] = min(m.packets[0], o.packets[0])
	m.packets[1] = max(m.packets[1], o.packets[1])
	m.end, m.last = o.end, o.last
	m.bytes += o.bytes
}

// line is one line as it was sent, without its end.
type line struct {
	text   []byte // valid until the next line is read
	mark   mark
	bareLF bool  // ended by LF alone
	cut    int64 // octets beyond the limit that were dropped
}

// lineReader puts lines together from pieces, keeping at most max octets of each.
type lineReader struct {
	max  int
	buf  []byte
	cur  line
	open bool // a line has begun
}

// next reads one line; false: it is not complete yet, or a gap is in the way.
func (r *lineReader) next(s *stream) (line, bool) {
	for {
		p := s.first()
		if p == nil || p.gap > 0 {
			return line{}, false
		}
		i := bytes.IndexByte(p.data, '\n')
		n := i + 1
		if i < 0 {
			n = len(p.data)
		}
		r.cur.mark.add(p, n)
		part := p.data[:n]
		s.skip(n)
		if i >= 0 && !r.open && n <= r.max {
			return r.finish(part), true
		}
		r.open = true
		r.keep(part)
		if i >= 0 {
			return r.finish(r.buf), true
		}
	}
}

// keep appends part to the line, up to the limit; a line end stays visible.
func (r *lineReader) keep(part []byte) {
	room := r.max - len(r.buf)
	if len(part) <= room {
		r.buf = append(r.buf, part...)
		return
	}
	r.cur.cut += int64(len(part) - max(room, 0))
	if room > 0 {
		r.buf = append(r.buf, part[:room]...)
	}
}

func (r *lineReader) finish(text []byte) line {
	l := r.cur
	r.cur, r.open, r.buf = line{}, false, r.buf[:0]
	if l.cut > 0 { // the line end was cut off with the rest
		l.text = bytes.TrimRight(text, "\r\n")
		return l
	}
	text = text[:len(text)-1]
	if n := len(text); n > 0 && text[n-1] == '\r' { // RFC 5321 §2.3.8: lines end with CRLF
		l.text = text[:n-1]
		return l
	}
	l.text, l.bareLF = text, true
	return l
}

// abandon gives what there is of an open line: a gap or the end came before its end.
func (r *lineReader) abandon() (line, bool) {
	if !r.open {
		return line{}, false
	}
	l := r.cur
	l.text = bytes.TrimRight(r.buf, "\r\n")
	r.cur, r.open, r.buf = line{}, false, r.buf[:0]
	return l, true
}
