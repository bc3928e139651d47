package conform

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// ReplyWant is what a script expects of a reply: "250", "501|555 5.5.4", "4xx", "250 - ~ regexp", "250 !~ regexp".
type ReplyWant struct {
	codes    []string       // "250", "4xx"
	enhanced string         // "2.1.x"; "-": there must be none; "": any
	match    *regexp.Regexp // of the texts, enhanced code included, lines joined by LF
	not      bool
}

//house:table compiled once
var (
	codeForm     = regexp.MustCompile(`^[2-5x][\dx]{2}$`)
	enhancedForm = regexp.MustCompile(`^([2345x]\.[\dx]+\.[\dx]+|-)$`)
)

// ParseReplyWant reads the text behind S:.
func ParseReplyWant(text string) (ReplyWant, error) {
	var w ReplyWant
	word, rest, _ := strings.Cut(text, " ")
	w.codes = strings.Split(word, "|")
	for _, c := range w.codes {
		if !codeForm.MatchString(c) {
			return w, fmt.Errorf("expected a reply code such as 250 or 5xx, found %q", c)
		}
	}
	if word, after, _ := strings.Cut(rest, " "); enhancedForm.MatchString(word) {
		w.enhanced, rest = word, after
	}
	rest = strings.TrimSpace(rest)
	if rest == "" {
		return w, nil
	}
	expr, ok := strings.CutPrefix(rest, "~ ")
	if !ok {
		if expr, w.not = strings.CutPrefix(rest, "!~ "); !w.not {
			return w, fmt.Errorf("expected an enhanced code, ~ or !~, found %q", rest)
		}
	}
	var err error
	w.match, err = regexp.Compile(expr)
	return w, err
}

// Check says what is wrong with the lines of a reply as they came, without line ends; "" if nothing is.
func (w ReplyWant) Check(lines []string) string {
	last := lines[len(lines)-1]
	if len(last) < 3 {
		return fmt.Sprintf("%q is no reply", last)
	}
	code := last[:3]
	fits := false
	for _, c := range w.codes {
		fits = fits || alike(c, code)
	}
	if !fits {
		return fmt.Sprintf("got %q, want %s", lines, strings.Join(w.codes, " or "))
	}
	texts := make([]string, len(lines))
	for i, l := range lines {
		texts[i] = l[min(4, len(l)):]
		word, _, _ := strings.Cut(texts[i], " ")
		has := word != "-" && enhancedForm.MatchString(word) && !strings.Contains(word, "x")
		if w.enhanced == "-" && has || w.enhanced != "" && w.enhanced != "-" && !(has && alikeEnhanced(w.enhanced, word)) {
			return fmt.Sprintf("got %q, want the enhanced code %s", l, w.enhanced)
		}
	}
	if w.match != nil && w.match.MatchString(strings.Join(texts, "\n")) == w.not {
		return fmt.Sprintf("got %q, want match %v of %s", texts, !w.not, w.match)
	}
	return ""
}

// alike compares digit by digit; x stands for any.
func alike(pattern, s string) bool {
	for i := range len(pattern) {
		if i >= len(s) || pattern[i] != 'x' && pattern[i] != s[i] {
			return false
		}
	}
	return len(pattern) == len(s)
}

// alikeEnhanced compares part by part; x stands for any number.
func alikeEnhanced(pattern, s string) bool {
	p, q := strings.Split(pattern, "."), strings.Split(s, ".")
	for i := range p {
		if i >= len(q) || p[i] != "x" && p[i] != q[i] {
			return false
		}
	}
	return true
}

// Count is how often something may be seen: "3", ">=2", "<=1", "" for at least once.
type Count struct{ min, max int }

// ParseCount takes the count off the front of a text: "0 /x/" gives none and "/x/".
func ParseCount(text string) (Count, string, error) {
	word, rest, _ := strings.Cut(text, " ")
	number := strings.TrimLeft(word, "<>=")
	n, err := strconv.Atoi(number)
	if err != nil {
		return Count{1, 1 << 30}, text, nil
	}
	switch strings.TrimSuffix(word, number) {
	case "":
		return Count{n, n}, rest, nil
	case ">=":
		return Count{n, 1 << 30}, rest, nil
	case "<=":
		return Count{0, n}, rest, nil
	}
	return Count{}, "", fmt.Errorf("expected a count such as 2, >=2 or <=2, found %q", word)
}

// Has says whether n fits.
func (c Count) Has(n int) bool { return c.min <= n && n <= c.max }

// String tells the count.
func (c Count) String() string {
	switch {
	case c.min == c.max:
		return strconv.Itoa(c.min)
	case c.max == 1<<30:
		return "at least " + strconv.Itoa(c.min)
	}
	return "at most " + strconv.Itoa(c.max)
}
