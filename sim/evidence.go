package sim

import (
	"crypto/sha256"
	"encoding/hex"
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
	witness  *witness          // nil: nothing is expected
	digest   hash.Hash
	scratch  []byte
	desks    desks
	logs     map[string][]string // by host, the last maxLog lines and perhaps as many older ones
}

// maxLog is how many of the last lines the log command of a host shows.
const maxLog = 1000

func newEvidence(s Sinks, cap int) *evidence {
	e := &evidence{timeline: &trace.Timeline{Cap: cap}, recorder: s.Recorder, claims: s.Claims, digest: sha256.New(), desks: desks{texts: dialogue.NewTexts()}, logs: map[string][]string{}}
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
	if e.witness != nil {
		e.witness.entry(x)
	}
	b := appendNumber(e.scratch[:0], int64(x.N))
	b = appendNumber(b, int64(x.Time))
	for _, s := range [...]string{x.Host, x.Peer, string(x.Kind), x.Name, x.Type, x.Code, x.MailID} {
		b = appendText(b, s)
	}
	b = appendTexts(b, x.Answers)
	if ev := x.Event; ev != nil {
		b = appendText(appendText(appendText(b, string(ev.Kind)), ev.Verb), ev.Line)
		b = appendTexts(appendNumber(b, int64(ev.Code)), ev.Lines)
		b = appendNumber(b, ev.Bytes)
	}
	e.digest.Write(append(b, '\n'))
	e.scratch = b
}

// appendNumber, appendText and appendTexts write what no other value is written as: texts with their length in front.
func appendNumber(b []byte, n int64) []byte { return append(strconv.AppendInt(b, n, 10), ' ') }

func appendText(b []byte, s string) []byte { return append(appendNumber(b, int64(len(s))), s...) }

func appendTexts(b []byte, all []string) []byte {
	b = appendNumber(b, int64(len(all)))
	for _, s := range all {
		b = appendText(b, s)
	}
	return b
}

// sum is the digest of the timeline so far, shortened to what a journal line needs.
func (e *evidence) sum() string { return hex.EncodeToString(e.digest.Sum(nil)[:16]) }

// Open implements trace.FlowOpener: each connection gets a dialogue.
func (e *evidence) Open(f trace.Flow) trace.FlowSink {
	return &flowSink{Dialogue: e.desks.open(f, e), flow: f, e: e}
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
	s.e.desks.leave(s.Dialogue)
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
func (e *evidence) Session(s *trace.Session) {
	if e.witness != nil {
		e.witness.ended(s)
	}
	e.recorder.Session(s)
}

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
func (e *evidence) log(c *host.Claim) {
	b := c.Time.AppendFormat(make([]byte, 0, 128), "Jan 02 15:04:05 ")
	b = append(append(b, c.Host...), ' ')
	b = append(append(append(b, c.Role...), ' '), c.Kind...)
	if c.MailID != "" {
		b = append(append(append(b, ' '), c.MailID...), ':')
	}
	if c.Recipient != "" {
		b = append(append(append(b, " to=<"...), c.Recipient...), '>')
	}
	if c.Text != "" {
		b = append(append(b, ' '), c.Text...)
	}
	lines := e.logs[c.Host]
	if len(lines) == 2*maxLog {
		lines = lines[:copy(lines, lines[maxLog:])]
	}
	e.logs[c.Host] = append(lines, string(b))
}

// lines are the last lines of a host's log.
func (e *evidence) lines(host string) []string {
	all := e.logs[host]
	return all[max(len(all)-maxLog, 0):]
}

// Claim implements host.Claims: what no wire shows becomes an entry; everything goes on to the journal of claims.
func (e *evidence) Claim(c host.Claim) {
	e.claims.Claim(c)
	if e.witness != nil {
		e.witness.claim(&c)
	}
	kind, text := trace.EntryKind(""), ""
	switch c.Kind {
	case host.ClaimQueued:
		kind, text = trace.EntryQueue, c.Host+" keeps the mail for "+c.Recipient+"; next try in "+c.Next.String()
	case host.ClaimDelivered:
		kind, text = trace.EntryDeliver, c.Host+" puts the mail into the mailbox of "+c.Recipient
		if how := byAgent(&c); how != "" {
			text = c.Host + " has the mail for " + c.Recipient + " " + how
		}
	case host.ClaimBounced:
		kind, text = trace.EntryBounce, c.Host+" reports to <"+c.Reverse+"> that "+c.Recipient+" did not get the mail"
	case host.ClaimDropped:
		kind, text = trace.EntryBounce, c.Host+" gives the mail for "+c.Recipient+" up without a report"
		if c.Role == host.RoleClient { // a mail program: its user reads why
			text = c.Host + " could not hand over the mail for " + c.Recipient
		}
	case host.ClaimTracked:
		kind, text = trace.EntryTrack, c.Host+" asks where a mail is"
	case host.ClaimStored, host.ClaimRelayed, host.ClaimRouted, host.ClaimTLS, host.ClaimTLSFailed:
		e.log(&c)
		return
	default:
		return
	}
	e.log(&c)
	if c.Text != "" {
		text += " (" + c.Text + ")"
	}
	x := &trace.Entry{Time: e.now(), Host: c.Host, Kind: kind, Name: c.Recipient, MailID: c.MailID, Text: text}
	if c.Kind == host.ClaimQueued {
		x.Code = strconv.FormatInt(int64(c.Next/time.Second), 10)
	}
	e.add(x)
}
