package vnet

import (
	"crypto/sha256"
	"encoding/binary"
	"io"
	"math/bits"
	"math/rand/v2"
	"strconv"

	"github.com/smtpsim/smtpsim/sim/host"
)

// seedFor derives the seed of one stream from the network's seed and the stream's names. There is no common stream, so
// that a new host or link changes nobody else's draws.
func seedFor(seed uint64, names ...string) [32]byte {
	h := sha256.New()
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], seed)
	h.Write(b[:])
	for _, name := range names {
		binary.BigEndian.PutUint64(b[:], uint64(len(name)))
		h.Write(b[:])
		io.WriteString(h, name)
	}
	return [32]byte(h.Sum(nil))
}

// draws is a stream of the network's own.
type draws struct{ src *rand.ChaCha8 }

func newDraws(seed uint64, names ...string) draws {
	return draws{rand.NewChaCha8(seedFor(seed, names...))}
}

func (d draws) uint32() uint32 { return uint32(d.src.Uint64() >> 32) }

// below draws from [0, n).
func (d draws) below(n uint64) uint64 {
	hi, _ := bits.Mul64(d.src.Uint64(), n)
	return hi
}

// entropy is a stream that answers reads of one octet without moving on: crypto/internal/randutil.MaybeReadByte reads one
// with probability one half.
type entropy struct{ src *rand.ChaCha8 }

func (e entropy) Read(p []byte) (int, error) {
	if len(p) == 1 {
		p[0] = 0
		return 1, nil
	}
	return e.src.Read(p)
}

// noEntropy refuses, so that TLS fails with a reason instead of running differently each time.
type noEntropy struct{ err error }

func (e noEntropy) Read([]byte) (int, error) { return 0, e.err }

// entropyFor makes the next stream for a purpose. Each call gives a new one, so that connections that run side by side do
// not disturb each other.
func (h *Host) entropyFor(purpose string) io.Reader {
	n := h.net
	if !n.entropyChecked {
		n.entropyChecked, n.entropyErr = true, host.TLSRepeatable()
	}
	if n.entropyErr != nil {
		return noEntropy{n.entropyErr}
	}
	h.entropies[purpose]++
	nth := strconv.Itoa(h.entropies[purpose])
	return entropy{rand.NewChaCha8(seedFor(n.seed, "entropy", h.name, purpose, nth))}
}
