package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

const session = "mx1:25 C: " // the prompt in a session

// connected opens a window on lesson 1 and connects to mx1 there.
func connected(t *testing.T, home string, env ...string) *window {
	t.Helper()
	w := openWindow(t, home, env, "lesson", "1")
	w.expect("1.0 > ")
	w.say("next", "1.1 > ")
	w.say("next", "1.2 > ")
	w.say("telnet mx1 25", session)
	return w
}

// TestLessonKeys: each key does what course.md ("Talking to it") promises.
func TestLessonKeys(t *testing.T) {
	w := connected(t, t.TempDir())
	w.typed("EHLO half a li\x03") // Ctrl-C leaves the session, never the program
	w.expect("1.2 > ")
	w.typed("\x03")
	w.expect("`q`")
	w.expect("1.2 > ")
	w.typed("teln\t") // Tab
	w.expect("telnet ")
	w.typed("mx1\r")
	w.expect(session)
	w.say("NOOP", session)
	w.typed("\x1b[A\r") // arrow up
	w.expect("NOOP")
	if s := w.expect(session); !strings.Contains(s, "S: 250") {
		t.Errorf("arrow up and Enter: %q", s)
	}
	w.typed("HELO x\rMAIL FROM:<alice@nord.example>\rNOOP\r") // pasted lines
	w.expect("HELO x")
	w.expect("S: 250")
	w.expect("MAIL FROM:<alice@nord.example>")
	w.expect("S: 250")
	w.expect("NOOP")
	w.expect(session)
	if s := w.say("RCPT TO:<jürgen@west.example>", session); !strings.Contains(s, "S: 5") {
		t.Errorf("an umlaut in an address: %q", s)
	}
	w.typed("VRFY jx\x7fürg\r") // a letter taken back
	w.expect("ürg")
	w.expect("S: 252")
	w.expect(session)
	w.typed("\x04") // Ctrl-D saves and leaves, in a session too
	w.expect("smtpsim lesson 1")
	w.expect(".log")
	w.ends(0)
}

// TestLessonTab: where several words fit, Tab shows them; in a session only words with a colon are ours.
func TestLessonTab(t *testing.T) {
	w := openWindow(t, t.TempDir(), nil, "lesson", "1")
	w.expect("1.0 > ")
	w.say("next", "1.1 > ")
	w.say("next", "1.2 > ")
	w.typed("mail\t\t")
	w.expect("mailbox  mailq")
	w.expect("mail")
	w.typed("q\r")
	w.expect("1.2 > ")
	w.typed("telnet \t")
	w.expect("mx1.west.example")
	w.typed("mx1 25\r")
	w.expect(session)
	w.typed("NO\t") // a learner types what a server is told
	w.typed("OP\r")
	if s := w.expect(session); !strings.Contains(s, "NOOP") || !strings.Contains(s, "S: 250") {
		t.Errorf("Tab in a session: %q", s)
	}
	w.typed(":lea\t\r")
	w.expect(":leave")
	w.expect("1.2 > ")
	w.say("q", "log")
	w.ends(0)
}

// TestLessonKilled: kill -9 at any prompt loses nothing; the lesson goes on at that prompt, with that screen.
func TestLessonKilled(t *testing.T) {
	home := t.TempDir()
	steps := []struct{ line, prompt string }{
		{"", "1.1 > "}, {"b", "1.1 > "}, {"1", "1.1 > "}, {"next", "1.2 > "}, {"telnet mx1 25", session}, {"EHLO alice.nord.example", session},
		{"MAIL FROM:<alice@nord.example>", session}, {"RCPT TO:<bob@west.example>", session}, {"DATA", "data | "}, {"Subject: Grüße", "data | "},
		{"", "data | "}, {"q", "data | "}, {"..", "data | "}, {".", session}, {"QUIT", "1.2 > "}, {"back 2", "data | "},
	}
	w := openWindow(t, home, nil, "lesson", "1")
	w.expect("1.0 > ")
	for i, s := range steps {
		w.say(s.line, s.prompt)
		w.kill()
		before := w.text()
		w = openWindow(t, home, nil, "lesson", "1")
		w.expect("Welcome back. " + fmt.Sprint(i+1) + " lines")
		w.expect(s.prompt)
		time.Sleep(20 * time.Millisecond)
		after := w.text()
		_, tail, found := strings.Cut(after, "anew.\n")
		if !found || !strings.HasSuffix(squeezed(before), squeezed(tail)) {
			t.Fatalf("after %q the screen was\n%s\n--- and is\n%s", s.line, before, tail)
		}
		w.seen = len(after)
	}
	w.typed("\x04")
	w.expect("smtpsim lesson 1")
	w.ends(0)
}

// squeezed is a text without empty lines and without spaces at the ends of lines.
func squeezed(s string) string {
	return strings.TrimSpace(regexp.MustCompile(` *\n+`).ReplaceAllString(s, "\n"))
}

// TestLessonTwoWindows: the second window on a seat is told, and nothing is lost; another seat has a log of its own.
func TestLessonTwoWindows(t *testing.T) {
	home := t.TempDir()
	first := connected(t, home)
	second := openWindow(t, home, nil, "lesson", "1")
	second.expect("lesson 1 is open in another window")
	second.ends(1)
	again := openWindow(t, home, nil, "lesson", "1", "--restart")
	again.expect("open in another window")
	again.ends(1)
	other := openWindow(t, home, nil, "lesson", "1", "--student", "kranich-07")
	other.expect("1.0 > ")
	first.say("NOOP", session)
	first.kill()
	third := openWindow(t, home, nil, "lesson", "1")
	third.expect("4 lines")
	third.expect(session)
	third.typed("\x04")
	third.ends(0)
	other.say("q", "lesson-01-KRANICH-07.log")
	other.ends(0)
}

// TestLessonRestart: what was typed before is put aside, and so is a log that cannot be read.
func TestLessonRestart(t *testing.T) {
	home := t.TempDir()
	w := connected(t, home)
	w.say(":q", "kept in")
	w.ends(0)
	w = openWindow(t, home, nil, "lesson", "1", "--restart")
	w.expect("lesson-01.log.1")
	w.expect("1.0 > ")
	w.say("q", "kept in")
	w.ends(0)
	log := filepath.Join(home, "smtpsim", "lesson-01.log")
	if err := os.WriteFile(log, []byte("{}\nrubbish\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	w = openWindow(t, home, nil, "lesson", "1")
	w.expect("lesson-01.log.2")
	w.expect("1.0 > ")
	w.say("q", "kept in")
	w.ends(0)
	old, err := os.ReadFile(log + ".1")
	if err != nil || strings.Count(string(old), "\n") != 4 {
		t.Errorf("%v: the old log has lost lines:\n%s", err, old)
	}
}

// TestLessonOver: a lesson that is over says so, and begins anew only when that is wanted.
func TestLessonOver(t *testing.T) {
	home := t.TempDir()
	w := openWindow(t, home, nil, "lesson", "1")
	w.expect("1.0 > ")
	for running := true; running; {
		w.typed("next\r")
		w.expect("next")
		select {
		case err := <-w.done:
			w.done <- err
			running = false
		case <-time.After(100 * time.Millisecond):
		}
	}
	w.ends(0)
	w.expect("kept in")
	w = openWindow(t, home, nil, "lesson", "1")
	w.expect("You have finished this lesson")
	w.ends(0)
	w = openWindow(t, home, nil, "lesson", "1", "--restart")
	w.expect("1.0 > ")
	w.say("q", "kept in")
	w.ends(0)
}

// TestLessonSignals: who is told to end saves, and leaves the terminal as it was.
func TestLessonSignals(t *testing.T) {
	for _, s := range []syscall.Signal{syscall.SIGTERM, syscall.SIGHUP} {
		home := t.TempDir()
		w := connected(t, home)
		w.cmd.Process.Signal(s)
		w.ends(0)
		w = openWindow(t, home, nil, "lesson", "1")
		w.expect("3 lines")
		w.expect(session)
		w.cmd.Process.Signal(os.Interrupt) // as Ctrl-C
		w.expect("1.2 > ")
		w.say("q", "kept in")
		w.ends(0)
	}
}

// TestLessonDumb: a terminal that can do nothing gets lines and nothing else.
func TestLessonDumb(t *testing.T) {
	w := connected(t, t.TempDir(), "TERM=dumb", "NO_COLOR=")
	w.typed("\x03")
	w.expect("1.2 > ")
	w.typed("\x04")
	w.expect("smtpsim lesson 1")
	w.ends(0)
	if strings.Contains(w.out.String(), "\x1b") {
		t.Errorf("escape sequences on a dumb terminal: %q", w.out.String())
	}
}

// TestLessonWidth: pages follow the window's width.
func TestLessonWidth(t *testing.T) {
	w := openWindow(t, t.TempDir(), nil, "lesson", "1", "--lang", "de")
	w.expect("1.0 > ")
	w.resize(60, 20)
	for _, prompt := range []string{"1.1 > ", "1.2 > ", "1.3 > "} {
		for _, l := range strings.Split(w.say("next", prompt), "\n") {
			if n := len([]rune(l)); n > 60 {
				t.Errorf("%d columns of 60: %q", n, l)
			}
		}
	}
	w.typed("q\r")
	w.expect("lesson-01.log")
	w.ends(0)
}

// TestLessonUnsaved: a place that cannot be written to is named at the start, and the lesson goes on.
func TestLessonUnsaved(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	w := openWindow(t, t.TempDir(), nil, "lesson", "1", "--home", filepath.Join(file, "dir"))
	w.expect("cannot be kept in")
	w.expect("1.0 > ")
	w.say("next", "1.1 > ")
	w.say("q", "lesson 1")
	w.ends(0)
	if strings.Contains(w.text(), "is kept in") {
		t.Errorf("it says that something is kept:\n%s", w.text())
	}
	home := t.TempDir() // a directory where the log should be: as unreadable as any
	if err := os.MkdirAll(filepath.Join(home, "smtpsim", "lesson-01.log", "x"), 0o700); err != nil {
		t.Fatal(err)
	}
	w = openWindow(t, home, nil, "lesson", "1")
	w.expect("1.0 > ")
	w.say("q", "lesson 1")
	w.ends(0)
	if left, _ := filepath.Glob(filepath.Join(home, "smtpsim", "lesson-01.log*", "x")); len(left) != 1 {
		t.Errorf("what was in the way is gone: %q", left)
	}
}

// TestLessonCaptures: packets of the lesson's networks are there in the end, each network in its file.
func TestLessonCaptures(t *testing.T) {
	dir := t.TempDir()
	pcap := filepath.Join(dir, "out.pcapng")
	w := openWindow(t, dir, nil, "lesson", "1", "--pcap", pcap)
	w.expect("1.0 > ")
	w.typed("q\r")
	w.expect("Nothing was sent yet")
	w.ends(0)
	if _, err := os.Stat(pcap); !os.IsNotExist(err) {
		t.Errorf("a capture of nothing: %v", err)
	}
	w = openWindow(t, dir, nil, "lesson", "1", "--pcap", pcap)
	w.expect("1.0 > ")
	w.say("next", "1.1 > ")
	w.say("next", "1.2 > ")
	w.say("telnet mx1 25", session)
	w.say("NOOP undone", session)
	w.say(":back", session)
	w.say("NOOP instead", session)
	w.typed("\x04")
	w.expect("out.pcapng")
	w.ends(0)
	packets, err := os.ReadFile(pcap)
	if err != nil || bytes.Contains(packets, []byte("undone")) || !bytes.Contains(packets, []byte("NOOP instead\r\n")) {
		t.Errorf("the capture has %d octets, and not those of the way that was kept; %v", len(packets), err)
	}
	if rest, _ := filepath.Glob(filepath.Join(dir, "*part*")); len(rest) > 0 {
		t.Errorf("left behind: %q", rest)
	}
}
