package analyze

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/smtpsim/smtpsim/trace"
)

// led are the look-ups of sessions, "packet name type rcode answers", a line each.
func led(ss []*trace.Session) string {
	var b strings.Builder
	for _, s := range ss {
		fmt.Fprintf(&b, "%s %s\n", s.Server, s.End)
		for _, l := range s.DNS {
			fmt.Fprintf(&b, " %d %s %s %s %d\n", l.Packet, l.Name, l.Type, l.Rcode, len(l.Answers))
		}
	}
	return strings.TrimSpace(b.String())
}

// TestRecordedLookups holds which look-ups led to the sessions of recordings with DNS in them.
func TestRecordedLookups(t *testing.T) {
	for file, want := range map[string]string{
		"08-mx-failover-rst.pcap": `192.0.2.201:25 refused
 1 failover.example MX NOERROR 2
 3 dead.failover.example A NOERROR 1
 5 dead.failover.example AAAA NOERROR 0
192.0.2.20:25 quit
 1 failover.example MX NOERROR 2
 7 mx.beta.example A NOERROR 1
 9 mx.beta.example AAAA NOERROR 0`,
		"10-no-mx-a-fallback.pcap": `192.0.2.20:25 quit
 1 nomx.example MX NOERROR 0
 3 nomx.example A NOERROR 1
 5 nomx.example AAAA NOERROR 0`,
	} {
		t.Run(file, func(t *testing.T) {
			k, err := read(t, shared(t, "captures", "real", file), Options{})
			if err != nil {
				t.Fatal(err)
			}
			if got := led(k.sessions); got != want {
				t.Errorf("%s\nwant %s", got, want)
			}
		})
	}
}

// TestRecordedAttempts holds the attempts of one delivery.
func TestRecordedAttempts(t *testing.T) {
	for file, want := range map[string]string{
		"08-mx-failover-rst.pcap": "next_mx 2 1: MX failover.example (packet 1) names both: dead.failover.example, then mx.beta.example",
		"15-dsn-delay.pcap": "retry_of 3 2: both go to dead.failover.example for dead.example; " +
			"retry_of 4 3: both go to dead.failover.example for dead.example",
	} {
		t.Run(file, func(t *testing.T) {
			k, err := read(t, shared(t, "captures", "real", file), Options{})
			var got []string
			for _, r := range k.relations {
				got = append(got, fmt.Sprintf("%s %d %d: %s", r.Kind, r.A.Session, r.B.Session, r.Evidence))
			}
			if all := strings.Join(got, "; "); err != nil || all != want {
				t.Errorf("%s %v\nwant %s", all, err, want)
			}
		})
	}
}

func TestReversed(t *testing.T) {
	for addr, want := range map[string]string{
		"192.0.2.99":  "99.2.0.192.",
		"2001:db8::1": "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.",
	} {
		if got := reversed(netip.MustParseAddr(addr)); got != want {
			t.Errorf("%s: %s, want %s", addr, got, want)
		}
	}
}

func TestSubject(t *testing.T) {
	for name, want := range map[string]string{"a.example": "a.example", "_dmarc.a.example": "a.example", "k1._domainkey.a.example": "a.example",
		"_25._tcp.mx.example": "mx.example", "_mta-sts.a.example": "a.example", "_": "_"} {
		if got := subject(name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

// What is remembered is bounded, and the younger half always there.
func TestRecent(t *testing.T) {
	r := recent[int, int]{limit: 10}
	for i := range 1000 {
		r.put(i, i)
		if _, ok := r.get(max(i-4, 0)); !ok || len(r.young)+len(r.old) > 10 {
			t.Fatalf("at %d: %d and %d kept", i, len(r.young), len(r.old))
		}
	}
}
