package sasl

import (
	"encoding/binary"
	"math/bits"
)

// md4 is the digest of RFC 1320, which NTLM makes of passwords and nobody should use for anything else.
func md4(text []byte) [16]byte {
	padded := append(append([]byte(nil), text...), 0x80) // RFC 1320 §3.1, §3.2
	for len(padded)%64 != 56 {
		padded = append(padded, 0)
	}
	padded = binary.LittleEndian.AppendUint64(padded, uint64(len(text))*8)
	s := [4]uint32{0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476}
	for ; len(padded) > 0; padded = padded[64:] {
		md4Block(&s, padded)
	}
	var sum [16]byte
	for i, word := range s {
		binary.LittleEndian.PutUint32(sum[4*i:], word)
	}
	return sum
}

// md4Block is one block of 64 octets (RFC 1320 §3.4).
func md4Block(s *[4]uint32, block []byte) {
	var x [16]uint32
	for i := range x {
		x[i] = binary.LittleEndian.Uint32(block[4*i:])
	}
	order := [3][16]int{
		{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
		{0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15},
		{0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15},
	}
	shift := [3][4]int{{3, 7, 11, 19}, {3, 5, 9, 13}, {3, 9, 11, 15}}
	add := [3]uint32{0, 0x5a827999, 0x6ed9eba1}
	a, b, c, d := s[0], s[1], s[2], s[3]
	for round := range 3 {
		for i, k := range order[round] {
			var f uint32
			switch round {
			case 0:
				f = b&c | ^b&d
			case 1:
				f = b&c | b&d | c&d
			default:
				f = b ^ c ^ d
			}
			a, b, c, d = d, bits.RotateLeft32(a+f+x[k]+add[round], shift[round][i%4]), b, c
		}
	}
	s[0], s[1], s[2], s[3] = s[0]+a, s[1]+b, s[2]+c, s[3]+d
}
