package main

import (
	"github.com/smtpsim/smtpsim/sim"
	"github.com/smtpsim/smtpsim/sim/vnet"
	"github.com/smtpsim/smtpsim/trace/capture"
)

// worldCapture writes what a world's taps see into a pcapng file, an interface for each host.
type worldCapture struct {
	file   *capture.File
	ifaces map[string]int
	err    error // the first
}

func newWorldCapture(path string) (*worldCapture, error) {
	f, err := capture.CreateFile(path, capture.WriterOptions{})
	if err != nil {
		return nil, err
	}
	return &worldCapture{file: f, ifaces: map[string]int{}}, nil
}

func (c *worldCapture) keep(err error) {
	if c.err == nil {
		c.err = err
	}
}

// packet is the sink for frames.
func (c *worldCapture) packet(p vnet.PacketInfo) {
	i, ok := c.ifaces[p.Host]
	if !ok {
		i = c.file.AddInterface(p.Host)
		c.ifaces[p.Host] = i
	}
	c.keep(c.file.WritePacket(p.T, i, p.Data))
}

// secrets is the sink for TLS key log lines.
func (c *worldCapture) secrets(line []byte) { c.keep(c.file.WriteSecrets(line)) }

func (c *worldCapture) commit() error {
	if c.err != nil {
		if c.file != nil {
			c.file.Abort()
		}
		return c.err
	}
	return c.file.Commit()
}

// tap opens the capture of the world that a lesson opens on a screen.
func (c *lessonCaptures) tap(screen string) sim.Sinks {
	w, err := newWorldCapture(c.name(screen))
	if err != nil {
		w = &worldCapture{err: err}
	}
	c.files = append(c.files, w)
	if err != nil {
		return sim.Sinks{}
	}
	return sim.Sinks{Packet: w.packet, Secrets: w.secrets}
}

// commit gives the files their names, or takes all away.
func (c *lessonCaptures) commit(keep bool) error {
	var first error
	for _, w := range c.files {
		if !keep && w.file != nil {
			w.file.Abort()
			continue
		}
		if err := w.commit(); err != nil && first == nil {
			first = err
		}
	}
	return first
}

// abort takes the file away if it was not committed.
func (c *worldCapture) abort() {
	if c.file != nil {
		c.file.Abort()
	}
}
