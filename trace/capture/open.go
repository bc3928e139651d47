package capture

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"

	"github.com/smtpsim/smtpsim/trace"
)

// Reader reads a capture as a stream of TCP segments.
type Reader struct {
	in     input
	opts   Options
	source source
	packet packet
	dec    decoder
	facts  Facts
	secret int // octets kept in facts.Secrets
	ended  bool
	begun  bool  // the first packet waits in packet
	failed error // there is no first packet
}

// source is a file format: it reads the next packet, or gives io.EOF, a *broken, or another error of the disk.
type source interface {
	next(*packet) error
}

// packet is one record of a capture.
type packet struct {
	number int64
	time   trace.Time
	link   linkType
	wire   int    // octets on the wire, at least len(data)
	data   []byte // valid until the next record
}

// FormatError says that a file is no capture.
type FormatError struct {
	Name string // of the file
	Got  []byte // its first octets, at most 4; empty: the file is
	Why  string // why there are no more than Got, where that is a damage
}

// Error is one line that names file, offset and what was expected.
func (e *FormatError) Error() string {
	const want = "expected a capture: pcap (a1b2c3d4 or a1b23c4d in either byte order), pcapng (0a0d0d0a), gzip (1f8b) or zstd (28b52ffd) of these"
	switch {
	case e.Why != "":
		return fmt.Sprintf("%s: offset 0: %s; %s", e.Name, e.Why, want)
	case len(e.Got) == 0:
		return fmt.Sprintf("%s: offset 0: the file is empty; %s", e.Name, want)
	}
	return fmt.Sprintf("%s: offset 0: found % x; %s", e.Name, e.Got, want)
}

// Open begins to read a capture; name stands for it in errors. It is a *FormatError if r is no capture at all.
func Open(r io.Reader, name string, opts Options) (*Reader, error) {
	c := &Reader{opts: opts, facts: Facts{Name: name}}
	c.dec.init(&c.opts, &c.facts)
	if err := c.unzip(r); err != nil {
		return nil, err
	}
	magic := c.in.look(4)
	switch {
	case bytes.Equal(magic, []byte{0x0a, 0x0d, 0x0d, 0x0a}):
		c.facts.Format = "pcapng"
		c.source = &pcapng{r: c}
		return c, nil
	case isPcap(magic):
		c.facts.Format = "pcap"
		c.source = &pcap{r: c}
		return c, nil
	}
	_, err := c.in.take(4, "the magic")
	var b *broken
	switch {
	case err == nil || err == io.EOF:
		return nil, &FormatError{Name: name, Got: bytes.Clone(magic)}
	case errors.As(err, &b):
		return nil, &FormatError{Name: name, Got: bytes.Clone(magic), Why: b.text}
	}
	return nil, fmt.Errorf("%s: offset 0: %w", name, err)
}

// unzip puts a decompressor in front where the magic says so (RFC 1952 §2.3.1, RFC 8878 §3.1.1).
func (r *Reader) unzip(src io.Reader) error {
	r.in.br = bufio.NewReaderSize(src, window)
	magic, err := r.in.br.Peek(4)
	if err != nil && err != io.EOF {
		return fmt.Errorf("%s: offset 0: %w", r.facts.Name, err)
	}
	if bytes.Equal(magic, []byte{0x28, 0xb5, 0x2f, 0xfd}) { // RFC 8878 §3.1.1
		z, err := newUnzstd(r.in.br)
		if err != nil {
			return &FormatError{Name: r.facts.Name, Got: bytes.Clone(magic), Why: "the zstd header is damaged"}
		}
		r.facts.Zstd = true
		r.in.br = bufio.NewReaderSize(z, window)
		return nil
	}
	magic = magic[:min(2, len(magic))]
	if !bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		return nil
	}
	z, err := gzip.NewReader(r.in.br)
	if err != nil {
		return &FormatError{Name: r.facts.Name, Got: bytes.Clone(magic), Why: "the gzip header is damaged"}
	}
	r.facts.Gzip = true
	r.in.br = bufio.NewReaderSize(z, window)
	return nil
}

// Next gives the next TCP segment; its Payload is valid until the call after. io.EOF says that the capture is read to its
// end or to where it breaks (then [Facts].Findings says where); another error comes from reading the file.
func (r *Reader) Next(seg *trace.Segment) error {
	for !r.ended {
		if r.failed != nil {
			return r.end(r.failed)
		}
		if r.begun {
			r.begun = false
		} else if err := r.source.next(&r.packet); err != nil {
			return r.end(err)
		}
		r.count(&r.packet)
		if r.dec.packet(&r.packet, seg) {
			return nil
		}
	}
	return io.EOF
}

// Begins tells when the first packet was captured, before anything is read by Next; 0 where that is not known.
func (r *Reader) Begins() trace.Time {
	if !r.begun {
		if r.ended || r.facts.Packets > 0 {
			return r.facts.First
		}
		if err := r.source.next(&r.packet); err != nil {
			r.failed = err
			return 0
		}
		r.begun = true
	}
	return r.packet.time
}

// Facts tells what is known of the capture so far; complete after Next gave io.EOF.
func (r *Reader) Facts() *Facts { return &r.facts }

func (r *Reader) count(p *packet) {
	f := &r.facts
	f.Packets++
	p.number = f.Packets
	f.Bytes += int64(p.wire)
	if p.time != 0 {
		if f.First == 0 || p.time < f.First {
			f.First = p.time
		}
		f.Last = max(f.Last, p.time)
	}
}

func (r *Reader) end(err error) error {
	r.ended = true
	r.dec.end()
	var b *broken
	if !errors.As(err, &b) {
		if err == io.EOF {
			return io.EOF
		}
		return fmt.Errorf("%s: offset %d, after packet %d: %w", r.facts.Name, r.in.off, r.facts.Packets, err)
	}
	where := fmt.Sprintf("octet %d", b.off)
	if r.facts.Gzip || r.facts.Zstd {
		where += " of the uncompressed data"
	}
	r.note(trace.Finding{ID: "truncated-capture", Severity: trace.Warning, Packet: r.facts.Packets, Time: r.facts.Last,
		Text:   fmt.Sprintf("The capture breaks at %s, after packet %d: %s; what stands before it was read.", where, r.facts.Packets, b.text),
		Source: r.formatSource()})
	return io.EOF
}

func (r *Reader) formatSource() string {
	if r.facts.Format == "pcapng" {
		return "draft-ietf-opsawg-pcapng"
	}
	return "draft-ietf-opsawg-pcap"
}

// note keeps a finding of the capture; each id is told once.
func (r *Reader) note(f trace.Finding) {
	for _, have := range r.facts.Findings {
		if have.ID == f.ID {
			return
		}
	}
	r.facts.Findings = append(r.facts.Findings, f)
}

// linked keeps the name of a link type, once.
func (r *Reader) linked(l linkType) {
	name := l.String()
	for _, have := range r.facts.LinkTypes {
		if have == name {
			return
		}
	}
	if len(r.facts.LinkTypes) < maxLinkTypes {
		r.facts.LinkTypes = append(r.facts.LinkTypes, name)
	}
}
