package sim

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files and captures/sim anew")

// repeatVariable makes the test binary print its digests instead of comparing them.
const repeatVariable = "SMTPSIM_TEST_REPEAT"

// Same scenario and seed, same bytes of capture, claims and timeline: in other processes, with another runtime, in another
// zone and language; and, without TLS, as on other machines and days.
func TestCrownRepeats(t *testing.T) {
	mine := repeats(t)
	if os.Getenv(repeatVariable) != "" {
		fmt.Print(mine)
		return
	}
	if runtime.GOOS != "js" { // no processes there
		for _, env := range [][]string{
			{"GOMAXPROCS=1", "GOGC=5", "TZ=Asia/Kathmandu", "LANG=de_DE.UTF-8", "LC_ALL=de_DE.UTF-8", "HOME=/nowhere"},
			{"GOMAXPROCS=4", "GOGC=off", "TZ=America/St_Johns", "LANG=C", "HOME=" + t.TempDir(), "SMTPSIM_LANG=de"},
		} {
			for _, d := range lineDifferences(mine, elsewhere(t, env)) {
				t.Errorf("in a process with %v: %s", env, d)
			}
		}
	}
	golden(t, mine)
}

// repeats has a line for each scenario and seed: name, seed, and the digests of capture, claims and timeline.
func repeats(t *testing.T) string {
	var b strings.Builder
	for _, c := range crown() {
		for _, seed := range seeds(t) {
			sums := c.observe(t, seed).sums()
			fmt.Fprintf(&b, "%s %d %s %s %s\n", c.name(), seed, sums[0], sums[1], sums[2])
		}
	}
	return b.String()
}

// elsewhere is repeats in a process of its own.
func elsewhere(t *testing.T, env []string) string {
	t.Helper()
	args := []string{"-test.run=^TestCrownRepeats$"}
	if testing.Short() {
		args = append(args, "-test.short")
	}
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(append(os.Environ(), repeatVariable+"=1"), env...)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %v\n%s", env, err, out)
	}
	lines, _, _ := strings.Cut(string(out), "PASS\n")
	return lines
}

func lineDifferences(a, b string) []string {
	var out []string
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range max(len(x), len(y)) {
		var p, q string
		if i < len(x) {
			p = x[i]
		}
		if i < len(y) {
			q = y[i]
		}
		if p != q {
			out = append(out, fmt.Sprintf("%q and %q", p, q))
		}
	}
	return out
}

// golden compares with the committed digests: those of the first five seeds of scenarios without TLS, whose bytes may
// change with the Go release.
func golden(t *testing.T, lines string) {
	t.Helper()
	file := filepath.Join("testdata", "crown.sha256")
	encrypted := map[string]bool{}
	for _, c := range crown() {
		encrypted[c.name()] = c.tls
	}
	var keep []string
	for line := range strings.Lines(lines) {
		if name, _, _ := strings.Cut(line, " "); !encrypted[name] {
			keep = append(keep, line)
		}
	}
	if *update && !testing.Short() && os.Getenv("SMTPSIM_SEEDS") == "" {
		if err := os.WriteFile(file, []byte(strings.Join(keep, "")), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{} // by name and seed
	for line := range strings.Lines(string(kept)) {
		want[lineKey(line)] = line
	}
	for _, line := range keep {
		w, ok := want[lineKey(line)]
		if !ok && strings.HasSuffix(lineKey(line), " 1") {
			t.Errorf("%s has no digests yet: go test ./sim -run TestCrownRepeats -update", lineKey(line))
		}
		if ok && w != line {
			t.Errorf("%s: capture, claims and timeline were\n%s, now they are\n%s; if that is on purpose: go test ./sim -run TestCrownRepeats -update",
				lineKey(line), strings.TrimPrefix(w, lineKey(line)), strings.TrimPrefix(line, lineKey(line)))
		}
	}
}

// lineKey is name and seed of a line.
func lineKey(line string) string {
	words := strings.SplitN(line, " ", 3)
	if len(words) < 3 {
		return line
	}
	return words[0] + " " + words[1]
}
