package sim

import (
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"strings"
	"time"
)

// authority signs the certificates of a world. Keys and certificates follow from the seed and the names alone, so that a
// world's handshakes can be repeated.
type authority struct {
	seed  uint64
	start time.Time
	key   ed25519.PrivateKey
	cert  *x509.Certificate
	roots *x509.CertPool
	log   *keyLog
}

const year = 365 * 24 * time.Hour

func newAuthority(seed uint64, start time.Time, secrets func([]byte)) *authority {
	a := &authority{seed: seed, start: start, key: key(seed, "authority"), roots: x509.NewCertPool()}
	if secrets != nil {
		a.log = &keyLog{to: secrets, seen: map[string]bool{}}
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Example Authority"},
		NotBefore: start.Add(-year), NotAfter: start.Add(10 * year), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign}
	a.cert = a.sign(template, template, a.key.Public())
	a.roots.AddCert(a.cert)
	return a
}

// key is the Ed25519 key that belongs to a name in a world; its signatures need no randomness (RFC 8032 §5.1.6).
func key(seed uint64, name string) ed25519.PrivateKey {
	h := sha256.Sum256(fmt.Appendf(nil, "smtpsim certificate %d %s", seed, name))
	return ed25519.NewKeyFromSeed(h[:])
}

func (a *authority) sign(template, parent *x509.Certificate, public any) *x509.Certificate {
	der, err := x509.CreateCertificate(strings.NewReader(""), template, parent, public, a.key)
	if err != nil {
		panic("sim: an Ed25519 certificate cannot be signed: " + err.Error()) // templates are our own
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		panic("sim: a certificate of our own cannot be parsed: " + err.Error())
	}
	return cert
}

// server is the TLS configuration of a server; kind is "valid", "expired" or "wrong-name".
func (a *authority) server(name, kind string) (*tls.Config, error) {
	t := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: a.start.Add(-year), NotAfter: a.start.Add(year), KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	switch kind {
	case "expired":
		t.NotAfter = a.start.Add(-24 * time.Hour)
	case "wrong-name":
		t.Subject.CommonName, t.DNSNames = "other.example", []string{"other.example"}
	}
	k := key(a.seed, name)
	cert := a.sign(t, a.cert, k.Public())
	c := &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{cert.Raw, a.cert.Raw}, PrivateKey: k, Leaf: cert}}}
	if a.log != nil {
		c.KeyLogWriter = a.log
	}
	return c, nil
}

// client is what clients of this world trust.
func (a *authority) client() *tls.Config {
	c := &tls.Config{RootCAs: a.roots}
	if a.log != nil {
		c.KeyLogWriter = a.log
	}
	return c
}

// keyLog passes each key log line on once: both ends of a connection write it, and whoever is first knows it before the
// packets that need it.
type keyLog struct {
	to   func([]byte)
	seen map[string]bool
}

func (k *keyLog) Write(line []byte) (int, error) {
	if s := string(line); !k.seen[s] {
		k.seen[s] = true
		k.to(line)
	}
	return len(line), nil
}
