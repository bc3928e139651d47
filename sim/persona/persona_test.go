package persona

import (
	"math/rand/v2"
	"net/netip"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
)

// TestTexts holds every text of every personality to what RFC 5321 §4.2 and RFC 2034 §4 ask of replies, with the longest
// and nastiest words a client can have sent.
func TestTexts(t *testing.T) {
	nasty := strings.Repeat("\xff\r\n250 ok {arg}", 100)
	v := Values{Host: strings.Repeat("h", 63) + ".example", Helo: nasty, Client: nasty, Arg: nasty, ID: "1xUpsm-0007o0-0L",
		IP: netip.MustParseAddr("2001:db8::1"), Now: time.Date(2126, 11, 21, 18, 32, 9, 0, time.UTC)}
	for _, name := range Names() {
		p := ByName(name)
		for s := range situations {
			r := p.Reply(s, &v)
			if s == TooManyErrors && r.Code == 0 {
				r.Code = 500 // its line is added to another reply
			}
			if r.Code < 200 || r.Code > 559 || len(r.Lines) == 0 || r.Lines[0] == "" {
				t.Errorf("%s, situation %d: %+v", name, s, r)
			}
			if !r.Enhanced.IsZero() && r.Enhanced[0] != r.Code/100 {
				t.Errorf("%s, situation %d: class of %s", name, s, r)
			}
			if (r.Intermediate() || s <= HelloUnknown || name == "exim") && !r.Enhanced.IsZero() {
				t.Errorf("%s, situation %d: RFC 2034 wants no enhanced code here: %s", name, s, r)
			}
			wire := string(r.Append(nil))
			for _, line := range strings.SplitAfter(wire, "\r\n") {
				if len(line) > smtp.MaxReplyLine {
					t.Errorf("%s, situation %d: a line of %d octets", name, s, len(line))
				}
			}
			if strings.Count(wire, "\n") != len(r.Lines) || strings.IndexByte(wire, 0xff) >= 0 {
				t.Errorf("%s, situation %d: the client's words broke the reply: %q", name, s, wire)
			}
		}
	}
}

// TestPlaceholders finds words in braces that nobody fills.
func TestPlaceholders(t *testing.T) {
	word := regexp.MustCompile(`\{\w*\}?`)
	for _, name := range Names() {
		p := ByName(name)
		for s := range situations {
			for _, line := range p.Texts[s].Lines {
				for _, w := range word.FindAllString(line, -1) {
					if got := string((&Values{Host: "h"}).fill(nil, w)); got == "?" || strings.Contains(got, "{") {
						t.Errorf("%s, situation %d: %s in %q", name, s, w, line)
					}
				}
			}
		}
	}
}

func TestQueueIDs(t *testing.T) {
	shape := map[string]*regexp.Regexp{
		"postfix": regexp.MustCompile(`^[0-9A-F]{11}$`),
		"exim":    regexp.MustCompile(`^[0-9A-Za-z]{6}-[0-9A-Za-z]{6}-[0-9A-Za-z]{2}$`),
	}
	now := time.Date(2026, 11, 21, 18, 32, 9, 640_000_000, time.UTC)
	for _, name := range Names() {
		ids := ByName(name).NewIDs(rand.New(rand.NewPCG(1, 2)))
		seen := map[string]bool{}
		for range 200_000 {
			id := ids.Next(now) // the clock stands still
			if seen[id] || !shape[name].MatchString(id) {
				t.Fatalf("%s: %q is not new, or has the wrong shape", name, id)
			}
			seen[id] = true
		}
	}
	if id := Exim().NewIDs(rand.New(rand.NewPCG(1, 2))).Next(time.Unix(1795286104, 0)); id[:6] != "1xUpsm"[:4]+id[4:6] {
		t.Errorf("%s: an Exim of that hour made ids that begin with 1xUp", id)
	}
}

// TestQueueIDsOfAnyDistance: two mails of a spool have two ids, however many came between, up to 2^22.
func TestQueueIDsOfAnyDistance(t *testing.T) {
	now := time.Date(2026, 11, 21, 18, 32, 9, 0, time.UTC)
	for _, id := range []func(time.Time, uint32) string{hexID, base62ID} {
		for _, first := range []uint32{0, 1, 77, 1<<22 - 1, 1<<32 - 1} {
			for far := range 22 {
				if a, b := id(now, first), id(now, first+1<<far); a == b {
					t.Errorf("mails %d and %d later have the id %s", first, 1<<far, a)
				}
			}
		}
	}
}

// TestEchoIsBounded: of a client's words 200 octets are repeated, so that no reply line exceeds RFC 5321 §4.5.3.1.5.
func TestEchoIsBounded(t *testing.T) {
	for _, name := range Names() {
		p := ByName(name)
		for s := range 2 * situations {
			long := strings.Repeat("a", maxEcho+1)
			if s >= situations {
				s, long = s-situations, strings.Repeat("a", 5000)
			}
			v := Values{Host: strings.Repeat("h", 60), Helo: long, Client: long, Arg: long}
			for _, line := range p.Reply(s, &v).Lines {
				if strings.Contains(line, strings.Repeat("a", maxEcho+1)) || strings.Contains(line, "a") && strings.Count(line, "a") > 2*maxEcho+60 {
					t.Errorf("%s, situation %d: %d octets", name, s, len(line))
				}
			}
		}
		v := Values{Arg: strings.Repeat("a", maxEcho)}
		if got := p.Reply(VerifyNoDomain, &v).Text(); !strings.Contains(got, v.Arg) {
			t.Errorf("%s: at the limit %q", name, got)
		}
	}
}

// TestRetry follows a mail that is refused for ever: the moments of the first tries.
func TestRetry(t *testing.T) {
	want := map[string][]string{
		"postfix": {"5m0s", "10m0s", "20m0s", "40m0s", "1h20m0s", "2h30m0s", "3h40m0s"},
		"exim": {"15m0s", "30m0s", "45m0s", "1h0m0s", "1h15m0s", "1h30m0s", "1h45m0s", "2h0m0s", "3h0m0s", "4h30m0s", "6h45m0s",
			"10h7m30s", "15h11m15s", "22h46m52", "28h46m52", "34h46m52"},
	}
	for name, times := range want {
		p := ByName(name)
		age, last := time.Duration(0), time.Duration(0)
		for i, w := range times {
			last = p.Retry.Wait(age, last)
			age += last
			if !strings.HasPrefix(age.String(), w) {
				t.Errorf("%s: try %d after %v, want %s", name, i+1, age, w)
			}
		}
	}
}

func TestExtensions(t *testing.T) {
	for e := Pipelining; e <= Auth; e <<= 1 {
		if ByKeyword(strings.ToLower(e.Keyword())) != e || e.Keyword() == "" {
			t.Errorf("%b: keyword %q", e, e.Keyword())
		}
		for _, name := range Names() {
			n := 0
			for _, k := range ByName(name).Keywords {
				if k == e {
					n++
				}
			}
			if n != 1 {
				t.Errorf("%s: %s stands %d times in the order of keywords", name, e, n)
			}
		}
	}
	if ByKeyword("XFOO") != 0 || ByName("nobody") != nil {
		t.Error("something unknown was found")
	}
}
