package hops

import (
	"strconv"
	"strings"

	"github.com/smtpsim/smtpsim/trace"
)

const (
	// loopTimes is how often the same step must occur to be called a loop: the same server twice is everyday life (content
	// filters, lists, fetchmail), the same step three times for the same recipient is not.
	loopTimes = 3
	// manyHops is where the first servers begin to refuse: Sendmail's default is 25, Exim's 30, Postfix's 50.
	manyHops = 25
)

// loops finds hops that occur twice and steps that go on and on.
func (t *tracer) loops() {
	seen := map[string][]int{}
	steps := map[string][]int{}
	var order, stepOrder []string
	add := func(m map[string][]int, order *[]string, key string, n int) {
		if m[key] == nil {
			*order = append(*order, key)
		}
		m[key] = append(m[key], n)
	}
	for i := range t.m.Hops {
		h := &t.m.Hops[i]
		if h.By.Host == "" {
			continue
		}
		by := strings.ToLower(h.By.Host)
		if h.ID != "" && h.Style != "exchange" { // Exchange writes its version as id
			add(seen, &order, by+"\x00"+h.ID, h.N)
		}
		if h.From.IP != "" && !private(h.From.IP) && len(h.For) == 1 {
			add(steps, &stepOrder, by+"\x00"+h.From.IP+"\x00"+strings.ToLower(h.For[0]), h.N)
		}
	}
	for _, key := range order {
		if ns := seen[key]; len(ns) > 1 {
			t.duplicate(ns)
		}
	}
	for _, key := range stepOrder {
		if ns := steps[key]; len(ns) >= loopTimes {
			t.loop(ns)
		}
	}
	if n := len(t.m.Hops); n > manyHops && n < MaxHops {
		t.find("many-hops", t.lines[n-1], "", "There are ", strconv.Itoa(n), " hops: some servers refuse mail with so many, because it may be in a loop.")
	}
}

func (t *tracer) duplicate(ns []int) {
	h := &t.m.Hops[ns[0]-1]
	t.m.Loops = append(t.m.Loops, Loop{Kind: "duplicate", By: h.By.Host, ID: h.ID, Hops: ns})
	last := ns[len(ns)-1] - 1
	text := "a server gives an id once, so the mail went in a circle or the field was copied."
	if t.m.Hops[last].Raw == h.Raw {
		text = "octet for octet: somebody copied the field."
	}
	t.findHop(last, "duplicate-hop", t.m.Hops[last].ID, "Hops ", list(ns), " have the same server and id ", text)
}

func (t *tracer) loop(ns []int) {
	h := &t.m.Hops[ns[0]-1]
	t.m.Loops = append(t.m.Loops, Loop{Kind: "loop", By: h.By.Host, Hops: ns})
	t.findHop(ns[len(ns)-1]-1, "mail-loop", h.For[0], "The mail for ", h.For[0], " came from ", h.From.IP, " to ", h.By.Host, " ",
		strconv.Itoa(len(ns)), " times (hops ", list(ns), "): it goes in a circle.")
}

func list(ns []int) string {
	words := make([]string, len(ns))
	for i, n := range ns {
		words[i] = strconv.Itoa(n)
	}
	return strings.Join(words, ", ")
}

// sameHost tells whether the receiver of the hop before can be the client of h: by name or address.
func sameHost(h, before *trace.Hop) bool {
	by := strings.TrimSuffix(strings.ToLower(before.By.Host), ".")
	for _, n := range [...]string{h.From.Name, h.From.Helo, h.From.RDNS} {
		n = strings.TrimSuffix(strings.ToLower(n), ".")
		if n != "" && (n == by || organisation(n) == organisation(by)) {
			return true
		}
	}
	return h.From.IP != "" && (h.From.IP == before.By.IP || strings.Trim(by, "[]") == h.From.IP)
}
