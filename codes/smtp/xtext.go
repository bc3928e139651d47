package smtp

// EncodeXtext writes s as xtext (RFC 3461 §4), the form of ENVID, ORCPT and AUTH values: "+" with two upper-case
// hexadecimal digits for each octet that is no printable ASCII, and for "+" and "=".
func EncodeXtext(s string) string {
	const digits = "0123456789ABCDEF"
	var out []byte
	for i := range len(s) {
		c := s[i]
		if c > ' ' && c < 127 && c != '+' && c != '=' {
			out = append(out, c)
		} else {
			out = append(out, '+', digits[c>>4], digits[c&15])
		}
	}
	return string(out)
}

// DecodeXtext reads xtext; ok is false where a "+" has no two hexadecimal digits behind it. Lower-case digits, which the
// RFC forbids and software sends, are taken.
func DecodeXtext(s string) (text string, ok bool) {
	var out []byte
	for i := 0; i < len(s); i++ {
		if s[i] != '+' {
			out = append(out, s[i])
			continue
		}
		if i+2 >= len(s) || !is(s[i+1], classHex) || !is(s[i+2], classHex) {
			return "", false
		}
		out = append(out, hexDigit(s[i+1])<<4|hexDigit(s[i+2]))
		i += 2
	}
	return string(out), true
}

func hexDigit(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return upper(c) - 'A' + 10
}
