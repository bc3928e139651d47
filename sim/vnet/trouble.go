package vnet

import (
	"slices"
	"time"
)

// Trouble is what happens to the packets of a link for a while, on top of what the link does. Odds are in a million, drawn
// from a stream of the link's own.
type Trouble struct {
	LossPPM       int64
	DuplicatePPM  int64         // the packet arrives twice
	ReorderPPM    int64         // the packet arrives Late, those behind it do not wait
	Late          time.Duration // of a reordered packet
	Cut           bool          // nothing gets through
	BitsPerSecond int64         // 0: as the link has it
	QueueMax      time.Duration // what would wait longer than that for a clogged link is lost; 0: nothing is
}

// Trouble makes trouble on the way between two hosts, in both directions, until end is called. Several may be in force at a time.
func (n *Network) Trouble(a, b string, t Trouble) (end func()) {
	ha, hb := n.mustHost(a), n.mustHost(b)
	ways := [2]*path{ha.path(hb), hb.path(ha)}
	for _, p := range ways {
		p.troubles = append(p.troubles, &t)
	}
	return func() {
		for _, p := range ways {
			p.troubles = slices.DeleteFunc(p.troubles, func(other *Trouble) bool { return other == &t })
			p.busyUntil, p.lastAt = min(p.busyUntil, n.now), min(p.lastAt, n.now)
		}
	}
}

// trouble lets the way's troubles work on a packet of so many octets that would arrive at a moment.
func (p *path) trouble(at int64, octets int) (v Verdict) {
	n := p.from.net
	if p.stirring == (draws{}) {
		p.stirring = newDraws(n.seed, "trouble", p.from.name, p.to.name)
	}
	for _, t := range p.troubles {
		v.Drop = v.Drop || t.Cut || p.hits(t.LossPPM)
		v.Duplicate = p.hits(t.DuplicatePPM) || v.Duplicate
		if p.hits(t.ReorderPPM) {
			v.Delay += t.Late
		}
		if t.BitsPerSecond > 0 && !v.Drop {
			ahead := max(p.clogged-n.now, 0)
			if t.QueueMax > 0 && ahead > int64(t.QueueMax) {
				v.Drop = true
				continue
			}
			took := int64(octets) * 8 * second / t.BitsPerSecond
			p.clogged = n.now + ahead + took
			v.Delay += time.Duration(ahead + took)
		}
	}
	return v
}

func (p *path) hits(ppm int64) bool {
	return ppm > 0 && int64(p.stirring.below(million)) < ppm
}

// SetService sets how a host answers requests to connect to one of its ports; Up takes that back. Open connections go on.
func (n *Network) SetService(name string, port uint16, m Mode) {
	h := n.mustHost(name)
	if h.services == nil {
		h.services = map[uint16]Mode{}
	}
	h.services[port] = m
}

// SetStoreFault sets what is asked before each Put on a host's disk: an error is what Put fails with. nil takes it away.
func (n *Network) SetStoreFault(name string, ask func(file string) error) {
	n.mustHost(name).store.fault = ask
}
