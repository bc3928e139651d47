package vnet

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/trace"
)

// Options describe a network. The zero value is a network nobody watches.
type Options struct {
	Seed        uint64
	Start       time.Time // true time at the beginning, from 1678 to 2261; zero: 2026-01-05 08:00 UTC
	DefaultLink Link      // of pairs without SetLink; zero: 5 ms, loss-free, no limit
	Mechanism   Mechanism
	Packet      func(PacketInfo)         // nil: frames are not built, only counted
	Flows       trace.FlowOpener         // nil: streams are not told
	Datagram    func(DatagramInfo)       // nil: datagrams are not told
	Fault       func(PacketMeta) Verdict // see SetFault
	Claims      host.Claims              // of all hosts; nil: host.NoClaims. Nothing comes after Close has begun
}

// HostConfig describes a host.
type HostConfig struct {
	Name       string       // unique, not empty
	Addrs      []netip.Addr // unique; the first of a family is the source of what the host sends
	Offset     time.Duration
	DriftPPB   int64          // nanoseconds its clock gains per true second
	Zone       *time.Location // of the times its clock shows; nil: UTC
	StoreLimit int64          // octets its store holds; 0: no limit
}

// Network is a world of its own.
type Network struct {
	seed        uint64
	start       int64 // Unix nanoseconds
	defaultLink Link
	mechanism   Mechanism
	packetTap   func(PacketInfo)
	flows       trace.FlowOpener
	datagramTap func(DatagramInfo)
	fault       func(PacketMeta) Verdict
	claims      host.Claims

	hosts  []*Host
	byName map[string]*Host
	faces  map[netip.Addr]*face

	now     int64 // true time since start
	events  uint64
	packets queue[packet]
	timers  timerHeap
	ready   queue[process]
	acks    []*tcb // ends that owe an ACK at the end of this step
	cur     *process
	procs   []*process // alive
	idle    []*process // coroutines for later processes
	wrecks  []*process
	closed  bool

	frames    int64
	frame     []byte
	flowCount int64
	openFlows map[int64]*flow
	freePkts  []*packet
	freeConns []*tcb

	entropyChecked bool
	entropyErr     error

	inboxFull atomic.Bool
	inboxLock sync.Mutex
	inbox     []func()
}

//house:table never changes
var defaultStart = time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC)

// New makes a network without hosts.
func New(o Options) *Network {
	n := &Network{
		seed: o.Seed, start: o.Start.UnixNano(), defaultLink: o.DefaultLink.sane(), mechanism: o.Mechanism,
		packetTap: o.Packet, flows: o.Flows, datagramTap: o.Datagram, fault: o.Fault, claims: o.Claims,
		byName: map[string]*Host{}, faces: map[netip.Addr]*face{}, openFlows: map[int64]*flow{},
	}
	if o.Start.IsZero() {
		n.start = defaultStart.UnixNano()
	}
	if o.DefaultLink == (Link{}) {
		n.defaultLink.Latency = defaultLatency
	}
	if n.claims == nil {
		n.claims = host.NoClaims{}
	}
	return n
}

// Host is one machine of a network.
type Host struct {
	net       *Network
	index     int
	name      string
	seq       uint64 // of its events
	faces     []*face
	clock     *clock
	store     *store
	mode      Mode
	down      bool // is crashing
	draws     draws
	entropies map[string]int
	processes uint64
	ipID      uint16
	paths     []*pathPage // by the other host's index
	listeners []*listener
	sockets   []*socket
	conns     []*tcb
	ports     portSet
	waits     timeWaits
	services  map[uint16]Mode // ports that do not answer as the host does
	out       *host.Host
}

// face is one address of a host. A face without host stands for an address that nobody has.
type face struct {
	host *Host
	addr netip.Addr
}

// AddHost adds a host. It panics if the name or an address is taken: who reads a topology from outside checks it first.
func (n *Network) AddHost(c HostConfig) *Host {
	if c.Name == "" || n.byName[c.Name] != nil {
		panic(fmt.Sprintf("vnet: host name %q is empty or taken", c.Name))
	}
	h := &Host{net: n, index: len(n.hosts), name: c.Name, entropies: map[string]int{}}
	h.draws = newDraws(n.seed, "host", c.Name, "network")
	for _, a := range c.Addrs {
		a = a.Unmap().WithZone("")
		if n.faces[a] != nil || !a.IsValid() || a.IsUnspecified() || a.IsLoopback() {
			panic(fmt.Sprintf("vnet: address %v of host %q is unusable or taken", a, c.Name))
		}
		f := &face{host: h, addr: a}
		n.faces[a] = f
		h.faces = append(h.faces, f)
	}
	zone := c.Zone
	if zone == nil {
		zone = time.UTC
	}
	h.clock = &clock{host: h, zone: zone}
	h.store = &store{host: h, files: map[string]folder{}, limit: c.StoreLimit}
	h.ports.last = firstPort + int(h.draws.below(portCount))
	n.hosts = append(n.hosts, h)
	n.byName[c.Name] = h
	n.SetClock(c.Name, c.Offset, c.DriftPPB)
	h.out = h.newPorts()
	return h
}

func (h *Host) newPorts() *host.Host {
	out := &host.Host{
		Name: h.name, Clock: h.clock, Dialer: dialer{h}, Store: h.store,
		Listen: h.listen, ListenUDP: h.listenUDP,
		Rand:      rand.New(rand.NewChaCha8(seedFor(h.net.seed, "host", h.name))),
		Entropy:   h.entropyFor,
		Go:        func(name string, f func()) { h.net.spawn(h, name, f) },
		NewSignal: func() host.Signal { return &signal{host: h} },
		Claims:    host.NoClaims{}, // engines look for it and save themselves the trouble
	}
	if _, nobody := h.net.claims.(host.NoClaims); !nobody {
		out.Claims = claims{h}
	}
	for _, f := range h.faces {
		out.Addrs = append(out.Addrs, f.addr)
	}
	return out
}

// Ports is what engines on this host need of the world.
func (h *Host) Ports() *host.Host { return h.out }

// Name is the host's name.
func (h *Host) Name() string { return h.name }

// Host finds a host by name, or gives nil.
func (n *Network) Host(name string) *Host { return n.byName[name] }

// Hosts lists the hosts in the order in which they were added.
func (n *Network) Hosts() []*Host { return append([]*Host(nil), n.hosts...) }

// Spawn starts a process of h; f runs at the next step.
func (n *Network) Spawn(h *Host, name string, f func()) { n.spawn(h, name, f) }

// nextKey takes the next number of the host's own sequence.
func (h *Host) nextKey() uint64 {
	h.seq++
	return uint64(h.index)<<40 | h.seq
}

// gone says that nothing the host does counts any more.
func (h *Host) gone() bool { return h.down || h.net.closed }

// source is the address from which h reaches a face: the same address for its own, else the first of the family.
func (h *Host) source(to *face) *face {
	if to.host == h {
		return to
	}
	for _, f := range h.faces {
		if f.addr.Is4() == to.addr.Is4() {
			return f
		}
	}
	return nil
}

// face finds whom an address belongs to, as seen from h.
func (h *Host) face(a netip.Addr) *face {
	if f := h.net.faces[a]; f != nil {
		return f
	}
	a = a.Unmap().WithZone("")
	if f := h.net.faces[a]; f != nil {
		return f
	}
	if a.IsLoopback() {
		return &face{host: h, addr: a}
	}
	return &face{addr: a}
}

// claims passes a host's claims on while the world lasts.
type claims struct{ host *Host }

func (c claims) Claim(cl host.Claim) {
	if !c.host.gone() {
		c.host.net.claims.Claim(cl)
	}
}
