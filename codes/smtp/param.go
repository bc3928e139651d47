package smtp

// Param is one esmtp-param of MAIL or RCPT, or one attribute of XCLIENT and XFORWARD (RFC 5321 §4.1.2).
type Param struct {
	Name  string // upper case
	Value string // "" where there is no "="
}

// Append appends `Name` or `Name=Value`.
func (p Param) Append(dst []byte) []byte {
	dst = append(dst, p.Name...)
	if p.Value != "" {
		dst = append(append(dst, '='), p.Value...)
	}
	return dst
}

// String is `Name` or `Name=Value`.
func (p Param) String() string { return string(p.Append(nil)) }

// FindParam is the value of the parameter with that upper-case name, and whether it is there.
func FindParam(params []Param, name string) (string, bool) {
	for _, p := range params {
		if p.Name == name {
			return p.Value, true
		}
	}
	return "", false
}

// params reads `esmtp-param *(SP esmtp-param)` up to the end of the line.
func (p *parser) params() ([]Param, error) {
	var params []Param
	for !p.done() {
		if len(params) == MaxParams {
			return nil, p.fail("fewer parameters")
		}
		param, err := p.param()
		if err != nil {
			return nil, err
		}
		if _, twice := FindParam(params, param.Name); twice {
			if err := p.allow(DoubledParam, "each parameter once"); err != nil {
				return nil, err
			}
		}
		params = append(params, param)
		if p.done() {
			break
		}
		if err := p.space("a space before the next parameter"); err != nil {
			return nil, err
		}
	}
	return params, nil
}

// param reads `esmtp-keyword ["=" esmtp-value]`.
func (p *parser) param() (Param, error) {
	start := p.pos
	if c := p.peek(); !is(c, classLetDig) {
		if err := p.allow(BadParam, "a parameter name"); err != nil {
			return Param{}, err
		}
	}
	for p.pos < len(p.line) && (is(p.line[p.pos], classLetDig) || p.line[p.pos] == '-') {
		p.pos++
	}
	for p.tolerant() && !p.done() && p.peek() != '=' && !isSpace(p.peek()) {
		p.note(BadParam)
		p.pos++
	}
	param := Param{Name: upperString(p.line[start:p.pos])}
	if !p.take('=') {
		return param, nil
	}
	start = p.pos
	err := p.value()
	param.Value = p.line[start:p.pos]
	if err == nil && param.Value == "" {
		err = p.allow(BadParam, "a value")
	}
	return param, err
}

// value reads esmtp-value, to which RFC 6531 §3.3 adds UTF-8.
func (p *parser) value() error {
	for p.pos < len(p.line) && !isSpace(p.line[p.pos]) {
		c := p.line[p.pos]
		switch {
		case is(c, classValue):
			p.pos++
		case c >= 128:
			if err := p.highOctet(); err != nil {
				return err
			}
		default:
			if err := p.allow(BadParam, "a printable character other than ="); err != nil {
				return err
			}
			p.pos++
		}
	}
	return nil
}

// space reads one space, in Tolerant mode any white space.
func (p *parser) space(want string) error {
	if p.peek() != ' ' && (!p.tolerant() || p.peek() != '\t') {
		return p.fail(want)
	}
	p.pos++
	if p.pos < len(p.line) && isSpace(p.line[p.pos]) || p.line[p.pos-1] == '\t' {
		if err := p.allow(ExtraSpace, "one space only"); err != nil {
			return err
		}
		p.spaces()
	}
	return nil
}

// upperString is s in upper case; without an allocation if it is already.
func upperString(s string) string {
	for i := range len(s) {
		if 'a' <= s[i] && s[i] <= 'z' {
			b := []byte(s)
			for j := i; j < len(b); j++ {
				b[j] = upper(b[j])
			}
			return string(b)
		}
	}
	return s
}
