package main

import (
	"bufio"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/sim"
	"github.com/smtpsim/smtpsim/sim/scenario"
	"github.com/spf13/cobra"
)

// runFlags are the flags of the run command.
type runFlags struct {
	picture picture
	format  string
	seed    string
	pcap    string
	until   string
	journal string
	replay  string
	listen  []string
	unfold  []int
}

// newRunCmd runs a scenario file.
func newRunCmd(a *app) *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   a.t("run.use"),
		Short: a.t("run.short"),
		Long:  a.t("run.long"),
		Example: "smtpsim run greylist-shared\nsmtpsim run docs/scenarios/mx-failover.yaml --format ladder\n" +
			"smtpsim run docs/scenarios/one-mail.yaml --pcap one-mail.pcapng\n" +
			"smtpsim run docs/scenarios/starttls.yaml --listen mx1=127.0.0.1:2525",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return a.usage("error.scenario.one")
			}
			return nil
		},
		RunE:              func(_ *cobra.Command, args []string) error { return a.runScenario(args[0], f) },
		ValidArgsFunction: scenarioFiles,
	}
	fl := cmd.Flags()
	a.formatFlag(cmd, &f.format, "table", "ladder", "json", "ndjson")
	fl.StringVar(&f.seed, "seed", "", a.t("flag.seed"))
	fl.StringVar(&f.pcap, "pcap", "", a.t("flag.pcap.run"))
	fl.StringVar(&f.until, "until", "", a.t("flag.until"))
	fl.StringVar(&f.journal, "journal", "", a.t("flag.journal"))
	fl.StringVar(&f.replay, "replay", "", a.t("flag.replay"))
	fl.StringArrayVar(&f.listen, "listen", nil, a.t("flag.listen"))
	fl.IntSliceVar(&f.unfold, "unfold", nil, a.t("flag.unfold.run"))
	_ = cmd.RegisterFlagCompletionFunc("listen", scenarioHosts) // the flag exists
	a.pictureFlags(fl, &f.picture)
	return cmd
}

// scenarioFiles completes the scenario: names of the gallery, or files of its kind where what was typed is the beginning of no
// name.
func scenarioFiles(_ *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	if names, _ := galleryNames(nil, nil, typed); len(names) > 0 {
		return names, cobra.ShellCompDirectiveDefault
	}
	return []string{"yaml", "yml"}, cobra.ShellCompDirectiveFilterFileExt
}

// scenarioHosts completes --listen with the hosts of the scenario that was named before it.
func scenarioHosts(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	const directive = cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	if len(args) == 0 {
		return nil, directive
	}
	sc, err := scenario.Load(args[0])
	if src, ok := scenario.GallerySource(args[0]); ok && err != nil {
		sc, err = scenario.Parse(args[0], src)
	}
	if err != nil {
		return nil, directive
	}
	var out []string
	for i := range sc.Hosts {
		if h := &sc.Hosts[i]; h.Is(scenario.MSA) || h.Is(scenario.MTA) {
			out = append(out, h.Name+"=127.0.0.1:")
		}
	}
	return out, directive
}

// runScenario runs one scenario to its end, or until Ctrl-C with real clients, and tells what happened.
func (a *app) runScenario(name string, f runFlags) error {
	if err := a.checkRun(name, f); err != nil {
		return err
	}
	sc, o, err := a.openScenario(name, f)
	if err != nil {
		return err
	}
	files, err := a.openRunFiles(f)
	if err != nil {
		return err
	}
	defer files.release()
	defer files.abort()
	seen := &seenSessions{}
	sinks := files.sinks()
	sinks.Recorder = seen
	w, err := a.runWorld(sc, o, sinks, f, files)
	if err != nil {
		return err
	}
	defer w.Close()
	end := a.endOf(w, f.picture.full)
	end.verdicts = verdicts(w, f)
	w.Close() // sessions that are still open end here
	if err := files.commit(a, w); err != nil {
		return err
	}
	if err := a.tellRun(name, end, seen.sorted(), f, files); err != nil {
		return err
	}
	return a.failed(name, end.verdicts)
}

// checkRun finds what cannot be meant before anything is opened.
func (a *app) checkRun(name string, f runFlags) error {
	if err := a.checkPicture(f.picture); err != nil {
		return err
	}
	if err := a.oneOf("--format", f.format, "table", "ladder", "json", "ndjson"); err != nil {
		return err
	}
	if len(f.unfold) > 0 && f.format != "ladder" {
		return a.usage("error.flag.with", "flag", "--unfold", "other", "--format ladder")
	}
	if f.replay != "" {
		for _, other := range []struct{ flag, value string }{{"--listen", strings.Join(f.listen, "")}, {"--seed", f.seed}, {"--until", f.until}} {
			if other.value != "" {
				return a.usage("error.replay.with", "flag", other.flag)
			}
		}
	}
	return a.distinct([]namedFile{{"--out", a.flags.out}, {"--pcap", f.pcap}, {"--journal", f.journal}}, f.replay, name)
}

func (a *app) openScenario(name string, f runFlags) (*scenario.Scenario, sim.Options, error) {
	var o sim.Options
	var err error
	if o.Seed, err = a.seed(f.seed); err != nil {
		return nil, o, err
	}
	until, ok := time.Duration(0), true
	if f.until != "" {
		if until, ok = span(f.until); !ok {
			return nil, o, a.usage("error.span", "flag", "--until", "value", f.until)
		}
	}
	sc, err := a.loadScenario(name)
	if err != nil {
		return nil, o, err
	}
	if until > 0 {
		sc.Until = until
	}
	return sc, o, nil
}

// loadScenario reads a scenario: a file, standard input ("-"), or one of the gallery where there is no file of that name.
func (a *app) loadScenario(name string) (*scenario.Scenario, error) {
	src, err := a.readScenario(name)
	if err != nil {
		return nil, err
	}
	return scenario.Parse(name, src)
}

// readScenario gives the text of a scenario.
func (a *app) readScenario(name string) ([]byte, error) {
	if name == "-" {
		src, err := io.ReadAll(io.LimitReader(a.in, scenario.MaxFileBytes+1))
		if err != nil {
			return nil, a.fileError(name, err)
		}
		return src, nil
	}
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) && filepath.Base(name) == name && (filepath.Ext(name) == "" || nearScenario(name) != "") {
		return a.fromGallery(name)
	}
	if err != nil {
		return nil, a.fileError(name, err)
	}
	defer f.Close()
	if st, err := f.Stat(); err == nil && st.IsDir() {
		return nil, a.fail(nil, "error.scenario.directory", "file", name)
	}
	src, err := io.ReadAll(io.LimitReader(f, scenario.MaxFileBytes+1))
	if err != nil {
		return nil, a.fileError(name, err)
	}
	return src, nil
}

func (a *app) fromGallery(name string) ([]byte, error) {
	if src, ok := scenario.GallerySource(name); ok {
		return src, nil
	}
	if near := nearScenario(name); near != "" {
		return nil, a.fail(fs.ErrNotExist, "error.scenario.like", "file", name, "near", near)
	}
	return nil, a.fail(fs.ErrNotExist, "error.scenario.none", "file", name)
}

// runWorld opens the world and lets happen what is to happen.
func (a *app) runWorld(sc *scenario.Scenario, o sim.Options, sinks sim.Sinks, f runFlags, files *runFiles) (*sim.World, error) {
	if f.replay != "" {
		return a.replayWorld(sc, o, sinks, f.replay)
	}
	w, err := sim.Open(sc, o, sinks)
	if err != nil {
		return nil, err
	}
	if len(f.listen) == 0 {
		w.RunIdle()
		return w, nil
	}
	if err := a.listenTo(w, f.listen, sc.Until, files.release); err != nil {
		w.Close()
		return nil, err
	}
	return w, nil
}

func (a *app) replayWorld(sc *scenario.Scenario, o sim.Options, sinks sim.Sinks, name string) (*sim.World, error) {
	src, err := os.Open(name)
	if err != nil {
		return nil, a.fileError(name, err)
	}
	defer src.Close()
	j, err := sim.ReadJournal(bufio.NewReader(src))
	var path *fs.PathError
	if errors.As(err, &path) {
		return nil, a.fileError(name, err)
	}
	if err != nil {
		return nil, a.fail(err, "error.replay", "file", name, "why", err.Error())
	}
	w, err := sim.Replay(sc, j, o, sinks)
	if err != nil {
		return nil, a.fail(err, "error.replay", "file", name, "why", err.Error())
	}
	return w, nil
}

// span reads "30s", "4h", "5d".
func span(s string) (time.Duration, bool) {
	if days, ok := strings.CutSuffix(s, "d"); ok {
		n, err := strconv.ParseUint(days, 10, 16)
		return time.Duration(n) * 24 * time.Hour, err == nil && n > 0
	}
	d, err := time.ParseDuration(s)
	return d, err == nil && d > 0
}
