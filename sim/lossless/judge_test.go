package lossless

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/smtpsim/smtpsim/sim"
	"github.com/smtpsim/smtpsim/sim/fault"
)

// fate is what should become of a mail for one leaf: an address that is a mailbox, or that nobody has.
type fate struct {
	leaf  string
	live  bool            // there is a mailbox
	ways  map[string]bool // addresses that led to it: reports and queues may name any of them
	times int             // accepted recipients that lead to it
	never bool            // NOTIFY without FAILURE
}

// found is what the disks hold of one mail.
type found struct {
	delivered map[string]int // by address
	reported  map[string]int // by final recipient
	waiting   map[string]int // by recipient
}

// judge holds what the disks hold against what the witnesses saw.
func (l *ledger) judge(d *draft, w *sim.World) []string {
	all := map[int]*found{}
	for i := range d.mails {
		all[d.mails[i].n] = &found{map[string]int{}, map[string]int{}, map[string]int{}}
	}
	l.readBoxes(all)
	l.readSpools(all, w)
	for i := range d.mails {
		l.judgeMail(d, &d.mails[i], all[d.mails[i].n])
	}
	return l.wrong
}

// readBoxes reads the mailboxes from the disks.
func (l *ledger) readBoxes(all map[int]*found) {
	for _, name := range slices.Sorted(maps.Keys(l.disks)) {
		h, _ := l.sc.Host(name)
		for _, file := range l.disks[name].List("mailbox/") {
			text, _ := l.disks[name].Get(file)
			f := factsOf(text)
			address := strings.Split(file, "/")[1] + "@" + h.Domains[0]
			m := all[f.mail]
			switch {
			case m == nil:
				l.accuse("%s holds a mail that nobody wrote: %.200q", address, text)
			case f.reports == 0:
				m.delivered[address]++
			case f.reports > 1 && !isPostmaster(address):
				l.accuse("%s holds a report about a report about m%d", address, f.mail)
			default:
				for _, r := range f.failed {
					m.reported[r]++
				}
				if writer := l.writer(f.mail); address != writer && !isPostmaster(address) && !l.owns(address) {
					l.accuse("%s holds the report about m%d, which <%s> wrote", address, f.mail, writer)
				}
			}
		}
	}
}

// owns reports whether a list sends in the name of an address.
func (l *ledger) owns(address string) bool {
	for i := range l.sc.Hosts {
		for _, list := range l.sc.Hosts[i].Lists {
			if list.Owner == address {
				return true
			}
		}
	}
	return false
}

// writer is the reverse-path of a mail.
func (l *ledger) writer(mail int) string {
	for _, m := range l.sc.Mail {
		if strings.Contains(m.Raw, fmt.Sprintf("Subject: m%d\n", mail)) {
			return m.From
		}
	}
	return ""
}

// readSpools reads the queues: what the disk holds counts, and of that what the queue still lists. After so long a time nothing
// may wait on a host that is up.
func (l *ledger) readSpools(all map[int]*found, w *sim.World) {
	for _, name := range slices.Sorted(maps.Keys(l.disks)) {
		listed, files := map[string][]string{}, map[string]bool{}
		for _, item := range w.Queue(name) {
			listed[item.ID] = append(listed[item.ID], item.Recipient)
		}
		for _, file := range l.disks[name].List("spool/") {
			id := strings.TrimPrefix(file, "spool/")
			files[id] = true
			data, _ := l.disks[name].Get(file)
			head, text, _ := strings.Cut(string(data), "\nDATA\n")
			f := factsOf([]byte(text))
			to := listed[id]
			for line := range strings.SplitSeq(head, "\n") {
				if r, ok := strings.CutPrefix(line, "RCPT TO:<"); ok && listed[id] == nil {
					to = append(to, r[:strings.IndexByte(r, '>')])
				}
			}
			if m := all[f.mail]; m != nil {
				if f.reports > 0 {
					to = f.failed
				}
				for _, r := range to {
					m.waiting[r]++
				}
			}
			if !l.goneForGood(name) {
				l.accuse("%s still has m%d for %v, long after its time to give up", name, f.mail, to)
			}
		}
		for _, id := range slices.Sorted(maps.Keys(listed)) {
			if !files[id] && !l.crashes(name, true) {
				l.accuse("%s has %s in its memory only", name, id)
			}
		}
	}
}

// crashes reports whether the scenario lets a host crash, with or without losing its queue.
func (l *ledger) crashes(name string, losing bool) bool {
	return slices.ContainsFunc(l.sc.Troubles, func(f fault.Fault) bool {
		return f.Host == name && (f.Kind == fault.Crash || f.Kind == fault.CrashAfter) && (!losing || f.QueueLost)
	})
}

// goneForGood reports whether a host may have crashed and not come back.
func (l *ledger) goneForGood(name string) bool {
	return slices.ContainsFunc(l.sc.Troubles, func(f fault.Fault) bool {
		return f.Host == name && (f.Kind == fault.Crash || f.Kind == fault.CrashAfter) && f.Down == 0
	})
}

// judgeMail says whether one mail is where it belongs.
func (l *ledger) judgeMail(d *draft, m *mailDraft, got *found) {
	fates := l.fates(m)
	doubled, lost := l.excuses(m.n)
	for _, leaf := range slices.Sorted(maps.Keys(fates)) {
		f := fates[leaf]
		delivered, reported, waits := got.delivered[leaf], 0, 0
		for _, way := range slices.Sorted(maps.Keys(f.ways)) {
			reported += got.reported[way]
			waits += got.waiting[way]
		}
		total := delivered + reported + waits
		switch {
		case total == 0 && !lost && !f.never:
			l.accuse("m%d for <%s> is lost: taken, but in no mailbox, no report and no queue", m.n, leaf)
		case total > f.times && !doubled:
			l.accuse("m%d for <%s> %d times: delivered %d, reported %d, waiting %d; no final reply was lost", m.n, leaf, total, delivered,
				reported, waits)
		}
	}
	for _, address := range slices.Sorted(maps.Keys(got.delivered)) {
		if f := fates[address]; f == nil || !f.live {
			l.accuse("m%d is in the mailbox of <%s>, where it does not belong", m.n, address)
		}
	}
}

// fates is what was taken from the mail program, resolved by the aliases of the scenario.
func (l *ledger) fates(m *mailDraft) map[string]*fate {
	out := map[string]*fate{}
	pc := fmt.Sprintf("pc%d.example", m.from)
	for _, p := range l.took {
		if p.from != pc || p.mail != m.n {
			continue
		}
		for _, r := range p.recipients {
			leaves := map[string]map[string]bool{}
			l.expand(r, m.null, nil, leaves)
			for leaf, ways := range leaves {
				f := out[leaf]
				if f == nil {
					f = &fate{leaf: leaf, live: l.lives(leaf), ways: map[string]bool{}}
					out[leaf] = f
				}
				maps.Copy(f.ways, ways)
				f.times++
				f.never = f.never || m.notify != "" && !strings.Contains(m.notify, "FAILURE") && m.to[0] == r
			}
		}
	}
	return out
}

// expand follows the aliases from an address to its leaves; a circle of aliases is a leaf that nobody has.
func (l *ledger) expand(address string, null bool, before []string, leaves map[string]map[string]bool) {
	way := append(slices.Clone(before), address)
	to, ok := l.alias(address, null)
	circle := slices.Index(before, address)
	if !ok || circle >= 0 {
		leaf := address
		if circle >= 0 {
			leaf = slices.Min(before[circle:]) // wherever one enters it
		}
		ways := leaves[leaf]
		if ways == nil {
			ways = map[string]bool{}
			leaves[leaf] = ways
		}
		for _, a := range way {
			ways[a] = true
		}
		return
	}
	for _, next := range to {
		l.expand(next, null, way, leaves)
	}
}

// alias is what stands for an address: an alias, or a list, whose owner gets what comes from nobody.
func (l *ledger) alias(address string, null bool) ([]string, bool) {
	local, domain, _ := strings.Cut(address, "@")
	for i := range l.sc.Hosts {
		if h := &l.sc.Hosts[i]; slices.Contains(h.Domains, domain) {
			if list, ok := h.Lists[address]; ok && null {
				return []string{list.Owner}, true
			} else if ok {
				return list.Members, true
			}
			to, ok := h.Aliases[local]
			return to, ok
		}
	}
	return nil, false
}

func (l *ledger) lives(address string) bool {
	local, domain, _ := strings.Cut(address, "@")
	for i := range l.sc.Hosts {
		if h := &l.sc.Hosts[i]; slices.Contains(h.Domains, domain) {
			_, alias := h.Aliases[local]
			return !alias && (local == "postmaster" || slices.Contains(h.Users, local))
		}
	}
	return false
}

// excuses says why a mail may be there twice, or not at all. Twice: a server took it and the client was not told (RFC 1047), or
// a full disk kept a host from noting what is done and then it crashed. Not at all: a crash lost the queue it was in.
func (l *ledger) excuses(mail int) (doubled, lost bool) {
	balance := map[[2]string]int{}
	for _, p := range l.took {
		if p.mail != mail {
			continue
		}
		balance[[2]string{p.from, p.to}]++
		full := slices.ContainsFunc(l.sc.Troubles, func(f fault.Fault) bool { return f.Host == p.to && f.Kind == fault.DiskFull })
		doubled = doubled || full && l.crashes(p.to, false)
		lost = lost || l.crashes(p.to, true)
	}
	for _, p := range l.told {
		if p.mail == mail {
			balance[[2]string{p.from, p.to}]--
		}
	}
	for pair, n := range balance {
		if n < 0 {
			l.accuse("%s was told that %s took m%d, which it did not", pair[0], pair[1], mail)
		}
		doubled = doubled || n > 0
	}
	return doubled, lost
}
