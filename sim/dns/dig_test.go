package dns

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || got != string(want) {
		n := 0
		for n < min(len(got), len(want)) && got[n] == want[n] {
			n++
		}
		t.Errorf("%s differs (renew with -update; %v) from octet %d: got\n%s", name, err, n, got[n:min(len(got), n+200)])
	}
}

func TestDigAndNSLookup(t *testing.T) {
	f, s, r := newWorld(t, Options{})
	slow := func(p []byte) []packet { f.Sleep(20 * time.Millisecond); return []packet{{ns1, p}} }
	f.serve(ns1, s, slow)
	s.SetFault(Fault{Name: "sick.example", Kind: FaultServFail})
	s.SetFault(Fault{Name: "dumb.example", Kind: FaultSilent})
	var dig, ns strings.Builder
	for _, q := range []string{"west.example MX", "mx1.west.example A", "west.example AAAA", "nix.example MX", "sick.example MX",
		"dumb.example MX", "www.west.example A", "west.example TXT", "25.2.0.192.in-addr.arpa PTR", "west.example SOA",
		"mx.sub.west.example A"} {
		name, kind, _ := strings.Cut(q, " ")
		typ, _ := ParseType(kind)
		resp := r.Ask(ns1, name, typ)
		dig.WriteString(Dig(resp))
		ns.WriteString("> nslookup -type=" + kind + " " + name + "\n" + NSLookup(resp) + "\n")
	}
	golden(t, "dig.txt", dig.String())
	golden(t, "nslookup.txt", ns.String())
}

func TestDescribe(t *testing.T) {
	s := NewServer(world(t))
	m := query(77, question{"west.example.", TypeMX})
	p, err := m.pack(MaxDatagram)
	if err != nil {
		t.Fatal(err)
	}
	if d, ok := Describe(p); !ok || d.Name != "west.example" || d.Type != "MX" || d.IsResponse || d.Rcode != "" || d.ID != 77 {
		t.Errorf("query: %+v %v", d, ok)
	}
	d, ok := Describe(s.Respond(p, MaxDatagram))
	if !ok || !d.IsResponse || d.Rcode != "NOERROR" || strings.Join(d.Answers, "; ") !=
		"west.example. 300 IN MX 20 mx2.west.example.; west.example. 300 IN MX 10 mx1.west.example." {
		t.Errorf("response: %+v %v", d, ok)
	}
	if _, ok := Describe([]byte("not dns")); ok {
		t.Error("junk was described")
	}
}
