package lessons

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// Limits of a log that is read.
const (
	MaxInputs   = 20_000
	MaxInputLen = 4096
)

// LogHeader names the lesson that a log belongs to. No names, no wall-clock times, no machines.
type LogHeader struct {
	Format string `json:"format"` // "smtpsim-lesson"
	Lesson int    `json:"lesson"`
	Hash   string `json:"hash"` // of the lesson's screens and scenarios
	Seed   uint64 `json:"seed"`
	Seat   string `json:"seat,omitempty"` // a code such as KRANICH-07
}

// Input is one typed line with where it was typed.
type Input struct {
	N      int    `json:"n"`
	Screen string `json:"screen"`
	Prompt string `json:"prompt"`
	Line   string `json:"line"`
	Played bool   `json:"played,omitempty"` // typed by the program: a shown solution
}

// Log is what a learner typed, in order: with the header, the whole state of a lesson.
type Log struct {
	Header LogHeader
	Inputs []Input
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
	src, err := io.ReadAll(io.LimitReader(r, MaxInputs*512))
	if err != nil {
		return nil, err
	}
	if i := bytes.LastIndexByte(src, '\n'); i >= 0 {
		src = src[:i+1]
	}
	l := &Log{}
	sc := bufio.NewScanner(bytes.NewReader(src))
	sc.Buffer(nil, 16*MaxInputLen)
	for n := 1; sc.Scan(); n++ {
		dec := json.NewDecoder(bytes.NewReader(sc.Bytes()))
		dec.DisallowUnknownFields()
		if n == 1 {
			if err := dec.Decode(&l.Header); err != nil || l.Header.Format != "smtpsim-lesson" {
				return nil, fmt.Errorf("line 1: expected the header of a lesson's log")
			}
			continue
		}
		var in Input
		if err := dec.Decode(&in); err != nil {
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
	if l.Header.Format == "" {
		return nil, fmt.Errorf("line 1: expected the header of a lesson's log, found nothing")
	}
	return l, sc.Err()
}
