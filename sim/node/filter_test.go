package node

import (
	"strings"
	"testing"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/trace/field"
)

func TestRewriteAddresses(t *testing.T) {
	change := func(a string) string { return "[" + strings.ToUpper(a) + "]" }
	for value, want := range map[string]string{
		"":                                 "",
		" a@b.example":                     " [A@B.EXAMPLE]",
		" bob":                             " [BOB]",
		" Bob Smith <bob>":                 " Bob Smith <[BOB]>",
		" Bob Smith":                       " Bob Smith",
		" <a@b>, c@d (e@f (g@h) i@j) ,k@l": " <[A@B]>, [C@D] (e@f (g@h) i@j) ,[K@L]",
		` "x@y \" z@w" <a@b>`:              ` "x@y \" z@w" <[A@B]>`,
		" team: a@b,\r\n\tc@d;":            " team: [A@B],\r\n\t[C@D];",
		" <@route.example:a@b>":            " <[@ROUTE.EXAMPLE]:[A@B]>",
		` "open <a@b>`:                     ` "open <a@b>`,
		" (open <a@b>":                     " (open <a@b>",
		` a@b\`:                            ` [A@B\]`,
		" x!y, z":                          " [X!Y], z",
	} {
		if got := rewriteAddresses(value, change); got != want {
			t.Errorf("%q: %q, want %q", value, got, want)
		}
	}
	if got := rewriteAddresses(" a@b", func(string) string { return "x@y>\r\nBcc: z@w, \"" }); got != " x@yBccz@w" {
		t.Errorf("an address makes a field: %q", got)
	}
}

// Rewriting nobody's address changes no octet, and rewriting makes no field and moves no body.
func FuzzRewriteHead(f *testing.F) {
	for _, seed := range []string{"", "From: a@b\r\n\r\nx", "From: \"a\r\n b\" <c@d>\r\nTo:\r\n\r\n", "from:a@b\nTo: (\n\nTo: x@y", "From", ": x@y\r\n", "\r\nFrom: a@b"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if got := rewriteHead(text, func(a string) string { return a }); string(got) != string(text) {
			t.Fatalf("%q became %q", text, got)
		}
		before := field.ReadSection(text)
		changed := rewriteHead(text, func(string) string { return "x@y.example" })
		after := field.ReadSection(changed)
		if len(before.Fields) != len(after.Fields) || string(text[before.Body:]) != string(changed[after.Body:]) {
			t.Fatalf("%q became %q", text, changed)
		}
	})
}

func TestFilterRules(t *testing.T) {
	text := []byte("Subject: Win the\r\n LOTTERY\r\nX-Mailer: Bulk\r\n\r\nSee VIRUS.exe\r\n")
	head := field.ReadSection(text)
	for _, c := range []struct {
		field, has string
		want       bool
	}{
		{"subject", "the lottery", true}, {"Subject", "virus", false}, {"body", "virus.EXE", true}, {"body", "lottery", false},
		{"", "x-mailer: bulk", true}, {"", "nothing", false}, {"received", "x", false},
	} {
		r := FilterRule{Field: c.field, Has: c.has}
		if got := r.applies(text, &head); got != c.want {
			t.Errorf("%s has %q: %v", c.field, c.has, got)
		}
	}
}

// The first rule that applies decides, tags are added beside it; who is refused learns it from the server, and what is discarded
// leaves a claim (RFC 5321 §6.2).
func TestFilterDecides(t *testing.T) {
	w := northAndWest(t, func(name string, c *Config) {
		if name == "mx1.west.example" {
			c.Filter = &Filter{Quarantine: "carol@west.example", Rules: []FilterRule{
				{Has: "tag", Does: TagIt, Tag: "X-Tag: 1\r\nBcc: x"}, {Field: "body", Has: "refuse", Does: RejectIt},
				{Field: "body", Has: "again", Does: RejectIt, Reply: smtp.NewReply(451, "4.7.1", "Not now")},
				{Field: "body", Has: "discard", Does: DiscardIt}, {Field: "body", Has: "aside", Does: QuarantineIt}}}
		}
	})
	for body, want := range map[string]string{
		"tag":            "mx1 delivered bob@west.example 250; msa relayed bob@west.example 250",
		"refuse discard": "msa bounced bob@west.example 554; msa delivered alice@nord.example 250",
		"again":          "msa queued bob@west.example 451",
		"discard":        "mx1 dropped bob@west.example 0; msa relayed bob@west.example 250",
		"tag aside":      "mx1 delivered carol@west.example 250; msa relayed bob@west.example 250",
	} {
		w.sendFrom("alice.nord.example", Message{From: alice, To: []string{bob}, Body: body})
		w.passes(1e9)
		w.check(body, w.fate(), want)
	}
	got := string(w.box("mx1.west.example", "bob")[0])
	if !strings.Contains(got, "\r\nX-Tag: 1  Bcc: x\r\n") {
		t.Errorf("a tag makes two fields:\n%s", got)
	}
}

// A firewall that hides names changes envelope and header section, and leaves trace fields and the body alone.
func TestMasquerade(t *testing.T) {
	w := northAndWest(t, func(name string, c *Config) {
		if name == "msa.nord.example" {
			c.Filter = &Filter{Hide: map[string]string{"pc.nord.example": "nord.example", "bob@pc.nord.example": "robert@nord.example"},
				Show: map[string]string{"info@nord.example": alice}}
			c.RelayTo = []string{"info.example"}
			c.Users = []string{"alice", "info"}
		}
	})
	w.sendFrom("alice.nord.example", Message{From: "alice@PC.nord.example", To: []string{bob}, Header: "bob@west.example, Bob <bob@pc.nord.example>", Body: "alice@pc.nord.example"})
	w.sendFrom("mx1.west.example", Message{From: bob, To: []string{"info@nord.example"}})
	w.net.RunIdle()
	got := string(w.box("mx1.west.example", "bob")[0])
	for _, want := range []string{"Return-Path: <alice@nord.example>\r\n", "From: alice@nord.example\r\n", "To: bob@west.example, Bob <robert@nord.example>\r\n", "\r\n\r\nalice@pc.nord.example\r\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if n := len(w.box("msa.nord.example", "alice")); n != 1 {
		t.Errorf("%d mails found their way back", n)
	}
}
