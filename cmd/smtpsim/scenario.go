package main

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/smtpsim/smtpsim/sim/scenario"
	"github.com/smtpsim/smtpsim/trace/table"
	"github.com/spf13/cobra"
)

// newScenarioCmd has what there is to do with scenario files but running them.
func newScenarioCmd(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:     a.t("scenario.use"),
		Short:   a.t("scenario.short"),
		Long:    a.t("scenario.long"),
		Example: "smtpsim scenario list\nsmtpsim run greylist-shared\nsmtpsim scenario new my-network.yaml\nsmtpsim scenario check my-network.yaml",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return a.usage("error.scenario.command", "command", args[0], "words", "check, list, new, schema, show")
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newScenarioCheckCmd(a), newScenarioListCmd(a), newScenarioNewCmd(a), newScenarioSchemaCmd(a), newScenarioShowCmd(a))
	return cmd
}

// newScenarioShowCmd prints a scenario of the gallery.
func newScenarioShowCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   a.t("scenario.show.use"),
		Short: a.t("scenario.show.short"),
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return a.usage("error.scenario.show")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			src, ok := scenario.GallerySource(args[0])
			if !ok {
				return a.noScenario(args[0])
			}
			w, err := a.open()
			if err != nil {
				return err
			}
			_, err = w.Write(src)
			return err
		},
		ValidArgsFunction: galleryNames,
	}
}

// noScenario says that the gallery has nothing of that name, and what is like it.
func (a *app) noScenario(name string) error {
	if near := nearScenario(name); near != "" {
		return a.fail(nil, "error.scenario.near", "name", name, "near", near)
	}
	return a.fail(nil, "error.scenario.name", "name", name)
}

// nearScenario is the name in the gallery that was meant: in other letters, with .yaml, mistyped, or only its beginning. "" if
// there is none.
func nearScenario(name string) string {
	name = strings.ToLower(strings.TrimSuffix(filepath.Base(name), filepath.Ext(name)))
	if _, ok := scenario.GallerySource(name); ok {
		return name
	}
	for _, alike := range []func(have string) bool{
		func(have string) bool { return scenario.Near(name, have) },
		func(have string) bool { return len(name) > 2 && strings.HasPrefix(have, name) },
	} {
		if all := scenario.Gallery(); slices.ContainsFunc(all, alike) {
			return all[slices.IndexFunc(all, alike)]
		}
	}
	return ""
}

// galleryNames completes names of the gallery.
func galleryNames(_ *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return slices.DeleteFunc(scenario.Gallery(), func(name string) bool { return !strings.HasPrefix(name, typed) }), cobra.ShellCompDirectiveNoFileComp
}

// quoteLine shows the line of a scenario that is wrong, and where in it.
func quoteLine(w io.Writer, e *scenario.Error) {
	if e.Text == "" {
		return
	}
	runes := []rune(e.Text)
	caret := min(e.Caret, len(runes))
	before, behind := []rune(table.Visible(string(runes[:caret]))), []rune(table.Visible(string(runes[caret:])))
	if cut := len(before) - quoteMax/2; cut > 0 && len(before)+len(behind) > quoteMax {
		before = append([]rune("…"), before[cut+1:]...)
	}
	if room := quoteMax - len(before); len(behind) > room {
		behind = append(behind[:room-1:room-1], '…')
	}
	fmt.Fprintf(w, "  %s%s\n  %s^\n", string(before), string(behind), strings.Repeat(" ", len(before)))
}

// quoteMax is how much of a line is shown: as much as a terminal has room for.
const quoteMax = 76

// checkFlags are the flags of scenario check.
type scenarioCheckFlags struct{ format string }

// newScenarioCheckCmd tells everything that is wrong in scenario files.
func newScenarioCheckCmd(a *app) *cobra.Command {
	var f scenarioCheckFlags
	cmd := &cobra.Command{
		Use:     a.t("scenario.check.use"),
		Short:   a.t("scenario.check.short"),
		Long:    a.t("scenario.check.long"),
		Example: "smtpsim scenario check my-network.yaml\nsmtpsim scenario check --format json *.yaml",
		Args:    a.need("error.scenario.check"),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := a.oneOf("--format", f.format, "text", "json"); err != nil {
				return err
			}
			return a.checkScenarios(args, f)
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return []string{"yaml", "yml"}, cobra.ShellCompDirectiveFilterFileExt
		},
	}
	a.formatFlag(cmd, &f.format, "text", "json")
	return cmd
}

// checked is what scenario check --format json says of a file.
type checked struct {
	File   string         `json:"file"`
	OK     bool           `json:"ok"`
	Errors []checkedError `json:"errors"`
}

type checkedError struct {
	Line   int    `json:"line"`   // from 1; 0: the whole file
	Column int    `json:"column"` // from 1, in characters
	Want   string `json:"message"`
	Text   string `json:"text"` // the line
}

func (a *app) checkScenarios(names []string, f scenarioCheckFlags) error {
	w, err := a.open(names...)
	if err != nil {
		return err
	}
	wrong, all := 0, []checked{}
	for _, name := range names {
		src, err := a.readScenario(name)
		if err != nil {
			return err
		}
		_, errs := scenario.Check(name, src)
		if len(errs) > 0 {
			wrong++
		}
		if f.format == "json" {
			all = append(all, jsonOf(name, errs))
			continue
		}
		if len(errs) == 0 {
			fmt.Fprintln(w, a.t("scenario.check.ok", "file", table.Visible(name)))
		}
		for _, e := range errs {
			fmt.Fprintln(w, oneLine(e.Error()))
			quoteLine(w, e)
		}
	}
	if f.format == "json" {
		if err := writeJSON(w, all); err != nil {
			return err
		}
	}
	if wrong > 0 {
		return &failure{text: a.count("error.scenario.wrong", wrong, "all", strconv.Itoa(len(names)))}
	}
	return nil
}

func jsonOf(name string, errs []*scenario.Error) checked {
	c := checked{File: name, OK: len(errs) == 0, Errors: []checkedError{}}
	for _, e := range errs {
		c.Errors = append(c.Errors, checkedError{e.Line, e.Column, e.Want, e.Text})
	}
	return c
}
