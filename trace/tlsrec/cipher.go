package tlsrec

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"encoding/binary"
	"hash"
)

// protection opens the records of one side under one key.
type protection interface {
	// open gives the content of r, whose sequence number is seq, and its type; false if r is not authentic under this key.
	open(r *record, seq uint64) (plain []byte, kind byte, ok bool)
}

// aeadRecords is AES-GCM or ChaCha20-Poly1305.
type aeadRecords struct {
	aead     cipher.AEAD
	iv       []byte
	explicit bool // RFC 5288 §3: eight octets of the nonce stand in the record
	inner    bool // TLS 1.3, RFC 8446 §5.2: the type is inside, padding behind it
}

func (a *aeadRecords) open(r *record, seq uint64) (plain []byte, kind byte, ok bool) {
	body, nonce := r.body, make([]byte, a.aead.NonceSize())
	copy(nonce, a.iv)
	if a.explicit {
		if len(body) < 8 {
			return nil, 0, false
		}
		copy(nonce[4:], body)
		body = body[8:]
	} else {
		last := nonce[len(nonce)-8:]
		binary.BigEndian.PutUint64(last, binary.BigEndian.Uint64(last)^seq)
	}
	if len(body) < a.aead.Overhead() {
		return nil, 0, false
	}
	about := r.head[:]
	if !a.inner {
		about = pseudoHeader(r, seq, len(body)-a.aead.Overhead())
	}
	plain, err := a.aead.Open(nil, nonce, body, about)
	if err != nil || !a.inner {
		return plain, r.kind(), err == nil
	}
	for len(plain) > 0 && plain[len(plain)-1] == 0 {
		plain = plain[:len(plain)-1]
	}
	if len(plain) == 0 {
		return nil, 0, false
	}
	last := len(plain) - 1
	return plain[:last], plain[last], true
}

// pseudoHeader is what TLS 1.2 authenticates beside the content (RFC 5246 §6.2.3.3, §6.2.3.1).
func pseudoHeader(r *record, seq uint64, n int) []byte {
	h := binary.BigEndian.AppendUint64(make([]byte, 0, 13), seq)
	h = append(h, r.head[:3]...)
	return binary.BigEndian.AppendUint16(h, uint16(n))
}

// cbcRecords is AES-CBC with an HMAC, each record with its own IV (RFC 5246 §6.2.3.2). Time does not matter here: nobody waits
// for the answer.
type cbcRecords struct {
	block cipher.Block
	mac   hash.Hash
	etm   bool // RFC 7366: the MAC is over the ciphertext
}

func (c *cbcRecords) open(r *record, seq uint64) (plain []byte, kind byte, ok bool) {
	body := r.body
	if c.etm {
		n := len(body) - c.mac.Size()
		if n < 0 || !c.authentic(pseudoHeader(r, seq, n), body[:n], body[n:]) { // RFC 7366 §3
			return nil, 0, false
		}
		body = body[:n]
	}
	if len(body) < 2*aes.BlockSize || len(body)%aes.BlockSize != 0 {
		return nil, 0, false
	}
	plain = make([]byte, len(body)-aes.BlockSize)
	cipher.NewCBCDecrypter(c.block, body[:aes.BlockSize]).CryptBlocks(plain, body[aes.BlockSize:])
	pad := int(plain[len(plain)-1]) + 1
	if pad > len(plain) {
		return nil, 0, false
	}
	for _, p := range plain[len(plain)-pad:] {
		if int(p) != pad-1 {
			return nil, 0, false
		}
	}
	plain = plain[:len(plain)-pad]
	if !c.etm {
		n := len(plain) - c.mac.Size()
		if n < 0 || !c.authentic(pseudoHeader(r, seq, n), plain[:n], plain[n:]) {
			return nil, 0, false
		}
		plain = plain[:n]
	}
	return plain, r.kind(), true
}

func (c *cbcRecords) authentic(header, content, mac []byte) bool {
	c.mac.Reset()
	c.mac.Write(header)
	c.mac.Write(content)
	return hmac.Equal(c.mac.Sum(nil), mac)
}
