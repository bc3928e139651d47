package queue

import (
	"bytes"
	"crypto/sha1" // the hash that RFC 3885 §3.1 asks for
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/codes/dsn"
	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

const (
	trackPrefix = "track/"           // where the answers lie on the host's disk, by ENVID
	trackKeep   = 9 * 24 * time.Hour // RFC 3885 §3.1: without a timeout 8 to 10 days
	trackLeast  = 24 * time.Hour     // "this limit MUST be at least one day"
	trackMost   = 30 * 24 * time.Hour
	maxTracks   = 10_000 // answers kept; RFC 3885 §4.1 warns of floods
)

// ErrNoInfo says that nothing is told: the message is not known here, or no longer, or the secret is another (RFC 3887 §4).
var ErrNoInfo = errors.New("no information about such a message")

// note writes down what is known of m for those who may ask (RFC 3886). It is written anew after each try; where the disk is
// full the old state stays.
func (q *Queue) note(m *mail) {
	if m.asks == nil || m.asks.track.Certifier == "" {
		return
	}
	keep := trackKeep
	if s := m.asks.track.Seconds; s > 0 {
		keep = min(max(time.Duration(s)*time.Second, trackLeast), trackMost)
	}
	name := trackPrefix + m.asks.envid
	if _, err := q.host.Store.Get(name); err != nil && !q.roomToTrack() {
		return
	}
	head := fmt.Sprintf("%s %d\n", m.asks.track.Certifier, m.arrived.Add(keep).Unix())
	_ = q.host.Store.Put(name, append([]byte(head), dsn.FormatTracking(q.tracking(m))...))
}

// roomToTrack says whether one more answer may be kept. Where there are too many, those whose time is over go.
func (q *Queue) roomToTrack() bool {
	names := q.host.Store.List(trackPrefix)
	if len(names) < maxTracks {
		return true
	}
	left, now := len(names), q.host.Clock.Now()
	for _, name := range names {
		if _, until, _, ok := q.tracked(name); !ok || now.After(until) && !q.holds(strings.TrimPrefix(name, trackPrefix)) {
			_ = q.host.Store.Delete(name) // it can only be gone already
			left--
		}
	}
	return left < maxTracks
}

// tracked reads an answer that is kept.
func (q *Queue) tracked(name string) (certifier string, until time.Time, status []byte, ok bool) {
	data, err := q.host.Store.Get(name)
	head, status, _ := bytes.Cut(data, []byte{'\n'})
	var seconds int64
	_, scan := fmt.Sscanf(string(head), "%s %d", &certifier, &seconds)
	return certifier, time.Unix(seconds, 0), status, err == nil && scan == nil
}

// tracking is what a tracking answer tells of m.
func (q *Queue) tracking(m *mail) dsn.Report {
	now := q.host.Clock.Now()
	r := dsn.Report{EnvelopeID: xtext(m.asks.envid), ReportingMTA: dsn.DNS(q.host.Name), Arrival: dsn.Date(m.arrived.In(now.Location()))}
	q.mu.Lock()
	defer q.mu.Unlock()
	for i := range m.rcpts {
		out := q.recipient(m, i, notice{action: m.rcpts[i].trackAction(), status: m.rcpts[i].trackStatus()}, now)
		if m.rcpts[i].tries == 0 { // RFC 3886 §3.3.5, §3.3.6: nothing of an attempt where there was none
			out.RemoteMTA, out.LastAttempt = dsn.Typed{}, ""
		}
		r.Recipients = append(r.Recipients, out)
	}
	return r
}

// trackAction is what became of the mail for one recipient, in the words of RFC 3886 §3.3.3.
func (r *rcpt) trackAction() dsn.Action {
	switch {
	case r.status == expanded || r.status == done && r.tries == 0:
		return dsn.Expanded
	case r.status == waiting || r.status == active:
		return dsn.Delayed
	case !r.last.Reply.Positive():
		return dsn.Failed
	case r.last.final():
		return dsn.Delivered
	case r.last.offers.Has(persona.MTRK):
		return dsn.Transferred
	}
	return dsn.Relayed
}

// trackStatus is the status beside it; zero: the last reply's.
func (r *rcpt) trackStatus() smtp.EnhancedCode {
	switch r.trackAction() {
	case dsn.Relayed:
		return smtp.EnhancedCode{2, 1, 9} // RFC 3886 §3.3.4
	case dsn.Transferred:
		return smtp.EnhancedCode{2, 4, 0} // RFC 3887 §4.1, example 7
	case dsn.Expanded:
		return smtp.EnhancedCode{2, 0, 0}
	case dsn.Delayed:
		if r.tries == 0 {
			return smtp.EnhancedCode{4, 0, 0}
		}
	}
	return smtp.EnhancedCode{}
}

// Track is the content of a message/tracking-status part about the message with that ENVID, for who knows the secret, in
// base64 (RFC 3887 §4). The error is ErrNoInfo.
func (q *Queue) Track(envid, secret string) ([]byte, error) {
	certifier, until, status, ok := q.tracked(trackPrefix + envid)
	if !ok {
		return nil, ErrNoInfo
	}
	raw, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(secret, "="))
	hash := sha1.Sum(raw)
	own := base64.RawStdEncoding.EncodeToString(hash[:])
	if err != nil || subtle.ConstantTimeCompare([]byte(own), []byte(certifier)) != 1 {
		return nil, ErrNoInfo
	}
	if q.host.Clock.Now().After(until) && !q.holds(envid) { // RFC 3885 §3.1: not while it waits here
		_ = q.host.Store.Delete(trackPrefix + envid)
		return nil, ErrNoInfo
	}
	return status, nil
}

// holds says whether a message with that ENVID is in the spool.
func (q *Queue) holds(envid string) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, m := range q.mails {
		if m.asks != nil && m.asks.envid == envid {
			return true
		}
	}
	return false
}

// onwardTrack hands the certifier on, with the time that is left (RFC 3885 §3.1). It goes to nobody where the mail was
// passed on to several (§3.3), and only with its ENVID, which is DSN's to carry.
func (q *Queue) onwardTrack(env *smtp.Envelope, m *mail, offers persona.Extensions) {
	track := m.asks.track
	if track.Certifier == "" || !offers.Has(persona.MTRK|persona.DSN) || m.isExpanded() {
		return
	}
	if track.Seconds > 0 {
		track.Seconds -= int64(q.host.Clock.Now().Sub(m.arrived) / time.Second)
		if track.Seconds <= 0 {
			return
		}
	}
	env.Params = append(env.Params, smtp.Param{Name: "MTRK", Value: track.String()})
}
