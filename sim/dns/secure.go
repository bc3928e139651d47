package dns

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// TLSA is what a TLSA record says of a certificate (RFC 6698 §2.1, as RFC 7672 §3.1 uses it for SMTP).
type TLSA struct {
	Usage    uint8 // 2: DANE-TA, a trust anchor; 3: DANE-EE, the server's own
	Selector uint8 // 0: the certificate, 1: its public key
	Matching uint8 // 0: as it is, 1: SHA-256, 2: SHA-512
	Data     []byte
}

// parseTLSA reads "3 1 1 hex".
func (r *Record) parseTLSA(words []field) error {
	if len(words) < 4 {
		return fmt.Errorf("%d words of data, expected usage, selector, matching type and hex", len(words))
	}
	var numbers [3]uint8
	for i := range numbers {
		n, err := strconv.ParseUint(words[i].text, 10, 8)
		if err != nil {
			return fmt.Errorf("%q, expected a number from 0 to 255", words[i].text)
		}
		numbers[i] = uint8(n)
	}
	var digits strings.Builder
	for _, w := range words[3:] {
		digits.WriteString(w.text)
	}
	data, err := hex.DecodeString(digits.String())
	if err != nil || len(data) == 0 {
		return fmt.Errorf("certificate data %.40q, expected hex digits", digits.String())
	}
	r.TLSA = TLSA{numbers[0], numbers[1], numbers[2], data}
	return nil
}

// parseSRV reads "priority weight port target" (RFC 2782).
func (r *Record) parseSRV(words []field) error {
	if len(words) != 4 {
		return fmt.Errorf("%d words of data, expected priority, weight, port and target", len(words))
	}
	for i, to := range []*uint16{&r.Preference, &r.Weight, &r.Port} {
		n, err := strconv.ParseUint(words[i].text, 10, 16)
		if err != nil {
			return fmt.Errorf("%q, expected a number from 0 to 65535", words[i].text)
		}
		*to = uint16(n)
	}
	return r.parseTarget(words[3].text)
}

// data is the zone-file form of the types of this file.
func (r *Record) secureData() string {
	if r.Type == TypeSRV {
		return fmt.Sprintf("%d %d %d %s", r.Preference, r.Weight, r.Port, r.Target)
	}
	return fmt.Sprintf("%d %d %d %x", r.TLSA.Usage, r.TLSA.Selector, r.TLSA.Matching, r.TLSA.Data)
}

// Security is what a validating resolver finds out about a zone (RFC 4035 §4.3).
type Security uint8

const (
	Insecure Security = iota // not signed
	Secure                   // signed, and the chain of trust holds
	Bogus                    // signed, and it does not: SERVFAIL
)

// Secured is a part of the name space that is signed, well or badly. The server answers for the hosts of its world as their
// validating resolver does: signatures themselves are not on the wire.
type Secured struct {
	Zone string
	How  Security
}

// SetSecured says which zones are signed.
func (s *Server) SetSecured(list []Secured) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.secured = nil
	for _, z := range list {
		s.secured = append(s.secured, Secured{CanonicalName(z.Zone), z.How})
	}
}

// security is what holds for a name: the longest zone decides.
func (s *Server) security(name string) Security {
	s.mu.Lock()
	defer s.mu.Unlock()
	longest, how := -1, Insecure
	for _, z := range s.secured {
		if InZone(name, z.Zone) && len(z.Zone) > longest {
			longest, how = len(z.Zone), z.How
		}
	}
	return how
}

// secure marks a response: AD where all of it was validated (RFC 4035 §3.2.3), SERVFAIL where that failed (§5.5). name is
// what was asked; aliases lead to others.
func (s *Server) secure(m *message, name string, wanted bool) {
	how := s.security(name)
	for _, r := range m.answer {
		how = worst(how, s.security(r.Name))
	}
	switch {
	case how == Bogus:
		m.rcode, m.answer, m.authority, m.additional = ServFail, nil, nil, nil
	case wanted:
		m.authentic = how == Secure
	}
}

func worst(a, b Security) Security {
	if a == Bogus || b == Bogus {
		return Bogus
	}
	return min(a, b)
}

// LookupTLSA asks for the TLSA records of a service: "_25._tcp.mx1.west.example" (RFC 6698 §3). Records count only if the
// answer is authentic (RFC 7672 §2.1.1).
func (r *Resolver) LookupTLSA(name string, port uint16) ([]TLSA, Answer) {
	a := r.query("_"+strconv.Itoa(int(port))+"._tcp."+name, TypeTLSA, 0)
	var out []TLSA
	for _, rec := range a.Records {
		out = append(out, rec.TLSA)
	}
	return out, a
}
