package analyze

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"strings"
	"testing"

	"github.com/smtpsim/smtpsim/codes"
	"github.com/smtpsim/smtpsim/trace"
)

// recordedLogs are the logs of all hosts of a recording.
func recordedLogs(t *testing.T, name string) *Logs {
	t.Helper()
	data, err := os.ReadFile(shared(t, "captures", "real", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var truth struct{ Logs map[string][]string }
	if err := json.Unmarshal(data, &truth); err != nil {
		t.Fatal(err)
	}
	var l Logs
	for host, lines := range truth.Logs {
		if err := l.Read(strings.NewReader(strings.Join(lines, "\n")), host); err != nil {
			t.Fatal(err)
		}
	}
	return &l
}

// TestRecordedLogs: each recording agrees with the logs of its hosts, and nearly every mail in clear has a line.
func TestRecordedLogs(t *testing.T) {
	mails, fates := 0, 0
	for _, r := range loadRecordings(t) {
		l := recordedLogs(t, r.Name)
		for _, file := range r.files {
			for _, s := range r.sessions[file] {
				before := len(s.Findings)
				server, _ := netip.ParseAddrPort(s.Server)
				l.witness(s, server)
				found := false
				for _, f := range s.Findings[before:] {
					found = found || f.ID == string(codes.FindingLogFate)
					if f.ID == string(codes.FindingLogDiffers) {
						t.Errorf("%s session %d: %s", file, s.ID, f.Text)
					}
				}
				for _, tx := range s.Transactions {
					if tx.QueueID != "" {
						mails++
					}
				}
				if found {
					fates++
				}
			}
		}
	}
	t.Logf("%d mails with a queue id, %d sessions with a fate in the logs", mails, fates)
	if fates < 90 {
		t.Errorf("only %d sessions have a line in the logs", fates)
	}
}

func TestLogsAndWire(t *testing.T) {
	const started = trace.Time(1795286000_000000000)
	const sent = "1795286000.46 postfix/smtp[1]: 3C03E9BA1B5: to=<b@b.example>, relay=mx[192.0.2.20]:25, delay=0, delays=0/0/0/0, dsn=2.0.0, status="
	for name, c := range map[string]struct {
		log  string
		code int
		want string
	}{
		"sent and taken":         {sent + "sent (250 OK queued as ABCDEF)", 250, "log-fate"},
		"sent but refused":       {sent + "sent (250 OK queued as ABCDEF)", 550, "log-differs"},
		"put off but taken":      {sent + "deferred (lost connection after end of data)", 250, "log-differs"},
		"put off and refused":    {sent + "deferred (451 later)", 451, "log-fate"},
		"the server's own":       {"1795286001.4 postfix/local[1]: ABCDEF: to=<b@b.example>, relay=local, delay=0, delays=0/0/0/0, dsn=2.0.0, status=sent (delivered)", 250, "log-fate"},
		"another sender":         {"1795286000.4 postfix/qmgr[1]: ABCDEF: from=<x@x.example>, size=1, nrcpt=1 (queue active)", 250, "log-differs"},
		"the same sender":        {"1795286000.4 postfix/qmgr[1]: ABCDEF: from=<a@a.example>, size=1, nrcpt=1 (queue active)", 250, ""},
		"the id a day before":    {"1795200000.4 postfix/qmgr[1]: ABCDEF: from=<x@x.example>, size=1, nrcpt=1 (queue active)", 250, ""},
		"another server":         {strings.Replace(sent, "192.0.2.20", "192.0.2.21", 1) + "sent (250 OK)", 250, ""},
		"another mail, as near":  {sent + "sent (250 OK queued as FEDCBA)", 250, ""},
		"another port":           {strings.Replace(sent, ":25", ":26", 1) + "sent (250 OK)", 250, ""},
		"an hour away, no quote": {strings.Replace(sent, "1795286000", "1795289600", 1) + "deferred (later)", 250, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var l Logs
			if err := l.Read(strings.NewReader(c.log), "mail.log"); err != nil {
				t.Fatal(err)
			}
			from := "a@a.example"
			tx := &trace.Transaction{N: 1, ReversePath: &from, Recipients: []*trace.Recipient{{ForwardPath: "b@b.example", Code: 250}}, Final: &trace.ReplyRef{Code: c.code}}
			if c.code == 250 {
				tx.QueueID = "ABCDEF"
			}
			s := &trace.Session{Started: started, Ended: started + 1e9, Transactions: []*trace.Transaction{tx}}
			l.witness(s, netip.MustParseAddrPort("192.0.2.20:25"))
			var got []string
			for _, f := range s.Findings {
				got = append(got, f.ID)
			}
			if all := strings.Join(got, " "); all != c.want {
				t.Errorf("%q, want %q: %s", all, c.want, fmt.Sprint(s.Findings))
			}
		})
	}
}
