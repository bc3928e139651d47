package smtp

import (
	"encoding/base64"
	"strconv"
	"strings"
)

// MTRK is the value of MAIL's MTRK parameter (RFC 3885 §3.1).
type MTRK struct {
	Certifier string // base64 of the SHA-1 of a secret: who knows the secret may ask where the mail is
	Seconds   int64  // how long the answer is to be kept; 0: not said
}

// certifierSize is the octets of a SHA-1.
const certifierSize = 20

// ParseMTRK reads `mtrk-certifier [ ":" mtrk-timeout ]`. The certifier comes without the "=" that pads base64: RFC 5321
// §4.1.2 allows none in a parameter's value, and RFC 3885 §3.2 counts 27 octets for a SHA-1, which is without it.
func ParseMTRK(s string) (m MTRK, ok bool) {
	certifier, timeout, found := strings.Cut(s, ":")
	m.Certifier = strings.TrimRight(certifier, "=")
	if hash, err := base64.RawStdEncoding.DecodeString(m.Certifier); err != nil || len(hash) != certifierSize {
		return m, false
	}
	if found {
		if !isNumber(timeout) {
			return m, false
		}
		m.Seconds, _ = strconv.ParseInt(timeout, 10, 64) // nine digits at most
	}
	return m, true
}

// String is the certifier, and the time if there is one.
func (m MTRK) String() string {
	if m.Seconds == 0 {
		return m.Certifier
	}
	return m.Certifier + ":" + strconv.FormatInt(min(m.Seconds, maxBySeconds), 10)
}
