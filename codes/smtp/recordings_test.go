package smtp

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// What any of four real servers took, a tolerant reader takes.
func TestToleratesWhatServersTook(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(recordings(t), "captures/real/reply-matrix.json"))
	if err != nil {
		t.Fatal(err)
	}
	var probes []struct{ Server, Probe, Reply string }
	if err := json.Unmarshal(text, &probes); err != nil {
		t.Fatal(err)
	}
	if len(probes) < 200 {
		t.Errorf("only %d probes", len(probes))
	}
	for _, p := range probes {
		_, err := ParseCommand(p.Probe, Tolerant)
		if positive := strings.HasPrefix(p.Reply, "2") || strings.HasPrefix(p.Reply, "3"); positive && err != nil &&
			!strings.HasPrefix(p.Reply, "221") {
			t.Errorf("%s took %q: %v", p.Server, p.Probe, err)
		}
		if _, err := ParseReply(p.Reply, Strict); err != nil && !strings.HasPrefix(p.Reply, "TimeoutError") {
			t.Errorf("%s said %q: %v", p.Server, p.Reply, err)
		}
	}
}

// The dialogues that real servers and clients logged replay, reply by reply: what the table does not name, or not there, is
// known and told here with its reason.
func TestServerDialogues(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(recordings(t), "captures/real/*.json"))
	if err != nil {
		t.Fatal(err)
	}
	probes := regexp.MustCompile(`^(11|18|21e|22e|25|26|28|29|30|38|44)[a-z]*-`) // clients that break rules on purpose, or logs with more in them
	dialogues, replies := 0, 0
	for _, file := range files {
		if probes.MatchString(filepath.Base(file)) {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var truth struct {
			Dialogues []struct {
				Role  string
				Lines [][]any // time, "C" or "S", line
			} `json:"server_dialogues"`
		}
		if json.Unmarshal(text, &truth) != nil {
			continue // reply-matrix.json is a list
		}
		for _, d := range truth.Dialogues {
			if d.Role != "server" {
				continue // a client's log can hold several sessions
			}
			dialogues++
			l := logged{t: t, name: filepath.Base(file), steps: []Verb{Connect}, reply: ReplyParser{Mode: Tolerant}}
			for _, line := range d.Lines {
				l.line(line[1].(string), line[2].(string))
			}
			replies += l.replies
		}
	}
	t.Logf("%d dialogues, %d replies", dialogues, replies)
}

// logged replays a log, which leaves out mail data and may hold commands sent ahead.
type logged struct {
	t       *testing.T
	name    string
	state   State
	steps   []Verb // sent, not answered
	reply   ReplyParser
	replies int
}

func (l *logged) line(from, line string) {
	if line == "" || line == "." || line[0] == '(' {
		return // the log's own words, or the end of data, which is known from the reply
	}
	if from == "S" {
		done, err := l.reply.Line(line)
		if err != nil {
			l.t.Errorf("%s: %q: %v", l.name, line, err)
		} else if done {
			l.answer(l.reply.Reply())
		}
		return
	}
	if l.state == StateTLS {
		l.state = l.state.After(Handshake, 0)
	}
	if l.state == StateAuth {
		l.steps = append(l.steps, AuthLine)
		return
	}
	c, err := ParseCommand(line, Tolerant)
	if err != nil {
		l.t.Errorf("%s: %q: %v", l.name, line, err)
	}
	l.steps = append(l.steps, c.Step())
}

func (l *logged) answer(r Reply) {
	step := EndOfData
	switch {
	case l.state == StateAuth && len(l.steps) == 0:
		step = AuthLine // an empty line, which the log leaves out
	case l.state != StateData && len(l.steps) > 0:
		step, l.steps = l.steps[0], l.steps[1:]
	}
	l.replies++
	if rule := Lookup(l.state, step); !rule.Permits(r.Code) {
		l.t.Errorf("%s: %s in %s (allowed: %v) got %q", l.name, step, l.state, rule.Allowed, r)
	}
	l.state = l.state.After(step, r.Code)
}
