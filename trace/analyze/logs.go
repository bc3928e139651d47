package analyze

import (
	"fmt"
	"io"
	"net/netip"
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/codes"
	"github.com/smtpsim/smtpsim/trace"
	"github.com/smtpsim/smtpsim/trace/maillog"
)

// Limits of joining logs.
const (
	maxLogRecords = 1 << 20
	maxFates      = 20 // told of one session
	// Clocks of a log and of a capture may differ by so much; a queue id says more than a clock.
	logSkew = trace.Time(10 * time.Minute)
	// By endpoints and time alone, a line belongs to a session that is no farther away.
	logNear = trace.Time(10 * time.Second)
)

// Logs are the lines of servers' logs about mail, as third witnesses beside what went over the wire and what messages say.
type Logs struct {
	byQueue map[string][]*logEntry
	bySent  map[sentTo][]*logEntry
	records int
	Dropped int64 // lines beyond the limit
}

// logEntry is a line with the name of its file.
type logEntry struct {
	maillog.Record
	file string
}

// sentTo is what a client's log says of a delivery: to whom, over which server.
type sentTo struct {
	recipient string
	server    netip.Addr
}

// Read takes the lines of one log; name stands for it in findings.
func (l *Logs) Read(r io.Reader, name string) error {
	if l.byQueue == nil {
		l.byQueue, l.bySent = map[string][]*logEntry{}, map[sentTo][]*logEntry{}
	}
	return maillog.Scan(r, func(one maillog.Record) {
		if l.records++; l.records > maxLogRecords {
			l.Dropped++
			return
		}
		line := &logEntry{one, name}
		l.byQueue[one.QueueID] = append(l.byQueue[one.QueueID], line)
		if one.Kind == maillog.Delivery && one.Relay.IsValid() {
			k := sentTo{strings.ToLower(one.To), one.Relay.Addr().Unmap()}
			l.bySent[k] = append(l.bySent[k], line)
		}
	})
}

// witness adds to s what the logs say about its mail.
func (l *Logs) witness(s *trace.Session, server netip.AddrPort) {
	if l == nil {
		return
	}
	j := joined{session: s, told: map[*logEntry]bool{}}
	for _, t := range s.Transactions {
		if t.QueueID != "" {
			for _, line := range l.byQueue[t.QueueID] {
				j.taken(t, line)
			}
		}
		for _, r := range t.Recipients {
			if line := l.given(s, t, r, server); line != nil {
				j.given(t, r, line)
			}
		}
	}
}

// given finds the line that the client wrote about r: it quotes the reply with the queue id, or is near enough in time.
func (l *Logs) given(s *trace.Session, t *trace.Transaction, r *trace.Recipient, server netip.AddrPort) (best *logEntry) {
	for _, line := range l.bySent[sentTo{strings.ToLower(r.ForwardPath), server.Addr().Unmap()}] {
		if line.Relay.Port() != 0 && line.Relay.Port() != server.Port() {
			continue
		}
		if t.QueueID != "" && strings.Contains(line.Text, t.QueueID) {
			return line
		}
		if line.Time == 0 || line.Time < s.Started-logNear || line.Time > s.Ended+logNear || quotesAnother(line.Text, t) {
			continue
		}
		if r.Text != "" && r.Code/100 > 3 && strings.Contains(line.Text, firstLine(r.Text)) {
			return line
		}
		if best == nil || distance(line.Time, s.Ended) < distance(best.Time, s.Ended) {
			best = line
		}
	}
	return best
}

// quotesAnother says that a line tells of success, but with another reply than the one of t.
func quotesAnother(text string, t *trace.Transaction) bool {
	return t.Final != nil && t.QueueID != "" && strings.HasPrefix(text, "2") && !strings.Contains(text, t.QueueID)
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return s
}

func distance(a, b trace.Time) trace.Time { return max(a-b, b-a) }

// joined tells the findings of one session.
type joined struct {
	session *trace.Session
	told    map[*logEntry]bool
}

func (j *joined) find(id codes.FindingID, severity trace.Severity, line *logEntry, text string) {
	if j.told[line] || len(j.told) >= maxFates {
		return
	}
	j.told[line] = true
	j.session.Findings = append(j.session.Findings, trace.Finding{ID: string(id), Severity: severity, Time: line.Time, Source: id.Source(),
		Text: fmt.Sprintf("%s, line %d (%s): %s", line.file, line.Line, line.Software, text), Evidence: line.Raw})
}

// taken holds a line of the server under the queue id that it told the client against what went over the wire.
func (j *joined) taken(t *trace.Transaction, line *logEntry) {
	if line.Time != 0 && line.Time < j.session.Started-logSkew {
		return // the id was used before
	}
	if line.Kind == maillog.Delivery {
		j.find(codes.FindingLogFate, trace.Note, line, fate(line))
		return
	}
	if t.ReversePath != nil && !strings.EqualFold(*line.From, *t.ReversePath) {
		j.find(codes.FindingLogDiffers, trace.Warning, line,
			fmt.Sprintf("the mail %s came from <%s>, but MAIL said <%s>.", line.QueueID, *line.From, *t.ReversePath))
	}
}

// given holds a line of the client about one recipient against what the server answered.
func (j *joined) given(t *trace.Transaction, r *trace.Recipient, line *logEntry) {
	switch code := lastCode(t, r); {
	case code == 0: // the capture does not show it
	case line.Status == maillog.Sent && code/100 != 2:
		j.find(codes.FindingLogDiffers, trace.Warning, line,
			fmt.Sprintf("%s was sent to <%s>, but the server answered %d.", line.QueueID, line.To, code))
		return
	case line.Status != maillog.Sent && code/100 == 2:
		j.find(codes.FindingLogDiffers, trace.Warning, line,
			fmt.Sprintf("%s was %s for <%s>, but the server took it with %d: it may come twice.", line.QueueID, line.Status, line.To, code))
		return
	}
	j.find(codes.FindingLogFate, trace.Note, line, fate(line))
}

// lastCode is the reply that decided about r; 0: it was not seen.
func lastCode(t *trace.Transaction, r *trace.Recipient) int {
	switch {
	case r.Code/100 > 3:
		return r.Code
	case r.Final != nil:
		return r.Final.Code
	case t.Final != nil:
		return t.Final.Code
	case t.DataReply != nil && t.DataReply.Code/100 > 3:
		return t.DataReply.Code
	case t.Reply != nil && t.Reply.Code/100 > 3:
		return t.Reply.Code
	}
	return 0
}

// fate is what a line says of a delivery, as a sentence.
func fate(line *logEntry) string {
	text := fmt.Sprintf("%s was %s for <%s>", line.QueueID, line.Status, line.To)
	if line.Relay.IsValid() {
		text += " by " + strings.TrimSuffix(line.Relay.String(), ":0")
	}
	if line.Text != "" {
		text += ": " + line.Text
	}
	return text + "."
}
