package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/smtpsim/smtpsim/sim/scenario"
	"github.com/smtpsim/smtpsim/trace/render"
	"github.com/spf13/cobra"
)

// listFlags are the flags of scenario list.
type listFlags struct {
	picture picture
	format  string
}

// newScenarioListCmd lists the gallery, or what of it words find.
func newScenarioListCmd(a *app) *cobra.Command {
	var f listFlags
	cmd := &cobra.Command{
		Use:     a.t("scenario.list.use"),
		Short:   a.t("scenario.list.short"),
		Long:    a.t("scenario.list.long"),
		Example: "smtpsim scenario list\nsmtpsim scenario list dsn\nsmtpsim scenario list BDAT --full",
		RunE: func(_ *cobra.Command, args []string) error {
			if err := a.checkPicture(f.picture); err != nil {
				return err
			}
			if err := a.oneOf("--format", f.format, "text", "json"); err != nil {
				return err
			}
			return a.listScenarios(strings.Fields(strings.Join(args, " ")), f)
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveNoFileComp
		},
	}
	a.formatFlag(cmd, &f.format, "text", "json")
	a.pictureFlags(cmd.Flags(), &f.picture)
	return cmd
}

// listed is what the list says of a scenario.
type listed struct {
	Name    string `json:"name"`
	Subject string `json:"subject"`
	About   string `json:"about"` // the comment on top, one line
	text    string // the file
}

// galleryList is the gallery as it is listed.
func (a *app) galleryList() []listed {
	var all []listed
	for _, name := range scenario.Gallery() {
		src, _ := scenario.GallerySource(name) // the gallery lists it
		all = append(all, listed{name, a.t("subject." + subjectOf(name)), aboutOf(src), string(src)})
	}
	return all
}

// aboutOf is the comment on top of a scenario, which says what it shows, as one line.
func aboutOf(src []byte) string {
	var words []string
	for line := range strings.Lines(string(src)) {
		rest, ok := strings.CutPrefix(line, "#")
		if !ok {
			break
		}
		words = append(words, strings.Fields(rest)...)
	}
	return strings.Join(words, " ")
}

// find keeps the scenarios whose name, subject and comment have all the words; where none has, those whose files have.
func find(all []listed, words []string) []listed {
	for _, where := range []func(listed) string{
		func(l listed) string { return l.Name + " " + l.Subject + " " + l.About },
		func(l listed) string { return l.text },
	} {
		var out []listed
		for _, l := range all {
			has, text := true, strings.ToLower(where(l))
			for _, w := range words {
				has = has && strings.Contains(text, strings.ToLower(w))
			}
			if has {
				out = append(out, l)
			}
		}
		if len(out) > 0 {
			return out
		}
	}
	return []listed{}
}

// listScenarios prints what the words find, by subject.
func (a *app) listScenarios(words []string, f listFlags) error {
	found := find(a.galleryList(), words)
	w, err := a.open()
	if err != nil {
		return err
	}
	if f.format == "json" {
		return writeJSON(w, found)
	}
	if len(found) == 0 {
		return a.fail(nil, "error.scenario.search", "words", strings.Join(words, " "))
	}
	o := a.options(f.picture)
	width := 0
	for _, l := range found {
		width = max(width, min(len(l.Name), nameMax))
	}
	for _, s := range subjects() {
		a.listSubject(w, a.t("subject."+s.key), found, width, o)
	}
	a.listSubject(w, a.t("subject."), found, width, o)
	tell(w, o.Text(a.count("scenario.list", len(found))), o.Width)
	return nil
}

// nameMax is the width of the column of names; what is longer takes some of its line's text.
const nameMax = 22

// listSubject prints the scenarios of one subject below its title.
func (a *app) listSubject(w io.Writer, title string, found []listed, width int, o render.Options) {
	first := true
	for _, l := range found {
		if l.Subject != title {
			continue
		}
		if first {
			fmt.Fprintln(w, o.Text(title))
		}
		first = false
		if o.Whole {
			fmt.Fprintf(w, "  %s\n", l.Name)
			for _, line := range render.Wrap(o.Text(l.About), widthOf(o)-6) {
				fmt.Fprintf(w, "      %s\n", line)
			}
			continue
		}
		room := widthOf(o) - max(width, len(l.Name)) - 4
		fmt.Fprintf(w, "  %-*s  %s\n", width, l.Name, o.Cut(firstOf(l.About), room))
	}
	if !first {
		fmt.Fprintln(w)
	}
}

// firstOf is the first sentence of a comment, without the places where it stands written.
func firstOf(about string) string {
	var b strings.Builder
	for about != "" {
		before, rest, found := strings.Cut(about, " (")
		b.WriteString(before)
		if !found {
			break
		}
		inside, behind, _ := strings.Cut(rest, ")")
		if !strings.HasPrefix(inside, "RFC ") && !strings.HasPrefix(inside, "draft-") {
			b.WriteString(" (" + inside + ")")
		}
		about = behind
	}
	first, _, _ := strings.Cut(b.String(), ". ")
	return strings.TrimSuffix(first, ".")
}

// widthOf is how many columns there are.
func widthOf(o render.Options) int {
	if o.Width == 0 {
		return helpWidth
	}
	return o.Width
}

// count is the text for n things: key.1 for one, key.n else.
func (a *app) count(key string, n int, pairs ...string) string {
	if n == 1 {
		return a.t(key+".1", pairs...)
	}
	return a.t(key+".n", append(pairs, "n", strconv.Itoa(n))...)
}
