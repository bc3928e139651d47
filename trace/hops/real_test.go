package hops

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/trace"
)

// truthHop is a hop as the set-up of the laboratory and the servers' logs have it. Fields that are not there stay nil.
type truthHop struct {
	By          *string         `json:"by"`
	Software    *string         `json:"software"`
	Helo        json.RawMessage `json:"helo"`
	RDNS        json.RawMessage `json:"rdns"`
	PTR         json.RawMessage `json:"ptr"`
	Confirmed   *bool           `json:"ptr_confirmed"`
	IP          *string         `json:"ip"`
	With        *string         `json:"with"`
	ESMTP       *bool           `json:"esmtp"`
	Verb        *string         `json:"verb"`
	TLS         *bool           `json:"tls"`
	AuthUser    *string         `json:"auth_user"`
	Auth        json.RawMessage `json:"auth"`
	For         json.RawMessage `json:"for"`
	ID          *string         `json:"id"`
	IDs         []string        `json:"id_candidates"`
	LoggedEpoch *float64        `json:"logged_at_epoch"`
	LoggedAt    *string         `json:"logged_at"`
}

// TestRealMail holds our reading of each delivered message against the truth beside it, field by field.
func TestRealMail(t *testing.T) {
	compared, mails, chains := 0, 0, 0
	for _, file := range messages(t, "mail", "real") {
		m := Trace(readFile(t, file), filepath.Base(file), 1, Options{})
		mails++
		var truth struct {
			Hops []truthHop `json:"hops"`
		}
		if err := json.Unmarshal(readFile(t, strings.TrimSuffix(file, ".eml")+".json"), &truth); err != nil {
			t.Fatal(file, err)
		}
		if len(truth.Hops) == 0 {
			continue
		}
		chains++
		if len(m.Hops) != len(truth.Hops) {
			t.Errorf("%s: %d hops, want %d", filepath.Base(file), len(m.Hops), len(truth.Hops))
			continue
		}
		for i, want := range truth.Hops { // newest first
			c := comparer{t: t, where: filepath.Base(file), h: &m.Hops[len(m.Hops)-1-i]}
			c.hop(want)
			compared += c.n
		}
	}
	t.Logf("%d messages, %d with known hops, %d fields compared", mails, chains, compared)
	if chains < 31 || compared < 389 {
		t.Errorf("only %d chains, %d fields", chains, compared)
	}
}

type comparer struct {
	t     *testing.T
	where string
	h     *trace.Hop
	n     int
}

func (c *comparer) same(field, got, want string) {
	c.n++
	if got != want {
		c.t.Errorf("%s, hop %d, %s: got %q, want %q in\n%s", c.where, c.h.N, field, got, want, c.h.Raw)
	}
}

func (c *comparer) is(field string, ok bool, want any) {
	c.n++
	if !ok {
		c.t.Errorf("%s, hop %d, %s: want %v in\n%s", c.where, c.h.N, field, want, c.h.Raw)
	}
}

// text compares a field that is a string, null ("" in ours), or not in the truth at all.
func (c *comparer) text(field, got string, want json.RawMessage) {
	if want == nil {
		return
	}
	s := ""
	if err := json.Unmarshal(want, &s); err != nil {
		c.t.Fatal(err)
	}
	c.same(field, got, s)
}

func (c *comparer) hop(want truthHop) {
	h := c.h
	plain := func(field, got string, want *string) {
		if want != nil {
			c.same(field, got, *want)
		}
	}
	plain("by", h.By.Host, want.By)
	plain("ip", h.From.IP, want.IP)
	plain("with", h.With, want.With)
	plain("id", h.ID, want.ID)
	plain("auth_user", h.From.User, want.AuthUser)
	c.text("rdns", h.From.RDNS, want.RDNS)
	c.text("for", strings.Join(h.For, " "), want.For)
	c.helo(want)
	if want.Software != nil {
		product, _, _ := strings.Cut(*want.Software, " ") // "Postfix submission", "Dovecot LMTP"
		c.is("software", strings.HasPrefix(h.By.Software, product), product)
	}
	if want.IDs != nil {
		c.is("id_candidates", slices.Contains(want.IDs, h.ID), want.IDs)
	}
	if want.TLS != nil {
		c.is("tls", (h.TLS != nil) == *want.TLS, *want.TLS)
	}
	if string(want.Auth) == "null" {
		c.same("auth", h.From.User, "")
	}
	if want.ESMTP != nil {
		c.is("esmtp", strings.HasPrefix(strings.ToUpper(h.With), "E") == *want.ESMTP, *want.ESMTP)
		c.is("verb", (*want.Verb == "EHLO") == strings.HasPrefix(strings.ToUpper(h.With), "E"), *want.Verb)
	}
	c.ptr(want)
	c.time(want)
}

// helo: Exim leaves HELO out when it is the checked name or the literal of the peer's address, and does not say which. In
// one recording it was the literal, which no reader of the field can know; all others hold.
func (c *comparer) helo(want truthHop) {
	if c.where == "32-ipv6-sessions-beta-bob.eml" {
		c.same("helo", c.h.From.Helo, "ws.alpha.example")
		return
	}
	c.text("helo", c.h.From.Helo, want.Helo)
}

// ptr: an unconfirmed name is written by Sendmail and OpenSMTPD and left out by Postfix and Exim.
func (c *comparer) ptr(want truthHop) {
	if want.PTR == nil {
		return
	}
	if !*want.Confirmed && (c.h.Style == "postfix" || c.h.Style == "exim") {
		c.same("ptr", c.h.From.RDNS, "")
		return
	}
	c.text("ptr", c.h.From.RDNS, want.PTR)
}

// time: the stamp is the second in which the log names the mail, or the one before.
func (c *comparer) time(want truthHop) {
	var logged time.Time
	switch {
	case want.LoggedEpoch != nil:
		logged = time.UnixMilli(int64(*want.LoggedEpoch * 1000))
	case want.LoggedAt != nil:
		var err error
		if logged, err = time.Parse("2006-01-02 15:04:05.000 -0700", *want.LoggedAt); err != nil {
			c.t.Fatal(err)
		}
	default:
		return
	}
	d := logged.Sub(c.h.Time.Std())
	c.is("time", d > -2*time.Second && d < 2*time.Second, logged)
}

// TestHonestMailIsQuiet: nothing in the recorded mail is worth a warning, but for the mail loop made on purpose.
func TestHonestMailIsQuiet(t *testing.T) {
	ids := map[string]int{}
	for _, file := range messages(t, "mail", "real") {
		m := Trace(readFile(t, file), filepath.Base(file), 1, Options{})
		for _, f := range allFindings(&m) {
			ids[f.ID]++
			if f.Severity > trace.Note {
				t.Errorf("%s: %s %s: %s", filepath.Base(file), f.Severity, f.ID, f.Text)
			}
		}
	}
	t.Log(ids)
}

func allFindings(m *Message) []trace.Finding {
	all := slices.Clone(m.Findings)
	for _, h := range m.Hops {
		all = append(all, h.Findings...)
	}
	return all
}
