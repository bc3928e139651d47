package tlsrec

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/trace"
)

// conversation is a way to hold talk over TLS.
type conversation struct {
	name           string
	version        uint16
	suites         []uint16
	client, server func(*tls.Config)
	twice          bool // the second connection resumes the first
}

func conversations(cert tls.Certificate) []conversation {
	all := []conversation{
		{name: "1.3", version: tls.VersionTLS13},
		{name: "1.3 HelloRetryRequest", version: tls.VersionTLS13,
			client: func(c *tls.Config) { c.CurvePreferences = []tls.CurveID{tls.X25519, tls.CurveP384} },
			server: func(c *tls.Config) { c.CurvePreferences = []tls.CurveID{tls.CurveP384} }},
		{name: "1.3 resumed", version: tls.VersionTLS13, twice: true},
		{name: "1.2 resumed", version: tls.VersionTLS12, twice: true},
	}
	for _, v := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		all = append(all, conversation{name: "client certificate " + strconv.Itoa(int(v)), version: v,
			client: func(c *tls.Config) { c.Certificates = []tls.Certificate{cert} },
			server: func(c *tls.Config) { c.ClientAuth = tls.RequireAnyClientCert }})
	}
	for _, s := range []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
		tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, tls.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA,
		tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256} {
		all = append(all, conversation{name: tls.CipherSuiteName(s), version: tls.VersionTLS12, suites: []uint16{s}})
	}
	return all
}

func (v *conversation) hold(t *testing.T, cert tls.Certificate) (*wire, []byte) {
	t.Helper()
	var log bytes.Buffer
	client := &tls.Config{ServerName: "mx.example", InsecureSkipVerify: true, MinVersion: v.version, MaxVersion: v.version, CipherSuites: v.suites,
		KeyLogWriter: &log, ClientSessionCache: tls.NewLRUClientSessionCache(1)}
	server := &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: v.version, MaxVersion: v.version, CipherSuites: v.suites}
	if v.client != nil {
		v.client(client)
	}
	if v.server != nil {
		v.server(server)
	}
	w := talk(t, client, server)
	if v.twice {
		w = talk(t, client, server)
	}
	if v.twice && v.version == tls12 { // OpenSSL and GnuTLS write a line for the new random, crypto/tls none
		words := strings.Fields(log.String())
		fmt.Fprintf(&log, "CLIENT_RANDOM %x %s\n", w.chunks[0].Data[11:43], words[len(words)-1])
	}
	return w, log.Bytes()
}

// Everything both sides said is read, however the octets were cut; without the secrets nothing is, with those of another
// connection neither.
func TestSuites(t *testing.T) {
	cert := identity(t)
	for _, v := range conversations(cert) {
		t.Run(v.name, func(t *testing.T) {
			w, log := v.hold(t, cert)
			keys := readLog(t, log)
			for _, n := range []int{1 << 20, 0, 1460, 7, 1} {
				got, facts, ok := open(keys, cut(w.chunks, n))
				if got != whole() || !ok || len(facts.Findings) > 0 || facts.Cipher == "" || facts.Alert != 0 {
					t.Errorf("cut to %d: %d and %d octets, facts %+v", n, len(got[0]), len(got[1]), facts)
				}
				if resumed13 := v.twice && v.version == tls13; facts.Resumed != resumed13 || !v.twice && (facts.Certificate == nil || facts.Certificate.Subject != "CN=mx.example") {
					t.Errorf("cut to %d: %+v %+v", n, facts, facts.Certificate)
				}
			}
			other, otherLog := v.hold(t, cert)
			if got, facts, _ := open(readLog(t, otherLog), w.chunks); got != [2]string{} || len(facts.Findings) > 0 {
				t.Errorf("secrets of another connection: %q %+v", got, facts)
			}
			got, facts, _ := open(nil, other.chunks)
			if got != [2]string{} || v.version == tls12 && !v.twice && facts.Certificate == nil || facts.Cipher == "" {
				t.Errorf("no secrets: %q %+v", got, facts)
			}
		})
	}
}

// What is lost on the way costs what it held, and some more: whatever comes behind is read again.
func TestLost(t *testing.T) {
	cert := identity(t)
	for _, v := range conversations(cert) {
		w, log := v.hold(t, cert)
		keys := readLog(t, log)
		text := whole()
		chunks := cut(w.chunks, 1000)
		for lost := range chunks {
			if lost < len(chunks)/3 { // the handshake
				continue
			}
			var seen []trace.Chunk
			var gap [2]int64
			for i, c := range chunks {
				if i == lost {
					gap[c.From] = int64(len(c.Data))
					continue
				}
				c.Gap, gap[c.From] = gap[c.From], 0
				seen = append(seen, c)
			}
			got, _, _ := open(keys, seen)
			from := chunks[lost].From
			if got[from.Other()] != text[from.Other()] || len(got[from]) < len(text[from])-2*17000 {
				t.Fatalf("%s: without chunk %d of %d, %d octets of the %s: %d and %d of %d and %d are read", v.name, lost, len(chunks), len(chunks[lost].Data), from,
					len(got[0]), len(got[1]), len(text[0]), len(text[1]))
			}
		}
	}
}

// A secret counts from its packet on.
func TestSecretCountsFromItsPacket(t *testing.T) {
	cert := identity(t)
	v := conversation{version: tls13}
	w, log := v.hold(t, cert)
	for _, after := range []int64{0, 2, 1000} {
		keys := NewKeys(NewKeys(nil))
		if bad, err := keys.Read(bytes.NewReader(log), after); err != nil || bad != nil {
			t.Fatal(bad, err)
		}
		got, _, _ := open(keys, w.chunks)
		if read := got == whole(); read != (after < 1000) {
			t.Errorf("secrets behind packet %d: %d and %d octets are read", after, len(got[0]), len(got[1]))
		}
		keys.Settle()
		if got, _, _ := open(keys, w.chunks); got != whole() {
			t.Errorf("settled: %d and %d octets are read", len(got[0]), len(got[1]))
		}
	}
}

// An alert inside TLS is told: a client that does not trust the certificate says so under its keys.
func TestAlert(t *testing.T) {
	var log bytes.Buffer
	w := &wire{}
	refuse(t, w, &tls.Config{ServerName: "mx.example", KeyLogWriter: &log, Time: func() time.Time { return time.Unix(1, 0) }}, identity(t))
	_, facts, _ := open(readLog(t, log.Bytes()), w.chunks)
	if facts.Alert != 42 && facts.Alert != 48 && facts.Alert != 46 {
		t.Errorf("%+v", facts)
	}
}
