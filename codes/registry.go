package codes

import (
	"embed"
	"regexp"
	"strings"
	"sync"

	"github.com/smtpsim/smtpsim/codes/text"
)

//go:embed registry
var registryFiles embed.FS

// fact is one row of a registry.
type fact struct {
	kind   Kind
	key    string
	source string
	status string
	same   string // finding: the id that means the same, whose text it shares
}

func (f fact) textKey() string {
	if f.same != "" {
		return f.same
	}
	return f.key
}

// registry is all facts.
type registry struct {
	kinds map[Kind][]fact
	index map[string]int // "kind/key" to its place
}

func (r *registry) find(kind Kind, key string) (fact, bool) {
	i, ok := r.index[string(kind)+"/"+key]
	if !ok {
		return fact{}, false
	}
	return r.kinds[kind][i], true
}

func (r *registry) add(f fact) {
	r.index[string(f.kind)+"/"+f.key] = len(r.kinds[f.kind])
	r.kinds[f.kind] = append(r.kinds[f.kind], f)
}

// facts is the registry, read from the embedded files when first asked for.
//
//house:table read once, never changed
var facts = sync.OnceValue(func() *registry {
	r := &registry{kinds: map[Kind][]fact{}, index: map[string]int{}}
	for _, row := range table("basic") {
		status := row["status"]
		if row["obsolete"] == "deprecated" {
			status = "deprecated"
		}
		r.add(fact{kind: KindReply, key: row["code"], source: source(row["reference"]), status: status})
	}
	for _, key := range text.For("en").Keys("class") {
		r.add(fact{kind: KindClass, key: key, source: classSource(key), status: "standard"})
	}
	for _, row := range table("enhanced") {
		status := "standard"
		if row["sample_text"] == "(none: see note)" {
			status = "deprecated"
		}
		r.add(fact{kind: KindEnhanced, key: row["code"], source: source(row["reference"]), status: status})
	}
	for _, row := range table("commands") {
		r.add(fact{kind: KindVerb, key: row["command"], source: source(row["reference"]), status: row["status"]})
	}
	for _, row := range table("ehlo_keywords") {
		r.add(fact{kind: KindEHLO, key: row["keyword"], source: source(row["reference"]), status: ehloStatus(row["note"])})
	}
	for _, row := range table("ehlo_vendor") { // in no list of IANA's
		r.add(fact{kind: KindEHLO, key: row["keyword"], source: row["reference"], status: row["status"]})
	}
	for _, row := range table("smtp_parameters") {
		r.add(fact{kind: KindParameter, key: row["parameter"], source: source(row["reference"]), status: "extension"})
	}
	for _, row := range table("with_protocol_types") {
		r.add(fact{kind: KindWith, key: row["type"], source: source(row["reference"]), status: "standard"})
	}
	for _, key := range text.For("en").Keys("reason") {
		r.add(fact{kind: KindReason, key: key, source: "RFC 5321 §4.2", status: "guess"})
	}
	for _, row := range table("findings") {
		r.add(fact{kind: KindFinding, key: row["id"], source: row["reference"], status: row["severity"], same: row["same_as"]})
	}
	return r
})

// classSource says where a class of codes is defined.
func classSource(key string) string {
	if !strings.Contains(key, ".") {
		return "RFC 5321 §4.2.1"
	}
	for _, row := range table("classes_subjects") {
		if row["code"] == key {
			return source(row["reference"])
		}
	}
	return "RFC 3463"
}

func ehloStatus(note string) string {
	switch {
	case strings.Contains(note, "deprecated"), strings.Contains(note, "obsolete"):
		return "obsolete"
	case strings.Contains(note, "Experimental"):
		return "experimental"
	case strings.Contains(note, "not in the IANA list"):
		return "standard"
	}
	return "registered"
}

// table reads a registry file: a heading of names, then rows, all separated by tabs.
func table(name string) []map[string]string {
	data, err := registryFiles.ReadFile("registry/" + name + ".tsv")
	if err != nil {
		return nil // a test holds that it is there
	}
	lines := strings.Split(strings.TrimRight(string(data), "\n"), "\n")
	names := strings.Split(lines[0], "\t")
	var rows []map[string]string
	for _, line := range lines[1:] {
		row := map[string]string{}
		for i, cell := range strings.Split(line, "\t") {
			if i < len(names) {
				row[names[i]] = cell
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// rfcNumber finds "RFC5321" and "[RFC3463] (Standards Track)".
//
//house:table compiled once
var rfcNumber = regexp.MustCompile(`\[?RFC ?([0-9]+)\]?(?: \([A-Za-z ]+\))?(,?)( §[0-9.]+)?`)

// source spells references as they are spelt everywhere here: "RFC 5321 §4.2.3".
func source(reference string) string {
	s := rfcNumber.ReplaceAllStringFunc(reference, func(m string) string {
		p := rfcNumber.FindStringSubmatch(m)
		return "RFC " + p[1] + p[2] + p[3]
	})
	return strings.NewReplacer(", Section ", " §", "[", "", "]", "").Replace(s)
}
