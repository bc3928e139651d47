package sim

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/node"
	"github.com/smtpsim/smtpsim/sim/scenario"
)

// serve fills in what a host does for others beside taking their mail.
func serve(cfg *node.Config, h *scenario.Host) error {
	cfg.Disclosure = node.Disclosure{Verify: h.Disclose.Verify, Expand: h.Disclose.Expand, Help: h.Disclose.Help,
		Names: h.Disclose.Names}
	cfg.Routing = node.Routing{Source: h.Routing.Source, Percent: h.Routing.Percent}
	cfg.LoggedIn, cfg.Turns, cfg.Checkpoint, cfg.ProxyFrom = h.LoggedIn, h.Turns, h.Checkpoint, h.ProxyFrom
	cfg.Discover = h.Discover
	cfg.TLS.Submissions, cfg.StrictSubmission = h.TLS.Submissions, h.StrictSubmission
	if h.SubmitPort != 0 {
		cfg.SubmitAddr = netip.AddrPortFrom(cfg.SubmitAddr.Addr(), h.SubmitPort)
	}
	for _, verb := range slices.Sorted(maps.Keys(h.PrivateVerbs)) {
		reply, err := parseReply(h.PrivateVerbs[verb])
		if err != nil {
			return fmt.Errorf("%s: %w", h.Name, err)
		}
		if cfg.Private == nil {
			cfg.Private = map[smtp.Verb]smtp.Reply{}
		}
		cfg.Private[smtp.Verb(verb)] = reply
	}
	return nil
}

// planCollects starts the processes that ask other hosts for mail.
func (w *World) planCollects() {
	for i := range w.scenario.Hosts {
		name := w.scenario.Hosts[i].Name
		for _, c := range w.scenario.Hosts[i].Collect {
			h := w.net.Host(name)
			w.net.Spawn(h, "collects mail", func() {
				h.Ports().Clock.Sleep(c.At)
				err := w.nodes[name].Collect(node.Collect{From: c.From, With: smtp.Verb(c.With), Domains: c.Domains,
					Identity: c.Identity, Password: c.Password})
				if err != nil {
					w.unsent(name, "", c.From, err.Error())
				}
			})
		}
	}
}
