package node

import (
	"crypto/ed25519"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/sim/queue"
)

// certificate is for one name, signed by the root that the same call gives.
func certificate(t *testing.T, name string, until time.Time) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	sign := func(c, parent *x509.Certificate, public, key any) *x509.Certificate {
		der, err := x509.CreateCertificate(nil, c, parent, public, key)
		if err != nil {
			t.Fatal(err)
		}
		out, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	rootKey, key := ed25519.NewKeyFromSeed(make([]byte, 32)), ed25519.NewKeyFromSeed([]byte(strings.Repeat("k", 32)))
	root := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "root of " + name}, IsCA: true,
		BasicConstraintsValid: true, NotBefore: until.AddDate(-9, 0, 0), NotAfter: until.AddDate(9, 0, 0), KeyUsage: x509.KeyUsageCertSign}
	root = sign(root, root, rootKey.Public(), rootKey)
	leaf := sign(&x509.Certificate{SerialNumber: big.NewInt(2), DNSNames: []string{name}, NotBefore: until.AddDate(-1, 0, 0), NotAfter: until},
		root, key.Public(), rootKey)
	roots := x509.NewCertPool()
	roots.AddCert(root)
	return tls.Certificate{Certificate: [][]byte{leaf.Raw}, PrivateKey: key}, roots
}

// TestCertificates: who must have TLS sends to nobody whose certificate is not good for the name; who may have it does not
// look at the certificate (RFC 3207 §4.1, RFC 7435 §3).
func TestCertificates(t *testing.T) {
	const mx1 = "mx1.west.example"
	year := func(w *world) time.Time { return w.start.AddDate(1, 0, 0) }
	for _, c := range []struct {
		name    string
		of      string // whom the certificate names
		until   func(*world) time.Time
		unknown bool // the client does not know the root
		must    bool // whether it is good enough
	}{
		{"good", mx1, year, false, true},
		{"of another name", "other.example", year, false, false},
		{"expired", mx1, func(w *world) time.Time { return w.start.AddDate(0, 0, -1) }, false, false},
		{"of an unknown root", mx1, year, true, false},
	} {
		for _, use := range []queue.TLSUse{queue.TLSMay, queue.TLSMust} {
			w := northAndWest(t, nil)
			cert, roots := certificate(t, c.of, c.until(w))
			if c.unknown {
				roots = x509.NewCertPool()
			}
			w = northAndWest(t, func(name string, cfg *Config) {
				switch name {
				case "msa.nord.example":
					cfg.TLS.Client, cfg.TLS.Base = use, &tls.Config{RootCAs: roots}
				case mx1:
					cfg.TLS.Server = &tls.Config{Certificates: []tls.Certificate{cert}}
				}
			})
			w.send(alice, bob)
			w.passes(time.Minute)
			want := "mx1 delivered bob@west.example 250; msa relayed bob@west.example 250"
			if use == queue.TLSMust && !c.must {
				want = "msa queued bob@west.example 451"
			}
			w.check(c.name, w.fate(), want)
			if box := w.box(mx1, "bob"); len(box) == 1 && !strings.Contains(string(box[0]), "with esmtps ") {
				t.Errorf("%s, use %d: not over TLS:\n%s", c.name, use, box[0])
			}
		}
	}
}
