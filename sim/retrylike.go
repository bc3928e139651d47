package sim

import (
	"github.com/smtpsim/smtpsim/sim/node"
	"github.com/smtpsim/smtpsim/sim/persona"
	"github.com/smtpsim/smtpsim/sim/scenario"
)

// retryLike gives a host the schedule of a software, whatever its personality. What the scenario says itself stays.
func retryLike(cfg *node.Config, h *scenario.Host) {
	s, ok := persona.ScheduleByName(h.RetryLike)
	if !ok {
		return
	}
	if cfg.Persona == nil {
		cfg.Persona = persona.Postfix()
	}
	p := *cfg.Persona
	p.Retry = s.Retry
	cfg.Persona, cfg.Waits = &p, s.Waits
	if cfg.GiveUp == 0 {
		cfg.GiveUp = s.GiveUp
	}
	if cfg.DelayDSN = s.DelayDSN; s.DelayDSN == 0 {
		cfg.DelayDSN = -1
	}
}
