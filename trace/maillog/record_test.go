package maillog

import (
	"fmt"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for line, want := range map[string]string{
		`1795286000.460083 postfix/smtp[29008]: 3C03E9BA1B5: to=<bob@failover.example>, relay=mx.beta.example[192.0.2.20]:25, delay=0.22, delays=0.01/0/0.01/0.2, dsn=2.0.0, status=sent (250 OK id=1xUpto-0008JH-0p)`:                                                              "Postfix 3C03E9BA1B5 2026-11-21T18:33:20.460083Z to bob@failover.example 192.0.2.20:25 sent 2.0.0 250 OK id=1xUpto-0008JH-0p",
		`1795286000.247384 postfix/qmgr[28975]: 3C03E9BA1B5: from=<alice@alpha.example>, size=407, nrcpt=1 (queue active)`:                                                                                                                                                          "Postfix 3C03E9BA1B5 2026-11-21T18:33:20.247384Z from alice@alpha.example",
		`Nov 21 13:33:20 mx postfix/smtp[1]: 3C03E9BA1B5: to=<b@b.example>, relay=none, delay=1, delays=1/0/0/0, dsn=4.4.1, status=deferred (connect to x[2001:db8::1]:25: Connection refused)`:                                                                                     "Postfix 3C03E9BA1B5  to b@b.example nobody deferred 4.4.1 connect to x[2001:db8::1]:25: Connection refused",
		`2026-11-21T13:33:20.5+01:00 mx postfix/smtp[1]: 3C03E9BA1B5: to=<b@b.example>, relay=x[2001:db8::1]:25, delay=1, delays=1/0/0/0, dsn=5.1.1, status=bounced (no)`:                                                                                                           "Postfix 3C03E9BA1B5 2026-11-21T12:33:20.5Z to b@b.example [2001:db8::1]:25 bounced 5.1.1 no",
		`2026-11-21 13:32:16.138 -0500 [30005] 1xUpsm-0007nu-05 => bob@zeta.example F=<alice@beta.example> R=dns T=remote_smtp S=473 H=mx.zeta.example [192.0.2.60]:25 I=[192.0.2.20]:58594 L K C="250 OK" QT=0.105s`:                                                               "Exim 1xUpsm-0007nu-05 2026-11-21T18:32:16.138Z to bob@zeta.example 192.0.2.60:25 sent  250 OK",
		`2026-11-21 15:02:16 1xUpsm-0007o0-0L => bob <bob@zeta.example> R=local T=maildir`:                                                                                                                                                                                          "Exim 1xUpsm-0007o0-0L  to bob@zeta.example nobody sent  ",
		`2026-11-21 14:10:47.615 -0500 [31214] 1xUqU3-00087L-1v ** bob@nullmx.example F=<alice@beta.example>: an MX or SRV record indicated no SMTP service DT=0.000s`:                                                                                                              "Exim 1xUqU3-00087L-1v 2026-11-21T19:10:47.615Z to bob@nullmx.example nobody bounced  an MX or SRV record indicated no SMTP service DT=0.000s",
		`2026-11-21 14:10:47.615 -0500 [31214] 1xUqU3-00087L-1v <= <> R=1xUqU3-00087L-1v U=Debian-exim P=local S=1726`:                                                                                                                                                              "Exim 1xUqU3-00087L-1v 2026-11-21T19:10:47.615Z from ",
		`1795288247.671172 sendmail[31215]: 6ALJAlvu031215: to=bob@nullmx.example, ctladdr=alice@delta.example (0/0), delay=00:00:00, xdelay=00:00:00, mailer=relay, pri=30280, relay=[127.0.0.1] [127.0.0.1], dsn=2.0.0, stat=Sent (6ALJAlW9031219 Message accepted for delivery)`: "Sendmail 6ALJAlvu031215 2026-11-21T19:10:47.671172Z to bob@nullmx.example 127.0.0.1:0 sent 2.0.0 Sent (6ALJAlW9031219 Message accepted for delivery)",
		`1795288247.671240 sendmail[31225]: 6ALJAlW9031219: to=<bob@nullmx.example>, delay=00:00:00, mailer=esmtp, relay=nullmx.example., dsn=5.1.10, stat=Service unavailable`:                                                                                                     "Sendmail 6ALJAlW9031219 2026-11-21T19:10:47.67124Z to bob@nullmx.example nobody bounced 5.1.10 Service unavailable",
		`1795288247.687116 smtpd[30969]: 0000000000000000 mta delivery evpid=404662be161389ac from=<alice@gamma.example> to=<bob@nullmx.example> rcpt=<-> source="-" relay="nullmx.example" delay=0s result="TempFail" stat="No MX found for domain"`:                               "OpenSMTPD 404662be 2026-11-21T19:10:47.687116Z to bob@nullmx.example nobody deferred  No MX found for domain",
		`1795288247.685830 smtpd[30969]: 2590fcf9e82d7904 smtp envelope evpid=404662be161389ac from=<alice@gamma.example> to=<bob@nullmx.example>`:                                                                                                                                  "OpenSMTPD 404662be 2026-11-21T19:10:47.68583Z from alice@gamma.example",
		`Nov 21 13:33:20 mx sshd[1]: Accepted publickey`:              "",
		`1795286000.460106 postfix/qmgr[28975]: 3C03E9BA1B5: removed`: "",
		``: "",
	} {
		r, ok := Parse(line)
		if got := describe(r, ok); got != want {
			t.Errorf("%s\n got %q\nwant %q", line, got, want)
		}
	}
}

func describe(r Record, ok bool) string {
	if !ok {
		return ""
	}
	head := fmt.Sprintf("%s %s %s", r.Software, r.QueueID, r.Time)
	if r.Kind == Arrival {
		return head + " from " + *r.From
	}
	where := "nobody"
	if r.Relay.IsValid() {
		where = r.Relay.String()
	}
	return fmt.Sprintf("%s to %s %s %s %s %s", head, r.To, where, r.Status, r.Code, r.Text)
}

// A line of any length is cut, and the next has its right number.
func TestScanCutsLongLines(t *testing.T) {
	long := "1795286000.460083 postfix/smtp[1]: 3C03E9BA1B5: to=<b@b.example>, relay=none, dsn=4.4.1, status=deferred ("
	var got []int
	err := Scan(strings.NewReader(long+strings.Repeat("x", 1<<20)+"\n"+long+")"), func(r Record) { got = append(got, r.Line, len(r.Raw)) })
	if err != nil || fmt.Sprint(got) != fmt.Sprint([]int{1, maxLine, 2, len(long) + 1}) {
		t.Errorf("%v %v", got, err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("1795286000.247384 postfix/qmgr[28975]: 3C03E9BA1B5: from=<alice@alpha.example>, size=407, nrcpt=1")
	f.Add("2026-11-21 14:10:47.615 -0500 [31214] 1xUqU3-00087L-1v <= <> R=1")
	f.Add("Nov 21 13:33:20 mx smtpd[1]: x mta delivery evpid=404662be161389ac to=<b> relay=\"192.0.2.1 (x)\" result=\"Ok\"")
	f.Fuzz(func(t *testing.T, line string) {
		if r, ok := Parse(line); ok && (r.QueueID == "" || r.Kind == Arrival && r.From == nil) {
			t.Errorf("%+v", r)
		}
	})
}
