package main

import (
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// formatFlag adds --format; the first word is what it is without the flag.
func (a *app) formatFlag(cmd *cobra.Command, value *string, words ...string) {
	cmd.Flags().StringVar(value, "format", words[0], a.t("flag.format", "words", strings.Join(words, ", ")))
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp)) // the flag exists
}

// pictureFlags adds the flags of commands that draw.
func (a *app) pictureFlags(f *pflag.FlagSet, p *picture) {
	f.BoolVar(&p.plain, "plain", false, a.t("flag.plain"))
	f.BoolVar(&p.ascii, "ascii", false, a.t("flag.ascii"))
	f.BoolVar(&p.full, "full", false, a.t("flag.full"))
	f.IntVar(&p.width, "width", 0, a.t("flag.width"))
}

const (
	widthMin = 40
	widthMax = 400
)

func (a *app) checkPicture(p picture) error {
	if p.width != 0 && (p.width < widthMin || p.width > widthMax) {
		return a.usage("error.width", "value", strconv.Itoa(p.width))
	}
	return nil
}
