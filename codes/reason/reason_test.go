package reason

import (
	"bufio"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/smtpsim/smtpsim/codes/smtp"
)

func recordings(t *testing.T) string {
	t.Helper()
	dir := filepath.Join("..", "..", "..", "shared")
	if _, err := os.Stat(dir); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("the recordings (../shared) are missing")
		}
		t.Skip("needs the recordings in ../shared")
	}
	return dir
}

// The typical replies of eight servers are classified as an administrator classified them.
func TestVendorReplies(t *testing.T) {
	f, err := os.Open(filepath.Join(recordings(t), "registry", "vendor_replies.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	total, right := 0, 0
	for s := bufio.NewScanner(f); s.Scan(); {
		row := strings.Split(s.Text(), "\t")
		if row[0] == "software" {
			continue
		}
		total++
		if got := Read(row[1]); string(got.Class) == row[3] {
			right++
		} else {
			t.Logf("%s: %q: %s, want %s", row[0], row[1], got.Class, row[3])
		}
	}
	t.Logf("%d of %d", right, total)
	if total < 90 || right*100 < total*95 {
		t.Errorf("%d of %d right, want at least 95 %%", right, total)
	}
}

// Every class of the compiled list is one that the reader can name.
func TestClasses(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(recordings(t), "registry", "reason_classes.txt"))
	if err != nil {
		t.Fatal(err)
	}
	known := map[Class]bool{Authentication: true}
	for _, p := range phrases {
		known[p.class] = true
	}
	for _, name := range strings.Fields(string(text)) {
		if !known[Class(name)] {
			t.Errorf("no phrase leads to %s", name)
		}
	}
}

// What a person would read out of these lines.
func TestRead(t *testing.T) {
	for _, c := range []struct {
		line    string
		code    int
		status  string
		class   Class
		sure    bool
		host    string
		mailbox string
		queue   string
		against []Contradiction
	}{
		{"550-5.1.1 <x@y.example>: Recipient address rejected:\r\n550 5.1.1 User unknown in local recipient table", 550, "5.1.1",
			UserUnknown, true, "", "x@y.example", "", nil},
		{"550", 550, "", Unknown, false, "", "", "", nil},
		{"5.2.2", 0, "5.2.2", MailboxFull, false, "", "", "", nil},
		{"550 4.2.2 over quota", 550, "4.2.2", MailboxFull, true, "", "", "", []Contradiction{ClassDiffers}},
		{"450 4.1.1 <x@y.example>: User unknown", 450, "4.1.1", UserUnknown, true, "", "x@y.example", "", []Contradiction{SaysFinal}},
		{"550 Greylisted, please try again later", 550, "", Greylisting, true, "", "", "", []Contradiction{SaysLater}},
		{"550 5.1.1 mailbox full", 550, "5.1.1", MailboxFull, true, "", "", "", []Contradiction{Subject}},
		{"550-a\n551-b\n552 c", 550, "", Unknown, false, "", "", "", []Contradiction{LinesDiffer}},
		{"101 Cannot open connection", 101, "", Unknown, false, "", "", "", []Contradiction{NotSMTP}},
		{"250 2.0.0 Ok: queued as 4XyZ12AbCd", 250, "2.0.0", Accepted, true, "", "", "4XyZ12AbCd", nil},
		{"250 OK id=1tEabc-00000000Xyz-1abc", 250, "", Accepted, true, "", "", "1tEabc-00000000Xyz-1abc", nil},
		{"250 2.0.0 4ALI0abc012345 Message accepted for delivery", 250, "2.0.0", Accepted, true, "", "", "4ALI0abc012345", nil},
		{"250 2.6.0 <id@host.example> [InternalId=123] Queued mail for delivery", 250, "2.6.0", Accepted, true, "", "", "123", nil},
		{"250 ok 1700000000 qp 12345", 250, "", Accepted, true, "", "", "12345", nil},
		{"421 4.4.2 mail.server.example Error: timeout exceeded", 421, "4.4.2", Timeout, true, "mail.server.example", "", "", nil},
		{"554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org", 554, "5.7.1", IPBlocklisted, true,
			"192.0.2.1", "", "", nil},
		{"550 sorry, no mailbox here by that name. (#5.1.1)", 550, "5.1.1", UserUnknown, true, "", "", "", nil},
		{"550 5.7.25 Access denied", 550, "5.7.25", ReverseDNS, false, "", "", "", nil},
		{"550 <spam@tls.example> No such user", 550, "", UserUnknown, true, "", "spam@tls.example", "", nil},
		{"554 marble not welcome", 554, "", Unknown, false, "", "", "", nil},
		{"no code at all", 0, "", Unknown, false, "", "", "", nil},
		{"", 0, "", Unknown, false, "", "", "", nil},
	} {
		got := Read(c.line)
		if got.Code != c.code || got.Enhanced.String() != c.status || got.Class != c.class || got.Sure != c.sure ||
			got.Host != c.host || got.Mailbox != c.mailbox || got.QueueID != c.queue || !slices.Equal(got.Contradictions, c.against) {
			t.Errorf("%q: %+v", c.line, got)
		}
		if (got.Words != nil) != (c.sure && c.code >= 400) && got.Class != ReverseDNS {
			t.Errorf("%q: words %q", c.line, got.Words)
		}
	}
}

// FuzzRead: no line panics, and what is named stands in the line.
func FuzzRead(f *testing.F) {
	f.Add("550-5.1.1 <x@y.example>: no\n550 5.1.1 such user")
	f.Add("250 2.0.0 Ok: queued as X")
	f.Add("(#5.1.1)")
	f.Add("421 [IPv6:::1] x")
	f.Fuzz(func(t *testing.T, line string) {
		r := Read(line)
		for _, s := range []string{r.Host, r.QueueID} {
			if !strings.Contains(line, s) {
				t.Fatalf("%q: %q is not in the line", line, s)
			}
		}
		if r.Class == "" || !r.Enhanced.IsZero() && !strings.Contains(line, r.Enhanced.String()) {
			t.Fatalf("%q: %+v", line, r)
		}
		if _, err := smtp.ParseMailbox(r.Mailbox, smtp.StrictUTF8); r.Mailbox != "" && err != nil {
			t.Fatal(err)
		}
	})
}
