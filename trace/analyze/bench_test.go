package analyze

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/smtpsim/smtpsim/trace"
)

// tallying is a Sink that counts and keeps nothing.
type tallying struct {
	sessions, mails, relations int
	octets                     int64
	captures                   []trace.Capture
}

func (c *tallying) Event(*trace.Session, *trace.Event) {}
func (c *tallying) Session(s *trace.Session) {
	c.sessions++
	for _, t := range s.Transactions {
		if t.Outcome == trace.Accepted && t.Body != nil && t.Body.SHA256 != nil {
			c.mails++
			c.octets += t.Body.Bytes
		}
	}
}
func (c *tallying) Capture(f trace.Capture) { c.captures = append(c.captures, f) }
func (c *tallying) Relation(trace.Relation) { c.relations++ }

// onDisk writes data to a file that goes away with the test.
func onDisk(b testing.TB, data []byte) string {
	b.Helper()
	name := filepath.Join(b.TempDir(), "generated.pcapng")
	if err := os.WriteFile(name, data, 0o600); err != nil {
		b.Fatal(err)
	}
	return name
}

func inMemory(name string, data []byte) Input {
	return Input{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }}
}

// BenchmarkAnalyze measures the whole way of a capture of 20,000 connections: reading, assembling, dialogues, relations.
// heap-MB is the largest heap in use that was seen while it ran.
func BenchmarkAnalyze(b *testing.B) {
	size, name := 0, ""
	func() { // the capture itself must not stay in memory
		data := generate(20000)
		size, name = len(data), onDisk(b, data)
	}()
	for _, workers := range []int{1, 2} {
		b.Run(fmt.Sprintf("workers=%d", workers), func(b *testing.B) {
			b.SetBytes(int64(size))
			b.ReportAllocs()
			var mem runtime.MemStats
			runtime.GC()
			began, runs := cpuTime(), 0
			peak := uint64(0)
			for b.Loop() {
				runs++
				var sink tallying
				opts := Options{Workers: workers, Progress: func(string, int64, int) {
					runtime.ReadMemStats(&mem)
					peak = max(peak, mem.HeapInuse)
				}}
				if err := Files([]string{name}, opts, &sink); err != nil {
					b.Fatal(err)
				}
				if sink.sessions != 19000 || sink.mails != 18000 {
					b.Fatalf("%d sessions, %d mails", sink.sessions, sink.mails)
				}
			}
			b.ReportMetric(float64(peak)/1e6, "heap-MB")
			if used := cpuTime() - began; used > 0 {
				b.ReportMetric(float64(size)*float64(runs)/1e6/used.Seconds(), "MB/cpu-s")
			}
		})
	}
}
