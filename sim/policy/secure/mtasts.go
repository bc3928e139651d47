package secure

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Mode is what a policy wants of senders (RFC 8461 §5).
type Mode string

const (
	Enforce Mode = "enforce" // no mail to an exchanger that fails
	Testing Mode = "testing" // deliver, and report
	None    Mode = "none"    // as if there were no policy
)

// Policy is an MTA-STS policy (RFC 8461 §3.2).
type Policy struct {
	Mode   Mode
	MX     []string // lower case; "*.west.example" stands for one label more
	MaxAge time.Duration
}

// Bounds of a policy: RFC 8461 §3.2 limits max_age to a year; §3.3 leaves the size to the client and suggests 64 kB.
const (
	MaxPolicy = 64 << 10
	maxAge    = 31_557_600
	maxMX     = 100
)

// ParsePolicy reads the text of a policy. Unknown fields are skipped, and of doubled ones the first counts (RFC 8461 §3.2).
func ParsePolicy(text string) (Policy, error) {
	var p Policy
	if len(text) > MaxPolicy {
		return p, fmt.Errorf("policy of %d octets: expected at most %d", len(text), MaxPolicy)
	}
	seen := map[string]string{}
	for n, line := range strings.Split(text, "\n") {
		line = strings.TrimRight(line, "\r \t")
		if line == "" {
			continue
		}
		key, value, ok := strings.Cut(line, ":")
		if !ok {
			return p, fmt.Errorf("line %d: expected \"key: value\", found %.60q", n+1, line)
		}
		value = strings.TrimSpace(value)
		if key == "mx" {
			if len(p.MX) < maxMX {
				p.MX = append(p.MX, strings.ToLower(strings.TrimSuffix(value, ".")))
			}
			continue
		}
		if _, doubled := seen[key]; !doubled {
			seen[key] = value
		}
	}
	return p, p.fill(seen)
}

func (p *Policy) fill(fields map[string]string) error {
	if fields["version"] != "STSv1" {
		return fmt.Errorf("expected version: STSv1, found %.40q", fields["version"])
	}
	switch p.Mode = Mode(fields["mode"]); p.Mode {
	case Enforce, Testing, None:
	default:
		return fmt.Errorf("expected mode: enforce, testing or none, found %.40q", fields["mode"])
	}
	seconds, err := strconv.ParseUint(fields["max_age"], 10, 32)
	if err != nil || len(fields["max_age"]) > 10 {
		return fmt.Errorf("expected max_age: seconds, found %.40q", fields["max_age"])
	}
	p.MaxAge = time.Duration(min(seconds, maxAge)) * time.Second
	if len(p.MX) == 0 && p.Mode != None {
		return fmt.Errorf("expected at least one mx: with mode: %s", p.Mode)
	}
	return nil
}

// Allows says whether the policy names the exchanger (RFC 8461 §4.1): a wildcard stands for the left-most label only.
func (p *Policy) Allows(exchanger string) bool {
	name := strings.ToLower(strings.TrimSuffix(exchanger, "."))
	_, above, _ := strings.Cut(name, ".")
	for _, pattern := range p.MX {
		if wild, ok := strings.CutPrefix(pattern, "*."); ok && above == wild || pattern == name {
			return true
		}
	}
	return false
}

// ParseID is the id of the TXT records at _mta-sts.DOMAIN. ok is false where there is not exactly one of this kind: then
// there is no policy (RFC 8461 §3.1).
func ParseID(texts []string) (id string, ok bool) {
	for _, text := range texts {
		if text != "v=STSv1" && !strings.HasPrefix(text, "v=STSv1;") {
			continue
		}
		if ok {
			return "", false
		}
		for field := range strings.SplitSeq(text, ";") {
			key, value, _ := strings.Cut(strings.TrimSpace(field), "=")
			if key == "id" && id == "" && isID(value) {
				id = value
			}
		}
		if ok = id != ""; !ok {
			return "", false
		}
	}
	return id, ok
}

// isID is 1*32 letters and digits.
func isID(s string) bool {
	for i := range len(s) {
		c := s[i] | 0x20
		if (c < 'a' || c > 'z') && (s[i] < '0' || s[i] > '9') {
			return false
		}
	}
	return s != "" && len(s) <= 32
}

// Cache remembers policies by domain. It is for one process at a time.
type Cache struct{ of map[string]cached }

type cached struct {
	policy Policy
	id     string
	until  time.Time
}

const maxCache = 10_000

// Get is the policy of a domain that is still good, and the id under which it was fetched.
func (c *Cache) Get(domain string, now time.Time) (p Policy, id string, ok bool) {
	e, ok := c.of[domain]
	return e.policy, e.id, ok && now.Before(e.until)
}

// Put remembers a policy for as long as it says (RFC 8461 §3.2, max_age).
func (c *Cache) Put(domain, id string, p Policy, now time.Time) {
	if c.of == nil || len(c.of) >= maxCache {
		c.of = map[string]cached{}
	}
	c.of[domain] = cached{p, id, now.Add(p.MaxAge)}
}
