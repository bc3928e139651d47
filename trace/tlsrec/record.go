package tlsrec

import (
	"encoding/binary"

	"github.com/smtpsim/smtpsim/trace"
)

// The types of records (RFC 8446 §5.1).
const (
	changeCipherSpec = 20
	alertRecord      = 21
	handshakeRecord  = 22
	applicationData  = 23
)

const (
	headSize = 5
	// maxRecord is the longest ciphertext: RFC 5246 §6.2.3; TLS 1.3 allows less.
	maxRecord = 1<<14 + 2048
	// maxSearch bounds how far the next record is looked for behind lost octets.
	maxSearch = 256 << 10
	// minSealed is the shortest encrypted record: how many a gap may hide.
	minSealed = headSize + 17
)

// record is one record of one side.
type record struct {
	head   [headSize]byte
	body   []byte // valid until the next octets come, unless owned
	packet int64  // that completed it
	time   trace.Time
	offset int64 // of its first octet in its direction
}

func (r *record) kind() byte { return r.head[0] }

// recordLength is the length of the body that a header announces; false: it is none.
func recordLength(head []byte) (n int, ok bool) {
	n = int(binary.BigEndian.Uint16(head[3:]))
	return n, head[0] >= changeCipherSpec && head[0] <= applicationData+1 && head[1] == 3 && head[2] <= 4 && n <= maxRecord
}

// reader puts the records of one side together.
type reader struct {
	buf      []byte // a record as far as it has come
	offset   int64  // of buf[0], or of what comes next
	skip     int    // octets of a damaged record that are still to come
	search   bool   // octets are lost: where the next record begins is not known
	searched int    // octets looked through in vain
	broken   bool   // what came is no record
}

// next gives the first record of data and what follows it; false: there is none, what is left of data was kept.
func (r *reader) next(data []byte) (rec record, rest []byte, ok bool) {
	if n := min(r.skip, len(data)); n > 0 {
		r.skip -= n
		r.offset += int64(n)
		data = data[n:]
	}
	if len(data) == 0 || r.broken {
		return record{}, nil, false
	}
	if len(r.buf) == 0 { // mostly a record lies in one piece
		if rec, n := r.whole(data); n > 0 {
			r.offset += int64(n)
			return rec, data[n:], true
		}
	}
	for len(data) > 0 && !r.broken {
		n := min(r.wants(), len(data))
		r.buf = append(r.buf, data[:n]...)
		data = data[n:]
		if rec, n := r.whole(r.buf); n > 0 {
			r.offset += int64(n)
			r.buf = nil // the record has it
			return rec, data, true
		}
	}
	return record{}, nil, false
}

// wants is how many octets the record in buf lacks: of its header first.
func (r *reader) wants() int {
	if len(r.buf) < headSize {
		return headSize - len(r.buf)
	}
	n, ok := recordLength(r.buf)
	if !ok {
		return 1
	}
	return headSize + n - len(r.buf)
}

// whole gives the record at the start of p, of n octets; 0: it is not complete.
func (r *reader) whole(p []byte) (rec record, n int) {
	if len(p) < headSize {
		return rec, 0
	}
	n, ok := recordLength(p)
	if !ok {
		r.broken = true
		return rec, 0
	}
	if n += headSize; len(p) < n {
		return rec, 0
	}
	rec = record{body: p[headSize:n], offset: r.offset}
	copy(rec.head[:], p)
	return rec, n
}

// lose says that n octets are missing in front of what comes next. It gives how many records may be missing with them, and how many
// octets of records that had come are of no use now.
func (r *reader) lose(n int64) (records int, octets int64) {
	r.offset += n + int64(len(r.buf))
	octets = n + int64(len(r.buf)) + int64(r.skip)
	left := int64(r.skip)
	if len(r.buf) >= headSize {
		left = int64(r.wants())
		records = 1
	}
	known := len(r.buf) >= headSize || r.skip > 0
	r.buf = nil
	if known && n <= left { // it lies within one record: where the next begins is known
		r.skip = int(left - n)
		return records, octets
	}
	r.skip, r.search = 0, true
	return int(min((n-left)/minSealed+2, maxWindow)) + records, octets
}

// find gives the places in buf and data where a record may begin, one by one, for accept to try; what was accepted is taken.
// Without one, what could be the beginning of a record is kept.
func (r *reader) find(data []byte, accept func(*record) bool) (rest []byte, ok bool) {
	r.buf = append(r.buf, data...)
	for i := 0; i+headSize <= len(r.buf); i++ {
		n, possible := recordLength(r.buf[i:])
		if !possible || n == 0 {
			continue
		}
		if len(r.buf) < i+headSize+n {
			r.drop(i) // it may be complete later
			return nil, false
		}
		rec := record{body: r.buf[i+headSize : i+headSize+n], offset: r.offset + int64(i)}
		copy(rec.head[:], r.buf[i:])
		if accept(&rec) {
			rest = r.buf[i+headSize+n:]
			r.offset += int64(len(r.buf) - len(rest))
			r.buf, r.search, r.searched = nil, false, 0
			return rest, true
		}
	}
	r.drop(max(len(r.buf)-headSize+1, 0))
	return nil, false
}

// drop lets go of n octets that were looked through.
func (r *reader) drop(n int) {
	r.buf = append([]byte(nil), r.buf[n:]...)
	r.offset += int64(n)
	if r.searched += n; r.searched > maxSearch {
		r.broken = true
	}
}
