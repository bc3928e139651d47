package node

import (
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
)

// A program gets mail through the alias that names it, and no report because somebody has named it in the reverse-path.
func TestNoReportToPrograms(t *testing.T) {
	w := withTargets(t, map[string][]string{"tickets": {"|/usr/bin/tickets"}}, nil, nil)
	n := w.nodes["mx1.west.example"]
	env := smtp.Envelope{Recipients: []smtp.Recipient{{}}}
	env.Reverse.Mailbox = smtp.Mailbox{Local: "|/usr/bin/tickets", Domain: "west.example"}
	env.Recipients[0].Forward.Mailbox = smtp.Mailbox{Local: "nobody", Domain: "west.example"}
	n.host.Go("accept", func() {
		if err := n.queue.Accept(n.queue.NextID(), env, "", []byte("Subject: x\r\n\r\nx\r\n")); err != nil {
			t.Error(err)
		}
	})
	w.passes(time.Hour)
	if got := n.host.Store.List("program/"); len(got) != 0 {
		t.Errorf("a report went to the program: %v", got)
	}
	w.send(alice, "tickets@west.example")
	w.passes(time.Hour)
	if got := n.host.Store.List("program/"); len(got) != 1 {
		t.Errorf("mail for the alias: %d for the program, want one", len(got))
	}
}
