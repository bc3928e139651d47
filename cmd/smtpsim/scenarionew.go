package main

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/smtpsim/smtpsim/sim/scenario"
	"github.com/spf13/cobra"
)

// newScenarioNewCmd writes a scenario to begin with.
func newScenarioNewCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     a.t("scenario.new.use"),
		Short:   a.t("scenario.new.short"),
		Long:    a.t("scenario.new.long"),
		Example: "smtpsim scenario new my-network.yaml\nsmtpsim scenario new > my-network.yaml",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return a.usage("error.arguments", "command", cmd.CommandPath(), "argument", args[1])
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 || args[0] == "-" {
				return a.printText(scenario.Template("my-network"))
			}
			return a.newScenario(args[0])
		},
	}
}

// newScenario writes a new file; what is there already stays.
func (a *app) newScenario(name string) error {
	if filepath.Ext(name) == "" {
		name += ".yaml"
	}
	title := strings.TrimSuffix(filepath.Base(name), filepath.Ext(name))
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if errors.Is(err, fs.ErrExist) {
		return a.fail(err, "error.scenario.exists", "file", name)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return a.fail(err, "error.scenario.place", "file", name)
	}
	if err != nil {
		return a.fileError(name, err)
	}
	_, err = f.Write(scenario.Template(title))
	if err = errors.Join(err, f.Close()); err != nil {
		os.Remove(name)
		return a.fileError(name, err)
	}
	return a.printText([]byte(a.t("scenario.new.done", "file", name) + "\n"))
}

func (a *app) printText(text []byte) error {
	w, err := a.open()
	if err != nil {
		return err
	}
	_, err = w.Write(text)
	return err
}

// newScenarioSchemaCmd prints the JSON schema.
func newScenarioSchemaCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "schema",
		Short:   a.t("scenario.schema.short"),
		Long:    a.t("scenario.schema.long"),
		Example: "smtpsim scenario schema --out scenario.schema.json",
		Args:    a.none,
		RunE:    func(*cobra.Command, []string) error { return a.printText(scenario.Schema()) },
	}
}

func writeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}
