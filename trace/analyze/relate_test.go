package analyze

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/trace"
)

// attempt is a session with at most one transaction, in few words.
type attempt struct {
	server  string
	after   time.Duration
	end     trace.SessionEnd
	code    int // of the reply to RCPT; 0: no transaction
	text    string
	id      string // Message-ID; "" if no text was sent
	capture int
}

func (a attempt) session(n int) *trace.Session {
	s := &trace.Session{ID: n, Capture: a.capture, Client: "192.0.2.1:" + fmt.Sprint(40000+n), Server: a.server + ":25",
		Started: 1_767_225_600_000_000_000 + trace.Time(a.after), End: a.end}
	if a.code == 0 {
		return s
	}
	from := "a@a.example"
	tx := &trace.Transaction{N: 1, ReversePath: &from, Outcome: trace.Refused,
		Recipients: []*trace.Recipient{{ForwardPath: "b@b.example", Code: a.code, Text: a.text, Answered: true}}}
	if a.code == 250 {
		tx.Outcome = trace.Accepted
		tx.Final = &trace.ReplyRef{Code: 250}
	}
	if a.id != "" {
		tx.Message = &trace.Message{MessageID: a.id}
	}
	s.Transactions = append(s.Transactions, tx)
	return s
}

func TestRelations(t *testing.T) {
	const mx1, mx2 = "192.0.2.25", "192.0.2.26"
	for name, c := range map[string]struct {
		attempts []attempt
		want     string
	}{
		"one mail": {[]attempt{{server: mx1, code: 250, id: "<1@a>"}}, "[]"},
		"greylisted, then taken": {[]attempt{{server: mx1, code: 451, text: "4.7.1 Greylisted"}, {server: mx1, after: time.Hour, code: 250, id: "<1@a>"}},
			"[greylisted 2.1 1.1]"},
		"refused for a time twice": {[]attempt{{server: mx1, code: 450}, {server: mx1, after: time.Hour, code: 450}, {server: mx1, after: 2 * time.Hour, code: 250}},
			"[retry_of 2.1 1.1 retry_of 3.1 2.1]"},
		"refused for good":                   {[]attempt{{server: mx1, code: 550}, {server: mx1, after: time.Hour, code: 250}}, "[]"},
		"too late to be a retry":             {[]attempt{{server: mx1, code: 450}, {server: mx1, after: 144 * time.Hour, code: 250}}, "[]"},
		"next MX after a refusal for a time": {[]attempt{{server: mx1, code: 450}, {server: mx2, after: time.Second, code: 250}}, "[next_mx 2.1 1.1]"},
		"next MX after RST":                  {[]attempt{{server: mx1, end: trace.SessionRefused}, {server: mx2, after: time.Second, code: 250}}, "[next_mx 2.0 1.0]"},
		"the same host again after RST":      {[]attempt{{server: mx1, end: trace.SessionRefused}, {server: mx1, after: time.Second, code: 250}}, "[]"},
		"something else an hour after RST":   {[]attempt{{server: mx1, end: trace.SessionRefused}, {server: mx2, after: time.Hour, code: 250}}, "[]"},
		"one message twice":                  {[]attempt{{server: mx1, code: 250, id: "<1@a>"}, {server: mx2, after: time.Hour, code: 250, id: "<1@a>"}}, "[same_message 2.1 1.1]"},
		"RST in another capture":             {[]attempt{{server: mx1, end: trace.SessionRefused}, {server: mx2, after: time.Second, code: 250, capture: 1}}, "[]"},
	} {
		t.Run(name, func(t *testing.T) {
			var r relations
			for i, a := range c.attempts {
				s := a.session(i + 1)
				r.add(s, nil, s.Capture, netip.MustParseAddrPort(s.Client), netip.MustParseAddrPort(s.Server))
			}
			var got []string
			for _, rel := range r.list {
				got = append(got, fmt.Sprintf("%s %d.%d %d.%d", rel.Kind, rel.A.Session, rel.A.Transaction, rel.B.Session, rel.B.Transaction))
			}
			if fmt.Sprint(got) != c.want {
				t.Errorf("%v, want %s", got, c.want)
			}
		})
	}
}

// What is remembered is bounded; the oldest goes first.
func TestMemory(t *testing.T) {
	var m memory[int]
	for i := range 3 * maxRemembered {
		m.put(i, remembered{session: i})
		if i%3 == 0 {
			m.drop(i)
		}
	}
	if len(m.last) > maxRemembered || len(m.order) > maxRemembered {
		t.Errorf("%d keys, %d in order", len(m.last), len(m.order))
	}
	if _, ok := m.get(0); ok {
		t.Error("the first is still there")
	}
	if r, ok := m.get(3*maxRemembered - 1); !ok || r.session != 3*maxRemembered-1 {
		t.Error("the last is not there")
	}
}
