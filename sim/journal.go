package sim

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
)

// Version is the version of the world's behaviour: a journal replays to the same bytes under the same version and Go
// release (TLS bytes may change between Go releases).
const Version = "0.1.0"

// Limits of a journal that is read: lines, octets of a line, and of what is typed in one.
const (
	MaxJournalEntries = 100_000
	MaxJournalLine    = 64 << 10
	MaxTyped          = 4096
)

// Header names what a journal belongs to.
type Header struct {
	Format   string `json:"format"`   // "smtpsim-journal"
	Scenario string `json:"scenario"` // SHA-256 of the file, hex
	Seed     uint64 `json:"seed"`
	Version  string `json:"version"`
	Go       string `json:"go"`
}

// Op is a way in which the outside acts on a world.
type Op string

const (
	OpDo    Op = "do"    // a typed line
	OpLeave Op = "leave" // end the session by hand
	OpUntil Op = "until" // let time pass up to Count ns after the scenario's start
	OpIdle  Op = "idle"  // let everything happen that will, at most up to Count ns after the start if that is not 0
	OpSteps Op = "steps" // Count events of the kernel
	OpOpen  Op = "open"  // an outside client connects to Text ("mx1:25"), as connection Count
	OpData  Op = "data"  // and sends Data on connection Count
	OpClose Op = "close" // and ends connection Count
)

// Act is one line of a journal.
type Act struct {
	N      int    `json:"n"`
	At     int64  `json:"at"` // true time since the scenario's start, ns, when the act began
	Op     Op     `json:"op"`
	Text   string `json:"text,omitempty"`
	Count  int64  `json:"count,omitempty"`
	Data   []byte `json:"data,omitempty"` // base64; of do: the typed line, where it is not UTF-8 and Text cannot hold it
	Events int    `json:"events"`         // entries of the timeline after it
	Digest string `json:"digest"`         // of these entries, hex
}

// Typed is the line of a do.
func (a *Act) Typed() string {
	if a.Text == "" {
		return string(a.Data)
	}
	return a.Text
}

// Journal is everything that the outside did to a world.
type Journal struct {
	Header Header
	Acts   []Act
}

func newHeader(scenario string, seed uint64) Header {
	return Header{Format: "smtpsim-journal", Scenario: scenario, Seed: seed, Version: Version, Go: runtime.Version()}
}

// Append writes the journal as lines of JSON: the header, then each act.
func (j *Journal) Append(dst []byte) []byte {
	dst = appendJSON(dst, j.Header)
	for i := range j.Acts {
		dst = appendJSON(dst, &j.Acts[i])
	}
	return dst
}

func appendJSON(dst []byte, v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic("sim: a journal line does not marshal: " + err.Error()) // plain structs always do
	}
	return append(append(dst, b...), '\n')
}

// ReadJournal reads what Append wrote; errors name the line.
func ReadJournal(r io.Reader) (*Journal, error) {
	sc := bufio.NewScanner(r)
	sc.Buffer(make([]byte, 0, 4096), MaxJournalLine)
	j := &Journal{}
	for n := 1; sc.Scan(); n++ {
		if n > MaxJournalEntries {
			return nil, fmt.Errorf("line %d: expected a journal of at most %d lines", n, MaxJournalEntries)
		}
		if n == 1 {
			if err := decodeLine(sc.Bytes(), &j.Header); err != nil || j.Header.Format != "smtpsim-journal" {
				return nil, errors.New("line 1: expected the header of a smtpsim journal")
			}
			continue
		}
		var a Act
		err := decodeLine(sc.Bytes(), &a)
		if err == nil {
			err = a.check(n - 1)
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: expected an act of a journal: %w", n, err)
		}
		j.Acts = append(j.Acts, a)
	}
	if err := sc.Err(); err != nil {
		return nil, fmt.Errorf("line %d: %w", len(j.Acts)+2, err)
	}
	if j.Header.Format == "" {
		return nil, fmt.Errorf("line 1: expected the header of a smtpsim journal, found nothing")
	}
	return j, nil
}

// decodeLine reads the one JSON value of a line.
func decodeLine(line []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return err
	}
	if _, err := dec.Token(); err != io.EOF {
		return errors.New("there is more behind it")
	}
	return nil
}

// check holds an act to what Append writes.
func (a *Act) check(n int) error {
	switch {
	case a.N != n:
		return fmt.Errorf("expected \"n\": %d, found %d", n, a.N)
	case !slices.Contains([]Op{OpDo, OpLeave, OpUntil, OpIdle, OpSteps, OpOpen, OpData, OpClose}, a.Op):
		return fmt.Errorf("no world knows how to %q", a.Op)
	case a.Count < 0 || (a.Op == OpUntil || a.Op == OpIdle) && a.Count > int64(maxRun):
		return fmt.Errorf("\"count\": %d is out of range", a.Count)
	case a.Op == OpDo && len(a.Typed()) > MaxTyped:
		return fmt.Errorf("%d octets, at most %d are typed in a line", len(a.Typed()), MaxTyped)
	}
	return nil
}
