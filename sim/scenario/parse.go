package scenario

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"reflect"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	yamlparser "github.com/goccy/go-yaml/parser"
)

// Limits of a scenario file.
const (
	MaxFileBytes = 4 << 20
	MaxHosts     = 100_000
	MaxMail      = 1_000_000
)

// Load reads the scenario in the named file.
func Load(name string) (*Scenario, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	src, err := io.ReadAll(io.LimitReader(f, MaxFileBytes+1))
	if err != nil {
		return nil, err
	}
	return Parse(name, src)
}

// Parse reads a scenario; name is the file's name in errors. The error is an *Error, the first of those that Check finds.
func Parse(name string, src []byte) (*Scenario, error) {
	s, errs := Check(name, src)
	if len(errs) > 0 {
		return nil, errs[0]
	}
	return s, nil
}

// Check reads a scenario and tells everything that is wrong with it, in the order of the file; nil errors mean it is right.
func Check(name string, src []byte) (*Scenario, []*Error) {
	s, errs := read(src)
	var out []*Error
	for _, err := range errs {
		e := located(name, err)
		e.quote(src)
		out = append(out, e)
	}
	return s, byPosition(out)
}

// read gives the scenario, or what is wrong: what stands in the way of reading on first.
func read(src []byte) (*Scenario, []error) {
	if len(src) > MaxFileBytes {
		return nil, []error{&Error{Want: "expected a scenario of at most 4 MiB"}}
	}
	if err := bound(src); err != nil {
		return nil, []error{err}
	}
	tree, err := yamlparser.ParseBytes(src, 0, yamlparser.AllowDuplicateMapKey())
	if err != nil {
		return nil, []error{err}
	}
	if len(tree.Docs) == 0 || tree.Docs[0].Body == nil {
		return nil, []error{io.EOF}
	}
	if len(tree.Docs) > 1 && tree.Docs[1].Start != nil {
		p := tree.Docs[1].Start.Position
		return nil, []error{word{line: p.Line, col: p.Column}.err("expected one scenario in a file")}
	}
	var sh shaper
	sh.check(tree.Docs[0].Body, reflect.TypeFor[file]())
	var f file
	if err := yaml.NodeToValue(tree.Docs[0].Body, &f, yaml.AllowDuplicateMapKey()); err != nil {
		if len(sh.errs) == 0 {
			return nil, []error{err}
		}
		return nil, sh.errs
	}
	if len(f.Hosts) == 0 && len(sh.errs) > 0 {
		return nil, sh.errs
	}
	if len(f.Hosts) == 0 {
		return nil, []error{&Error{Want: "expected a list of hosts (hosts: …), found none"}}
	}
	p := parser{f: &f, s: &Scenario{Source: src}}
	p.run()
	if len(sh.errs) > 0 { // what is missing without a place was taken out
		p.errs = append(sh.errs, slices.DeleteFunc(p.errs, func(err error) bool {
			e, ok := err.(*Error)
			return ok && e.Line == 0
		})...)
	}
	return p.s, p.errs
}

// Hash is the SHA-256 of the file, in hex: the identity that a journal records.
func (s *Scenario) Hash() string {
	h := sha256.Sum256(s.Source)
	return hex.EncodeToString(h[:])
}

// located gives an error its file name, and position where the YAML reader knew one.
func located(name string, err error) *Error {
	var own *Error
	if errors.As(err, &own) {
		e := *own
		e.File = name
		return &e
	}
	var y yaml.Error
	if errors.As(err, &y) {
		e := &Error{File: name, Want: plainer(y.GetMessage())}
		if tk := y.GetToken(); tk != nil && tk.Position != nil {
			e.Line, e.Column = tk.Position.Line, tk.Position.Column
		}
		return e
	}
	if errors.Is(err, io.EOF) {
		return &Error{File: name, Want: "expected a scenario, found an empty file"}
	}
	return &Error{File: name, Want: plainer(err.Error())}
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// parser turns a file into a Scenario and keeps the faults it meets, in the order of the file's sections.
type parser struct {
	f    *file
	s    *Scenario
	errs []error
}

func (p *parser) fail(err error) {
	if err != nil {
		p.errs = append(p.errs, err)
	}
}

// must returns v and remembers err.
func must[T any](p *parser) func(v T, err error) T {
	return func(v T, err error) T {
		p.fail(err)
		return v
	}
}

func (p *parser) run() {
	p.head()
	p.hosts()
	p.links()
	p.zones()
	p.mail()
	p.faults()
	p.scripts()
	p.expects()
	sort.SliceStable(p.s.Mail, func(i, j int) bool { return p.s.Mail[i].At < p.s.Mail[j].At })
	sort.SliceStable(p.s.Scripts, func(i, j int) bool { return p.s.Scripts[i].At < p.s.Scripts[j].At })
	sort.SliceStable(p.s.Faults, func(i, j int) bool { return p.s.Faults[i].At < p.s.Faults[j].At })
}

func (p *parser) head() {
	s, f := p.s, p.f
	s.Name, s.Title = f.Scenario.s, f.Title.s
	if s.Name == "" {
		p.fail(&Error{Want: "expected a name (scenario: …) for the scenario"})
	}
	s.Seed = uint64(must[int64](p)(f.Seed.integer(0, 1<<62)))
	s.Until = must[time.Duration](p)(f.Until.span())
	s.Start = time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)
	if f.Start.set() {
		t, err := time.Parse(time.RFC3339, f.Start.s)
		if err != nil || t.Year() < 1971 || t.Year() > 2200 {
			p.fail(f.Start.err("expected a date such as 2026-03-02T09:00:00Z, found %q", f.Start.s))
		}
		s.Start = t.UTC()
	}
	s.Lookups = must[string](p)(f.Lookups.oneOf("all", "routing"))
	s.Default = p.link(f.Network)
	if !f.Network.Latency.set() {
		s.Default.Latency = 20 * time.Millisecond
	}
}

func (p *parser) link(y linkYAML) Link {
	return Link{
		Latency:       must[time.Duration](p)(y.Latency.span()),
		Jitter:        must[time.Duration](p)(y.Jitter.span()),
		BitsPerSecond: must[int64](p)(y.Bandwidth.bits()),
		LossPPM:       must[int64](p)(y.Loss.lossPPM()),
	}
}

func (p *parser) links() {
	for _, y := range p.f.Links {
		l := p.link(y.Link)
		pair, ok := p.pair(y.Between, y.Link.Latency)
		if ok {
			l.Between = pair
			p.s.Links = append(p.s.Links, l)
		}
	}
}

func (p *parser) pair(words []word, near word) (pair [2]string, ok bool) {
	if len(words) != 2 {
		p.fail(near.err("expected two hosts: [a, b]"))
		return pair, false
	}
	for i, w := range words {
		pair[i] = p.host(w)
	}
	return pair, pair[0] != "" && pair[1] != ""
}

// host resolves a full or short host name to the full one.
func (p *parser) host(w word) string {
	h, ok := p.s.Host(w.s)
	if !ok {
		p.fail(w.err("expected the name of one of the hosts, found %q", w.s))
		return ""
	}
	return h.Name
}
