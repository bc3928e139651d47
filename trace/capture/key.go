package capture

import (
	"encoding/binary"
	"net/netip"

	"github.com/smtpsim/smtpsim/trace"
)

// connKey is the pair of endpoints, the lower one first.
type connKey struct {
	a, b         [16]byte
	aPort, bPort uint16
}

// keyOf gives the key and whether dst is its first endpoint.
func keyOf(src, dst netip.AddrPort) (k connKey, flipped bool) {
	k.aPort, k.bPort = src.Port(), dst.Port()
	k.a, k.b = src.Addr().As16(), dst.Addr().As16()
	if k.aPort > k.bPort || k.aPort == k.bPort && above(&k.a, &k.b) {
		k.a, k.b, k.aPort, k.bPort = k.b, k.a, k.bPort, k.aPort
		flipped = true
	}
	return k, flipped
}

func above(a, b *[16]byte) bool {
	x, y := binary.BigEndian.Uint64(a[:]), binary.BigEndian.Uint64(b[:])
	if x == y {
		x, y = binary.BigEndian.Uint64(a[8:]), binary.BigEndian.Uint64(b[8:])
	}
	return x > y
}

// Shard is the number of the shard that s belongs to, 0 to 63, the same for both directions.
func Shard(s *trace.Segment) int {
	k, _ := keyOf(s.Src, s.Dst)
	return k.shard()
}

// shard is a fixed hash: nothing of a run or a machine goes into it.
func (k *connKey) shard() int {
	return int((mix(&k.a, k.aPort) + mix(&k.b, k.bPort)) >> 58)
}

// mix spreads the bits of an endpoint over all of the result (the finalizer of MurmurHash3).
func mix(a *[16]byte, port uint16) uint64 {
	h := binary.LittleEndian.Uint64(a[:])*0x9e3779b97f4a7c15 ^ binary.LittleEndian.Uint64(a[8:]) ^ uint64(port)<<8
	h = (h ^ h>>33) * 0xff51afd7ed558ccd
	h = (h ^ h>>33) * 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}
