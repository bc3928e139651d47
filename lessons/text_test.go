package lessons

import (
	"fmt"
	"maps"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/smtpsim/smtpsim/lessons/page"
)

func course(t testing.TB) []*Lesson {
	t.Helper()
	all, err := Course()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// eachText calls f for every section of every lesson in every language.
func eachText(t *testing.T, f func(l *Lesson, lang, id, md string)) {
	for _, l := range course(t) {
		for _, lang := range Languages() {
			for _, id := range slices.Sorted(maps.Keys(l.Sections(lang))) {
				md, _ := l.Text(lang, id)
				f(l, lang, id, md)
			}
		}
	}
}

// TestLanguages holds the languages together: same sections, same placeholders, nothing empty.
func TestLanguages(t *testing.T) {
	eachText(t, func(l *Lesson, lang, id, md string) {
		other, ok := l.Text(Languages()[0], id)
		if !ok {
			t.Errorf("lesson %d: section %q is in %s only", l.Number, id, lang)
			return
		}
		if strings.TrimSpace(md) == "" && id != "" {
			t.Errorf("lesson %d %s: %s is empty", l.Number, lang, id)
		}
		a, b := slices.Sorted(slices.Values(page.Placeholders(md))), slices.Sorted(slices.Values(page.Placeholders(other)))
		if !slices.Equal(a, b) {
			t.Errorf("lesson %d: %s has the placeholders %v in %s and %v in %s", l.Number, id, a, lang, b, Languages()[0])
		}
		if n, m := len(page.Render(md, 80, page.Plain())), len(page.Render(other, 80, page.Plain())); strings.Count(id, ".") == 1 && max(n, m) > 20 {
			t.Errorf("lesson %d %s: %s has %d lines at 80 columns, more than a screen with its question", l.Number, lang, id, n)
		}
	})
	for _, l := range course(t) {
		if a, b := len(l.Sections("en")), len(l.Sections("de")); a != b {
			t.Errorf("lesson %d: %d sections in en, %d in de", l.Number, a, b)
		}
	}
}

// needed lists the sections that a screen cannot do without.
func needed(s *Screen) []string {
	out := []string{s.ID}
	add := func(suffixes ...string) {
		for _, x := range suffixes {
			out = append(out, s.ID+"."+x)
		}
	}
	switch t := s.Task.(type) {
	case Predict:
		add(t.Options...)
		add("after", "hint1", "hint2")
		if t.Because != nil {
			add("because", "proved", "bhint1", "bhint2")
		}
	case Because:
		add("near", "done", "hint1", "hint2")
	case Do:
		add("done", "hint1", "hint2")
		if t.Like != nil {
			add("like", "like.done")
		}
	case Sort:
		add(t.Outcomes...)
		add("done", "hint1", "hint2")
		for _, item := range t.Items {
			add("not." + item)
		}
	}
	if s.Values != nil {
		add("bare")
	}
	return out
}

func TestSections(t *testing.T) {
	for _, l := range course(t) {
		ids := map[string]bool{"": true, "name": true}
		for i := range l.Screens {
			for _, id := range needed(&l.Screens[i]) {
				ids[id] = true
				if _, ok := l.Text("en", id); !ok {
					t.Errorf("lesson %d: no text %s", l.Number, id)
				}
			}
		}
		for id := range l.Sections("en") {
			screen := strings.Join(strings.SplitN(id, ".", 3)[:min(2, strings.Count(id, ".")+1)], ".")
			shared := regexp.MustCompile(`^\d+\.[a-z]`).MatchString(id)
			if !ids[id] && !shared && !slices.ContainsFunc(l.Screens, func(s Screen) bool { return s.ID == screen }) {
				t.Errorf("lesson %d: section %s belongs to no screen", l.Number, id)
			}
		}
	}
}

// TestWords holds the limit of a screen: its text with its options or outcomes.
func TestWords(t *testing.T) {
	const most = 90
	for _, l := range course(t) {
		acts, screens := 0, 0
		for i := range l.Screens {
			s := &l.Screens[i]
			screens++
			if s.Task != nil {
				acts++
			}
			for _, lang := range Languages() {
				n := 0
				for _, id := range append([]string{s.ID}, keys(s.Task, s.ID)...) {
					md, _ := l.Text(lang, id)
					n += page.Words(md)
				}
				if n > most {
					t.Errorf("lesson %d %s: %s has %d words, more than %d", l.Number, lang, s.ID, n, most)
				}
			}
		}
		if acts*2 < screens {
			t.Errorf("lesson %d: %d of %d screens ask for an action, fewer than half", l.Number, acts, screens)
		}
	}
}

func keys(task Task, id string) []string {
	var out []string
	switch t := task.(type) {
	case Predict:
		out = t.Options
	case Sort:
		out = t.Outcomes
	}
	out = slices.Clone(out)
	for i := range out {
		out[i] = id + "." + out[i]
	}
	return out
}

// TestVoice holds how the tutor speaks: short, without blame and without praise.
func TestVoice(t *testing.T) {
	banned := regexp.MustCompile(`(?i)\b(wrong|incorrect|false|great|excellent|well done|good job|congratulations|falsch|super|toll|prima|bravo|gut gemacht|glückwunsch|leider|unfortunately|sorry)\b|!`)
	formal := regexp.MustCompile(`[a-zäöü,] (Sie|Ihr|Ihnen|Ihre|Ihren)\b`)
	eachText(t, func(l *Lesson, lang, id, md string) {
		if w := banned.FindString(md); w != "" {
			t.Errorf("lesson %d %s: %s says %q", l.Number, lang, id, w)
		}
		if w := formal.FindString(md); lang == "de" && w != "" {
			t.Errorf("lesson %d: %s says %q, not du", l.Number, id, w)
		}
		parts := strings.Split(id, ".")
		if len(parts) < 3 && !regexp.MustCompile(`^\d+\.[a-z]`).MatchString(id) || slices.Contains([]string{"bare", "like"}, parts[len(parts)-1]) {
			return // a page, not feedback
		}
		most := 3
		if slices.Contains(parts, "after") || slices.Contains(parts, "near") {
			most = 2 // a first line comes before it: the answer, or the entry that was named
		}
		values := map[string]string{}
		for _, p := range page.Placeholders(md) {
			values[p] = "100"
		}
		if n := len(page.Render(page.Fill(md, values), 78, page.Plain())); n > most {
			t.Errorf("lesson %d %s: %s has %d lines, more than %d", l.Number, lang, id, n, most)
		}
	})
}

// TestNames holds that examples name nobody's machines (RFC 2606, RFC 5737, RFC 3849).
func TestNames(t *testing.T) {
	ranges := []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.51.100.0/24"),
		netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("2001:db8::/32")}
	address := regexp.MustCompile(`\b\d{1,3}(\.\d{1,3}){3}\b|\b[0-9a-f]{1,4}(:[0-9a-f]{0,4}){3,7}\b`)
	section := regexp.MustCompile(`§[\d.]+`)
	name := regexp.MustCompile(`(?i)\b[a-z0-9-]+(\.[a-z0-9-]+)*\.(com|net|org|de|edu|io|local|invalid|localhost|[a-z]{2})\b`)
	check := func(where, s string) {
		for _, a := range address.FindAllString(section.ReplaceAllString(s, ""), -1) {
			ip, err := netip.ParseAddr(a)
			if err == nil && !slices.ContainsFunc(ranges, func(p netip.Prefix) bool { return p.Contains(ip) }) {
				t.Errorf("%s: the address %s is not for documentation", where, a)
			}
		}
		for _, n := range name.FindAllString(s, -1) {
			t.Errorf("%s: the name %s is not under .example or .test", where, n)
		}
	}
	eachText(t, func(l *Lesson, lang, id, md string) { check(fmt.Sprintf("lesson %d %s %s", l.Number, lang, id), md) })
	files, err := files.ReadDir("scenarios")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		sc, err := Scenario(strings.TrimSuffix(f.Name(), ".yaml"))
		if err != nil {
			t.Error(err)
			continue
		}
		check(f.Name(), string(sc.Source))
		for _, h := range sc.Hosts {
			if !strings.HasSuffix(h.Name, ".example") && !strings.HasSuffix(h.Name, ".test") {
				t.Errorf("%s: host %s", f.Name(), h.Name)
			}
		}
	}
}

// TestSources holds the form of citations, so that they can be looked up.
func TestSources(t *testing.T) {
	cite := regexp.MustCompile(`RFC[^)\n]*`)
	good := regexp.MustCompile(`^RFC \d{3,4}( §\d+(\.\d+)*(, §\d+(\.\d+)*)*)?([ :,.]|$)`)
	eachText(t, func(l *Lesson, lang, id, md string) {
		for _, c := range cite.FindAllString(md, -1) {
			if !good.MatchString(c) {
				t.Errorf("lesson %d %s: %s cites %q", l.Number, lang, id, c)
			}
		}
	})
}

// TestRetyping holds that at most a third of the tasks that count can be solved by typing what a page shows.
func TestRetyping(t *testing.T) {
	span := regexp.MustCompile("`([^`]+)`")
	for _, l := range course(t) {
		for _, lang := range Languages() {
			shown := map[string]bool{"": true, ".": true}
			retyped := 0
			for i := range l.Screens {
				s := &l.Screens[i]
				md, _ := l.Text(lang, s.ID)
				for _, m := range span.FindAllStringSubmatch(md, -1) {
					shown[m[1]] = true
				}
				d, ok := s.Task.(Do)
				if ok && !slices.ContainsFunc(d.Solution, func(line string) bool { return !shown[line] && !isText(d.Solution, line) }) {
					retyped++
				}
			}
			if retyped*3 > l.Credits() {
				t.Errorf("lesson %d %s: %d of %d tasks can be retyped from the page", l.Number, lang, retyped, l.Credits())
			}
		}
	}
}

// isText reports whether a line of a solution stands between DATA and the dot.
func isText(lines []string, line string) bool {
	return slices.Index(lines, "DATA") >= 0 && slices.Index(lines, line) > slices.Index(lines, "DATA")
}
