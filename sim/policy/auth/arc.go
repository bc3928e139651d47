package auth

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// MaxSets is how many ARC sets a message may carry (RFC 8617 §4.2.1).
const MaxSets = 50

// Chain is what the Authenticated Received Chain of a text came to (RFC 8617 §4.4).
type Chain struct {
	Result     Result // None: there is no chain; Pass; Fail
	Reason     string // of a Fail
	Sets       []Set  // oldest first; only of a chain that passes
	OldestPass int    // the lowest instance from which on nobody changed the text; 0: nobody ever did (RFC 8617 §5.2, step 5)
	last       int    // the highest instance found
	dead       bool   // the last who passed it on said already that it is broken
}

// Set is what one of those who passed a text on testified (RFC 8617 §4.2).
type Set struct {
	Domain  string  // who: d= of the seal
	Results Results // empty if they cannot be read
}

// arcFields are the three fields of an instance; value is nil of one that is missing.
type arcFields struct {
	results, message, seal headerField
	signature, sealed      signature
	have                   int
}

// ValidateARC checks the chain of a text (RFC 8617 §5.2). All failures are for good, those of the DNS too (§5.2.1).
func ValidateARC(text []byte, now time.Time, r Resolver) Chain {
	m := split(text)
	sets, chain := collect(&m)
	if chain.Result != Pass {
		return chain
	}
	for i := len(sets) - 1; i >= 0; i-- { // steps 4 and 5
		s := &sets[i].signature
		_, _, bad := s.verify(&m, sets[i].message, now, r)
		if bad != nil && i == len(sets)-1 {
			return chain.broken("ARC-Message-Signature %d: %s", i+1, bad.reason)
		}
		if bad != nil {
			chain.OldestPass = i + 2
			break
		}
	}
	for i := len(sets) - 1; i >= 0; i-- { // step 6
		if bad := sets[i].sealed.verifySeal(sets[:i+1], now, r); bad != nil {
			return chain.broken("ARC-Seal %d: %s", i+1, bad.reason)
		}
	}
	for i := range sets {
		_, payload, _ := strings.Cut(string(sets[i].results.value), ";")
		results, err := ParseResults(payload)
		if err != nil {
			results = Results{} // the chain holds all the same (RFC 8617 §5.2): this one says nothing that can be read
		}
		chain.Sets = append(chain.Sets, Set{strings.ToLower(sets[i].sealed.domain), results})
	}
	return chain
}

// ArrivedChain is the chain of a text as it stands now, of which ValidateARC said result when the text came: whoever changes a text
// seals it with what was true before the change (RFC 8617 §5.1).
func ArrivedChain(text []byte, result Result) Chain {
	m := split(text)
	_, chain := collect(&m)
	if chain.Result == Pass && result != Pass {
		return chain.broken("the chain was broken when the text came")
	}
	return chain
}

// broken is the chain as one that fails.
func (c Chain) broken(format string, args ...any) Chain {
	return Chain{Result: Fail, Reason: fmt.Sprintf(format, args...), last: c.last, dead: c.dead}
}

// collect finds the sets of a text and checks their structure (RFC 8617 §5.2, steps 1 to 3). Pass: it is right.
func collect(m *message) (arcSets, Chain) {
	sets := make(arcSets, MaxSets)
	chain := Chain{Result: Pass}
	fault := ""
	for _, f := range m.fields {
		n, why := 0, ""
		switch f.name {
		case "arc-authentication-results":
			n, why = sets.addResults(f)
		case "arc-message-signature":
			n, why = sets.addSignature(f, arcMessage)
		case "arc-seal":
			n, why = sets.addSignature(f, arcSeal)
		default:
			continue
		}
		if chain.last = max(chain.last, n); why != "" && fault == "" {
			fault = why
		}
	}
	if chain.last == 0 && fault == "" {
		return nil, Chain{Result: None}
	}
	sets = sets[:chain.last]
	if len(sets) > 0 && sets[len(sets)-1].sealed.chain == Fail {
		chain.dead = true
		return nil, chain.broken("the last who passed it on found it broken")
	}
	for i := range sets {
		want := Pass
		if i == 0 {
			want = None
		}
		switch s := &sets[i]; {
		case fault != "":
		case s.have != 3:
			fault = fmt.Sprintf("set %d has %d of three fields", i+1, s.have)
		case s.sealed.chain != want:
			fault = fmt.Sprintf("set %d says cv=%s, expected %s", i+1, shorten(string(s.sealed.chain)), want)
		}
	}
	if fault != "" {
		return nil, chain.broken("%s", fault)
	}
	return sets, chain
}

// arcSets are the sets of a text, by instance less one.
type arcSets []arcFields

func (s arcSets) addResults(f headerField) (instance int, fault string) {
	if len(f.raw) > maxTagList {
		return 0, fmt.Sprintf("ARC-Authentication-Results of %d octets: expected at most %d", len(f.raw), maxTagList)
	}
	number, _, _ := strings.Cut(f.body(), ";")
	name, value, _ := strings.Cut(number, "=")
	n, err := strconv.Atoi(strings.Trim(value, fws))
	if err != nil || strings.Trim(name, fws) != "i" || n < 1 || n > MaxSets {
		return 0, "ARC-Authentication-Results: expected i=1 to i=50 in front, found " + strconv.Quote(shorten(number))
	}
	return n, s[n-1].take(&s[n-1].results, f, n)
}

func (s arcSets) addSignature(f headerField, k kind) (instance int, fault string) {
	sig, bad := parseSignature(string(f.value), k)
	if sig.instance == 0 {
		return 0, f.name + ": " + bad.reason
	}
	set := &s[sig.instance-1]
	place := &set.seal
	if k == arcMessage {
		place, set.signature = &set.message, sig
	} else {
		set.sealed = sig
	}
	fault = set.take(place, f, sig.instance)
	if bad != nil {
		fault = fmt.Sprintf("%s %d: %s", f.name, sig.instance, bad.reason)
	}
	for _, name := range sig.fields {
		if strings.HasPrefix(strings.ToLower(name), "arc-") { // RFC 8617 §4.1.2
			fault = fmt.Sprintf("%s %d signs %s", f.name, sig.instance, name)
		}
	}
	return sig.instance, fault
}

func (a *arcFields) take(place *headerField, f headerField, instance int) (fault string) {
	if place.raw != nil {
		return fmt.Sprintf("%s %d is there twice", f.name, instance)
	}
	*place = f
	a.have++
	return ""
}

// verifySeal checks the seal of the last of sets.
func (s *signature) verifySeal(sets arcSets, now time.Time, r Resolver) *failure {
	if bad := s.acceptable(now); bad != nil {
		return bad
	}
	keys, bad := s.keys(r)
	if bad != nil {
		return bad
	}
	return s.check(sealData(sets), keys)
}

// sealData is what a seal signs: the fields of all sets in order, its own without the signature (RFC 8617 §5.1.1).
func sealData(sets arcSets) []byte {
	var out []byte
	for i := range sets {
		out = Relaxed.appendField(out, sets[i].results.raw)
		out = Relaxed.appendField(out, sets[i].message.raw)
		seal := sets[i].seal.raw
		if i == len(sets)-1 {
			seal = unsigned(seal)
		}
		out = Relaxed.appendField(out, seal)
	}
	return bytes.TrimSuffix(out, crlf)
}

// Seal makes the ARC set that a host adds to a text before it passes it on, three fields with their last CRLF (RFC 8617 §5.1). results
// are what the host found out when the text came, chain what ValidateARC said then. "" without an error: nothing is to be added,
// because the chain is dead already or too long.
func (s *Signer) Seal(text []byte, results Results, chain Chain, now time.Time) (string, error) {
	n := chain.last + 1
	if chain.dead || n > MaxSets { // RFC 8617 §5.1, step 2; §4.2.1
		return "", nil
	}
	m := split(text)
	var sets arcSets
	if chain.Result == Pass {
		sets, _ = collect(&m)
	}
	instance := tag{"i", strconv.Itoa(n)}
	own := arcFields{results: headerField{raw: results.appendField(nil, "ARC-Authentication-Results: i="+instance.value+";")}}
	relaxed := *s
	relaxed.Header, relaxed.Prefix = Relaxed, 0
	tags := relaxed.scope(&m, append(tagList{instance}, relaxed.tags(now)...))
	if s.Fields == nil { // §4.1.2: "SHOULD include any DKIM-Signature header fields already present"
		for i := range tags {
			if tags[i].name == "h" {
				tags[i].value += strings.Repeat(":DKIM-Signature", len(m.named("dkim-signature")))
			}
		}
	}
	signed, err := relaxed.finish(&m, "ARC-Message-Signature", tags, arcMessage)
	if err != nil {
		return "", err
	}
	own.message.raw = []byte(signed)
	cv := string(chain.Result)
	own.seal.raw = appendTags([]byte("ARC-Seal:"), tagList{instance, {"a", string(s.Key.algorithm)}, {"cv", cv}, {"d", s.Domain},
		{"s", s.Selector}, {"t", strconv.FormatInt(now.Unix(), 10)}, {"b", ""}})
	seal, err := s.seal(own.seal.raw, sealData(append(sets, own))) // §5.1.2: of a broken chain, the own set only
	if err != nil {
		return "", err
	}
	return seal + signed + string(own.results.raw), nil
}
