package node

import (
	"slices"
	"strings"
	"testing"

	"github.com/smtpsim/smtpsim/codes/smtp"
)

// withLists is the network of the lessons with lists at mx1.west.example.
func withLists(t *testing.T, lists map[string]List, change func(*Config)) *world {
	return northAndWest(t, func(name string, c *Config) {
		if name == "mx1.west.example" {
			c.Users, c.Lists = []string{"bob", "carol", "olga"}, lists
			c.Disclosure = Disclosure{Verify: "real", Expand: "real"}
			if change != nil {
				change(c)
			}
		}
	})
}

// headOf is the header section of a delivered mail from its last Received field on.
func headOf(text []byte) string {
	head, _, _ := strings.Cut(string(text), "\r\n\r\n")
	return head[strings.LastIndex(head, "Received: "):]
}

func TestListChangesTheReversePathOnly(t *testing.T) {
	w := withLists(t, map[string]List{"Lunch@West.example": {Members: []string{"bob@west.example", alice}, Owner: "olga@west.example", Bare: true}}, nil)
	w.send(alice, "lunch@west.example", "carol@west.example")
	w.net.RunIdle()
	direct, listed := w.box("mx1.west.example", "carol"), w.box("mx1.west.example", "bob")
	if len(direct) != 1 || len(listed) != 1 || len(w.box("msa.nord.example", "alice")) != 1 {
		t.Fatalf("%d direct, %d by list", len(direct), len(listed))
	}
	w.check("Return-Path of the list's mail", lines(listed[0])[0], "Return-Path: <olga@west.example>")
	w.check("Return-Path of the direct one", lines(direct[0])[0], "Return-Path: <alice@nord.example>")
	// RFC 5321 §3.9: the header section, below the trace fields, is the author's
	w.check("header section", headOf(listed[0]), headOf(direct[0]))
}

func TestListFieldsAndLoops(t *testing.T) {
	lists := map[string]List{
		"lunch@west.example":  {Members: []string{"bob@west.example", "circle@west.example"}, Owner: "olga@west.example", Tag: "[lunch]", Footer: "-- \nlunch list"},
		"circle@west.example": {Members: []string{"lunch@west.example"}, Owner: "olga@west.example"},
	}
	w := withLists(t, lists, nil)
	w.send(alice, "lunch@west.example")
	w.net.RunIdle()
	box := w.box("mx1.west.example", "bob")
	if len(box) != 1 {
		t.Fatalf("%d mails came to bob through two lists that name each other; expected 1", len(box))
	}
	for _, want := range []string{"List-Id: <lunch.west.example>", "List-Post: <mailto:lunch@west.example>", "Subject: [lunch] Hello", "Precedence: list",
		"From: alice@nord.example", "-- \r\nlunch list\r\n"} {
		if !strings.Contains(string(box[0]), want) {
			t.Errorf("no %q in\n%s", want, box[0])
		}
	}
	if strings.Count(string(box[0]), "\r\nSubject: ") != 1 {
		t.Errorf("two subjects:\n%s", box[0])
	}
	reports := w.box("mx1.west.example", "olga")
	if len(reports) != 1 || !strings.Contains(string(reports[0]), "has been on the list") {
		t.Errorf("the owner has %d reports about the loop", len(reports))
	}
	if n := len(w.box("msa.nord.example", "alice")); n != 0 {
		t.Errorf("the author got %d reports", n)
	}
}

func TestListRefusals(t *testing.T) {
	w := withLists(t, map[string]List{"closed@west.example": {Members: []string{"bob@west.example"}, Owner: "olga@west.example", Closed: true},
		"empty@west.example": {Members: []string{"not an address"}, Owner: "olga@west.example"}}, nil)
	w.send(alice, "closed@west.example", "empty@west.example")
	w.net.RunIdle()
	got := string(slices.Concat(w.box("msa.nord.example", "alice")...))
	for _, want := range []string{"550 Only members may write to <closed@west.example>", "Status: 5.2.4"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in what alice was told:\n%s", want, got)
		}
	}
	w.sendFrom("alice.nord.example", Message{To: []string{"closed@west.example"}, Subject: "a report"})
	w.net.RunIdle()
	owner := w.box("mx1.west.example", "olga")
	if len(owner) != 1 || !strings.HasPrefix(string(owner[0]), "Return-Path: <>") || len(w.box("mx1.west.example", "bob")) != 0 {
		t.Errorf("a report to a list: %d came to the owner, %d to a member", len(owner), len(w.box("mx1.west.example", "bob")))
	}
}

func TestListVERP(t *testing.T) {
	w := withLists(t, map[string]List{"lunch@west.example": {Members: []string{"bob@west.example", "gone@nord.example"}, Owner: "olga@west.example", VERP: true}}, nil)
	w.send(alice, "lunch@west.example")
	w.net.RunIdle()
	w.check("a reverse-path of its own", lines(w.box("mx1.west.example", "bob")[0])[0], "Return-Path: <olga+bob=west.example@west.example>")
	owner := w.box("mx1.west.example", "olga")
	if len(owner) != 1 || !strings.Contains(string(owner[0]), "To: olga+gone=nord.example@west.example") {
		t.Fatalf("the owner has %d reports", len(owner))
	}
}

func TestListIsShown(t *testing.T) {
	w := withLists(t, map[string]List{"lunch@west.example": {Members: []string{"bob", "x@ost.example"}, Owner: "olga@west.example"}}, nil)
	s := &session{node: w.nodes["mx1.west.example"]}
	w.check("EXPN (RFC 5321 §3.5.2)", s.Expand("<lunch@west.example>").String(), "250-2.1.5 <bob@west.example>\r\n250 2.1.5 <x@ost.example>")
	w.check("VRFY (§3.5.1)", s.Verify("lunch@west.example").String(), "550 5.1.1 That is a mailing list, not a user")
	if !s.node.known(smtp.Mailbox{Local: "Lunch", Domain: "WEST.example"}) {
		t.Error("the list is unknown in another case")
	}
}

// What the text needs of every hop stays with a mail that a list, or a program, sends on; what was between the author and the list
// does not (RFC 3461 §5.2.7.1).
func TestListKeepsWhatTheTextNeeds(t *testing.T) {
	w := withLists(t, map[string]List{"lunch@west.example": {Members: []string{alice}, Owner: "olga@west.example"}},
		func(c *Config) { c.Aliases = map[string][]string{"on": {"|forward " + alice}} })
	asked := []smtp.Param{{Name: "BODY", Value: "8BITMIME"}, {Name: "RET", Value: "HDRS"}, {Name: "REQUIRETLS"}, {Name: "ENVID", Value: "x"}}
	if got := onward(asked); len(got) != 2 || got[0] != asked[0] || got[1] != asked[2] {
		t.Errorf("%v goes on as %v", asked, got)
	}
	n := w.nodes["alice.nord.example"]
	n.host.Go("user", func() {
		env, text, err := n.Compose(Message{From: alice, To: []string{"lunch@west.example", "on@west.example"}, Body: "Grüße"})
		if err == nil {
			env.Params = []smtp.Param{{Name: "BODY", Value: "8BITMIME"}, {Name: "RET", Value: "HDRS"}, {Name: "ENVID", Value: "x"}}
			_, err = n.Submit(env, text)
		}
		if err != nil {
			t.Error(err)
		}
	})
	w.net.RunIdle()
	box := w.box("msa.nord.example", "alice")
	if len(box) != 2 {
		t.Fatalf("%d mails", len(box))
	}
	for _, text := range box {
		if !strings.HasSuffix(string(text), "\r\n\r\nGrüße\r\n") {
			t.Errorf("the text has changed:\n%s", text)
		}
	}
}

// RFC 3461 §5.2.7.1: to reach the list is final delivery; who asked is told so, once, and not of the members.
func TestListTellsSuccess(t *testing.T) {
	w := northAndWest(t, func(name string, c *Config) {
		c.Extensions = []string{"PIPELINING", "ENHANCEDSTATUSCODES", "DSN"}
		if name == "msa.nord.example" {
			c.Users = []string{"alice", "olga", "eve"}
			c.Lists = map[string]List{"lunch@nord.example": {Members: []string{bob, "eve"}, Owner: "olga@nord.example"}}
		}
	})
	n := w.nodes["alice.nord.example"]
	n.host.Go("user", func() {
		env, text, err := n.Compose(Message{From: alice, To: []string{"lunch@nord.example"}, Body: "x"})
		if err == nil {
			env.Recipients[0].Params = []smtp.Param{{Name: "NOTIFY", Value: "SUCCESS"}}
			_, err = n.Submit(env, text)
		}
		if err != nil {
			t.Error(err)
		}
	})
	w.net.RunIdle()
	reports, members := w.box("msa.nord.example", "alice"), len(w.box("mx1.west.example", "bob"))+len(w.box("msa.nord.example", "eve"))
	if len(reports) != 1 || members != 2 {
		t.Fatalf("%d reports, %d members have the mail", len(reports), members)
	}
	for _, want := range []string{"Final-Recipient: rfc822; lunch@nord.example", "Action: delivered"} {
		if !strings.Contains(string(reports[0]), want) {
			t.Errorf("no %q in\n%s", want, reports[0])
		}
	}
}
