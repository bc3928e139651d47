package dsn

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"github.com/smtpsim/smtpsim/codes/smtp"
)

// The answer of RFC 3887 §4.1, example 9: two recipients, one relayed, one failed.
func TestTrackingAnswer(t *testing.T) {
	r := Report{EnvelopeID: "12345-20010101@example.com", ReportingMTA: DNS("example2.com"), Arrival: "Mon, 1 Jan 2001 15:15:15 -0500",
		Recipients: []Recipient{
			{Final: RFC822("user1@example1.com"), Action: Relayed, Status: smtp.EnhancedCode{2, 1, 9}, RemoteMTA: DNS("example3.com"),
				LastAttempt: "Mon, 1 Jan 2001 19:15:03 -0500"},
			{Final: RFC822("user2@example1.com"), Action: Failed, Status: smtp.EnhancedCode{5, 2, 2}, Diagnostic: Typed{"smtp", "552 full"}},
		}}
	answer := FormatTrackingAnswer("%%%%", FormatTracking(r), FormatTracking(r))
	got, err := ParseTracking(answer)
	r.Recipients[0].Original, r.Recipients[1].Original = r.Recipients[0].Final, r.Recipients[1].Final
	r.Recipients[1].Diagnostic = Typed{}
	if err != nil || len(got) != 2 || !reflect.DeepEqual(got[0], r) {
		t.Errorf("%v\n got %+v\nwant %+v\n%s", err, got, r, answer)
	}
	if _, err := ParseTracking([]byte("Content-Type: text/plain\r\n\r\nhi\r\n")); err == nil {
		t.Error("a text was taken for an answer")
	}
}

// RFC 2046 §5.1.1: at most 70 characters, and in no part, whatever a sender has written into the mail.
func TestBoundary(t *testing.T) {
	long := strings.Repeat("host.", 20)
	var hostile []byte
	for n := range 71 {
		hostile = append(hostile, "--"+long[:60]+strings.Repeat("_", n)+"\r\n"...)
	}
	for _, b := range []string{"", "a", long[:60], long[:70], long, long[:59] + " " + long} {
		got := Boundary(b, []byte("--a--a_\r\n"), hostile)
		if len(got) > 70 || got == "" || strings.HasSuffix(got, " ") || bytes.Contains(hostile, []byte("--"+got)) || got == "a" {
			t.Errorf("%q became %q", b, got)
		}
	}
}

func FuzzParseTracking(f *testing.F) {
	f.Add([]byte("Content-Type: multipart/related; boundary=\"%%%%\"; type=tracking-status\r\n\r\n--%%%%\r\nContent-Type: message/tracking-status\r\n\r\n" +
		"Reporting-MTA: dns; a.example\r\n\r\nFinal-Recipient: rfc822; b@c.example\r\nAction: delivered\r\nStatus: 2.5.0\r\n\r\n--%%%%--\r\n"))
	f.Fuzz(func(t *testing.T, answer []byte) {
		reports, err := ParseTracking(answer)
		if err != nil {
			return
		}
		for _, r := range reports { // what was understood, and is whole, can be said again
			whole := r.ReportingMTA.Value != ""
			for _, rcpt := range r.Recipients {
				whole = whole && rcpt.Final.Value != "" && rcpt.Action != ""
			}
			if !whole {
				continue
			}
			if again, err := ParseTracking(FormatTrackingAnswer("b", FormatTracking(r))); err != nil || len(again) != 1 || len(again[0].Recipients) != len(r.Recipients) {
				t.Errorf("%q became %+v: %v", answer, again, err)
			}
		}
	})
}
