package lessons

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"

	"github.com/smtpsim/smtpsim/sim"
)

// Limits of a log that is read.
const (
	MaxInputs   = 20_000
	MaxInputLen = 4096
	maxLog      = 16 << 20 // octets
)

// LogHeader names the lesson that a log belongs to. No names, no wall-clock times, no machines.
type LogHeader struct {
	Format  string `json:"format"` // "smtpsim-lesson"
	Lesson  int    `json:"lesson"`
	Hash    string `json:"hash"`    // of the lesson's screens, tasks and scenarios
	Version string `json:"version"` // of the world's behaviour
	Seed    uint64 `json:"seed"`
	Seeded  bool   `json:"seeded,omitempty"` // Seed was chosen; else it is 0, and each scenario's own is in force
	Seat    string `json:"seat,omitempty"`   // a code such as KRANICH-07
}

// Header is the header of a log of this lesson; seed is nil where each scenario's own is in force.
func (l *Lesson) Header(seed *uint64, seat string) LogHeader {
	h := LogHeader{Format: logFormat, Lesson: l.Number, Hash: l.Hash(), Version: sim.Version, Seat: seat}
	if seed != nil {
		h.Seed, h.Seeded = *seed, true
	}
	return h
}

// Fits tells why a log with this header cannot be replayed in l; nil if it can.
func (h LogHeader) Fits(l *Lesson) error {
	switch {
	case h.Lesson != l.Number:
		return fmt.Errorf("line 1: expected a log of lesson %d, found one of lesson %d", l.Number, h.Lesson)
	case h.Hash != l.Hash():
		return fmt.Errorf("line 1: expected a log of this edition of lesson %d (%s), found one of another edition (%.32q)", l.Number, l.Hash(), h.Hash)
	case h.Version != sim.Version:
		return fmt.Errorf("line 1: expected a log of a world of version %s, found %.32q", sim.Version, h.Version)
	}
	return nil
}

// Input is one typed line with where it was typed.
type Input struct {
	N      int    `json:"n"`
	Screen string `json:"screen"`
	Prompt string `json:"prompt"`
	Line   string `json:"line"`
	Played bool   `json:"played,omitempty"` // typed by the program: a shown solution
}

const logFormat = "smtpsim-lesson"

// Log is what a learner typed, in order: with the header, the whole state of a lesson.
type Log struct {
	Header LogHeader
	Inputs []Input
	Octets int64 // length of the part that was read: a last line that was cut off begins there
}

// Digest names a log's content, in hex: two logs with the same header and inputs have the same, and only they.
func (l *Log) Digest() string {
	h := sha256.New()
	h.Write(AppendLine(nil, l.Header))
	for i := range l.Inputs {
		h.Write(AppendLine(nil, l.Inputs[i]))
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// AppendLine is the form of v, a LogHeader or Input, in a log file: one line of JSON.
func AppendLine(dst []byte, v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic("lessons: a log line does not marshal: " + err.Error()) // plain structs always do
	}
	return append(append(dst, b...), '\n')
}

// ReadLog reads a log. A last line that is cut off (the program was killed while it wrote) is left out; any other damage is
// an error that names the line.
func ReadLog(r io.Reader) (*Log, error) {
	src, err := io.ReadAll(io.LimitReader(r, maxLog+1))
	if err != nil {
		return nil, err
	}
	if len(src) > maxLog {
		return nil, fmt.Errorf("expected a log of at most %d octets", maxLog)
	}
	src = src[:bytes.LastIndexByte(src, '\n')+1]
	l := &Log{Octets: int64(len(src))}
	sc := bufio.NewScanner(bytes.NewReader(src))
	sc.Buffer(nil, 16*MaxInputLen)
	n := 1
	for ; sc.Scan(); n++ {
		if n == 1 {
			if err := decodeLine(sc.Bytes(), &l.Header); err != nil || l.Header.Format != logFormat {
				return nil, fmt.Errorf("line 1: expected the header of a lesson's log")
			}
			continue
		}
		var in Input
		if err := decodeLine(sc.Bytes(), &in); err != nil {
			return nil, fmt.Errorf("line %d: expected a typed line of a lesson's log: %w", n, err)
		}
		if in.N != n-1 {
			return nil, fmt.Errorf("line %d: expected input number %d, found %d", n, n-1, in.N)
		}
		if len(l.Inputs) >= MaxInputs {
			return nil, fmt.Errorf("line %d: expected at most %d inputs", n, MaxInputs)
		}
		l.Inputs = append(l.Inputs, in)
	}
	if sc.Err() != nil {
		return nil, fmt.Errorf("line %d: expected at most %d octets", n, 16*MaxInputLen)
	}
	if l.Header.Format == "" {
		return nil, fmt.Errorf("line 1: expected the header of a lesson's log, found nothing")
	}
	return l, nil
}

// decodeLine reads one line, which holds one object with known fields and nothing else.
func decodeLine(line []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return err
	}
	if len(bytes.TrimSpace(line[dec.InputOffset():])) > 0 {
		return fmt.Errorf("column %d: expected the end of the line", dec.InputOffset()+1)
	}
	return nil
}
