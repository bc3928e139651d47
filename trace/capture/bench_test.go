package capture

import (
	"bytes"
	"io"
	"testing"

	"github.com/smtpsim/smtpsim/trace"
)

// counter is the cheapest opener and sink: it counts octets.
type counter struct{ octets, flows int64 }

func (c *counter) Open(trace.Flow) trace.FlowSink          { c.flows++; return c }
func (c *counter) Chunk(ch trace.Chunk)                    { c.octets += int64(len(ch.Data)) }
func (c *counter) HalfClose(trace.Side, trace.Time, int64) {}
func (c *counter) Close(trace.FlowEnd, trace.Time, int64)  {}

func pass(b testing.TB, file []byte, opts Options) (octets, flows int64) {
	var counters [ShardCount]counter
	s := NewShards(opts, func(i int) trace.FlowOpener { return &counters[i] })
	r, err := Open(bytes.NewReader(file), "generated", opts)
	if err != nil {
		b.Fatal(err)
	}
	var seg trace.Segment
	for {
		err := r.Next(&seg)
		if err == io.EOF {
			break
		}
		if err != nil {
			b.Fatal(err)
		}
		s.Feed(&seg)
	}
	s.Close()
	for i := range counters {
		octets += counters[i].octets
		flows += counters[i].flows
	}
	return octets, flows
}

// BenchmarkRead measures reading and decoding alone.
func BenchmarkRead(b *testing.B) {
	file := busy(20000, 200)
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	for b.Loop() {
		r, err := Open(bytes.NewReader(file), "generated", Options{})
		if err != nil {
			b.Fatal(err)
		}
		var seg trace.Segment
		for r.Next(&seg) == nil {
		}
	}
}

// BenchmarkAssemble measures reading, decoding and assembling.
func BenchmarkAssemble(b *testing.B) {
	file := busy(20000, 200)
	for _, bench := range []struct {
		name    string
		workers int
	}{{"inline", 1}, {"2workers", 2}} {
		b.Run(bench.name, func(b *testing.B) {
			b.SetBytes(int64(len(file)))
			b.ReportAllocs()
			for b.Loop() {
				if _, flows := pass(b, file, Options{Workers: bench.workers}); flows != 20000 {
					b.Fatal(flows)
				}
			}
		})
	}
}
