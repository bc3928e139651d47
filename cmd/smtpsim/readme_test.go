package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestReadme runs the commands of README.md, in their order in one directory, and holds the examples of output to what comes.
func TestReadme(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, name := range []string{"captures", "docs"} {
		if err := os.Symlink(filepath.Join(root, name), filepath.Join(dir, name)); err != nil {
			t.Skipf("no symbolic links here: %v", err)
		}
	}
	t.Chdir(dir)
	ran := 0
	for _, block := range regexp.MustCompile("(?s)\n```(sh)?\n(.*?)\n```").FindAllStringSubmatch(string(text), -1) {
		if lines := strings.Split(block[2], "\n"); block[1] == "sh" {
			for _, line := range lines {
				ran += readmeCommand(t, line)
			}
		} else if command, ok := strings.CutPrefix(lines[0], "$ smtpsim "); ok {
			out := readmeRun(t, command)
			ran++
			for _, want := range lines[1:] {
				if strings.Trim(want, " ") != "…" && !strings.Contains(out, want+"\n") {
					t.Errorf("%s does not print %q:\n%s", command, want, out)
				}
			}
		}
	}
	for _, m := range regexp.MustCompile("`(smtpsim [a-z][^`]*)`").FindAllStringSubmatch(string(text), -1) {
		ran += readmeCommand(t, strings.NewReplacer(" NAME", " plain-mail", " capture.pcapng", " failover.pcapng",
			" message.eml", " captures/mail/34a-journey-clear-dave.eml").Replace(m[1]))
	}
	if ran < 20 {
		t.Errorf("only %d commands of README.md were run", ran)
	}
}

// readmeCommand runs a line if it is a command of smtpsim that ends by itself, and says how many it ran.
func readmeCommand(t *testing.T, line string) int {
	t.Helper()
	line, _, _ = strings.Cut(line, " #")
	command, ok := strings.CutPrefix(strings.TrimSpace(line), "smtpsim ")
	if !ok || strings.Contains(command, "--listen") {
		return 0
	}
	readmeRun(t, command)
	return 1
}

func readmeRun(t *testing.T, command string) string {
	t.Helper()
	var args []string
	for _, m := range regexp.MustCompile(`"([^"]*)"|(\S+)`).FindAllStringSubmatch(command, -1) {
		word := m[1] + m[2]
		if files, err := filepath.Glob(word); err == nil && strings.Contains(m[2], "*") && len(files) > 0 {
			args = append(args, files...)
			continue
		}
		args = append(args, word)
	}
	home, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	out, errs, status := process(t, map[string]string{"HOME": home, "XDG_DATA_HOME": home}, "", args...)
	if status != 0 || errs != "" {
		t.Errorf("smtpsim %s: status %d, %s", command, status, errs)
	}
	return out
}
