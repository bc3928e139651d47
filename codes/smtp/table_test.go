package smtp

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// codesIn reads "500, 501 (argument given), 530 not used": numbers outside parentheses, without those "not used".
func codesIn(cell string) []int {
	cell = regexp.MustCompile(`\([^)]*\)`).ReplaceAllString(cell, "")
	var codes []int
	for _, part := range strings.Split(cell, ",") {
		part = strings.TrimSpace(part)
		if n, err := strconv.Atoi(part); err == nil {
			codes = append(codes, n)
		} else if part != "" && part != "-" && !strings.HasSuffix(part, "not used") {
			panic("unread: " + part)
		}
	}
	slices.Sort(codes)
	return codes
}

func sorted(codes []int) []int {
	c := slices.Clone(codes)
	slices.Sort(c)
	return c
}

// The session table names exactly the codes of the compiled command-reply sequences (RFC 5321 §4.3.2 and extensions).
func TestTableAgainstSequences(t *testing.T) {
	seen := 0
	for _, row := range rows(t, "registry/sequences.tsv") {
		verb := Verb(row[0])
		rule := Rule{}
		for _, s := range States() {
			if r := Lookup(s, verb); r.Allowed {
				rule = r
			}
		}
		if !rule.Allowed {
			t.Errorf("%s is allowed in no state", verb)
			continue
		}
		seen++
		for i, have := range [][]int{rule.Success, rule.Intermediate, rule.Error, rule.AlsoPossible} {
			if want := codesIn(row[i+1]); !slices.Equal(sorted(have), want) {
				t.Errorf("%s, column %d: the table has %v, the sequences %v", verb, i+1, sorted(have), want)
			}
		}
	}
	if seen < 24 {
		t.Errorf("only %d rows compared", seen)
	}
}

// The order of commands as a user of RFC 5321 §4.1.4 expects it, verb by verb: the states in which each may come.
func TestTableOrder(t *testing.T) {
	const session = "greeted ready mail rcpt bdat"
	for verb, want := range map[Verb]string{
		Connect: "connected", EHLO: session, HELO: session, LHLO: session, NOOP: session, HELP: session, VRFY: session,
		EXPN: session, RSET: session, QUIT: session + " refused", MAIL: "ready", SEND: "ready", SOML: "ready",
		SAML: "ready", RCPT: "mail rcpt", DATA: "rcpt", BDAT: "rcpt bdat", BDATLast: "rcpt bdat", BURL: "rcpt bdat",
		BURLLast: "rcpt bdat", EndOfData: "data", STARTTLS: "ready", Handshake: "tls", AUTH: "ready", AuthLine: "auth",
		ETRN: "ready", ATRN: "ready", TURN: "ready", XCLIENT: "greeted ready", XFORWARD: "ready", VERB: session,
		ONEX: session, "FOO": "",
	} {
		var in []string
		for _, s := range States() {
			r := Lookup(s, verb)
			if r.Allowed {
				in = append(in, s.String())
			}
			if r.Source == "" {
				t.Errorf("%s in %s names no source", verb, s)
			}
			if r.Next >= numStates {
				t.Errorf("%s in %s leads nowhere", verb, s)
			}
		}
		if got := strings.Join(in, " "); got != want {
			t.Errorf("%s: allowed in %q, want %q", verb, got, want)
		}
	}
}

// What the next state is, over a whole life and at its odd turns.
func TestAfter(t *testing.T) {
	for _, c := range []struct {
		from State
		verb Verb
		code int
		want State
	}{
		{StateConnected, Connect, 220, StateGreeted},
		{StateConnected, Connect, 554, StateRefused},
		{StateConnected, Connect, 521, StateRefused},
		{StateConnected, Connect, 421, StateClosed},
		{StateGreeted, EHLO, 250, StateReady},
		{StateGreeted, EHLO, 502, StateGreeted},
		{StateRcpt, EHLO, 501, StateRcpt}, // §4.1.4: refused, it changes nothing
		{StateRcpt, EHLO, 250, StateReady},
		{StateReady, MAIL, 250, StateMail},
		{StateReady, MAIL, 550, StateReady},
		{StateGreeted, MAIL, 250, StateMail}, // out of order, but the server took it
		{StateMail, RCPT, 550, StateMail},
		{StateMail, RCPT, 251, StateRcpt},
		{StateRcpt, RCPT, 550, StateRcpt},
		{StateRcpt, DATA, 354, StateData},
		{StateRcpt, DATA, 451, StateRcpt},
		{StateData, EndOfData, 250, StateReady},
		{StateData, EndOfData, 554, StateReady},
		{StateRcpt, BDAT, 250, StateBdat},
		{StateBdat, BDATLast, 250, StateReady},
		{StateRcpt, BDATLast, 552, StateReady},
		{StateRcpt, BDATLast, 503, StateReady},
		// out of order and refused, a last chunk changes nothing: nobody has said EHLO or named a recipient by it
		{StateMail, BDATLast, 503, StateMail},
		{StateMail, BURLLast, 503, StateMail},
		{StateGreeted, BDATLast, 503, StateGreeted},
		{StateBdat, RSET, 250, StateReady},
		{StateGreeted, RSET, 250, StateGreeted},
		{StateReady, STARTTLS, 220, StateTLS},
		{StateReady, STARTTLS, 454, StateReady},
		{StateTLS, Handshake, 0, StateGreeted},
		{StateReady, AUTH, 334, StateAuth},
		{StateReady, AUTH, 235, StateReady},
		{StateAuth, AuthLine, 334, StateAuth},
		{StateAuth, AuthLine, 535, StateReady},
		{StateReady, TURN, 250, StateTurned},
		{StateReady, XCLIENT, 220, StateGreeted},
		{StateRcpt, NOOP, 250, StateRcpt},
		{StateRcpt, RCPT, 421, StateClosed},
		{StateRcpt, "FOO", 221, StateClosed},
		{StateRcpt, "FOO", 500, StateRcpt},
		{StateRefused, MAIL, 503, StateRefused},
		{StateRefused, QUIT, 221, StateClosed},
		{StateClosed, EHLO, 250, StateClosed},
	} {
		if got := c.from.After(c.verb, c.code); got != c.want {
			t.Errorf("%s, %s, %d: %s, want %s", c.from, c.verb, c.code, got, c.want)
		}
	}
}

// Before the greeting, in TLS and after the end there is nothing a server could answer; elsewhere it is 503.
func TestOutOfOrderReplies(t *testing.T) {
	for _, s := range States() {
		r := Lookup(s, RCPT)
		switch s {
		case StateMail, StateRcpt:
		case StateData, StateTLS, StateTurned, StateClosed:
			if r.Error != nil {
				t.Errorf("%s: RCPT is answered with %v", s, r.Error)
			}
		case StateAuth:
			if !slices.Equal(r.Error, []int{501}) {
				t.Errorf("%s: %v", s, r.Error)
			}
		default:
			if !slices.Equal(r.Error, []int{503}) {
				t.Errorf("%s: %v", s, r.Error)
			}
		}
	}
}

// A refusal of what may not come changes nothing, whatever the verb (RFC 5321 §4.1.4).
func TestRefusedOutOfOrderKeepsState(t *testing.T) {
	tried := 0
	for _, s := range States() {
		for _, v := range tableVerbs {
			if r := Lookup(s, v); r.Allowed || r.Error == nil {
				continue
			}
			tried++
			if got := s.After(v, 503); got != s {
				t.Errorf("%s, %s, 503: %s, want the same state", s, v, got)
			}
		}
	}
	if tried < 100 {
		t.Errorf("only %d tried", tried)
	}
}
