package hops

import (
	"fmt"
	"strings"
	"testing"
)

// TestForgedAuthentication: what the sender wrote below the border is a claim, though it names our server and puts a stamp of
// our server below; and no more than 200 fields are read.
func TestForgedAuthentication(t *testing.T) {
	forged := "Authentication-Results: store.ours.example; dmarc=pass"
	fields := []string{stamp("out.theirs.example (out.theirs.example [203.0.113.7])", "store.ours.example", "S1", "12:00:03 +0000"),
		forged, stamp("x.example (x.example [203.0.113.8])", "store.ours.example", "S0", "12:00:02 +0000")}
	opts := Options{Trusted: Trust{Hosts: []string{"store.ours.example"}}}
	m := Trace(chain(fields...), "x", 1, opts)
	if len(m.Authentication) != 1 || m.Authentication[0].Hop != 1 || m.Authentication[0].Trust != "claimed" {
		t.Errorf("%+v", m.Authentication)
	}
	for range maxAuthFields {
		fields = append(fields, forged)
	}
	if m = Trace(chain(fields...), "x", 1, opts); len(m.Authentication) != maxAuthFields {
		t.Errorf("%d fields read", len(m.Authentication))
	}
}

// TestReportsInReports: a report about a report about a report is read, the next one is not.
func TestReportsInReports(t *testing.T) {
	msg := "Subject: 0\n\nhi\n"
	for n := 1; n <= 4; n++ {
		b := fmt.Sprint("b", n)
		msg = fmt.Sprintf("Subject: %d\nContent-Type: multipart/report; boundary=%s\n\n--%s\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\n"+
			"Final-Recipient: rfc822; a@b.example\nAction: failed\n\n--%s\nContent-Type: message/rfc822\n\n%s\n--%s--\n", n, b, b, b, msg, b)
	}
	m, depth := Trace([]byte(msg), "x", 1, Options{}), 0
	for r := m.Report; r != nil && r.Message != nil; r = r.Message.Report {
		depth++
	}
	if depth != maxReportDepth {
		t.Errorf("%d deep, want %d", depth, maxReportDepth)
	}
}

// A message with very many reports in it costs what its length costs, not the square of it.
func TestManyReportsAreReadOnce(t *testing.T) {
	const parts = 640
	msg := []byte("Content-Type: multipart/report; boundary=b\r\n\r\n" + strings.Repeat("--b\r\nContent-Type: message/delivery-status\r\n\r\n"+
		"Reporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; a@b.example\r\nAction: failed\r\n\r\n", parts) + "--b--\r\n")
	if m := Trace(msg, "x", 1, Options{}); m.Report == nil || len(m.Report.Recipients) < 60 {
		t.Fatalf("%+v", m.Report)
	}
	if n := testing.AllocsPerRun(1, func() { Trace(msg, "x", 1, Options{}) }); n > 200*parts {
		t.Errorf("%.0f allocations for %d parts", n, parts)
	}
}
