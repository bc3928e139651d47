package host

import "encoding/hex"

// Said gives lines that were said before in the memory that they have already: sessions mostly say the same again. It is
// for one process at a time; the zero value is ready.
type Said struct{ lines [64]string }

// Of is line as a string.
func (s *Said) Of(line []byte) string {
	n := len(line)
	if n == 0 || n > 512 {
		return string(line)
	}
	place := &s.lines[(n+3*int(line[0])+5*int(line[n/2])+7*int(line[n-1]))%len(s.lines)]
	if *place != string(line) {
		*place = string(line)
	}
	return *place
}

// Room hands out pieces of memory for the texts of replies.
type Room struct{ free []string }

// Take is room for n texts.
func (r *Room) Take(n int) []string {
	if n > len(r.free) {
		r.free = make([]string, max(n, 16))
	}
	texts := r.free[:n:n]
	r.free = r.free[n:]
	return texts
}

// Hex writes a digest of SHA-256 as claims do.
func Hex(sum [32]byte) string {
	var digits [64]byte
	hex.Encode(digits[:], sum[:])
	return string(digits[:])
}
