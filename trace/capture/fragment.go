package capture

import (
	"net/netip"
	"time"

	"github.com/smtpsim/smtpsim/trace"
)

// Limits of reassembly: a packet is at most 65,535 octets long, so all sets together stay below 8 MiB.
const (
	maxFragmented = 128 // packets under reassembly at once
	maxHoles      = 256 // separate stretches of one packet
	maxWhole      = 65535
	fragmentLife  = trace.Time(60 * time.Second) // RFC 8200 §4.5
)

// fragment is a part of an IP packet's payload.
type fragment struct {
	key     fragKey
	proto   uint8 // what the whole carries; of the first fragment it counts
	offset  int
	more    bool
	data    []byte
	missing int // octets at its end that were not captured
	time    trace.Time
}

// fragKey tells which packet a fragment belongs to (RFC 791 §3.2; RFC 8200 §4.5 leaves the protocol out).
type fragKey struct {
	src, dst netip.Addr
	id       uint32
	proto    uint8
}

// fragSet is one packet under reassembly; the first copy of an octet counts.
type fragSet struct {
	key   fragKey
	since trace.Time
	proto uint8
	total int    // length of the whole; -1: the last fragment is not there yet
	cut   int    // where the first octet is missing from the capture
	buf   []byte // len is the highest end seen
	spans []span // what is there, sorted, apart from each other
	data  []byte // of the whole packet, once it is there
	// missing octets of the whole, behind data
	missing int
}

type span struct{ start, end int }

// fragments keeps sets in the order of their first fragment; the oldest goes when there are too many.
type fragments struct {
	sets    []*fragSet
	spare   *fragSet
	dropped int64
}

// add takes f and gives the whole packet when f completes it; the result is valid until the next add.
func (fs *fragments) add(f *fragment) *fragSet {
	end := f.offset + len(f.data) + f.missing
	if end > maxWhole || f.more && end == f.offset {
		return nil
	}
	at := fs.find(f)
	s := fs.sets[at]
	if !s.add(f, end) {
		fs.remove(at)
		fs.dropped++
		return nil
	}
	if s.total < 0 || len(s.spans) != 1 || s.spans[0] != (span{0, s.total}) {
		return nil
	}
	fs.remove(at)
	have := min(s.cut, s.total)
	s.data, s.missing = s.buf[:have], s.total-have
	return s
}

// find gives the place of f's set, a new one where there is none.
func (fs *fragments) find(f *fragment) int {
	for i, s := range fs.sets {
		if s.key != f.key {
			continue
		}
		if f.time-s.since <= fragmentLife {
			return i
		}
		fs.remove(i) // the identification came round again
		fs.dropped++
		break
	}
	if len(fs.sets) >= maxFragmented {
		fs.remove(0)
		fs.dropped++
	}
	s := fs.spare
	if s == nil {
		s = &fragSet{}
	}
	fs.spare = nil
	*s = fragSet{key: f.key, since: f.time, proto: f.proto, total: -1, cut: maxWhole + 1, buf: s.buf[:0], spans: s.spans[:0]}
	fs.sets = append(fs.sets, s)
	return len(fs.sets) - 1
}

func (fs *fragments) remove(i int) {
	fs.spare = fs.sets[i]
	fs.sets = append(fs.sets[:i], fs.sets[i+1:]...)
}

func (fs *fragments) unfinished() int64 { return int64(len(fs.sets)) + fs.dropped }

// add puts f's octets where nothing is yet; false: the set contradicts itself and is worthless.
func (s *fragSet) add(f *fragment, end int) bool {
	if !f.more {
		if s.total >= 0 && s.total != end {
			return false
		}
		s.total = end
	}
	if s.total >= 0 && (end > s.total || len(s.buf) > s.total) || len(s.spans) > maxHoles {
		return false
	}
	if f.offset == 0 {
		s.proto = f.proto
	}
	if f.missing > 0 {
		s.cut = min(s.cut, f.offset+len(f.data))
	}
	if end > len(s.buf) {
		s.buf = append(s.buf, make([]byte, end-len(s.buf))...)
	}
	pos := f.offset
	for _, have := range s.spans {
		s.fill(f, pos, min(have.start, end))
		pos = max(pos, have.end)
	}
	s.fill(f, pos, end)
	s.cover(span{f.offset, end})
	return true
}

// fill copies f's octets for the positions from start to end.
func (s *fragSet) fill(f *fragment, start, end int) {
	end = min(end, f.offset+len(f.data))
	if start < end {
		copy(s.buf[start:end], f.data[start-f.offset:])
	}
}

// cover adds n to the sorted spans and joins what touches.
func (s *fragSet) cover(n span) {
	out := s.spans[:0:0]
	placed := false
	for _, have := range s.spans {
		switch {
		case have.end < n.start:
			out = append(out, have)
		case have.start > n.end:
			if !placed {
				out, placed = append(out, n), true
			}
			out = append(out, have)
		default:
			n = span{min(n.start, have.start), max(n.end, have.end)}
		}
	}
	if !placed {
		out = append(out, n)
	}
	s.spans = out
}
