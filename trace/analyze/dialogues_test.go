package analyze

import (
	"fmt"
	"strings"
	"testing"

	"github.com/smtpsim/smtpsim/trace"
)

// checkDialogues holds the sessions against the logs of the servers and clients that took part: every line that a log has, on
// either side, in order, and which command each reply answers. A log may hold several sessions after each other, or a part of
// one; what it cannot hold is in unloggedWhy.
func (r *recording) checkDialogues(t *testing.T) {
	seen := coverage{}
	for i := range r.Dialogues {
		for _, f := range fragments(&r.Dialogues[i]) {
			why := r.place(f, seen)
			if why != "" && !notRecorded()[fmt.Sprintf("%s/%d", r.Name, i)] {
				t.Errorf("dialogue %d of %s (%s): %s", i, f.host, f.role, why)
			}
		}
	}
	r.unlogged(t, seen)
}

// notRecorded names dialogues whose connection is in none of the captures: they were taken on another host or interface.
func notRecorded() map[string]bool {
	return map[string]bool{
		"11-null-mx/0": true, "11-null-mx/1": true, "11-null-mx/2": true, "11-null-mx/3": true, // submissions; only DNS was recorded
		"12-mail-loop/15": true, "12-mail-loop/29": true, // the bounce goes from beta to epsilon
		"35c-snaplen-96/0": true, "35c-snaplen-96/1": true, // every frame is cut: checkFacts looks at what is left
		"22d-starttls-postfix-postfix-nokeys/2": true, "22d-starttls-postfix-postfix-nokeys/5": true, // beta to gamma
	}
}

// fragment is a stretch of a log that belongs to one session.
type fragment struct {
	host, role, peer string
	lines            []spoken
}

// fragments takes a log apart where a new session begins, or (for a client that hands connections over to another process)
// a new transaction.
func fragments(d *logged) []fragment {
	var all []fragment
	begin := func() { all = append(all, fragment{host: d.Host, role: d.Role, peer: d.Peer}) }
	begin()
	last, starttls := "", false
	for _, l := range d.Lines {
		greets := l.who == "S" && strings.HasPrefix(l.text, "220") && !starttls
		if f := &all[len(all)-1]; len(f.lines) > 0 && (greets || d.Role == "client" && l.who == "C" && l.text == "RSET") {
			begin()
			last = ""
		}
		starttls = l.who == "C" && strings.EqualFold(l.text, "STARTTLS")
		one, keep := logLine(d, l)
		if !keep {
			continue
		}
		if l.who == "C" {
			last = one.text
		} else {
			one.answers = last
		}
		f := &all[len(all)-1]
		f.lines = append(f.lines, one)
	}
	return all
}

// logLine makes a line of a log what was on the wire; false: it never was.
func logLine(d *logged, l said) (spoken, bool) {
	text := l.text
	switch {
	case text == "(close on process exit)": // Exim's debug output
		return spoken{}, false
	case strings.HasPrefix(text, "050 "), strings.HasSuffix(text, "Name server timeout"), strings.HasSuffix(text, "(held)"):
		return spoken{}, false // Sendmail notes these between the replies
	case text == "(writing message)": // Exim as a client, before its dot
		return spoken{}, false
	}
	text = strings.TrimSuffix(text, " (hold)") // Sendmail
	text = strings.ReplaceAll(text, `\t`, "\t")
	return spoken{who: l.who, text: text}, true
}

// coverage notes which lines of each session were found in a log: [session][role+side] up to where.
type coverage map[*trace.Session]map[string][]bool

func (c coverage) of(s *trace.Session, key string, n int) []bool {
	if c[s] == nil {
		c[s] = map[string][]bool{}
	}
	if c[s][key] == nil {
		c[s][key] = make([]bool, n)
	}
	return c[s][key]
}

// place finds the stretch of a session that f is the log of, in every capture that has it; why says that there is none.
func (r *recording) place(f fragment, seen coverage) (why string) {
	why, closest := "no session of that host is left", -1
	for _, file := range r.files {
		for _, s := range r.sessions[file] {
			if !r.takesPart(&f, s) {
				continue
			}
			complaint, n := f.within(s, seen)
			if complaint == "" {
				why = ""
				r.count(file, "log lines", n)
				break
			}
			if why != "" && n > closest {
				why, closest = fmt.Sprintf("closest is %s > %s: %s", s.Client, s.Server, complaint), n
			}
		}
	}
	return why
}

// takesPart says whether f's host plays f's role in s, with f's peer where the log names it.
func (r *recording) takesPart(f *fragment, s *trace.Session) bool {
	own, peer := s.Server, s.Client
	if f.role == "client" {
		own, peer = peer, own
	}
	ip := r.Addresses[f.host]
	v6 := "[2001:db8:2::" + ip[strings.LastIndexByte(ip, '.')+1:] + "]:"
	if !strings.HasPrefix(own, ip+":") && !strings.HasPrefix(own, v6) && !strings.HasPrefix(own, "127.0.0.1:") && !strings.HasPrefix(own, "[::1]:") {
		return false
	}
	at := strings.LastIndexByte(f.peer, '[')
	if at < 0 {
		return true
	}
	port := f.peer[strings.LastIndexByte(f.peer, ':'):]
	if s.EffectiveClient != nil { // after XCLIENT the server logs another address
		return strings.HasSuffix(peer, port)
	}
	addr := strings.Replace(f.peer[at+1:], "]:", ":", 1)
	return addr == strings.NewReplacer("[", "", "]", "").Replace(peer)
}

// within finds f's lines in s; lines is how many agree at the best place.
func (f *fragment) within(s *trace.Session, seen coverage) (why string, lines int) {
	ours := speech(s, f.role == "client")
	theirs := f.lines
	if s.End == trace.SessionTLSOpaque {
		theirs = upToTLS(theirs, s.ImplicitTLS)
	}
	type found struct {
		used []bool
		at   int
		n    int
	}
	var all []found
	for _, who := range []string{"C", "S"} {
		a := only(ours, who)
		used := seen.of(s, f.role+who, len(a))
		from := 0
		for _, b := range runs(only(theirs, who)) {
			at, n := window(a, b, used, from)
			if n < len(b) && who == "S" && len(b)-n <= 2 && lostConnection(b[n:]) {
				b = b[:n] // written to a connection that was gone
				at, n = window(a, b, used, from)
			}
			if n < len(b) {
				return fmt.Sprintf("%s has no %q", who, b[n].text), lines + n
			}
			if why := pairing(a[at:at+n], b); f.role == "server" && why != "" {
				return why, lines + n
			}
			all = append(all, found{used, at, n})
			lines += n
			from = at + n
		}
	}
	for _, w := range all {
		for i := range w.n {
			w.used[w.at+i] = true
		}
	}
	return "", lines
}

// lostConnection recognizes what Exim and Sendmail log as said to a client that is gone.
func lostConnection(b []spoken) bool {
	for _, l := range b {
		if !strings.HasPrefix(l.text, "421 ") {
			return false
		}
	}
	return true
}

// runs splits at empty lines: there Exim's log leaves out what it wrote in one go with something else.
func runs(lines []spoken) [][]spoken {
	all := [][]spoken{nil}
	for _, l := range lines {
		if l.text == "" {
			all = append(all, nil)
			continue
		}
		all[len(all)-1] = append(all[len(all)-1], l)
	}
	return all
}

// window finds b as a run of a, among lines that were not found in a log before. n is how many lines agree at the best place.
func window(a, b []spoken, used []bool, from int) (at, n int) {
	at = from
	for i := from; i < len(a) || i == from; i++ {
		k := 0
		for k < len(b) && i+k < len(a) && !used[i+k] && same(a[i+k].text, b[k].text) {
			k++
		}
		if k > n {
			at, n = i, k
		}
		if k == len(b) {
			return i, k
		}
	}
	return at, n
}

// pairing compares which command each reply answers.
func pairing(a, b []spoken) string {
	for i := range a {
		if a[i].who == "S" && !strings.HasPrefix(a[i].text, "421") && b[i].answers != "" && len(a[i].answers) < 512 && !same(a[i].answers, b[i].answers) {
			return fmt.Sprintf("%q: we say it answers %q, the log %q", a[i].text, a[i].answers, b[i].answers)
		}
	}
	return ""
}

func only(lines []spoken, who string) []spoken {
	var out []spoken
	for _, l := range lines {
		if l.who == who {
			out = append(out, l)
		}
	}
	return out
}

// upToTLS is the part before the handshake.
func upToTLS(lines []spoken, implicit bool) []spoken {
	if implicit {
		return nil
	}
	for i, l := range lines {
		if l.who == "S" && strings.EqualFold(l.answers, "STARTTLS") {
			return lines[:i+1]
		}
	}
	return lines
}

// unlogged counts the lines of sessions that no log mentions, and holds them to the reasons there are.
func (r *recording) unlogged(t *testing.T, seen coverage) {
	t.Helper()
	for _, file := range r.files {
		for _, s := range r.sessions[file] {
			if seen[s] == nil {
				r.count(file, "lines without log", len(speech(s, false))) // client and server kept none
				continue
			}
			for _, role := range []string{"server", "client"} {
				for _, who := range []string{"C", "S"} {
					used := seen[s][role+who]
					for i, l := range only(speech(s, role == "client"), who) {
						if used == nil || used[i] {
							continue
						}
						r.count(file, "lines without log", 1)
						if why := r.unloggedWhy(s, role, l); why == "" {
							t.Errorf("%s: %s > %s: %s %q is in no log of the %s", file, s.Client, s.Server, who, l.text, role)
						}
					}
				}
			}
		}
	}
}

// unloggedWhy says why a line that was on the wire is in no log of the host that plays role.
func (r *recording) unloggedWhy(s *trace.Session, role string, l spoken) string {
	host := s.Server
	if role == "client" {
		host = s.Client
	}
	software := ""
	for name, ip := range r.Addresses {
		if v6 := "[2001:db8:2::" + ip[strings.LastIndexByte(ip, '.')+1:] + "]:"; strings.HasPrefix(host, ip+":") || strings.HasPrefix(host, v6) {
			software = r.Software[name]
		}
	}
	switch {
	case l.who == "C" && role == "server" && !l.answered:
		return "the server closed without reading it"
	case l.who == "C" && (l.text == "" || l.text == "•••"):
		return "logs leave empty lines out"
	case l.who == "S" && role == "client" && (strings.HasPrefix(l.text, "221") || strings.HasPrefix(l.text, "421")):
		return "the client did not wait for it"
	case l.who == "C" && role == "client" && strings.HasPrefix(software, "Exim"):
		return "Exim writes several commands in one go and logs an empty line"
	case l.who == "C" && len(l.text) > 512:
		return "OpenSMTPD refuses a long line unread"
	case l.who == "S" && strings.HasSuffix(l.text, "cannot be resolved at this time"):
		return "Exim does not log what EXPN says"
	case l.who == "S" && strings.HasPrefix(l.text, "220-"):
		return "postscreen says it, not smtpd"
	case l.who == "C" && strings.HasPrefix(l.text, "GET "):
		return "Sendmail takes it for an attack and logs no command"
	case s.GapBytes > 0 && l.who == "C":
		return "the capture cut the line"
	}
	return ""
}
