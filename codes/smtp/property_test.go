package smtp

import (
	"bytes"
	"math"
	"net/netip"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func expanded(s string) string {
	if a, err := netip.ParseAddr(s); err == nil {
		return a.StringExpanded()
	}
	return s
}

// Generators of what a strict peer may send.

func genDomain() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.StringMatching(`[a-zA-Z0-9]([a-z0-9-]{0,20}[a-z0-9])?(\.[a-z0-9]{1,10}){0,3}`),
		rapid.Map(rapid.SliceOfN(rapid.Byte(), 16, 16), func(b []byte) string {
			return Literal(netip.AddrFrom16([16]byte(b)))
		}),
		rapid.Map(rapid.SliceOfN(rapid.Byte(), 4, 4), func(b []byte) string {
			return Literal(netip.AddrFrom4([4]byte(b)))
		}),
		rapid.StringMatching(`\[x-tag:[!-Z^-~]{1,20}\]`),
	)
}

func genLocal() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.StringMatching(`[a-z0-9!#$%&'*+/=?^_{|}~-]{1,12}(\.[A-Za-z0-9]{1,8}){0,3}`),
		rapid.StringMatching(`[ -~]{0,30}`), // needs quotes
	)
}

func genMailbox() *rapid.Generator[Mailbox] {
	return rapid.Custom(func(t *rapid.T) Mailbox {
		return Mailbox{Local: genLocal().Draw(t, "local"), Domain: genDomain().Draw(t, "domain")}
	})
}

func genRoute() *rapid.Generator[[]string] {
	return rapid.Custom(func(t *rapid.T) []string {
		route := rapid.SliceOfN(rapid.StringMatching(`[a-z0-9]{1,8}(\.[a-z]{2,5})?`), 0, 3).Draw(t, "route")
		if len(route) == 0 {
			return nil
		}
		return route
	})
}

func genReverse() *rapid.Generator[ReversePath] {
	return rapid.Custom(func(t *rapid.T) ReversePath {
		if rapid.Bool().Draw(t, "null") {
			return ReversePath{Null: true}
		}
		return ReversePath{Mailbox: genMailbox().Draw(t, "mailbox"), Route: genRoute().Draw(t, "route")}
	})
}

func genForward() *rapid.Generator[ForwardPath] {
	return rapid.Custom(func(t *rapid.T) ForwardPath {
		if rapid.IntRange(0, 9).Draw(t, "postmaster") == 0 {
			return ForwardPath{Mailbox: Mailbox{Local: "PostMaster"}}
		}
		return ForwardPath{Mailbox: genMailbox().Draw(t, "mailbox"), Route: genRoute().Draw(t, "route")}
	})
}

func genParams() *rapid.Generator[[]Param] {
	param := rapid.Custom(func(t *rapid.T) Param {
		return Param{Name: rapid.StringMatching(`[A-Z0-9][A-Z0-9-]{0,10}`).Draw(t, "name"),
			Value: rapid.StringMatching(`([!-<>-~]{1,20})?`).Draw(t, "value")}
	})
	return rapid.Custom(func(t *rapid.T) []Param {
		params := rapid.SliceOfNDistinct(param, 0, 4, func(p Param) string { return p.Name }).Draw(t, "params")
		if len(params) == 0 {
			return nil
		}
		return params
	})
}

func genCommand() *rapid.Generator[Command] {
	word := rapid.StringMatching(`[!-~]([ -~]{0,20}[!-~])?`)
	return rapid.Custom(func(t *rapid.T) Command {
		c := Command{Verb: rapid.SampledFrom([]Verb{EHLO, HELO, LHLO, MAIL, RCPT, DATA, BDAT, RSET, NOOP, QUIT, VRFY, EXPN,
			HELP, AUTH, STARTTLS, ETRN, ATRN, TURN, SEND, SOML, SAML, BURL, XCLIENT, XFORWARD, VERB, ONEX}).Draw(t, "verb")}
		switch c.Verb {
		case EHLO, HELO, LHLO:
			c.Domain = genDomain().Draw(t, "domain")
		case MAIL, SEND, SOML, SAML:
			c.Reverse, c.Params = genReverse().Draw(t, "reverse"), genParams().Draw(t, "params")
		case RCPT:
			c.Forward, c.Params = genForward().Draw(t, "forward"), genParams().Draw(t, "params")
		case XCLIENT, XFORWARD:
			c.Params = append(genParams().Draw(t, "params"), Param{Name: "LAST-ONE", Value: "x"})
		case BDAT:
			c.Size, c.Last = rapid.Int64Range(0, math.MaxInt64).Draw(t, "size"), rapid.Bool().Draw(t, "last")
		case BURL:
			c.Arg, c.Last = "imap://h.example/x", rapid.Bool().Draw(t, "last")
		case AUTH:
			c.Arg = rapid.StringMatching(`[A-Z0-9_-]{1,20}`).Draw(t, "mechanism")
			c.Initial = rapid.StringMatching(`([A-Za-z0-9+/]{4}){0,4}|=`).Draw(t, "initial")
		case VRFY, EXPN, ETRN, HELP, NOOP, ATRN:
			c.Arg = word.Draw(t, "argument")
		}
		c.Line = c.String()
		return c
	})
}

// strict is c without the notes of what is legal.
func strict(c Command) Command {
	c.Tolerances = nil
	return c
}

func TestPropertyCommand(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := genCommand().Draw(t, "command")
		for _, mode := range []Mode{Strict, Tolerant, StrictUTF8} {
			got, err := ParseCommand(want.String(), mode)
			if err != nil {
				t.Fatalf("mode %d: %q: %v", mode, want, err)
			}
			if !reflect.DeepEqual(strict(got), want) {
				t.Fatalf("mode %d: %q: got %+v, want %+v", mode, want, got, want)
			}
		}
	})
}

func TestPropertyPaths(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		mailbox := genMailbox().Draw(t, "mailbox")
		if got, err := ParseMailbox(mailbox.String(), Strict); err != nil || got != mailbox {
			t.Fatalf("%q: %+v %v", mailbox, got, err)
		}
		reverse := genReverse().Draw(t, "reverse")
		if got, err := ParseReversePath(reverse.String(), Strict); err != nil || !reflect.DeepEqual(got, reverse) {
			t.Fatalf("%q: %+v %v", reverse, got, err)
		}
		forward := genForward().Draw(t, "forward")
		if got, err := ParseForwardPath(forward.String(), Strict); err != nil || !reflect.DeepEqual(got, forward) {
			t.Fatalf("%q: %+v %v", forward, got, err)
		}
	})
}

func TestPropertyReply(t *testing.T) {
	text := rapid.StringMatching(`([!-~][ -~\t]{0,40})?`)
	rapid.Check(t, func(t *rapid.T) {
		want := Reply{Code: 100*rapid.IntRange(2, 5).Draw(t, "class") + rapid.IntRange(0, 59).Draw(t, "rest"),
			Lines: rapid.SliceOfN(text, 1, 5).Draw(t, "lines")}
		if want.Code/100 != 3 && rapid.Bool().Draw(t, "enhanced") {
			want.Enhanced = EnhancedCode{want.Code / 100, rapid.IntRange(0, 999).Draw(t, "subject"),
				rapid.IntRange(0, 999).Draw(t, "detail")}
		} else if _, n := CutEnhanced(want.Lines[0]); n > 0 {
			t.Skip("a text that looks like an enhanced code is one")
		}
		wire := want.Append(nil)
		got, err := ParseReply(string(wire), Strict)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("%q: %+v %v, want %+v", wire, got, err, want)
		}
		e, ok := ParseEnhanced(want.Enhanced.String())
		if ok == want.Enhanced.IsZero() || e != want.Enhanced {
			t.Fatalf("%v: %v %v", want.Enhanced, e, ok)
		}
	})
}

// genText makes mail data that is rich in dots and line ends.
func genText() *rapid.Generator[[]byte] {
	return rapid.Map(rapid.SliceOf(rapid.SampledFrom([]string{"\r\n", ".", "\r", "\n", "a", "bc", "\r\n.", "\r\n.\r\n"})),
		func(parts []string) []byte { return []byte(strings.Join(parts, "")) })
}

// Stuffing then unstuffing gives the text back, with the CRLF that it may have lacked, wherever the chunks are cut; and
// what follows the end is left alone.
func TestPropertyStuffing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := genText().Draw(t, "text")
		wire := AppendStuffed(nil, text)
		var s Stuffer
		cut := rapid.IntRange(0, len(text)).Draw(t, "cut")
		if parts := s.End(s.Append(s.Append(nil, text[:cut]), text[cut:])); !bytes.Equal(parts, wire) {
			t.Fatalf("stuffed in parts: %q, at once: %q", parts, wire)
		}
		want := text
		if len(text) > 0 && !bytes.HasSuffix(text, []byte("\r\n")) {
			want = append(bytes.Clone(text), "\r\n"...)
		}
		got, rest, done := feedInParts(&Unstuffer{}, append(wire, "QUIT\r\n"...), func(left int) int {
			return rapid.IntRange(1, left).Draw(t, "part")
		})
		if !done || !bytes.Equal(got, want) || string(rest) != "QUIT\r\n" {
			t.Fatalf("%q -> %q -> %q, rest %q, done %v", text, wire, got, rest, done)
		}
	})
}

// feedInParts feeds p in pieces whose length part chooses.
func feedInParts(u *Unstuffer, p []byte, part func(left int) int) (text, rest []byte, done bool) {
	for len(p) > 0 {
		n := part(len(p))
		add, over, ended := u.Feed(p[:n])
		text = append(text, add...)
		if ended {
			return text, append(bytes.Clone(over), p[n:]...), true
		}
		p = p[n:]
	}
	return text, nil, false
}
