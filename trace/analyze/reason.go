package analyze

import (
	"fmt"
	"strings"

	"github.com/smtpsim/smtpsim/codes"
	"github.com/smtpsim/smtpsim/trace"
	"github.com/smtpsim/smtpsim/trace/capture"
)

// Why a capture shows no session is a finding of the capture, one of a short list.

// unreadable describes a file of which nothing was read.
func unreadable(name string, why codes.FindingID, err error) trace.Capture {
	return trace.Capture{File: name, LinkTypes: []string{},
		Findings: []trace.Finding{{ID: string(why), Severity: trace.Error, Text: err.Error(), Source: why.Source()}}}
}

// describe makes the facts of a capture and a reason, if it shows no session, into what is told of it.
func describe(f *capture.Facts, sum *tally) trace.Capture {
	c := trace.Capture{File: f.Name, Format: f.Format, LinkTypes: f.LinkTypes, Packets: f.Packets, Bytes: f.Bytes,
		First: f.First, Last: f.Last, Findings: append([]trace.Finding{}, f.Findings...)}
	c.Findings = append(c.Findings, sum.notes...)
	if c.LinkTypes == nil {
		c.LinkTypes = []string{}
	}
	if id, text := reason(f, sum); id != "" {
		c.Findings = append(c.Findings, trace.Finding{ID: string(id), Severity: trace.Note, Text: text, Source: id.Source()})
	}
	return c
}

// reason says why there is no session; "" if there is one.
func reason(f *capture.Facts, sum *tally) (id codes.FindingID, text string) {
	n := &f.Counts
	switch {
	case sum.sessions > 0:
		return "", ""
	case f.Packets == 0:
		return codes.FindingNoPackets, "The capture holds no packet."
	case n.TCP == 0:
		return codes.FindingNoTCP, fmt.Sprintf("None of %d packets (%s) is TCP: %d UDP, %d other IP, %d fragments, %d not IP, %d damaged.", f.Packets,
			strings.Join(f.LinkTypes, ", "), n.UDP, n.ICMP+n.OtherIP, n.Fragments, n.NotIP, n.Damaged)
	case sum.filtered == n.TCP:
		return codes.FindingNoPackets, fmt.Sprintf("None of %d TCP segments passes the filter.", n.TCP)
	case sum.payload == 0:
		return codes.FindingNoPayload, fmt.Sprintf("%d TCP segments, but no connection shows an octet of what was said.", n.TCP)
	case sum.encrypted == sum.payload:
		return codes.FindingEncryptedOnly, fmt.Sprintf("All %d connections are encrypted from their first octet, on ports that are not mail's.", sum.payload)
	}
	return codes.FindingNoSMTP, fmt.Sprintf("None of %d connections with data speaks SMTP or LMTP.", sum.payload)
}
