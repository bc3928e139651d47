package auth

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"io"
	"math/big"
	"math/rand/v2"
	"slices"
)

// Algorithm is how a signature is made (RFC 6376 §3.3, RFC 8463 §3).
type Algorithm string

// The algorithms.
const (
	RSASHA256     Algorithm = "rsa-sha256"
	Ed25519SHA256 Algorithm = "ed25519-sha256"
	rsaSHA1       Algorithm = "rsa-sha1" // known by name only: RFC 8301 §3.1 forbids it
)

// keyType is the k= of a key record that goes with the algorithm.
func (a Algorithm) keyType() string {
	if a == Ed25519SHA256 {
		return "ed25519"
	}
	return "rsa"
}

// The sizes of RSA keys, in bits (RFC 8301 §3.2).
const (
	minRSA   = 1024
	maxRSA   = 4096
	ownRSA   = 2048  // "Signers SHOULD use RSA keys of at least 2048 bits"
	exponent = 65537 // RFC 6376 §3.3.1
)

// Key is a private key that signs.
type Key struct {
	algorithm Algorithm
	signer    crypto.Signer
}

// NewKey makes the key that belongs to a seed: the same seed, the same key, so that a simulated domain signs the same way in each
// run. It is no key for the real world.
func NewKey(a Algorithm, seed [32]byte) (Key, error) {
	switch a {
	case Ed25519SHA256:
		return Key{a, ed25519.NewKeyFromSeed(seed[:])}, nil
	case RSASHA256:
		k, err := rsaFrom(rand.NewChaCha8(seed))
		return Key{a, k}, err
	}
	return Key{}, fmt.Errorf("algorithm %q: expected %s or %s", a, RSASHA256, Ed25519SHA256)
}

// rsaFrom makes an RSA key from a stream. The standard library takes care that its own keys do not repeat themselves.
func rsaFrom(r io.Reader) (*rsa.PrivateKey, error) {
	e := big.NewInt(exponent)
	for {
		p, errP := prime(r)
		q, errQ := prime(r)
		if errP != nil || errQ != nil {
			return nil, fmt.Errorf("a key needs more randomness than there is")
		}
		one := big.NewInt(1)
		phi := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
		d := new(big.Int).ModInverse(e, phi)
		if d == nil || p.Cmp(q) == 0 {
			continue
		}
		k := &rsa.PrivateKey{PublicKey: rsa.PublicKey{N: new(big.Int).Mul(p, q), E: exponent}, D: d, Primes: []*big.Int{p, q}}
		k.Precompute()
		return k, k.Validate()
	}
}

// prime is the next prime number above one read from r.
func prime(r io.Reader) (*big.Int, error) {
	octets := make([]byte, ownRSA/2/8)
	if _, err := io.ReadFull(r, octets); err != nil {
		return nil, err
	}
	octets[0] |= 0xc0 // so that the product has all its bits
	octets[len(octets)-1] |= 1
	p, two := new(big.Int).SetBytes(octets), big.NewInt(2)
	for !p.ProbablyPrime(20) {
		p.Add(p, two)
	}
	return p, nil
}

// Record is the TXT record for the key, to stand at selector._domainkey.domain (RFC 6376 §3.6.1).
func (k Key) Record() string {
	var public []byte
	switch p := k.signer.Public().(type) {
	case ed25519.PublicKey:
		public = p // RFC 8463 §4.2: the 32 octets themselves
	case *rsa.PublicKey:
		// RFC 6376 §3.6.1 says RSAPublicKey; its Appendix C and all the world put it into a SubjectPublicKeyInfo, which decides
		public, _ = x509.MarshalPKIXPublicKey(p) // an RSA key of our own can always be written
	}
	return "v=DKIM1; k=" + k.algorithm.keyType() + "; p=" + base64.StdEncoding.EncodeToString(public)
}

// Revoked is the record of a key that is withdrawn (RFC 6376 §3.6.1, p=).
func (k Key) Revoked() string { return "v=DKIM1; k=" + k.algorithm.keyType() + "; p=" }

// sign signs the SHA-256 hash of data.
func (k Key) sign(data []byte) ([]byte, error) {
	hash := sha256.Sum256(data)
	if k.algorithm == Ed25519SHA256 { // RFC 8463 §3: PureEdDSA of the hash
		return k.signer.Sign(nil, hash[:], crypto.Hash(0))
	}
	return k.signer.Sign(nil, hash[:], crypto.SHA256) // PKCS #1 v1.5 needs no randomness
}

// publicKey is a key record, read.
type publicKey struct {
	kind    string // k=
	rsa     *rsa.PublicKey
	ed25519 ed25519.PublicKey
	testing bool // t=y
	strict  bool // t=s: i= must be in d= itself
}

// parseKey reads a key record as one signature with algorithm a may use it (RFC 6376 §6.1.2, steps 5 to 8).
func parseKey(record string, a Algorithm) (publicKey, *failure) {
	var k publicKey
	tags, err := parseTags(record)
	if err != nil {
		return k, permanent("key record: %v", err)
	}
	if v, ok := tags.get("v"); ok && (v != "DKIM1" || tags[0].name != "v") {
		return k, permanent("key record: expected v=DKIM1 in front, found v=%s", shorten(v))
	}
	if h, ok := tags.get("h"); ok && !slices.Contains(parts(h), "sha256") {
		return k, permanent("inappropriate hash algorithm: the key is for %s", shorten(h))
	}
	services := parts(tags.or("s", "*"))
	if !slices.Contains(services, "*") && !slices.Contains(services, "email") {
		return k, permanent("the key is not for mail")
	}
	flags := parts(tags.or("t", ""))
	k.testing, k.strict = slices.Contains(flags, "y"), slices.Contains(flags, "s")
	p, ok := tags.get("p")
	switch k.kind = tags.or("k", "rsa"); {
	case !ok:
		return k, permanent("key record: expected a tag p=")
	case p == "":
		return k, permanent("key revoked")
	case k.kind != a.keyType():
		return k, permanent("inappropriate key algorithm: the key is of type %s", shorten(k.kind))
	}
	data, err := base64.StdEncoding.DecodeString(unfolded(p))
	if err != nil {
		return k, permanent("key record: expected base64 in p=")
	}
	return k, k.read(data)
}

// read takes the key itself.
func (k *publicKey) read(data []byte) *failure {
	if k.kind == "ed25519" {
		if len(data) != ed25519.PublicKeySize {
			return permanent("key of %d octets: expected %d", len(data), ed25519.PublicKeySize)
		}
		k.ed25519 = data
		return nil
	}
	any, err := x509.ParsePKIXPublicKey(data)
	if err != nil {
		any, err = x509.ParsePKCS1PublicKey(data)
	}
	public, ok := any.(*rsa.PublicKey)
	if err != nil || !ok {
		return permanent("key record: expected an RSA key in p=")
	}
	switch bits := public.N.BitLen(); {
	case bits < minRSA: // RFC 8301 §3.2: never valid
		return &failure{Policy, fmt.Sprintf("key of %d bits: expected at least %d", bits, minRSA)}
	case bits > maxRSA:
		return &failure{Policy, fmt.Sprintf("key of %d bits: expected at most %d", bits, maxRSA)}
	}
	k.rsa = public
	return nil
}

// verify reports whether signature is that of data.
func (k *publicKey) verify(data, signature []byte) bool {
	hash := sha256.Sum256(data)
	if k.ed25519 != nil {
		return ed25519.Verify(k.ed25519, hash[:], signature)
	}
	return rsa.VerifyPKCS1v15(k.rsa, crypto.SHA256, hash[:], signature) == nil
}

// failure is why a signature does not hold.
type failure struct {
	result Result
	reason string
}

func permanent(format string, args ...any) *failure {
	return &failure{PermError, fmt.Sprintf(format, args...)}
}
