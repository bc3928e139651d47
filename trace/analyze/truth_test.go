package analyze

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/smtpsim/smtpsim/trace"
)

// truth is what stands beside a recording: what the servers logged, what the clients sent, what arrived.
type truth struct {
	Name      string            `json:"name"`
	Facts     []json.RawMessage `json:"facts"`
	Clients   []transcript      `json:"client_transcripts"`
	Expected  []expectation     `json:"expected_sessions"`
	Dialogues []logged          `json:"server_dialogues"`
	EML       []string          `json:"eml"`
	Addresses map[string]string `json:"addresses"`
	Software  map[string]string `json:"software"`
}

// transcript is a client's account: of the lab's raw client the exact octets, of others their own log.
type transcript struct {
	Tool       string   `json:"tool"`
	Server     string   `json:"server"`
	Note       string   `json:"note"`
	Events     []said   `json:"events"`
	Transcript []string `json:"transcript"`
}

// expectation is a session as whoever set up the recording expected it.
type expectation struct {
	Client   string  `json:"client"`
	Server   string  `json:"server"`
	Port     int     `json:"port"`
	Messages *int    `json:"messages"`
	Rcpts    [][]any `json:"rcpts"`
	From     *string `json:"mail_from"`
	BDAT     bool    `json:"bdat"`
	Pipeline bool    `json:"pipelining"`
	Result   string  `json:"result"`
	End      string  `json:"end"`
}

// logged is a dialogue as a server or client logged it.
type logged struct {
	Host  string `json:"host"`
	Role  string `json:"role"`
	Peer  string `json:"peer"`
	Lines []said `json:"lines"`
}

// said is [time, "C" or "S" or "!", text].
type said struct{ who, text string }

func (s *said) UnmarshalJSON(b []byte) error {
	var parts []any
	if err := json.Unmarshal(b, &parts); err != nil || len(parts) != 3 {
		return fmt.Errorf("not [time, who, text]: %s", b)
	}
	s.who, _ = parts[1].(string)
	s.text, _ = parts[2].(string)
	return nil
}

// recording is a truth with the sessions seen in each of its captures.
type recording struct {
	truth
	files    []string
	sessions map[string][]*trace.Session
	captures map[string]trace.Capture
	rels     map[string][]trace.Relation
	table    map[string]map[string]int // what was compared: file, kind, how often
}

// count notes that n things of a kind were compared for a file.
func (r *recording) count(file, kind string, n int) {
	if r.table[file] == nil {
		r.table[file] = map[string]int{}
	}
	r.table[file][kind] += n
}

// loadRecordings reads every truth and analyzes every capture beside it.
func loadRecordings(t *testing.T) []*recording {
	t.Helper()
	dir := shared(t, "captures", "real")
	names, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil || len(names) == 0 {
		t.Fatal("no truth files", err)
	}
	claimed := map[string]bool{}
	var all []*recording
	for _, name := range names {
		if filepath.Base(name) == "reply-matrix.json" {
			continue // a table made of 26b
		}
		r := &recording{sessions: map[string][]*trace.Session{}, captures: map[string]trace.Capture{}, rels: map[string][]trace.Relation{},
			table: map[string]map[string]int{}}
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(data, &r.truth); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		files, _ := filepath.Glob(strings.TrimSuffix(name, ".json") + ".*pcap*")
		for _, f := range files {
			base := filepath.Base(f)
			k, err := read(t, f, Options{Events: true, Keys: keysOf(t, f)})
			if err != nil {
				t.Errorf("%s: %v", base, err)
				continue
			}
			claimed[base] = true
			r.files = append(r.files, base)
			r.sessions[base], r.captures[base], r.rels[base] = k.sessions, k.captures[0], k.relations
		}
		all = append(all, r)
	}
	every, _ := filepath.Glob(filepath.Join(dir, "*.pcap*"))
	for _, f := range every {
		if !claimed[filepath.Base(f)] {
			t.Errorf("%s: a capture with no truth beside it", filepath.Base(f))
		}
	}
	return all
}

// spoken is a line as it went over the wire, and the command line that a reply answers.
type spoken struct {
	who, text string
	answers   string
	answered  bool // a reply to it was seen
}

// speech is what was said in a session, in the order of events. The text of mails is left out; dots says to put "." where
// one ends.
func speech(s *trace.Session, dots bool) []spoken {
	var out []spoken
	asked := map[int]string{}
	answered := map[int]bool{}
	for _, e := range s.Events {
		answered[e.Answers] = true
	}
	last := ""
	for _, e := range s.Events {
		switch e.Kind {
		case trace.KindCommand, trace.KindAuth:
			out = append(out, spoken{who: "C", text: e.Line, answered: answered[e.N]})
			asked[e.N], last = e.Line, e.Line
		case trace.KindData:
			asked[e.N] = last // to the logs, the end of data belongs to DATA
			if dots && e.Note == "" {
				out = append(out, spoken{who: "C", text: ".", answered: answered[e.N]})
				asked[e.N] = "."
			}
		case trace.KindGreeting, trace.KindReply:
			for i, l := range e.Lines {
				sep := "-"
				if i == len(e.Lines)-1 && e.Note != "cut" {
					sep = " "
				}
				out = append(out, spoken{who: "S", text: fmt.Sprintf("%d%s%s", e.Code, sep, l), answers: asked[e.Answers]})
			}
		}
	}
	return out
}

func side(lines []spoken, who string) []string {
	var out []string
	for _, l := range lines {
		if l.who == who {
			out = append(out, l.text)
		}
	}
	return out
}

// same compares a line of ours with one of theirs: secrets are hidden in ours; logs cut long lines, cut spaces at the end off,
// and write "?" for control characters.
func same(ours, theirs string) bool {
	if i := strings.Index(ours, "•••"); i >= 0 {
		return strings.HasPrefix(theirs, ours[:i])
	}
	if len(ours) > 250 && len(theirs) > 200 && len(theirs) < len(ours) {
		theirs = strings.TrimSuffix(theirs, "...")
		return strings.HasPrefix(ours, theirs[:min(len(theirs), 200)])
	}
	plain := strings.Map(func(r rune) rune {
		if r < ' ' {
			return '?'
		}
		return r
	}, ours)
	return ours == theirs || plain == theirs || strings.TrimRight(ours, " ") == theirs
}
