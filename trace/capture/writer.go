package capture

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/smtpsim/smtpsim/trace"
)

// WriterOptions say what stands in front of the packets. Nothing of the machine that writes gets into the file.
type WriterOptions struct {
	Interfaces []string // names (of simulated hosts), interface 0 first; more may come by AddInterface
	Comment    string   // about the whole file
}

// application is what each file names as its writer; never a version or an operating system, so that files compare.
const application = "smtpsim"

// Options that the writer uses (draft-ietf-opsawg-pcapng §3.5, §4.1, §4.2).
const (
	optionComment  = 1
	optionUserAppl = 4
	optionIfName   = 2
)

// Writer writes one section of pcapng with Ethernet frames and times in nanoseconds. What it writes depends on nothing but its
// calls. The first error stays.
type Writer struct {
	w      *bufio.Writer
	block  []byte // under construction
	ifaces int
	err    error
}

// NewWriter begins a file on w.
func NewWriter(w io.Writer, opts WriterOptions) *Writer {
	out := &Writer{w: bufio.NewWriterSize(w, 64<<10)}
	out.begin(blockSection)
	out.u32(byteOrderMagic)
	out.u16(1)
	out.u16(0)
	out.u32(0xffffffff) // the section's length is not known
	out.u32(0xffffffff)
	if opts.Comment != "" {
		out.option(optionComment, []byte(opts.Comment))
	}
	out.option(optionUserAppl, []byte(application))
	out.option(optionEnd, nil)
	out.finish()
	for _, name := range opts.Interfaces {
		out.AddInterface(name)
	}
	return out
}

// AddInterface describes a further interface and gives its number.
func (w *Writer) AddInterface(name string) int {
	w.begin(blockInterface)
	w.u16(uint16(linkEthernet))
	w.u16(0)
	w.u32(maxPacket)
	if name != "" {
		w.option(optionIfName, []byte(name))
	}
	w.option(optionTSResol, []byte{9})
	w.option(optionEnd, nil)
	w.finish()
	w.ifaces++
	return w.ifaces - 1
}

// WritePacket writes one Ethernet frame, whole, as the interface with that number sent it.
func (w *Writer) WritePacket(t trace.Time, iface int, data []byte) error {
	return w.WriteCommented(t, iface, data, "")
}

// WriteCommented is WritePacket with a text that Wireshark shows with the packet.
func (w *Writer) WriteCommented(t trace.Time, iface int, data []byte, comment string) error {
	switch {
	case w.err != nil:
		return w.err
	case iface < 0 || iface >= w.ifaces:
		return w.fail(fmt.Errorf("pcapng: interface %d is not described; %d are", iface, w.ifaces))
	case len(data) > maxPacket:
		return w.fail(fmt.Errorf("pcapng: a packet of %d octets is longer than %d", len(data), maxPacket))
	}
	w.begin(blockEnhanced)
	w.u32(uint32(iface))
	w.u32(uint32(uint64(t) >> 32))
	w.u32(uint32(t))
	w.u32(uint32(len(data)))
	w.u32(uint32(len(data)))
	w.padded(data)
	if comment != "" {
		w.option(optionComment, []byte(comment))
		w.option(optionEnd, nil)
	}
	w.finish()
	return w.err
}

// WriteSecrets writes lines of an NSS key log. Wireshark uses them for the packets behind them only: write each before the first
// packet that needs it.
func (w *Writer) WriteSecrets(keylog []byte) error {
	if len(keylog) > maxBlock/2 {
		return w.fail(fmt.Errorf("pcapng: %d octets of secrets are more than %d", len(keylog), maxBlock/2))
	}
	w.begin(blockSecrets)
	w.u32(TLSKeyLog)
	w.u32(uint32(len(keylog)))
	w.padded(keylog)
	w.finish()
	return w.err
}

// Flush writes what is buffered.
func (w *Writer) Flush() error {
	if w.err == nil {
		w.err = w.w.Flush()
	}
	return w.err
}

func (w *Writer) fail(err error) error {
	if w.err == nil {
		w.err = err
	}
	return w.err
}

// begin starts a block; finish puts its length on both ends and writes it.
func (w *Writer) begin(kind uint32) {
	w.block = w.block[:0]
	w.u32(kind)
	w.u32(0)
}

func (w *Writer) finish() {
	n := uint32(len(w.block) + 4)
	binary.LittleEndian.PutUint32(w.block[4:], n)
	w.u32(n)
	if w.err == nil {
		_, w.err = w.w.Write(w.block)
	}
}

func (w *Writer) u16(v uint16) { w.block = binary.LittleEndian.AppendUint16(w.block, v) }
func (w *Writer) u32(v uint32) { w.block = binary.LittleEndian.AppendUint32(w.block, v) }

func (w *Writer) padded(b []byte) {
	w.block = append(w.block, b...)
	for len(w.block)%4 != 0 {
		w.block = append(w.block, 0)
	}
}

func (w *Writer) option(code uint16, value []byte) {
	value = value[:min(len(value), 0xffff)]
	w.u16(code)
	w.u16(uint16(len(value)))
	w.padded(value)
}
