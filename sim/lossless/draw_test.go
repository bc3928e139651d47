package lossless

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/smtpsim/smtpsim/sim/fault"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// drawer draws from one stream, so that a number names a network.
type drawer struct{ *rand.Rand }

func (r drawer) odds(percent int) bool { return r.IntN(100) < percent }

func pick[T any](r drawer, from ...T) T { return from[r.IntN(len(from))] }

// draw makes the network of a number: mostly small ones, for what goes wrong does so among few.
func draw(seed uint64) *draft {
	r := drawer{rand.New(rand.NewPCG(seed, 5321))}
	d := &draft{seed: seed, jitter: pick(r, "", "", "", "5ms", "400ms")}
	hosts := 1 + r.IntN(3)
	if r.odds(15) {
		hosts = 4 + r.IntN(5)
	}
	for n := range hosts {
		d.hosts = append(d.hosts, r.host(n, hosts))
	}
	if hosts > 1 && r.odds(8) { // two lists that are each other's member: only the hops end that
		a := r.IntN(hosts)
		b := (a + 1 + r.IntN(hosts-1)) % hosts
		d.hosts[a].aliases = map[string]string{"list": "list@" + d.hosts[b].domain()}
		d.hosts[b].aliases = map[string]string{"list": "list@" + d.hosts[a].domain()}
	}
	if r.odds(20) {
		d.zones = append(d.zones, fmt.Sprintf("stray.example. 300 IN MX 10 mx%d.example.", r.IntN(hosts)))
	}
	for n := range 1 + r.IntN(4) {
		d.mails = append(d.mails, r.mail(n, d))
	}
	for range r.IntN(5) {
		d.faults = append(d.faults, r.fault(d))
		if r.odds(15) {
			d.faults = append(d.faults, r.cutSession(d)...)
		}
	}
	return d
}

func (r drawer) host(n, hosts int) hostDraft {
	h := hostDraft{n: n, backup: -1}
	if hosts > 1 && r.odds(30) {
		h.backup = (n + 1 + r.IntN(hosts-1)) % hosts
	}
	if r.odds(30) {
		h.aliases = map[string]string{"list": fmt.Sprintf("bob@d%d.example, ann@d%d.example", n, r.IntN(hosts))}
	}
	if r.odds(15) {
		h.aliases = map[string]string{"list": fmt.Sprintf("list@d%d.example", r.IntN(hosts)), "gone": "nobody@" + h.domain()}
	}
	if hosts > 1 && r.odds(10) {
		h.routes = map[string]string{fmt.Sprintf("d%d.example", r.IntN(hosts)): fmt.Sprintf("mx%d", r.IntN(hosts))}
		delete(h.routes, h.domain())
	}
	for _, line := range []struct {
		percent int
		text    string
	}{
		{70, "persona: " + pick(r, persona.Names()...)}, {10, "ehlo: no"}, {20, "extensions: [SIZE, ENHANCEDSTATUSCODES]"}, {30, "limits: {hops: 6}"},
		{10, "limits: {message-size: 3000}"}, {15, "tls: {offer: yes}"}, {8, "tls: {offer: yes, client: must}"}, {80, "retry: [5m, 20m, 2h]"},
		{40, "give-up: " + pick(r, "1h", "6h", "2d")}, {10, "clock: {offset: " + pick(r, "-3h", "25h") + "}"},
	} {
		dup := slices.ContainsFunc(h.lines, func(have string) bool { return have[:5] == line.text[:5] })
		if r.odds(line.percent) && !dup {
			h.lines = append(h.lines, line.text)
		}
	}
	if r.odds(15) {
		h.lines = append(h.lines, fmt.Sprintf("lists: {club@d%d.example: {members: [bob@d%d.example, ann@d%d.example, nobody@d%d.example], owner: ann@d%d.example%s}}",
			n, n, r.IntN(hosts), r.IntN(hosts), n, pick(r, "", ", verp: yes")))
	}
	if r.odds(20) {
		h.login = ", auth: {user: ann, password: secret}"
		h.lines = append(h.lines, "passwords: {ann: secret}", "auth: {mechanisms: ["+pick(r, "PLAIN", "LOGIN, CRAM-MD5", "SCRAM-SHA-256")+"]}")
	}
	return h
}

// address is of somebody whom there is, mostly.
func (r drawer) address(hosts int) string {
	local := pick(r, "ann", "bob", "bob", "bob", "list", "list", "club", "nobody", "gone", "postmaster")
	switch {
	case r.odds(4):
		return "x@" + pick(r, "null.example", "nix.example", "stray.example")
	case r.odds(8):
		return local + "@stray.example"
	}
	return fmt.Sprintf("%s@d%d.example", local, r.IntN(hosts))
}

func (r drawer) mail(n int, d *draft) mailDraft {
	m := mailDraft{n: n, at: r.moment(2 * time.Hour), from: r.IntN(len(d.hosts)), null: r.odds(8), eight: r.odds(10)}
	if r.odds(20) {
		m.notify = pick(r, "NEVER", "NEVER", "SUCCESS,FAILURE", "FAILURE,DELAY", "DELAY")
	}
	for range 1 + r.IntN(3) {
		if a := r.address(len(d.hosts)); !slices.Contains(m.to, a) {
			m.to = append(m.to, a)
		}
	}
	m.header = fmt.Sprintf("bob@d%d.example", r.IntN(len(d.hosts)))
	if r.odds(15) {
		m.size = 5000
	}
	return m
}

// moment is a time below max, often a very early one.
func (r drawer) moment(max time.Duration) string {
	if r.odds(50) {
		max = 3 * time.Second
	}
	return (time.Duration(r.Int64N(int64(max))) / time.Millisecond * time.Millisecond).String()
}

func (r drawer) fault(d *draft) faultDraft {
	kind := pick(r, fault.Kinds()...)
	a := d.hosts[r.IntN(len(d.hosts))].name()
	f := faultDraft{hosts: []string{a}}
	if kind.InSession() && (kind != fault.Crash || r.odds(70)) {
		return r.sessionFault(f, kind, a)
	}
	text := fmt.Sprintf("at: %s, do: %s", r.moment(time.Hour), kind)
	if kind != fault.Crash {
		text += ", for: " + pick(r, "10s", "10m", "3h", "2d")
	}
	switch {
	case kind.OnLink() && len(d.hosts) > 1 && r.odds(60):
		b := a
		for b == a {
			b = d.hosts[r.IntN(len(d.hosts))].name()
		}
		text += fmt.Sprintf(", link: [%s, %s]", a, b)
		f.hosts = append(f.hosts, b)
	case kind == fault.DNS:
		text += ", host: ns, how: " + pick(r, fault.ServFail, fault.Timeout, fault.Lame, fault.Stale)
		f.hosts = nil
	case kind != fault.Zone:
		text += ", host: " + a
	}
	f.text = text + r.details(kind, a)
	return f
}

// details are the keys that only some kinds have.
func (r drawer) details(kind fault.Kind, a string) string {
	switch kind {
	case fault.Crash:
		return r.down()
	case fault.Refuse, fault.Silent:
		return ", service: " + pick(r, "smtp", "submission")
	case fault.Loss, fault.Duplicate:
		return ", odds: " + pick(r, "5%", "30%", "60%")
	case fault.Reorder:
		return ", odds: 30%, wait: 200ms"
	case fault.Clog:
		return ", bandwidth: " + pick(r, "300bit", "5kbit")
	case fault.DiskFull:
		return ", odds: " + pick(r, "30%", "100%")
	case fault.Clock:
		return ", offset: " + pick(r, "-2h", "1h", "30h") + ", drift: 50ppm"
	case fault.Certificate:
		return ", how: " + pick(r, fault.Expired, fault.WrongName)
	case fault.Zone:
		domain := "d" + a[2:]
		return fmt.Sprintf(", remove: [\"%s. MX\"], add: [\"%s. 60 IN MX 10 %s.\"]", domain, domain, pick(r, a, "mx0.example", "nix.example"))
	}
	return ""
}

// cutSession cuts a host off while one of its sessions stays at a stage: by chance alone that happens too seldom.
func (r drawer) cutSession(d *draft) []faultDraft {
	a := d.hosts[r.IntN(len(d.hosts))].name()
	return []faultDraft{
		{hosts: []string{a}, text: fmt.Sprintf("do: %s, host: %s, command: %s, times: 1, wait: 4m", fault.Hang, a, pick(r, stages()...))},
		{hosts: []string{a}, text: fmt.Sprintf("at: %s, do: %s, host: %s, for: %s", r.moment(time.Minute), fault.Partition, a, pick(r, "1m", "20m", "3h"))},
	}
}

func (r drawer) sessionFault(f faultDraft, kind fault.Kind, a string) faultDraft {
	stages := slices.DeleteFunc(fault.Stages(), func(s fault.Stage) bool { return !kind.CanStrike(s) })
	stage := pick(r, stages...)
	if stage != fault.AtEnd && kind.CanStrike(fault.AtEnd) && r.odds(20) {
		stage = fault.AtEnd // where most is at stake
	}
	f.text = fmt.Sprintf("do: %s, host: %s, command: %s", kind, a, stage)
	if r.odds(30) {
		f.text += ", at: " + r.moment(time.Hour) + ", for: " + pick(r, "5s", "10m", "3h")
	}
	if stage == fault.AtEnd && (kind == fault.DropAfter || kind == fault.CrashAfter) || kind == fault.Delay {
		f.text += pick(r, ", times: 1", ", times: 3") // each doubles the mail: in a loop without end they would be too many
	} else {
		f.text += pick(r, "", "", ", times: 1", ", times: 1", ", times: 3", ", odds: 50%")
	}
	switch kind {
	case fault.Reply:
		f.text += `, reply: "` + pick(r, "421 4.3.2 closing", "450 4.2.0 later", "451 4.3.0 local error", "452 4.2.2 full", "550 5.1.1 no", "554 5.7.1 never") + `"`
	case fault.Delay:
		f.text += ", wait: " + pick(r, "10s", "4m", "11m")
	case fault.Drip:
		f.text += ", wait: " + pick(r, "100ms", "5s")
	case fault.Crash, fault.CrashAfter:
		f.text += r.down()
	}
	return f
}

func (r drawer) down() string {
	return pick(r, ", down: 1s", ", down: 10m", ", down: 3h", ", down: 10m, queue: lost", "")
}

// stages are those that the report of coverage lists.
func stages() []fault.Stage {
	return []fault.Stage{fault.AtConnect, fault.AtGreeting, fault.AtHello, fault.AtMail, fault.AtRcpt, fault.AtData, fault.AtText, fault.AtEnd, fault.AtQuit}
}
