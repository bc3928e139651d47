package analyze

import (
	"fmt"
	"strings"

	"github.com/smtpsim/smtpsim/trace"
	"github.com/smtpsim/smtpsim/trace/capture"
)

// Why a capture shows no session: findings of the capture.
const (
	notReadable   = "not-readable"   // the file cannot be opened or read
	notCapture    = "not-a-capture"  // no pcap, no pcapng
	noPackets     = "no-packets"     // a capture with nothing in it
	noTCP         = "no-tcp"         // no TCP segment that could be decoded
	noPayload     = "no-payload"     // connections without octets
	encryptedOnly = "encrypted-only" // connections that are TLS from their first octet, on ports that are not mail's
	noSMTP        = "no-smtp"        // octets, but nobody speaks SMTP or LMTP
)

// unreadable describes a file of which nothing was read.
func unreadable(name, why string, err error) trace.Capture {
	return trace.Capture{File: name, LinkTypes: []string{},
		Findings: []trace.Finding{{ID: why, Severity: trace.Error, Text: err.Error(), Source: "draft-ietf-opsawg-pcap"}}}
}

// describe makes the facts of a capture and a reason, if it shows no session, into what is told of it.
func describe(f *capture.Facts, sum *tally) trace.Capture {
	c := trace.Capture{File: f.Name, Format: f.Format, LinkTypes: f.LinkTypes, Packets: f.Packets, Bytes: f.Bytes,
		First: f.First, Last: f.Last, Findings: append([]trace.Finding{}, f.Findings...)}
	if c.LinkTypes == nil {
		c.LinkTypes = []string{}
	}
	if id, text := reason(f, sum); id != "" {
		c.Findings = append(c.Findings, trace.Finding{ID: id, Severity: trace.Note, Text: text, Source: "RFC 5321 §2.1"})
	}
	return c
}

// reason says why there is no session; "" if there is one.
func reason(f *capture.Facts, sum *tally) (id, text string) {
	n := &f.Counts
	switch {
	case sum.sessions > 0:
		return "", ""
	case f.Packets == 0:
		return noPackets, "The capture holds no packet."
	case n.TCP == 0:
		return noTCP, fmt.Sprintf("None of %d packets (%s) is TCP: %d UDP, %d other IP, %d fragments, %d not IP, %d damaged.", f.Packets,
			strings.Join(f.LinkTypes, ", "), n.UDP, n.ICMP+n.OtherIP, n.Fragments, n.NotIP, n.Damaged)
	case sum.payload == 0:
		return noPayload, fmt.Sprintf("%d TCP segments, but no connection shows an octet of what was said.", n.TCP)
	case sum.encrypted == sum.payload:
		return encryptedOnly, fmt.Sprintf("All %d connections are encrypted from their first octet, on ports that are not mail's.", sum.payload)
	}
	return noSMTP, fmt.Sprintf("None of %d connections with data speaks SMTP or LMTP.", sum.payload)
}
