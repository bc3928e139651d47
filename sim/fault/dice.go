package fault

import (
	"crypto/sha256"
	"encoding/binary"
	"math/bits"
	"math/rand/v2"
	"strings"
	"sync"
	"time"
)

// hangDefault is longer than each limit of RFC 5321 §4.5.3.2.
const hangDefault = time.Hour

// Dice are the faults that may strike the sessions of one host. One that has struck often enough does so no more, also
// when the host has crashed and come back.
type Dice struct {
	now    func() time.Duration // true time since the start of the world
	crash  func(*Fault)
	struck func(*Fault, Moment) // nil: nobody looks

	mu     sync.Mutex
	faults []die
}

// die is one fault with its own stream of chance.
type die struct {
	*Fault
	chance *rand.ChaCha8
	times  int
}

// Options of Dice.
type Options struct {
	Seed   uint64
	Now    func() time.Duration // true time since the start of the world
	Crash  func(*Fault)         // the host of Crash and CrashAfter ends now
	Struck func(*Fault, Moment) // told of each fault that strikes; nil: nobody
}

// NewDice makes dice of those faults of a session that concern one host; the number of a fault in the scenario is its name.
func NewDice(host string, all []Fault, o Options) *Dice {
	d := &Dice{now: o.Now, crash: o.Crash, struck: o.Struck}
	for i := range all {
		if f := &all[i]; f.Kind.InSession() && f.Command != "" && f.Host == host {
			d.faults = append(d.faults, die{Fault: f, chance: Stream(o.Seed, i, host)})
		}
	}
	return d
}

// Empty reports whether nothing can strike.
func (d *Dice) Empty() bool { return len(d.faults) == 0 }

// Stream is the source of chance of the fault with a number, for one host or link.
func Stream(seed uint64, number int, who ...string) *rand.ChaCha8 {
	b := binary.BigEndian.AppendUint64([]byte("fault "), seed)
	b = binary.BigEndian.AppendUint64(b, uint64(number))
	for _, name := range who {
		b = binary.BigEndian.AppendUint64(b, uint64(len(name)))
		b = append(b, name...)
	}
	return rand.NewChaCha8(sha256.Sum256(b))
}

// Hits draws whether what has these odds happens, without floating point.
func Hits(chance *rand.ChaCha8, ppm int64) bool {
	if ppm >= Million {
		return true
	}
	below, _ := bits.Mul64(chance.Uint64(), Million)
	return int64(below) < ppm
}

// Strike gives the first fault that strikes at m; ok is false where none does.
func (d *Dice) Strike(m Moment) (a Action, ok bool) {
	f := d.draw(m)
	if f == nil {
		return Action{}, false
	}
	if d.struck != nil {
		d.struck(f, m)
	}
	a = Action{Kind: f.Kind, Reply: f.Reply, Wait: f.Wait}
	if a.Kind == Hang && a.Wait == 0 {
		a.Wait = hangDefault
	}
	if f.Kind == Crash || f.Kind == CrashAfter {
		a.Crash = func() { d.crash(f) }
	}
	return a, true
}

func (d *Dice) draw(m Moment) *Fault {
	now := d.now()
	d.mu.Lock()
	defer d.mu.Unlock()
	for i := range d.faults {
		f := &d.faults[i]
		switch {
		case f.Command != m.Stage, !f.InForce(now), f.Times > 0 && f.times >= f.Times:
		case f.Port != 0 && f.Port != m.Local.Port():
		case f.Recipient != "" && !strings.EqualFold(f.Recipient, m.Recipient):
		case Hits(f.chance, f.Odds()):
			f.times++
			return f.Fault
		}
	}
	return nil
}
