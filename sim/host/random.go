package host

import (
	"crypto/rand"
	"io"
)

// Random is a stream of randomness of its own for one purpose: the host's Entropy, in the real world the system's.
func (h *Host) Random(purpose string) io.Reader {
	if h.Entropy == nil {
		return rand.Reader
	}
	return h.Entropy(purpose)
}
