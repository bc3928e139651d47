package capture

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/smtpsim/smtpsim/trace"
)

// tsharkStream is one TCP stream as `tshark -z follow,tcp,raw` prints it.
type tsharkStream struct {
	nodes [2]netip.AddrPort
	sides [2][]byte
}

// tsharkFollows lets tshark follow the first n streams of a capture.
func tsharkFollows(t *testing.T, path string, n int) []tsharkStream {
	t.Helper()
	args := []string{"-q", "-r", path}
	for i := range n {
		args = append(args, "-z", fmt.Sprintf("follow,tcp,raw,%d", i))
	}
	out, err := exec.Command("tshark", args...).Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []tsharkStream
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := lines.Text()
		if line == "Follow: tcp,raw" {
			all = append(all, tsharkStream{})
			continue
		}
		if len(all) == 0 {
			continue
		}
		now := &all[len(all)-1]
		if node, ok := strings.CutPrefix(line, "Node "); ok {
			var e endpoint
			if err := e.UnmarshalText([]byte(node[3:])); err != nil && node[3:] != ":0" {
				t.Fatalf("%s: %v", line, err)
			}
			now.nodes[node[0]-'0'] = e.AddrPort
			continue
		}
		from := 0
		if strings.HasPrefix(line, "\t") {
			from = 1
		}
		if b, err := hex.DecodeString(strings.TrimSpace(line)); err == nil {
			now.sides[from] = append(now.sides[from], b...)
		}
	}
	return all
}

// TestFollowRecordings compares the streams of recordings with loss, reordering, both sides of a bridge, resets and cut packets with what
// the installed tshark follows.
func TestFollowRecordings(t *testing.T) {
	if _, err := exec.LookPath("tshark"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("tshark is missing")
		}
		t.Skip("tshark is not here")
	}
	names := strings.Fields("29-abrupt-disconnect.pcap 31a-loss-reorder-2MB.far.pcap 31a-loss-reorder-2MB.pf1.pcapng 34a-journey-clear.sw-any.pcap 41-small-clients.pcap")
	if os.Getenv("ALLREAL") != "" {
		names = nil
		fs, _ := filepath.Glob(shared(t, "captures", "real") + "/*.pcap*")
		for _, f := range fs {
			names = append(names, filepath.Base(f))
		}
	}
	compared := 0
	for _, name := range names {
		path := shared(t, "captures", "real", name)
		_, ws := readFile(t, path, Options{})
		streams := tsharkFollows(t, path, len(ws))
		if len(streams) != len(ws) {
			t.Errorf("%s: %d connections, tshark follows %d", name, len(ws), len(streams))
		}
		for i, s := range streams {
			if len(s.sides[0])+len(s.sides[1]) == 0 {
				continue
			}
			compared++
			if !ws.followedLike(&s) {
				t.Errorf("%s: stream %d %v: not the %d and %d octets that tshark follows", name, i, s.nodes, len(s.sides[0]), len(s.sides[1]))
			}
		}
	}
	t.Logf("%d connections with data are the same", compared)
}

func (ws witnesses) followedLike(s *tsharkStream) bool {
	for _, w := range ws {
		for _, how := range gapsByTshark {
			c, v := w.followed(trace.FromClient, how.leading, how.rest), w.followed(trace.FromServer, how.leading, how.rest)
			if s.nodes[0] == w.flow.Client && bytes.Equal(c, s.sides[0]) && bytes.Equal(v, s.sides[1]) ||
				s.nodes[0] == w.flow.Server && bytes.Equal(v, s.sides[0]) && bytes.Equal(c, s.sides[1]) {
				return true
			}
		}
	}
	return false
}
