package sim

import (
	"reflect"

	"github.com/smtpsim/smtpsim/sim/node"
	"github.com/smtpsim/smtpsim/sim/policy"
	"github.com/smtpsim/smtpsim/sim/scenario"
)

// admission makes a host's demands of strangers; nil where it has none.
func (w *World) admission(h *scenario.Host) *node.Admission {
	a := &h.Admission
	if reflect.ValueOf(*a).IsZero() {
		return nil
	}
	out := &node.Admission{AtConnect: a.AtConnect, Named: policy.Named(a.ReverseName), Hello: policy.Hello(a.Hello),
		Tarpit: a.Tarpit, Allow: a.Allow, Sender: a.Verify == "sender" || a.Verify == "both",
		Recipient: a.Verify == "recipient" || a.Verify == "both"}
	for _, zone := range a.DNSBL {
		out.Lists = append(out.Lists, policy.List(zone))
	}
	if r := a.Rate; r.Connections+r.Messages+r.Recipients > 0 {
		out.Rates = policy.NewRates(policy.Limits{Per: r.Per, Connections: r.Connections, Messages: r.Messages, Recipients: r.Recipients})
	}
	if a.Greylist.On {
		out.Greylist = w.greylist(&a.Greylist)
	}
	return out
}

// greylist is the memory of a host, or the one that it shares.
func (w *World) greylist(g *scenario.Greylist) *policy.Greylist {
	if known := w.greylists[g.Shared]; known != nil && g.Shared != "" {
		return known
	}
	made := policy.NewGreylist(policy.GreylistOptions{Min: g.Min, Max: g.Max, Keep: g.Keep, Prefix: g.Prefix})
	if w.greylists == nil {
		w.greylists = map[string]*policy.Greylist{}
	}
	w.greylists[g.Shared] = made
	return made
}
