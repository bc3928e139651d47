package capture

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/smtpsim/smtpsim/trace"
)

type tsharkFile struct {
	Streams []struct {
		Stream    int
		Endpoints []string
		Follow    []struct {
			Node   string
			Bytes  int
			SHA256 string
		}
	}
}

// TestFollow compares each side's octets with what tshark follows.
func TestFollow(t *testing.T) {
	agree, all := 0, 0
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
				var got []string
				ok := false
				for _, w := range ws {
					for from, ep := range []string{w.flow.Client.String(), w.flow.Server.String()} {
						other := []string{w.flow.Server.String(), w.flow.Client.String()}[from]
						if !sameEnd(ep, side.Node) || !sameEnd(other, otherNode(s.Endpoints, side.Node)) {
							continue
						}
						sum := sha256.Sum256(w.streams[from])
						h := hex.EncodeToString(sum[:])
						ok = ok || h == side.SHA256
						got = append(got, trace.Side(from).String()+" "+h[:8])
						if h != side.SHA256 {
							t.Logf("%s stream %d %s: %d octets (gap %d), tshark %d", path, s.Stream, side.Node, len(w.streams[from]), w.gaps[from], side.Bytes)
						}
					}
				}
				if ok {
					agree++
				} else if len(got) == 0 {
					t.Logf("%s stream %d %s: no flow", path, s.Stream, side.Node)
				}
			}
		}
	}
	t.Logf("%d of %d sides agree", agree, all)
}

func otherNode(ends []string, node string) string {
	for _, e := range ends {
		if e != node {
			return e
		}
	}
	return node
}

func sameEnd(a, b string) bool {
	return strings.NewReplacer("[", "", "]", "").Replace(a) == strings.NewReplacer("[", "", "]", "").Replace(b)
}
