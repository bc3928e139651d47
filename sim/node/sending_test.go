package node

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/dns"
	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/persona"
	"github.com/smtpsim/smtpsim/sim/vnet"
)

// threeHosts is A (alice's program), B (her provider, new) and C (old or new), with what each offers.
func threeHosts(t *testing.T, c string, change func(name string, c *Config)) *world {
	return northAndWest(t, func(name string, cfg *Config) {
		switch name {
		case "msa.nord.example":
			cfg.Extensions = strings.Fields("PIPELINING SIZE 8BITMIME CHUNKING BINARYMIME SMTPUTF8 ENHANCEDSTATUSCODES")
		case "mx1.west.example", "mx2.west.example":
			cfg.Extensions = strings.Fields(c)
		}
		if change != nil {
			change(name, cfg)
		}
	})
}

// sendText has alice submit a text as it is.
func (w *world) sendText(text string, params []smtp.Param, to ...string) {
	w.t.Helper()
	n := w.nodes["alice.nord.example"]
	env, _, err := n.Compose(Message{From: "alice@nord.example", To: to})
	if err != nil {
		w.t.Fatal(err)
	}
	env.Params = append(env.Params, params...)
	n.host.Go("user", func() {
		if _, err := n.Submit(env, []byte(text)); err != nil {
			w.claims = append(w.claims, host.Claim{Host: "alice", Kind: host.ClaimBounced, Recipient: err.Error()})
		}
	})
	w.passes(time.Minute)
}

// own is the delivered text from its own first field on: without the trace fields that the hosts put in front.
func own(t *testing.T, mails [][]byte, first string) string {
	t.Helper()
	if len(mails) != 1 {
		t.Fatalf("%d mails", len(mails))
	}
	at := bytes.Index(mails[0], []byte("\r\n"+first))
	if at < 0 {
		t.Fatalf("no %q in %q", first, mails[0])
	}
	return string(mails[0][at+2:])
}

var binaryParams = []smtp.Param{{Name: "BODY", Value: "BINARYMIME"}}

// TestTextsThroughThreeHosts: what leaves A arrives at C octet for octet, or as the encoding that C can take.
func TestTextsThroughThreeHosts(t *testing.T) {
	const (
		old         = "PIPELINING SIZE"
		new8        = "PIPELINING SIZE 8BITMIME"
		bin         = "PIPELINING SIZE 8BITMIME CHUNKING BINARYMIME"
		eight, head = "X-First: 1\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" +
			"Content-Transfer-Encoding: 8bit\r\n\r\nGr\xc3\xbc\xc3\x9fe \r\n.dot\r\n--b\r\nContent-Type: text/x\r\n\r\nplain = plain\r\n--b--\r\n",
			"X-First: 1\r\nMIME-Version: 1.0\r\nContent-Type: application/x\r\nContent-Transfer-Encoding: "
		body = "\x00\r\r\n.\r\n\n\xff\xfeno line end"
	)
	converted := strings.Replace(strings.Replace(eight, "8bit", "quoted-printable", 1), "Gr\xc3\xbc\xc3\x9fe ", "Gr=C3=BC=C3=9Fe=20", 1)
	for _, c := range []struct {
		name, offers, text, want string
		params                   []smtp.Param
		size                     int
	}{
		{"8 bits to one that takes them", new8, eight, eight, nil, 0},
		{"8 bits to one that does not", old, eight, converted, nil, 0},
		{"binary all the way", bin, head + "binary\r\n\r\n" + body, head + "binary\r\n\r\n" + body, binaryParams, 0},
		{"binary in chunks of 7", bin, head + "binary\r\n\r\n" + body, head + "binary\r\n\r\n" + body, binaryParams, 7},
		{"binary to 8 bits", new8, head + "binary\r\n\r\n" + body, head + "base64\r\n\r\n" + base64.StdEncoding.EncodeToString([]byte(body)) + "\r\n", binaryParams, 0},
		{"binary to 7 bits", old, head + "binary\r\n\r\n" + body, head + "base64\r\n\r\n" + base64.StdEncoding.EncodeToString([]byte(body)) + "\r\n", binaryParams, 0},
		{"a plain text in chunks", bin, "X-First: 1\r\n\r\n.\r\n..\r\nend\r\n", "X-First: 1\r\n\r\n.\r\n..\r\nend\r\n", nil, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := threeHosts(t, c.offers, func(_ string, cfg *Config) {
				cfg.Sending.Chunking, cfg.Sending.ChunkSize = c.size > 0, c.size
			})
			w.sendText(c.text, c.params, bob)
			if got := own(t, w.box("mx1.west.example", "bob"), "X-First"); got != c.want {
				t.Errorf("%s\n got %q\nwant %q", w.fate(), got, c.want)
			}
		})
	}
}

// TestConversionRefused: a relay that does not convert, and one that may not, give the mail back with 5.6.3, and the report
// gets through to hosts that take 7 bits only.
func TestConversionRefused(t *testing.T) {
	never := persona.ConvertNever
	const mime = "X-First: 1\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n\xc3\xbc\r\n"
	for _, c := range []struct {
		name, text string
		how        *persona.Conversion
	}{
		{"never", mime, &never},
		{"not MIME", "X-First: 1\r\n\r\n\xc3\xbc\r\n", nil},
		{"signed", "X-First: 1\r\nMIME-Version: 1.0\r\nContent-Type: multipart/signed; boundary=b\r\n\r\n--b\r\n\r\n\xc3\xbc\r\n--b\r\n\r\ns\r\n--b--\r\n", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := threeHosts(t, "PIPELINING", func(_ string, cfg *Config) { cfg.Sending.Convert = c.how })
			w.sendText(c.text, nil, bob)
			if n := len(w.box("mx1.west.example", "bob")); n != 0 {
				t.Errorf("bob has %d mails", n)
			}
			report := own(t, w.box("msa.nord.example", "alice"), "From: ")
			if !strings.Contains(report, "\r\nStatus: 5.6.3\r\n") || !strings.Contains(report, "\xc3\xbc\r\n") {
				t.Errorf("the report is\n%s", report)
			}
		})
	}
}

const jurgen = "jürgen@xn--bcher-kva.example"

// bucherWorld has a domain in A-labels at a host that offers what is said.
func bucherWorld(t *testing.T, offers string) *world {
	w := threeHosts(t, offers, nil)
	w.add("mx.bucher.example", Config{Roles: []Role{MTA, MDA}, Domains: []string{"xn--bcher-kva.example"},
		Users: []string{"jürgen", "bob"}, Extensions: strings.Fields(offers)}, "198.51.100.77")
	r, err := dns.ParseRecord("xn--bcher-kva.example MX 10 mx.bucher.example")
	if err == nil {
		err = w.zones.Add(r)
	}
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// TestUTF8ThroughThreeHosts: an address in UTF-8 arrives where SMTPUTF8 is offered, and comes back in a report of RFC 6533
// where it is not; a report that everybody can take.
func TestUTF8ThroughThreeHosts(t *testing.T) {
	const text = "X-First: 1\r\nSubject: Grüße\r\n\r\nhi\r\n"
	w := bucherWorld(t, "PIPELINING 8BITMIME SMTPUTF8")
	w.sendText(text, nil, "jürgen@bücher.example")
	mails := w.box("mx.bucher.example", "jürgen")
	if got := own(t, mails, "X-First"); got != text {
		t.Errorf("got %q", got)
	}
	if !bytes.Contains(mails[0], []byte("with UTF8SMTP id")) || !bytes.Contains(mails[0], []byte("for <jürgen@bücher.example>")) {
		t.Errorf("trace fields:\n%s", mails[0])
	}
	w = bucherWorld(t, "PIPELINING")
	w.sendText(text, nil, "jürgen@bücher.example")
	report := own(t, w.box("msa.nord.example", "alice"), "From: ")
	for _, want := range []string{"Content-Type: message/global-delivery-status\r\n", "Final-Recipient: utf-8; j=C3=BCrgen@b=C3=BCcher.example",
		"Status: 5.6.7", "Content-Type: message/global\r\n", "Subject: Gr=C3=BC=C3=9Fe"} {
		if !strings.Contains(report, want) {
			t.Errorf("no %q in\n%s", want, report)
		}
	}
	if smtp.HasEightBit([]byte(report)) {
		t.Errorf("8 bits in\n%s", report)
	}
	w = bucherWorld(t, "PIPELINING")
	w.sendText("X-First: 1\r\n\r\nhi\r\n", nil, jurgen, "bob@bücher.example")
	if got := own(t, w.box("mx.bucher.example", "bob"), "X-First"); got != "X-First: 1\r\n\r\nhi\r\n" {
		t.Errorf("got %q", got)
	}
}

// TestLimitsSplitTheEnvelope: no recipient is lost or doubled, whatever small limits a server announces.
func TestLimitsSplitTheEnvelope(t *testing.T) {
	var users, to []string
	for i := range 11 {
		users = append(users, fmt.Sprintf("u%d", i))
		to = append(to, fmt.Sprintf("u%d@west.example", i))
	}
	for _, l := range []smtp.Announced{{Mails: 1, Rcpts: 1}, {Mails: 2, Rcpts: 3}, {Rcpts: 4}, {Mails: 1}, {Domains: 1}, {Mails: 1, Rcpts: 2, Domains: 1}} {
		w := threeHosts(t, "PIPELINING LIMITS", func(name string, cfg *Config) {
			if name == "mx1.west.example" {
				cfg.Users, cfg.Terms.Limits = users, l
			}
		})
		w.sendText("X-First: 1\r\n\r\nhi\r\n", nil, to...)
		for _, u := range users {
			if n := len(w.box("mx1.west.example", u)); n != 1 {
				t.Errorf("%+v: %s has %d mails", l, u, n)
			}
		}
	}
}

// TestEarlySpeaker: the second session says EHLO, MAIL, RCPT and DATA before the greeting, and if the server offers less than
// last time, the mail goes in a third.
func TestEarlySpeaker(t *testing.T) {
	w := newWorld(t, "west.example MX 10 mx1.west.example", vnet.Link{Latency: 50 * time.Millisecond})
	w.add("msa.nord.example", Config{Roles: []Role{MSA, MTA}, Sending: Sending{Early: true}}, "192.0.2.10")
	mx := Config{Roles: []Role{MTA, MDA}, Persona: persona.ByName("exim"), Domains: []string{"west.example"}, Users: []string{"bob"},
		Extensions: []string{"PIPELINING", "SIZE", "PIPECONNECT"}}
	w.add("mx1.west.example", mx, "198.51.100.25")
	sessions := func() (early, late int) {
		heard := map[netip.AddrPort]bool{}
		for _, c := range w.claims {
			if c.Role != host.RoleClient {
				continue
			}
			switch {
			case c.Kind == host.ClaimGreeting:
				heard[c.Local] = true
			case c.Kind == host.ClaimCommand && c.Verb == "MAIL" && !heard[c.Local]:
				early++
			case c.Kind == host.ClaimCommand && c.Verb == "MAIL":
				late++
			}
		}
		return early, late
	}
	write := func() {
		w.sendFrom("msa.nord.example", Message{From: "alice@nord.example", To: []string{"bob@west.example"}, Body: "hi\n"})
		w.passes(time.Minute)
	}
	write()
	write()
	if early, late := sessions(); early != 1 || late != 1 {
		t.Errorf("%d early, %d late; want one of each", early, late)
	}
	mx = w.cfgs["mx1.west.example"]
	mx.Extensions = []string{"PIPELINING"}
	w.cfgs["mx1.west.example"] = mx
	w.net.Crash("mx1.west.example")
	w.begin("mx1.west.example")
	write()
	if early, late := sessions(); early != 2 || late != 2 || len(w.box("mx1.west.example", "bob")) != 3 {
		t.Errorf("%d early, %d late, %d mails; want 2, 2, 3", early, late, len(w.box("mx1.west.example", "bob")))
	}
}
