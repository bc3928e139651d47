package main

import (
	"errors"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/smtpsim/smtpsim/lessons"
	"github.com/smtpsim/smtpsim/lessons/play"
)

// playedLesson shows the whole lesson with its solution.
func (a *app) playedLesson(p *play.Player, caps *lessonCaptures) error {
	w, err := a.open()
	if err != nil {
		return err
	}
	v := newVoices(w, p)
	v.lines(p.Start())
	for range lessons.MaxInputs {
		if p.Ended() {
			break
		}
		line := p.Solution()
		v.echo(p.Prompt(), line)
		v.lines(p.Play(line))
	}
	return a.endLesson(v, p, caps)
}

// endLesson writes the captures and says which there are.
func (a *app) endLesson(v *voices, p *play.Player, caps *lessonCaptures) error {
	if caps == nil {
		return nil
	}
	p.Close() // the last packets
	files, err := caps.commit()
	switch {
	case err != nil:
		return a.outputError("--pcap", caps.path, err)
	case len(files) == 0:
		v.note(a.t("lesson.captures.none", "file", caps.path))
	default:
		v.note(a.t("lesson.captures", "files", strings.Join(files, ", ")))
	}
	return nil
}

// typedLesson feeds a file of typed lines, as a learner would type them.
func (a *app) typedLesson(p *play.Player, f lessonFlags, caps *lessonCaptures) error {
	typed, err := a.readTyped(f.typed)
	if err != nil {
		return err
	}
	w, err := a.open(f.typed)
	if err != nil {
		return err
	}
	v := newVoices(w, p)
	v.lines(p.Start())
	for _, line := range typed {
		if p.Ended() {
			break
		}
		v.echo(p.Prompt(), line)
		v.lines(p.Line(line))
	}
	if !p.Ended() {
		v.note(a.t("lesson.typed", "file", f.typed, "screen", p.Screen()))
	}
	return a.endLesson(v, p, caps)
}

// Limits of a file of typed lines.
const maxTypedBytes = 4 << 20

// readTyped reads the lines of a file in any form that editors write; "-" is standard input.
func (a *app) readTyped(name string) ([]string, error) {
	in := a.in
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, a.fileError(name, err)
		}
		defer f.Close()
		in = f
	}
	b, err := io.ReadAll(io.LimitReader(in, maxTypedBytes+1))
	if err != nil {
		return nil, a.fileError(name, err)
	}
	if len(b) > maxTypedBytes {
		return nil, a.fail(nil, "error.typed.long", "file", name, "most", strconv.Itoa(maxTypedBytes>>20))
	}
	text := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(decodeText(b))
	if text == "" {
		return nil, nil
	}
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n"), nil
}

// taughtLesson sits with the learner: reads a line, shows what it leads to, keeps it.
func (a *app) taughtLesson(p *play.Player, f lessonFlags, caps *lessonCaptures) error {
	v := newVoices(a.out, p)
	kept, old, err := openLessonLog(logPath(a.home(f.home), p.Header().Lesson, f.student, f.seed), p.Header(), f.restart)
	if errors.Is(err, errLocked) {
		return a.fail(err, "error.lesson.open", "lesson", strconv.Itoa(p.Header().Lesson), "file", kept.path)
	}
	if err != nil {
		v.note(a.t("lesson.unsaved", "file", kept.path, "why", a.why(err)))
	}
	defer kept.close()
	s := &sitting{a: a, p: p, v: v, kept: kept, fixed: f.picture.width != 0}
	s.welcome(old)
	s.learn()
	if kept.file != nil {
		v.note(a.t("lesson.log", "file", kept.path))
	}
	return a.endLesson(v, p, caps)
}

// sitting is one learner at one terminal.
type sitting struct {
	a      *app
	p      *play.Player
	v      *voices
	kept   *lessonLog
	logged int  // inputs that are in the log
	fixed  bool // the width does not follow the terminal's
}

// welcome shows the first screen, or the one that the log leads to, as it was.
func (s *sitting) welcome(old []lessons.Input) {
	start := s.p.Start()
	var since []answered
	for _, in := range old {
		screen := s.p.Screen()
		if in.Screen != screen || in.Prompt != s.p.Prompt() { // kept by a version in which this led elsewhere
			break
		}
		x := answered{in.Prompt, in.Line, s.p.Input(in)}
		if since = append(since, x); s.p.Screen() != screen {
			start, since = x.out, nil
		}
		s.logged++
	}
	if err := s.kept.begin(s.p.Header(), old[:s.logged], s.logged < len(old)); err != nil {
		s.unsaved(err)
	}
	if s.kept.aside != "" {
		s.v.note(s.a.t("lesson.aside", "file", s.kept.aside))
	}
	switch {
	case s.p.Ended():
		s.v.note(s.a.t("lesson.over"))
	case s.logged > 0:
		s.v.note(s.a.t("lesson.resumed", "n", strconv.Itoa(s.logged), "screen", s.p.Screen()))
	}
	s.v.lines(start)
	for _, x := range since[max(0, len(since)-answeredMax):] {
		s.v.echo(x.prompt, x.line)
		s.v.lines(x.out)
	}
}

// answered is a line that was typed before, with what it led to.
type answered struct {
	prompt, line string
	out          []play.Line
}

// answeredMax is how many lines of a screen are shown again when a lesson goes on.
const answeredMax = 40

// learn reads and answers lines until the lesson is over or left.
func (s *sitting) learn() {
	if s.p.Ended() {
		return
	}
	t := s.a.openTerminal(s.p)
	defer t.close()
	for _, in := range s.p.Inputs() {
		t.remember(in.Line)
	}
	for !s.p.Ended() {
		line, how := t.read(s.p.Prompt() + " ")
		if !s.fixed {
			s.p.Resize(s.a.columns())
		}
		switch how {
		case interrupted:
			s.v.lines(s.p.Interrupt())
		case ended:
			s.v.lines(s.p.Line(":q"))
		default:
			s.v.lines(s.p.Line(strings.ToValidUTF8(line, "\ufffd")))
		}
		s.keep()
	}
}

// keep writes what was typed to the log, but not the last line if it only leaves: that is no part of the way.
func (s *sitting) keep() {
	all := s.p.Inputs()
	if n := len(all); n > s.logged && s.p.Ended() && leaves(all[n-1].Line) {
		all = all[:n-1]
	}
	for ; s.logged < len(all); s.logged++ {
		if err := s.kept.add(all[s.logged]); err != nil {
			s.unsaved(err)
		}
	}
}

// unsaved says once that nothing more is kept.
func (s *sitting) unsaved(err error) {
	s.v.note(s.a.t("lesson.unsaved", "file", s.kept.path, "why", s.a.why(err)))
}

// leaves reports a line that saves and leaves.
func leaves(line string) bool {
	words := strings.Fields(strings.TrimPrefix(strings.TrimSpace(strings.ToLower(line)), ":"))
	return len(words) > 0 && slices.Contains([]string{"q", "quit", "exit", "ende"}, words[0])
}
