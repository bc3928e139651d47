package main

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/smtpsim/smtpsim/lessons"
)

// home is where the logs of lessons are kept: --home, else smtpsim-data beside the program, else where the system keeps state.
func (a *app) home(flag string) string {
	if flag != "" {
		return flag
	}
	if exe, err := os.Executable(); err == nil {
		beside := filepath.Join(filepath.Dir(exe), "smtpsim-data")
		if st, err := os.Stat(beside); err == nil && st.IsDir() {
			return beside
		}
	}
	if dir := a.env("XDG_STATE_HOME"); dir != "" {
		return filepath.Join(dir, "smtpsim")
	}
	switch runtime.GOOS {
	case "windows":
		if dir := a.env("LOCALAPPDATA"); dir != "" {
			return filepath.Join(dir, "smtpsim")
		}
	case "darwin":
		if dir := a.env("HOME"); dir != "" {
			return filepath.Join(dir, "Library", "Application Support", "smtpsim")
		}
	}
	if dir := a.env("HOME"); dir != "" {
		return filepath.Join(dir, ".local", "state", "smtpsim")
	}
	return "smtpsim-data"
}

// logPath is the log of a lesson: each seat has its own, and so has each --seed, whose world is another.
func logPath(dir string, lesson int, seat, seed string) string {
	name := fmt.Sprintf("lesson-%02d", lesson)
	if seat != "" {
		name += "-" + strings.ToUpper(seat)
	}
	if seed != "" {
		name += "_seed" + seed
	}
	return filepath.Join(dir, name+".log")
}

// seatCode accepts what may stand in a file name: letters, digits and hyphens.
func seatCode(s string) bool {
	return len(s) <= 40 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-") == "" && !strings.HasPrefix(s, "-")
}

// lastScreen is where the last line of a log was typed; "" where there is no such log.
func lastScreen(path string) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	old, err := lessons.ReadLog(bufio.NewReader(f))
	if err != nil || len(old.Inputs) == 0 {
		return ""
	}
	return old.Inputs[len(old.Inputs)-1].Screen
}

// lessonLog is one lesson's log on disk: appended after every typed line, locked while it is in use.
type lessonLog struct {
	path  string
	file  *os.File // nil: not kept
	lock  *os.File // nil: not locked
	aside string   // where an old log went that does not fit
}

// errLocked says that another window uses the log.
var errLocked = errors.New("in use")

// openLessonLog locks the log of a lesson and reads what was typed so far. A log of another edition of the lesson, a damaged
// one, or one that is not to go on is put aside, never lost. If there is an error other than errLocked the lesson can go on,
// but nothing will be kept.
func openLessonLog(path string, want lessons.LogHeader, again bool) (l *lessonLog, old []lessons.Input, err error) {
	l = &lessonLog{path: path}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return l, nil, err
	}
	if l.lock, err = lockFile(path + ".lock"); err != nil {
		return l, nil, err
	}
	if old, err = l.read(want, again); err != nil { // what cannot be read or put aside is not overwritten either
		l.lock.Close()
		l.lock = nil
	}
	return l, old, err
}

// read gives what was typed so far, or puts the log aside.
func (l *lessonLog) read(want lessons.LogHeader, again bool) ([]lessons.Input, error) {
	f, err := os.Open(l.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	log, err := lessons.ReadLog(bufio.NewReader(f))
	f.Close()
	if err != nil || log.Header != want || again {
		return nil, l.putAside()
	}
	return log.Inputs, nil
}

// putAside renames the log to the first free name.
func (l *lessonLog) putAside() error {
	for i := 1; ; i++ {
		to := fmt.Sprintf("%s.%d", l.path, i)
		if _, err := os.Lstat(to); errors.Is(err, fs.ErrNotExist) {
			l.aside = to
			return os.Rename(l.path, to)
		}
	}
}

// begin writes the log anew as far as it fits, so that a line cut off by a crash is gone, and keeps it open. changed says
// that something was left out: then the old log stays beside it.
func (l *lessonLog) begin(header lessons.LogHeader, inputs []lessons.Input, changed bool) error {
	if l.lock == nil { // it could not be opened, which was said
		return nil
	}
	b := lessons.AppendLine(nil, header)
	for i := range inputs {
		b = lessons.AppendLine(b, inputs[i])
	}
	part := l.path + ".part"
	if err := os.WriteFile(part, b, 0o600); err != nil {
		os.Remove(part)
		return err
	}
	if changed {
		if err := l.putAside(); err != nil {
			return err
		}
	}
	if err := os.Rename(part, l.path); err != nil {
		return err
	}
	f, err := os.OpenFile(l.path, os.O_WRONLY|os.O_APPEND, 0o600)
	if err == nil {
		l.file = f
	}
	return err
}

// add appends what was typed; after it returns a kill loses nothing. After an error nothing more is kept: a line after a
// broken one could not be read.
func (l *lessonLog) add(in lessons.Input) error {
	if l.file == nil {
		return nil
	}
	_, err := l.file.Write(lessons.AppendLine(nil, in))
	if err != nil {
		l.file.Close()
		l.file = nil
	}
	return err
}

func (l *lessonLog) close() {
	for _, f := range []*os.File{l.file, l.lock} {
		if f != nil {
			f.Close()
		}
	}
}
