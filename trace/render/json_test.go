package render

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/smtpsim/smtpsim/trace"
	"pgregory.net/rapid"
)

// contract reads the paths that the JSON may have.
func contract(t *testing.T) []string {
	t.Helper()
	b, err := os.ReadFile("testdata/keys.txt")
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for line := range strings.Lines(string(b)) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			paths = append(paths, line)
		}
	}
	return paths
}

// anyInside are members whose inside has a form of its own: findings, replies and free maps.
var findingKeys = map[string]bool{"id": true, "severity": true, "packet": true, "line": true, "time": true, "text": true, "source": true, "evidence": true}

// checkKeys walks v and complains about every path that the contract does not name.
func checkKeys(t testing.TB, allowed []string, path string, v any) {
	t.Helper()
	switch v := v.(type) {
	case map[string]any:
		for k, inner := range v {
			plain := strings.TrimSuffix(k, "_base64")
			p := strings.TrimPrefix(path+"."+plain, ".")
			switch {
			case strings.HasSuffix(path, "findings[]"):
				if !findingKeys[plain] {
					t.Errorf("a finding has %q", k)
				}
				continue
			case strings.HasSuffix(path, "reply") || strings.HasSuffix(path, "final"):
				if plain != "code" && plain != "enhanced" && plain != "text" {
					t.Errorf("a reply has %q", k)
				}
				continue
			case strings.HasSuffix(path, "clauses") || strings.HasSuffix(path, "spans") || strings.Contains(path, ".report") || strings.Contains(path, "authentication[]") || strings.Contains(path, "loops[]"):
				continue
			}
			if !named(allowed, p) {
				t.Errorf("%s is not in the contract", p)
			}
			checkKeys(t, allowed, p, inner)
		}
	case []any:
		for _, inner := range v {
			checkKeys(t, allowed, path+"[]", inner)
		}
	}
}

func named(allowed []string, p string) bool {
	for _, a := range allowed {
		if a == p || strings.HasPrefix(a, p+".") || strings.HasPrefix(a, p+"[") || strings.HasPrefix(p, a+"[") {
			return true
		}
	}
	return false
}

func report() Report {
	full := several()
	full[0].Auth = []trace.Auth{{Mechanism: "PLAIN", Outcome: "accepted"}}
	full[0].Transactions[0].Body.Chunks = []int64{1, 2}
	full[0].Transactions[0].Recipients[0].Final = &trace.ReplyRef{Code: 250}
	full[0].Transactions[0].Message.Received = []string{"by x", "by \xff"}
	full[0].Phases[0].TLS = &trace.TLSInfo{Version: "TLSv1.3"}
	return Report{
		Captures:  []trace.Capture{{File: "a\x1b.pcap", Format: "pcap", LinkTypes: []string{"ETHERNET"}, Packets: 23, Bytes: 4096, First: at(0), Last: at(15042), Findings: full[0].Findings}},
		Sessions:  full,
		Relations: []trace.Relation{{Kind: "retry_of", A: trace.RelationEnd{Session: 3, Transaction: 1}, B: trace.RelationEnd{Session: 1}, Evidence: "same sender"}}}
}

func TestJSONKeysAreTheContract(t *testing.T) {
	var b bytes.Buffer
	if err := JSON(&b, report()); err != nil {
		t.Fatal(err)
	}
	golden(t, "report.json", b.String())
	var v any
	if err := json.Unmarshal(b.Bytes(), &v); err != nil {
		t.Fatal(err)
	}
	checkKeys(t, contract(t), "", v)
}

func TestNDJSON(t *testing.T) {
	var b bytes.Buffer
	n := NewNDJSON(&b, true)
	r := report()
	n.Capture(r.Captures[0])
	for _, s := range r.Sessions {
		n.Session(s)
	}
	n.Relation(r.Relations[0])
	if err := n.End(); err != nil {
		t.Fatal(err)
	}
	golden(t, "report.ndjson", b.String())
	var kinds []string
	for line := range strings.Lines(b.String()) {
		var one struct {
			Version int
			Type    string
		}
		if err := json.Unmarshal([]byte(line), &one); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		if one.Version != Version {
			t.Errorf("version %d", one.Version)
		}
		kinds = append(kinds, one.Type)
	}
	if got := strings.Join(kinds, " "); got != "capture session session session relation end" {
		t.Errorf("lines: %s", got)
	}
}

// TestContractFile holds testdata/keys.txt against the contract itself, where it is at hand.
func TestContractFile(t *testing.T) {
	b, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "design", "json.md"))
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip("the contract of the JSON is not beside the checkout: ", err)
	}
	words := map[string]bool{}
	for _, m := range regexp.MustCompile(`[a-z_0-9]+`).FindAllString(string(b), -1) {
		words[m] = true
	}
	for _, p := range contract(t) {
		for _, k := range strings.FieldsFunc(p, func(r rune) bool { return r == '.' || r == '[' || r == ']' }) {
			if !words[k] {
				t.Errorf("%s: the contract has no word %q", p, k)
			}
		}
	}
}

// TestTextsSurviveJSON holds that text comes back exactly, from the text or from its twin, and that JSON holds no
// character that could steer a terminal.
func TestTextsSurviveJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, list := wire().Draw(t, "s"), rapid.SliceOfN(wire(), 0, 3).Draw(t, "list")
		var b bytes.Buffer
		w := &jsonWriter{out: &b, pretty: rapid.Bool().Draw(t, "pretty")}
		w.object("", func() {
			w.text("s", s)
			w.texts("list", list)
		})
		w.flush()
		for _, r := range b.String() {
			if r < ' ' && r != '\n' || r >= 0x7f && r < 0xa0 || r >= 0x2028 && r <= 0x202e {
				t.Fatalf("%U stands in %s", r, b.String())
			}
		}
		var v struct {
			S    string
			S64  *string `json:"s_base64"`
			List []string
			L64  []*string `json:"list_base64"`
		}
		if err := json.Unmarshal(b.Bytes(), &v); err != nil {
			t.Fatalf("%v in %s", err, b.String())
		}
		check := func(want, text string, twin *string) {
			if twin != nil {
				exact, err := base64.StdEncoding.DecodeString(*twin)
				if err != nil {
					t.Fatal(err)
				}
				text = string(exact)
			}
			if text != want {
				t.Fatalf("%q came back as %q", want, text)
			}
		}
		check(s, v.S, v.S64)
		for i, want := range list {
			var twin *string
			if v.L64 != nil {
				twin = v.L64[i]
			}
			check(want, v.List[i], twin)
		}
	})
}
