package dsn

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/smtpsim/smtpsim/codes/smtp"
)

var update = flag.Bool("update", false, "rewrite testdata")

// A bounce as a sender finds it in the mailbox; read testdata/bounce.eml.
func TestFormat(t *testing.T) {
	r := Report{From: "Mail Delivery System <MAILER-DAEMON@mx1.client.example>", To: "alice@client.example",
		Subject: Subject(Failed), Date: Date(time.Date(2026, 11, 21, 18, 0, 0, 0, time.UTC)),
		MessageID: "1@mx1.client.example", Boundary: "b1", ReportingMTA: DNS("mx1.client.example"), EnvelopeID: "order 7",
		Arrival: Date(time.Date(2026, 11, 21, 17, 59, 0, 0, time.UTC)),
		Recipients: []Recipient{
			{Final: RFC822("bob@server.example"), Original: RFC822("bob@server.example"), Action: Failed,
				Status: smtp.EnhancedCode{5, 1, 1}, RemoteMTA: DNS("mx.server.example"),
				Diagnostic: SMTP(smtp.NewReply(550, "5.1.1", "<bob@server.example>: Recipient address rejected:", "User unknown in local recipient table"))},
			{Final: RFC822("carol@server.example"), Action: Failed, Status: StatusOf(smtp.NewReply(554, "", "no")),
				Diagnostic: SMTP(smtp.NewReply(554, "", "no"))},
		},
		Returned: []byte("Subject: hello\r\n\r\nHi!\r\n--b1\r\n"),
	}
	got := Format(r)
	const file = "testdata/bounce.eml"
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil || string(got) != string(want) {
		t.Errorf("%v\n%s", err, got)
	}
	for _, line := range strings.Split(string(got), "\r\n") {
		if strings.ContainsAny(line, "\r\n") || len(line) > 200 {
			t.Errorf("a line that is none: %q", line)
		}
	}
}

// What strangers say must not make fields or lines of its own.
func TestFormatNoInjection(t *testing.T) {
	r := Report{From: "a\r\nBcc: x@y.example", Boundary: "b", ReportingMTA: DNS("h"),
		Recipients: []Recipient{{Final: RFC822("b"), Action: Failed, Status: smtp.EnhancedCode{5, 0, 0},
			Diagnostic: Typed{"smtp", "550 x\r\n\r\nFinal-Recipient: rfc822; forged"}}}}
	got, err := Parse(Format(r))
	if err != nil || len(got.Recipients) != 1 || !strings.HasPrefix(got.From, "a  Bcc:") {
		t.Errorf("%v %+v", err, got)
	}
}

// A report with 8-bit octets in a part says so in its own header section too (RFC 2045 §6.4); one without does not.
func TestFormatEightBit(t *testing.T) {
	r := Report{From: "a", Boundary: "b", ReportingMTA: DNS("h"), Recipients: []Recipient{{Final: RFC822("b"), Action: Failed}}}
	for returned, want := range map[string]bool{"Subject: x\r\n\r\nhi\r\n": false, "Subject: x\r\n\r\nGr\xfc\xdfe\r\n": true} {
		r.Returned = []byte(returned)
		head, _, _ := strings.Cut(string(Format(r)), "\r\n\r\n")
		if got := strings.Contains(head, "\r\nContent-Transfer-Encoding: 8bit\r\n"); got != want {
			t.Errorf("%q: 8bit %v, want %v\n%s", returned, got, want, head)
		}
	}
}

func TestPropertyReport(t *testing.T) {
	word := rapid.StringMatching(`[!-9;-~]{1,12}( [!-~]{1,30}){0,8}`)
	value := rapid.StringMatching(`[a-z0-9@.-]{1,40}`)
	typed := rapid.Custom(func(t *rapid.T) Typed {
		return Typed{rapid.SampledFrom([]string{"dns", "rfc822", "smtp", "x-own"}).Draw(t, "type"), word.Draw(t, "value")}
	})
	maybe := rapid.OneOf(rapid.Just(Typed{}), typed)
	maybeWord := rapid.OneOf(rapid.Just(""), word)
	extra := rapid.Map(rapid.SliceOfN(word, 0, 2), func(words []string) (fields []Field) {
		for _, w := range words {
			fields = append(fields, Field{"X-Note", w})
		}
		return fields
	})
	recipient := rapid.Custom(func(t *rapid.T) Recipient {
		return Recipient{Original: maybe.Draw(t, "original"), Final: typed.Draw(t, "final"),
			Action:    rapid.SampledFrom([]Action{Failed, Delayed, Delivered, Relayed, Expanded}).Draw(t, "action"),
			Status:    smtp.EnhancedCode{rapid.SampledFrom([]int{2, 4, 5}).Draw(t, "class"), rapid.IntRange(0, 999).Draw(t, "subject"), 7},
			RemoteMTA: maybe.Draw(t, "remote"), Diagnostic: maybe.Draw(t, "diagnostic"),
			LastAttempt: maybeWord.Draw(t, "attempt"), LogID: maybeWord.Draw(t, "log"), RetryUntil: maybeWord.Draw(t, "until"),
			Extra: extra.Draw(t, "extra")}
	})
	rapid.Check(t, func(t *rapid.T) {
		want := Report{From: word.Draw(t, "from"), To: word.Draw(t, "to"), Subject: word.Draw(t, "subject"),
			Date: word.Draw(t, "date"), MessageID: value.Draw(t, "id"), Boundary: "=_b" + rapid.StringMatching(`[0-9]{1,9}`).Draw(t, "boundary"),
			Text:       strings.Join(rapid.SliceOfN(rapid.StringMatching(`[ -,.-~]{0,60}`), 1, 4).Draw(t, "text"), "\n") + "\n",
			EnvelopeID: maybeWord.Draw(t, "envid"), ReportingMTA: typed.Draw(t, "mta"), Gateway: maybe.Draw(t, "gateway"),
			ReceivedFrom: maybe.Draw(t, "received"), Arrival: maybeWord.Draw(t, "arrival"), Extra: extra.Draw(t, "extra"),
			Recipients:  rapid.SliceOfN(recipient, 1, 3).Draw(t, "recipients"),
			Returned:    []byte(rapid.StringMatching(`([ -,.-~]{0,30}\r\n){0,5}`).Draw(t, "returned")),
			HeadersOnly: rapid.Bool().Draw(t, "headers")}
		got, err := Parse(Format(want))
		if err != nil {
			t.Fatalf("%v\n%s", err, Format(want))
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("got %+v\nwant %+v\n%s", got, want, Format(want))
		}
	})
}

// The reports of real software: what a sender would look for is there.
func TestParseRealReports(t *testing.T) {
	dir := filepath.Join("..", "..", "..", "shared", "mail", "real")
	if _, err := os.Stat(dir); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("the recordings (../shared) are missing")
		}
		t.Skip("needs the recordings in ../shared")
	}
	for file, want := range map[string]struct {
		recipients int
		first      Recipient
	}{
		"05-multi-rcpt-550-postfix-exim-bounce-alice.eml": {2, Recipient{Original: RFC822("forbidden@beta.example"),
			Final: RFC822("forbidden@beta.example"), Action: Failed, Status: smtp.EnhancedCode{5, 0, 0},
			RemoteMTA:  DNS("mx.beta.example"),
			Diagnostic: Typed{"smtp", "550-5.7.1 recipient forbidden here: 550-this reply has 550 three lines"}}},
		"14-dsn-relayed-no-dsn-peer-report-alice.eml": {1, Recipient{Original: RFC822("bob@epsilon.example"),
			Final: RFC822("bob@epsilon.example"), Action: Relayed, Status: smtp.EnhancedCode{2, 0, 0},
			RemoteMTA: DNS("mx.epsilon.example"), Diagnostic: Typed{"smtp", "250 2.0.0 Ok: queued as 9B8615E24C"}}},
		"15-dsn-delay-report-alice.eml": {1, Recipient{Original: RFC822("bob@dead.example"),
			Final: RFC822("bob@dead.example"), Action: Delayed, Status: smtp.EnhancedCode{4, 4, 1},
			Diagnostic: Typed{"x-postfix", "connect to dead.failover.example[192.0.2.201]:25: Connection refused"},
			RetryUntil: "Thu, 26 Nov 2026 18:34:49 +0000 (UTC)"}},
		"11-null-mx-bounce-gamma-alice.eml": {1, Recipient{Final: RFC822("bob@nullmx.example"), Action: Delayed,
			Status: smtp.EnhancedCode{4, 0, 0}}},
	} {
		text, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil {
			t.Fatal(err)
		}
		r, err := Parse(text)
		if err != nil || len(r.Recipients) != want.recipients || !reflect.DeepEqual(r.Recipients[0], want.first) {
			t.Errorf("%s: %v %+v", file, err, r.Recipients)
		}
		if r.ReportingMTA.Type != "dns" || r.Text == "" || len(r.Returned) == 0 {
			t.Errorf("%s: %+v", file, r)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, text := range []string{"", "Subject: x\r\n\r\nhi\r\n",
		"Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\n\r\nhi\r\n--b--\r\n"} {
		if _, err := Parse([]byte(text)); !errors.Is(err, ErrNotReport) {
			t.Errorf("%q: %v", text, err)
		}
	}
	one := "Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n--b--\r\n"
	if _, err := Parse([]byte(one)); err == nil {
		t.Error("a report without recipients is taken")
	}
}

// A parameter is found in whatever order and spelling (RFC 2045 §5.1).
func TestParameter(t *testing.T) {
	for in, want := range map[string]string{
		`multipart/report; boundary=b`:                                    "b",
		`multipart/report; report-type="delivery-status"; boundary="b c"`: "b c",
		`multipart/report; boundary="b;c" ; report-type=delivery-status`:  "b;c",
		`multipart/report; report-type=delivery-status;BOUNDARY = b `:     "b",
		`multipart/report; x="boundary=y"; boundary=b`:                    "b",
		`multipart/report`:                  "",
		`multipart/report; boundary`:        "",
		`multipart/report; boundary="b`:     "",
		`multipart/report; nboundary=b; x=`: "",
	} {
		if got := parameter(in, "boundary"); got != want {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
	}
}

// A report about a hundred thousand recipients is read, one about one more is not.
func TestRecipientLimit(t *testing.T) {
	const head = "Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n"
	for n, ok := range map[int]bool{maxRecipients: true, maxRecipients + 1: false} {
		r, err := Parse([]byte(head + strings.Repeat("\nFinal-Recipient: rfc822; a@b\n", n) + "\n--b--\n"))
		if (err == nil) != ok || len(r.Recipients) != maxRecipients {
			t.Errorf("%d recipients: %d read, %v", n, len(r.Recipients), err)
		}
	}
}

// FuzzParse: nothing panics, and what is a report stays one when it is written and read again.
func FuzzParse(f *testing.F) {
	f.Add([]byte("Content-Type: multipart/report; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n" +
		"Reporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; a@b\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n"))
	f.Fuzz(func(t *testing.T, message []byte) {
		r, err := Parse(message)
		if err != nil || r.ReportingMTA.IsZero() {
			return
		}
		again, err := Parse(Format(r))
		if err != nil || len(again.Recipients) != len(r.Recipients) {
			t.Fatalf("%v: %q", err, Format(r))
		}
	})
}
