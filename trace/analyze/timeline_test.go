package analyze

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"testing"

	"github.com/smtpsim/smtpsim/codes"
	"github.com/smtpsim/smtpsim/trace"
)

// cutPcap cuts a pcap file of little-endian form into pieces of n packets, as tcpdump -C does.
func cutPcap(t *testing.T, b []byte, n int) (pieces []Input) {
	t.Helper()
	head, rest := b[:24], b[24:]
	for len(rest) > 0 {
		piece := bytes.Clone(head)
		for i := 0; i < n && len(rest) > 0; i++ {
			size := 16 + int(binary.LittleEndian.Uint32(rest[8:]))
			piece = append(piece, rest[:size]...)
			rest = rest[size:]
		}
		pieces = append(pieces, inMemory(fmt.Sprintf("piece %d", len(pieces)), piece))
	}
	return pieces
}

// TestRotated: a capture cut into files says the same as the whole, wherever it is cut.
func TestRotated(t *testing.T) {
	for _, name := range []string{"24a-multi-message-rset-smtplib.pcap", "08-mx-failover-rst.pcap", "12-mail-loop.pcap"} {
		data, err := os.ReadFile(shared(t, "captures", "real", name))
		if err != nil {
			t.Fatal(err)
		}
		var whole kept
		if err := Run([]Input{inMemory("whole", data)}, Options{Events: true}, &whole); err != nil {
			t.Fatal(err)
		}
		for _, n := range []int{1, 2, 7, 30} {
			pieces := cutPcap(t, data, n)
			var k kept
			if err := Run(pieces, Options{Events: true, Workers: n % 3}, &k); err != nil {
				t.Fatal(err)
			}
			if len(k.captures) != len(pieces) || len(k.relations) != len(whole.relations) {
				t.Errorf("%s by %d: %d captures, %d relations", name, n, len(k.captures), len(k.relations))
			}
			if got, want := essence(t, k.sessions, n), essence(t, whole.sessions, 0); got != want {
				t.Errorf("%s by %d:\n%s\nwhole\n%s", name, n, got, want)
			}
		}
	}
}

// essence is what does not depend on where a capture is cut; with n, packet numbers are those of pieces of n packets.
func essence(t *testing.T, ss []*trace.Session, n int) string {
	t.Helper()
	out := ""
	for _, s := range ss {
		one := *s
		one.Capture, one.Packets, one.DNS, one.Findings, one.Events = 0, [2]int64{}, nil, nil, nil
		for _, e := range s.Events {
			copied := *e
			if n > 0 && (copied.Packets[0] > int64(n) || copied.Packets[1] > int64(n)) {
				t.Errorf("event %d has packets %v in files of %d", e.N, e.Packets, n)
			}
			copied.Packets = [2]int64{}
			one.Events = append(one.Events, &copied)
		}
		for _, f := range s.Findings {
			if f.ID != string(codes.FindingSeveralCaptures) {
				f.Packet = 0
				one.Findings = append(one.Findings, f)
			}
		}
		b, err := json.Marshal(&one)
		if err != nil {
			t.Fatal(err)
		}
		out += fmt.Sprintf("%s %d\n", b, len(s.DNS))
	}
	return out
}

// Two places that saw the same connection at the same time are two captures with a session each.
func TestTwoPlacesAreNoTimeline(t *testing.T) {
	path := shared(t, "captures", "real", "08-mx-failover-rst.pcap")
	var k kept
	if err := Files([]string{path, path}, Options{}, &k); err != nil {
		t.Fatal(err)
	}
	if len(k.sessions) != 4 || k.sessions[2].Capture != 1 {
		t.Errorf("%d sessions", len(k.sessions))
	}
}

// slow gives a capture in two halves; between them it looks at what was told.
type slow struct {
	halves [2][]byte
	at     int
	look   func()
}

func (s *slow) Read(p []byte) (int, error) {
	if s.at == 1 && len(s.halves[0]) == 0 {
		s.look()
		s.at = 2
	}
	for i := range s.halves {
		if len(s.halves[i]) > 0 {
			s.at = i + 1
			n := copy(p, s.halves[i])
			s.halves[i] = s.halves[i][n:]
			return n, nil
		}
	}
	return 0, io.EOF
}

func (s *slow) Close() error { return nil }

// TestFollow: what has ended is told before the rest is written.
func TestFollow(t *testing.T) {
	data, err := os.ReadFile(shared(t, "captures", "real", "08-mx-failover-rst.pcap"))
	if err != nil {
		t.Fatal(err)
	}
	pieces := cutPcap(t, data, 13) // the refused connection is in the first
	src, err := pieces[0].Open()
	if err != nil {
		t.Fatal(err)
	}
	first, err := io.ReadAll(src)
	if err != nil {
		t.Fatal(err)
	}
	var k kept
	early := -1
	in := &slow{halves: [2][]byte{first, data[len(first):]}, look: func() { early = len(k.sessions) }}
	err = Run([]Input{{Name: "-", Open: opened(in)}}, Options{Follow: true, Workers: 2}, &k)
	if err != nil || early != 1 || len(k.sessions) != 2 {
		t.Errorf("%d sessions when the reader had to wait, %d in the end, %v", early, len(k.sessions), err)
	}
}

func opened(r io.ReadCloser) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return r, nil }
}
