package node

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
)

// withTargets is the network of the lessons with aliases and .forward files at mx1.west.example.
func withTargets(t *testing.T, aliases, forwards map[string][]string, change func(*Config)) *world {
	return northAndWest(t, func(name string, c *Config) {
		if name == "mx1.west.example" {
			c.Aliases, c.Forwards = aliases, forwards
			if change != nil {
				change(c)
			}
		}
	})
}

// The exit status of a program decides as sysexits.h has it.
func TestExitStatus(t *testing.T) {
	for code, want := range map[int]string{
		0:   "250 2.0.0 delivered to command: exit 0",
		1:   "550 5.3.0 Command died with status 1: \"exit 1\"",
		64:  "550 5.3.0 command line usage error. ",
		67:  "550 5.1.1 user unknown. ",
		68:  "550 5.1.2 host name unknown. ",
		71:  "451 4.3.0 system resource problem. ",
		74:  "451 4.3.0 input/output error. ",
		75:  "451 4.3.0 temporary failure. ",
		77:  "550 5.7.0 permission denied. ",
		78:  "550 5.3.5 local configuration error. ",
		79:  "550 5.3.0 Command died with status 79",
		255: "550 5.3.0 Command died with status 255",
	} {
		if got := exited(fmt.Sprintf("|exit %d", code), code); !strings.HasPrefix(got.String(), want) {
			t.Errorf("%d: %s\nwant %s", code, got, want)
		}
	}
}

func TestPrograms(t *testing.T) {
	w := withTargets(t, map[string][]string{
		"all": {"|/usr/bin/tickets --new", "/var/mail/archive", ":include:/list", "/dev/null"}, "later": {"|exit 75"}, "not": {"|exit 67"}},
		nil, func(c *Config) {
			c.Includes = map[string]string{"/list": "# people\n bob \n\n:include:/more\n:include:/gone\n", "/more": "carol\n:include:/more\n"}
		})
	w.send(alice, "all@west.example", "later@west.example", "not@west.example")
	w.passes(time.Hour)
	store := w.nodes["mx1.west.example"].host.Store
	if text, err := store.Get("program/tickets/1"); err != nil || !strings.HasPrefix(string(text), "Return-Path: <alice@nord.example>\r\n") {
		t.Errorf("the program has read %q, %v", text, err)
	}
	if text, err := store.Get("file/var/mail/archive"); err != nil || !strings.HasPrefix(string(text), "From alice@nord.example  ") {
		t.Errorf("the file has %q, %v", text, err)
	}
	for _, user := range []string{"bob", "carol"} {
		if n := len(w.box("mx1.west.example", user)); n != 1 {
			t.Errorf("%d mails for %s; expected 1", n, user)
		}
	}
	if n := len(w.nodes["mx1.west.example"].Queue().List()); n != 1 {
		t.Errorf("%d mails wait; expected the one for status 75", n)
	}
	report := w.box("msa.nord.example", "alice")
	if len(report) != 1 || !strings.Contains(string(report[0]), "Diagnostic-Code: x-unix; user unknown.") {
		t.Errorf("%d reports about status 67", len(report))
	}
	if !strings.Contains(w.fate(), "mx1 dropped /dev/null@west.example 0") {
		t.Error("nobody says that /dev/null took a mail")
	}
}

// Only an alias leads to a program: RCPT does not (RFC 5321 §7.1), and a program that no alias names is nobody.
func TestProgramsAreNotAddressable(t *testing.T) {
	w := withTargets(t, map[string][]string{"a": {"|exit 0", "/tmp/x"}}, nil, nil)
	n := w.nodes["mx1.west.example"]
	for _, local := range []string{"|exit 0", "/tmp/x", `\bob`, "|sh"} {
		if n.known(smtp.Mailbox{Local: local, Domain: "west.example"}) {
			t.Errorf("RCPT TO:<%q@west.example> is taken", local)
		}
	}
}

func TestDotForward(t *testing.T) {
	w := withTargets(t, map[string][]string{"both": {"bob", "carol"}}, map[string][]string{"Bob": {`\bob`, alice}, "carol": {"carol@west.example", "|forward " + alice},
		"eve": {"|forward eve@west.example"}}, nil)
	w.send(alice, "both@west.example", "eve@west.example")
	w.net.RunIdle()
	for _, user := range []string{"bob", "carol"} {
		if n := len(w.box("mx1.west.example", user)); n != 1 {
			t.Errorf("%d mails for %s; expected the one that is kept", n, user)
		}
	}
	got := w.box("msa.nord.example", "alice")
	loops, copies := 0, 0
	for _, text := range got {
		if strings.Contains(string(text), "Status: 5.4.6") {
			loops++ // RFC 5321 §6.3
		} else if strings.HasPrefix(string(text), "Return-Path: <alice@nord.example>") {
			copies++ // §3.9.1: the reverse-path stays
		}
	}
	if loops != 1 || copies != 2 || len(got) != 3 {
		t.Errorf("alice has %d mails: %d copies (expected 2), %d about the circle (expected 1)", len(got), copies, loops)
	}
}

// "|vacation" in a .forward file or an alias answers for its user, and the mailbox's own responder does not answer twice.
func TestVacationProgram(t *testing.T) {
	w := withTargets(t, map[string][]string{"carol@west.example": {`\carol`, "|/usr/bin/vacation"}, "x": {"|vacation nobody"}},
		map[string][]string{"bob": {`\bob`, "|vacation"}}, func(c *Config) { c.Vacations = map[string]Vacation{"bob": {}, "carol": {}} })
	w.sendFrom("alice.nord.example", Message{From: alice, To: []string{bob, "x@west.example"}, Body: "x"})
	w.net.RunIdle()
	if got, kept := len(w.box("msa.nord.example", "alice")), len(w.box("mx1.west.example", "bob")); got != 1 || kept != 1 {
		t.Errorf("%d answers, %d mails kept; expected one of each", got, kept)
	}
}

// A list of more addresses than a host expands is refused as a whole; nobody on it is left out in silence (RFC 5321 §6.1).
func TestLongIncludeIsRefused(t *testing.T) {
	w := withTargets(t, map[string][]string{"all": {":include:/all"}}, nil, func(c *Config) {
		var list strings.Builder
		for i := range maxExpanded + 2 {
			fmt.Fprintf(&list, "u%d@west.example\n", i)
		}
		c.Includes = map[string]string{"/all": list.String()}
	})
	w.send(alice, "all@west.example")
	w.passes(time.Minute)
	w.check("too many", w.fate(), "msa queued all@west.example 451")
}
