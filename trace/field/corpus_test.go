package field

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var showDisagreements = flag.Bool("disagreements", false, "print where a public line is read differently from other parsers")

type agreedLine struct {
	Header string         `json:"header"`
	Agreed map[string]any `json:"agreed"`
}

func publicLines(t testing.TB) []agreedLine {
	f, err := os.Open(recordings(t, "received", "lines.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var lines []agreedLine
	for sc := bufio.NewScanner(f); sc.Scan(); {
		var l agreedLine
		if err := json.Unmarshal(sc.Bytes(), &l); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, l)
	}
	return lines
}

// asAgreed gives our reading in the form in which other parsers' readings were compared: lower case, first word of with.
func asAgreed(p Parsed, key string) string {
	s := ""
	switch key {
	case "by":
		s = strings.Trim(p.By, "[]")
	case "ip":
		if p.IP.IsValid() {
			s = p.IP.Unmap().WithZone("").String()
		}
	case "helo":
		s = p.Helo
	case "rdns":
		s = p.RDNS
	case "id":
		s = p.ID
	case "with":
		s, _, _ = strings.Cut(p.With, " ")
	case "for":
		s = strings.Join(p.For[:min(1, len(p.For))], "")
	case "date":
		if p.Time.IsZero() {
			return ""
		}
		return fmt.Sprint(p.Time.Unix())
	}
	return strings.ToLower(s)
}

// TestPublicLines holds our reading of 900 real lines against fields on which two or more other parsers agree. They can be
// wrong together; the floors are what we reach, with each difference looked at.
func TestPublicLines(t *testing.T) {
	floors := map[string]int{"by": 990, "ip": 1000, "id": 995, "for": 985, "with": 995, "date": 1000, "helo": 990, "rdns": 1000}
	same, all := map[string]int{}, map[string]int{}
	for _, l := range publicLines(t) {
		p := ParseReceived(l.Header)
		for key := range floors {
			v, ok := l.Agreed[key]
			if !ok {
				continue
			}
			want := fmt.Sprint(v)
			if f, ok := v.(float64); ok {
				want = fmt.Sprint(int64(f))
			}
			all[key]++
			if got := asAgreed(p, key); got == want {
				same[key]++
			} else if *showDisagreements {
				t.Logf("%s: got %q, others %q in\n\t%q", key, got, want, l.Header)
			}
		}
	}
	for key, floor := range floors {
		permille := same[key] * 1000 / max(all[key], 1)
		t.Logf("%-5s %d of %d (%d.%d %%)", key, same[key], all[key], permille/10, permille%10)
		if permille < floor {
			t.Errorf("%s: %d of 1000 agree, want %d", key, permille, floor)
		}
	}
}
