package node

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"github.com/smtpsim/smtpsim/codes/dsn"
	"github.com/smtpsim/smtpsim/sim/dns"
	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/mtqp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// startTracking serves the questions where a mail is (RFC 3887), on hosts that offer MTRK.
func (n *Node) startTracking() error {
	if n.queue == nil || !n.speaks.Has(persona.MTRK) {
		return nil
	}
	ln, err := n.host.Listen(netip.AddrPortFrom(netip.Addr{}, mtqp.Port))
	if err != nil {
		return err
	}
	n.host.Go("listen mtqp", func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			n.host.Go("mtqp", func() { _ = mtqp.Serve(conn, n.host, n.queue) }) // ends with its client
		}
	})
	return nil
}

// maxTrackHops bounds how many hosts are asked about one mail.
const maxTrackHops = 25

// Track asks where the mail with that envelope id is, as its sender: first the host that is named, or the MSA of this one,
// then each host that has the mail from there (RFC 3888 §5.3.1: referrals). secret is base64. One line tells what one host says of one
// recipient, or why it says nothing; the error is that nobody could be asked.
func (n *Node) Track(first, envid, secret string) (lines []string, err error) {
	if first == "" {
		first = n.cfg.SubmitTo
	}
	if first == "" {
		return nil, errors.New("no host to ask first")
	}
	todo, asked := []string{first}, map[string]bool{}
	for len(todo) > 0 && len(asked) < maxTrackHops {
		at := lower(todo[0])
		todo = todo[1:]
		if asked[at] {
			continue
		}
		asked[at] = true
		reports, err := n.ask(at, envid, secret)
		if err != nil {
			lines = append(lines, at+" does not tell: "+err.Error())
			continue
		}
		for _, r := range reports {
			for _, rcpt := range r.Recipients {
				lines = append(lines, trackLine(r, rcpt))
				if rcpt.Action == dsn.Transferred { // RFC 3886 §3.3.3: "SHOULD attempt further downstream requests"
					todo = append(todo, rcpt.RemoteMTA.Value)
				}
			}
		}
	}
	for _, line := range lines {
		n.host.Claims.Claim(host.Claim{Time: n.host.Clock.Now(), Host: n.host.Name, Role: host.RoleClient, Kind: host.ClaimTracked, Text: line})
	}
	return lines, nil
}

func trackLine(r dsn.Report, rcpt dsn.Recipient) string {
	line := fmt.Sprintf("%s: %s %s %s", r.ReportingMTA.Value, rcpt.Final.Value, rcpt.Action, rcpt.Status)
	if rcpt.RemoteMTA.Value != "" {
		line += " " + rcpt.RemoteMTA.Value
	}
	if rcpt.RetryUntil != "" {
		line += ", tried until " + rcpt.RetryUntil
	}
	return line
}

// ask asks one host.
func (n *Node) ask(name, envid, secret string) ([]dsn.Report, error) {
	at, err := n.trackers(name)
	for _, to := range at {
		conn, dial := n.host.Dialer.Dial(to, 0)
		if err = dial; err == nil {
			return mtqp.Ask(conn, n.host, envid, secret)
		}
	}
	return nil, err
}

// trackers are where a host is asked: first where SRV says, _mtqp._tcp before its name; without such a record at its own
// address (RFC 3887 §2).
func (n *Node) trackers(name string) (at []netip.AddrPort, err error) {
	if strings.EqualFold(name, n.cfg.SubmitTo) && n.cfg.SubmitAddr.Addr().IsValid() {
		return []netip.AddrPort{netip.AddrPortFrom(n.cfg.SubmitAddr.Addr(), mtqp.Port)}, nil
	}
	if n.resolver == nil {
		return nil, fmt.Errorf("address of %s: %s", name, dns.Timeout)
	}
	found, answer := n.located("_mtqp._tcp." + name)
	for _, t := range found {
		at = append(at, t.Addr)
	}
	if len(answer.Records) == 0 {
		var addrs []netip.Addr
		addrs, answer = n.resolver.LookupAddr(name)
		for _, a := range addrs {
			at = append(at, netip.AddrPortFrom(a, mtqp.Port))
		}
	}
	if len(at) == 0 {
		err = fmt.Errorf("address of the tracking server of %s: %s", name, answer.Outcome)
	}
	return at, err
}
