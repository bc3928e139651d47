package host

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
)

type fixedClock time.Time

func (c fixedClock) Now() time.Time    { return time.Time(c) }
func (fixedClock) Sleep(time.Duration) {}

type deadlines struct {
	net.Conn
	read time.Time
}

func (d *deadlines) SetReadDeadline(t time.Time) error { d.read = t; return nil }

func TestTimeoutIsInTheHostsClock(t *testing.T) {
	now := time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)
	d := &deadlines{}
	Timeout(d, fixedClock(now), 5*time.Minute)
	if want := now.Add(5 * time.Minute); !d.read.Equal(want) {
		t.Errorf("deadline %v, want %v", d.read, want)
	}
	if Timeout(d, fixedClock(now), 0); !d.read.IsZero() {
		t.Errorf("deadline %v, want none", d.read)
	}
}

func TestTLSConfig(t *testing.T) {
	now := time.Date(2050, 1, 1, 0, 0, 0, 0, time.UTC)
	real := &Host{Clock: fixedClock(now)}
	base := &tls.Config{ServerName: "mx.example"}
	c := TLSConfig(real, "tls", base)
	if c.Rand != nil || c.CurvePreferences != nil || !c.Time().Equal(now) || c.ServerName != "mx.example" {
		t.Errorf("without Entropy: %+v", c)
	}
	var purpose string
	simulated := &Host{Clock: fixedClock(now), Entropy: func(p string) io.Reader { purpose = p; return constant{} }}
	c = TLSConfig(simulated, "smtp-in", base)
	if c.Rand != (constant{}) || !slices.Equal(c.CurvePreferences, []tls.CurveID{tls.X25519, tls.CurveP256}) || purpose != "smtp-in" {
		t.Errorf("with Entropy: %+v, purpose %q", c, purpose)
	}
	if base.Time != nil || base.Rand != nil {
		t.Error("the base was changed")
	}
	if TLSConfig(simulated, "tls", nil) == nil {
		t.Error("nil base")
	}
}

// The self-check must pass in this module's binaries and fail where the setting is missing.
func TestTLSRepeatable(t *testing.T) {
	err := TLSRepeatable()
	if os.Getenv("SMTPSIM_TEST_CUSTOMRAND") == "off" {
		if !errors.Is(err, ErrNotRepeatable) {
			t.Errorf("got %v, want %v", err, ErrNotRepeatable)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestTLSRepeatable$")
	cmd.Env = append(os.Environ(), "GODEBUG=cryptocustomrand=0", "SMTPSIM_TEST_CUSTOMRAND=off")
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "PASS") {
		t.Errorf("with cryptocustomrand=0: %v\n%s", err, out)
	}
}
