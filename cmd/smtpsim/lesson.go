package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/smtpsim/smtpsim/lessons"
	"github.com/smtpsim/smtpsim/lessons/play"
	"github.com/smtpsim/smtpsim/trace/render"
	"github.com/spf13/cobra"
	"golang.org/x/term"
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
		Use:     a.t("lesson.use"),
		Short:   a.t("lesson.short"),
		Long:    a.t("lesson.long"),
		Example: "smtpsim lesson\nsmtpsim lesson 1\nsmtpsim lesson 3 --pcap lesson3.pcapng\nsmtpsim lesson 3 --play | less",
		RunE: func(cmd *cobra.Command, args []string) error {
			all, err := lessons.Course()
			if err != nil {
				return err
			}
			if len(args) == 0 {
				return a.listLessons(cmd, all, f)
			}
			l, err := a.findLesson(all, args)
			if err != nil {
				return err
			}
			return a.lesson(l, f)
		},
		ValidArgsFunction: a.lessonNumbers,
	}
	fl := cmd.Flags()
	fl.BoolVar(&f.play, "play", false, a.t("flag.play"))
	fl.BoolVar(&f.restart, "restart", false, a.t("flag.restart"))
	fl.StringVar(&f.seed, "seed", "", a.t("flag.seed"))
	fl.StringVar(&f.pcap, "pcap", "", a.t("flag.pcap.lesson"))
	fl.StringVar(&f.home, "home", "", a.t("flag.home"))
	fl.StringVar(&f.student, "student", "", a.t("flag.student"))
	fl.StringVar(&f.typed, "typed", "", a.t("flag.typed"))
	_ = cmd.MarkFlagDirname("home") // the flag exists
	fl.BoolVar(&f.picture.plain, "plain", false, a.t("flag.plain"))
	fl.BoolVar(&f.picture.ascii, "ascii", false, a.t("flag.ascii"))
	fl.IntVar(&f.picture.width, "width", 0, a.t("flag.width"))
	return cmd
}

// lessonNumbers completes the number of a lesson.
func (a *app) lessonNumbers(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	all, err := lessons.Course()
	if err != nil || len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var out []string
	for _, l := range all {
		out = append(out, strconv.Itoa(l.Number)+"\t"+l.Name(string(a.lang)))
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}

// listLessons prints the course, with how far the log of the seat has come.
func (a *app) listLessons(cmd *cobra.Command, all []*lessons.Lesson, f lessonFlags) error {
	for _, flag := range []string{"play", "restart", "seed", "pcap", "typed"} {
		if cmd.Flags().Changed(flag) {
			return a.usage("error.lesson.flag", "flag", "--"+flag)
		}
	}
	if err := a.checkLesson(f); err != nil {
		return err
	}
	w, err := a.open()
	if err != nil {
		return err
	}
	wide := 0
	for _, l := range all {
		wide = max(wide, len([]rune(l.Name(string(a.lang)))))
	}
	for _, l := range all {
		facts := []string{strconv.Itoa(l.Minutes) + " min"}
		if needs := numbers(l.Needs); needs != "" {
			facts = append(facts, a.t("lesson.after", "lessons", needs))
		}
		if at := lastScreen(logPath(a.home(f.home), l.Number, f.student, f.seed)); at != "" {
			facts = append(facts, a.t("lesson.at", "screen", at))
		}
		name := l.Name(string(a.lang))
		fmt.Fprintf(w, "%3d  %s%s  %s\n", l.Number, name, strings.Repeat(" ", wide-len([]rune(name))), strings.Join(facts, " · "))
	}
	fmt.Fprintf(w, "\n%s\n", a.t("lesson.start", "n", strconv.Itoa(all[0].Number)))
	return nil
}

func numbers(all []int) string {
	var out []string
	for _, n := range all {
		out = append(out, strconv.Itoa(n))
	}
	return strings.Join(out, ", ")
}

func (a *app) findLesson(all []*lessons.Lesson, args []string) (*lessons.Lesson, error) {
	if len(args) > 1 {
		return nil, a.usage("error.lesson.one", "argument", args[1])
	}
	n, err := strconv.Atoi(args[0])
	var there []int
	for _, l := range all {
		if err == nil && l.Number == n || l.ID == args[0] {
			return l, nil
		}
		there = append(there, l.Number)
	}
	return nil, a.usage("error.lesson", "lesson", args[0], "lessons", numbers(there))
}

// checkLesson finds what cannot be meant before anything is shown.
func (a *app) checkLesson(f lessonFlags) error {
	switch {
	case !seatCode(f.student):
		return a.usage("error.student", "student", f.student)
	case f.play && f.typed != "":
		return a.usage("error.together", "one", "--play", "two", "--typed")
	}
	return a.checkPicture(f.picture)
}

// lesson plays one lesson: by itself, from a file of typed lines, or with whoever sits at the terminal.
func (a *app) lesson(l *lessons.Lesson, f lessonFlags) error {
	if err := a.checkLesson(f); err != nil {
		return err
	}
	taught := f.typed == "" && !f.play && terminal(a.in) != nil
	if taught && a.flags.out != "" {
		return a.usage("error.lesson.out")
	}
	o, err := a.playOptions(f)
	if err != nil {
		return err
	}
	caps, err := a.lessonCaptures(f)
	if err != nil {
		return err
	}
	if caps != nil {
		defer caps.abort()
		o.Tap = caps.tap
		if !taught {
			defer onInterrupt(caps.abort)()
		}
	}
	p := play.New(l, o)
	defer p.Close()
	switch {
	case f.typed != "":
		return a.typedLesson(p, f, caps)
	case taught:
		return a.taughtLesson(p, f, caps)
	}
	return a.playedLesson(p, caps)
}

// Columns of a lesson: text in longer lines is hard to read, and no ladder fits in less.
const lessonWidthMax = 100

func (a *app) playOptions(f lessonFlags) (play.Options, error) {
	ro := a.options(f.picture)
	o := play.Options{Lang: string(a.lang), Width: ro.Width, ASCII: ro.Glyphs == render.ASCII, Plain: f.picture.plain,
		Color: ro.Color, Seat: strings.ToUpper(f.student)}
	if f.picture.width == 0 {
		o.Width = a.columns()
	}
	seed, err := a.seed(f.seed)
	o.Seed = seed
	return o, err
}

// columns is the width of a lesson on this terminal.
func (a *app) columns() int {
	if screen := terminal(a.out); screen != nil {
		if w, _, err := term.GetSize(int(screen.Fd())); err == nil && w > 0 {
			return min(max(w, widthMin), lessonWidthMax)
		}
	}
	return 80
}

// seed reads --seed; nil: the scenario's own.
func (a *app) seed(s string) (*uint64, error) {
	if s == "" {
		return nil, nil
	}
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		return nil, a.usage("error.seed", "seed", s)
	}
	return &n, nil
}
