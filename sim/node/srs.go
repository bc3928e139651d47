package node

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"slices"
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
	"github.com/smtpsim/smtpsim/sim/smtpserver"
)

// SRS makes a forwarder put an address of its own into the reverse-path, so that SPF judges the forwarder and not the author's
// host (RFC 7208 Appendix D.2 names the way; the form is that of the Sender Rewriting Scheme's draft, from general knowledge):
//
//	SRS0=hash=time=domain=local@forwarder           the first forwarder
//	SRS1=hash=first==hash=time=domain=local@second  a further one, which leaves the first one's word alone
type SRS struct {
	Domain string // one of the host's own
	Secret string // nobody else can make such an address, which would be a way to send mail to anybody
}

const (
	srsDays   = 21   // a report may come so long
	srsPeriod = 1024 // of the day's two letters
	srsHash   = 4    // letters
)

// base32 are the digits of a day.
const base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"

func (s *SRS) hash(parts ...string) string {
	mac := hmac.New(sha1.New, []byte(s.Secret))
	for _, p := range parts {
		mac.Write([]byte(strings.ToLower(p))) // hosts on the way may change the case
	}
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))[:srsHash]
}

func day(now time.Time) int { return int(now.Unix() / 86400 % srsPeriod) }

// Forward is the reverse-path for a mail that is sent on; as it was where the rewritten local part would be longer than RFC
// 5321 §4.5.3.1.1 allows.
func (s *SRS) Forward(from smtp.Mailbox, now time.Time) smtp.Mailbox {
	local := ""
	switch kind, rest := cutSRS(from.Local); kind {
	case "SRS0": // rest begins with the separator of its own kind
		rest = "=" + rest
		local = "SRS1=" + s.hash(from.Domain, rest) + "=" + from.Domain + "=" + rest
	case "SRS1":
		if _, rest, ok := strings.Cut(rest, "="); ok { // the second forwarder's hash goes, its word on the first stays
			first, own, _ := strings.Cut(rest, "=")
			local = "SRS1=" + s.hash(first, own) + "=" + first + "=" + own
		}
	default:
		d := day(now)
		stamp := base32[d>>5:d>>5+1] + base32[d&31:d&31+1]
		local = "SRS0=" + s.hash(stamp, from.Domain, from.Local) + "=" + stamp + "=" + from.Domain + "=" + from.Local
	}
	if local == "" || len(local) > smtp.MaxLocalPart {
		return from
	}
	return smtp.Mailbox{Local: local, Domain: s.Domain}
}

// cutSRS is "SRS0" or "SRS1" and what stands behind the separator.
func cutSRS(local string) (kind, rest string) {
	if len(local) < 5 || strings.IndexByte("=+-", local[4]) < 0 {
		return "", ""
	}
	if kind = strings.ToUpper(local[:4]); kind != "SRS0" && kind != "SRS1" {
		return "", ""
	}
	return kind, local[5:]
}

// Back is the address that Forward has rewritten; ok is false for one that this host has not made, or not lately.
func (s *SRS) Back(local string, now time.Time) (m smtp.Mailbox, ok bool) {
	kind, rest := cutSRS(local)
	given, rest, found := strings.Cut(rest, "=")
	if kind == "" || !found {
		return m, false
	}
	first, own, found := strings.Cut(rest, "=")
	if !found {
		return m, false
	}
	if kind == "SRS1" {
		m = smtp.Mailbox{Local: "SRS0" + own, Domain: first}
		return m, hmac.Equal([]byte(lower(given)), []byte(lower(s.hash(first, own))))
	}
	domain, user, found := strings.Cut(own, "=")
	age := (day(now) - dayOf(first) + srsPeriod) % srsPeriod
	m = smtp.Mailbox{Local: user, Domain: domain}
	return m, found && user != "" && dayOf(first) >= 0 && age <= srsDays && hmac.Equal([]byte(lower(given)), []byte(lower(s.hash(first, domain, user))))
}

// dayOf reads the two letters of a day; -1: they are none.
func dayOf(stamp string) int {
	if len(stamp) != 2 {
		return -1
	}
	stamp = strings.ToUpper(stamp)
	high, low := strings.IndexByte(base32, stamp[0]), strings.IndexByte(base32, stamp[1])
	if high < 0 || low < 0 {
		return -1
	}
	return high<<5 | low
}

// forwardedBy is the reverse-path for a mail that this host sends on to m.
func (n *Node) forwardedBy(reverse smtp.ReversePath, m smtp.Mailbox) smtp.ReversePath {
	if n.cfg.SRS == nil || reverse.Null || n.domains[lower(reverse.Mailbox.Domain)] || n.domains[lower(m.Domain)] {
		return reverse
	}
	return smtp.ReversePath{Mailbox: n.cfg.SRS.Forward(reverse.Mailbox, n.host.Clock.Now())}
}

// sendOn gives those recipients of a mail who stand behind an address here and are elsewhere the reverse-path of a forwarder.
// Where there are others too, the forwarded mail is one of its own: an envelope has one reverse-path.
func (s *session) sendOn(t *smtpserver.Transaction, env *smtp.Envelope, field string, text []byte) *smtp.Reply {
	n := s.node
	var own, on []smtp.Recipient
	for _, r := range env.Recipients {
		asked := slices.ContainsFunc(t.Envelope.Recipients, func(o smtp.Recipient) bool { return strings.EqualFold(o.Forward.Address(), r.Forward.Address()) })
		if asked || n.isHere(r) {
			own = append(own, r)
		} else {
			on = append(on, r)
		}
	}
	if len(on) == 0 {
		return nil
	}
	second := smtp.Envelope{Reverse: n.forwardedBy(env.Reverse, on[0].Forward.Mailbox), Params: env.Params, Recipients: on}
	if len(own) == 0 || second.Reverse.Mailbox == env.Reverse.Mailbox {
		if len(own) == 0 {
			env.Reverse = second.Reverse
		}
		return nil
	}
	if err := n.queue.Begin(n.queue.NextID(), second, append([]byte(field), text...)); err != nil {
		r := n.persona.Reply(persona.StorageFull, &persona.Values{Host: n.host.Name})
		return &r
	}
	env.Recipients = own
	return nil
}
