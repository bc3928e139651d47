package vnet

import (
	"bytes"
	"crypto/ed25519"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"math/big"
	"net"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/sim/host"
)

// certificate is the same at each call.
func certificate(t testing.TB, from time.Time) (tls.Certificate, *x509.CertPool) {
	key := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize))
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "b.example"}, DNSNames: []string{"b.example"},
		NotBefore: from.Add(-time.Hour), NotAfter: from.Add(24 * time.Hour), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(nil, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

// tlsRun lets three clients speak TLS with b at a virtual date, and gives the digest of all frames and the key log.
func tlsRun(t *testing.T, seed uint64, version uint16, start time.Time) (digest, keys string) {
	w := newWorld(t, Options{Seed: seed, Start: start, DefaultLink: Link{Latency: time.Millisecond, Jitter: time.Millisecond}})
	cert, pool := certificate(t, start)
	var log bytes.Buffer
	serve(t, w.b, func(raw net.Conn) {
		base := &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: version, MaxVersion: version, KeyLogWriter: &log}
		c := tls.Server(raw, host.TLSConfig(w.b, "smtp", base))
		io.Copy(struct{ io.Writer }{c}, struct{ io.Reader }{c})
		c.Close()
	})
	cache := tls.NewLRUClientSessionCache(1)
	good := 0
	for range 3 {
		w.a.Go("client", func() {
			for range 2 { // the second time resumes a session
				raw, err := w.a.Dialer.Dial(smtpPort(addrB), 0)
				if err != nil {
					t.Error(err)
					return
				}
				base := &tls.Config{RootCAs: pool, ServerName: "b.example", KeyLogWriter: &log, ClientSessionCache: cache}
				c := tls.Client(raw, host.TLSConfig(w.a, "smtp", base))
				io.WriteString(c, "EHLO a.example\r\n")
				c.CloseWrite()
				got, err := io.ReadAll(c)
				if string(got) != "EHLO a.example\r\n" || err != nil {
					t.Errorf("%v: got %q, %v", start, got, err)
					return
				}
				c.Close()
				good++
			}
		})
	}
	w.RunIdle()
	if s := w.Stuck(); len(s) > 0 || good != 6 {
		t.Errorf("%d sessions, stuck: %q", good, s)
	}
	return w.digest(), log.String()
}

func TestTLSRepeatsItself(t *testing.T) {
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		seen := map[string]bool{}
		for _, start := range []time.Time{
			time.Date(1995, 6, 1, 12, 0, 0, 0, time.UTC), {}, time.Date(2045, 6, 1, 12, 0, 0, 0, time.UTC),
		} {
			if start.IsZero() {
				start = defaultStart
			}
			digest, keys := tlsRun(t, 1, version, start)
			for range 4 {
				again, keysAgain := tlsRun(t, 1, version, start)
				if again != digest || keysAgain != keys || keys == "" {
					t.Errorf("%s from %v: two runs differ", tls.VersionName(version), start)
				}
			}
			other, _ := tlsRun(t, 2, version, start)
			if seen[digest] || seen[other] || digest == other {
				t.Errorf("%s from %v: other seeds or dates give the same bytes", tls.VersionName(version), start)
			}
			seen[digest], seen[other] = true, true
		}
	}
}
