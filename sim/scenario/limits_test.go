package scenario

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// TestLimits: what is at its limit passes, one past it is refused with its place.
func TestLimits(t *testing.T) {
	data, err := os.ReadFile("testdata/all.yaml")
	if err != nil {
		t.Fatal(err)
	}
	good := string(data)
	name := func(n int) string { return strings.Repeat("a.", (n-1)/2) + strings.Repeat("b", 1+(n-1)%2) }
	with := func(old, new string) string {
		if !strings.Contains(good, old) {
			t.Fatalf("%q is not in the file", old)
		}
		return strings.Replace(good, old, new, 1)
	}
	for _, c := range []struct{ what, ok, bad, want string }{
		{"file", good + strings.Repeat("#", MaxFileBytes-len(good)), good + strings.Repeat("#", MaxFileBytes-len(good)+1), "at most 4 MiB"},
		{"host name", with("ns.b.example", name(253)), with("ns.b.example", name(254)), "expected a domain name"},
		{"label", with("ns.b.example", strings.Repeat("x", 63)), with("ns.b.example", strings.Repeat("x", 64)), "expected a domain name"},
		{"zone", with(`zone: "-0330"`, `zone: "+1459"`), with(`zone: "-0330"`, `zone: "+1500"`), "expected a time zone"},
		{"zone minutes", with(`zone: "-0330"`, `zone: "-0359"`), with(`zone: "-0330"`, `zone: "-0360"`), "expected a time zone"},
		{"mail", with("count: 3", fmt.Sprint("count: ", MaxMail)), with("count: 3", fmt.Sprint("count: ", MaxMail+1)), "expected"},
		{"loss", with("loss: 0.5%", "loss: 100%"), with("loss: 0.5%", "loss: 100.0001%"), "expected a loss"},
		{"days", with("until: 5d", "until: 36500d"), with("until: 5d", "until: 36501d"), "expected a time span"},
	} {
		if _, err := Parse("x.yaml", []byte(c.ok)); err != nil {
			t.Errorf("%s at its limit: %v", c.what, err)
		}
		if _, err := Parse("x.yaml", []byte(c.bad)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s one past its limit: %v, want %s", c.what, err, c.want)
		}
	}
	nested := func(n int) string { return "title: " + strings.Repeat("[", n) + strings.Repeat("]", n) }
	if _, err := Parse("x.yaml", []byte(nested(maxNesting))); err == nil || strings.Contains(err.Error(), "deep") {
		t.Errorf("%d deep: %v", maxNesting, err)
	}
	if _, err := Parse("x.yaml", []byte(nested(maxNesting+1))); err == nil || err.Error() != "x.yaml:1:24: expected lists and mappings at most 16 deep" {
		t.Errorf("%d deep: %v", maxNesting+1, err)
	}
}

// TestMailInAll: the limit holds for all mail together.
func TestMailInAll(t *testing.T) {
	const head = "scenario: x\nhosts:\n  - {name: a.example, addresses: [192.0.2.1], roles: [mua], submit-to: a.example, user: a@a.example}\nmail:\n"
	for count, ok := range map[int]bool{MaxMail - 1: true, MaxMail: false} {
		src := head + fmt.Sprintf("  - {from: a@a.example, to: [b@a.example], count: %d}\n", count) + "  - {from: a@a.example, to: [b@a.example]}\n"
		if _, err := Parse("x.yaml", []byte(src)); (err == nil) != ok {
			t.Errorf("%d mails and one: %v", count, err)
		}
	}
}

// TestCostlyFiles: a short file does not keep the reader busy.
func TestCostlyFiles(t *testing.T) {
	start := time.Now()
	for _, src := range []string{
		"hosts: " + strings.Repeat("[", 300_000), "hosts: " + strings.Repeat("{a: ", 100_000), strings.Repeat("- ", 200_000),
		strings.Repeat("? ", 100_000), "hosts: " + strings.Repeat("[\n", 100_000), strings.Repeat("!!a ", 100_000),
		"hosts:\n  - &h {name: a.example, addresses: [" + strings.Repeat("1,", 1000) + "1]}\n" + strings.Repeat("  - *h\n", 100_000),
	} {
		if _, err := Parse("x.yaml", []byte(src)); err == nil || len(err.Error()) > 200 {
			t.Errorf("%.20q: %v", src, err)
		}
	}
	if d := time.Since(start); d > 30*time.Second { // without bounds: hours
		t.Errorf("took %v", d)
	}
}
