package sim

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/persona"
	"github.com/smtpsim/smtpsim/sim/scenario"
)

// recordedDialogue is one session as the log of one of its ends tells it.
type recordedDialogue struct {
	Host, Role string
	Lines      [][3]any // moment, "C" or "S", line; no message text
}

func recordedDialogues(t *testing.T, name string) []recordedDialogue {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "shared", "captures", "real", name+".json"))
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip("the recordings are not there: ../shared/captures/real")
	}
	var r struct {
		Dialogues []recordedDialogue `json:"server_dialogues"`
	}
	if err := json.Unmarshal(data, &r); err != nil {
		t.Fatal(err)
	}
	return r.Dialogues
}

// exchanges are a session as a list of "VERB code enhanced": each command with what answered it, in order.
type exchanges struct {
	client, server string // by EHLO and greeting
	waiting, list  []string
	typed          []string // what a person types to say the same
	offers         []string // keywords
}

// heard takes the last line of a reply.
func (x *exchanges) heard(code int, text string) {
	verb := "."
	if len(x.waiting) > 0 {
		verb, x.waiting = x.waiting[0], x.waiting[1:]
	} else if len(x.list) == 0 {
		verb = "greeting"
		x.server, _, _ = strings.Cut(text, " ")
	}
	item := fmt.Sprintf("%s %d", verb, code)
	if e, n := smtp.CutEnhanced(text); n > 0 && verb != "greeting" {
		item += " " + e.String()
	}
	x.list = append(x.list, item)
	if code == 354 {
		x.typed = append(x.typed, "Subject: x", "", "x", ".")
	}
}

// said takes a line of the client.
func (x *exchanges) said(line string) {
	verb, rest, _ := strings.Cut(line, " ")
	verb = strings.ToUpper(verb)
	if v := smtp.Verb(verb); v == smtp.EHLO || v == smtp.HELO {
		x.client = rest
	}
	x.waiting, x.typed = append(x.waiting, verb), append(x.typed, line)
}

// left says that QUIT has been said, whether or not anybody waited for 221.
func (x *exchanges) left() bool {
	if len(x.list) == 0 {
		return false
	}
	return slices.Contains(x.waiting, "QUIT") || strings.HasPrefix(x.list[len(x.list)-1], "QUIT ")
}

var recordedReply = regexp.MustCompile(`^(\d{3})([- ]?)(.*)$`)

// read reads a recorded dialogue; lines that are neither command nor reply are the logs' own.
func read(d recordedDialogue) []*exchanges {
	var all []*exchanges
	x := &exchanges{}
	for _, l := range d.Lines {
		who, line := l[1].(string), l[2].(string)
		m := recordedReply.FindStringSubmatch(line)
		switch {
		case who == "C" && line == "" && len(x.list) > 0 && strings.HasPrefix(x.list[len(x.list)-1], ". "): // Exim's log of its QUIT
			x.said("QUIT")
		case who == "C" && (line == "" || strings.HasPrefix(line, "(")):
		case who == "C":
			x.said(line)
		case m == nil:
		case m[1] == "220" && x.left(): // the log of a process that went on to the next session
			all, x = append(all, x), &exchanges{}
			x.heard(220, m[3])
		default:
			if len(x.waiting) > 0 && x.waiting[0] == "EHLO" {
				x.offers = append(x.offers, strings.Fields(m[3]+" ")...)
			}
			if m[2] != "-" {
				var code int
				fmt.Sscan(m[1], &code)
				x.heard(code, m[3])
			}
		}
	}
	return append(all, x)
}

// simulated collects the sessions of a world from what its servers claim.
type simulated struct {
	order []string
	by    map[string]*exchanges
}

func (s *simulated) Claim(c host.Claim) {
	if c.Role != host.RoleServer {
		return
	}
	key := c.Local.String() + c.Remote.String()
	x := s.by[key]
	if x == nil {
		x = &exchanges{}
		s.by[key], s.order = x, append(s.order, key)
	}
	switch c.Kind {
	case host.ClaimCommand:
		x.said(c.Line)
	case host.ClaimAuth:
		x.waiting = append(x.waiting, "•")
	case host.ClaimGreeting, host.ClaimReply:
		x.heard(c.Code, c.Texts[len(c.Texts)-1])
	}
}

// recordedHosts are the machines of the recordings, by first label of their domain.
//
//house:table constant
var recordedHosts = map[string]string{
	"alpha":   `addresses: [192.0.2.10, "2001:db8:2::10"], persona: postfix`,
	"beta":    `addresses: [192.0.2.20], persona: exim`,
	"gamma":   `addresses: [192.0.2.30], persona: opensmtpd`,
	"delta":   `addresses: [192.0.2.40], persona: sendmail`,
	"epsilon": `addresses: [192.0.2.50, "2001:db8:2::50"], persona: postfix`,
	"zeta":    `addresses: [192.0.2.60], persona: exim`,
}

// recordedNetwork writes the scenario of a recording.
func (r *likeRecorded) network(offers map[string][]string) string {
	var b, zones strings.Builder
	fmt.Fprintf(&b, "scenario: like-%s\nseed: 1\nhosts:\n", r.recording[:2])
	for _, label := range strings.Fields(r.hosts) {
		domain := label + ".example"
		domains := domain
		if more := r.domains[label]; more != "" {
			domains += ", " + more
		}
		fmt.Fprintf(&b, "  - {name: mx.%s, %s, roles: [msa, mta, mda], domains: [%s], users: [alice, bob, carol, dave, forbidden, greylisted, postmaster], relay-from: [192.0.2.0/24]", domain, recordedHosts[label], domains)
		if len(offers[label]) > 0 {
			fmt.Fprintf(&b, ", extensions: [%s]", strings.Join(offers[label], ", "))
		}
		if extra := r.extra[label]; extra != "" {
			b.WriteString(", " + extra)
		}
		b.WriteString("}\n")
		fmt.Fprintf(&zones, "  %s. 3600 IN MX 10 mx.%s.\n", domain, domain)
		fmt.Fprintf(&b, "  - {name: ws.%s, addresses: [192.0.2.1%s], roles: [mua], user: alice@%s, submit-to: mx.%s}\n", domain, recordedHosts[label][20:22], domain, domain)
	}
	for _, z := range r.zones {
		fmt.Fprintf(&zones, "  %s\n", z)
	}
	fmt.Fprintf(&b, "  - {name: ns.example, addresses: [192.0.2.53], roles: [dns]}\nzones: |\n%smail:\n", zones.String())
	for _, m := range r.mail {
		fmt.Fprintf(&b, "  - {%s, subject: x, body: hello}\n", m)
	}
	return b.String()
}

// likeRecorded is a scenario of ours that shows what a recording shows.
type likeRecorded struct {
	recording string
	hosts     string            // that take part
	domains   map[string]string // further ones that a host takes mail for
	extra     map[string]string // of a host
	zones     []string
	mail      []string
	no        map[string]string // sessions, "client server role n" or all of them, "client server role", that cannot be compared, and why
	bare      map[string]string // sessions, "client server n", that agree but for the enhanced codes, and why
}

func (r *likeRecorded) run(t *testing.T) {
	recorded, offers := map[string][]*exchanges{}, map[string][]string{}
	for _, d := range recordedDialogues(t, r.recording) {
		for _, x := range read(d) {
			client, server := label(x.client), label(x.server)
			if client == "" || server == "" || !r.has(client) || !r.has(server) {
				continue
			}
			key := client + " " + server + " " + d.Role
			recorded[key] = append(recorded[key], x)
			for _, o := range x.offers {
				e := persona.ByKeyword(o)
				if e != 0 && (e != persona.StartTLS || strings.Contains(r.extra[server], "offer: yes")) && e != persona.Auth && !slices.Contains(offers[server], o) {
					offers[server] = append(offers[server], o)
				}
			}
		}
	}
	if len(recorded) == 0 {
		t.Fatal("no dialogue of the recording is between hosts of the scenario")
	}
	src := r.network(offers)
	sc, err := scenario.Parse(r.recording+".yaml", []byte(src))
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
	sessions := map[string][]*exchanges{}
	for _, key := range ours.order {
		x := ours.by[key]
		pair := label(x.client) + " " + label(x.server)
		sessions[pair] = append(sessions[pair], x)
	}
	agreed := 0
	for key, all := range recorded {
		pair := key[:strings.LastIndex(key, " ")]
		for i, want := range all {
			if r.no[key] != "" || r.no[fmt.Sprintf("%s %d", key, i)] != "" {
				continue
			}
			if i >= len(sessions[pair]) {
				t.Errorf("%s: ours has %d sessions, the recording %d", pair, len(sessions[pair]), len(all))
				break
			}
			got := sessions[pair][i].list
			if strings.HasSuffix(key, "client") && len(got) == len(want.list)+1 { // who leaves does not wait for 221
				got = got[:len(want.list)]
			}
			wanted := want.list
			if r.bare[fmt.Sprintf("%s %d", pair, i)] != "" {
				if slices.Equal(got, wanted) {
					t.Errorf("%s, session %d agrees wholly", key, i)
				}
				got, wanted = bare(got), bare(wanted)
			}
			if !slices.Equal(got, wanted) {
				t.Errorf("%s, session %d:\n got %s\nwant %s", key, i, strings.Join(got, " · "), strings.Join(wanted, " · "))
				continue
			}
			agreed++
		}
	}
	t.Logf("%d dialogues agree", agreed)
}

// bare leaves the enhanced codes away.
func bare(list []string) (out []string) {
	for _, item := range list {
		out = append(out, strings.Join(strings.Fields(item)[:2], " "))
	}
	return out
}

// label is "alpha" of mx.alpha.example; "" for others.
func label(name string) string {
	inner, ok := strings.CutPrefix(name, "mx.")
	if !ok {
		return ""
	}
	return strings.TrimSuffix(inner, ".example")
}

func (r *likeRecorded) has(label string) bool { return slices.Contains(strings.Fields(r.hosts), label) }

// TestRecordedSessions plays what real servers did to each other in networks of the same personalities: each command of each
// session, what answered it, and the order are those of the recording.
func TestRecordedSessions(t *testing.T) {
	for _, r := range likeRecordings() {
		t.Run(r.recording, r.run)
	}
}
