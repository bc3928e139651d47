package sim

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/dns"
	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/node"
	"github.com/smtpsim/smtpsim/sim/persona"
	"github.com/smtpsim/smtpsim/sim/queue"
	"github.com/smtpsim/smtpsim/sim/scenario"
	"github.com/smtpsim/smtpsim/sim/smtpclient"
	"github.com/smtpsim/smtpsim/sim/vnet"
)

// The TTLs of records that a scenario does not write itself: of hosts, and of "there is no such name" (RFC 2308 §5).
const (
	hostTTL     = 3600
	negativeTTL = 60
)

func vnetLink(l scenario.Link) vnet.Link {
	return vnet.Link{Latency: l.Latency, Jitter: l.Jitter, BitsPerSecond: l.BitsPerSecond, LossPPM: l.LossPPM}
}

// build makes hosts, links, zones and nodes, and plans mail and faults.
func (w *World) build(secrets func([]byte), ports func(*host.Host), configure func(*node.Config)) error {
	sc := w.scenario
	for i := range sc.Hosts {
		h := &sc.Hosts[i]
		zone := time.UTC
		if h.Zone != 0 {
			zone = time.FixedZone("", int(h.Zone/time.Second))
		}
		w.net.AddHost(vnet.HostConfig{Name: h.Name, Addrs: h.Addrs, Offset: h.ClockOffset, DriftPPB: h.DriftPPB, Zone: zone})
		w.order = append(w.order, h.Name)
		if ports != nil {
			ports(w.net.Host(h.Name).Ports())
		}
	}
	if len(sc.Troubles) > 0 {
		w.troubles = troubles{keeper: w.net.AddHost(vnet.HostConfig{Name: keeperName}), configs: map[string]node.Config{},
			down: map[string]bool{}, shows: map[string]string{}, names: map[string][]func(*dns.Server){}}
	}
	for _, l := range sc.Links {
		w.net.SetLink(l.Between[0], l.Between[1], vnetLink(l))
	}
	authority := newAuthority(w.Seed(), sc.Start, secrets)
	if err := w.buildZones(authority); err != nil {
		return err
	}
	for i := range sc.Hosts {
		if sc.Hosts[i].Is(scenario.DNS) {
			w.serving = append(w.serving, &sc.Hosts[i])
		}
	}
	w.nodes, w.personas = map[string]*node.Node{}, map[string]*persona.Persona{}
	for i := range sc.Hosts {
		cfg, err := w.nodeConfig(&sc.Hosts[i], authority)
		if err != nil {
			return err
		}
		if err := w.troubleOf(&sc.Hosts[i], &cfg, authority); err != nil {
			return err
		}
		if configure != nil {
			configure(&cfg)
		}
		n, err := node.Start(cfg)
		if err != nil {
			return err
		}
		w.nodes[cfg.Host.Name] = n
		if d := n.DNS(); d != nil {
			d.SetSecured(secured(sc))
		}
		w.breakNames(n)
		if len(sc.Troubles) > 0 {
			w.troubles.configs[cfg.Host.Name] = cfg
		}
	}
	w.plan()
	return nil
}

// breakNames makes a name server fail for the names that the scenario calls broken.
func (w *World) breakNames(n *node.Node) {
	for _, b := range w.scenario.Broken {
		if d := n.DNS(); d != nil {
			d.SetFault(dns.Fault{Name: b.Name, Below: true, Kind: faultKind(b.How)})
		}
	}
}

func faultKind(how string) dns.FaultKind {
	if how == "silent" {
		return dns.FaultSilent
	}
	return dns.FaultServFail
}

// buildZones makes one root zone of what the scenario writes and of what follows from its hosts: A, AAAA and PTR.
func (w *World) buildZones(ca *authority) error {
	lines := append([]string{fmt.Sprintf(". %d IN SOA ns.example. hostmaster.ns.example. 1 3600 600 86400 %d", hostTTL, negativeTTL)},
		w.scenario.Zones...)
	for _, h := range w.scenario.Hosts {
		for _, a := range h.Addrs {
			kind := "A"
			if a.Is6() {
				kind = "AAAA"
			}
			lines = append(lines, fmt.Sprintf("%s. %d IN %s %s", h.Name, hostTTL, kind, a),
				fmt.Sprintf("%s %d IN PTR %s.", dns.ReverseName(a), hostTTL, h.Name))
		}
	}
	keys, err := w.keyRecords()
	if err != nil {
		return err
	}
	policies, err := publish(w.scenario, ca)
	if err != nil {
		return err
	}
	lines = append(lines, policies...)
	root, err := dns.ParseZone(".", append(lines, keys...)...)
	if err != nil {
		return fmt.Errorf("%s: zones: %w", w.scenario.Name, err)
	}
	w.zones = dns.NewZones(root)
	return nil
}

// nameServers are those that a host can reach with the address families it has.
func (w *World) nameServers(h *scenario.Host) []netip.AddrPort {
	has := map[bool]bool{}
	for _, a := range h.Addrs {
		has[a.Is4()] = true
	}
	var out []netip.AddrPort
	for _, s := range w.serving {
		for _, a := range s.Addrs {
			if has[a.Is4()] {
				out = append(out, netip.AddrPortFrom(a, dns.Port))
				break
			}
		}
	}
	return out
}

// personality is the one of that name, which nobody changes: hosts share it.
func (w *World) personality(name string) *persona.Persona {
	p, known := w.personas[name]
	if !known {
		p = persona.ByName(name)
		w.personas[name] = p
	}
	return p
}

func (w *World) nodeConfig(h *scenario.Host, ca *authority) (node.Config, error) {
	cfg := node.Config{
		Host: w.net.Host(h.Name).Ports(), Persona: w.personality(h.Persona), Memory: &w.memory,
		Domains: h.Domains, Users: h.Users, Aliases: h.Aliases, RelayFrom: h.RelayFrom, RelayTo: h.RelayTo,
		Resolver: w.nameServers(h), LookupClients: w.scenario.Lookups == "all", Extensions: h.Extensions, NoEHLO: h.NoEHLO,
		Limits: node.Limits{MessageSize: h.Limits.MessageSize, Recipients: h.Limits.Recipients, Hops: h.Limits.Hops},
		Waits:  h.Retry, GiveUp: h.GiveUp,
	}
	retryLike(&cfg, h)
	for _, r := range h.Roles {
		cfg.Roles = append(cfg.Roles, node.Role(r))
	}
	if h.Is(scenario.DNS) {
		cfg.Zones = w.zones
	}
	for domain, to := range h.Routes {
		next, _ := w.scenario.Host(to) // checked when the scenario was read
		if cfg.Rules == nil {
			cfg.Rules = map[string]queue.Rule{}
		}
		cfg.Rules[domain] = queue.Rule{Host: to, Addr: next.Addrs[0]}
	}
	for _, r := range h.Replies {
		reply, err := parseReply(r.Text)
		if err != nil {
			return cfg, fmt.Errorf("%s: %w", h.Name, err)
		}
		cfg.Replies = append(cfg.Replies, node.Reply{At: node.Stage(r.At), Recipient: r.Recipient, Reply: reply, Times: r.Times})
	}
	cfg.TLS.Client = map[string]queue.TLSUse{"may": queue.TLSMay, "never": queue.TLSNever, "must": queue.TLSMust}[h.TLS.Client]
	cfg.TLS.Base = ca.client()
	if h.TLS.Offer {
		server, err := ca.server(h.Name, h.TLS.Certificate)
		if err != nil {
			return cfg, fmt.Errorf("%s: %w", h.Name, err)
		}
		cfg.TLS.Server = server
	}
	if h.Is(scenario.MUA) {
		msa, _ := w.scenario.Host(h.SubmitTo) // checked when the scenario was read
		cfg.SubmitTo = msa.Name
		if w.scenario.Lookups == "routing" {
			cfg.SubmitAddr = netip.AddrPortFrom(msa.Addrs[0], node.PortSubmission)
		}
	}
	w.accounts(&cfg, h, ca)
	cfg.Admission = w.admission(h)
	if err := secure(&cfg, h, ca); err != nil {
		return cfg, err
	}
	if err := w.authenticate(&cfg, h); err != nil {
		return cfg, err
	}
	extend(&cfg, h)
	sends(&cfg, &h.Sending)
	if err := employ(&cfg, h); err != nil {
		return cfg, err
	}
	err := serve(&cfg, h)
	return cfg, err
}

// parseReply reads "450 4.2.0 Mailbox busy".
func parseReply(s string) (smtp.Reply, error) {
	var p smtp.ReplyParser
	done, err := p.Line(s)
	if err != nil || !done {
		return smtp.Reply{}, fmt.Errorf("expected a reply of one line such as \"450 4.2.0 Mailbox busy\", found %q", s)
	}
	return p.Reply(), nil
}

// plan starts the processes that write mail and change the world at their times.
func (w *World) plan() {
	for i := range w.scenario.Mail {
		m := &w.scenario.Mail[i]
		w.planMail(m, 0)
	}
	for i := range w.scenario.Faults {
		f := &w.scenario.Faults[i]
		keeper := w.net.Host(w.order[0])
		w.net.Spawn(keeper, "fault", func() {
			keeper.Ports().Clock.Sleep(f.At)
			w.fault(f.Host, f.Links, f.State)
			if f.Until > 0 {
				keeper.Ports().Clock.Sleep(f.Until - f.At)
				w.fault(f.Host, f.Links, "on")
			}
		})
	}
	w.planTroubles()
	w.planCollects()
	w.planTracks()
	w.planFetches()
	w.planLocks()
	w.planArrivals()
	w.planScripts()
	if w.ev.witness != nil {
		w.ev.witness.plan()
	}
}

// planMail starts the process that writes a mail, or what of a series is still to come.
func (w *World) planMail(m *scenario.Mail, from time.Duration) {
	h := w.net.Host(m.Host)
	first, count := m.At, max(m.Count, 1)
	for ; count > 0 && first < from; count-- {
		first += m.Every
	}
	if count == 0 {
		return
	}
	w.net.Spawn(h, "writes mail", func() {
		h.Ports().Clock.Sleep(first - from)
		for range count {
			w.submit(m)
			if m.Every > 0 {
				h.Ports().Clock.Sleep(m.Every)
			}
		}
	})
}

// handOver submits a composed mail. An MUA has no queue (RFC 5598 §4.2.1): what is not taken, its user must know.
func (w *World) handOver(hostName string, env smtp.Envelope, text []byte) {
	result, err := w.nodes[hostName].Submit(env, text)
	w.tell(hostName, env, result, err)
}

// tell claims which recipients nobody took a mail for.
func (w *World) tell(hostName string, env smtp.Envelope, result smtpclient.Result, err error) {
	for i := range env.Recipients {
		why := ""
		switch {
		case i < len(result.Recipients) && !result.Recipients[i].Accepted && result.Recipients[i].Reply.Code != 0:
			why = oneLine(result.Recipients[i].Reply)
		case err != nil:
			why = err.Error()
		default:
			continue
		}
		w.unsent(hostName, env.Reverse.Address(), env.Recipients[i].Forward.Address(), why)
	}
}

// unsent claims that a mail program could not get rid of a mail.
func (w *World) unsent(hostName, from, to, why string) {
	ports := w.net.Host(hostName).Ports()
	ports.Claims.Claim(host.Claim{Time: ports.Clock.Now(), Host: hostName, Role: host.RoleClient, Kind: host.ClaimDropped,
		Reverse: from, Recipient: to, Text: why})
}

// oneLine is a reply as one line of text.
func oneLine(r smtp.Reply) string {
	return strings.TrimRight(strings.ReplaceAll(string(r.Append(nil)), "\r\n", " "), " ")
}

// fault switches a host or a link and notes it in the timeline.
func (w *World) fault(hostName string, link [2]string, state string) {
	if hostName != "" {
		mode := map[string]vnet.Mode{"on": vnet.Up, "off": vnet.Refusing, "silent": vnet.Silent}[state]
		w.net.SetDown(hostName, mode)
		w.ev.fault(hostName, "", state)
		return
	}
	w.net.SetLinkDown(link[0], link[1], state == "off")
	w.ev.fault(link[0], link[1], state)
}
