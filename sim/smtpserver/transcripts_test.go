package smtpserver_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/smtpserver"
)

// recording is the part of a recording's notes that tells what a scripted client said and heard.
type recording struct {
	Transcripts []struct {
		Server, Note string
		Events       [][]any // moment, "C" or "S", text
	} `json:"client_transcripts"`
}

// notReplayed names the recordings that need what a server alone does not have.
func notReplayed(name string) string {
	switch {
	case strings.HasPrefix(name, "21"), strings.HasPrefix(name, "22"), strings.HasPrefix(name, "23"):
		return "AUTH and TLS: their own tests replay them"
	case strings.HasPrefix(name, "28"):
		return "smuggling: testdata/dialogues/smuggling-*; Postfix's default of those days is a switch"
	case strings.HasPrefix(name, "29"), strings.HasPrefix(name, "30"), strings.HasPrefix(name, "27"):
		return "broken connections, time-outs and lines of 3000 octets need a clock that runs"
	case strings.HasPrefix(name, "37"), strings.HasPrefix(name, "40"), strings.HasPrefix(name, "39"), strings.HasPrefix(name, "26b"):
		return "XCLIENT, LMTP, postscreen and the matrix have tests of their own"
	}
	return ""
}

// serverOf is the personality of a recorded host, and the domain whose mail it takes.
func serverOf(address string) (name, domain string) {
	switch strings.TrimSuffix(address, ":25") {
	case "192.0.2.10":
		return "postfix", "alpha.example"
	case "192.0.2.50":
		return "postfix", "epsilon.example"
	case "192.0.2.20":
		return "exim", "beta.example"
	case "192.0.2.30":
		return "opensmtpd", "gamma.example"
	case "192.0.2.40":
		return "sendmail", "delta.example"
	}
	return "", ""
}

// TestTranscripts says again what the clients of the recordings said. Each reply must have the code and the enhanced code that
// the real server gave, up to the first command that the engine or the set-up does not have.
func TestTranscripts(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(filepath.Dir(shared(t, "captures/real/reply-matrix.json")), "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	replayed, replies := 0, 0
	for _, path := range files {
		base := strings.TrimSuffix(filepath.Base(path), ".json")
		if base == "reply-matrix" {
			continue
		}
		if why := notReplayed(base); why != "" {
			t.Logf("not replayed: %s: %s", base, why)
			continue
		}
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var r recording
		if err := json.Unmarshal(data, &r); err != nil {
			t.Fatal(err)
		}
		for _, x := range r.Transcripts {
			name, domain := serverOf(x.Server)
			if len(x.Events) == 0 || name == "" {
				continue
			}
			replayed++
			replies += retell(t, base+" "+x.Note, name, domain, x.Events)
		}
	}
	t.Logf("%d transcripts, %d replies", replayed, replies)
	if replayed < 8 || replies < 150 {
		t.Errorf("only %d transcripts with %d replies were replayed", replayed, replies)
	}
}

// retell plays one transcript and counts the replies that agree.
func retell(t *testing.T, title, name, domain string, events [][]any) (agreed int) {
	t.Helper()
	var steps []step
	var want []smtp.Reply
each:
	for _, e := range events {
		who, text := e[1].(string), e[2].(string)
		switch {
		case who == "C" && !stops(text):
			steps = append(steps, step{send: octets(text)})
			want = append(want, smtp.Reply{})
			continue
		case who == "S" && len(steps) == 0:
			steps = append(steps, step{})
			want = append(want, smtp.Reply{})
			fallthrough
		case who == "S" && !strings.HasPrefix(text, "<EOF>"):
			r, err := smtp.ParseReply(strings.TrimRight(text, "\r\n")+"\r\n", smtp.Tolerant)
			if err != nil {
				break each
			}
			want[len(want)-1] = r
			continue
		}
		break each // the connection broke, or what follows is not ours
	}
	cfg := likeReal(name, domain)
	if strings.HasPrefix(title, "18") {
		cfg.Persona.SizeMax = 200000 // as that one had it
	}
	conn := &inline{steps: steps}
	seen := conn.run(smtpserver.New(fixedHost(host.NoClaims{}), cfg))
	for i := range steps {
		if want[i].Code == 0 || i >= len(seen) || len(seen[i]) == 0 {
			continue
		}
		got, err := smtp.ParseReply(strings.Join(seen[i], "\r\n")+"\r\n", smtp.Tolerant)
		if err != nil {
			t.Errorf("%s: after %.60q: %q: %v", title, steps[i].send, seen[i], err)
			continue
		}
		if got.Code != want[i].Code || got.Enhanced != want[i].Enhanced {
			t.Errorf("%s: after %.60q:\n got %s\nwant %s", title, steps[i].send, got, want[i])
			continue
		}
		agreed++
	}
	return agreed
}

// stops knows the commands of extensions that servers without a queue and a certificate answer otherwise.
func stops(line string) bool {
	words := strings.Fields(strings.ToUpper(line))
	return len(words) > 0 && slices.Contains([]string{"ETRN", "STARTTLS", "AUTH"}, words[0])
}
