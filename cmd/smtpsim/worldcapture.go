package main

import (
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/smtpsim/smtpsim/sim"
	"github.com/smtpsim/smtpsim/sim/vnet"
	"github.com/smtpsim/smtpsim/trace"
	"github.com/smtpsim/smtpsim/trace/capture"
)

// worldCapture writes what a world's taps see into a pcapng file, an interface for each host.
type worldCapture struct {
	path   string
	file   *capture.File // nil: nothing was seen yet
	ifaces map[string]int
	facts  trace.Capture
	err    error // the first
}

// open begins the file; it appears when commit is called.
func (c *worldCapture) open() error {
	if c.file == nil && c.err == nil {
		c.file, c.err = capture.CreateFile(c.path, capture.WriterOptions{})
		c.ifaces = map[string]int{}
	}
	return c.err
}

func (c *worldCapture) keep(err error) {
	if c.err == nil {
		c.err = err
	}
}

// packet is the sink for frames.
func (c *worldCapture) packet(p vnet.PacketInfo) {
	if c.open() != nil {
		return
	}
	i, ok := c.ifaces[p.Host]
	if !ok {
		i = c.file.AddInterface(p.Host)
		c.ifaces[p.Host] = i
	}
	c.keep(c.file.WritePacket(p.T, i, p.Data))
	if c.facts.Packets == 0 {
		c.facts.First = p.T
	}
	c.facts.Last = p.T
	c.facts.Packets++
	c.facts.Bytes += int64(len(p.Data))
}

// secrets is the sink for TLS key log lines.
func (c *worldCapture) secrets(line []byte) {
	if c.open() == nil {
		c.keep(c.file.WriteSecrets(line))
	}
}

// describe gives the facts of the capture, as analyze would find them.
func (c *worldCapture) describe() trace.Capture {
	f := c.facts
	f.File, f.Format, f.LinkTypes, f.Findings = c.path, "pcapng", []string{"ETHERNET"}, []trace.Finding{}
	return f
}

// commit lets the file appear, or takes it away if anything failed.
func (c *worldCapture) commit() error {
	if c.file == nil {
		return c.err
	}
	if c.err != nil {
		c.abort()
		return c.err
	}
	file := c.file
	c.file = nil
	return file.Commit()
}

// abort takes the file away if it was not committed.
func (c *worldCapture) abort() {
	if c.file != nil {
		c.file.Abort()
		c.file = nil
	}
}

// lessonCaptures are the captures of one lesson: one for each world that it opens and in which something is sent. The first
// is out.pcapng, the others out-3.5.pcapng and so on, after the screen that opens the world.
type lessonCaptures struct {
	path   string
	first  *worldCapture // begun, but belongs to no screen yet; nil: it does
	worlds []*worldCapture
	screen map[string]*worldCapture
}

// lessonCaptures checks that the file of --pcap can be written before anything is shown; nil: there is no --pcap.
func (a *app) lessonCaptures(f lessonFlags) (*lessonCaptures, error) {
	if f.pcap == "" {
		return nil, nil
	}
	if err := a.distinct([]namedFile{{"--out", a.flags.out}, {"--pcap", f.pcap}}, f.typed); err != nil {
		return nil, err
	}
	c := &lessonCaptures{path: f.pcap, first: &worldCapture{path: f.pcap}, screen: map[string]*worldCapture{}}
	if err := c.first.open(); err != nil {
		return nil, a.outputError("--pcap", f.pcap, err)
	}
	return c, nil
}

// tap gives the sinks of the world that a screen opens. A screen that is opened again begins its capture anew.
func (c *lessonCaptures) tap(screen string) sim.Sinks {
	w := c.screen[screen]
	if w == nil {
		w = &worldCapture{}
		c.screen[screen] = w
	}
	w.abort()
	*w = worldCapture{path: w.path}
	return sim.Sinks{
		Packet:  func(p vnet.PacketInfo) { c.name(w, screen); w.packet(p) },
		Secrets: func(line []byte) { c.name(w, screen); w.secrets(line) },
	}
}

// name gives a capture its file with the first packet: worlds in which nothing is sent have none.
func (c *lessonCaptures) name(w *worldCapture, screen string) {
	switch {
	case w.path != "":
		return
	case c.first != nil:
		*w, c.first = *c.first, nil
	default:
		ext := filepath.Ext(c.path)
		w.path = strings.TrimSuffix(c.path, ext) + "-" + screen + ext
	}
	c.worlds = append(c.worlds, w)
}

// commit gives the files their names, and lists them.
func (c *lessonCaptures) commit() (names []string, err error) {
	for _, w := range c.worlds {
		if w.file == nil && w.err == nil {
			continue // begun anew, and nothing was sent
		}
		if err := w.commit(); err != nil {
			return names, err
		}
		names = append(names, w.path)
	}
	return names, nil
}

// abort takes away what was not committed.
func (c *lessonCaptures) abort() {
	if c.first != nil {
		c.first.abort()
	}
	for _, w := range c.worlds {
		w.abort()
	}
}

// onInterrupt does clean and ends the program when somebody wants it to end, until stop is called.
func onInterrupt(clean func()) (stop func()) {
	signals, done := make(chan os.Signal, 1), make(chan struct{})
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		select {
		case <-signals:
			clean()
			os.Exit(130)
		case <-done:
		}
	}()
	return func() {
		signal.Stop(signals)
		close(done)
	}
}
