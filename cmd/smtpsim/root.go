package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/smtpsim/smtpsim/trace/render"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// newRootCmd builds the command tree. A new command is one line here and a file of its own.
func newRootCmd(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:                        "smtpsim",
		Short:                      a.t("root.short"),
		Long:                       a.t("root.long"),
		SilenceUsage:               true,
		SuggestionsMinimumDistance: 2,
		SilenceErrors:              true,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return a.unknownCommand(cmd, args[0])
		},
		RunE:              func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		PersistentPreRunE: func(*cobra.Command, []string) error { return a.checkFlags() },
	}
	f := root.PersistentFlags()
	f.StringVar(&a.flags.lang, "lang", "", a.t("flag.lang"))
	f.StringVar(&a.flags.color, "color", "auto", a.t("flag.color"))
	f.StringVar(&a.flags.out, "out", "", a.t("flag.out"))
	root.SetFlagErrorFunc(a.flagError)
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) { a.helped = a.help(cmd) })
	root.SetHelpCommand(newHelpCmd(a))
	root.AddCommand(
		newLessonCmd(a),
		newRunCmd(a),
		newScenarioCmd(a),
		newAnalyzeCmd(a),
		newTraceCmd(a),
		newCodesCmd(a),
		newVersionCmd(a),
		newCompletionCmd(a),
	)
	for _, name := range []string{"lang", "color"} {
		words := map[string][]string{"lang": {"en", "de"}, "color": {"auto", "always", "never"}}[name]
		_ = root.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp)) // the flag exists
	}
	return root
}

// checkFlags checks the flags that every command has; --lang was checked before.
func (a *app) checkFlags() error {
	return a.oneOf("--color", a.flags.color, "auto", "always", "never")
}

// unknownCommand names the nearest command.
func (a *app) unknownCommand(cmd *cobra.Command, name string) error {
	if near := cmd.SuggestionsFor(name); len(near) > 0 {
		return a.usage("error.command.near", "command", name, "near", near[0])
	}
	return a.usage("error.command", "command", name)
}

// need checks that a command got at least one argument.
func (a *app) need(key string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return a.usage(key, "command", cmd.CommandPath())
		}
		return nil
	}
}

// none checks that a command got no argument.
func (a *app) none(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return a.usage("error.arguments", "command", cmd.CommandPath(), "argument", args[0])
	}
	return nil
}

// help prints what a command does, how it is called and what flags it has, in the user's language.
func (a *app) help(cmd *cobra.Command) error {
	w, err := a.open()
	if err != nil {
		return err
	}
	text := cmd.Long
	if text == "" {
		text = cmd.Short
	}
	var b strings.Builder
	for paragraph := range strings.Lines(text) {
		for _, line := range render.Wrap(strings.TrimSpace(paragraph), helpWidth) {
			fmt.Fprintln(&b, line)
		}
	}
	fmt.Fprintf(&b, "\n%s\n  %s\n", a.t("help.usage"), a.useLine(cmd))
	if cmd.Example != "" {
		fmt.Fprintf(&b, "\n%s\n%s\n", a.t("help.examples"), indent(cmd.Example))
	}
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(&b, "\n%s\n", a.t("help.commands"))
		for _, sub := range cmd.Commands() {
			if sub.IsAvailableCommand() || sub.Name() == "help" {
				fmt.Fprintf(&b, "  %-12s %s\n", sub.Name(), sub.Short)
			}
		}
	}
	cmd.InitDefaultHelpFlag()
	cmd.Flags().Lookup("help").Usage = a.t("flag.help")
	if own := cmd.LocalNonPersistentFlags(); own.HasAvailableFlags() {
		fmt.Fprintf(&b, "\n%s\n%s", a.t("help.flags"), flagUsages(own))
	}
	fmt.Fprintf(&b, "\n%s\n%s", a.t("help.global"), flagUsages(cmd.Root().PersistentFlags()))
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(&b, "\n%s\n", a.t("help.more", "command", cmd.CommandPath()))
	}
	_, err = io.WriteString(w, b.String())
	return err
}

// useLine is how a command is called; one that has commands of its own and can do without them has both ways.
func (a *app) useLine(cmd *cobra.Command) string {
	if !cmd.HasAvailableSubCommands() {
		return cmd.UseLine()
	}
	sub := cmd.CommandPath() + " " + a.t("help.command")
	if !cmd.HasParent() {
		return sub
	}
	return cmd.UseLine() + "\n  " + sub
}

const (
	helpWidth  = 80
	flagColumn = 22 // where what a flag does begins
)

// flagUsages lists flags without the library's English remarks on defaults.
func flagUsages(flags *pflag.FlagSet) string {
	var b strings.Builder
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		value, usage := pflag.UnquoteUsage(f)
		name := "--" + f.Name
		if f.Shorthand != "" {
			name = "-" + f.Shorthand + ", " + name
		}
		head := fmt.Sprintf("  %-*s", flagColumn-2, strings.TrimSpace(name+" "+value))
		for _, line := range render.Wrap(usage, helpWidth-flagColumn) {
			fmt.Fprintf(&b, "%-*s%s\n", flagColumn, head, line)
			head = ""
		}
	})
	return b.String()
}

func indent(s string) string {
	return "  " + strings.ReplaceAll(strings.TrimSpace(s), "\n", "\n  ")
}

// newHelpCmd is help in the user's language.
func newHelpCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: a.t("help.short"),
		RunE: func(cmd *cobra.Command, args []string) error {
			target, rest, err := cmd.Root().Find(args)
			if err != nil || target == cmd.Root() && len(rest) > 0 {
				return a.unknownCommand(cmd.Root(), args[0])
			}
			return target.Help()
		},
	}
}
