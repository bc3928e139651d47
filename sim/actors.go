package sim

import (
	"fmt"
	"strings"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/node"
	"github.com/smtpsim/smtpsim/sim/scenario"
)

// employ fills in who takes mail at a host beside its mailboxes.
func employ(cfg *node.Config, h *scenario.Host) error {
	a := &h.Actors
	if a.Receipts != "" {
		cfg.Receipts = &node.Receipts{User: h.User, Ask: a.Receipts == "ask"}
	}
	cfg.Forwards, cfg.Includes = a.Forwards, a.Includes
	cfg.Storage = node.Storage{Format: a.Storage.Format, Quota: a.Storage.Quota, Bounce: a.Storage.Bounce}
	if a.Storage.Format == "files" {
		cfg.Storage.Format = ""
	}
	if a.SRS != "" {
		cfg.SRS = &node.SRS{Domain: a.SRS, Secret: "secret of " + cfg.Host.Name}
	}
	if f := a.Filter; f != nil {
		cfg.Filter = &node.Filter{Quarantine: f.Quarantine, Hide: f.Hide, Show: f.Show}
		for _, r := range f.Rules {
			reply, err := smtp.Reply{}, error(nil)
			if r.Reply != "" {
				reply, err = parseReply(r.Reply)
			}
			if err != nil {
				return fmt.Errorf("%s: %w", cfg.Host.Name, err)
			}
			cfg.Filter.Rules = append(cfg.Filter.Rules, node.FilterRule{Field: r.Field, Has: r.Has, Does: node.FilterDeed(r.Does), Reply: reply, Tag: r.Tag})
		}
	}
	if g := a.Gateway; g != nil {
		cfg.Gateway = &node.Gateway{World: g.World, Domain: g.Domain, Sites: g.Sites, Takes: g.Takes}
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
	return nil
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

// planArrivals starts the processes in which mail comes out of the worlds behind gateways.
func (w *World) planArrivals() {
	for i := range w.scenario.Hosts {
		name, g := w.scenario.Hosts[i].Name, w.scenario.Hosts[i].Gateway
		if g == nil {
			continue
		}
		for _, f := range g.Arrives {
			h := w.net.Host(name)
			w.net.Spawn(h, "mail from another world", func() {
				h.Ports().Clock.Sleep(f.At)
				if err := w.nodes[name].Arrive(node.Foreign{From: f.From, To: f.To, Text: f.Text}); err != nil {
					w.unsent(name, f.From, f.To[0], err.Error())
				}
			})
		}
	}
}

// byAgent is what took a mail that went into no mailbox, in the words of who delivered it: a list, a program, a file, a gateway.
func byAgent(c *host.Claim) string {
	if len(c.Texts) == 0 {
		return ""
	}
	for _, words := range [...]string{"sent to ", "delivered to command: ", "delivered to file: ", "forwarded to ", "handed over to "} {
		if strings.HasPrefix(c.Texts[0], words) {
			return c.Texts[0]
		}
	}
	return ""
}
