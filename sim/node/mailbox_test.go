package node

import (
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
