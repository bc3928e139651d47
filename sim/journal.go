package sim

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"runtime"
)

// Version is the version of the world's behaviour: a journal replays to the same bytes under the same version and Go
// release (TLS bytes may change between Go releases).
const Version = "0.1.0"

// MaxJournal bounds a journal that is read: lines and octets of a line.
const (
	MaxJournalEntries = 100_000
	MaxJournalLine    = 64 << 10
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
	OpUntil Op = "until" // let time pass up to At
	OpIdle  Op = "idle"  // let everything happen that will
	OpSteps Op = "steps" // Count kernel events
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
	Data   []byte `json:"data,omitempty"`
	Events int    `json:"events"` // entries of the timeline after it
	Digest string `json:"digest"` // of these entries, hex
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
		dec := json.NewDecoder(bytes.NewReader(sc.Bytes()))
		dec.DisallowUnknownFields()
		if n == 1 {
			if err := dec.Decode(&j.Header); err != nil || j.Header.Format != "smtpsim-journal" {
				return nil, fmt.Errorf("line 1: expected the header of a smtpsim journal")
			}
			continue
		}
		var a Act
		if err := dec.Decode(&a); err != nil {
			return nil, fmt.Errorf("line %d: expected an act of a journal: %w", n, err)
		}
		j.Acts = append(j.Acts, a)
	}
	if err := sc.Err(); err != nil {
		return nil, err
	}
	if j.Header.Format == "" {
		return nil, fmt.Errorf("line 1: expected the header of a smtpsim journal, found nothing")
	}
	return j, nil
}
