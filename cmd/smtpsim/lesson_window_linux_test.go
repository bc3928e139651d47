package main

import (
	"fmt"
	"os"
	"os/exec"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/term"
)

// window is a program in a terminal of its own (pty(7)): what it prints, what is typed.
type window struct {
	t      *testing.T
	master *os.File
	slave  *os.File
	before *term.State // of the terminal, before the program began
	cmd    *exec.Cmd
	mu     sync.Mutex
	out    strings.Builder
	seen   int // of out, by expect
	done   chan error
}

func ioctl(f *os.File, request, argument uintptr) error {
	if _, _, e := syscall.Syscall(syscall.SYS_IOCTL, f.Fd(), request, argument); e != 0 {
		return e
	}
	return nil
}

// terminalPair opens a new terminal: its far end, and the end that a program gets.
func terminalPair(t *testing.T) (master, slave *os.File) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skipf("skipped: no pseudo-terminals here (%v)", err)
	}
	t.Cleanup(func() { master.Close() })
	var unlock, n int32
	if err := ioctl(master, syscall.TIOCSPTLCK, uintptr(unsafe.Pointer(&unlock))); err != nil {
		t.Skipf("skipped: no pseudo-terminals here (%v)", err)
	}
	if err := ioctl(master, syscall.TIOCGPTN, uintptr(unsafe.Pointer(&n))); err != nil {
		t.Skipf("skipped: no pseudo-terminals here (%v)", err)
	}
	slave, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("skipped: no pseudo-terminals here (%v)", err)
	}
	t.Cleanup(func() { slave.Close() })
	return master, slave
}

// resize gives the terminal another size.
func (w *window) resize(columns, rows uint16) {
	w.t.Helper()
	size := [4]uint16{rows, columns}
	if err := ioctl(w.master, syscall.TIOCSWINSZ, uintptr(unsafe.Pointer(&size))); err != nil {
		w.t.Fatal(err)
	}
}

// openWindow starts smtpsim with arguments in a terminal of 80 columns and 24 rows; env is added to TERM=xterm.
func openWindow(t *testing.T, home string, env []string, args ...string) *window {
	t.Helper()
	if testing.Short() {
		t.Skip("skipped: starts processes in terminals (-short)")
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	w := &window{t: t, done: make(chan error, 1)}
	w.master, w.slave = terminalPair(t)
	w.resize(80, 24)
	if w.before, err = term.GetState(int(w.slave.Fd())); err != nil {
		t.Fatal(err)
	}
	w.cmd = &exec.Cmd{Path: program, Args: append([]string{"smtpsim"}, args...), Stdin: w.slave, Stdout: w.slave, Stderr: w.slave,
		Env: append([]string{"TERM=xterm", "XDG_STATE_HOME=" + home, "LANG=C.UTF-8"}, env...), SysProcAttr: &syscall.SysProcAttr{Setsid: true, Setctty: true}}
	if err := w.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { // until the master is closed
		buf := make([]byte, 4096)
		for {
			n, err := w.master.Read(buf)
			w.mu.Lock()
			w.out.Write(buf[:n])
			w.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	go func() { w.done <- w.cmd.Wait() }()
	t.Cleanup(func() { w.cmd.Process.Kill() })
	return w
}

// controls are the escape sequences of line editing and colour, carriage returns too.
var controls = regexp.MustCompile("\x1b\\[[0-9;?]*[a-zA-Z]|\r")

// text is everything that was printed, without escape sequences.
func (w *window) text() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return controls.ReplaceAllString(w.out.String(), "")
}

// expect waits until want was printed since the last expect, and gives everything up to it. What ends in a space, as prompts
// do, must be the last that was printed: then what was typed before has been done and kept.
func (w *window) expect(want string) string {
	w.t.Helper()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(2 * time.Millisecond) {
		s := w.text()[w.seen:]
		at := strings.Index(s, want)
		if strings.HasSuffix(want, " ") && !strings.HasSuffix(s, want) {
			at = -1
		} else if strings.HasSuffix(want, " ") {
			at = len(s) - len(want)
		}
		if at >= 0 {
			w.seen += at + len(want)
			return s[:at+len(want)]
		}
		if time.Now().After(end) {
			w.t.Fatalf("%q was not printed; since the last that was:\n%s", want, s)
		}
	}
}

// typed sends keys; \r is Enter.
func (w *window) typed(keys string) {
	w.t.Helper()
	if _, err := w.master.WriteString(keys); err != nil {
		w.t.Fatal(err)
	}
}

// say types a line and waits for the prompt that follows, and gives what came between.
func (w *window) say(line, prompt string) string {
	w.t.Helper()
	w.typed(line + "\r")
	w.expect(line)
	return w.expect(prompt)
}

// ends waits until the program has ended, with a status, and holds that the terminal is as it was.
func (w *window) ends(status int) {
	w.t.Helper()
	select {
	case <-w.done:
	case <-time.After(20 * time.Second):
		w.t.Fatalf("the program goes on:\n%s", w.text())
	}
	if got := w.cmd.ProcessState.ExitCode(); got != status {
		w.t.Errorf("status %d, want %d:\n%s", got, status, w.text())
	}
	after, err := term.GetState(int(w.slave.Fd()))
	if err != nil {
		w.t.Fatal(err)
	}
	if !reflect.DeepEqual(after, w.before) {
		w.t.Error("the terminal is not as it was before the program")
	}
}

// kill ends the program as kill -9 does, at once.
func (w *window) kill() {
	w.t.Helper()
	w.cmd.Process.Kill()
	<-w.done
}
