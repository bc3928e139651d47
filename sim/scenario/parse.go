package scenario

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"sort"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
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

// Parse reads a scenario; name is the file's name in errors. The error is an *Error.
func Parse(name string, src []byte) (*Scenario, error) {
	if len(src) > MaxFileBytes {
		return nil, &Error{File: name, Want: "expected a scenario of at most 4 MiB"}
	}
	if err := bound(src); err != nil {
		return nil, located(name, err)
	}
	var f file
	if err := yaml.UnmarshalWithOptions(src, &f, yaml.Strict()); err != nil {
		return nil, located(name, err)
	}
	if len(f.Hosts) == 0 {
		return nil, &Error{File: name, Want: "expected a list of hosts (hosts: …), found none"}
	}
	p := parser{f: &f, s: &Scenario{Source: src}}
	p.run()
	if len(p.errs) > 0 {
		return nil, located(name, p.errs[0])
	}
	return p.s, nil
}

// Hash is the SHA-256 of the file, in hex: the identity that a journal records.
func (s *Scenario) Hash() string {
	h := sha256.Sum256(s.Source)
	return hex.EncodeToString(h[:])
}

// located gives an error its file name, and position where the YAML reader knew one.
func located(name string, err error) error {
	var own *Error
	if errors.As(err, &own) {
		e := *own
		e.File = name
		return &e
	}
	var y yaml.Error
	if errors.As(err, &y) {
		e := &Error{File: name, Want: oneLine(y.GetMessage())}
		if tk := y.GetToken(); tk != nil && tk.Position != nil {
			e.Line, e.Column = tk.Position.Line, tk.Position.Column
		}
		return e
	}
	if errors.Is(err, io.EOF) {
		return &Error{File: name, Want: "expected a scenario, found an empty file"}
	}
	return &Error{File: name, Want: oneLine(err.Error())}
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
	p.expects()
	sort.SliceStable(p.s.Mail, func(i, j int) bool { return p.s.Mail[i].At < p.s.Mail[j].At })
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
