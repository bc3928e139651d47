package capture

import (
	"bytes"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/smtpsim/smtpsim/trace"
)

// shared finds the recordings beside the repository.
func shared(t testing.TB, parts ...string) string {
	t.Helper()
	dir, err := os.Getwd()
	for err == nil {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if up := filepath.Dir(dir); up != dir {
			dir = up
			continue
		}
		t.Fatal("no go.mod above the test")
	}
	path := filepath.Join(append([]string{filepath.Dir(dir), "shared"}, parts...)...)
	if _, err := os.Stat(path); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("the recordings are missing: %v", err)
		}
		t.Skipf("the recordings are not here (%s)", path)
	}
	return path
}

// recordings lists all captures under captures, sorted.
func recordings(t testing.TB) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(shared(t, "captures"), func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && isCaptureName(path) {
			out = append(out, path)
		}
		return err
	})
	if err != nil || len(out) == 0 {
		t.Fatalf("recordings: %d, %v", len(out), err)
	}
	return out
}

func isCaptureName(path string) bool {
	path = strings.TrimSuffix(path, ".gz")
	return strings.HasSuffix(path, ".pcap") || strings.HasSuffix(path, ".pcapng") || strings.HasSuffix(path, ".cap")
}

// witness is a sink that keeps everything.
type witness struct {
	flow        trace.Flow
	streams     [2][]byte // lost octets are left out
	gaps        [2]int64
	chunks      []trace.Chunk
	halves      []trace.Side
	end         trace.FlowEnd
	closed      int
	endTime     trace.Time
	endPacket   int64
	established trace.Time
	findings    []trace.Finding
}

func (w *witness) Chunk(c trace.Chunk) {
	if w.closed > 0 {
		panic("chunk after close")
	}
	c.Data = bytes.Clone(c.Data)
	w.chunks = append(w.chunks, c)
	w.streams[c.From] = append(w.streams[c.From], c.Data...)
	w.gaps[c.From] += c.Gap
}

func (w *witness) HalfClose(from trace.Side, _ trace.Time, _ int64) {
	w.halves = append(w.halves, from)
}
func (w *witness) Finding(f trace.Finding)           { w.findings = append(w.findings, f) }
func (w *witness) Established(t trace.Time, _ int64) { w.established = t }

func (w *witness) Close(end trace.FlowEnd, t trace.Time, packet int64) {
	w.closed++
	w.end, w.endTime, w.endPacket = end, t, packet
}

// witnesses opens one for each flow.
type witnesses []*witness

func (ws *witnesses) Open(f trace.Flow) trace.FlowSink {
	w := &witness{flow: f}
	*ws = append(*ws, w)
	return w
}

// readAll reads a capture through one assembler.
func readAll(t testing.TB, r io.Reader, name string, opts Options) (*Facts, witnesses) {
	t.Helper()
	var ws witnesses
	a := NewAssembler(opts, &ws)
	opts.Unreachable = a.Unreachable
	c, err := Open(r, name, opts)
	if err != nil {
		t.Fatal(err)
	}
	var seg trace.Segment
	for {
		err := c.Next(&seg)
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		a.Segment(&seg)
	}
	a.Flush()
	for _, w := range ws {
		if w.closed != 1 {
			t.Errorf("%s: %s → %s closed %d times", name, w.flow.Client, w.flow.Server, w.closed)
		}
	}
	return c.Facts(), ws
}

func readFile(t testing.TB, path string, opts Options) (*Facts, witnesses) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	return readAll(t, f, filepath.Base(path), opts)
}
