package sasl

import (
	"crypto/hmac"
	"crypto/md5"
	"encoding/binary"
	"strings"
)

// The lengths of NTLMv2 (MS-NLMP §2.2.2.7, §2.2.2.8).
const (
	ntlmV1Octets = 24 // an NTLMv1 response
	ntlmV2Least  = 16 + 28 + 4
)

// ntlmServer is NTLM with NTLMv2 responses (MS-NLMP) in the wrapping of MS-SMTPNTLM. An older response is too weak.
type ntlmServer struct {
	asker
	challenge [8]byte
}

func newNTLMServer(o *ServerOptions) Server {
	return &ntlmServer{asker: asker{ServerOptions: o, mechanism: "NTLM"}}
}

func (s *ntlmServer) Next(response []byte) ([]byte, bool, error) {
	switch {
	case len(response) > MaxMessage:
		return nil, false, malformed("longer than %d octets", MaxMessage)
	case response == nil && s.step == 0:
		return []byte{}, false, nil
	}
	s.step++
	if s.step == 1 {
		if _, err := ntlmMessage(response, ntlmNegotiate, 16); err != nil {
			return nil, false, err
		}
		if err := fill(s.Rand, s.challenge[:]); err != nil {
			return nil, false, err
		}
		return ntlmChallengeMessage(s.challenge, s.Host), false, nil
	}
	return s.check(response)
}

// check is the type 3 message (MS-NLMP §3.2.5.1.2).
func (s *ntlmServer) check(response []byte) ([]byte, bool, error) {
	m, err := readNTLMAnswer(response)
	if err != nil {
		return nil, false, err
	}
	c, user, err := s.find(m.user)
	switch {
	case err != nil:
		return nil, false, err
	case len(m.response) == ntlmV1Octets:
		return nil, false, ErrWeak
	case len(m.response) < ntlmV2Least:
		return nil, false, malformed("no NTLMv2 response")
	}
	key := ntlmKey(m.user, m.domain, c.Password)
	proof := ntlmProof(key, s.challenge, m.response[16:])
	if c.Password == "" || !hmac.Equal(proof, m.response[:16]) {
		return nil, false, ErrRefused
	}
	return nil, true, s.admit(c, user, "")
}

// ntlmKey is NTOWFv2 (MS-NLMP §3.3.2).
func ntlmKey(user, domain, password string) []byte {
	secret := md4(utf16le(password))
	return hmacMD5(secret[:], utf16le(strings.ToUpper(user)+domain))
}

// ntlmProof is NTProofStr (MS-NLMP §3.3.2).
func ntlmProof(key []byte, challenge [8]byte, rest []byte) []byte {
	return hmacMD5(key, challenge[:], rest)
}

func hmacMD5(key []byte, parts ...[]byte) []byte {
	h := hmac.New(md5.New, key)
	for _, p := range parts {
		h.Write(p)
	}
	return h.Sum(nil)
}

// ntlmClient is the client side.
type ntlmClient struct {
	*Account
	step int
}

func newNTLMClient(a *Account) Client { return &ntlmClient{Account: a} }

// Start is nothing: in SMTP the first message follows the server's 334 (MS-SMTPNTLM §3.1.5).
func (c *ntlmClient) Start() ([]byte, error) { return nil, nil }

func (c *ntlmClient) Next(challenge []byte) ([]byte, error) {
	c.step++
	switch {
	case len(challenge) > MaxMessage:
		return nil, malformed("longer than %d octets", MaxMessage)
	case c.step == 1:
		return ntlmNegotiateMessage(), nil
	case c.step > 2:
		return nil, malformed("a third challenge")
	}
	nonce, info, err := readNTLMChallenge(challenge)
	if err != nil {
		return nil, err
	}
	var mine [8]byte
	if err := fill(c.Rand, mine[:]); err != nil {
		return nil, err
	}
	user, domain := c.Identity, ""
	if before, after, ok := strings.Cut(user, `\`); ok { // DOMAIN\user
		user, domain = after, before
	}
	key := ntlmKey(user, domain, c.Password)
	blob := ntlmBlob(fileTime(c.Now), mine, info)
	nt := append(ntlmProof(key, nonce, blob), blob...)
	lm := append(hmacMD5(key, nonce[:], mine[:]), mine[:]...) // LMv2
	return ntlmAnswerMessage(lm, nt, domain, user), nil
}

func (c *ntlmClient) Verify() error { return nil }

// ntlmBlob is "temp" of MS-NLMP §3.3.2, an NTLMv2_CLIENT_CHALLENGE (§2.2.2.7).
func ntlmBlob(time uint64, mine [8]byte, info []byte) []byte {
	b := []byte{1, 1, 0, 0, 0, 0, 0, 0}
	b = binary.LittleEndian.AppendUint64(b, time)
	b = append(append(b, mine[:]...), 0, 0, 0, 0)
	return append(append(b, info...), 0, 0, 0, 0)
}
