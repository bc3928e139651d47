package smtp

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// ALabels is a domain as the DNS has it: each label that is not ASCII becomes "xn--" and its Punycode (RFC 5890 §2.3.2.1,
// RFC 3492). It maps letters to lower case and does no other normalization (RFC 5895 §2 has more); a label that it cannot
// encode stays as it is. A domain in ASCII is given back unchanged.
func ALabels(domain string) string {
	if isASCII(domain) {
		return domain
	}
	// RFC 5895 §2.4: the ideographic full stops separate labels too
	domain = strings.NewReplacer("\u3002", ".", "\uff0e", ".", "\uff61", ".").Replace(domain)
	labels := strings.Split(domain, ".")
	for i, label := range labels {
		if isASCII(label) || len(label) > MaxDomain || !utf8.ValidString(label) {
			continue
		}
		if a := "xn--" + punycode([]rune(strings.Map(unicode.ToLower, label))); len(a) <= MaxLabel {
			labels[i] = a
		}
	}
	return strings.Join(labels, ".")
}

// The parameters of RFC 3492 §5.
const (
	punyBase, punyMin, punyMax = 36, 1, 26
	punySkew, punyDamp         = 38, 700
	punyBias, punyFirst        = 72, 128
)

// punycode encodes a label of at most MaxDomain characters (RFC 3492 §6.3).
func punycode(label []rune) string {
	var out []byte
	for _, r := range label {
		if r < punyFirst {
			out = append(out, byte(r))
		}
	}
	basic := len(out)
	done := basic
	if basic > 0 {
		out = append(out, '-')
	}
	n, delta, bias := rune(punyFirst), 0, punyBias
	for done < len(label) {
		next := rune(unicode.MaxRune)
		for _, r := range label {
			if r >= n && r < next {
				next = r
			}
		}
		delta += int(next-n) * (done + 1)
		n = next
		for _, r := range label {
			switch {
			case r < n:
				delta++
			case r == n:
				out = appendPunyNumber(out, delta, bias)
				bias = punyAdapt(delta, done+1, done == basic)
				delta = 0
				done++
			}
		}
		delta++
		n++
	}
	return string(out)
}

func appendPunyNumber(dst []byte, q, bias int) []byte {
	const digits = "abcdefghijklmnopqrstuvwxyz0123456789"
	for k := punyBase; ; k += punyBase {
		t := min(max(k-bias, punyMin), punyMax)
		if q < t {
			return append(dst, digits[q])
		}
		dst = append(dst, digits[t+(q-t)%(punyBase-t)])
		q = (q - t) / (punyBase - t)
	}
}

// punyAdapt is RFC 3492 §6.1.
func punyAdapt(delta, points int, first bool) int {
	if delta /= 2; first {
		delta /= punyDamp / 2
	}
	delta += delta / points
	k := 0
	for ; delta > (punyBase-punyMin)*punyMax/2; k += punyBase {
		delta /= punyBase - punyMin
	}
	return k + (punyBase-punyMin+1)*delta/(delta+punySkew)
}
