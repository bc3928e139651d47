package sim

import (
	"github.com/smtpsim/smtpsim/sim/node"
	"github.com/smtpsim/smtpsim/sim/scenario"
)

// employ fills in who takes mail at a host beside its mailboxes.
func employ(cfg *node.Config, a *scenario.Actors) {
	cfg.Forwards, cfg.Includes = a.Forwards, a.Includes
	cfg.Storage = node.Storage{Format: a.Storage.Format, Quota: a.Storage.Quota, Bounce: a.Storage.Bounce}
	if a.Storage.Format == "files" {
		cfg.Storage.Format = ""
	}
	if a.AtOnce {
		cfg.AtOnce = &node.AtOnce{Takes: a.Takes}
	}
	if len(a.Lists) > 0 {
		cfg.Lists = make(map[string]node.List, len(a.Lists))
	}
	for address, l := range a.Lists {
		cfg.Lists[address] = node.List(l)
	}
	if len(a.Vacations) > 0 {
		cfg.Vacations = make(map[string]node.Vacation, len(a.Vacations))
	}
	for user, v := range a.Vacations {
		cfg.Vacations[user] = node.Vacation(v)
	}
}

// planLocks starts the processes that hold mailboxes for a time.
func (w *World) planLocks() {
	for i := range w.scenario.Hosts {
		name := w.scenario.Hosts[i].Name
		for _, l := range w.scenario.Hosts[i].Storage.Locks {
			h := w.net.Host(name)
			w.net.Spawn(h, "holds a mailbox", func() {
				h.Ports().Clock.Sleep(l.At)
				_ = w.nodes[name].Lock(l.User) // a full disk has no room for locks either
				h.Ports().Clock.Sleep(l.For)
				_ = w.nodes[name].Unlock(l.User) // it can only be gone already
			})
		}
	}
}
