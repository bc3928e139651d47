package play

import (
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/smtpsim/smtpsim/lessons"
)

// screensHash names every screen of the solutions and of the clumsy way, in all languages.
func screensHash(t testing.TB) string {
	h := sha256.New()
	for _, l := range course(t) {
		for _, lang := range lessons.Languages() {
			p := start(t, l, Options{Lang: lang})
			solve(t, p, "", func(_ string, out []Line) { h.Write([]byte(screen(out))) })
			p = start(t, l, Options{Lang: lang, Plain: lang == "de"})
			for _, line := range everything() {
				h.Write([]byte(screen(p.Line(line)) + p.Digest()))
			}
		}
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}

// TestProcesses: other processes, with other processors, collectors, languages, zones and homes, show the same bytes.
func TestProcesses(t *testing.T) {
	if os.Getenv("SMTPSIM_SCREENS") != "" {
		fmt.Println("screens " + screensHash(t))
		return
	}
	want := screensHash(t)
	for _, env := range [][]string{
		{"GOMAXPROCS=1", "LANG=de_DE.UTF-8", "TZ=America/St_Johns", "GOGC=5"},
		{"GOMAXPROCS=4", "LC_ALL=C", "TZ=UTC", "HOME=/nonexistent", "GOGC=off"},
	} {
		cmd := exec.Command(os.Args[0], "-test.run=^TestProcesses$", "-test.v")
		cmd.Env = append(append(os.Environ(), env...), "SMTPSIM_SCREENS=1")
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%v: %v\n%s", env, err, out)
		}
		_, got, _ := strings.Cut(string(out), "screens ")
		if got, _, _ = strings.Cut(got, "\n"); got != want {
			t.Errorf("%v: the screens are %s, want %s", env, got, want)
		}
	}
}
