package sim

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/smtpsim/smtpsim/sim/persona"
	"github.com/smtpsim/smtpsim/sim/scenario"
)

// typedRecordings are those whose clients were scripts and simple programs: what they said is typed again.
func typedRecordings() []string {
	return []string{"01-plain-esmtp-swaks", "24a-multi-message-rset-smtplib",
		"31a-loss-reorder-2MB", "32-ipv6-sessions", "35a-loopback-lo-postfix", "35b-any-sll2", "41-small-clients", "44-received-forms"}
}

// recordedElsewhere says of the other recordings which test plays them, or why none can be compared in order.
func recordedElsewhere() map[string]string {
	const auth = "sim/smtpserver TestRecordedAuth: the same clients, the answers to challenges computed anew"
	const smuggling = "sim/smtpserver testdata/dialogues/smuggling-*.txt: what each personality makes of LF.LF, LF.CRLF and CRLF.LF"
	const curl = "curl over TLS: its order of EHLO, AUTH, MAIL is 21d's inside 22d's TLS, which are played; the tunnel itself: sim TestCrown, starttls-*.yaml, submissions-465.yaml"
	return map[string]string{
		"11-null-mx":                      "no session with the null MX is what it shows: gallery null-mx.yaml; what was said is local submission",
		"15-dsn-delay":                    "no session: gallery dsn-failure-delay.yaml",
		"18-size-exceeded":                "sim/smtpserver TestTranscripts; gallery size-refusal.yaml and size-lied.yaml: the client gives up without MAIL, as Postfix did, but says QUIT",
		"21a-auth-plain-587":              auth,
		"21c-auth-cram-md5-587":           auth,
		"21d-auth-digest-md5-587":         auth,
		"21e-auth-odd":                    auth,
		"22a-starttls-tls13-curl":         curl,
		"22e-starttls-s_client-tls13":     "sim/smtpserver testdata/dialogues/starttls-*.txt: STARTTLS in a transaction, with a parameter, with a command behind it",
		"23a-implicit-tls12-465-curl":     curl,
		"23a-implicit-tls13-465-curl":     curl,
		"25-vrfy-expn-help-noop-etrn":     "sim/smtpserver TestTranscripts; users and ETRN are the set-up's",
		"26-syntax-errors":                "sim/smtpserver TestTranscripts",
		"26b-reply-matrix":                "sim/smtpserver TestReplyMatrix and TestProbes",
		"27-line-too-long":                "sim/smtpserver TestProbes and testdata/dialogues/line-length.txt: the lines are in no log",
		"28a-lf-dot-lf":                   smuggling,
		"28b-lf-dot-crlf":                 smuggling,
		"28c-crlf-dot-lf":                 smuggling,
		"28f-postfix-forbid-bare-newline": smuggling,
		"29-abrupt-disconnect":            "connections that break: gallery fault-reset.yaml, fault-close.yaml, fault-drop-before.yaml; the order is that of 01, cut",
		"30-421-timeout":                  "gallery timeout-server.yaml; sim/smtpserver testdata/dialogues/timeout*.txt, too-many-errors*.txt",
		"37-xclient-postfix":              "gallery xclient-xforward.yaml: 220 again after XCLIENT, and EHLO",
		"39-postscreen-220-teaser":        "gallery persona-postscreen.yaml",
		"40-lmtp-dovecot":                 "Dovecot has no personality here; the order of LHLO and of one reply a recipient: sim/smtpserver testdata/dialogues, RFC 2033's own",
		"reply-matrix":                    "the answers of 26b, by probe",
	}
}

// TestRecordingsListed finds each recording in one of the three tables, and nothing in them that is no recording.
func TestRecordingsListed(t *testing.T) {
	recordedDialogues(t, "01-plain-esmtp-swaks") // skips where there are none
	where := recordedElsewhere()
	for _, name := range typedRecordings() {
		where[name] = "TestRecordedTyping"
	}
	for _, r := range likeRecordings() {
		where[r.recording] += " TestRecordedSessions"
	}
	files, err := filepath.Glob(filepath.Join("..", "..", "shared", "captures", "real", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		name := strings.TrimSuffix(filepath.Base(f), ".json")
		if where[name] == "" {
			t.Errorf("%s is in no table", name)
		}
		delete(where, name)
	}
	for name := range where {
		t.Errorf("%s is no recording", name)
	}
}

// TestRecordedTyping types what scripted clients said to real servers, in networks with the same personalities.
func TestRecordedTyping(t *testing.T) {
	for _, name := range typedRecordings() {
		t.Run(name, func(t *testing.T) {
			played := 0
			for _, d := range recordedDialogues(t, name) {
				for _, want := range read(d) {
					if d.Role == "server" && label(want.client) == "" && label(want.server) != "" {
						typeAgain(t, want)
						played++
					}
				}
			}
			if played == 0 {
				t.Error("nothing was typed")
			}
			t.Logf("%d dialogues", played)
		})
	}
}

// typeAgain types one dialogue.
func typeAgain(t *testing.T, want *exchanges) {
	t.Helper()
	to := label(want.server)
	var lines []string
	for _, line := range want.typed {
		lines = append(lines, fmt.Sprintf("%q", line))
	}
	r := &likeRecorded{recording: "00", hosts: to}
	offers := map[string][]string{}
	for _, o := range want.offers {
		if e := persona.ByKeyword(o); e != 0 && e != persona.StartTLS && e != persona.Auth && !slices.Contains(offers[to], o) {
			offers[to] = append(offers[to], o)
		}
	}
	src := strings.TrimSuffix(r.network(offers), "mail:\n") +
		fmt.Sprintf("script:\n  - {at: 1s, connect: mx.%s.example, type: [%s]}\n", to, strings.Join(lines, ", "))
	sc, err := scenario.Parse(want.server+".yaml", []byte(src))
	if err != nil {
		t.Fatalf("%v\n%s", err, src)
	}
	ours := &simulated{by: map[string]*exchanges{}}
	w, err := Open(sc, Options{}, Sinks{Claims: ours})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	w.RunIdle()
	if len(ours.order) != 1 {
		t.Fatalf("%d sessions", len(ours.order))
	}
	if got := ours.by[ours.order[0]].list; !slices.Equal(got, want.list) {
		t.Errorf("%s:\n got %s\nwant %s", to, strings.Join(got, " · "), strings.Join(want.list, " · "))
	}
}
