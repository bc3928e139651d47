package codes

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/smtpsim/smtpsim/codes/text"
)

var update = flag.Bool("update", false, "rewrite testdata")

var unspaced = regexp.MustCompile(`RFC[0-9]`)

// recordings is the directory of shared data beside the repository.
func recordings(t *testing.T) string {
	t.Helper()
	dir := filepath.Join("..", "..", "shared")
	if _, err := os.Stat(dir); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("the recordings (../shared) are missing")
		}
		t.Skip("needs the recordings in ../shared")
	}
	return dir
}

// Every fact is explained in every language, and every explanation has its fact.
func TestFactsAndTexts(t *testing.T) {
	least := map[Kind]int{KindReply: 70, KindClass: 22, KindEnhanced: 81, KindVerb: 26, KindEHLO: 40, KindParameter: 21,
		KindWith: 18, KindReason: 34, KindFinding: 107}
	for _, kind := range Kinds() {
		for _, language := range text.Languages() {
			entries := ListIn(language, kind)
			if len(entries) < least[kind] {
				t.Errorf("%s: only %d of kind %s", language, len(entries), kind)
			}
			for _, e := range entries {
				if e.Title == "" || e.Text == "" || e.Source == "" || e.Status == "" || e.Kind != kind {
					t.Errorf("%s: %+v", language, e)
				}
				if again, ok := LookupIn(language, kind, e.Key); !ok || again != e {
					t.Errorf("%s: %s %s is listed but not found: %+v", language, kind, e.Key, again)
				}
				if unspaced.MatchString(e.Source) || strings.Contains(e.Source, "[") {
					t.Errorf("%s %s: source %q", kind, e.Key, e.Source)
				}
			}
		}
		for _, key := range text.For("en").Keys(string(kind)) {
			if _, ok := Lookup(kind, key); !ok {
				t.Errorf("%s %s is explained but not registered", kind, key)
			}
		}
	}
}

// The embedded registries are the compiled ones, octet by octet.
func TestRegistryIsCurrent(t *testing.T) {
	files, err := filepath.Glob("registry/*.tsv")
	if err != nil || len(files) != 9 {
		t.Fatalf("%v %v", files, err)
	}
	for _, file := range files {
		if name := filepath.Base(file); name == "findings.tsv" || name == "ehlo_vendor.tsv" {
			continue // our own
		}
		have, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		want, err := os.ReadFile(filepath.Join(recordings(t), "registry", filepath.Base(file)))
		if err != nil || !bytes.Equal(have, want) {
			t.Errorf("%s differs from the compiled registry (%v): copy it again", file, err)
		}
	}
}

// Ids of findings are well formed, each constant is registered, and second names lead to first ones.
func TestFindings(t *testing.T) {
	source, err := os.ReadFile("findings.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range List(KindFinding) {
		if !strings.Contains(string(source), `FindingID = "`+e.Key+`"`) {
			t.Errorf("%s has no constant", e.Key)
		}
		if e.Status != "note" && e.Status != "warning" && e.Status != "error" {
			t.Errorf("%s: severity %q", e.Key, e.Status)
		}
		id := FindingID(e.Key)
		if id.Severity() != e.Status || id.Source() != e.Source || id.Canonical().Canonical() != id.Canonical() ||
			id.Canonical().Severity() != id.Severity() {
			t.Errorf("%s: %s %s, same as %s", id, id.Severity(), id.Source(), id.Canonical())
		}
	}
	if n := strings.Count(string(source), `FindingID = "`); n != len(List(KindFinding)) {
		t.Errorf("%d constants, %d findings", n, len(List(KindFinding)))
	}
	if FindingEarlyTalker.Canonical() != FindingEarlyTalk || FindingID("nonsense").Severity() != "" {
		t.Error("second names")
	}
}

func TestLookupSpellings(t *testing.T) {
	for _, c := range []struct {
		kind Kind
		ask  string
		key  string
	}{
		{KindVerb, "mail", "MAIL"}, {KindEHLO, "8bitmime", "8BITMIME"}, {KindEnhanced, "5.1.1", "5.1.1"},
		{KindEnhanced, "x.1.1", "X.1.1"}, {KindClass, "5xx", "5yz"}, {KindClass, "5.x.x", "5.X.Y"}, {KindClass, "X5Z", "x5z"},
		{KindClass, "x.1.xxx", "X.1.YYY"}, {KindFinding, "BARE-LF", "bare-lf"}, {KindWith, "esmtps", "ESMTPS"},
	} {
		if e, ok := Lookup(c.kind, c.ask); !ok || e.Key != c.key {
			t.Errorf("%s %s: %v %+v", c.kind, c.ask, ok, e)
		}
	}
	for _, c := range []struct {
		kind Kind
		ask  string
	}{{KindReply, "999"}, {KindEnhanced, "5.99.1"}, {KindClass, "9yz"}, {KindVerb, ""}, {"nonsense", "550"}} {
		if e, ok := Lookup(c.kind, c.ask); ok {
			t.Errorf("%s %s: %+v", c.kind, c.ask, e)
		}
	}
}

// What `smtpsim codes --format json` prints; read testdata/explain.json.
func TestExplain(t *testing.T) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	for _, c := range [][2]string{
		{"en", "550"}, {"de", "5.1.1"}, {"de", "550-5.1.1 <x@y.example>: Recipient address rejected:\n550 5.1.1 User unknown in local recipient table"},
		{"en", "451 4.7.1 Greylisted, please try again later"}, {"en", "550 4.2.2 mailbox full"}, {"de", "535 5.7.8 Error: authentication failed"},
		{"en", "250 2.0.0 Ok: queued as 4XyZ12AbCd"}, {"de", "101"}, {"en", "579 odd"}, {"en", "RCPT TO:<bob@server.example> NOTIFY=NEVER"},
		{"de", "SIZE"}, {"en", "bare-lf"}, {"en", "hello?"}, {"en", "550 \xff"},
	} {
		if err := enc.Encode(Explain(c[0], c[1])); err != nil {
			t.Fatal(err)
		}
	}
	const file = "testdata/explain.json"
	if *update {
		if err := os.WriteFile(file, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	have, lines := strings.Split(out.String(), "\n"), strings.Split(string(want), "\n")
	for i := range max(len(have), len(lines)) {
		if i >= len(have) || i >= len(lines) || have[i] != lines[i] {
			t.Fatalf("%s, line %d differs: run go test ./codes -update and read the difference", file, i+1)
		}
	}
}

// Every reply code of the registry is explained by itself in both languages, as folklore if it is folklore.
func TestExplainEveryCode(t *testing.T) {
	for _, e := range List(KindReply) {
		for _, language := range text.Languages() {
			x := Explain(language, e.Key)
			if len(x.Entries) < 2 || x.Entries[0].Key != e.Key || x.Meaning == "" || x.Do.Sender == "" || x.Do.Admin == "" || x.Do.Recipient == "" {
				t.Errorf("%s, %s: %+v", language, e.Key, x)
			}
			folklore := strings.Contains(strings.ToLower(x.Entries[0].Title), "folklore") || e.Key < "202"
			if (e.Status == "folklore") != folklore {
				t.Errorf("%s, %s is %s, told as %q", language, e.Key, e.Status, x.Entries[0].Title)
			}
		}
	}
}

// FuzzExplain: whatever is asked, there is an answer that JSON can carry.
func FuzzExplain(f *testing.F) {
	for _, line := range []string{"550", "5.1.1", "", "MAIL FROM:<a@b>", "2", "25", "2500", "000", "550 5.1.1 \xff", "x..x", "X.1.YYY"} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		x := Explain("de", line)
		if out, err := json.Marshal(x); err != nil || !json.Valid(out) || x.Permanence == "" || x.Reason.Class == "" {
			t.Fatalf("%q: %v", line, err)
		}
	})
}
