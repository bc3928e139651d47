package queue

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/smtpsim/smtpsim/codes/smtp"
)

func genMail() *rapid.Generator[*mail] {
	mailbox := rapid.Custom(func(t *rapid.T) smtp.Mailbox {
		local := rapid.OneOf(rapid.StringMatching(`[a-z]{1,8}(\.[a-z]{1,8})?`), rapid.StringMatching(`[ -~]{1,20}`)).Draw(t, "local")
		return smtp.Mailbox{Local: local, Domain: rapid.SampledFrom([]string{"west.example", "[192.0.2.1]", "[IPv6:2001:db8::1]"}).Draw(t, "domain")}
	})
	return rapid.Custom(func(t *rapid.T) *mail {
		m := &mail{id: "A1", slot: -1, arrived: time.Unix(0, rapid.Int64Range(0, 1<<62).Draw(t, "arrived"))}
		if m.envelope.Reverse.Null = rapid.Bool().Draw(t, "null"); !m.envelope.Reverse.Null {
			m.envelope.Reverse.Mailbox = mailbox.Draw(t, "from")
		}
		if rapid.Bool().Draw(t, "params") {
			m.envelope.Params = []smtp.Param{{Name: "BODY", Value: "8BITMIME"}, {Name: "ENVID", Value: "a+20b"}}
		}
		for _, to := range rapid.SliceOfN(mailbox, 1, 4).Draw(t, "to") {
			m.envelope.Recipients = append(m.envelope.Recipients, smtp.Recipient{Forward: smtp.ForwardPath{Mailbox: to}})
			m.rcpts = append(m.rcpts, rcpt{})
		}
		m.text = rapid.SliceOf(rapid.Byte()).Draw(t, "text")
		m.size = int64(len(m.text))
		return m
	})
}

func TestSpoolRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := genMail().Draw(t, "mail")
		got, err := parseSpool(m.id, append(appendSpool(nil, m), m.text...))
		if err != nil {
			t.Fatal(err)
		}
		if string(got.text) != string(m.text) || !got.arrived.Equal(m.arrived) || !reflect.DeepEqual(got.envelope, m.envelope) {
			t.Fatalf("got %+v\nwant %+v", got, m)
		}
		text := rapid.StringMatching(`[ -~]{0,40}`)
		for i := range m.rcpts {
			m.rcpts[i] = rcpt{status: rapid.SampledFrom([]status{waiting, failed, done}).Draw(t, "status"), tries: rapid.IntRange(0, 99).Draw(t, "tries"),
				wait: time.Duration(rapid.Int64Range(0, 1<<50).Draw(t, "wait")), next: time.Unix(0, rapid.Int64Range(0, 1<<62).Draw(t, "next")),
				last: Outcome{Said: rapid.Bool().Draw(t, "said"), Later: rapid.Bool().Draw(t, "later"), Remote: text.Draw(t, "remote"),
					Reply: smtp.NewReply(rapid.IntRange(400, 559).Draw(t, "code"), rapid.SampledFrom([]string{"", "4.2.0"}).Draw(t, "enhanced"),
						rapid.SliceOfN(rapid.StringMatching(`[a-z ]{0,30}x`), 1, 3).Draw(t, "lines")...)}}
		}
		m.told = rapid.Bool().Draw(t, "told")
		if err := got.parseState(appendState(nil, m)); err != nil {
			t.Fatal(err)
		}
		for i := range m.rcpts {
			a, b := got.rcpts[i], m.rcpts[i]
			if a.last.Reply.String() != b.last.Reply.String() || !a.next.Equal(b.next) {
				t.Fatalf("got %+v\nwant %+v", a, b)
			}
			a.last.Reply, b.last.Reply, a.next, b.next = smtp.Reply{}, smtp.Reply{}, time.Time{}, time.Time{}
			if !reflect.DeepEqual(a, b) || got.told != m.told {
				t.Fatalf("got %+v\nwant %+v", a, b)
			}
		}
	})
}

func TestSpoolErrors(t *testing.T) {
	for data, want := range map[string]string{
		"":                                  "spool/A1, line 1: expected a line DATA",
		"ARRIVED x\nDATA\n":                 "spool/A1, line 1: strconv.ParseInt",
		"ARRIVED 1\nHELO x.example\nDATA\n": `spool/A1, line 2: "HELO x.example": expected MAIL, RCPT or DATA`,
		"ARRIVED 1\nRCPT TO:<\nDATA\n":      "spool/A1, line 2: ",
	} {
		if _, err := parseSpool("A1", []byte(data)); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", data, err, want)
		}
	}
	m := &mail{id: "A1", rcpts: make([]rcpt, 1)}
	for data, want := range map[string]string{
		"TOLD true\n": "state/A1: 1 lines, expected one and 1 for the recipients",
		"x\ny\n":      "state/A1, line 1: ",
		"TOLD true false\n9 0 0 0 true true 0 false \"\" \"\"": "state/A1, line 2: status 9: expected at most 6",
	} {
		if err := m.parseState([]byte(data)); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", data, err, want)
		}
	}
}

// TestBrokenSpool: a host does not start over a spool it cannot read: it would lose mail without a word.
func TestBrokenSpool(t *testing.T) {
	w := newWorld(t, nil)
	if err := w.host.Store.Put("spool/A1", []byte("nonsense")); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(w.host, w.opts); err == nil || fmt.Sprint(err) != "spool/A1, line 1: expected a line DATA before the text" {
		t.Errorf("got %v", err)
	}
}

func FuzzParseSpool(f *testing.F) {
	f.Add([]byte("ARRIVED 1\nMAIL FROM:<a@b.example>\nRCPT TO:<c@d.example>\nDATA\ntext"), []byte("TOLD false\n0 1 2 3 true true \"x\" \"450 4.2.0 y\"\n"))
	f.Fuzz(func(t *testing.T, spool, state []byte) {
		m, err := parseSpool("A1", spool)
		if err != nil {
			return
		}
		again, err := parseSpool("A1", append(appendSpool(nil, m), m.text...))
		if err != nil || !reflect.DeepEqual(again.envelope.Reverse, m.envelope.Reverse) || len(again.rcpts) != len(m.rcpts) {
			t.Errorf("written again it differs: %v", err)
		}
		_ = m.parseState(state)
	})
}
