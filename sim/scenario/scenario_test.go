package scenario

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestExamples reads every example that ships.
func TestExamples(t *testing.T) {
	files, _ := filepath.Glob("../../docs/scenarios/*.yaml")
	if len(files) < 10 {
		t.Fatalf("found %d examples", len(files))
	}
	for _, name := range files {
		s, err := Load(name)
		if err != nil {
			t.Error(err)
			continue
		}
		if want := strings.TrimSuffix(filepath.Base(name), ".yaml"); s.Name != want {
			t.Errorf("%s: the scenario is called %q", name, s.Name)
		}
	}
}

// TestValues checks what the examples do not: each kind of value once.
func TestValues(t *testing.T) {
	src, err := os.ReadFile("testdata/all.yaml")
	if err != nil {
		t.Fatal(err)
	}
	s, err := Parse("all.yaml", src)
	if err != nil {
		t.Fatal(err)
	}
	mx, _ := s.Host("mx")
	switch {
	case s.Seed != 42, s.Until != 5*24*time.Hour, !s.Start.Equal(time.Date(1999, 6, 17, 1, 27, 54, 0, time.UTC)):
		t.Errorf("head: %d %v %v", s.Seed, s.Until, s.Start)
	case s.Default.LossPPM != 5000 || s.Default.BitsPerSecond != 10_000_000:
		t.Errorf("network: %+v", s.Default)
	case mx == nil || mx.ClockOffset != -time.Minute || mx.DriftPPB != -3500 || mx.Zone != -(3*time.Hour+30*time.Minute):
		t.Errorf("clock: %+v", mx)
	case len(mx.Replies) != 1 || mx.Replies[0].Times != 2 || mx.Limits.MessageSize != 1000 || !mx.NoEHLO:
		t.Errorf("behaviour: %+v", mx)
	case len(mx.Retry) != 2 || mx.GiveUp != 4*24*time.Hour || mx.Routes["other.example"] != "mx.b.example":
		t.Errorf("queue: %+v", mx)
	case len(s.Faults) != 2 || s.Faults[0].Host != "mx.b.example" || s.Faults[1].Until != 2*time.Hour+30*time.Second:
		t.Errorf("faults in time order: %+v", s.Faults)
	case len(s.Mail) != 1 || s.Mail[0].Host != "pc.a.example" || s.Mail[0].From != "" || s.Mail[0].Count != 3:
		t.Errorf("mail: %+v", s.Mail)
	case len(s.Mail[0].Bcc) != 1 || len(s.Mail[0].Params) != 2 || s.Mail[0].ByRcpt["d@b.example"][0].Value != "NEVER":
		t.Errorf("envelope: %+v", s.Mail[0])
	case len(s.Scripts) != 2 || s.Scripts[0].Host != "pc.a.example" || len(s.Scripts[0].Do) != 2 || s.Scripts[1].Connect != "mx.b.example 587" || s.Scripts[1].Host != "pc.a.example":
		t.Errorf("scripts in time order: %+v", s.Scripts)
	case len(s.Expects) != 3 || s.Expects[0].String() != `mailbox: b@b.example, messages: 3, host: mx.b.example, subject: "Hi", text: "Hello", at: 1h` ||
		s.Expects[1].String() != "reply: 452 4.5.3, verb: RCPT, from: mx.b.example, to: pc.a.example, tls: no, count: 2" ||
		s.Expects[2].String() != "never: {finding: early-talker, at: 2h}":
		t.Errorf("expectations: %v", s.Expects)
	case len(s.Zones) != 1 || len(s.Broken) != 1 || s.Broken[0].How != "silent":
		t.Errorf("zones: %+v %+v", s.Zones, s.Broken)
	}
}

// TestErrors: each fault names file, line and column, and what was expected.
func TestErrors(t *testing.T) {
	good, err := os.ReadFile("testdata/all.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ old, new, want string }{
		{"seed: 42", "seed: many", `all.yaml:4:7: expected a whole number`},
		{"until: 5d", "until: soon", `all.yaml:6:8: expected a time span`},
		{"loss: 0.5%", "loss: 150%", "expected a loss from 0% to 100%"},
		{"roles: [dns]", "roles: [ns]", "expected one of mua, msa"},
		{"addresses: [192.0.2.53]", "addresses: [192.0.2.300]", "expected an IPv4 or IPv6 address"},
		{"addresses: [192.0.2.53]", "addresses: [192.0.2.25]", "expected a new address, 192.0.2.25 stands above already"},
		{"submit-to: mx", "submit-to: mars", `expected the name of one of the hosts, found "mars"`},
		{"user: a@a.example", "user: a@@a", "expected an address such as bob@west.example"},
		{"name: ns.b.example", "name: NS_1", "expected a domain name in lower case"},
		{"reply: \"450 4.2.0 later\"", "reply: later", "expected a reply such as"},
		{"learner: pc", "lerner: pc", `all.yaml:7:1: expected another key than "lerner" here; did you mean learner?`},
		{"learner: pc", "pupil: pc", `all.yaml:7:1: expected one of the keys `},
		{"learner: pc", "seed: 3", `all.yaml:7:1: expected each key once: seed stands above already`},
		{"learner: pc", "hosts: pc", `all.yaml:7:8: expected a list here`},
		{"learner: pc", "learner: [pc", `all.yaml:8:1: expected a comma, or the ] that ends the list`},
		{"learner: pc", "learner: pc: mx", `all.yaml:7:10: expected a text without ": "`},
		{"    persona: exim", "     persona: exim", "all.yaml:22:6: expected the same indentation"},
		{"scenario: all", "scenario: [all]", "expected a single value here"},
		{"scenario: all", "", "expected a name (scenario: …)"},
		{"zone: \"-0330\"", "zone: CET", "expected a time zone in quotes"},
		{"bcc: [d@b.example]", "bcc: [d@]", "expected an address such as"},
		{"params: RET=HDRS ENVID=x", "params: RET HDRS =", "expected parameters such as"},
		{"{d@b.example: ", "{e@b.example: ", `expected one of the recipients before these parameters, found "e@b.example"`},
		{"    bcc:", "    raw: Hello\n    bcc:", "expected no subject:, body: or header-to: beside raw:"},
		{`"mx:587", type`, `"mx:0", type`, "expected a host and a port such as mx1:587"},
		{`"mx:587", type`, `"mars:587", type`, "expected the name of one of the hosts"},
		{"    do: |", "    connect: mx\n    do: |", "expected either do: with commands, or connect: with a server"},
		{"count: 2, tls", "count: 0, tls", "expected a whole number from 1"},
		{"tls: no}", "tls: maybe}", "expected one of"},
		{"452 4.5.3", "452 4.5", "expected an enhanced status code"},
		{"subject: Hi, text", "verb: Hi, text", "expected nothing here: this key says nothing beside mailbox:"},
		{"  - at: 30s", "  - at: 30s\n    host: ns", "expected either host: or link:"},
		{"b.example. 300 IN MX 10 mx", "b.example. 300 IN MIX 10 mx", "all.yaml:46:3: expected a record such as"},
	} {
		src := strings.Replace(string(good), c.old, c.new, 1)
		if src == string(good) {
			t.Fatalf("%q is not in the file", c.old)
		}
		_, err := Parse("all.yaml", []byte(src))
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: got %v, want %s", c.new, err, c.want)
		}
	}
	for _, src := range []string{"", "hosts: []", "]", "a: b: c", "\x00\xff", "scenario: x\nhosts:\n  - 3\n", "- 1"} {
		if _, err := Parse("x.yaml", []byte(src)); err == nil || !strings.HasPrefix(err.Error(), "x.yaml:") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %v", src, err)
		}
	}
}

// FuzzParse: no input makes the reader panic, and every error is one line that names the file.
func FuzzParse(f *testing.F) {
	good, _ := os.ReadFile("testdata/all.yaml")
	f.Add(good)
	f.Add([]byte("hosts:\n  - {name: a.example, addresses: [192.0.2.1], roles: [mua]}\n"))
	f.Fuzz(func(t *testing.T, src []byte) {
		_, errs := Check("f.yaml", src)
		for i, e := range errs {
			if s := e.Error(); !strings.HasPrefix(s, "f.yaml:") || strings.Contains(s, "\n") {
				t.Errorf("%q", s)
			}
			if strings.Contains(e.Text, "\n") || e.Caret < 0 || e.Caret > quoteBefore || i > 0 && errs[i-1].Line > e.Line {
				t.Errorf("%v quotes %q, %d characters before it, behind %v", e, e.Text, e.Caret, errs[max(i-1, 0)])
			}
		}
	})
}
