package main

import (
	"io"

	"github.com/smtpsim/smtpsim/trace"
	"github.com/smtpsim/smtpsim/trace/analyze"
	"github.com/smtpsim/smtpsim/trace/table"
)

// csvRows writes the rows of each session as it comes.
type csvRows struct {
	rows   string
	inputs []analyze.Input
	out    io.Writer
	begun  bool
	err    error // the first of writing
}

// Event does nothing: sessions hold their events.
func (c *csvRows) Event(*trace.Session, *trace.Event) {}

// Session writes the rows of s.
func (c *csvRows) Session(s *trace.Session) { c.write([]*trace.Session{s}) }

func (c *csvRows) write(ss []*trace.Session) {
	var t table.Table
	switch c.rows {
	case "transactions":
		t = table.Transactions(ss)
	case "recipients":
		t = table.Recipients(ss)
	case "findings":
		t = table.Findings(ss)
	default:
		files := make([]string, len(c.inputs))
		for i := range c.inputs {
			files[i] = c.inputs[i].Name
		}
		t = table.Sessions(ss, files)
	}
	if c.err == nil && !c.begun {
		c.err = t.CSVHeader(c.out)
	}
	c.begun = true
	if c.err == nil {
		c.err = t.CSVRows(c.out)
	}
}

// Capture sees to it that there is a header line even without sessions.
func (c *csvRows) Capture(trace.Capture) { c.write(nil) }

// Relation does nothing.
func (c *csvRows) Relation(trace.Relation) {}
