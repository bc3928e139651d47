package sim

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/scenario"
	"github.com/smtpsim/smtpsim/trace"
	"github.com/smtpsim/smtpsim/trace/hops"
)

// The hops that the tracer reads out of each delivered message are the way that the world itself tells: which host took
// the mail from whom, under which id, for whom, by which protocol, and what its own clock said then. The struct that was
// formatted into the trace field is never looked at.
func TestCrownHops(t *testing.T) {
	for _, c := range crown() {
		for _, seed := range seeds(t) {
			t.Run(fmt.Sprintf("%s/%d", c.name(), seed), func(t *testing.T) {
				s := c.observe(t, seed)
				ways := accounts(t, s)
				if len(ways) == 0 || len(ways) != len(s.mailboxes) {
					t.Fatalf("the world tells of %d deliveries, %d messages lie in mailboxes", len(ways), len(s.mailboxes))
				}
				for _, d := range wayDifferences(s, ways, c.loss) {
					t.Error(d)
				}
			})
		}
	}
}

// step is one stretch of a mail's way as a tracer or the world tells it.
type step struct {
	by, helo, rdns, ip, with, id, recipient string
	tls                                     bool
	time                                    string // RFC 3339 with the zone of the host
}

// way is how one mail came into one mailbox.
type way struct {
	host, user, returnPath string
	steps                  []step
}

func (w way) String() string {
	lines := []string{fmt.Sprintf("%s of %s, from <%s>", w.user, w.host, w.returnPath)}
	for _, s := range w.steps {
		lines = append(lines, fmt.Sprintf("  %+v", s))
	}
	return strings.Join(lines, "\n")
}

// accounts tells the way of each delivered mail from the claims and the scenario, in the order of host, user and time.
func accounts(t *testing.T, s *sight) []way {
	t.Helper()
	var out []way
	for _, c := range s.claims {
		if c.Kind != host.ClaimDelivered {
			continue
		}
		user, _, _ := strings.Cut(c.Recipient, "@")
		w := way{host: c.Host, user: user, returnPath: c.Reverse}
		at, id := c.Host, c.MailID
		for at != "" && len(w.steps) < 10 {
			var st step
			st, at, id = taken(t, s, at, id)
			w.steps = append(w.steps, st)
		}
		slices.Reverse(w.steps)
		out = append(out, w)
	}
	return out
}

// taken tells how the host took responsibility for mail id, and from which host under which id; "": the way begins here.
func taken(t *testing.T, s *sight, at, id string) (st step, from, fromID string) {
	t.Helper()
	n := slices.IndexFunc(s.claims, func(c host.Claim) bool { return c.Kind == host.ClaimStored && c.Host == at && c.MailID == id })
	if n < 0 {
		t.Fatalf("%s never claimed to have stored %s", at, id)
	}
	stored := s.claims[n]
	st = step{by: at, id: id, time: stored.Time.Truncate(time.Second).Format(time.RFC3339)}
	var names []string
	for _, c := range s.claims {
		if c.Kind == host.ClaimStored && c.Host == at && c.MailID == id {
			names = append(names, c.Recipient)
		}
	}
	if len(names) == 1 {
		st.recipient = names[0] // of several recipients none is named (RFC 5321 §7.2)
	}
	if stored.Role == host.RoleQueue { // made on the host itself: there is no client, and whom it is for not all software writes
		st.recipient = ""
		return st, "", ""
	}
	st.ip, st.rdns = stored.Remote.Addr().String(), nameOf(s.scenario, stored.Remote.Addr())
	for _, c := range s.claims[:n] {
		if c.Host != at || c.Local != stored.Local || c.Remote != stored.Remote {
			continue
		}
		switch {
		case c.Kind == host.ClaimTLS:
			st.tls = true
		case c.Verb == "EHLO":
			st.helo, st.with = strings.TrimPrefix(c.Line, "EHLO "), "ESMTP"
		case c.Verb == "HELO":
			st.helo, st.with = strings.TrimPrefix(c.Line, "HELO "), "SMTP"
		}
	}
	if st.tls {
		st.with += "S" // RFC 3848
	}
	from, fromID = sender(s, n)
	return st, from, fromID
}

// sender is who sent the mail whose storing is claim n, and its id there: the queue at the other end of the connection
// says next that it is rid of that recipient. An MUA has no queue: the way begins with it.
func sender(s *sight, n int) (from, id string) {
	stored := s.claims[n]
	for _, c := range s.claims[:n] {
		if c.Role == host.RoleClient && c.Local == stored.Remote && c.Remote == stored.Local {
			from = c.Host
		}
	}
	for _, c := range s.claims[n:] {
		if c.Kind == host.ClaimRelayed && c.Host == from && c.Recipient == stored.Recipient && strings.Contains(c.Text, "["+stored.Local.Addr().String()+"]") {
			return from, c.MailID
		}
	}
	return "", ""
}

// nameOf is what the DNS says of an address: the world makes PTR records of all hosts.
func nameOf(sc *scenario.Scenario, a netip.Addr) string {
	for _, h := range sc.Hosts {
		if slices.Contains(h.Addrs, a) {
			return h.Name
		}
	}
	return ""
}

// traced reads the way out of a delivered message.
func traced(m mailbox) way {
	msg := hops.Trace(m.text, "mailbox", 1, hops.Options{})
	w := way{host: m.host, user: m.user}
	if msg.ReturnPath != nil {
		w.returnPath = *msg.ReturnPath
	}
	for _, h := range msg.Hops {
		st := step{by: h.By.Host, helo: h.From.Helo, rdns: h.From.RDNS, ip: h.From.IP, with: strings.ToUpper(h.With), id: h.ID,
			tls: h.TLS != nil, time: stamp(h)}
		if len(h.For) == 1 {
			st.recipient = h.For[0]
		}
		if !strings.Contains(h.Raw, "\tfrom ") && !strings.HasPrefix(h.Raw, "Received: from ") {
			st.with, st.recipient = "", "" // no client: see taken
		}
		w.steps = append(w.steps, st)
	}
	return w
}

// stamp is the hop's time in the zone that it was written in.
func stamp(h trace.Hop) string {
	zone, err := time.Parse("-0700", h.Zone)
	if err != nil {
		return h.TimeRaw
	}
	return h.Time.Std().In(zone.Location()).Format(time.RFC3339)
}

// wayDifferences compares each message with the account of the delivery that put it there: both are in the order of the
// deliveries within a mailbox. Where packets are lost, a server may not have learned its client's name, and says so.
func wayDifferences(s *sight, ways []way, lossy bool) []string {
	var out []string
	for _, m := range s.mailboxes {
		got := traced(m)
		n := slices.IndexFunc(ways, func(w way) bool { return w.host == m.host && w.user == m.user })
		if n < 0 {
			out = append(out, fmt.Sprintf("nobody claims to have put this into the mailbox of %s on %s", m.user, m.host))
			continue
		}
		for i := range min(len(got.steps), len(ways[n].steps)) {
			if lossy && got.steps[i].rdns == "" {
				ways[n].steps[i].rdns = ""
			}
		}
		if want := ways[n]; got.String() != want.String() {
			out = append(out, fmt.Sprintf("traced:\n%v\nthe world's account:\n%v\nmessage:\n%s", got, want, m.text))
		}
		ways = slices.Delete(slices.Clone(ways), n, n+1)
	}
	return out
}

// The tracer names the host whose clock is wrong, by how much, and calls nobody a forger.
func TestCrownClockSkew(t *testing.T) {
	for _, seed := range seeds(t) {
		s := observe(t, "clock-skew", seed)
		if len(s.mailboxes) != 1 {
			t.Fatalf("%d messages", len(s.mailboxes))
		}
		msg := hops.Trace(s.mailboxes[0].text, "mailbox", 1, hops.Options{})
		var skewed []string
		for _, c := range msg.Clocks {
			skewed = append(skewed, fmt.Sprintf("%s by %v", c.Host, time.Duration(c.Offset)))
		}
		if want := []string{"mx1.west.example by 1h1m12s"}; !slices.Equal(skewed, want) {
			t.Errorf("seed %d: skewed are %q, want %q", seed, skewed, want)
		}
		var all []trace.Finding
		all = append(all, msg.Findings...)
		for _, h := range msg.Hops {
			all = append(all, h.Findings...)
		}
		if !slices.ContainsFunc(all, func(f trace.Finding) bool {
			return f.ID == "clock-skew" && strings.Contains(f.Text, "mx1.west.example")
		}) {
			t.Errorf("seed %d: no finding names mx1.west.example: %+v", seed, all)
		}
		for _, f := range all {
			if f.Severity > trace.Note || strings.Contains(strings.ToLower(f.Text), "forge") {
				t.Errorf("seed %d: an honest mail has the finding %+v", seed, f)
			}
		}
	}
}
