package persona

import (
	"math/rand/v2"
	"net/netip"
	"regexp"
	"slices"
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
			if (r.Intermediate() || s <= HelloUnknown && name == "postfix" || name == "exim") && !r.Enhanced.IsZero() {
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
	for name := range shape {
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
	for _, id := range []func(time.Time, uint32) string{hexID, base62ID, sendmailID} {
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
		if strings.Contains(strings.Join(p.Texts[VerifyNoDomain].Lines, ""), "{arg}") == false {
			continue
		}
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
	for _, name := range Names() {
		p := ByName(name)
		if missing := p.Offers.Beyond(p.Keywords); len(missing) > 0 {
			t.Errorf("%s: %v are offered and have no place in the order of keywords", name, missing)
		}
	}
	if ByKeyword("XFOO") != 0 || ByName("nobody") != nil || ByName("neutral") != nil {
		t.Error("something unknown was found")
	}
}

// TestLoad holds that the data files are without error, that every personality has words for each situation, and that a
// copy may be changed.
func TestLoad(t *testing.T) {
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(c.Names(), Names()) || !slices.IsSorted(c.Names()) || len(c.Names()) < 2 {
		t.Fatalf("names %q, %q", c.Names(), Names())
	}
	for _, name := range c.Names() {
		p := c.ByName(name)
		if p.Name != name || p.Software == "" || p.CommandLineMax < 512 || p.CommandTimeout <= 0 || p.GiveUp <= 0 {
			t.Errorf("%s: %+v", name, p)
		}
		p.Texts[Greeting].Code, p.SizeMax = 999, -1
		if again := c.ByName(name); again.Texts[Greeting].Code == 999 || again.SizeMax == -1 {
			t.Errorf("%s: a copy was none", name)
		}
	}
}

// TestDataErrors: what is wrong in a file is told with its line.
func TestDataErrors(t *testing.T) {
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"greeting: 220 x\nfoo: bar":      `line 2: foo: nothing is called so`,
		"greeting 220":                   `line 1: expected "key: value"`,
		"mail-ok: OK":                    `expected a reply such as`,
		"mail-ok: 250 a\nmail-ok: 250 b": `"mail-ok" stands twice`,
		"mail-ok: 250-a\nsize-max: 1":    `mail-ok: the last line of a reply`,
		"mail-ok: 250-a":                 `mail-ok: the last line of a reply`,
		"mail-ok: 250-a\nmail-ok: 251 b": `the same codes`,
		"size-max: 1\nsize-max: 2":       `"size-max" stands twice`,
		"size-max: many":                 `expected a number of octets`,
		"hop-limit: -1":                  `expected a number`,
		"command-timeout: 5":             `expected a time such as`,
		"give-up: xd":                    `expected a time such as`,
		"retry: double 5m":               `double has other times behind it`,
		"retry: F,2h":                    `expected a rule such as`,
		"retry: G,2h,1h,0.5":             `expected a factor`,
		"offers: FOO":                    `no EHLO keyword is called "FOO"`,
		"offers: +SIZE DSN":              `either all words have a sign`,
		"keywords: SIZE SIZE":            `stands twice`,
		"customs: nonsense":              `no custom is called "nonsense"`,
		"takes: lower-case":              `"lower-case" is nothing that may pass`,
		"bare-lf: sometimes":             `expected one of keep, normalize, reject, ends`,
		"queue-id: roman":                `expected one of hex, base62`,
		"received: verbose":              `no style of trace fields`,
		"with-lower: true":               `expected yes or no`,
		"like: nobody":                   `there is no personality "nobody"`,
		"size-max: 1\nlike: postfix":     `must come first`,
		"client-split: never":            `expected one of per-domain, per-recipient`,
		"client-timeout-end: soon":       `expected a time`,
	} {
		if _, err := c.Parse("x", text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	p, err := c.Parse("mine", "# like Postfix, but\nlike: postfix\nsize-max: 7 # octets\noffers: -SIZE\ncustoms: +lone-bracket\nmail-ok: 250 well # done\n")
	if err != nil || p.SizeMax != 7 || p.Offers != Postfix().Offers&^Size || !p.Customs.LoneBracket || !p.Customs.OrderFirst ||
		p.Texts[MailOK].Lines[0] != "well # done" || p.Texts[RcptOK].Lines[0] != "Ok" || p.Name != "mine" {
		t.Errorf("%v: %+v", err, p)
	}
}

// TestRetryNotation: moments of the kinds of schedule that no shipped personality of before had.
func TestRetryNotation(t *testing.T) {
	for text, want := range map[string]string{
		"squares 400s":    "6m40s 26m40s 1h0m0s 1h46m40s",
		"steps 1m 5m 20m": "1m0s 6m0s 26m0s 46m0s 1h6m0s",
		"G,1h,1m,2.5":     "1m0s 3m30s 9m45s",
	} {
		var r Retry
		if err := r.parse(text); err != nil {
			t.Fatal(err)
		}
		age, last := time.Duration(0), time.Duration(0)
		for _, w := range strings.Fields(want) {
			last = r.Wait(age, last)
			if age += last; age.String() != w {
				t.Errorf("%s: after %v, want %s", text, age, w)
			}
		}
	}
}

// BenchmarkLoad is what the personalities cost a program that starts.
func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := Load(); err != nil {
			b.Fatal(err)
		}
	}
}
