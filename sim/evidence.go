package sim

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"strconv"
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/sim/dns"
	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/vnet"
	"github.com/smtpsim/smtpsim/trace"
	"github.com/smtpsim/smtpsim/trace/dialogue"
)

// evidence turns what the taps see and what the engines claim into one timeline.
type evidence struct {
	timeline *trace.Timeline
	recorder trace.Recorder
	claims   host.Claims
	now      func() trace.Time // true time
	digest   hash.Hash
	scratch  []byte
	logs     map[string][]string // by host, at most maxLog lines each
}

// maxLog bounds what the log command of a host shows.
const maxLog = 1000

func newEvidence(s Sinks, cap int) *evidence {
	e := &evidence{timeline: &trace.Timeline{Cap: cap}, recorder: s.Recorder, claims: s.Claims, digest: sha256.New(), logs: map[string][]string{}}
	if e.recorder == nil {
		e.recorder = trace.Discard{}
	}
	if e.claims == nil {
		e.claims = host.NoClaims{}
	}
	return e
}

// add numbers an entry, keeps it, and folds it into the digest.
func (e *evidence) add(x *trace.Entry) {
	x.Evidence = trace.Simulated
	e.timeline.Add(x)
	b := e.scratch[:0]
	b = strconv.AppendInt(b, int64(x.N), 10)
	for _, s := range []string{strconv.FormatInt(int64(x.Time), 10), x.Host, x.Peer, string(x.Kind), x.Name, x.Type, x.Code,
		strings.Join(x.Answers, "|"), x.MailID} {
		b = append(append(b, 0), s...)
	}
	if ev := x.Event; ev != nil {
		b = fmt.Appendf(b, "\x00%s\x00%s\x00%s\x00%d\x00%q\x00%d", ev.Kind, ev.Verb, ev.Line, ev.Code, ev.Lines, ev.Bytes)
	}
	e.digest.Write(append(b, '\n'))
	e.scratch = b
}

// sum is the digest of the timeline so far, shortened to what a journal line needs.
func (e *evidence) sum() string { return hex.EncodeToString(e.digest.Sum(nil)[:16]) }

// dialogues reads the wire for a recorder alone.
type dialogues struct{ to trace.Recorder }

// Open implements trace.FlowOpener.
func (d dialogues) Open(f trace.Flow) trace.FlowSink {
	return dialogue.New(f, dialogue.Options{}, d.to)
}

// Open implements trace.FlowOpener: each connection gets a dialogue.
func (e *evidence) Open(f trace.Flow) trace.FlowSink {
	return &flowSink{Dialogue: dialogue.New(f, dialogue.Options{}, e), flow: f, e: e}
}

// flowSink notes connections that never were beside what the dialogue finds.
type flowSink struct {
	*dialogue.Dialogue
	flow trace.Flow
	e    *evidence
}

// Close tells of a refused or unanswered connection.
func (s *flowSink) Close(end trace.FlowEnd, t trace.Time, packet int64) {
	code := ""
	switch end {
	case trace.EndRefused:
		code = "refused"
	case trace.EndUnanswered:
		code = "unanswered"
	}
	if code != "" {
		s.e.add(&trace.Entry{Time: t, Host: s.flow.ClientHost, Peer: s.flow.ServerHost, Kind: trace.EntryConnect, Code: code,
			Name: s.flow.Server.String(), Text: "connection to " + s.flow.Server.String() + " " + code})
	}
	s.Dialogue.Close(end, t, packet)
}

// Event implements trace.Recorder.
func (e *evidence) Event(s *trace.Session, ev *trace.Event) {
	from, to := s.ClientHost, s.ServerHost
	if ev.From == trace.FromServer {
		from, to = to, from
	}
	e.add(&trace.Entry{Time: ev.Time, Host: from, Peer: to, Kind: trace.EntryEvent, Session: s, Event: ev})
	e.recorder.Event(s, ev)
}

// Session implements trace.Recorder.
func (e *evidence) Session(s *trace.Session) { e.recorder.Session(s) }

// datagram puts DNS questions and answers into the timeline.
func (e *evidence) datagram(d vnet.DatagramInfo) {
	q, ok := dns.Describe(d.Payload)
	if !ok {
		return
	}
	x := &trace.Entry{Time: d.T, Host: d.From, Peer: d.To, Kind: trace.EntryDNS, Name: q.Name, Type: q.Type,
		Text: q.Name + " " + q.Type + "?"}
	if q.IsResponse {
		x.Kind, x.Code, x.Answers = trace.EntryAnswer, q.Rcode, q.Answers
		x.Text = q.Name + " " + q.Type + ": " + x.Code + " " + strings.Join(q.Answers, ", ")
	}
	e.add(x)
}

// fault notes that the scenario or the learner switched something.
func (e *evidence) fault(host, peer, state string) {
	text := host + " is " + state
	if peer != "" {
		text = "the link between " + host + " and " + peer + " is " + state
	}
	e.add(&trace.Entry{Time: e.now(), Host: host, Peer: peer, Kind: trace.EntryFault, Code: state, Text: text})
}

// log keeps a claim as a line that a mail log might have.
func (e *evidence) log(c host.Claim) {
	if len(e.logs[c.Host]) >= maxLog {
		return
	}
	line := c.Time.Format("Jan 02 15:04:05") + " " + c.Host + " " + string(c.Role) + " " + string(c.Kind)
	if c.MailID != "" {
		line += " " + c.MailID + ":"
	}
	if c.Recipient != "" {
		line += " to=<" + c.Recipient + ">"
	}
	if c.Text != "" {
		line += " " + c.Text
	}
	e.logs[c.Host] = append(e.logs[c.Host], line)
}

// Claim implements host.Claims: what no wire shows becomes an entry; everything goes on to the journal of claims.
func (e *evidence) Claim(c host.Claim) {
	e.claims.Claim(c)
	kind, text := trace.EntryKind(""), ""
	switch c.Kind {
	case host.ClaimQueued:
		kind, text = trace.EntryQueue, fmt.Sprintf("%s keeps the mail for %s; next try in %s", c.Host, c.Recipient, c.Next)
	case host.ClaimDelivered:
		kind, text = trace.EntryDeliver, fmt.Sprintf("%s puts the mail into the mailbox of %s", c.Host, c.Recipient)
	case host.ClaimBounced:
		kind, text = trace.EntryBounce, fmt.Sprintf("%s reports to <%s> that %s did not get the mail", c.Host, c.Reverse, c.Recipient)
	case host.ClaimDropped:
		kind, text = trace.EntryBounce, fmt.Sprintf("%s gives the mail for %s up without a report", c.Host, c.Recipient)
		if c.Role == host.RoleClient { // a mail program: its user reads why
			text = fmt.Sprintf("%s could not hand over the mail for %s", c.Host, c.Recipient)
		}
	case host.ClaimStored, host.ClaimRelayed, host.ClaimRouted, host.ClaimTLS, host.ClaimTLSFailed:
		e.log(c)
		return
	default:
		return
	}
	e.log(c)
	if c.Text != "" {
		text += " (" + c.Text + ")"
	}
	x := &trace.Entry{Time: e.now(), Host: c.Host, Kind: kind, Name: c.Recipient, MailID: c.MailID, Text: text}
	if c.Kind == host.ClaimQueued {
		x.Code = strconv.FormatInt(int64(c.Next/time.Second), 10)
	}
	e.add(x)
}
