package lessons

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
)

// Hash names what a log replays against: the lesson's number and edition, its screens with all of their tasks that is data,
// and the scenarios, in hex. Texts are left out: mending a sentence must not cost anybody his progress.
func (l *Lesson) Hash() string {
	h := sha256.New()
	fmt.Fprintf(h, "%d %s %d %t\n", l.Number, l.ID, l.Edition, l.Unfold)
	seen := map[string]bool{}
	for i := range l.Screens {
		s := &l.Screens[i]
		fmt.Fprintf(h, "%s %s %q %t\n", s.ID, s.Scenario, s.Enter, s.Optional)
		hashTask(h, s.Task)
		if s.Scenario == "" || seen[s.Scenario] {
			continue
		}
		seen[s.Scenario] = true
		if src, err := files.ReadFile("scenarios/" + s.Scenario + ".yaml"); err == nil {
			h.Write(src)
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

func hashTask(h io.Writer, t Task) {
	switch t := t.(type) {
	case Predict:
		fmt.Fprintf(h, "predict %q %s %s %q %t %t\n", t.Options, t.Right, t.Tag, t.Run, t.Credit, t.Slow)
		if t.Because != nil {
			hashTask(h, *t.Because)
		}
	case Because:
		fmt.Fprintf(h, "because %q\n", t.Run)
	case Do:
		fmt.Fprintf(h, "do %q %q\n", t.After, t.Solution)
		if t.Like != nil {
			hashTask(h, *t.Like)
		}
	case Sort:
		fmt.Fprintf(h, "sort %q %q\n", t.Items, t.Outcomes)
		for _, item := range t.Items {
			fmt.Fprintf(h, "%s %s\n", item, t.Right[item])
		}
	}
}
