package sasl

import (
	"encoding/binary"
	"time"
	"unicode/utf16"
)

// The messages of NTLM (MS-NLMP §2.2.1) and the flags that this package sets (§2.2.2.5).
const (
	ntlmSignature = "NTLMSSP\x00"
	ntlmNegotiate = 1
	ntlmChallenge = 2
	ntlmAnswer    = 3

	ntlmUnicode    = 1 << 0
	ntlmTarget     = 1 << 2
	ntlmNTLM       = 1 << 9
	ntlmSign       = 1 << 15
	ntlmServerType = 1 << 17
	ntlmExtended   = 1 << 19
	ntlmInfo       = 1 << 23
	ntlmFlags      = ntlmUnicode | ntlmTarget | ntlmNTLM | ntlmSign | ntlmExtended
)

// ntlmMessage checks the beginning of a message of at least so many octets.
func ntlmMessage(m []byte, kind uint32, least int) ([]byte, error) {
	if len(m) < least || string(m[:8]) != ntlmSignature || binary.LittleEndian.Uint32(m[8:]) != kind {
		return nil, malformed("expected an NTLM message of type %d", kind)
	}
	return m, nil
}

// ntlmField is what the length and offset at octet at point to.
func ntlmField(m []byte, at int) ([]byte, error) {
	n, off := int(binary.LittleEndian.Uint16(m[at:])), uint64(binary.LittleEndian.Uint32(m[at+4:]))
	if n == 0 {
		return nil, nil
	}
	if off+uint64(n) > uint64(len(m)) {
		return nil, malformed("the field at octet %d leads beyond the message", at)
	}
	return m[off : int(off)+n], nil
}

// appendField adds a length and an offset for a payload of n octets.
func appendField(b []byte, n, offset int) []byte {
	b = binary.LittleEndian.AppendUint16(b, uint16(n))
	b = binary.LittleEndian.AppendUint16(b, uint16(n))
	return binary.LittleEndian.AppendUint32(b, uint32(offset))
}

func ntlmHead(kind uint32) []byte {
	return binary.LittleEndian.AppendUint32([]byte(ntlmSignature), kind)
}

// ntlmNegotiateMessage is type 1 (MS-NLMP §2.2.1.1).
func ntlmNegotiateMessage() []byte {
	b := binary.LittleEndian.AppendUint32(ntlmHead(ntlmNegotiate), ntlmFlags)
	return appendField(appendField(b, 0, 32), 0, 32)
}

// ntlmChallengeMessage is type 2 (MS-NLMP §2.2.1.2). It tells no time, so that the client need not sign its messages.
func ntlmChallengeMessage(challenge [8]byte, host string) []byte {
	name := utf16le(host)
	info := binary.LittleEndian.AppendUint16([]byte{1, 0}, uint16(len(name))) // MsvAvNbComputerName
	info = append(append(info, name...), 0, 0, 0, 0)                          // MsvAvEOL
	const head = 48
	b := appendField(ntlmHead(ntlmChallenge), len(name), head)
	b = binary.LittleEndian.AppendUint32(b, ntlmFlags|ntlmServerType|ntlmInfo)
	b = append(append(b, challenge[:]...), 0, 0, 0, 0, 0, 0, 0, 0)
	b = appendField(b, len(info), head+len(name))
	return append(append(b, name...), info...)
}

func readNTLMChallenge(m []byte) (challenge [8]byte, info []byte, err error) {
	if m, err = ntlmMessage(m, ntlmChallenge, 48); err != nil {
		return challenge, nil, err
	}
	copy(challenge[:], m[24:32])
	info, err = ntlmField(m, 40)
	return challenge, info, err
}

// ntlmAnswerMessage is type 3 (MS-NLMP §2.2.1.3).
func ntlmAnswerMessage(lm, nt []byte, domain, user string) []byte {
	const head = 64
	b := ntlmHead(ntlmAnswer)
	var payload []byte
	for _, part := range [...][]byte{lm, nt, utf16le(domain), utf16le(user), nil, nil} { // workstation, session key
		b = appendField(b, len(part), head+len(payload))
		payload = append(payload, part...)
	}
	b = binary.LittleEndian.AppendUint32(b, ntlmFlags)
	return append(b, payload...)
}

// ntlmAnswerParts are the parts of type 3 that a server looks at.
type ntlmAnswerParts struct {
	response     []byte
	domain, user string
}

func readNTLMAnswer(m []byte) (p ntlmAnswerParts, err error) {
	if m, err = ntlmMessage(m, ntlmAnswer, 64); err != nil {
		return p, err
	}
	if p.response, err = ntlmField(m, 20); err != nil {
		return p, err
	}
	domain, err := ntlmField(m, 28)
	if err != nil {
		return p, err
	}
	user, err := ntlmField(m, 36)
	if err != nil {
		return p, err
	}
	if binary.LittleEndian.Uint32(m[60:])&ntlmUnicode == 0 {
		p.domain, p.user = string(domain), string(user)
		return p, nil
	}
	p.domain, p.user = fromUTF16(domain), fromUTF16(user)
	return p, nil
}

func utf16le(s string) []byte {
	var b []byte
	for _, unit := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, unit)
	}
	return b
}

func fromUTF16(b []byte) string {
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(b[2*i:])
	}
	return string(utf16.Decode(units))
}

// fileTime is t in tenths of a microsecond since 1601 (MS-DTYP §2.3.3).
func fileTime(t time.Time) uint64 {
	const between = 11644473600 // seconds from 1601 to 1970
	return uint64(t.Unix()+between)*10_000_000 + uint64(t.Nanosecond()/100)
}
