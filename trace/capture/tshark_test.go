package capture

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/smtpsim/smtpsim/trace"
)

// tsharkFile is what tshark 4.0.17 says of a public capture.
type tsharkFile struct {
	Streams []struct {
		Stream    int
		Endpoints []endpoint
		Follow    []struct {
			Node   endpoint
			Bytes  int
			SHA256 string
		}
	}
}

// endpoint is an address and port as tshark writes it: IPv6 with or without brackets.
type endpoint struct{ netip.AddrPort }

func (e *endpoint) UnmarshalText(text []byte) error {
	host, port := strings.NewReplacer("[", "", "]", "").Replace(string(text)), ""
	if at := strings.LastIndexByte(host, ':'); at >= 0 {
		host, port = host[:at], host[at+1:]
	}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return err
	}
	n, err := strconv.ParseUint(port, 10, 16)
	e.AddrPort = netip.AddrPortFrom(addr, uint16(n))
	return err
}

// gapsByTshark are the ways in which tshark shows lost octets, and when.
var gapsByTshark = []struct {
	why           string
	leading, rest bool // a line of text stands for a gap before the first data; for a later one
}{
	{"every gap is marked", true, true},
	{"tshark 4.0 starts a stream at its first data, so what was lost before is not marked", false, true},
	{"tshark 4.0 joins packets that the snaplen cut as if they were whole", false, false},
}

// followed gives one direction as `tshark -z follow,tcp,raw` prints it: lost octets become a line of text, ended by NUL.
func (w *witness) followed(from trace.Side, leading, rest bool) []byte {
	var out bytes.Buffer
	gap := int64(0)
	for _, c := range w.chunks {
		if c.From != from {
			continue
		}
		if gap += c.Gap; len(c.Data) == 0 {
			continue
		}
		if gap > 0 && (out.Len() > 0 && rest || out.Len() == 0 && leading) {
			fmt.Fprintf(&out, "[%d bytes missing in capture file]\x00", gap)
		}
		gap = 0
		out.Write(c.Data)
	}
	return out.Bytes()
}

// TestFollow compares each side's octets with what tshark follows in the public captures: all of them, lost ones marked as it does.
func TestFollow(t *testing.T) {
	all, agree := 0, make([]int, len(gapsByTshark))
	for _, path := range recordings(t) {
		text, err := os.ReadFile(path + ".tshark.json")
		if err != nil {
			continue
		}
		var want tsharkFile
		if err := json.Unmarshal(text, &want); err != nil {
			t.Fatal(err)
		}
		_, ws := readFile(t, path, Options{})
		for _, s := range want.Streams {
			for _, side := range s.Follow {
				all++
				other := s.Endpoints[0]
				if other == side.Node {
					other = s.Endpoints[1]
				}
				if how := ws.find(side.Node.AddrPort, other.AddrPort, side.SHA256); how >= 0 {
					agree[how]++
				} else {
					t.Errorf("%s: stream %d, %s: not the %d octets that tshark follows", filepath.Base(path), s.Stream, side.Node, side.Bytes)
				}
			}
		}
	}
	for i, how := range gapsByTshark {
		t.Logf("%d of %d sides agree: %s", agree[i], all, how.why)
	}
}

// find gives the way in which a flow's side from node to other has that content, -1 where none has.
func (ws witnesses) find(node, other netip.AddrPort, sum string) int {
	for i, how := range gapsByTshark {
		for _, w := range ws {
			for from, ends := range [][2]netip.AddrPort{{w.flow.Client, w.flow.Server}, {w.flow.Server, w.flow.Client}} {
				if ends != [2]netip.AddrPort{node, other} {
					continue
				}
				got := sha256.Sum256(w.followed(trace.Side(from), how.leading, how.rest))
				if hex.EncodeToString(got[:]) == sum {
					return i
				}
			}
		}
	}
	return -1
}

// TestCapinfos holds packets, octets and times against capinfos.
func TestCapinfos(t *testing.T) {
	tool, err := exec.LookPath("capinfos")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("capinfos is missing; install tshark")
		}
		t.Skip("capinfos is not here")
	}
	paths := recordings(t)
	var errs bytes.Buffer
	cmd := exec.Command(tool, append([]string{"-Mcdae", "-S"}, paths...)...)
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if len(out) == 0 {
		t.Fatal(err)
	}
	field := regexp.MustCompile(`(?m)^(File name|Number of packets|Data size|First packet time|Last packet time): +(.*)$`)
	told := map[string]map[string]string{}
	var file map[string]string
	for _, m := range field.FindAllStringSubmatch(string(out), -1) {
		if m[1] == "File name" {
			file = map[string]string{}
			told[m[2]] = file
		}
		file[m[1]] = m[2]
	}
	for _, path := range paths {
		f, _ := readFile(t, path, Options{})
		want := told[path]
		if want == nil { // it gives up on a damaged file, but says how far it got
			if f.Findings[0].ID != "truncated-capture" || !strings.Contains(errs.String(), fmt.Sprintf("after reading %d packets from %q", f.Packets, path)) {
				t.Errorf("%s: capinfos says nothing of it; %d packets here", path, f.Packets)
			}
			continue
		}
		got := map[string]string{"Number of packets": strconv.FormatInt(f.Packets, 10), "Data size": fmt.Sprintf("%d bytes", f.Bytes),
			"First packet time": seconds(f.First), "Last packet time": seconds(f.Last)}
		for _, key := range []string{"Number of packets", "Data size", "First packet time", "Last packet time"} {
			have, said := got[key], want[key]
			if key != "Number of packets" && key != "Data size" {
				have = have[:min(len(have), len(said))] // capinfos shows as many decimals as the file has
			}
			if have != said {
				t.Errorf("%s: %s: %q, capinfos says %q", filepath.Base(path), key, have, said)
			}
		}
	}
}

func seconds(t trace.Time) string {
	return fmt.Sprintf("%d.%09d", int64(t)/1e9, int64(t)%1e9)
}
