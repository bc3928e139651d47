package hops

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/trace"
)

// chain writes a message: fields of the header section as given, topmost first, an empty line, a body.
func chain(fields ...string) []byte {
	return []byte(strings.Join(fields, "\r\n") + "\r\n\r\nHello\r\n")
}

// stamp is one Received field of the afternoon of 1 January 2030.
func stamp(from, by, id, clock string) string {
	return "Received: from " + from + "\r\n\tby " + by + " (Postfix) with ESMTP id " + id + "\r\n\tfor <u@west.example>; Tue, 1 Jan 2030 " + clock
}

// told lists findings as "n:id", n the hop, 0 the message. An id that Kinds does not have is told loudly.
func told(m *Message) string {
	var ids []string
	for _, f := range allFindings(m) {
		if !slices.ContainsFunc(Kinds(), func(k Kind) bool { return k.ID == f.ID && k.Severity == f.Severity && k.Source == f.Source }) {
			ids = append(ids, "NOT IN Kinds: "+f.ID)
		}
	}
	for _, f := range m.Findings {
		ids = append(ids, "0:"+f.ID)
	}
	for _, h := range m.Hops {
		for _, f := range h.Findings {
			ids = append(ids, fmt.Sprintf("%d:%s", h.N, f.ID))
		}
	}
	return strings.Join(ids, " ")
}

func TestDateAgainstFirstStamp(t *testing.T) {
	tests := []struct{ date, want string }{
		{"Tue, 1 Jan 2030 12:00:00 +0000", ""},
		{"Tue, 1 Jan 2030 12:01:00 +0000", ""},                          // a minute is nothing
		{"Tue, 1 Jan 2030 12:01:01 +0000", "0:clock-skew"},              // more is
		{"Tue, 1 Jan 2030 12:20:00 +0000", "0:clock-skew"},              //
		{"Tue, 1 Jan 2030 13:01:12 +0000", "0:date-wrong-zone"},         // summer time
		{"Tue, 1 Jan 2030 17:30:00 +0000", "0:date-wrong-zone"},         // India
		{"Wed, 2 Jan 2030 16:00:00 +0000", "0:clock-far-off"},           // no zone lies 28 hours away
		{"Sat, 5 Jan 2030 12:00:00 +0000", "0:clock-far-off"},           //
		{"Tue, 1 Jan 2030 12:00:00 +0200", "0:date-wrong-zone"},         // two hours early, on time in the server's zone
		{"Tue, 1 Jan 2030 09:17:00 +0000", "0:date-before-first-stamp"}, // waited
		{"Tue, 1 Jan 2030 13:00:00", ""},                                // no zone, no judgement
		{"yesterday", ""},
	}
	for _, tc := range tests {
		m := Trace(chain(stamp("a.example (a.example [192.0.2.1])", "mx.west.example", "Q1", "12:00:00 +0000"), "Date: "+tc.date), "x", 1, Options{})
		if got := told(&m); got != tc.want {
			t.Errorf("%s: got %q, want %q", tc.date, got, tc.want)
		}
	}
}

func TestClocks(t *testing.T) {
	m := Trace(chain(
		stamp("b.north.example (b.north.example [192.0.2.2])", "c.west.example", "Q3", "12:00:04 +0000"),
		stamp("a.south.example (a.south.example [192.0.2.1])", "b.north.example", "Q2", "11:45:02 +0000"),
		stamp("ws.south.example (ws.south.example [192.0.2.9])", "a.south.example", "Q1", "12:00:00 +0000")), "x", 1, Options{})
	if len(m.Clocks) != 1 {
		t.Fatalf("clocks %+v", m.Clocks)
	}
	c := m.Clocks[0]
	if c.Host != "b.north.example" || c.Offset != trace.Seconds(-15*time.Minute) || c.Tolerance != trace.Seconds(3*time.Second) || c.Basis != "chain" {
		t.Errorf("clock %+v", c)
	}
	if got := m.Hops[1].TimeCorrected.String(); got != "2030-01-01T12:00:02Z" {
		t.Errorf("corrected %s", got)
	}
	if *m.Hops[1].Delay != trace.Seconds(-898*time.Second) || *m.Elapsed != trace.Seconds(4*time.Second) {
		t.Errorf("delay %v, elapsed %v", *m.Hops[1].Delay, *m.Elapsed)
	}
	if got := told(&m); got != "2:clock-skew" {
		t.Errorf("findings %s", got)
	}
}

// TestSkewThreshold: at a minute nothing, one second past it a finding; a step back by whole half hours is a zone.
func TestSkewThreshold(t *testing.T) {
	for clock, want := range map[string]string{"11:59:00": "", "11:58:59": "2:clock-skew", "11:00:01": "2:zone-skew",
		"06:30:00": "2:zone-skew", "13:00:00": "", "13:00:01": "2:slow-hop"} {
		m := Trace(chain(stamp("a.example (a.example [192.0.2.1])", "b.example", "Q2", clock+" +0000"),
			stamp("ws.example (ws.example [192.0.2.9])", "a.example", "Q1", "12:00:00 +0000")), "x", 1, Options{})
		if got := told(&m); got != want {
			t.Errorf("%s: got %q, want %q", clock, got, want)
		}
	}
}

func TestTrust(t *testing.T) {
	fields := []string{
		stamp("relay.ours.example (relay.ours.example [198.51.100.2])", "store.ours.example", "S1", "12:00:03 +0000"),
		stamp("localhost (localhost [127.0.0.1])", "relay.ours.example", "R2", "12:00:02 +0000"),
		stamp("out.theirs.example (out.theirs.example [203.0.113.7])", "relay.ours.example", "R1", "12:00:01 +0000"),
		stamp("relay.ours.example (relay.ours.example [198.51.100.2])", "store.ours.example", "forged", "12:00:00 +0000"),
	}
	tests := []struct {
		name    string
		trusted []string
		trust   string // lowest hop first
		origin  string
	}{
		{"nobody", nil, "claimed claimed claimed claimed", ""},
		{"a domain", []string{".ours.example"}, "claimed border trusted trusted", "203.0.113.7 relay.ours.example"},
		{"both hosts", []string{"store.ours.example", "RELAY.ours.example."}, "claimed border trusted trusted", "203.0.113.7 relay.ours.example"},
		{"the last only", []string{"store.ours.example"}, "claimed claimed claimed border", "198.51.100.2 store.ours.example"},
		{"somebody else", []string{"mx.else.example"}, "claimed claimed claimed claimed", ""},
		{"everything by name, the border by what was seen", []string{"*.example"}, "border trusted trusted trusted", "198.51.100.2 store.ours.example"},
	}
	for _, tc := range tests {
		tr, err := ParseTrust(tc.trusted)
		if err != nil {
			t.Fatal(err)
		}
		m := Trace(chain(fields...), "x", 1, Options{Trusted: tr})
		var got []string
		for _, h := range m.Hops {
			got = append(got, h.Trust)
		}
		origin := ""
		if m.Origin != nil {
			origin = m.Origin.IP + " " + m.Origin.VouchedBy
		}
		if strings.Join(got, " ") != tc.trust || origin != tc.origin {
			t.Errorf("%s: %s, origin %q", tc.name, got, origin)
		}
	}
	// A name that the client gave itself is no reason to go on.
	m := Trace(chain(stamp("relay.ours.example (unknown [203.0.113.66])", "store.ours.example", "S1", "12:00:03 +0000"), fields[1]), "x", 1,
		Options{Trusted: Trust{Hosts: []string{".ours.example"}}})
	if m.Border != 2 || m.Origin.IP != "203.0.113.66" || m.Hops[0].Trust != "claimed" {
		t.Errorf("border %d, origin %+v", m.Border, m.Origin)
	}
	// Nor is a name that does not lead back to the address: whoever owns the address chose it.
	m = Trace(chain(stamp("relay.ours.example (relay.ours.example [203.0.113.66] (may be forged))", "store.ours.example", "S1", "12:00:03 +0000"),
		fields[1]), "x", 1, Options{Trusted: Trust{Hosts: []string{".ours.example"}}})
	if m.Border != 2 || m.Origin.IP != "203.0.113.66" || m.Hops[0].Trust != "claimed" {
		t.Errorf("forged name: border %d, origin %+v", m.Border, m.Origin)
	}
	for _, bad := range []string{"192.0.2.0/33", "a b", "", "*", "<x>"} {
		if _, err := ParseTrust([]string{bad}); err == nil || !strings.Contains(err.Error(), "expected") {
			t.Errorf("%q: error %v", bad, err)
		}
	}
}

func TestLoops(t *testing.T) {
	one := stamp("b.example (b.example [198.51.100.2])", "a.example", "Q1", "12:00:00 +0000")
	m := Trace(chain(one, stamp("x.example (x.example [198.51.100.9])", "b.example", "Q2", "12:00:00 +0000"), one), "x", 1, Options{})
	if got, _ := json.Marshal(m.Loops); string(got) != `[{"kind":"duplicate","by":"a.example","id":"Q1","hops":[1,3]}]` {
		t.Errorf("loops %s", got)
	}
	if got := told(&m); got != "2:chain-gap 3:duplicate-hop" {
		t.Errorf("findings %s", got)
	}
	var circle []string
	for i := range 3 {
		circle = append(circle, stamp("b.example (b.example [198.51.100.2])", "a.example", fmt.Sprint("A", i), "12:00:00 +0000"),
			stamp("a.example (a.example [198.51.100.1])", "b.example", fmt.Sprint("B", i), "12:00:00 +0000"))
	}
	m = Trace(chain(circle...), "x", 1, Options{})
	if got := told(&m); got != "5:mail-loop 6:mail-loop" {
		t.Errorf("findings %s", got)
	}
	if m = Trace(chain(circle[:4]...), "x", 1, Options{}); told(&m) != "" { // the same server twice is everyday life
		t.Errorf("findings %s", told(&m))
	}
	var many []string
	for i := range MaxHops + 1 {
		many = append(many, stamp("b.example ([10.0.0.1])", "a.example", fmt.Sprint(i), "12:00:00 +0000"))
	}
	for n, want := range map[int]string{manyHops: "", manyHops + 1: "0:many-hops", MaxHops + 1: "0:too-many-hops"} {
		if m = Trace(chain(many[:n]...), "x", 1, Options{}); told(&m) != want || len(m.Hops) != min(n, MaxHops) {
			t.Errorf("%d hops: %d read, %s", n, len(m.Hops), told(&m))
		}
	}
}

// TestOneHopFindings: what one field can tell, and what is everyday life and tells nothing.
func TestOneHopFindings(t *testing.T) {
	const at = "; Tue, 1 Jan 2030 12:00:00 +0000"
	tests := []struct{ in, want string }{
		{"from h.example (r.example [192.0.2.1]) by b.example with ESMTP id 1" + at, ""},
		{"from h.example ([10.1.2.3]) by b.example with ESMTP id 1" + at, ""},
		{"from h.example (r.example [192.0.2.1] (may be forged)) by b.example with ESMTP id 1" + at, "1:name-not-confirmed"},
		{"from h.example ([192.0.2.999]) by b.example with ESMTP id 1" + at, "1:impossible-address"},
		{"from b.example ([192.0.2.1]) by b.example with ESMTP id 1" + at, "1:helo-is-receiver"},
		{"from b.example (b.example [192.0.2.1]) by b.example with ESMTP id 1" + at, ""},
		{"from h.example by b.example with HTTPS id 1" + at, "1:unregistered-protocol"},
		{"from h.example by b.example (using TLSv1.3 with cipher C (256/256 bits)) with ESMTP id 1" + at, "1:tls-not-in-protocol"},
		{"from h.example by b.example with ESMTP id 1 for a@c.example, d@e.example" + at, "1:several-recipients"},
		{"from h.example by b.example with ESMTP id 1; Tue, 1 Jan 30 12:00:00 +0000", "1:obsolete-date"},
		{"from h.example by b.example with ESMTP id 1; Tue, 1 Jan 2030 12:00:00 EST", "1:obsolete-date"},
		{"from h.example by b.example with ESMTP id 1", "1:no-date"},
		{"from h.example by b.example with ESMTP id 1; Jan, 1 2030 12:00:00 AM -0800", "1:spamware-date"},
	}
	for _, tc := range tests {
		m := Trace(chain("Received: "+tc.in), "x", 1, Options{})
		if got := told(&m); got != tc.want {
			t.Errorf("%s: got %q, want %q", tc.in, got, tc.want)
		}
	}
}

func TestAuthentication(t *testing.T) {
	m := Trace(chain(
		"Authentication-Results: store.ours.example; spf=pass (it's (really) ok) smtp.mailfrom=a.example; dkim/1=FAIL header.d=\"a.example\"",
		stamp("out.theirs.example (out.theirs.example [203.0.113.7])", "store.ours.example", "S1", "12:00:03 +0000"),
		"Authentication-Results: store.ours.example; dmarc=pass"), "x", 1, Options{Trusted: Trust{Hosts: []string{"store.ours.example"}}, Line: 11})
	got, err := json.Marshal(m.Authentication)
	if err != nil {
		t.Fatal(err)
	}
	want := `[{"line":11,"authserv_id":"store.ours.example","hop":1,"trust":"trusted","results":[` +
		`{"method":"spf","result":"pass","properties":{"smtp.mailfrom":"a.example"}},{"method":"dkim","result":"fail","properties":{"header.d":"a.example"}}]},` +
		`{"line":15,"authserv_id":"store.ours.example","trust":"claimed","results":[{"method":"dmarc","result":"pass"}]}]`
	if string(got) != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestReport: a bounce is read, and the mail in it traced with offsets and lines of the file.
func TestReport(t *testing.T) {
	file := recordings(t, "mail", "real", "12-mail-loop-bounce-bob.eml")
	msg := readFile(t, file)
	m := Trace(msg, "x", 1, Options{})
	if m.Report == nil || m.Report.Kind != "delivery-status" || len(m.Report.Recipients) != 1 || m.Report.Message == nil {
		t.Fatalf("report %+v", m.Report)
	}
	if r := m.Report.Recipients[0]; r.FinalRecipient != "victim@loop.example" || r.Action != "failed" || r.Status != "5.0.0" {
		t.Errorf("recipient %+v", r)
	}
	in := m.Report.Message
	if len(in.Hops) != 17 || len(in.Loops) != 2 || in.Loops[0].Kind != "loop" {
		t.Errorf("%d hops, loops %+v", len(in.Hops), in.Loops)
	}
	for _, h := range in.Hops {
		if string(msg[h.Span[0]:h.Span[1]]) != h.Raw {
			t.Errorf("span %v is not %q", h.Span, h.Raw)
		}
	}
	f := in.Hops[16].Findings[0]
	if lines := strings.Split(string(msg), "\n"); !strings.HasPrefix(lines[f.Line-1], "Received:") {
		t.Errorf("line %d is %q", f.Line, lines[f.Line-1])
	}
	arf := Trace([]byte("Content-Type: multipart/report; report-type=feedback-report; boundary=x\n\n--x\nContent-Type: message/feedback-report\n\n"+
		"Feedback-Type: abuse\nSource-IP: 192.0.2.1\n\n--x\nContent-Type: message/rfc822\n\nSubject: buy\n\n--x--\n"), "x", 1, Options{})
	if r := arf.Report; r == nil || r.Fields["feedback-type"] != "abuse" || r.Message == nil || r.Message.Subject != "buy" {
		t.Errorf("report %+v", r)
	}
}

func TestWitness(t *testing.T) {
	m := Trace(chain(stamp("a.example (a.example [192.0.2.1])", "b.example", "Q2", "12:00:00 +0000"),
		stamp("ws.example (ws.example [192.0.2.9])", "a.example", "Q1", "12:00:00 +0000")), "x", 1, Options{})
	start := trace.FromStd(time.Date(2030, 1, 1, 11, 59, 59, 0, time.UTC))
	sessions := []*trace.Session{
		{ID: 3, Client: "192.0.2.77:4711", Started: start, Ended: start, Transactions: []*trace.Transaction{{N: 1, QueueID: "Q2"}}},
		{ID: 4, Client: "192.0.2.1:4711", Started: start, Ended: start, Transactions: []*trace.Transaction{{N: 1, QueueID: "Q9"}, {N: 2, QueueID: "q2"}}},
		{ID: 5, Client: "192.0.2.9:4711", Started: start + trace.Time(time.Hour), Transactions: []*trace.Transaction{{N: 1, QueueID: "Q1"}}},
	}
	if n := Witness(&m, sessions); n != 1 || m.Hops[0].Witness != nil || *m.Hops[1].Witness != (trace.HopWitness{Session: 4, Transaction: 2}) {
		t.Errorf("%d joined, %+v %+v", n, m.Hops[0].Witness, m.Hops[1].Witness)
	}
}

// TestOddMessages: what stands around the header section, and octets that are not UTF-8.
func TestOddMessages(t *testing.T) {
	one := "Received: from h.example ([192.0.2.1]) by b.example with ESMTP id 1; Tue, 1 Jan 2030 12:00:00 +0000\n"
	tests := []struct{ in, want string }{
		{"", "0:no-received"},
		{"\n\n" + one + "\n", "0:header-leading-blank-line"},
		{"From x Tue Jan  1 12:00:00 2030\n" + one + "\n", ""},
		{"some junk\n" + one + "\nbody", "0:header-junk-line"},
		{one + "Hello Phil\nnice\n", "0:header-no-blank-line"},
		{strings.ReplaceAll(one, "\n", "\r") + "\rbody", "0:header-bare-cr"},
		{one + "Subject: x\r\n\r\n", "0:header-bare-lf"},
		{one + "Subject: Gr\xfc\xdfe\n\n", "0:header-eight-bit"},
		{"Subject: x\n" + one + "\n", "0:trace-not-on-top"},
		{"Return-Path: <a@b.example>\nReturn-Path: <c@d.example>\n" + one + "\n", "0:return-path-twice"},
	}
	for _, tc := range tests {
		m := Trace([]byte(tc.in), "x", 1, Options{})
		if got := told(&m); got != tc.want {
			t.Errorf("%q: got %q, want %q", tc.in, got, tc.want)
		}
	}
	m := Trace([]byte("Return-Path: <>\nReceived: from \xfc by b.example; Tue, 1 Jan 2030 12:00:00 +0000\n\n"), "x", 1, Options{})
	var h struct {
		Raw    string `json:"raw"`
		Base64 []byte `json:"raw_base64"`
	}
	b, err := json.Marshal(m.Hops[0])
	if err != nil || json.Unmarshal(b, &h) != nil || !strings.Contains(h.Raw, "\ufffd") || string(h.Base64) != m.Hops[0].Raw {
		t.Errorf("%s %v", b, err)
	}
	if m.ReturnPath == nil || *m.ReturnPath != "" {
		t.Errorf("return path %v", m.ReturnPath)
	}
}

// TestMailbox: lines and spans count in the file, not in the message.
func TestMailbox(t *testing.T) {
	one := "Received: from a by b.example; Tue, 1 Jan 2030 12:00:00 EST\nSubject: x\n\nbody\n\n"
	box := "From x Tue Jan  1 12:00:00 2030\n" + one + "From y Tue Jan  1 12:00:00 2030\n" + one
	n := 0
	err := Mailbox(strings.NewReader(box), "box", Options{}, func(m Message) error {
		n++
		h := m.Hops[0]
		if m.Index != n || box[h.Span[0]:h.Span[1]] != h.Raw || h.Findings[0].Line != []int{2, 8}[n-1] {
			t.Errorf("message %d: span %v, %+v", m.Index, h.Span, h.Findings)
		}
		return nil
	})
	if err != nil || n != 2 {
		t.Errorf("%d messages, %v", n, err)
	}
}

func TestOrganisation(t *testing.T) {
	for host, want := range map[string]string{"mail.ftf.dk": "ftf.dk", "MX.a.example.": "a.example", "a.b.co.uk": "b.co.uk", "localhost": "localhost",
		"[192.0.2.1]": "[192.0.2.1]", "192.0.2.1": "192.0.2.1", "2001:db8::1": "2001:db8::1", "": "", "x.com": "x.com"} {
		if got := organisation(host); got != want {
			t.Errorf("%s: got %s, want %s", host, got, want)
		}
	}
}

// TestContract: the names of the JSON are those of the contract, and no list is null.
func TestContract(t *testing.T) {
	b, err := json.Marshal(Trace(nil, "x.eml", 1, Options{}))
	if err != nil {
		t.Fatal(err)
	}
	want := `{"file":"x.eml","index":1,"return_path":null,"elapsed_seconds":null,"hops":[],"clocks":[],"loops":[],"authentication":[],"findings":[`
	if !strings.HasPrefix(string(b), want) {
		t.Errorf("got %s", b)
	}
	var names []string
	for f := range reflect.TypeFor[Message]().NumField() {
		tag, _, _ := strings.Cut(reflect.TypeFor[Message]().Field(f).Tag.Get("json"), ",")
		names = append(names, tag)
	}
	if got := strings.Join(names, " "); got != "file index message_id subject date date_raw date_zone return_path elapsed_seconds hops border origin clocks loops authentication report findings" {
		t.Errorf("names %s", got)
	}
}
