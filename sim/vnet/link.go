package vnet

import "time"

// Link describes the way from one host to another.
type Link struct {
	Latency       time.Duration // one way
	Jitter        time.Duration // up to so much is added, evenly; packets never overtake each other
	BitsPerSecond int64         // 0: no limit
	LossPPM       int64         // so many of a million packets are lost
}

const (
	defaultLatency  = 5 * time.Millisecond
	loopbackLatency = 50 * time.Microsecond
	million         = 1_000_000
)

// path is a link in one direction, with what it remembers.
type path struct {
	from, to  *Host
	link      Link
	own       bool // set for this pair, so that it does not follow the default link
	down      bool
	busyUntil int64 // the last packet's last bit has left
	lastAt    int64 // the last packet arrives
	draws     draws
	drawing   bool

	troubles []*Trouble // in force
	stirring draws      // theirs
	clogged  int64      // what waits has left
}

// path gives the way from h to another host, made when first used.
func (h *Host) path(to *Host) *path {
	place := h.pathTo(to.index)
	p := *place
	if p == nil {
		p = &path{from: h, to: to, link: h.net.defaultLink}
		if h == to {
			p.link = Link{Latency: loopbackLatency}
		}
		*place = p
	}
	return p
}

// pathPage is the ways to some hosts whose indexes follow each other: in a large network a host speaks to few.
type pathPage [64]*path

// pathTo is where the way to the host of that index stands.
func (h *Host) pathTo(index int) **path {
	number := index / len(pathPage{})
	for len(h.paths) <= number {
		h.paths = append(h.paths, nil)
	}
	if h.paths[number] == nil {
		h.paths[number] = new(pathPage)
	}
	return &h.paths[number][index%len(pathPage{})]
}

// chance is the path's own stream; both directions have one each.
func (p *path) chance() draws {
	if !p.drawing {
		p.drawing = true
		p.draws = newDraws(p.from.net.seed, "link", p.from.name, p.to.name)
	}
	return p.draws
}

// arrival takes octets onto the wire now and says when they arrive; lost says that they never do.
func (p *path) arrival(now int64, octets int) (at int64, lost bool) {
	l := &p.link
	at = now
	if l.BitsPerSecond > 0 {
		at = max(at, p.busyUntil)
		at += int64(octets) * 8 * second / l.BitsPerSecond
		p.busyUntil = at
	}
	if l.LossPPM > 0 && int64(p.chance().below(million)) < l.LossPPM {
		return 0, true
	}
	at += int64(l.Latency)
	if l.Jitter > 0 {
		at += int64(p.chance().below(uint64(l.Jitter) + 1))
	}
	at = max(at, p.lastAt)
	p.lastAt = at
	return at, false
}

// SetLink sets the link between a and b in both directions, also in mid-run.
func (n *Network) SetLink(a, b string, l Link) {
	n.SetPath(a, b, l)
	n.SetPath(b, a, l)
}

// SetPath sets the link from one host to another in this direction only.
func (n *Network) SetPath(from, to string, l Link) {
	p := n.mustHost(from).path(n.mustHost(to))
	p.link = l.sane()
	p.own = true
}

// SetDefaultLink changes the link of all pairs that have none of their own.
func (n *Network) SetDefaultLink(l Link) {
	n.defaultLink = l.sane()
	for _, h := range n.hosts {
		for _, page := range h.paths {
			page.follow(n.defaultLink)
		}
	}
}

// follow gives the ways that have no link of their own another one.
func (page *pathPage) follow(l Link) {
	if page == nil {
		return
	}
	for _, p := range page {
		if p != nil && !p.own && p.from != p.to {
			p.link = l
		}
	}
}

func (l Link) sane() Link {
	l.Latency = max(l.Latency, 0)
	l.Jitter = max(l.Jitter, 0)
	l.BitsPerSecond = max(l.BitsPerSecond, 0)
	l.LossPPM = min(max(l.LossPPM, 0), million)
	return l
}
