package lossless

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/sim"
	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/scenario"
)

// patience is how long a network may take to come to rest: five days for a mail, five for the report, five for what tells the
// postmaster that the report did not arrive.
const patience = 19 * 24 * time.Hour

// unbuilt begins the complaint about a draft that is no network.
const unbuilt = "not built: "

// try runs a network, with a bug planted or without, and gives what is wrong; nil if nothing is.
func try(d *draft, bug *bug, cover *coverage) []string {
	src := d.yaml()
	sc, err := scenario.Parse(fmt.Sprintf("lossless-%d.yaml", d.seed), []byte(src))
	if err != nil {
		return []string{unbuilt + "scenario: " + err.Error()}
	}
	l := &ledger{sc: sc, disks: map[string]host.Store{}, cover: cover, visits: map[[2]netip.AddrPort]*visit{}}
	w, err := sim.Open(sc, sim.Options{TimelineCap: -1, Node: l.watch(bug)}, sim.Sinks{})
	if err != nil {
		return []string{unbuilt + "world: " + err.Error()}
	}
	l.now = w.Now
	defer w.Close()
	for {
		at, more := w.NextIn()
		if !more {
			break
		}
		if at > patience {
			l.accuse("no rest after %s", patience)
			break
		}
		w.RunUntil(at + time.Minute)
		if len(l.wrong) > 0 {
			return l.wrong
		}
	}
	if cover != nil {
		cover.leave(l)
	}
	return l.judge(d, w)
}

// shrink takes away what is not needed for the network to fail, until nothing can be taken away any more.
func shrink(d *draft, bug *bug) (*draft, []string) {
	wrong := try(d, bug, nil)
	for again := true; again; {
		again = false
		for _, smaller := range smaller(d) {
			if smaller.size() >= d.size() {
				continue
			}
			if w := try(smaller, bug, nil); len(w) > 0 && !strings.HasPrefix(w[0], unbuilt) {
				d, wrong, again = smaller, w, true
				break
			}
		}
	}
	return d, wrong
}
