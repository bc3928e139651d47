package queue

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/persona"
	"github.com/smtpsim/smtpsim/sim/smtpclient"
	"github.com/smtpsim/smtpsim/sim/vnet"
)

// world is one host with a queue in virtual time. The DNS is a table, and so are the servers.
type world struct {
	t       testing.TB
	net     *vnet.Network
	host    *host.Host
	opts    Options
	queue   *Queue
	dns     table
	servers map[string]*server // by address
	boxes   map[string][]string
	claims  []string
	start   time.Time
}

// server is what one address does.
type server struct {
	down     error                                    // of the connection
	greeting smtp.Reply                               // zero: 220
	rcpt     func(address string, try int) smtp.Reply // nil: 250
	breaks   smtpclient.Stage                         // where the connection is lost; "": nowhere
	takes    time.Duration                            // for one transaction
	tries    map[string]int
	got      []string // "from>to,to" per transaction with at least one recipient accepted
	sessions int
}

func newWorld(t testing.TB, change func(*Options)) *world {
	w := &world{t: t, dns: names(), servers: map[string]*server{}, boxes: map[string][]string{}}
	w.net = vnet.New(vnet.Options{Seed: 1, Claims: w})
	w.host = w.net.AddHost(vnet.HostConfig{Name: "me.nord.example", Addrs: []netip.Addr{netip.MustParseAddr("192.0.2.10")}}).Ports()
	w.start = w.net.Now()
	w.opts = Options{
		Persona: persona.Postfix(), Connect: w.connect,
		Router: &Router{Lookup: w.dns, Rand: w.host.Rand, Names: []string{w.host.Name}, Addrs: w.host.Addrs,
			Local: func(d string) bool { return d == "nord.example" }},
		Deliver: w.deliver,
	}
	if change != nil {
		change(&w.opts)
	}
	w.dns["west.example MX"] = "10 mx1.west.example, 20 mx2.west.example"
	w.dns["mx1.west.example A"] = "198.51.100.25"
	w.dns["mx2.west.example A"] = "198.51.100.26"
	w.servers["198.51.100.25"], w.servers["198.51.100.26"] = &server{}, &server{}
	w.open()
	t.Cleanup(w.net.Close)
	return w
}

func (w *world) open() {
	q, err := Open(w.host, w.opts)
	if err != nil {
		w.t.Fatal(err)
	}
	w.queue = q
}

func (w *world) mx(n int) *server { return w.servers[fmt.Sprintf("198.51.100.%d", 24+n)] }

// Claim keeps what the queue says it did, in short.
func (w *world) Claim(c host.Claim) {
	s := fmt.Sprintf("%s %s %s", elapsed(w.net.Now().Sub(w.start)), c.Kind, c.Recipient)
	if c.Code != 0 {
		s += fmt.Sprintf(" %d", c.Code)
	}
	if c.Kind == host.ClaimQueued {
		s += " +" + elapsed(c.Next)
	}
	w.claims = append(w.claims, s)
}

func elapsed(d time.Duration) string { return d.Round(time.Second).String() }

// said are the claims of the given kinds, and forgets all.
func (w *world) said(kinds ...host.ClaimKind) string {
	var out []string
	for _, c := range w.claims {
		if kind := host.ClaimKind(strings.Fields(c)[1]); slices.Contains(kinds, kind) {
			out = append(out, c)
		}
	}
	w.claims = nil
	return strings.Join(out, "; ")
}

func (w *world) deliver(d Delivery) smtp.Reply {
	if !strings.HasPrefix(d.Recipient.Local, "no") {
		address := d.Recipient.Address()
		w.boxes[address] = append(w.boxes[address], string(d.Text))
		return smtp.NewReply(250, "2.0.0", "delivered")
	}
	return smtp.NewReply(550, "5.1.1", "no such user")
}

// mail accepts a message in a process, as a server would.
func (w *world) mail(from string, to ...string) {
	w.t.Helper()
	w.mailText(from, []byte("Subject: x\r\n\r\nbody\r\n"), to...)
}

func (w *world) mailText(from string, text []byte, to ...string) {
	w.t.Helper()
	env := smtp.Envelope{Reverse: smtp.ReversePath{Null: from == ""}}
	if from != "" {
		c, err := smtp.ParseCommand("MAIL FROM:<"+from+">", smtp.Strict)
		if err != nil {
			w.t.Fatal(err)
		}
		env.Reverse = c.Reverse
	}
	for _, s := range to {
		c, err := smtp.ParseCommand("RCPT TO:"+s, smtp.Tolerant)
		if err != nil {
			w.t.Fatal(err)
		}
		env.Recipients = append(env.Recipients, smtp.Recipient{Forward: c.Forward, Params: c.Params})
	}
	w.host.Go("accept", func() {
		if err := w.queue.Accept(w.queue.NextID(), env, "", text); err != nil {
			w.t.Errorf("accept: %v", err)
		}
	})
}

// passes lets d of virtual time go by.
func (w *world) passes(d time.Duration) { w.net.RunUntil(w.net.Now().Add(d)) }

func (w *world) connect(t Target) (Session, error) {
	s := w.servers[t.Addr.Addr().String()]
	switch {
	case s == nil:
		w.host.Clock.Sleep(30 * time.Second)
		return nil, host.ErrUnanswered
	case s.down != nil:
		return nil, s.down
	case s.greeting.Code != 0:
		return nil, &smtpclient.Error{Stage: smtpclient.StageGreeting, Reply: s.greeting}
	}
	s.sessions++
	return &dialog{w: w, server: s}, nil
}

type dialog struct {
	w      *world
	server *server
}

func (d *dialog) Send(env smtp.Envelope, text []byte) (smtpclient.Result, error) {
	d.w.host.Clock.Sleep(d.server.takes)
	result := smtpclient.Result{Recipients: make([]smtpclient.Recipient, len(env.Recipients))}
	var accepted []string
	for i, r := range env.Recipients {
		to := &result.Recipients[i]
		if d.server.breaks != "" {
			*to = smtpclient.Recipient{Stage: d.server.breaks, Err: host.ErrTimeout}
			continue
		}
		*to = smtpclient.Recipient{Stage: smtpclient.StageEnd, Reply: smtp.NewReply(250, "2.0.0", "queued"), Accepted: true}
		address := r.Forward.Address()
		if d.server.rcpt != nil {
			if d.server.tries == nil {
				d.server.tries = map[string]int{}
			}
			d.server.tries[address]++
			if reply := d.server.rcpt(address, d.server.tries[address]); !reply.Positive() {
				*to = smtpclient.Recipient{Stage: smtpclient.StageRcpt, Reply: reply}
			}
		}
		if to.Accepted {
			accepted = append(accepted, address)
		}
	}
	if len(accepted) > 0 {
		d.server.got = append(d.server.got, env.Reverse.Address()+">"+strings.Join(accepted, ","))
	}
	return result, nil
}

func (d *dialog) Usable() bool { return d.server.breaks == "" }
func (d *dialog) Quit() error  { return nil }

// always answers each RCPT with one reply.
func always(code int, enhanced, text string) func(string, int) smtp.Reply {
	return func(string, int) smtp.Reply { return smtp.NewReply(code, enhanced, text) }
}

func (w *world) check(what, got, want string) {
	w.t.Helper()
	if got != want {
		w.t.Errorf("%s:\n got %s\nwant %s", what, got, want)
	}
}
