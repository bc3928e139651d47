package sim

import (
	"crypto/sha256"
	"strings"
	"testing"

	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/scenario"
	"github.com/smtpsim/smtpsim/sim/vnet"
)

// digest runs a scenario of the gallery and sums up its packets.
func digest(t *testing.T, sc *scenario.Scenario, seed uint64) [32]byte {
	t.Helper()
	sum := sha256.New()
	w, err := Open(sc, Options{Seed: &seed, TimelineCap: -1}, Sinks{Packet: func(p vnet.PacketInfo) {
		sum.Write([]byte(p.T.String()))
		sum.Write(p.Data)
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	w.RunIdle()
	return [32]byte(sum.Sum(nil))
}

// Faults are part of the scenario: same file and seed, same packets at the same times.
func TestFaultsRepeat(t *testing.T) {
	for _, name := range scenario.Gallery() {
		if !strings.HasPrefix(name, "fault-") {
			continue
		}
		src, _ := scenario.GallerySource(name)
		sc, err := scenario.Parse(name, src)
		if err != nil {
			t.Fatal(err)
		}
		first := digest(t, sc, 1)
		if digest(t, sc, 1) != first {
			t.Errorf("%s: two runs with one seed differ", name)
		}
		if digest(t, sc, 2) == first {
			t.Errorf("%s: another seed makes no difference", name)
		}
	}
}

// A host that has crashed forgets its processes and connections, keeps its disk, and takes up what it had to do: the queue, and
// the mail that its user was still going to write.
func TestCrashAndReturn(t *testing.T) {
	sc, err := scenario.Parse("crash.yaml", []byte(`scenario: crash
hosts:
  - {name: pc.a.example, addresses: [192.0.2.1], roles: [mua], user: ann@a.example, submit-to: mx}
  - {name: mx.a.example, addresses: [192.0.2.2], roles: [msa, mta, mda], domains: [a.example], users: [ann], relay-from: [192.0.2.1]}
  - {name: ns.example, addresses: [192.0.2.3], roles: [dns]}
mail:
  - {at: 1m, from: ann@a.example, to: [ann@a.example], subject: Hello, body: Hello, count: 4, every: 1m}
faults:
  - {at: 90s, host: pc, do: crash, down: 1m}
  - {at: 10m, host: mx, do: crash, down: 1m}
  - {at: 20m, host: ns, do: crash}
`))
	if err != nil {
		t.Fatal(err)
	}
	var disk host.Store
	w, err := Open(sc, Options{Ports: func(h *host.Host) {
		if h.Name == "mx.a.example" {
			disk = h.Store
		}
	}}, Sinks{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	w.RunIdle()
	// that of 1:00 before the crash, none at 2:00, those of 3:00 and 4:00 after it
	if n := len(disk.List("mailbox/ann/")); n != 3 {
		t.Errorf("%d mails, want 3", n)
	}
	if stuck := w.Stuck(); len(stuck) > 0 {
		t.Errorf("stuck: %v", stuck)
	}
}
