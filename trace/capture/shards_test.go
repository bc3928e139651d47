package capture

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/smtpsim/smtpsim/trace"
)

// ledger writes down all that a shard's sinks are told, in order.
type ledger struct{ lines []string }

type ledgerSink struct {
	l    *ledger
	id   int64
	left int // octets until it is bored; negative: never
}

func (l *ledger) Open(f trace.Flow) trace.FlowSink {
	l.lines = append(l.lines, fmt.Sprintf("open %+v", f))
	if f.ID%7 == 3 {
		return nil
	}
	return &ledgerSink{l, f.ID, int(f.ID%5)*100 - 1}
}

func (s *ledgerSink) Chunk(c trace.Chunk) {
	s.l.lines = append(s.l.lines, fmt.Sprintf("%d %+v", s.id, c))
	if s.left >= 0 {
		s.left = max(s.left-len(c.Data), 0)
	}
}

func (s *ledgerSink) Bored() bool { return s.left == 0 }

func (s *ledgerSink) HalfClose(from trace.Side, t trace.Time, packet int64) {
	s.l.lines = append(s.l.lines, fmt.Sprint(s.id, " fin ", from, t, packet))
}

func (s *ledgerSink) Close(end trace.FlowEnd, t trace.Time, packet int64) {
	s.l.lines = append(s.l.lines, fmt.Sprint(s.id, " close ", end, t, packet))
}

func ledgers(t *testing.T, file []byte, opts Options) [ShardCount]ledger {
	t.Helper()
	var all [ShardCount]ledger
	s := NewShards(opts, func(i int) trace.FlowOpener { return &all[i] })
	opts.Unreachable = s.Unreachable
	r, err := Open(bytes.NewReader(file), "shards", opts)
	if err != nil {
		t.Fatal(err)
	}
	var seg trace.Segment
	for {
		err := r.Next(&seg)
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		s.Feed(&seg)
	}
	s.Close()
	return all
}

// TestWorkers: what each shard is told does not depend on the number of workers, with wide limits and with tight ones.
func TestWorkers(t *testing.T) {
	files := map[string][]byte{"generated": busy(500, 50)}
	for _, path := range recordings(t) {
		switch filepath.Base(path) {
		case "26b-reply-matrix.pcap", "31a-loss-reorder-2MB.far.pcap", "traffic_scenario.pcapng", "15-dsn-delay.pcap":
			file, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			files[filepath.Base(path)] = file
		}
	}
	for name, file := range files {
		for _, opts := range []Options{{}, {MaxFlows: ShardCount * 2, MaxBuffer: ShardCount * 4096, MaxHeld: 2048}} {
			want := ledgers(t, file, opts)
			total := 0
			for _, workers := range []int{2, 3, 100} {
				opts.Workers = workers
				got := ledgers(t, file, opts)
				for i := range got {
					if total += len(got[i].lines); !slices.Equal(got[i].lines, want[i].lines) {
						t.Fatalf("%s, %d workers: shard %d is told otherwise", name, workers, i)
					}
				}
			}
			if total == 0 {
				t.Errorf("%s: nothing told", name)
			}
		}
	}
}

// TestShardIsFixed: the shard of a connection is part of what comes out, so it never changes.
func TestShardIsFixed(t *testing.T) {
	var used [ShardCount]int
	for i := range 6400 {
		k := newTalk(i)
		s := trace.Segment{Src: k.ends[0], Dst: k.ends[1]}
		back := trace.Segment{Src: k.ends[1], Dst: k.ends[0]}
		if Shard(&s) != Shard(&back) {
			t.Fatal("the directions have different shards")
		}
		used[Shard(&s)]++
	}
	if slices.Min(used[:]) < 60 || slices.Max(used[:]) > 150 {
		t.Error("100 connections a shard are spread unevenly:", used)
	}
	for i, want := range []int{32, 52, 9} {
		k := newTalk(i)
		if got := Shard(&trace.Segment{Src: k.ends[0], Dst: k.ends[1]}); got != want {
			t.Errorf("connection %d: shard %d, always was %d", i, got, want)
		}
	}
}

// TestBored: a sink that lost interest gets no more chunks, but its FINs and its end; a nil sink gets nothing; the same ports begin anew.
func TestBored(t *testing.T) {
	var l ledger
	a := NewAssembler(Options{}, &l)
	for i := range 2 {
		k := newTalk(0)
		k.next = [2]uint32{uint32(i * 100000), uint32(i * 200000)}
		for _, s := range k.mail(0).out {
			s.Packet += int64(i * 200)
			a.Segment(s)
		}
	}
	a.Flush()
	if len(l.lines) == 0 || len(a.conns) != 0 {
		t.Fatal(l.lines)
	}
	chunks, closes, opens := 0, 0, 0
	for _, line := range l.lines {
		var id int64
		var what string
		_, _ = fmt.Sscan(line, &id, &what)
		switch {
		case line[0] == 'o':
			opens++
		case what == "close":
			closes++
		case what != "fin":
			chunks++
		}
	}
	if opens != 2 || closes != 2 || chunks > 6 {
		t.Errorf("%d opened, %d closed, %d chunks", opens, closes, chunks)
	}
}

// TestNoAllocation: in the steady state neither reading nor assembling allocates.
func TestNoAllocation(t *testing.T) {
	file := busy(3000, 20)
	r, err := Open(bytes.NewReader(file), "generated", Options{})
	if err != nil {
		t.Fatal(err)
	}
	var c counter
	a := NewAssembler(Options{}, &c)
	var seg trace.Segment
	step := func(n int) {
		for range n {
			if err := r.Next(&seg); err != nil {
				t.Fatal(err)
			}
			a.Segment(&seg)
		}
	}
	step(50000)          // until graves are full and every conn was used once
	least := math.Inf(1) // of three: the runtime's own allocations count for the whole process
	for range 3 {
		least = min(least, testing.AllocsPerRun(1, func() { step(1500) }))
	}
	if least > 0 {
		t.Errorf("%.0f allocations in 1500 packets", least)
	}
}
