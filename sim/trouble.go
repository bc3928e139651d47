package sim

import (
	"crypto/tls"
	"fmt"
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/sim/dns"
	"github.com/smtpsim/smtpsim/sim/fault"
	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/node"
	"github.com/smtpsim/smtpsim/sim/scenario"
	"github.com/smtpsim/smtpsim/sim/vnet"
	"github.com/smtpsim/smtpsim/trace"
)

// keeperName is the host whose processes change the world at their times; no scenario can have one of that name.
const keeperName = " keeper"

// clogQueue is how much a clogged link keeps before it loses packets.
const clogQueue = 10 * time.Second

// troubles is what a world with faults remembers of them.
type troubles struct {
	keeper  *vnet.Host
	configs map[string]node.Config         // of each host, to start it again
	down    map[string]bool                // crashed and not yet back
	shows   map[string]string              // the certificate that a host shows at present
	names   map[string][]func(*dns.Server) // what ails a name server at present; it does so too after a crash
}

// troubleOf gives a host's configuration what the scenario's faults need.
func (w *World) troubleOf(h *scenario.Host, cfg *node.Config, ca *authority) error {
	sc := w.scenario
	if len(sc.Troubles) == 0 {
		return nil
	}
	dice := fault.NewDice(h.Name, sc.Troubles, fault.Options{Seed: w.Seed(), Now: w.Now, Crash: w.crash,
		Struck: func(f *fault.Fault, m fault.Moment) {
			w.noteTrouble(f.Host, "", string(f.Kind), fmt.Sprintf("%s: %s at %s", f.Host, f.Kind, m.Stage))
		}})
	if !dice.Empty() {
		cfg.Fault = dice.Strike
	}
	for i := range sc.Troubles {
		if f := &sc.Troubles[i]; f.Kind == fault.Certificate && f.Host == h.Name && h.TLS.Offer {
			return w.changing(h, cfg, ca)
		}
	}
	return nil
}

// changing makes a host's certificate one that can be exchanged.
func (w *World) changing(h *scenario.Host, cfg *node.Config, ca *authority) error {
	certs := map[string]*tls.Certificate{}
	for _, kind := range []string{h.TLS.Certificate, fault.Expired, fault.WrongName} {
		c, err := ca.server(h.Name, kind)
		if err != nil {
			return fmt.Errorf("%s: %w", h.Name, err)
		}
		certs[kind] = &c.Certificates[0]
	}
	base := cfg.TLS.Server.Clone()
	base.Certificates = nil
	base.GetCertificate = func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
		if kind, changed := w.troubles.shows[h.Name]; changed {
			return certs[kind], nil
		}
		return certs[h.TLS.Certificate], nil
	}
	cfg.TLS.Server = base
	return nil
}

// planTroubles starts the processes that begin and end the scenario's faults.
func (w *World) planTroubles() {
	for i := range w.scenario.Troubles {
		f := &w.scenario.Troubles[i]
		if f.Command != "" {
			continue // the dice wait for it
		}
		clock := w.troubles.keeper.Ports().Clock
		w.net.Spawn(w.troubles.keeper, "fault", func() {
			clock.Sleep(f.At)
			end := w.beginTrouble(i, f)
			who := f.Host
			if who == "" {
				who = f.Link[0]
			}
			w.noteTrouble(who, f.Link[1], string(f.Kind), describeTrouble(f))
			if f.Until > 0 && end != nil {
				clock.Sleep(f.Until - f.At)
				end()
				w.noteTrouble(who, f.Link[1], "end", describeTrouble(f)+" has ended")
			}
		})
	}
}

func describeTrouble(f *fault.Fault) string {
	switch {
	case f.Kind == fault.Zone:
		return strings.Join(append([]string{"the zones change:"}, append(f.Remove, f.Add...)...), " ")
	case f.Host == "":
		return "the link between " + f.Link[0] + " and " + f.Link[1] + ": " + string(f.Kind)
	}
	return strings.TrimSpace(f.Host + ": " + string(f.Kind) + " " + f.How)
}

func (w *World) noteTrouble(hostName, peer, code, text string) {
	w.ev.add(&trace.Entry{Time: w.ev.now(), Host: hostName, Peer: peer, Kind: trace.EntryFault, Code: code, Text: text})
}

// beginTrouble changes the world and gives the way back, nil where there is none. number is the fault's place in the scenario.
func (w *World) beginTrouble(number int, f *fault.Fault) (end func()) {
	switch {
	case f.Kind.OnLink():
		return w.troubleLinks(f)
	case f.Kind == fault.DNS:
		return w.troubleNames(number, f)
	}
	switch f.Kind {
	case fault.Refuse, fault.Silent:
		mode := vnet.Refusing
		if f.Kind == fault.Silent {
			mode = vnet.Silent
		}
		w.net.SetService(f.Host, f.Port, mode)
		return func() { w.net.SetService(f.Host, f.Port, vnet.Up) }
	case fault.Crash:
		w.crash(f)
	case fault.DiskFull:
		chance := fault.Stream(w.Seed(), number, f.Host)
		w.net.SetStoreFault(f.Host, func(string) error {
			if fault.Hits(chance, f.Odds()) {
				return host.ErrDiskFull
			}
			return nil
		})
		return func() { w.net.SetStoreFault(f.Host, nil) }
	case fault.Clock:
		h, _ := w.scenario.Host(f.Host) // checked when the scenario was read
		w.net.SetClock(f.Host, f.Offset, f.DriftPPB)
		return func() { w.net.SetClock(f.Host, h.ClockOffset, h.DriftPPB) }
	case fault.Certificate:
		w.troubles.shows[f.Host] = f.How
		return func() { delete(w.troubles.shows, f.Host) }
	case fault.Zone:
		return w.editZones(f)
	}
	return nil
}

// troubleLinks makes trouble on a link, or on all of a host's.
func (w *World) troubleLinks(f *fault.Fault) (end func()) {
	t := vnet.Trouble{Late: f.Wait}
	switch f.Kind {
	case fault.Loss:
		t.LossPPM = f.Odds()
	case fault.Duplicate:
		t.DuplicatePPM = f.Odds()
	case fault.Reorder:
		t.ReorderPPM = f.Odds()
	case fault.Partition:
		t.Cut = true
	case fault.Clog:
		t.BitsPerSecond, t.QueueMax = f.BitsPerSecond, clogQueue
	}
	if f.Host == "" {
		return w.net.Trouble(f.Link[0], f.Link[1], t)
	}
	var ends []func()
	for _, other := range w.order {
		if other != f.Host {
			ends = append(ends, w.net.Trouble(f.Host, other, t))
		}
	}
	return func() {
		for _, end := range ends {
			end()
		}
	}
}

// troubleNames makes a name server fail.
func (w *World) troubleNames(number int, f *fault.Fault) (end func()) {
	place := len(w.troubles.names[f.Host])
	w.troubles.names[f.Host] = append(w.troubles.names[f.Host], nil)
	ail := func(how func(*dns.Server)) {
		w.troubles.names[f.Host][place] = how
		how(w.nodes[f.Host].DNS())
	}
	if f.How == fault.Stale {
		old := dns.NewZones(w.zones.All()...)
		ail(func(s *dns.Server) { s.Zones = old })
		return func() { ail(func(s *dns.Server) { s.Zones = w.zones }) }
	}
	chance := fault.Stream(w.Seed(), number, f.Host)
	kind := map[string]dns.FaultKind{fault.ServFail: dns.FaultServFail, fault.Timeout: dns.FaultSilent, fault.Lame: dns.FaultRefused}[f.How]
	ail(func(s *dns.Server) {
		s.SetFault(dns.Fault{Name: f.Name, Below: true, Kind: kind, Chance: func() bool { return fault.Hits(chance, f.Odds()) }})
	})
	return func() { ail(func(s *dns.Server) { s.ClearFault(f.Name) }) }
}

// editZones takes records away and adds others. The scenario was checked: they can be read.
func (w *World) editZones(f *fault.Fault) (end func()) {
	was := w.zones.All()
	for _, line := range f.Remove {
		name, kind, _ := strings.Cut(line, " ")
		t, _ := dns.ParseType(strings.TrimSpace(kind))
		w.zones.Delete(name, t)
	}
	for _, line := range f.Add {
		if r, err := dns.ParseRecord(line); err == nil {
			_ = w.zones.Add(r) // the root zone takes it
		}
	}
	return func() {
		for _, z := range was {
			w.zones.Set(z)
		}
	}
}

// crash ends a host as a loss of power does, and brings it back after its time. Called in one of its processes, it happens
// when that next waits.
func (w *World) crash(f *fault.Fault) {
	name := f.Host
	if w.troubles.down[name] {
		return
	}
	w.troubles.down[name] = true
	w.net.Inject(func() {
		w.net.Crash(name)
		w.net.SetDown(name, vnet.Silent)
		if f.QueueLost {
			store := w.net.Host(name).Ports().Store
			for _, prefix := range []string{"spool/", "state/"} {
				for _, file := range store.List(prefix) {
					_ = store.Delete(file) // listed just now
				}
			}
		}
	})
	if f.Down == 0 {
		return
	}
	w.net.Spawn(w.troubles.keeper, "power returns", func() {
		w.troubles.keeper.Ports().Clock.Sleep(f.Down)
		w.restart(name)
	})
}

// restart brings a crashed host back, with what its disk holds.
func (w *World) restart(name string) {
	delete(w.troubles.down, name)
	w.net.SetDown(name, vnet.Up)
	n, err := node.Start(w.troubles.configs[name])
	if err != nil {
		w.noteTrouble(name, "", "crash", name+" does not come up again: "+err.Error())
		return
	}
	w.nodes[name] = n
	w.breakNames(n)
	for _, ail := range w.troubles.names[name] {
		ail(n.DNS())
	}
	w.noteTrouble(name, "", "restart", name+" is up again")
	for i := range w.scenario.Mail {
		if m := &w.scenario.Mail[i]; m.Host == name {
			w.planMail(m, w.Now())
		}
	}
}
