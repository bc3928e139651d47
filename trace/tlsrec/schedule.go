package tlsrec

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"encoding/binary"
	"hash"

	"golang.org/x/crypto/chacha20poly1305"
)

// prf is P_hash of RFC 5246 §5, which is the whole PRF of TLS 1.2.
func prf(h func() hash.Hash, secret []byte, label string, seed []byte, n int) []byte {
	seed = append([]byte(label), seed...)
	sum := func(parts ...[]byte) []byte {
		m := hmac.New(h, secret)
		for _, p := range parts {
			m.Write(p)
		}
		return m.Sum(nil)
	}
	var out []byte
	for a := sum(seed); len(out) < n; a = sum(a) {
		out = append(out, sum(a, seed)...)
	}
	return out[:n]
}

// protection12 makes what opens the records of one side from the master secret (RFC 5246 §6.3).
func (s *suite) protection12(secret []byte, client, server *[32]byte, fromClient, etm bool) protection {
	mac, iv := 0, 0
	switch s.kind {
	case gcm:
		iv = 4 // RFC 5288 §3
	case chacha:
		iv = chacha20poly1305.NonceSize // RFC 7905 §2
	case cbc:
		mac = s.mac().Size()
	default:
		return nil
	}
	block := prf(s.hash, secret, "key expansion", append(server[:len(server):len(server)], client[:]...), 2*(mac+s.key+iv))
	take := func(n int) []byte { // the client's comes first
		mine := block[:n]
		if !fromClient {
			mine = block[n : 2*n]
		}
		block = block[2*n:]
		return mine
	}
	macKey, key, fixed := take(mac), take(s.key), take(iv)
	if s.kind == cbc {
		b, err := aes.NewCipher(key)
		if err != nil {
			return nil
		}
		return &cbcRecords{block: b, mac: hmac.New(s.mac, macKey), etm: etm}
	}
	a := s.aead(key)
	if a == nil {
		return nil
	}
	return &aeadRecords{aead: a, iv: fixed, explicit: s.kind == gcm}
}

// protection13 makes what opens records from a traffic secret (RFC 8446 §7.3).
func (s *suite) protection13(secret []byte) protection {
	if s.kind != gcm && s.kind != chacha || len(secret) != s.hash().Size() {
		return nil
	}
	a := s.aead(s.expand(secret, "key", s.key))
	if a == nil {
		return nil
	}
	return &aeadRecords{aead: a, iv: s.expand(secret, "iv", chacha20poly1305.NonceSize), inner: true}
}

// next is the traffic secret after a KeyUpdate (RFC 8446 §7.2).
func (s *suite) next(secret []byte) []byte {
	if s.hash == nil {
		return nil
	}
	return s.expand(secret, "traffic upd", s.hash().Size())
}

func (s *suite) aead(key []byte) cipher.AEAD {
	if s.kind == chacha {
		a, err := chacha20poly1305.New(key)
		if err != nil {
			return nil
		}
		return a
	}
	b, err := aes.NewCipher(key)
	if err != nil {
		return nil
	}
	a, err := cipher.NewGCM(b)
	if err != nil {
		return nil
	}
	return a
}

// expand is HKDF-Expand-Label with an empty context (RFC 8446 §7.1).
func (s *suite) expand(secret []byte, label string, n int) []byte {
	info := binary.BigEndian.AppendUint16(nil, uint16(n))
	info = append(info, byte(len("tls13 ")+len(label)))
	info = append(info, "tls13 "+label...)
	info = append(info, 0)
	out, err := hkdf.Expand(s.hash, secret, string(info), n)
	if err != nil {
		return nil // more than 255 times the hash: never
	}
	return out
}
