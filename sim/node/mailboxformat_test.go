package node

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/smtpsim/smtpsim/sim/queue"
	"github.com/smtpsim/smtpsim/sim/vnet"
)

// What was delivered comes out of each format as it went in, whatever lines it has, and deleting one leaves the others.
func TestFormatsKeepMail(t *testing.T) {
	line := rapid.SampledFrom([]string{"", "x", "From here on", ">From there", ">>From: x", "From bob@west.example  Mon Mar  2 09:00:00 2026", "From ", ".", ">"})
	rapid.Check(t, func(r *rapid.T) {
		format := rapid.SampledFrom([]string{"", "mbox", "maildir"}).Draw(r, "format")
		b := newShelf(t, Storage{Format: format, Quota: 1 << 40})
		var want []string
		for range rapid.IntRange(1, 4).Draw(r, "messages") {
			text := "Subject: x\r\n\r\n" + strings.Join(rapid.SliceOfN(line, 0, 6).Draw(r, "lines"), "\r\n") + "\r\n"
			if reply := b.shelve("bob", from(alice), []byte(text), "From alice@nord.example  Mon Mar  2 09:00:00 2026"); reply.Code != 250 {
				r.Fatalf("%s", reply)
			}
			want = append(want, "Return-Path: <alice@nord.example>\r\n"+text)
		}
		same(r, b.letters("bob"), want)
		drop := b.letters("bob")
		gone := rapid.IntRange(0, len(want)-1).Draw(r, "deleted")
		drop[gone].deleted = true
		if !b.remove("bob", drop) {
			r.Fatal("not removed")
		}
		same(r, b.letters("bob"), append(want[:gone:gone], want[gone+1:]...))
	})
}

func newShelf(t *testing.T, s Storage) *boxes {
	net := vnet.New(vnet.Options{Seed: 1})
	t.Cleanup(net.Close)
	h := net.AddHost(vnet.HostConfig{Name: "mx1.west.example"}).Ports()
	b := &boxes{shelf: &shelf{Storage: s, host: h}}
	b.open(h.Store)
	return b
}

func same(r *rapid.T, got []letter, want []string) {
	if len(got) != len(want) {
		r.Fatalf("%d messages, want %d", len(got), len(want))
	}
	for i := range got {
		if string(got[i].text) != want[i] {
			r.Fatalf("message %d: %q\nwant %q", i+1, got[i].text, want[i])
		}
	}
}

// RFC 3463 §3.3: a locked mbox is 4.2.0, a full mailbox 4.2.2 or 5.2.2, at the limit and one octet past it.
func TestLocksAndQuotas(t *testing.T) {
	w := northAndWest(t, func(name string, c *Config) {
		if name == "mx1.west.example" {
			c.Storage = Storage{Format: "mbox", Quota: 100}
		}
	})
	n := w.nodes["mx1.west.example"]
	put := func(octets int) string {
		text := bytes.Repeat([]byte("x"), octets-len("Return-Path: <alice@nord.example>\r\n"))
		return n.deliver(queue.Delivery{Reverse: from(alice), Recipient: to(bob), Text: append(text[:len(text)-2], "\r\n"...)}).String()
	}
	if err := n.Lock("Bob"); err != nil {
		t.Fatal(err)
	}
	w.check("locked", put(50), "451 4.2.0 mailbox of bob is locked by another program")
	if err := n.Unlock("bob"); err != nil {
		t.Fatal(err)
	}
	w.check("one octet too many", put(101), "452 4.2.2 mailbox of bob is full")
	w.check("at the limit", put(100), "250 2.1.5 delivered to mbox of bob")
	n.boxes.shelf.Bounce = true
	w.check("full for good", put(50), "552 5.2.2 mailbox of bob is full")
	w.net.SetStoreLimit("mx1.west.example", 1)
	n.boxes.shelf.Quota = 0
	if got := put(50); !strings.HasPrefix(got, "452 4.3.1 ") {
		t.Errorf("a full disk: %s", got)
	}
}

// A Maildir has nothing left in tmp, and names that come in the order of the mail.
func TestMaildirNames(t *testing.T) {
	b := newShelf(t, Storage{Format: "maildir"})
	for i := range 12 {
		b.shelve("bob", from(alice), fmt.Appendf(nil, "Subject: %d\r\n\r\n", i), "")
	}
	for i, l := range b.letters("bob") {
		if !strings.Contains(string(l.text), fmt.Sprintf("Subject: %d\r\n", i)) || !strings.HasSuffix(l.name, ".mx1.west.example") {
			t.Errorf("message %d: %s %q", i, l.name, l.text)
		}
	}
	if left := b.store.List(maildirPrefix + "bob/tmp/"); len(left) > 0 {
		t.Errorf("left in tmp: %v", left)
	}
}

// Delivery before the 250: what cannot be delivered to anybody is refused and not bounced; where one of two has it already, the
// other one's refusal is a bounce; a client that gives up too early sends again (RFC 1047).
func TestDeliverAtOnce(t *testing.T) {
	w := northAndWest(t, func(name string, c *Config) {
		if name == "mx1.west.example" {
			c.AtOnce = &AtOnce{Takes: time.Second}
			c.Aliases = map[string][]string{"gone": {"|exit 67"}, "busy": {"|exit 75"}}
		}
	})
	w.send(alice, "gone@west.example")
	w.passes(time.Minute)
	w.check("refused", w.fate(), "msa bounced gone@west.example 550; msa delivered alice@nord.example 250")
	w.send(alice, "busy@west.example")
	w.passes(time.Minute)
	w.check("not now", w.fate(), "msa queued busy@west.example 451")
	w.send(alice, bob, "gone@west.example")
	w.passes(time.Minute)
	if got := w.fate(); !strings.Contains(got, "mx1 delivered bob@west.example 250") || !strings.Contains(got, "mx1 bounced |exit 67@west.example 550") &&
		!strings.Contains(got, `mx1 bounced "|exit 67"@west.example 550`) {
		t.Errorf("one of two: %s", got)
	}
	n := len(w.box("mx1.west.example", "bob"))
	w.nodes["mx1.west.example"].cfg.AtOnce.Takes = 11 * time.Minute // RFC 5321 §4.5.3.2.6: the client waits ten
	w.send(alice, bob)
	w.passes(40 * time.Minute)
	if got := len(w.box("mx1.west.example", "bob")) - n; got < 2 {
		t.Errorf("bob has the mail %d times; the client does not know that it was taken", got)
	}
}
