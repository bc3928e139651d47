package sim

import (
	"github.com/smtpsim/smtpsim/trace"
	"github.com/smtpsim/smtpsim/trace/dialogue"
)

// desks are the dialogues that read connections, one each. They are used again for later ones, and share what they
// remember. The zero value with texts is ready.
type desks struct {
	texts *dialogue.Texts
	lend  bool // events are valid during the call only
	free  []*dialogue.Dialogue
}

// open gives f a dialogue.
func (d *desks) open(f trace.Flow, to trace.Recorder) *dialogue.Dialogue {
	n := len(d.free)
	if n == 0 {
		return dialogue.New(f, dialogue.Options{Texts: d.texts, Lend: d.lend}, to)
	}
	desk := d.free[n-1]
	d.free[n-1], d.free = nil, d.free[:n-1]
	desk.Reset(f)
	return desk
}

// leave takes back a dialogue that was closed.
func (d *desks) leave(desk *dialogue.Dialogue) { d.free = append(d.free, desk) }
