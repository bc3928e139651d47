package scenario

import (
	"bytes"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
)

// word is a scalar of the file and where it stands.
type word struct {
	s         string
	line, col int
}

// UnmarshalYAML keeps the node's text and position.
func (w *word) UnmarshalYAML(n ast.Node) error {
	tk := n.GetToken()
	w.line, w.col = tk.Position.Line, tk.Position.Column
	switch n := n.(type) {
	case *ast.NullNode:
	case *ast.StringNode:
		w.s = n.Value
	case *ast.LiteralNode:
		w.s = n.Value.Value
	case ast.ScalarNode:
		w.s = tk.Value
	default:
		return &Error{Line: w.line, Column: w.col, Want: "expected a single value here, found " + strings.ToLower(n.Type().String())}
	}
	return nil
}

func (w word) set() bool { return w.line > 0 && w.s != "" }

func (w word) err(format string, args ...any) error {
	return &Error{Line: w.line, Column: w.col, Want: fmt.Sprintf(format, args...)}
}

// within is the place of line n (from 0) of a text that stands under its key (key: |); elsewhere it is the text's.
func (w word) within(src []byte, n int, text string) word {
	lines := bytes.Split(src, []byte("\n"))
	i := w.line + n // the first line of the text is the one after the key
	if text = strings.TrimSpace(text); i >= len(lines) {
		return w
	}
	if col := bytes.Index(lines[i], []byte(text)); col >= 0 {
		return word{line: i + 1, col: utf8.RuneCount(lines[i][:col]) + 1}
	}
	return w
}

// duration reads "250ms", "5m", "36h" or "4d"; "" is 0.
func (w word) duration() (time.Duration, error) {
	s := w.s
	if s == "" {
		return 0, nil
	}
	if days, ok := strings.CutSuffix(s, "d"); ok {
		if n, err := strconv.ParseInt(days, 10, 32); err == nil && n >= 0 && n <= 36500 {
			return time.Duration(n) * 24 * time.Hour, nil
		}
	}
	d, err := time.ParseDuration(s)
	if err != nil {
		return 0, w.err("expected a time span such as 250ms, 30s, 4h or 5d, found %q", s)
	}
	return d, nil
}

// span is a duration that is not negative.
func (w word) span() (time.Duration, error) {
	d, err := w.duration()
	if err == nil && d < 0 {
		return 0, w.err("expected a time span of 0 or more, found %q", w.s)
	}
	return d, err
}

func (w word) integer(lowest, highest int64) (int64, error) {
	if w.s == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(w.s, 10, 64)
	if err != nil || n < lowest || n > highest {
		return 0, w.err("expected a whole number from %d to %d, found %q", lowest, highest, w.s)
	}
	return n, nil
}

func (w word) boolean() (bool, error) {
	switch w.s {
	case "", "no", "false", "off":
		return false, nil
	case "yes", "true", "on":
		return true, nil
	}
	return false, w.err("expected yes or no, found %q", w.s)
}

// oneOf accepts one of the given words; "" is the first.
func (w word) oneOf(words ...string) (string, error) {
	if w.s == "" && len(words) > 0 {
		return words[0], nil
	}
	for _, x := range words {
		if w.s == x {
			return x, nil
		}
	}
	return "", w.err("expected one of %s, found %q", strings.Join(words, ", "), w.s)
}

// bits reads "64kbit", "10Mbit", "1Gbit" as bits per second; "" is 0, no limit.
func (w word) bits() (int64, error) {
	s, factor := w.s, int64(1)
	for _, u := range []struct {
		suffix string
		factor int64
	}{{"kbit", 1e3}, {"Mbit", 1e6}, {"Gbit", 1e9}, {"bit", 1}} {
		if n, ok := strings.CutSuffix(s, u.suffix); ok {
			s, factor = n, u.factor
			break
		}
	}
	if w.s == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(s, 10, 32)
	if err != nil || n <= 0 {
		return 0, w.err("expected a rate such as 64kbit, 10Mbit or 1Gbit, found %q", w.s)
	}
	return n * factor, nil
}

// scaled reads a number with unit and at most six decimals as parts of a million or a billion, without floating point.
func (w word) scaled(unit string, perUnit, highest int64, example string) (int64, error) {
	if w.s == "" {
		return 0, nil
	}
	wrong := w.err("expected %s, found %q", example, w.s)
	s, ok := strings.CutSuffix(w.s, unit)
	if !ok {
		return 0, wrong
	}
	whole, frac, _ := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	n, err := strconv.ParseInt(whole, 10, 32)
	if err != nil || n < 0 {
		return 0, wrong
	}
	total := n * perUnit
	for i := range len(frac) {
		perUnit /= 10
		if frac[i] < '0' || frac[i] > '9' || perUnit == 0 {
			return 0, wrong
		}
		total += int64(frac[i]-'0') * perUnit
	}
	if total > highest {
		return 0, wrong
	}
	if strings.HasPrefix(s, "-") {
		total = -total
	}
	return total, nil
}

func (w word) lossPPM() (int64, error) {
	n, err := w.scaled("%", 10_000, 1_000_000, "a loss from 0% to 100% such as 0.5%")
	if err == nil && n < 0 {
		return 0, w.err("expected a loss from 0%% to 100%%, found %q", w.s)
	}
	return n, err
}

func (w word) drift() (int64, error) {
	return w.scaled("ppm", 1000, 100_000_000, "a drift such as 20ppm or -3.5ppm")
}

// zone reads "+0200" or "-0330" (RFC 5322 §3.3).
func (w word) zone() (time.Duration, error) {
	if w.s == "" {
		return 0, nil
	}
	s := w.s
	if len(s) == 5 && (s[0] == '+' || s[0] == '-') {
		h, err1 := strconv.Atoi(s[1:3])
		m, err2 := strconv.Atoi(s[3:])
		if err1 == nil && err2 == nil && h <= 14 && m < 60 {
			d := time.Duration(h)*time.Hour + time.Duration(m)*time.Minute
			if s[0] == '-' {
				d = -d
			}
			return d, nil
		}
	}
	return 0, w.err("expected a time zone in quotes such as \"+0200\", found %q", s)
}

func (w word) addr() (netip.Addr, error) {
	a, err := netip.ParseAddr(w.s)
	if err != nil || a.Zone() != "" || a.IsUnspecified() || a.IsMulticast() {
		return netip.Addr{}, w.err("expected an IPv4 or IPv6 address, found %q", w.s)
	}
	return a.Unmap(), nil
}

func (w word) prefix() (netip.Prefix, error) {
	p, err := netip.ParsePrefix(w.s)
	if err != nil {
		if a, err := netip.ParseAddr(w.s); err == nil {
			return netip.PrefixFrom(a, a.BitLen()), nil
		}
		return netip.Prefix{}, w.err("expected a network such as 192.0.2.0/24, found %q", w.s)
	}
	return p.Masked(), nil
}

// hostName accepts a domain name in lower case (RFC 5321 §2.3.5), without the final dot.
func (w word) hostName() (string, error) {
	s := strings.TrimSuffix(w.s, ".")
	bad := s == "" || len(s) > 253
	for _, l := range strings.Split(s, ".") {
		if l == "" || len(l) > 63 || l[0] == '-' || l[len(l)-1] == '-' {
			bad = true
		}
	}
	for i := range len(s) {
		c := s[i]
		if !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '.') {
			bad = true
		}
	}
	if bad {
		return "", w.err("expected a domain name in lower case such as mx1.west.example, found %q", w.s)
	}
	return s, nil
}
