package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/smtpsim/smtpsim/sim"
	"github.com/smtpsim/smtpsim/sim/bridge"
	"github.com/smtpsim/smtpsim/sim/scenario"
	"github.com/smtpsim/smtpsim/trace"
	"github.com/smtpsim/smtpsim/trace/render"
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
}

// newRunCmd runs a scenario file.
func newRunCmd(a *app) *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:     "run SCENARIO",
		Short:   a.t("run.short"),
		Long:    a.t("run.long"),
		Example: "smtpsim run docs/scenarios/mx-failover.yaml --format ladder\nsmtpsim run docs/scenarios/one-mail.yaml --pcap one-mail.pcapng\nsmtpsim run docs/scenarios/starttls.yaml --listen mx1=127.0.0.1:2525",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return a.usage("error.scenario.one")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return a.run1(args[0], f) },
	}
	fl := cmd.Flags()
	a.formatFlag(cmd, &f.format, "table", "ladder", "json", "ndjson")
	fl.StringVar(&f.seed, "seed", "", a.t("flag.seed"))
	fl.StringVar(&f.pcap, "pcap", "", a.t("flag.pcap"))
	fl.StringVar(&f.until, "until", "", a.t("flag.until"))
	fl.StringVar(&f.journal, "journal", "", a.t("flag.journal"))
	fl.StringVar(&f.replay, "replay", "", a.t("flag.replay"))
	fl.StringArrayVar(&f.listen, "listen", nil, a.t("flag.listen"))
	a.pictureFlags(fl, &f.picture)
	return cmd
}

// sessions keeps what the world's dialogues were, for tables and JSON.
type sessions struct {
	trace.Discard
	all []*trace.Session
}

func (s *sessions) Session(x *trace.Session) { s.all = append(s.all, x) }

// run1 runs one scenario to its end, or until Ctrl-C with real clients.
func (a *app) run1(name string, f runFlags) error {
	if err := a.checkPicture(f.picture); err != nil {
		return err
	}
	if err := a.oneOf("--format", f.format, "table", "ladder", "json", "ndjson"); err != nil {
		return err
	}
	if len(f.listen) > 0 && f.replay != "" {
		return a.usage("error.listenreplay")
	}
	sc, o, err := a.openScenario(name, f)
	if err != nil {
		return err
	}
	seen := &sessions{}
	sinks := sim.Sinks{Recorder: seen}
	var packets *worldCapture
	if f.pcap != "" {
		if packets, err = newWorldCapture(f.pcap); err != nil {
			return a.fileError(f.pcap, err)
		}
		defer packets.abort()
		sinks.Packet, sinks.Secrets = packets.packet, packets.secrets
	}
	w, err := a.runWorld(sc, o, sinks, f)
	if err != nil {
		return err
	}
	defer w.Close()
	if packets != nil {
		if err := packets.commit(); err != nil {
			return a.fileError(f.pcap, err)
		}
	}
	if f.journal != "" {
		if err := writeWhole(f.journal, w.Journal().Append(nil)); err != nil {
			return a.fileError(f.journal, err)
		}
	}
	return a.tellRun(w, seen.all, f)
}

func (a *app) openScenario(name string, f runFlags) (*scenario.Scenario, sim.Options, error) {
	var o sim.Options
	sc, err := scenario.Load(name)
	if err != nil {
		return nil, o, a.fileError(name, err)
	}
	if f.seed != "" {
		seed, err := strconv.ParseUint(f.seed, 10, 64)
		if err != nil {
			return nil, o, a.usage("error.seed", "seed", f.seed)
		}
		o.Seed = &seed
	}
	if f.until != "" {
		d, ok := span(f.until)
		if !ok {
			return nil, o, a.usage("error.span", "flag", "--until", "value", f.until)
		}
		sc.Until = d
	}
	return sc, o, nil
}

// runWorld opens the world and lets happen what is to happen.
func (a *app) runWorld(sc *scenario.Scenario, o sim.Options, sinks sim.Sinks, f runFlags) (*sim.World, error) {
	if f.replay != "" {
		src, err := os.Open(f.replay)
		if err != nil {
			return nil, a.fileError(f.replay, err)
		}
		defer src.Close()
		j, err := sim.ReadJournal(bufio.NewReader(src))
		if err != nil {
			return nil, a.fail(err, "error.replay", "file", f.replay, "why", err.Error())
		}
		w, err := sim.Replay(sc, j, o, sinks)
		if err != nil {
			return nil, a.fail(err, "error.replay", "file", f.replay, "why", err.Error())
		}
		return w, nil
	}
	w, err := sim.Open(sc, o, sinks)
	if err != nil {
		return nil, err
	}
	if len(f.listen) == 0 {
		w.RunIdle()
		return w, nil
	}
	if err := a.listenTo(w, f.listen); err != nil {
		w.Close()
		return nil, err
	}
	return w, nil
}

// listenTo lets real clients in until Ctrl-C.
func (a *app) listenTo(w *sim.World, specs []string) error {
	b, err := bridge.Listen(w, specs)
	if err != nil {
		return a.fail(err, "error.listen", "spec", strings.Join(specs, " "), "why", err.Error())
	}
	b.Log = func(s string) { fmt.Fprintln(a.err, oneLine(s)) }
	for i, addr := range b.Addrs() {
		inside, _, _ := strings.Cut(specs[i], "=")
		fmt.Fprintln(a.err, a.t("run.listening", "host", inside, "address", addr.String()))
	}
	fmt.Fprintln(a.err, a.t("run.stop"))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return b.Run(ctx)
}

// tellRun prints what happened.
func (a *app) tellRun(w *sim.World, all []*trace.Session, f runFlags) error {
	out, err := a.open()
	if err != nil {
		return err
	}
	o := a.options(f.picture)
	switch f.format {
	case "json":
		return render.JSON(out, render.Report{Sessions: all})
	case "ndjson":
		n := render.NewNDJSON(out, true)
		for _, s := range all {
			n.Session(s)
		}
		return n.End()
	}
	if len(w.Timeline().Entries) == 0 {
		fmt.Fprintln(out, a.t("run.none"))
		return nil
	}
	if f.format == "ladder" {
		o.Fold = !f.picture.full
		tellLadder(out, w, o)
	} else if err := a.tellTables(out, all, o); err != nil {
		return err
	}
	return a.tellEnd(out, w, f)
}

// tellLadder draws the timeline with the columns in the order in which a mail travels.
func tellLadder(out io.Writer, w *sim.World, o render.Options) {
	entries := w.Timeline().Entries
	l := render.NewLadder(w.Scenario().Columns(render.HostsOf(entries)), len(entries), false, o)
	for _, line := range append(l.Header(), l.Lines(entries...)...) {
		fmt.Fprintln(out, line)
	}
}

func (a *app) tellTables(out io.Writer, all []*trace.Session, o render.Options) error {
	if err := render.WriteSessions(out, all, o); err != nil {
		return err
	}
	fmt.Fprintln(out)
	return render.WriteRecipients(out, all, o)
}

// tellEnd prints where the mail is now.
func (a *app) tellEnd(out io.Writer, w *sim.World, f runFlags) error {
	fmt.Fprintln(out)
	for _, m := range w.Mailboxes() {
		if len(m.Messages) > 0 {
			fmt.Fprintf(out, "%s: %s@%s %d\n", a.t("run.mailboxes"), m.User, m.Host, len(m.Messages))
		}
	}
	for _, h := range w.Hosts() {
		for _, q := range w.Queue(h) {
			fmt.Fprintf(out, "%s: %s %s → <%s> %s\n", a.t("run.queues"), h, q.ID, q.Recipient, oneLine(q.LastReply))
		}
	}
	for _, s := range w.Stuck() {
		fmt.Fprintf(out, "%s: %s\n", a.t("run.stuck"), s)
	}
	fmt.Fprintln(out, a.t("run.summary", "events", strconv.Itoa(len(w.Timeline().Entries)), "time", w.Now().Round(time.Millisecond).String(),
		"packets", strconv.FormatInt(w.Frames(), 10), "seed", strconv.FormatUint(w.Seed(), 10)))
	if acts := w.Journal().Acts; f.replay != "" && len(acts) > 0 {
		fmt.Fprintln(out, a.t("run.replayed", "n", strconv.Itoa(len(acts)), "digest", acts[len(acts)-1].Digest))
	}
	return nil
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

// writeWhole writes a file that is there whole or not at all.
func writeWhole(name string, b []byte) error {
	part := name + ".part"
	if err := os.WriteFile(part, b, 0o666); err != nil {
		return err
	}
	if err := os.Rename(part, name); err != nil {
		os.Remove(part)
		return err
	}
	return nil
}
