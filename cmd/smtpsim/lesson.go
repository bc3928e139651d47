package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/smtpsim/smtpsim/lessons"
	"github.com/smtpsim/smtpsim/lessons/play"
	"github.com/spf13/cobra"
)

// lessonFlags are the flags of the lesson command.
type lessonFlags struct {
	picture picture
	play    bool
	restart bool
	seed    string
	pcap    string
	home    string
	student string
	typed   string
}

// newLessonCmd teaches: without a number it lists the lessons.
func newLessonCmd(a *app) *cobra.Command {
	var f lessonFlags
	cmd := &cobra.Command{
		Use:     "lesson [N]",
		Short:   a.t("lesson.short"),
		Long:    a.t("lesson.long"),
		Example: "smtpsim lesson\nsmtpsim lesson 3\nsmtpsim lesson 3 --lang de --play",
		RunE: func(cmd *cobra.Command, args []string) error {
			all, err := lessons.Course()
			if err != nil {
				return err
			}
			if len(args) == 0 {
				return a.listLessons(all)
			}
			l, err := a.findLesson(all, args)
			if err != nil {
				return err
			}
			return a.lesson(l, f)
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return lessonNumbers(), cobra.ShellCompDirectiveNoFileComp
		},
	}
	fl := cmd.Flags()
	fl.BoolVar(&f.play, "play", false, a.t("flag.play"))
	fl.BoolVar(&f.restart, "restart", false, a.t("flag.restart"))
	fl.StringVar(&f.seed, "seed", "", a.t("flag.seed"))
	fl.StringVar(&f.pcap, "pcap", "", a.t("flag.pcap"))
	fl.StringVar(&f.home, "home", "", a.t("flag.home"))
	fl.StringVar(&f.student, "student", "", a.t("flag.student"))
	fl.StringVar(&f.typed, "typed", "", a.t("flag.typed"))
	a.pictureFlags(fl, &f.picture)
	return cmd
}

func lessonNumbers() []string {
	all, err := lessons.Course()
	if err != nil {
		return nil
	}
	var out []string
	for _, l := range all {
		out = append(out, strconv.Itoa(l.Number)+"\t"+l.Name("en"))
	}
	return out
}

func (a *app) listLessons(all []*lessons.Lesson) error {
	w, err := a.open()
	if err != nil {
		return err
	}
	for _, l := range all {
		needs := ""
		for _, n := range l.Needs {
			needs += " " + strconv.Itoa(n)
		}
		if needs != "" {
			needs = "  (" + a.t("lesson.after") + needs + ")"
		}
		fmt.Fprintf(w, "%3d  %s  · %d min%s\n", l.Number, l.Name(string(a.lang)), l.Minutes, needs)
	}
	fmt.Fprintf(w, "\n%s\n", a.t("lesson.start", "n", strconv.Itoa(all[len(all)-1].Number)))
	return nil
}

func (a *app) findLesson(all []*lessons.Lesson, args []string) (*lessons.Lesson, error) {
	if len(args) > 1 {
		return nil, a.usage("error.arguments", "command", "smtpsim lesson", "argument", args[1])
	}
	var numbers []string
	for _, l := range all {
		if strconv.Itoa(l.Number) == args[0] || l.ID == args[0] {
			return l, nil
		}
		numbers = append(numbers, strconv.Itoa(l.Number))
	}
	return nil, a.usage("error.lesson", "lesson", args[0], "lessons", strings.Join(numbers, ", "))
}

// lesson plays one lesson: by itself, from a file of typed lines, or with whoever sits at the terminal.
func (a *app) lesson(l *lessons.Lesson, f lessonFlags) error {
	if !seatCode(f.student) {
		return a.usage("error.student", "student", f.student)
	}
	o, err := a.playOptions(f)
	if err != nil {
		return err
	}
	caps := &lessonCaptures{path: f.pcap}
	if f.pcap != "" {
		o.Tap = caps.tap
	}
	p := play.New(l, o)
	defer p.Close()
	screen := terminal(a.in)
	switch {
	case f.typed != "":
		err = a.typedLesson(p, f.typed)
	case f.play || screen == nil:
		err = a.playedLesson(p)
	default:
		err = a.taughtLesson(p, l, f, o)
	}
	if caps.path != "" {
		p.Close()
		if done := caps.commit(err == nil); err == nil && done != nil {
			err = a.fileError(f.pcap, done)
		}
	}
	return err
}

func (a *app) playOptions(f lessonFlags) (play.Options, error) {
	ro := a.options(f.picture)
	o := play.Options{Lang: string(a.lang), Width: ro.Width, ASCII: f.picture.ascii, Plain: f.picture.plain, Color: ro.Color, Seat: f.student}
	if o.Width == 0 {
		o.Width = 80
	}
	if f.seed != "" {
		seed, err := strconv.ParseUint(f.seed, 10, 64)
		if err != nil {
			return o, a.usage("error.seed", "seed", f.seed)
		}
		o.Seed = &seed
	}
	return o, nil
}

// playedLesson shows the whole lesson with its solution.
func (a *app) playedLesson(p *play.Player) error {
	w, err := a.open()
	if err != nil {
		return err
	}
	v := a.voices(w, p)
	v.lines(p.Start())
	for range lessons.MaxInputs {
		if p.Ended() {
			break
		}
		line := p.Solution()
		v.echo(p.Prompt(), line)
		v.lines(p.Play(line))
	}
	return nil
}

// typedLesson feeds a file of typed lines, as a learner would type them.
func (a *app) typedLesson(p *play.Player, name string) error {
	src, err := a.readTyped(name)
	if err != nil {
		return err
	}
	w, err := a.open(name)
	if err != nil {
		return err
	}
	v := a.voices(w, p)
	v.lines(p.Start())
	for _, line := range strings.Split(strings.TrimSuffix(src, "\n"), "\n") {
		if p.Ended() {
			break
		}
		v.echo(p.Prompt(), line)
		v.lines(p.Line(line))
	}
	return nil
}

func (a *app) readTyped(name string) (string, error) {
	var b []byte
	var err error
	if name == "-" {
		b, err = io.ReadAll(io.LimitReader(a.in, 1<<20))
	} else {
		b, err = os.ReadFile(name)
	}
	if err != nil {
		return "", a.fileError(name, err)
	}
	return strings.ReplaceAll(decodeText(b), "\r\n", "\n"), nil
}

// taughtLesson sits with the learner: reads a line, shows what it leads to, keeps it.
func (a *app) taughtLesson(p *play.Player, l *lessons.Lesson, f lessonFlags, o play.Options) error {
	v := a.voices(a.out, p)
	kept, old, aside, err := openLessonLog(a.home(f.home), f.student, p.Header(), f.restart)
	if err != nil {
		v.note(a.t("lesson.unsaved", "file", kept.path, "why", a.explain(a.fileError(kept.path, err))))
	}
	defer kept.close()
	if aside != "" {
		v.note(a.t("lesson.aside", "file", aside))
	}
	first := p.Start()
	if old != nil && len(old.Inputs) > 0 {
		first = append(resumed(p, old), first[:0]...)
		v.note(a.t("lesson.resumed", "n", strconv.Itoa(len(old.Inputs)), "screen", p.Screen()))
	}
	v.lines(first)
	t, err := a.openTerminal()
	if err != nil {
		return err
	}
	defer t.close()
	for !p.Ended() {
		line, stroke := t.read(p.Prompt()+" ", p)
		var out []play.Line
		switch {
		case stroke == interrupted:
			out = p.Interrupt()
		case stroke == ended:
			out = p.Line("q")
		default:
			out = p.Line(line)
		}
		if in := p.Inputs(); len(in) > 0 && (stroke == typed || p.Ended()) && !leaves(in[len(in)-1].Line) {
			if err := kept.add(in[len(in)-1]); err != nil {
				v.note(a.t("lesson.unsaved", "file", kept.path, "why", err.Error()))
			}
		}
		v.lines(out)
	}
	return nil
}

// leaves reports a line that only saves and leaves: it is not part of the way through the lesson.
func leaves(line string) bool {
	switch strings.TrimPrefix(strings.TrimSpace(strings.ToLower(line)), ":") {
	case "q", "quit", "exit", "ende":
		return true
	}
	return false
}

// resumed feeds the kept lines and gives the screen as it was.
func resumed(p *play.Player, old *lessons.Log) []play.Line {
	for _, in := range old.Inputs {
		p.Input(in)
	}
	return p.Show()
}

// lessonCaptures writes one capture for each world that a lesson opens: out.pcapng, out-3.5.pcapng, …
type lessonCaptures struct {
	path  string
	files []*worldCapture
}

func (c *lessonCaptures) name(screen string) string {
	if len(c.files) == 0 {
		return c.path
	}
	ext := filepath.Ext(c.path)
	return strings.TrimSuffix(c.path, ext) + "-" + screen + ext
}
