package main

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/smtpsim/smtpsim/codes"
	"github.com/smtpsim/smtpsim/trace/render"
	"github.com/spf13/cobra"
)

// codesFlags are the flags of codes.
type codesFlags struct {
	picture
	format string
}

// newCodesCmd explains what a server, a client or smtpsim itself said.
func newCodesCmd(a *app) *cobra.Command {
	var f codesFlags
	cmd := &cobra.Command{
		Use:     a.t("codes.use"),
		Short:   a.t("codes.short"),
		Long:    a.t("codes.long"),
		Example: "smtpsim codes 550\nsmtpsim codes 5.1.1\nsmtpsim codes \"550-5.1.1 <x@y.test>: Recipient address rejected\"\nsmtpsim codes --format json < replies.txt",
		Args:    cobra.ArbitraryArgs,
		RunE: func(_ *cobra.Command, args []string) error {
			if err := a.checkCodes(f); err != nil {
				return err
			}
			if len(args) == 0 || len(args) == 1 && args[0] == "-" {
				return a.codesFromInput(f)
			}
			return a.codes(f, queries(args))
		},
	}
	a.formatFlag(cmd, &f.format, "text", "json")
	a.pictureFlags(cmd.Flags(), &f.picture)
	cmd.AddCommand(newCodesListCmd(a))
	return cmd
}

func (a *app) checkCodes(f codesFlags) error {
	if err := a.oneOf("--format", f.format, "text", "json"); err != nil {
		return err
	}
	return a.checkPicture(f.picture)
}

// queries are the things to explain. Words after a reply code, or the path after MAIL and RCPT, are the rest of a line whose
// quotes were forgotten; otherwise each argument stands for itself.
func queries(args []string) []string {
	if len(args) > 1 {
		next := strings.ToUpper(args[1])
		path := strings.HasPrefix(next, "FROM:") || strings.HasPrefix(next, "TO:")
		if path || isReplyCode(args[0]) && !isReplyCode(args[1]) {
			return []string{strings.Join(args, " ")}
		}
	}
	return args
}

// isReplyCode recognizes 550 and 550-5.1.1 (RFC 5321 §4.2).
func isReplyCode(s string) bool {
	if len(s) < 3 || len(s) > 3 && s[3] != '-' {
		return false
	}
	return s[0] >= '2' && s[0] <= '5' && strings.Trim(s[:3], "0123456789") == ""
}

// codes explains arguments.
func (a *app) codes(f codesFlags, lines []string) error {
	w, err := a.open()
	if err != nil {
		return err
	}
	var unknown error
	for i, line := range lines {
		x := codes.Explain(string(a.lang), line)
		if !render.Known(x) && unknown == nil {
			unknown = a.fail(nil, "codes.unknown", "query", line)
		}
		if f.format == "json" {
			err = render.ExplanationJSON(w, x, true)
		} else if render.Known(x) {
			if i > 0 {
				fmt.Fprintln(w)
			}
			err = render.WriteExplanation(w, x, a.options(f.picture))
		}
		if err != nil {
			return err
		}
	}
	return unknown
}

const lineMax = 64 << 10 // octets of a line on standard input; longer ones are cut

// codesFromInput explains each line of standard input: with json one object a line, as soon as it is read.
func (a *app) codesFromInput(f codesFlags) error {
	if terminal(a.in) != nil {
		return a.usage("error.query")
	}
	w, err := a.open()
	if err != nil {
		return err
	}
	in := bufio.NewReaderSize(a.in, lineMax)
	first := true
	for {
		line, err := readLine(in)
		if line != "" {
			if printErr := a.codesLine(w, f, line, first); printErr != nil {
				return printErr
			}
			first = false
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return a.fileError("-", err)
		}
	}
}

func (a *app) codesLine(w io.Writer, f codesFlags, line string, first bool) error {
	x := codes.Explain(string(a.lang), line)
	if f.format == "json" {
		if err := render.ExplanationJSON(w, x, false); err != nil {
			return err
		}
		return a.output.Flush()
	}
	if !first {
		fmt.Fprintln(w)
	}
	return render.WriteExplanation(w, x, a.options(f.picture))
}

// readLine reads a line without its end; of a longer one than lineMax the rest is read and forgotten.
func readLine(in *bufio.Reader) (string, error) {
	line, err := in.ReadSlice('\n')
	s := strings.TrimRight(string(line), "\r\n")
	for err == bufio.ErrBufferFull {
		_, err = in.ReadSlice('\n')
	}
	return s, err
}

// newCodesListCmd lists what codes can explain.
func newCodesListCmd(a *app) *cobra.Command {
	var f codesFlags
	cmd := &cobra.Command{
		Use:       a.t("codes.list.use"),
		Short:     a.t("codes.list.short"),
		ValidArgs: listWords(),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := a.checkCodes(f); err != nil {
				return err
			}
			return a.codesList(f, args)
		},
	}
	a.formatFlag(cmd, &f.format, "text", "json")
	a.pictureFlags(cmd.Flags(), &f.picture)
	return cmd
}

// listWords are the words of codes list; kindOf has what each lists.
func listWords() []string {
	return []string{"replies", "enhanced", "verbs", "keywords", "parameters", "protocols", "reasons", "findings", "classes"}
}

func kindOf(word string) codes.Kind {
	kinds := []codes.Kind{codes.KindReply, codes.KindEnhanced, codes.KindVerb, codes.KindEHLO, codes.KindParameter, codes.KindWith,
		codes.KindReason, codes.KindFinding, codes.KindClass}
	for i, w := range listWords() {
		if w == word {
			return kinds[i]
		}
	}
	return ""
}

func (a *app) codesList(f codesFlags, args []string) error {
	if len(args) > 1 {
		return a.usage("error.arguments", "command", "smtpsim codes list", "argument", args[1])
	}
	if len(args) == 1 && kindOf(args[0]) == "" {
		return a.usage("error.kind", "kind", args[0], "words", strings.Join(listWords(), ", "))
	}
	w, err := a.open()
	if err != nil {
		return err
	}
	if len(args) == 0 {
		return a.listOfLists(w, f)
	}
	entries := codes.ListIn(string(a.lang), kindOf(args[0]))
	if f.format == "json" {
		return render.EntriesJSON(w, entries)
	}
	return render.WriteEntries(w, entries, a.options(f.picture))
}

// listOfLists says what there is to list; as JSON it is everything.
func (a *app) listOfLists(w io.Writer, f codesFlags) error {
	var all []codes.Entry
	for _, word := range listWords() {
		entries := codes.ListIn(string(a.lang), kindOf(word))
		if f.format == "json" {
			all = append(all, entries...)
			continue
		}
		if _, err := fmt.Fprintf(w, "smtpsim codes list %-11s %4d\n", word, len(entries)); err != nil {
			return err
		}
	}
	if f.format == "json" {
		return render.EntriesJSON(w, all)
	}
	return nil
}
