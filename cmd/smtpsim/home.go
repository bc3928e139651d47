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

// home is where lessonLog is kept: --home, else smtpsim-data beside the program, else where the system keeps state.
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

// lessonLog is one lesson's log on disk: appended after every typed line.
type lessonLog struct {
	path string
	file *os.File // nil: not kept
}

// openLessonLog finds the log of a lesson and a seat and reads it. A log of another edition of the lesson, or one that is
// over, is put aside, never lost.
func openLessonLog(dir, seat string, want lessons.LogHeader, again bool) (p *lessonLog, old *lessons.Log, aside string, err error) {
	name := fmt.Sprintf("lesson-%02d.log", want.Lesson)
	if seat != "" {
		name = fmt.Sprintf("lesson-%02d-%s.log", want.Lesson, seat)
	}
	p = &lessonLog{path: filepath.Join(dir, name)}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return p, nil, "", err
	}
	if f, err := os.Open(p.path); err == nil {
		old, err = lessons.ReadLog(bufio.NewReader(f))
		f.Close()
		if err != nil || old.Header != want || again {
			if aside, err = putAside(p.path); err != nil {
				return p, nil, "", err
			}
			old = nil
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return p, nil, "", err
	}
	return p, old, aside, p.begin(want, old)
}

// putAside renames a log to the first free name.
func putAside(path string) (string, error) {
	for i := 1; ; i++ {
		to := fmt.Sprintf("%s.%d", path, i)
		if _, err := os.Lstat(to); errors.Is(err, fs.ErrNotExist) {
			return to, os.Rename(path, to)
		}
	}
}

// begin writes the log anew as far as it could be read, so that a line cut off by a crash is gone, and keeps it open.
func (p *lessonLog) begin(header lessons.LogHeader, old *lessons.Log) error {
	b := lessons.AppendLine(nil, header)
	if old != nil {
		for i := range old.Inputs {
			b = lessons.AppendLine(b, old.Inputs[i])
		}
	}
	part := p.path + ".part"
	if err := os.WriteFile(part, b, 0o600); err != nil {
		return err
	}
	if err := os.Rename(part, p.path); err != nil {
		return err
	}
	f, err := os.OpenFile(p.path, os.O_WRONLY|os.O_APPEND, 0o600)
	p.file = f
	return err
}

// add appends what was typed; after it returns a kill loses nothing.
func (p *lessonLog) add(in lessons.Input) error {
	if p.file == nil {
		return nil
	}
	_, err := p.file.Write(lessons.AppendLine(nil, in))
	return err
}

func (p *lessonLog) close() {
	if p.file != nil {
		p.file.Close()
	}
}

// seatCode accepts what may stand in a file name: letters, digits and hyphens.
func seatCode(s string) bool {
	return len(s) <= 40 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-") == "" && !strings.HasPrefix(s, "-")
}
