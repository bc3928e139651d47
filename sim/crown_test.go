package sim

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/smtpsim/smtpsim/codes"
	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/trace"
	"github.com/smtpsim/smtpsim/trace/analyze"
	"github.com/smtpsim/smtpsim/trace/dialogue"
)

// The crown: what the engines claim, what the tap's dialogue reads, and what the analyzer reads out of the capture is one
// and the same, session by session. tshark, the fourth witness, speaks in TestCrownWireshark.
func TestCrown(t *testing.T) {
	for _, c := range crown() {
		for _, seed := range seeds(t) {
			t.Run(fmt.Sprintf("%s/%d", c.name(), seed), func(t *testing.T) {
				s := c.observe(t, seed)
				if len(s.stuck) > 0 {
					t.Errorf("stuck: %q", s.stuck)
				}
				for _, w := range witnesses(t, s) {
					for _, d := range w.differences {
						t.Errorf("%s: %s", w.who, d)
					}
				}
				for _, d := range sameSessions(s.sessions, analyzed(t, s.pcapng)) {
					t.Errorf("tap and capture: %s", d)
				}
			})
		}
	}
}

// pair is two witnesses and where they differ.
type pair struct {
	who         string
	differences []string
}

// witnesses compares those that look at the same run. What was said inside TLS the ends know, and who reads the capture with its secrets.
func witnesses(t *testing.T, s *sight) []pair {
	t.Helper()
	client, server := claimed(s.claims, host.RoleClient), claimed(s.claims, host.RoleServer)
	tap, file, opened := seenAll(t, s.sessions), seenAll(t, analyzed(t, s.pcapng)), seenAll(t, witnessed(t, s.pcapng, nil).sessions)
	if len(server) == 0 || len(tap) == 0 {
		t.Fatal("nothing was said at all")
	}
	pairs := []pair{
		{"client's and server's claims", differences(client, server)},
		{"claims and the tap's dialogue", differences(inClear(server), inClear(tap))},
		{"the tap's dialogue and the capture's", differences(tap, file)},
		{"claims and the capture's dialogue, TLS opened", differences(server, opened)},
		{"claims and the tap's envelopes", envelopes(s)},
		{"claims and the spool", spooled(s)},
		{"claims and the mailboxes", delivered(s)},
	}
	return pairs
}

// analyzed reads a capture as a user would who has no secrets: no more than the tap sees.
func analyzed(t *testing.T, pcapng []byte) []*trace.Session {
	t.Helper()
	return witnessed(t, pcapng, closed{}).sessions
}

// closed leaves TLS as it is.
type closed struct{}

func (closed) Upgrade(trace.Flow) dialogue.Opener { return nil }

// witnessed is all that the analyzer finds in a capture of ours; TLS is opened by up, nil: by the secrets in the capture.
func witnessed(t *testing.T, pcapng []byte, up dialogue.Upgrader) *collector {
	t.Helper()
	var c collector
	in := analyze.Input{Name: "run.pcapng", Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(pcapng)), nil }}
	if err := analyze.Run([]analyze.Input{in}, analyze.Options{Events: true, Dialogue: dialogue.Options{Upgrader: up}}, &c); err != nil {
		t.Fatal(err)
	}
	for _, f := range c.findings {
		t.Errorf("the analyzer finds in our own capture: %s %s", f.ID, f.Text)
	}
	return &c
}

// collector takes what the analyzer finds.
type collector struct {
	trace.Discard
	sessions []*trace.Session
	findings []trace.Finding

	relations []trace.Relation
	lookups   []*trace.Lookup
}

func (c *collector) Session(s *trace.Session)  { c.sessions = append(c.sessions, s) }
func (c *collector) Relation(r trace.Relation) { c.relations = append(c.relations, r) }

// Capture keeps what is wrong with the capture; a domain without mail is none of that.
func (c *collector) Capture(f trace.Capture) {
	for _, one := range f.Findings {
		if one.ID != string(codes.FindingNullMX) {
			c.findings = append(c.findings, one)
		}
	}
}

// Lookup keeps a look-up.
func (c *collector) Lookup(l *trace.Lookup) { c.lookups = append(c.lookups, l) }

// envelopes compares what servers say they keep, for whom, with the transactions that the tap saw accepted.
func envelopes(s *sight) []string {
	var told, saw []string
	for _, c := range s.claims {
		if c.Kind == host.ClaimStored && c.Role == host.RoleServer && !behindTLS(s.claims, c) {
			told = append(told, fmt.Sprintf("%v <%s> to <%s> %d %s", c.Remote, c.Reverse, c.Recipient, c.Bytes, c.SHA256))
		}
	}
	for _, x := range s.sessions {
		for _, m := range x.Transactions {
			if m.Outcome != trace.Accepted && m.Outcome != trace.Partial {
				continue
			}
			for _, r := range m.Recipients {
				if r.Code/100 == 2 {
					saw = append(saw, fmt.Sprintf("%s <%s> to <%s> %d %s", x.Client, *m.ReversePath, r.ForwardPath, m.Body.Bytes, *m.Body.SHA256))
				}
			}
		}
	}
	slices.Sort(told)
	slices.Sort(saw)
	if !slices.Equal(told, saw) {
		return []string{fmt.Sprintf("claimed:\n%s\nseen:\n%s", strings.Join(told, "\n"), strings.Join(saw, "\n"))}
	}
	return nil
}

// behindTLS reports whether the connection of a claim was encrypted.
func behindTLS(claims []host.Claim, of host.Claim) bool {
	return slices.ContainsFunc(claims, func(c host.Claim) bool {
		return c.Kind == host.ClaimTLS && c.Host == of.Host && c.Local == of.Local && c.Remote == of.Remote
	})
}

// spooled compares what servers say they keep with what lay on their disks when they said so.
func spooled(s *sight) (out []string) {
	kept := map[string]bool{}
	for _, c := range s.claims {
		if c.Kind != host.ClaimStored || c.Role != host.RoleServer {
			continue
		}
		key := c.Host + " " + c.MailID
		kept[key] = true
		if s.spooled[key] != c.SHA256 {
			out = append(out, fmt.Sprintf("%s: claimed %s, in the spool %s", key, c.SHA256, s.spooled[key]))
		}
	}
	if len(kept) == 0 {
		out = append(out, "nothing was stored by any server")
	}
	return out
}

// delivered compares the claims of delivery with the mailboxes, mail by mail.
func delivered(s *sight) []string {
	var told, have []string
	for _, c := range s.claims {
		if c.Kind == host.ClaimDelivered {
			user, _, _ := strings.Cut(c.Recipient, "@")
			told = append(told, c.Host+" "+user)
		}
	}
	for _, m := range s.mailboxes {
		have = append(have, m.host+" "+m.user)
	}
	slices.Sort(told)
	slices.Sort(have)
	if !slices.Equal(told, have) {
		return []string{fmt.Sprintf("claimed %q, in mailboxes %q", told, have)}
	}
	return nil
}
