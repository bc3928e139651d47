package node

import (
	"strings"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/queue"
	"github.com/smtpsim/smtpsim/trace/field"
)

// RFC 3834 §2, §7: what a vacation program answers, and what not.
func TestVacationAnswers(t *testing.T) {
	for head, want := range map[string]bool{
		"To: bob@west.example":                                               true,
		"To: Bob Smith <BOB@West.Example>, x@ost.example":                    true,
		"Cc: (hi) x@ost.example,bob@west.example":                            true,
		"Resent-To: bob@west.example":                                        true,
		"To: robert@west.example":                                            true, // a further address of his
		"To: notbob@west.example":                                            false,
		"To: bob@west.example.org":                                           false,
		"To: x@ost.example\r\nSubject: bob@west.example":                     false,
		"To: bob@west.example\r\nAuto-Submitted: no":                         true,
		"To: bob@west.example\r\nAuto-Submitted: auto-replied":               false,
		"To: bob@west.example\r\nAUTO-SUBMITTED: auto-generated (by cron)":   false,
		"To: bob@west.example\r\nPrecedence: Bulk":                           false,
		"To: bob@west.example\r\nPrecedence: first-class":                    true,
		"To: bob@west.example\r\nList-Id: <lunch.west.example>":              false,
		"To: bob@west.example\r\nList-Unsubscribe: <mailto:x@ost.example>":   false,
		"To: bob@west.example\r\nSubject: Auto: this is only what it claims": true,
	} {
		w := northAndWest(t, func(name string, c *Config) {
			if name == "mx1.west.example" {
				c.Vacations = map[string]Vacation{"bob": {Addresses: []string{"robert@west.example"}}}
			}
		})
		n := w.nodes["mx1.west.example"]
		reply := n.deliver(queue.Delivery{Reverse: from(alice), Recipient: to(bob), Text: []byte(head + "\r\n\r\nHello\r\n")})
		if !reply.Positive() || len(w.box("mx1.west.example", "bob")) != 1 {
			t.Errorf("%q: not delivered: %s", head, reply)
		}
		if got := len(n.Queue().List()) == 1; got != want {
			t.Errorf("%q: answered %v, want %v", head, got, want)
		}
	}
}

func from(address string) smtp.ReversePath {
	m, _ := smtp.ParseMailbox(address, smtp.Strict)
	return smtp.ReversePath{Mailbox: m, Null: address == ""}
}

func to(address string) smtp.ForwardPath {
	m, _ := smtp.ParseMailbox(address, smtp.Strict)
	return smtp.ForwardPath{Mailbox: m}
}

// Responders are not answered, nor is <> (RFC 3834 §2); a sender is once in seven days, in any case, also after a crash.
func TestVacationOncePerSender(t *testing.T) {
	w := northAndWest(t, func(name string, c *Config) {
		if name == "mx1.west.example" {
			c.Vacations = map[string]Vacation{"bob": {}}
		}
	})
	answers := func(reverse string) int {
		n := w.nodes["mx1.west.example"]
		before := len(n.Queue().List())
		n.deliver(queue.Delivery{Reverse: from(reverse), Recipient: to(bob), Text: []byte("To: bob@west.example\r\n\r\n")})
		return len(n.Queue().List()) - before
	}
	for _, step := range []struct {
		reverse string
		after   time.Duration
		want    int
	}{
		{"", 0, 0}, {"MAILER-DAEMON@nord.example", 0, 0}, {"owner-lunch@nord.example", 0, 0}, {"lunch-request@nord.example", 0, 0},
		{alice, 0, 1}, {"ALICE@Nord.Example", time.Hour, 0}, {"carol@west.example", 0, 1}, {alice, 6 * 24 * time.Hour, 0}, {alice, 23 * time.Hour, 1},
	} {
		w.passes(step.after)
		if got := answers(step.reverse); got != step.want {
			t.Errorf("after %s, from <%s>: %d answers, want %d", step.after, step.reverse, got, step.want)
		}
	}
}

// RFC 3834 §3.1, §3.3: the fields and the envelope of an answer.
func TestVacationNotice(t *testing.T) {
	w := northAndWest(t, func(name string, c *Config) {
		if name == "mx1.west.example" {
			c.Vacations = map[string]Vacation{"bob": {Text: "Back on Monday.", From: "robert@west.example"}}
			c.Disclosure.Names = map[string]string{"bob": "Bob Müller"}
		}
	})
	n := w.nodes["mx1.west.example"]
	text := "To: bob@west.example\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nMessage-ID: <2@nord.example>\r\nReferences: <0@nord.example>\r\n <1@nord.example>\r\n" +
		"From: other@ost.example\r\nReply-To: third@ost.example\r\n\r\nHello\r\n"
	n.deliver(queue.Delivery{Reverse: from(alice), Recipient: to(bob), Text: []byte(text)})
	w.net.RunIdle()
	box := w.box("msa.nord.example", "alice")
	if len(box) != 1 {
		t.Fatalf("%d answers", len(box))
	}
	head := field.ReadSection(box[0])
	for name, want := range map[string]string{
		"Return-Path": "<>", "To": alice, "From": "=?utf-8?q?Bob_M=C3=BCller?= <robert@west.example>", "Subject": "Auto: =?utf-8?q?Gr=C3=BC=C3=9Fe?=",
		"In-Reply-To": "<2@nord.example>", "References": "<0@nord.example> <1@nord.example> <2@nord.example>", "Auto-Submitted": "auto-replied"} {
		if f, _ := head.First(name); f.Body() != want {
			t.Errorf("%s: %q, want %q", name, f.Body(), want)
		}
	}
	if !strings.HasSuffix(string(box[0]), "\r\n\r\nBack on Monday.\r\n") {
		t.Errorf("the text:\n%s", box[0])
	}
}

// Two who are away do not write to each other for ever.
func TestVacationsDoNotStorm(t *testing.T) {
	w := northAndWest(t, func(name string, c *Config) {
		c.Vacations = map[string]Vacation{"bob": {}, "alice": {}}
	})
	w.send(alice, bob)
	w.net.RunIdle()
	if a, b := len(w.box("msa.nord.example", "alice")), len(w.box("mx1.west.example", "bob")); a != 1 || b != 1 {
		t.Errorf("alice has %d mails, bob %d; expected one answer", a, b)
	}
}
