package tlsrec

import (
	"crypto/x509"
	"time"

	"github.com/smtpsim/smtpsim/trace"
)

// The handshake messages that matter (RFC 8446 §4).
const (
	clientHello = 1
	serverHello = 2
	certificate = 11
	finished    = 20
	keyUpdate   = 24
)

// maxMessage bounds a handshake message that is kept; longer ones are passed over.
const maxMessage = 64 << 10

// messages puts handshake messages together from records.
type messages struct {
	buf  []byte // of a message that is wanted: all of it, else its header
	skip int    // octets of one that is not
}

// add takes the content of a record and hands each complete message on; of those that nobody reads only the type.
func (m *messages) add(p []byte, take func(kind byte, body []byte)) {
	for len(p) > 0 {
		if m.skip > 0 {
			n := min(m.skip, len(p))
			p = p[n:]
			if m.skip -= n; m.skip == 0 {
				m.done(nil, take)
			}
			continue
		}
		n := min(m.wants(), len(p))
		m.buf = append(m.buf, p[:n]...)
		p = p[n:]
		switch n := m.size(); {
		case len(m.buf) < 4:
		case !wanted(m.buf[0]) || n > maxMessage:
			if m.skip = n; n == 0 {
				m.done(nil, take)
			}
		case len(m.buf) == 4+n:
			m.done(m.buf[4:], take)
		}
	}
}

func (m *messages) done(body []byte, take func(byte, []byte)) {
	kind := m.buf[0]
	m.buf = nil
	take(kind, body)
}

// wants is how many octets the header lacks, or else the message.
func (m *messages) wants() int {
	if len(m.buf) < 4 {
		return 4 - len(m.buf)
	}
	return 4 + m.size() - len(m.buf)
}

func (m *messages) size() int {
	if len(m.buf) < 4 {
		return 0
	}
	return int(m.buf[1])<<16 | int(m.buf[2])<<8 | int(m.buf[3])
}

func wanted(kind byte) bool {
	return kind == clientHello || kind == serverHello || kind == certificate
}

// octets is a message being read; reading past its end gives zero values.
type octets []byte

func (o *octets) take(n int) octets {
	if n > len(*o) {
		*o = nil
		return nil
	}
	part := (*o)[:n]
	*o = (*o)[n:]
	return part
}

func (o *octets) number(size int) int {
	n := 0
	for _, c := range o.take(size) {
		n = n<<8 | int(c)
	}
	return n
}

// vector reads a vector whose length takes size octets.
func (o *octets) vector(size int) octets { return o.take(o.number(size)) }

// hello is what of a ServerHello decides about keys.
type hello struct {
	random  [32]byte
	version uint16
	suite   uint16
	packed  bool // a compression was chosen: RFC 3749, which nobody uses any more
	etm     bool // RFC 7366
	psk     bool // TLS 1.3 went on from an earlier session
}

// retry says that it is a HelloRetryRequest, known by this random (RFC 8446 §4.1.3).
func (h *hello) retry() bool {
	return string(h.random[:]) == "\xcf\x21\xad\x74\xe5\x9a\x61\x11\xbe\x1d\x8c\x02\x1e\x65\xb8\x91\xc2\xa2\x11\x16\x7a\xbb\x8c\x5e\x07\x9e\x09\xe2\xc8\xa8\x33\x9c"
}

// readServerHello is RFC 8446 §4.1.3, which RFC 5246 §7.4.1.3 agrees with.
func readServerHello(o octets) (h hello, ok bool) {
	h.version = uint16(o.number(2))
	if copy(h.random[:], o.take(32)) < 32 {
		return h, false
	}
	o.vector(1)
	ok = len(o) >= 3
	h.suite = uint16(o.number(2))
	h.packed = o.number(1) != 0
	for ext := o.vector(2); len(ext) > 0; {
		kind, data := ext.number(2), ext.vector(2)
		switch kind {
		case 22:
			h.etm = true
		case 41:
			h.psk = true
		case 43:
			h.version = uint16(data.number(2))
		}
	}
	return h, ok
}

// readCertificate describes the first certificate of a Certificate message (RFC 5246 §7.4.2, RFC 8446 §4.4.2); nil if it cannot be
// read.
func readCertificate(o octets, version uint16) *trace.Certificate {
	if version >= tls13 {
		o.vector(1)
	}
	list := o.vector(3)
	cert, err := x509.ParseCertificate(list.vector(3))
	if err != nil {
		return nil
	}
	c := &trace.Certificate{Subject: cert.Subject.String(), Issuer: cert.Issuer.String(), Names: append([]string{}, cert.DNSNames...),
		NotBefore: cert.NotBefore.UTC().Format(time.RFC3339), NotAfter: cert.NotAfter.UTC().Format(time.RFC3339)}
	for _, ip := range cert.IPAddresses {
		c.Names = append(c.Names, ip.String())
	}
	return c
}
