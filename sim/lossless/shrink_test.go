package lossless

import (
	"fmt"
	"slices"
	"strings"
)

// smaller gives drafts with one thing less, the largest things first.
func smaller(d *draft) []*draft {
	var out []*draft
	without := func(change func(*draft)) {
		c := d.clone()
		change(c)
		out = append(out, c)
	}
	for i := range d.hosts {
		if len(d.hosts) > 1 {
			without(func(c *draft) { c.removeHost(i) })
		}
	}
	for i := range d.faults {
		without(func(c *draft) { c.faults = slices.Delete(c.faults, i, i+1) })
	}
	for i := range d.mails {
		if len(d.mails) > 1 {
			without(func(c *draft) { c.mails = slices.Delete(c.mails, i, i+1) })
		}
		for j := range d.mails[i].to {
			if len(d.mails[i].to) > 1 {
				without(func(c *draft) { c.mails[i].to = slices.Delete(slices.Clone(c.mails[i].to), j, j+1) })
			}
		}
		without(func(c *draft) { c.mails[i].at = "1s" })
		without(func(c *draft) {
			c.mails[i].null, c.mails[i].eight, c.mails[i].notify, c.mails[i].size = false, false, "", 0
		})
	}
	for i := range d.hosts {
		without(func(c *draft) { c.hosts[i].backup = -1 })
		without(func(c *draft) { c.hosts[i].aliases = nil })
		without(func(c *draft) { c.hosts[i].login = "" })
		without(func(c *draft) { c.hosts[i].routes = nil })
		for j := range d.hosts[i].lines {
			without(func(c *draft) { c.hosts[i].lines = slices.Delete(slices.Clone(c.hosts[i].lines), j, j+1) })
		}
	}
	without(func(c *draft) { c.zones = nil })
	without(func(c *draft) { c.jitter = "" })
	return out
}

// removeHost takes a host away with everything that names it. Mail to its domain stays, and finds nobody.
func (d *draft) removeHost(i int) {
	h := d.hosts[i]
	d.hosts = slices.Delete(d.hosts, i, i+1)
	d.mails = slices.DeleteFunc(d.mails, func(m mailDraft) bool { return m.from == h.n })
	d.faults = slices.DeleteFunc(d.faults, func(f faultDraft) bool { return slices.Contains(f.hosts, h.name()) })
	d.zones = slices.DeleteFunc(d.zones, func(z string) bool { return strings.HasSuffix(z, h.name()+".") })
	for k := range d.hosts {
		if d.hosts[k].backup == h.n {
			d.hosts[k].backup = -1
		}
		for _, to := range d.hosts[k].routes {
			if to == fmt.Sprintf("mx%d", h.n) {
				d.hosts[k].routes = nil
			}
		}
	}
	if len(d.mails) == 0 {
		d.mails = []mailDraft{{from: d.hosts[0].n, at: "1s", to: []string{"bob@" + d.hosts[0].domain()}, header: "bob@" + d.hosts[0].domain()}}
	}
}
