package lossless

import (
	"flag"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

//house:table flags of this test, read only
var (
	seeds = flag.Int("seeds", 0, "how many networks to draw; 0: $SMTPSIM_SEEDS, or a few seconds' worth")
	first = flag.Uint64("seed", 1, "the first of them")
)

// few are drawn where nobody says how many.
const few = 2500

func count() int {
	if *seeds > 0 {
		return *seeds
	}
	if n, err := strconv.Atoi(os.Getenv("SMTPSIM_SEEDS")); err == nil && n > 0 {
		return n
	}
	return few
}

// search tries networks on all processors until one fails; ok is false where none does.
func search(from uint64, count int, bug *bug, cover *coverage) (seed uint64, ok bool) {
	var next atomic.Uint64
	var found atomic.Uint64
	var all sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		all.Go(func() {
			for found.Load() == 0 {
				i := next.Add(1) - 1
				if i >= uint64(count) {
					return
				}
				if len(try(draw(from+i), bug, cover)) > 0 {
					found.CompareAndSwap(0, from+i)
				}
			}
		})
	}
	all.Wait()
	return found.Load(), found.Load() != 0
}

// TestNoMailIsLost is the promise of RFC 5321 §6.1, on networks drawn by chance.
func TestNoMailIsLost(t *testing.T) {
	cover, start := newCoverage(), time.Now()
	if seed, failed := search(*first, count(), nil, cover); failed {
		explain(t, seed)
		return
	}
	table, zeros := cover.report()
	took := time.Since(start)
	t.Logf("%d networks in %s: %.0f a second\n%s", count(), took.Round(time.Millisecond), float64(count())/took.Seconds(), table)
	if count() >= few && len(zeros) > 0 {
		t.Errorf("never tried: %v", zeros)
	}
}

// explain makes a failing network small, prints it, and says how to run it again.
func explain(t *testing.T, seed uint64) {
	t.Helper()
	d, wrong := shrink(draw(seed), nil)
	file := filepath.Join(os.TempDir(), "lossless-"+strconv.FormatUint(seed, 10)+".yaml")
	if err := os.WriteFile(file, []byte(d.yaml()), 0o644); err != nil {
		file = "FILE"
	}
	for _, w := range wrong {
		t.Error(w)
	}
	t.Errorf("the shortest network that fails:\n%s\nagain: go test ./sim/lossless -run TestNoMailIsLost -seeds=1 -seed=%d\nto look at it: smtpsim run %s", d.yaml(), seed, file)
}
