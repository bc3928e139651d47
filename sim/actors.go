package sim

import (
	"github.com/smtpsim/smtpsim/sim/node"
	"github.com/smtpsim/smtpsim/sim/scenario"
)

// employ fills in who takes mail at a host beside its mailboxes.
func employ(cfg *node.Config, a *scenario.Actors) {
	cfg.Forwards, cfg.Includes = a.Forwards, a.Includes
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
