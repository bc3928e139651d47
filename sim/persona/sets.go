package persona

import (
	"fmt"
	"slices"
	"strings"

	"github.com/smtpsim/smtpsim/codes/smtp"
)

// words are the members of a list. A list of words with + or - in front changes what was inherited; any other replaces it.
func words(value string) (list []string, changes bool, err error) {
	list = strings.Fields(value)
	for i, w := range list {
		signed := w[0] == '+' || w[0] == '-'
		if i == 0 {
			changes = signed
		}
		if signed != changes {
			return nil, false, fmt.Errorf("%q: either all words have a sign, or none", value)
		}
	}
	return list, changes, nil
}

// unsigned takes the sign off a word.
func unsigned(word string) (name string, minus bool) {
	if word[0] == '+' || word[0] == '-' {
		return word[1:], word[0] == '-'
	}
	return word, false
}

func (s *setter) extensions(set *Extensions, value string) error {
	list, changes, err := words(value)
	if err != nil {
		return err
	}
	if !changes {
		*set = 0
	}
	for _, w := range list {
		name, minus := unsigned(w)
		e := ByKeyword(name)
		switch {
		case e == 0:
			return fmt.Errorf("no EHLO keyword is called %q", name)
		case minus:
			*set &^= e
		default:
			*set |= e
		}
	}
	return nil
}

func (s *setter) keywords(value string) error {
	s.p.Keywords = nil
	for _, w := range strings.Fields(value) {
		e := ByKeyword(w)
		if e == 0 || slices.Contains(s.p.Keywords, e) {
			return fmt.Errorf("no EHLO keyword is called %q, or it stands twice", w)
		}
		s.p.Keywords = append(s.p.Keywords, e)
	}
	return nil
}

func (s *setter) customs(value string) error {
	list, changes, err := words(value)
	if err != nil {
		return err
	}
	c := &s.p.Customs
	if !changes {
		*c = Customs{Takes: c.Takes, BareLF: c.BareLF, Ends: c.Ends, Reader: c.Reader}
	}
	for _, w := range list {
		name, minus := unsigned(w)
		at := slices.Index(customNames[:], name)
		if at < 0 {
			return fmt.Errorf("no custom is called %q", name)
		}
		*c.flag(at) = !minus
	}
	return nil
}

func (s *setter) takes(value string) error {
	list, changes, err := words(value)
	if err != nil {
		return err
	}
	var takes []smtp.Tolerance
	if changes {
		takes = slices.Clone(s.p.Customs.Takes)
	}
	for _, w := range list {
		name, minus := unsigned(w)
		t := smtp.Tolerance(name)
		if !slices.Contains(tolerable(), t) {
			return fmt.Errorf("%q is nothing that may pass", name)
		}
		takes = slices.DeleteFunc(takes, func(x smtp.Tolerance) bool { return x == t })
		if !minus {
			takes = append(takes, t)
		}
	}
	s.p.Customs.Takes = takes
	return nil
}

// ends reads the further ends of mail data: names, or "keep" for none.
func (s *setter) ends(value string) error {
	set := smtp.TextEnds(0)
	for _, w := range strings.Fields(value) {
		e := smtp.TextEndByName(w)
		if e == 0 && value != "keep" {
			return fmt.Errorf("no end of mail data is called %q", w)
		}
		set |= e
	}
	s.p.Customs.Ends = set
	return nil
}

// tolerable is all of smtp.Tolerant parsing that a custom can let pass.
func tolerable() []smtp.Tolerance {
	return []smtp.Tolerance{smtp.LeadingSpace, smtp.ExtraSpace, smtp.SpaceBeforeColon, smtp.SpaceAfterColon, smtp.NoColon,
		smtp.NoBrackets, smtp.SpaceInPath, smtp.NoSpaceParams, smtp.NoDomain, smtp.TrailingDot, smtp.BadDomain, smtp.BadLiteral,
		smtp.BadDots, smtp.BadLocal, smtp.EightBit, smtp.UTF8, smtp.Control, smtp.LongLine, smtp.LongPath, smtp.LiteralInHelo,
		smtp.BadParam, smtp.DoubledParam, smtp.ExtraArgument}
}
