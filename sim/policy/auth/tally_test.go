package auth

import (
	"encoding/xml"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// TestAggregateReport: equal mails are one row, and only who has agreed to it gets a report (RFC 7489 §7.1, §7.2, Appendix C).
func TestAggregateReport(t *testing.T) {
	z := newZone(t, "txt _dmarc.east.example v=DMARC1; p=reject; rua=mailto:d@east.example,mailto:x@reports.example,mailto:y@unasked.example",
		"txt east.example._report._dmarc.reports.example v=DMARC1", "txt _dmarc.mail.east.example v=DMARC1; p=none; rua=mailto:d@east.example",
		"txt _dmarc.quiet.example v=DMARC1; p=reject", "txt _dmarc.loud.example v=DMARC1; p=none; rua=mailto:victim@west.example")
	var tally Tally
	add := func(author, ip string, spf SPF, dkim []Verification, does Disposition, why string) bool {
		d := CheckDMARC(from("a@"+author), spf, dkim, z)
		return tally.Add(Seen{netip.MustParseAddr(ip), spf, dkim, d, does, why}, noon())
	}
	if add("quiet.example", "192.0.2.1", spfOf(""), nil, Reject, "") {
		t.Error("a domain that wants no reports was counted")
	}
	if !add("east.example", "192.0.2.1", spfOf("east.example"), dkimOf("east.example"), Deliver, "") {
		t.Error("the first mail was not the first")
	}
	for range 3 {
		add("east.example", "203.0.113.66", spfOf(""), dkimOf("<evil>.example"), Reject, "")
	}
	add("east.example", "203.0.113.66", spfOf(""), nil, Deliver, "lists.example")
	add("mail.east.example", "192.0.2.1", spfOf(""), nil, Deliver, "")
	add("loud.example", "192.0.2.1", spfOf(""), nil, Deliver, "")
	got := tally.Reports(z, "mx.west.example", "postmaster@west.example", noon().Add(12*time.Hour))
	if len(got) != 2 || got[0].Domain != "east.example" || got[1].Domain != "mail.east.example" {
		t.Fatalf("%+v", got)
	}
	if to := strings.Join(got[0].To, " "); to != "d@east.example x@reports.example" {
		t.Errorf("sent to %s", to)
	}
	if got[0].Name != "mx.west.example!east.example!1772452800!1772496000.xml" {
		t.Error(got[0].Name)
	}
	var f feedback
	if err := xml.Unmarshal(got[0].XML, &f); err != nil {
		t.Fatalf("%v\n%s", err, got[0].XML)
	}
	if len(f.Records) != 3 || f.Records[1].Row.Count != 3 || f.Records[1].DKIM[1].Domain != "<evil>.example" || f.Records[2].Row.Evaluated.Reason == nil ||
		f.Published.P != Reject || f.Records[0].Row.Evaluated.SPF != Pass || f.Metadata.End-f.Metadata.Begin != 12*3600 {
		t.Errorf("%s", got[0].XML)
	}
	if again := tally.Reports(z, "mx", "x", noon()); len(again) != 0 {
		t.Errorf("reported twice: %+v", again)
	}
}
