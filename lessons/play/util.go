package play

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

func itoa(n int) string { return strconv.Itoa(n) }

func pad(s string, n int) string {
	return s + strings.Repeat(" ", max(1, n-len([]rune(s))))
}

// cut shortens s to n columns.
func cut(s string, n int, ascii bool) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	if ascii {
		return string(r[:n-3]) + "..."
	}
	return string(r[:n-1]) + "…"
}

// visible makes somebody's words harmless: what could steer a terminal or hide from a reader is written as an escape.
func visible(s string) string {
	var b strings.Builder
	for _, r := range s {
		if unicode.IsPrint(r) && !unicode.Is(unicode.Mn, r) {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, "<%04X>", r)
		}
	}
	return b.String()
}

// expandTabs sets tabs to every eighth column.
func expandTabs(s string) string {
	if !strings.Contains(s, "\t") {
		return s
	}
	var b strings.Builder
	n := 0
	for _, r := range s {
		if r != '\t' {
			b.WriteRune(r)
			n++
			continue
		}
		k := 8 - n%8
		b.WriteString(strings.Repeat(" ", k))
		n += k
	}
	return b.String()
}

// short is a host's name without what all names here have.
func short(host string) string { return strings.TrimSuffix(host, ".example") }

// entryNumber reads "11", "#11", "because 11", "because #11".
func entryNumber(s string) (int, bool) {
	f := strings.Fields(s)
	if len(f) == 0 || len(f) > 2 {
		return 0, false
	}
	n, err := strconv.Atoi(strings.TrimPrefix(f[len(f)-1], "#"))
	return n, err == nil && n > 0
}
