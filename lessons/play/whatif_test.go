package play

import (
	"strings"
	"testing"
)

// TestWhatIf: the story of 3.5 (mx1 is off) with one thing changed; left is as it was, right is what would be.
func TestWhatIf(t *testing.T) {
	p := start(t, lesson(t, 3), Options{})
	feed(p, "open 3.5")
	if out := feed(p, "what-if off mx2"); !strings.Contains(out, "First say what you expect") {
		t.Errorf("before the prediction it would give the answer away: %s", out)
	}
	feed(p, "b", "3", "step all")
	digest := p.Digest()
	for _, c := range []struct {
		line        string
		want, never []string
	}{
		{"off mx2", []string{"#22 is the first difference", "1–21 the same in both", "mx2.west delivered", "msa.nord queued"}, []string{"www"}},
		{"mx2 down", []string{"#22 is the first difference", "msa.nord queued"}, []string{"www"}},
		{"wenn", []string{"runs it again with one thing changed"}, nil},
		{"on mx1", []string{"mx1.west delivered", "mx2.west delivered"}, []string{"www"}},
		{"mx1 up", []string{"mx1.west delivered"}, nil},
		{"off mx2 at 19", []string{"#22 is the first difference", "msa.nord queued"}, nil}, {"silent mx2 at 27", []string{"first difference"}, nil},
		{"silent mx2", []string{"first difference"}, nil},
		{"zone delete west.example MX", []string{"#15 is the first difference", "A west", "www.west"}, nil},
		{"zone add west.example MX 5 mx2.west.example", []string{"first difference"}, nil},
		{"on mx2", []string{"nothing would be different"}, nil},
		{"off", []string{"runs it again with one thing changed"}, nil}, {"off nowhere", []string{"runs it again with one thing changed"}, nil},
		{"dig west.example", []string{"runs it again with one thing changed"}, nil}, {"off mx2 at 999", []string{"takes the number of a line"}, nil},
	} {
		out := feed(p, "what-if "+c.line)
		for _, w := range c.want {
			if !strings.Contains(out, w) {
				t.Errorf("what-if %s: no %q in\n%s", c.line, w, out)
			}
		}
		for _, w := range c.never {
			if strings.Contains(out, w) {
				t.Errorf("what-if %s: %q in\n%s", c.line, w, out)
			}
		}
		if p.Digest() != digest {
			t.Fatalf("what-if %s changed the learner's world", c.line)
		}
	}
}

// TestOpenTask: the learner's zone is judged in three runs, and the run that fails is shown.
func TestOpenTask(t *testing.T) {
	p := start(t, lesson(t, 3), Options{})
	feed(p, "open 3.10")
	for _, c := range []struct{ line, want string }{
		{"zone", "www.nord.example"}, {"zone nord.example", "MX 20 www"},
		{"zone add nord.example MX 10 mx.nord.example", "1 of 3. With mx down, #22 goes to www. Which record sent it there?"},
		{"zone add nord.example MX 30 mx.sued.example", "added: "},
		{"off www", ""}, {"on www", ""},
		{"zone delete nord.example MX", "0 of 3. With all machines up, #20 goes to www"},
		{"zone add nord.example MX 10 mx.sued.example", "With all machines up the mail did not reach Bob"},
		{"zone delete nord.example MX", "0 of 3"},
		{"zone add nord.example MX 10 192.0.2.25", ""},
		{"zone delete nord.example MX", ""},
		{"zone add nord.example MX 10 mx.nord.example", "2 of 3. With mx down, nobody at sued kept the mail"},
		{"zone add nord.example MX 20 mx.sued.example", "3 of 3"},
	} {
		out := strings.ReplaceAll(feed(p, c.line), "\nT ", " ")
		if !strings.Contains(out, c.want) {
			t.Errorf("%s: no %q in\n%s", c.line, c.want, out)
		}
	}
	if r := p.results["3.10"]; !r.Done() || r.Par != 3 || r.Lines != 13 || r.AsSolution {
		t.Errorf("%+v", r)
	}
}
