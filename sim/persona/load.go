package persona

import (
	"embed"
	"fmt"
	"slices"
	"strings"
	"sync"
)

//go:embed data/*.txt
var files embed.FS

// neutral is the file that all others begin with: the words of the RFCs. It is no personality of its own.
const neutral = "neutral"

// Catalog is a set of personalities, read once.
type Catalog struct {
	names []string
	all   map[string]*Persona
}

// Load reads the personalities that come with the program. The error names file and line; a test holds that there is none.
func Load() (*Catalog, error) {
	entries, err := files.ReadDir("data")
	if err != nil {
		return nil, err
	}
	r := reader{texts: map[string]string{}, done: map[string]*Persona{}, keys: situationKeys()}
	for _, e := range entries { // in the order of their names
		text, err := files.ReadFile("data/" + e.Name())
		if err != nil {
			return nil, err
		}
		r.texts[strings.TrimSuffix(e.Name(), ".txt")] = string(text)
	}
	c := &Catalog{all: r.done}
	for _, e := range entries {
		name := strings.TrimSuffix(e.Name(), ".txt")
		if _, err := r.read(name); err != nil {
			return nil, err
		}
		if name != neutral {
			c.names = append(c.names, name)
		}
	}
	return c, nil
}

// Names lists the personalities, in order.
func (c *Catalog) Names() []string { return slices.Clone(c.names) }

// ByName is a copy of the personality of that name, for the caller to change; nil if there is none.
func (c *Catalog) ByName(name string) *Persona {
	p := c.all[name]
	if p == nil || name == neutral {
		return nil
	}
	copied := *p
	return &copied
}

// shipped is the catalog behind the functions of the package.
//
//house:table a constant that is read from its files when it is needed first
var shipped = sync.OnceValue(func() *Catalog {
	c, err := Load()
	if err != nil { // TestLoad holds that there is none
		return &Catalog{}
	}
	return c
})

// Names lists the personalities, in order.
func Names() []string { return shipped().Names() }

// ByName makes the personality of that name; nil if there is none.
func ByName(name string) *Persona { return shipped().ByName(name) }

// Postfix is the personality that stands where none is named.
func Postfix() *Persona { return ByName("postfix") }

// Exim is Exim as it is shipped.
func Exim() *Persona { return ByName("exim") }

// Parse reads one data file: lines of the form "key: value", with comments behind "#". What it leaves out comes from the
// personality that its first key "like" names, else from the RFCs' own words. The error names the line.
func (c *Catalog) Parse(name, text string) (*Persona, error) {
	r := reader{texts: map[string]string{name: text}, done: c.all, keys: situationKeys()}
	return r.parse(name)
}

// reader reads files that build on each other.
type reader struct {
	texts map[string]string
	done  map[string]*Persona // nil while it is being read
	keys  map[string]Situation
}

func situationKeys() map[string]Situation {
	keys := make(map[string]Situation, situations)
	for s, name := range situationNames {
		keys[name] = Situation(s)
	}
	return keys
}

// read is the personality of a file, with all it builds on.
func (r *reader) read(name string) (*Persona, error) {
	if p, known := r.done[name]; known {
		if p == nil {
			return nil, fmt.Errorf("%q is like itself", name)
		}
		return p, nil
	}
	if _, ok := r.texts[name]; !ok {
		return nil, fmt.Errorf("there is no personality %q", name)
	}
	r.done[name] = nil
	p, err := r.parse(name)
	if err != nil {
		return nil, err
	}
	r.done[name] = p
	return p, nil
}

func (r *reader) parse(name string) (*Persona, error) {
	p := &Persona{}
	base := neutral
	if name == neutral {
		base = ""
	}
	text := r.texts[name]
	if like, ok := firstKey(text, "like"); ok {
		base = like
	}
	if base != "" {
		parent, err := r.read(base)
		if err != nil {
			return nil, fmt.Errorf("personality %s: %w", name, err)
		}
		*p = *parent
	}
	p.Name = name
	s := setter{p: p, keys: r.keys}
	number := 0
	for line := range strings.Lines(text) {
		number++
		if err := s.line(strings.TrimRight(line, "\r\n")); err != nil {
			return nil, fmt.Errorf("personality %s, line %d: %w", name, number, err)
		}
	}
	return p, s.finish()
}

// firstKey is the value of key where it is the first of the file.
func firstKey(text, key string) (string, bool) {
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		k, value, _ := strings.Cut(line, ":")
		return withoutComment(value), k == key
	}
	return "", false
}

// withoutComment cuts " # ..." off. Reply texts keep it.
func withoutComment(value string) string {
	if at := strings.Index(value, " #"); at >= 0 {
		value = value[:at]
	}
	return strings.TrimSpace(value)
}
