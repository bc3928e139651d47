package sim

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// shipped are the captures in captures/sim: each is a scenario with its own seed, what "smtpsim run NAME.yaml --pcap" writes.
func shipped() []string {
	return []string{"backup-mx", "bounce", "clock-skew", "greylisting", "ipv6", "loss", "mx-failover", "one-mail", "starttls", "three-recipients"}
}

// goOfTLS is the Go release whose TLS is in the encrypted captures.
const goOfTLS = "go1.26"

// The captures that ship are those that the simulator writes, byte for byte; no other file lies there.
func TestShippedCapturesAreOurs(t *testing.T) {
	dir := filepath.Join("..", "captures", "sim")
	for _, name := range shipped() {
		s := observe(t, name, example(t, name).Seed)
		file := filepath.Join(dir, name+".pcapng")
		if *update {
			if err := os.WriteFile(file, s.pcapng, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if name == "starttls" && !strings.HasPrefix(runtime.Version(), goOfTLS+".") && runtime.Version() != goOfTLS {
			continue // TLS says the same in other bytes
		}
		if !bytes.Equal(got, s.pcapng) {
			t.Errorf("%s is not what the simulator writes; if that is on purpose: go test ./sim -run TestShippedCapturesAreOurs -update", file)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name(), ".pcapng"); !ok || !slices.Contains(shipped(), name) {
			t.Errorf("captures/sim/%s: nobody wrote that", e.Name())
		}
	}
	provenance, err := os.ReadFile(filepath.Join("..", "captures", "PROVENANCE.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range shipped() {
		if !bytes.Contains(provenance, []byte("| "+name+".pcapng |")) {
			t.Errorf("captures/PROVENANCE.md does not tell of sim/%s.pcapng", name)
		}
	}
}
