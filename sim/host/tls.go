package host

import (
	"bytes"
	"crypto/ecdh"
	"crypto/tls"
	"errors"
)

// ErrNotRepeatable says why TLS is refused in a simulation.
var ErrNotRepeatable = errors.New("this binary was built without cryptocustomrand=1, so TLS would not repeat itself: " +
	"put //go:debug cryptocustomrand=1 above the package clause of its main")

// TLSConfig copies base and fills in what h decides: the time, and in a simulated world also randomness and key exchange,
// so that the same run gives the same bytes. Call it once per connection: each has a random stream of its own.
// Certificates and keys in base must be fixed too.
func TLSConfig(h *Host, purpose string, base *tls.Config) *tls.Config {
	c := base.Clone()
	if c == nil {
		c = &tls.Config{}
	}
	c.Time = h.Clock.Now
	if h.Entropy != nil {
		c.Rand = h.Entropy(purpose)
		c.CurvePreferences = []tls.CurveID{tls.X25519, tls.CurveP256} // ML-KEM draws from elsewhere
	}
	return c
}

// TLSVersion names a version as trace fields do: "TLSv1.3"; "TLS" for one that is not known.
func TLSVersion(v uint16) string {
	switch v {
	case tls.VersionTLS10:
		return "TLSv1"
	case tls.VersionTLS11:
		return "TLSv1.1"
	case tls.VersionTLS12:
		return "TLSv1.2"
	case tls.VersionTLS13:
		return "TLSv1.3"
	}
	return "TLS"
}

// TLSRepeatable is the self-check of simulated TLS: key generation must take its randomness from the reader it is given.
// Since Go 1.26 it does so only with GODEBUG cryptocustomrand=1. The error is ErrNotRepeatable.
func TLSRepeatable() error {
	a, errA := ecdh.X25519().GenerateKey(constant{})
	b, errB := ecdh.X25519().GenerateKey(constant{})
	if errA != nil || errB != nil || !bytes.Equal(a.Bytes(), b.Bytes()) {
		return ErrNotRepeatable
	}
	return nil
}

// constant is a stream of one octet repeated.
type constant struct{}

func (constant) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 0x5a
	}
	return len(p), nil
}
