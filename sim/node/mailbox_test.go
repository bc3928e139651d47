package node

import (
	"fmt"
	"strings"
	"testing"

	"github.com/smtpsim/smtpsim/codes/smtp"
)

// However many Return-Path fields a stranger has written, the delivered mail has one, on top (RFC 5321 §4.4); the body's
// own words stay.
func TestOneReturnPath(t *testing.T) {
	const rest = "Subject: x\r\n\r\nReturn-Path: <body@a.example>\r\n"
	reverse := smtp.ReversePath{Mailbox: smtp.Mailbox{Local: "alice", Domain: "nord.example"}}
	for _, text := range []string{
		rest,
		"Return-Path: <x@a.example>\r\n" + rest,
		"return-path:<x@a.example>\r\n" + "RETURN-PATH: <>\r\n\t(folded)\r\n (twice)\r\n" + rest,
		"Subject: x\r\nReturn-Path: <x@a.example>\r\nReturn-Path: <y@a.example>\r\n\r\nReturn-Path: <body@a.example>\r\n",
	} {
		if got, want := string(final(reverse, []byte(text))), "Return-Path: <alice@nord.example>\r\n"+rest; got != want {
			t.Errorf("%q:\n got %q\nwant %q", text, got, want)
		}
	}
	for text, want := range map[string]string{
		"":                                "Return-Path: <>\r\n",
		"Return-Path: <x@a.example>":      "Return-Path: <>\r\n",
		"Return-Path: <x>\r\n folded":     "Return-Path: <>\r\n",
		"Return-Paths: <x@a.example>\r\n": "Return-Path: <>\r\nReturn-Paths: <x@a.example>\r\n",
	} {
		if got := string(final(smtp.ReversePath{Null: true}, []byte(text))); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// What somebody writes into a mail's subject or To field makes no field of its own.
func TestComposeKeepsFieldsApart(t *testing.T) {
	w := northAndWest(t, nil)
	_, text, err := w.nodes["alice.nord.example"].Compose(Message{From: alice, To: []string{bob}, Header: "x\r\nCc: y@ost.example",
		Subject: "a\nBcc: z@ost.example\rX: 1", Body: "hi"})
	if err != nil {
		t.Fatal(err)
	}
	head, _, _ := strings.Cut(string(text), "\r\n\r\n")
	if n := strings.Count(head, "\r\n") + 1; n != 5 || strings.Count(head, "\r") != 4 || strings.Count(head, "\n") != 4 {
		t.Errorf("%d fields:\n%q", n, head)
	}
}

// Aliases are followed ten deep, and to a thousand addresses more than the mail has; beyond that it is refused.
func TestAliasLimits(t *testing.T) {
	n := &Node{domains: set([]string{"nord.example"}), aliases: map[string][]string{}}
	for i := range 30 {
		n.aliases[fmt.Sprint("a", i)] = []string{fmt.Sprint("a", i+1)}
	}
	for i := range 1 + maxExpanded { // besides the recipient's own place
		n.aliases["all"] = append(n.aliases["all"], fmt.Sprintf("u%d@west.example", i))
	}
	n.aliases["more"] = append(n.aliases["all"], "one@west.example")
	to := func(local string) []smtp.Recipient {
		return []smtp.Recipient{{Forward: smtp.ForwardPath{Mailbox: smtp.Mailbox{Local: local, Domain: "nord.example"}}}}
	}
	for from, want := range map[string]string{"a20": "a30@nord.example", "a19": "a29@nord.example"} {
		if got, _ := n.expand(to(from)); len(got) != 1 || got[0].Forward.Address() != want {
			t.Errorf("%s: %v, want %s", from, got, want)
		}
	}
	for from, want := range map[string]bool{"all": true, "more": false} {
		if got, ok := n.expand(to(from)); ok != want || want && len(got) != 1+maxExpanded {
			t.Errorf("%s: %d addresses, %v", from, len(got), ok)
		}
	}
}

// Nobody is lost in aliases: who is in a circle, or stands only for what is no address, stays a recipient, so that the queue
// gives the mail back (RFC 5321 §6.1); more than the limit is refused as a whole.
func TestAliasesLoseNobody(t *testing.T) {
	n := &Node{domains: set([]string{"nord.example"}), aliases: map[string][]string{
		"a": {"b"}, "b": {"a"}, "bad": {"not an address"}, "half": {"not an address", "x@west.example"}, "team": {"alice", "x@west.example"},
		"self": {"self"}}}
	for to, want := range map[string]string{
		"alice a":        "alice@nord.example a@nord.example",
		"a alice":        "a@nord.example alice@nord.example",
		"a b":            "a@nord.example b@nord.example",
		"alice bad":      "alice@nord.example bad@nord.example",
		"half":           "x@west.example",
		"half team":      "x@west.example alice@nord.example",
		"alice half bad": "alice@nord.example x@west.example bad@nord.example",
		"team half":      "alice@nord.example x@west.example",
		"self alice":     "self@nord.example alice@nord.example",
	} {
		var list []smtp.Recipient
		for local := range strings.FieldsSeq(to) {
			list = append(list, smtp.Recipient{Forward: smtp.ForwardPath{Mailbox: smtp.Mailbox{Local: local, Domain: "nord.example"}}})
		}
		var got []string
		out, ok := n.expand(list)
		for _, r := range out {
			got = append(got, r.Forward.Address())
		}
		if strings.Join(got, " ") != want || !ok {
			t.Errorf("%s: %v %v, want %s", to, got, ok, want)
		}
	}
	// a long list of recipients is no alias
	many := make([]smtp.Recipient, 3000)
	for i := range many {
		many[i].Forward.Mailbox = smtp.Mailbox{Local: fmt.Sprint("u", i), Domain: "west.example"}
	}
	if out, ok := n.expand(many); len(out) != len(many) || !ok {
		t.Errorf("%d of %d recipients, %v", len(out), len(many), ok)
	}
}
