package analyze

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/smtpsim/smtpsim/codes"
	"github.com/smtpsim/smtpsim/trace"
	"github.com/smtpsim/smtpsim/trace/capture"
)

// hashing is a Sink that hashes all it is told, in order.
type hashing struct {
	sum      hash.Hash
	sessions int
}

func (h *hashing) write(kind string, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	fmt.Fprintf(h.sum, "%s %s\n", kind, b)
}
func (h *hashing) Event(_ *trace.Session, e *trace.Event) { h.write("event", e) }
func (h *hashing) Session(s *trace.Session)               { h.sessions++; h.write("session", s) }
func (h *hashing) Capture(c trace.Capture)                { h.write("capture", c) }
func (h *hashing) Relation(r trace.Relation)              { h.write("relation", r) }

// What is told, and in which order, depends on the captures alone.
func TestWorkersDoNotMatter(t *testing.T) {
	data := generate(800)
	path := onDisk(t, data)
	want := ""
	for _, workers := range []int{0, 2, 3, 64} {
		h := &hashing{sum: sha256.New()}
		if err := Files([]string{path, path}, Options{Workers: workers, Events: true}, h); err != nil {
			t.Fatal(err)
		}
		got := fmt.Sprintf("%d sessions, %x", h.sessions, h.sum.Sum(nil))
		if h.sessions != 2*760 {
			t.Errorf("%d sessions, 1520 are in the captures", h.sessions)
		}
		if want == "" {
			want = got
		} else if got != want {
			t.Errorf("%d workers: %s; otherwise %s", workers, got, want)
		}
	}
}

// Sessions of the generated capture are what the generator made.
func TestGenerated(t *testing.T) {
	var k kept
	if err := Run([]Input{inMemory("generated", generate(400))}, Options{Events: true}, &k); err != nil {
		t.Fatal(err)
	}
	ends, outcomes, ids := map[trace.SessionEnd]int{}, map[trace.Outcome]int{}, map[int]bool{}
	for _, s := range k.sessions {
		ends[s.End]++
		ids[s.ID] = true
		for _, tx := range s.Transactions {
			outcomes[tx.Outcome]++
		}
		for _, f := range s.Findings {
			if f.Severity != trace.Note && f.ID != "auth-in-clear" {
				t.Errorf("session %d: %s: %s", s.ID, f.ID, f.Text)
			}
		}
	}
	if got := fmt.Sprint(ends, outcomes, len(ids)); got != "map[quit:360 tls-opaque:20] map[accepted:360 refused:20] 380" {
		t.Error(got)
	}
}

// Each capture without a session says why.
func TestReasons(t *testing.T) {
	frame := func(payload string, port uint16, flags trace.TCPFlags) []byte {
		var out bytes.Buffer
		g := &generator{w: capture.NewWriter(&out, capture.WriterOptions{Interfaces: []string{"eth0"}}), now: 1}
		c := &talk{client: [4]byte{192, 0, 2, 1}, server: [4]byte{192, 0, 2, 2}, ports: [2]uint16{40000, port}}
		c.packet(g, 0, flags, payload)
		_ = g.w.Flush()
		return out.Bytes()
	}
	empty := func() []byte {
		var out bytes.Buffer
		w := capture.NewWriter(&out, capture.WriterOptions{Interfaces: []string{"eth0"}})
		_ = w.Flush()
		return out.Bytes()
	}
	arp := func() []byte {
		var out bytes.Buffer
		w := capture.NewWriter(&out, capture.WriterOptions{Interfaces: []string{"eth0"}})
		_ = w.WritePacket(1, 0, append([]byte{2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 6}, make([]byte, 28)...))
		_ = w.Flush()
		return out.Bytes()
	}
	for _, c := range []struct {
		want codes.FindingID
		data []byte
	}{
		{codes.FindingNotACapture, []byte("From: somebody\r\n\r\nno capture")},
		{codes.FindingNotACapture, nil},
		{codes.FindingNoPackets, empty()},
		{codes.FindingNoTCP, arp()},
		{codes.FindingNoPayload, frame("", 80, trace.SYN)},
		{codes.FindingEncryptedOnly, frame("\x16\x03\x01\x00\x05hello", 443, trace.PSH|trace.ACK)},
		{codes.FindingNoSMTP, frame("GET / HTTP/1.1\r\n", 80, trace.PSH|trace.ACK)},
		{"", frame("", 25, trace.SYN)}, // a mail server that does not answer is worth a session
	} {
		var k kept
		err := Run([]Input{inMemory("x.pcapng", c.data)}, Options{}, &k)
		var got codes.FindingID
		for _, f := range k.captures[0].Findings {
			got += codes.FindingID(f.ID)
		}
		if got != c.want || (c.want == "") != (len(k.sessions) == 1) {
			t.Errorf("findings %q and %d sessions, want %q", got, len(k.sessions), c.want)
		}
		if bad := (*capture.FormatError)(nil); errors.As(err, &bad) != (c.want == codes.FindingNotACapture) {
			t.Errorf("%s: error %v", c.want, err)
		}
	}
}

// A file that cannot be read does not stop the others, and each is named in one line.
func TestUnreadable(t *testing.T) {
	good := onDisk(t, generate(20))
	missing := filepath.Join(t.TempDir(), "missing.pcap")
	var k kept
	err := Files([]string{missing, good, os.DevNull}, Options{}, &k)
	if err == nil || len(k.captures) != 3 || len(k.sessions) != 19 {
		t.Fatalf("%v, %d captures, %d sessions", err, len(k.captures), len(k.sessions))
	}
	lines := strings.Split(err.Error(), "\n")
	if len(lines) != 2 || !strings.Contains(lines[0], "missing.pcap") || !strings.Contains(lines[1], os.DevNull) {
		t.Errorf("%q", lines)
	}
	if k.sessions[0].Capture != 1 || k.captures[0].Findings[0].ID != string(codes.FindingNotReadable) {
		t.Errorf("capture %d, %v", k.sessions[0].Capture, k.captures[0].Findings)
	}
}

// A capture whose reading fails in the middle gives what came before, and the error.
func TestBrokenDisk(t *testing.T) {
	data := generate(40)
	broken := errors.New("the disk is gone")
	in := Input{Name: "x.pcapng", Open: func() (io.ReadCloser, error) {
		return io.NopCloser(io.MultiReader(bytes.NewReader(data[:len(data)/2]), failing{broken})), nil
	}}
	var k kept
	err := Run([]Input{in}, Options{}, &k)
	if !errors.Is(err, broken) || !strings.Contains(err.Error(), "x.pcapng") || len(k.sessions) == 0 || len(k.captures) != 1 {
		t.Errorf("%v, %d sessions, %d captures", err, len(k.sessions), len(k.captures))
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// No secret of the recordings is in anything that is told, raw or in base64.
func TestNoSecrets(t *testing.T) {
	dir := shared(t, "captures", "real")
	files, _ := filepath.Glob(filepath.Join(dir, "21*.pcap"))
	if len(files) < 4 {
		t.Fatal("no recordings of AUTH")
	}
	for _, f := range files {
		k, err := read(t, f, Options{Events: true})
		if err != nil {
			t.Fatal(err)
		}
		all, err := json.Marshal(k.sessions)
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{"secret-alice", "AGFsaWNlAHNlY3JldC1hbGljZQ", "c2VjcmV0LWFsaWNl", "AGFsaWNlAHdyb25n", "d3Jvbmc="} {
			if bytes.Contains(all, []byte(secret)) {
				t.Errorf("%s: %q is shown", filepath.Base(f), secret)
			}
		}
		if !bytes.Contains(all, []byte("•••")) {
			t.Errorf("%s: nothing was hidden", filepath.Base(f))
		}
	}
}
