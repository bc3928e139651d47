package conform_test

import (
	"flag"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/sim/conform"
)

var (
	deviations = flag.String("deviations", "sample", "which deviations are tried: sample (30), all, none")
	seed       = flag.Uint64("conform-seed", 1, "draws the sample")
	transport  = flag.String("transport", "both", "vnet, tcp or both")
	server     = flag.String("server", "", "host:port of an outside server: the server scripts are played against it, and nothing else")
	domain     = flag.String("domain", "mx.example", "the domain in which the outside server knows alice and bob")
	only       = flag.String("script", "", "only scripts whose path contains this")
)

// sampleSize is how many deviations one run tries, unless all are asked for.
const sampleSize = 30

func scripts(t *testing.T) []*conform.Script {
	t.Helper()
	var all []*conform.Script
	err := filepath.WalkDir("testdata", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "pending" || d.Name() == "base") && *only == "" {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".txt") || !strings.Contains(path, *only) {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		s, err := conform.Parse(path, data)
		if err != nil {
			t.Error(err)
			return nil
		}
		all = append(all, s)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func run(s *conform.Script, transport string, how setting) (*failure, error) {
	switch s.Side {
	case "server":
		return runServer(s, transport, how)
	case "client":
		return runClient(s, transport, how)
	}
	return runNetwork(s, how)
}

// TestScripts plays every script over the virtual network and loopback TCP; all must hold.
func TestScripts(t *testing.T) {
	if *server != "" {
		t.Skip("-server plays against an outside server only")
	}
	for _, tr := range []string{"vnet", "tcp"} {
		if *transport != "both" && *transport != tr {
			continue
		}
		t.Run(tr, func(t *testing.T) {
			for _, s := range scripts(t) {
				if tr == "tcp" && virtual(s) {
					continue
				}
				f, err := run(s, tr, setting{})
				switch {
				case err != nil:
					t.Errorf("%s: %v", s.Path, err)
				case f != nil:
					t.Errorf("%s: %s", s.Path, f)
				}
			}
		})
	}
}

// trial is one deviation of one script.
type trial struct {
	script    *conform.Script
	deviation conform.Deviation
}

// TestDeviations breaks what the scripts are about: each must fail then, where the requirement stands. A sample of them
// runs each time; -deviations=all runs all, -conform-seed draws another sample.
func TestDeviations(t *testing.T) {
	if *server != "" || *deviations == "none" {
		t.Skip("no deviations were asked for")
	}
	var all []trial
	for _, s := range scripts(t) {
		for _, d := range s.Deviations {
			all = append(all, trial{s, d})
		}
	}
	if *deviations != "all" {
		rnd := rand.New(rand.NewPCG(*seed, 0))
		rnd.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		t.Logf("%d of %d deviations, -conform-seed=%d", min(sampleSize, len(all)), len(all), *seed)
		all = all[:min(sampleSize, len(all))]
	}
	for _, x := range all {
		start := time.Now()
		if what := x.try(); what != "" {
			t.Errorf("%s:%d: %s %s: %s", x.script.Path, x.deviation.No, x.deviation.ID, x.deviation.Text, what)
		}
		if d := time.Since(start); d > 2*time.Second {
			t.Logf("%s:%d: took %s", x.script.Path, x.deviation.No, d.Round(time.Millisecond))
		}
	}
}

// try says what is wrong with a deviation; "" if the script fails with it as it should.
func (x trial) try() string {
	var how setting
	words := strings.Fields(x.deviation.Text)
	if len(words) == 0 {
		return "nothing is said of it"
	}
	switch rest := strings.TrimSpace(strings.TrimPrefix(x.deviation.Text, words[0])); words[0] {
	case "config":
		how.config = words[1:]
	case "edit":
		how.edits = []string{rest}
	default:
		m, err := conform.ParseMutation(x.deviation.Text)
		if err != nil {
			return err.Error()
		}
		how.mutations = []*conform.Mutation{m}
	}
	f, err := run(x.script, "vnet", how)
	switch {
	case err != nil:
		return err.Error()
	case f == nil:
		return "the script holds all the same"
	case !f.line.About(x.deviation.ID):
		return fmt.Sprintf("the script fails elsewhere: %s", f)
	}
	return ""
}
