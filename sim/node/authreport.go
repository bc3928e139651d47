package node

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/policy/auth"
	"github.com/smtpsim/smtpsim/sim/smtpserver"
)

// tally is what a host will report to the owners of domains.
type tally struct {
	mu     sync.Mutex
	counts auth.Tally
}

// remember counts a mail for the reports of the day, and starts the process that sends them when it is the day's first
// (RFC 9989 §5.3.7, §5.3.8).
func (n *Node) remember(t *smtpserver.Transaction, v *judgement) {
	if !n.cfg.Auth.Reports {
		return
	}
	now := n.host.Clock.Now()
	n.tally.mu.Lock()
	first := n.tally.counts.Add(auth.Seen{IP: t.Remote.Addr(), SPF: v.sender.from, DKIM: v.dkim, DMARC: v.dmarc, Does: v.does, Why: v.rescued}, now)
	n.tally.mu.Unlock()
	if first {
		n.host.Go("dmarc reports", func() {
			n.host.Clock.Sleep(midnight(now).Sub(now))
			n.report()
		})
	}
}

// midnight is the next one on a clock.
func midnight(now time.Time) time.Time {
	year, month, day := now.Date()
	return time.Date(year, month, day+1, 0, 0, 0, 0, now.Location())
}

// report sends what was counted.
func (n *Node) report() {
	now, from := n.host.Clock.Now(), "postmaster@"+n.host.Name
	if len(n.cfg.Domains) > 0 {
		from = "postmaster@" + n.cfg.Domains[0]
	}
	n.tally.mu.Lock()
	counts := n.tally.counts
	n.tally.counts = auth.Tally{}
	n.tally.mu.Unlock()
	for _, r := range counts.Reports(n.records(), n.host.Name, from, now) {
		env := smtp.Envelope{}
		reverse, err := smtp.ParseMailbox(from, smtp.Strict)
		if err != nil {
			return
		}
		env.Reverse.Mailbox = reverse
		for _, to := range r.To {
			if m, err := smtp.ParseMailbox(to, smtp.Strict); err == nil {
				env.Recipients = append(env.Recipients, smtp.Recipient{Forward: smtp.ForwardPath{Mailbox: m}})
			}
		}
		if len(env.Recipients) > 0 {
			_ = n.take(env, reportText(&r, from, now)) // a report that finds no room is not worth another
		}
	}
}

// reportText is a report as a mail (RFC 7489 §7.2.1.1).
func reportText(r *auth.AggregateReport, from string, now time.Time) []byte {
	host := from[strings.LastIndexByte(from, '@')+1:]
	var b []byte
	b = appendField(b, "From", from)
	b = appendField(b, "To", strings.Join(r.To, ", "))
	b = appendField(b, "Subject", fmt.Sprintf("Report Domain: %s Submitter: %s Report-ID: <%s>", r.Domain, host, r.ID))
	b = appendField(b, "Date", now.Format("Mon, 02 Jan 2006 15:04:05 -0700"))
	b = appendField(b, "Message-ID", "<"+r.ID+"@"+host+">")
	b = appendField(b, "MIME-Version", "1.0")
	b = appendField(b, "Content-Type", "text/xml; charset=utf-8")
	b = appendField(b, "Content-Disposition", `attachment; filename="`+r.Name+`"`)
	return appendLines(append(b, "\r\n"...), string(r.XML))
}
