package secure

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"errors"
	"time"

	"github.com/smtpsim/smtpsim/sim/dns"
)

// Usages of TLSA records that count for SMTP. RFC 7672 §3.1.3: PKIX-TA(0) and PKIX-EE(1) are not usable.
const (
	usageTA = 2
	usageEE = 3
)

// ErrNoMatch is a server whose certificates no TLSA record knows.
var ErrNoMatch = errors.New("no TLSA record matches the server's certificate")

// Usable are the records that count (RFC 7672 §3.1). Where there are records but none is usable, TLS is demanded without
// authentication (§2.2).
func Usable(records []dns.TLSA) []dns.TLSA {
	var out []dns.TLSA
	for _, r := range records {
		length := map[uint8]int{1: sha256.Size, 2: sha512.Size}[r.Matching]
		if (r.Usage == usageTA || r.Usage == usageEE) && r.Selector <= 1 && r.Matching <= 2 &&
			(r.Matching == 0 || len(r.Data) == length) {
			out = append(out, r)
		}
	}
	return out
}

// Certificates holds the server's chain, its own certificate first, against usable records. names are those that a
// certificate under a trust anchor may bear (RFC 7672 §3.2.2: the exchanger's, and the domain's). With DANE-EE neither name
// nor dates count (§3.1.1).
func Certificates(chain []*x509.Certificate, records []dns.TLSA, names []string, now time.Time) error {
	if len(chain) == 0 {
		return ErrNoMatch
	}
	for _, r := range records {
		if r.Usage == usageEE && matches(chain[0], r) {
			return nil
		}
	}
	for _, r := range records {
		if r.Usage != usageTA {
			continue
		}
		for i, c := range chain {
			if i > 0 && matches(c, r) && underAnchor(chain[:i], c, names, now) == nil {
				return nil
			}
		}
	}
	return ErrNoMatch
}

func matches(c *x509.Certificate, r dns.TLSA) bool {
	data := c.Raw
	if r.Selector == 1 {
		data = c.RawSubjectPublicKeyInfo
	}
	switch r.Matching {
	case 1:
		sum := sha256.Sum256(data)
		data = sum[:]
	case 2:
		sum := sha512.Sum512(data)
		data = sum[:]
	}
	return bytes.Equal(data, r.Data)
}

// underAnchor checks the chain up to an anchor that a record names.
func underAnchor(chain []*x509.Certificate, anchor *x509.Certificate, names []string, now time.Time) error {
	roots, between := x509.NewCertPool(), x509.NewCertPool()
	roots.AddCert(anchor)
	for _, c := range chain[1:] {
		between.AddCert(c)
	}
	if _, err := chain[0].Verify(x509.VerifyOptions{Roots: roots, Intermediates: between, CurrentTime: now}); err != nil {
		return err
	}
	for _, name := range names {
		if chain[0].VerifyHostname(name) == nil {
			return nil
		}
	}
	return ErrNoMatch
}
