package queue

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/host"
)

// slowDisk takes a second to write a state, as a real disk may, while other processes go on.
type slowDisk struct {
	host.Store
	clock host.Clock
}

func (d slowDisk) Put(name string, data []byte) error {
	if strings.HasPrefix(name, statePrefix) {
		d.clock.Sleep(time.Second)
	}
	return d.Store.Put(name, data)
}

// TestSlowDisk: a state that is written while the mail's last recipient is settled must not outlive the mail: another mail
// that gets its id later would count as delivered after a crash (RFC 5321 §6.1).
func TestSlowDisk(t *testing.T) {
	w := newWorld(t, nil)
	w.host.Store = slowDisk{w.host.Store, w.host.Clock}
	w.dns["ost.example MX"], w.dns["mx.ost.example A"] = "10 mx.ost.example", "203.0.113.9"
	w.servers["203.0.113.9"] = &server{takes: 500 * time.Millisecond}
	w.mail(alice, bob, "<carol@ost.example>")
	w.passes(time.Minute)
	w.check("both are relayed", w.said(host.ClaimRelayed), "0s relayed bob@west.example 250; 1s relayed carol@ost.example 250")
	if left := w.host.Store.List(""); len(left) != 0 || w.queue.Len() != 0 {
		t.Errorf("the disk still holds %v, the queue %d", left, w.queue.Len())
	}
	// with a recipient that waits, what is on the disk in the end is the last word
	w.servers["203.0.113.9"].rcpt = func(string, int) smtp.Reply { return smtp.NewReply(450, "4.2.0", "busy") }
	w.mail(alice, bob, "<carol@ost.example>")
	w.passes(time.Minute)
	before := fmt.Sprint(w.queue.List())
	w.net.Crash(w.host.Name)
	w.open()
	w.passes(time.Second)
	w.check("after a crash", fmt.Sprint(w.queue.List()), before)
}
