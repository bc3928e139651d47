package render

import (
	"strings"
	"testing"

	"github.com/smtpsim/smtpsim/trace"
)

// A heading shows what was asked and answered, harmless and in few lines.
func TestLookupLines(t *testing.T) {
	s := captured()
	s.DNS = []*trace.Lookup{
		{Packet: 1, Name: "west.example", Type: "MX", Rcode: "NOERROR", Answers: []string{"west.example. 300 IN MX 10 mx1.west.example."}},
		{Packet: 2, Name: "mx1.west.example", Type: "AAAA", Rcode: "NOERROR"},
		{Packet: 3, Name: "x\x1b[31m", Type: "A", Rcode: "NXDOMAIN"},
		{Packet: 4, Name: "slow.example", Type: "A"},
	}
	for lang, want := range map[Lang]string{
		English: "DNS · packet 1 · west.example MX: 10 mx1.west.example.\nDNS · packet 2 · mx1.west.example AAAA: nothing of that type\n" +
			"DNS · packet 3 · x\\x1b[31m A: NXDOMAIN\nDNS · packet 4 · slow.example A: no answer seen\n",
		German: "DNS · Paket 4 · slow.example A: keine Antwort gesehen\n",
	} {
		var b strings.Builder
		if err := WriteSession(&b, s, Options{Lang: lang, Width: 100}); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(b.String(), want) {
			t.Errorf("%s: no\n%sin\n%.1500s", lang, want, b.String())
		}
	}
	for range 20 {
		s.DNS = append(s.DNS, s.DNS[0])
	}
	var b strings.Builder
	if err := WriteSession(&b, s, Options{Lang: English, Width: 100}); err != nil || strings.Count(b.String(), "DNS · ") != maxLookupLines ||
		!strings.Contains(b.String(), "12 more look-ups") {
		t.Errorf("%v %.2500s", err, b.String())
	}
}
