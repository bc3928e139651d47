package host_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/smtpsim/smtpsim/sim/host"
)

// What Said and Room give stays as it was, whatever comes after it.
func TestSaid(t *testing.T) {
	var said host.Said
	var room host.Room
	var got, want []string
	var texts [][]string
	for i := range 1000 {
		line := strings.Repeat("ab c"[i%4:i%4+1], i%700) + string(rune('a'+i%26))
		raw := []byte(line)
		got, want = append(got, said.Of(raw)), append(want, line)
		raw[0] = '#'
		piece := room.Take(i % 40)
		for k := range piece {
			piece[k] = line
		}
		texts = append(texts, append(piece, "no neighbour's")[:len(piece)])
	}
	if !slices.Equal(got, want) {
		t.Error("a line became another")
	}
	for i, piece := range texts {
		if len(piece) != i%40 || slices.ContainsFunc(piece, func(s string) bool { return s != want[i] }) {
			t.Fatalf("the %dth piece of memory was written over: %q", i, piece)
		}
	}
	if n := testing.AllocsPerRun(100, func() { _ = said.Of([]byte("250 2.1.0 Ok")) }); n > 0 {
		t.Errorf("%v allocations for what was said before", n)
	}
}
