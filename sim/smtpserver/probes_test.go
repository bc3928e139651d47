package smtpserver_test

import (
	"bufio"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/smtpsim/smtpsim/codes/smtp"
)

// TestProbes asks the personalities what was asked the real Postfix 3.7, Exim 4.96, OpenSMTPD 6.8 and Sendmail 8.17 on one
// machine: each verb with and without arguments, in wrong order, with bad addresses and parameters. The answers lie in
// testdata/probes.jsonl, one probe a line, octets over 127 as characters. Code and enhanced code must agree but where
// "differs" says why not; there they must not, so that the list stays true.
func TestProbes(t *testing.T) {
	f, err := os.Open("testdata/probes.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	domains := map[string]string{"postfix": "alpha.example", "exim": "beta.example", "opensmtpd": "gamma.example", "sendmail": "delta.example"}
	asked, agreed := map[string]int{}, map[string]int{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var p struct {
			Context []string
			Probe   string
			Replies map[string]string
			Differs map[string]string // why a personality answers otherwise
		}
		if err := json.Unmarshal(lines.Bytes(), &p); err != nil {
			t.Fatal(err)
		}
		for _, name := range recorded() {
			wire, ok := p.Replies[name]
			q := probe{Server: name, Domain: domains[name], Context: p.Context, Probe: p.Probe, Reply: wire}
			if !ok || ofExtensions(q) {
				continue
			}
			first, _, _ := strings.Cut(wire[strings.LastIndex(wire, "\r\n")+1:], "\r\n")
			want, err := smtp.ParseReply(strings.TrimSpace(first)+"\r\n", smtp.Tolerant)
			if err != nil {
				t.Fatalf("%q: %v", wire, err)
			}
			got := askProbe(t, name, q)
			same := got.Code == want.Code && got.Enhanced == want.Enhanced
			asked[name]++
			if same {
				agreed[name]++
			}
			why := p.Differs[name]
			switch {
			case !same && why == "":
				t.Errorf("%s: %q %.80q:\n got %.120s\nwant %.120s", name, p.Context, p.Probe, got, want)
			case same && why != "":
				t.Errorf("%s: %q %.80q agrees, though the list says: %s", name, p.Context, p.Probe, why)
			}
		}
	}
	for _, name := range recorded() {
		t.Logf("%s: %d of %d probes agree in code and enhanced code", name, agreed[name], asked[name])
		if agreed[name]*100 < asked[name]*95 {
			t.Errorf("%s: only %d of %d probes agree", name, agreed[name], asked[name])
		}
	}
}

// ofExtensions leaves out what belongs to extensions with tests of their own.
func ofExtensions(p probe) bool {
	verb, _, _ := strings.Cut(strings.ToUpper(strings.TrimSpace(p.Probe)), " ")
	switch verb {
	case "AUTH", "ETRN", "XCLIENT", "XFORWARD", "VERB", "ONEX", "ATRN":
		return true
	}
	return verb == "STARTTLS" && p.Server != "postfix"
}
