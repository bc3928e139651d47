package vnet

// keptBuffer is the largest buffer that is kept for the next connection.
const keptBuffer = 64 << 10

// buffer is a queue of octets.
type buffer struct {
	b    []byte
	head int
}

func (q *buffer) len() int      { return len(q.b) - q.head }
func (q *buffer) bytes() []byte { return q.b[q.head:] }

func (q *buffer) append(p []byte) {
	if q.head > 0 && len(q.b)+len(p) > cap(q.b) {
		q.b = q.b[:copy(q.b, q.b[q.head:])]
		q.head = 0
	}
	q.b = append(q.b, p...)
}

// take is append for octets that are not needed elsewhere: it may keep p itself, and gives what the caller has instead.
func (q *buffer) take(p []byte) []byte {
	if q.len() > 0 || cap(p) < cap(q.b) {
		q.append(p)
		return p
	}
	instead := q.b[:0]
	q.b, q.head = p, 0
	return instead
}

func (q *buffer) drop(n int) {
	q.head += n
	if q.head == len(q.b) {
		q.b, q.head = q.b[:0], 0
	}
}

func (q *buffer) reset() {
	q.b, q.head = q.b[:0], 0
	if cap(q.b) > keptBuffer {
		q.b = nil
	}
}
