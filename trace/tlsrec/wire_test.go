package tlsrec

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"math/big"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/trace"
)

// wire is what went over a connection.
type wire struct {
	mu     sync.Mutex
	chunks []trace.Chunk
	sent   [2]int64
}

// tap notes what one side writes.
type tap struct {
	net.Conn
	from trace.Side
	wire *wire
}

func (t *tap) Write(p []byte) (int, error) {
	w := t.wire
	w.mu.Lock()
	w.chunks = append(w.chunks, trace.Chunk{From: t.from, Time: trace.Time(len(w.chunks) + 1), Packet: int64(len(w.chunks) + 1),
		Offset: w.sent[t.from], Data: bytes.Clone(p)})
	w.sent[t.from] += int64(len(p))
	w.mu.Unlock()
	return t.Conn.Write(p)
}

// pair is a connection within the machine: unlike net.Pipe, both sides can write at once.
func pair(t testing.TB) (client, server net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if client, err = net.Dial("tcp", l.Addr().String()); err != nil {
		t.Fatal(err)
	}
	if server, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	return client, server
}

// identity is a certificate for mx.example.
func identity(t testing.TB) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mx.example"}, DNSNames: []string{"mx.example"},
		NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<32, 0)}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// said is what each side sends in talk, in turn.
func said() [][2]string {
	big := string(bytes.Repeat([]byte("0123456789abcdef"), 3000))
	return [][2]string{{"EHLO ws.example\r\n", "250 mx.example\r\n"}, {"DATA\r\n", "354 go on\r\n"}, {big, "250 ok\r\n"}, {"QUIT\r\n", "221 bye\r\n"}}
}

// talk lets a client and a server say their parts over TLS and gives what went over the wire.
func talk(t testing.TB, client, server *tls.Config) *wire {
	t.Helper()
	w := &wire{}
	a, b := pair(t)
	done := make(chan error, 1)
	go func() {
		s := tls.Server(&tap{b, trace.FromServer, w}, server)
		for _, turn := range said() {
			if _, err := io.ReadFull(s, make([]byte, len(turn[0]))); err != nil {
				done <- err
				return
			}
			if _, err := s.Write([]byte(turn[1])); err != nil {
				done <- err
				return
			}
		}
		_, _ = io.Copy(io.Discard, s)
		done <- nil
	}()
	c := tls.Client(&tap{a, trace.FromClient, w}, client)
	for _, turn := range said() {
		if _, err := c.Write([]byte(turn[0])); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(c, make([]byte, len(turn[1]))); err != nil {
			t.Fatal(err)
		}
	}
	_ = c.Close()
	_ = a.Close()
	<-done
	return w
}

// open gives what can be read of chunks on each side, and the facts.
func open(keys *Keys, chunks []trace.Chunk) (text [2]string, facts Facts, ok bool) {
	room := NewRoom(keys)
	c := room.Open()
	ok = true
	for _, ch := range chunks {
		var plain []trace.Chunk
		plain, more := c.Open(nil, ch)
		for _, p := range plain {
			if !p.TLS || p.Packet != ch.Packet && len(p.Data) > 0 && p.Packet > ch.Packet {
				ok = false
			}
			text[p.From] += string(p.Data)
		}
		if !more {
			break
		}
	}
	facts = c.Finish()
	return text, facts, ok && room.kept == 0
}

// cut puts chunks into pieces of n octets, and what each side says in a row into one chunk where n is 0.
func cut(chunks []trace.Chunk, n int) (out []trace.Chunk) {
	for _, c := range chunks {
		if last := len(out) - 1; n == 0 && last >= 0 && out[last].From == c.From {
			out[last].Data = append(bytes.Clone(out[last].Data), c.Data...)
			continue
		}
		for n > 0 && len(c.Data) > n {
			part := c
			part.Data = c.Data[:n]
			out = append(out, part)
			c.Data, c.Offset = c.Data[n:], c.Offset+int64(n)
		}
		out = append(out, c)
	}
	return out
}

func whole() (text [2]string) {
	for _, turn := range said() {
		text[0] += turn[0]
		text[1] += turn[1]
	}
	return text
}

func readLog(t testing.TB, log []byte) *Keys {
	t.Helper()
	keys := NewKeys(nil)
	if bad, err := keys.Read(bytes.NewReader(log), 0); err != nil || len(bad) > 0 {
		t.Fatal(bad, err)
	}
	return keys
}

// refuse lets a client that trusts nobody call a server.
func refuse(t testing.TB, w *wire, client *tls.Config, cert tls.Certificate) {
	t.Helper()
	a, b := pair(t)
	done := make(chan bool)
	go func() {
		s := tls.Server(&tap{b, trace.FromServer, w}, &tls.Config{Certificates: []tls.Certificate{cert}})
		_ = s.Handshake()
		_, _ = io.Copy(io.Discard, s)
		close(done)
	}()
	client.RootCAs = x509.NewCertPool()
	if err := tls.Client(&tap{a, trace.FromClient, w}, client).Handshake(); err == nil {
		t.Fatal("the client trusts an unknown certificate")
	}
	_ = a.Close()
	<-done
}
