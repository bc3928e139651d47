package sim

import (
	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/node"
	"github.com/smtpsim/smtpsim/sim/scenario"
	"github.com/smtpsim/smtpsim/sim/smtpserver"
)

// extend fills in what a host's extensions hold mail to.
func extend(cfg *node.Config, h *scenario.Host) {
	t := &h.Terms
	cfg.Terms = smtpserver.Terms{DeliverByMin: t.DeliverByMin, HoldMax: t.HoldMax, PriorityPolicy: t.PriorityPolicy, NoSoliciting: t.NoSoliciting}
	cfg.PriorityLeast = t.PriorityLeast
	if t.DelayReport > 0 {
		cfg.DelayDSN = t.DelayReport
	}
	for user, b := range h.Boxes {
		if cfg.Boxes == nil {
			cfg.Boxes = map[string]node.Box{}
		}
		cfg.Boxes[user] = node.Box{Since: b.Since, NoSoliciting: b.NoSoliciting, Features: b.Features}
	}
}

// planTracks starts the processes that ask where a mail is. What is told stands in the timeline.
func (w *World) planTracks() {
	for i := range w.scenario.Hosts {
		name := w.scenario.Hosts[i].Name
		for _, t := range w.scenario.Hosts[i].Track {
			h := w.net.Host(name)
			w.net.Spawn(h, "tracks mail", func() {
				h.Ports().Clock.Sleep(t.At)
				if _, err := w.nodes[name].Track(t.First, t.Envid, t.Secret); err != nil {
					w.tracked(h.Ports(), err.Error())
				}
			})
		}
	}
}

// tracked claims that a question could not be asked.
func (w *World) tracked(h *host.Host, text string) {
	h.Claims.Claim(host.Claim{Time: h.Clock.Now(), Host: h.Name, Role: host.RoleClient, Kind: host.ClaimTracked, Text: text})
}
