package sim

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/trace"
)

// talk is one session as one witness tells it: what the client said in its order, what the server said in its own, and
// which reply answers what. How the two directions interleave is not said: under PIPELINING the ends see it differently.
type talk struct {
	client, server netip.AddrPort
	said           []item // by the client: commands, data, the handshake
	replies        []item
}

// item is one thing said. Fields without meaning for its kind are zero.
type item struct {
	kind    host.ClaimKind
	verb    string
	line    string
	bytes   int64
	sha256  string
	code    int
	texts   string // joined with "\n"
	answers int    // position in said of what it answers, from 1; 0: the greeting, or nothing
}

func (i item) String() string {
	switch i.kind {
	case host.ClaimCommand:
		return fmt.Sprintf("%s %q", i.verb, i.line)
	case host.ClaimData:
		return fmt.Sprintf("data %d %.12s", i.bytes, i.sha256)
	case host.ClaimGreeting, host.ClaimReply:
		return fmt.Sprintf("%s %d %q to %d", i.kind, i.code, i.texts, i.answers)
	default:
		return string(i.kind)
	}
}

// end is what one end of one connection is known by.
type end struct {
	host          string
	role          host.Role
	local, remote netip.AddrPort
}

// claimed reads the sessions out of the claims of one role, in the order of their first claims.
func claimed(claims []host.Claim, role host.Role) []talk {
	var order []end
	byEnd := map[end][]host.Claim{}
	for _, c := range claims {
		if c.Role != role || !c.Local.IsValid() {
			continue
		}
		e := end{c.Host, role, c.Local, c.Remote}
		if byEnd[e] == nil {
			order = append(order, e)
		}
		byEnd[e] = append(byEnd[e], c)
	}
	var out []talk
	for _, e := range order {
		t := talk{client: e.local, server: e.remote}
		if role == host.RoleServer {
			t.client, t.server = e.remote, e.local
		}
		t.tell(byEnd[e])
		out = append(out, t)
	}
	return out
}

// tell takes one end's claims: replies come in the order of what they answer (RFC 5321 §4.1, RFC 2920 §3.1).
func (t *talk) tell(claims []host.Claim) {
	var open []int // positions in said that wait for their reply
	for i, c := range claims {
		switch c.Kind {
		case host.ClaimCommand:
			t.said = append(t.said, item{kind: c.Kind, verb: c.Verb, line: c.Line})
			open = append(open, len(t.said))
		case host.ClaimAuth:
			t.said = append(t.said, item{kind: c.Kind, line: c.Line})
			open = append(open, len(t.said))
		case host.ClaimData:
			t.said = append(t.said, item{kind: c.Kind, bytes: c.Bytes, sha256: c.SHA256})
			open = append(open, len(t.said))
		case host.ClaimTLS:
			t.said = append(t.said, item{kind: c.Kind})
		case host.ClaimGreeting:
			t.replies = append(t.replies, item{kind: c.Kind, code: c.Code, texts: strings.Join(c.Texts, "\n")})
		case host.ClaimReply:
			r := item{kind: c.Kind, code: c.Code, texts: strings.Join(c.Texts, "\n")}
			if len(open) > 0 {
				r.answers, open = open[0], open[1:]
			}
			t.replies = append(t.replies, r)
		case host.ClaimStored: // the kept text is the one that came
			if last := lastData(claims[:i]); last.SHA256 != c.SHA256 || last.Bytes != c.Bytes || last.MailID != c.MailID {
				t.said = append(t.said, item{kind: c.Kind, line: "stored is another text than came: " + c.MailID})
			}
		}
	}
}

func lastData(claims []host.Claim) host.Claim {
	for _, c := range slices.Backward(claims) {
		if c.Kind == host.ClaimData {
			return c
		}
	}
	return host.Claim{}
}

// seen reads the same out of a session that trace/dialogue understood. Ciphertext ends it.
func seen(s *trace.Session) (talk, error) {
	t := talk{}
	var err1, err2 error
	t.client, err1 = netip.ParseAddrPort(s.Client)
	t.server, err2 = netip.ParseAddrPort(s.Server)
	place := map[int]int{} // event number to position in said
	for _, e := range s.Events {
		switch e.Kind {
		case trace.KindCommand:
			t.said = append(t.said, item{kind: host.ClaimCommand, verb: e.Verb, line: e.Line})
		case trace.KindAuth:
			t.said = append(t.said, item{kind: host.ClaimAuth, line: e.Line})
		case trace.KindData:
			bytes, sum := body(s, e.N)
			t.said = append(t.said, item{kind: host.ClaimData, bytes: bytes, sha256: sum})
		case trace.KindTLS:
			t.said = append(t.said, item{kind: host.ClaimTLS})
		case trace.KindGreeting:
			t.replies = append(t.replies, item{kind: host.ClaimGreeting, code: e.Code, texts: strings.Join(e.Lines, "\n")})
			continue
		case trace.KindReply:
			t.replies = append(t.replies, item{kind: host.ClaimReply, code: e.Code, texts: strings.Join(e.Lines, "\n"), answers: place[e.Answers]})
			continue
		case trace.KindTLSOpaque:
			continue
		default:
			return t, fmt.Errorf("event %d is %s: %q", e.N, e.Kind, e.Line)
		}
		place[e.N] = len(t.said)
	}
	return t, cmp.Or(err1, err2)
}

// body is what the transaction around event n says of its text.
func body(s *trace.Session, n int) (int64, string) {
	for _, t := range s.Transactions {
		if t.Body != nil && t.FirstEvent <= n && n <= t.LastEvent && t.Body.SHA256 != nil {
			return t.Body.Bytes, *t.Body.SHA256
		}
	}
	return 0, ""
}

func seenAll(t *testing.T, sessions []*trace.Session) []talk {
	t.Helper()
	var out []talk
	for _, s := range sessions {
		k, err := seen(s)
		if err != nil {
			t.Errorf("%s to %s: %v", s.Client, s.Server, err)
		}
		if s.End == trace.SessionRefused || s.End == trace.SessionUnanswered {
			if len(k.said)+len(k.replies) > 0 {
				t.Errorf("%s to %s: %s, but something was said", s.Client, s.Server, s.End)
			}
			continue // nobody was there to claim anything
		}
		out = append(out, k)
	}
	return out
}

// inClear is what of a session was said before TLS took over.
func inClear(all []talk) []talk {
	out := slices.Clone(all)
	for k := range out {
		t := &out[k]
		at := slices.IndexFunc(t.said, func(i item) bool { return i.kind == host.ClaimTLS })
		if at < 0 {
			continue
		}
		t.said = t.said[:at+1]
		if n := slices.IndexFunc(t.replies, func(r item) bool { return r.answers > at+1 }); n >= 0 {
			t.replies = t.replies[:n]
		}
	}
	return out
}

// differences compares what two witnesses tell; each line names the session and both readings.
func differences(a, b []talk) []string {
	var out []string
	a, b = byConnection(a), byConnection(b)
	for len(a) > 0 || len(b) > 0 {
		switch {
		case len(b) == 0 || len(a) > 0 && connection(a[0], b[0]) < 0:
			out = append(out, fmt.Sprintf("%v to %v: only the first has this session", a[0].client, a[0].server))
			a = a[1:]
		case len(a) == 0 || connection(a[0], b[0]) > 0:
			out = append(out, fmt.Sprintf("%v to %v: only the second has this session", b[0].client, b[0].server))
			b = b[1:]
		default:
			out = append(out, itemDifferences(&a[0], "client", a[0].said, b[0].said)...)
			out = append(out, itemDifferences(&a[0], "server", a[0].replies, b[0].replies)...)
			a, b = a[1:], b[1:]
		}
	}
	return out
}

func itemDifferences(t *talk, who string, a, b []item) []string {
	var out []string
	for i := range max(len(a), len(b)) {
		var x, y item
		if i < len(a) {
			x = a[i]
		}
		if i < len(b) {
			y = b[i]
		}
		if x != y {
			out = append(out, fmt.Sprintf("%v to %v, %s, no. %d: %v and %v", t.client, t.server, who, i+1, x, y))
		}
	}
	return out
}

func connection(a, b talk) int {
	return cmp.Or(a.server.Compare(b.server), a.client.Compare(b.client))
}

// byConnection sorts; sessions of one connection's addresses stay in their order.
func byConnection(all []talk) []talk {
	out := slices.Clone(all)
	slices.SortStableFunc(out, connection)
	return out
}
