// Package bridge couples real sockets to a simulated world, paced: a real telnet, openssl or mail client talks to a
// simulated host, and virtual time keeps step with the wall clock.
//
//  1. [Listen] opens real listeners, each for an endpoint of the world ("mx1=127.0.0.1:2525").
//  2. [Bridge.Run] is the one goroutine that touches the world: it first lets everything happen that is due, then applies what
//     came in. Everything is journalled, so the same run can be replayed later, unpaced, to the same bytes.
//  3. Goroutines for accepting, reading and writing only pass octets to and fro.
//
// The world never runs ahead of the wall clock while a real client is connected: its timeouts would pass at once.
// Floor 5; read [Bridge.Run] first.
package bridge

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/sim"
)

// Limits of a bridge.
const (
	MaxClients = 200     // at once; more are closed at the door
	readSize   = 8 << 10 // octets taken from a client at a time
	outQueue   = 1024    // pieces waiting for a client that reads slowly; then it is cut off

	acceptPause = 100 * time.Millisecond // after an error
)

// Bridge is a world with real doors.
type Bridge struct {
	world     *sim.World
	listeners []net.Listener
	endpoints []string
	events    chan event
	clients   map[int64]*client
	last      int64
	Told      func(Coming) // told of clients that come and go; nil: nobody
}

// Coming is a real client that came, or is gone.
type Coming struct {
	Client   net.Addr
	Endpoint string // of the world: "mx1:25"
	Gone     bool
}

// event is what a goroutine tells Run.
type event struct {
	id       int64
	conn     net.Conn // a new client
	endpoint string
	data     []byte
	closed   bool
}

type client struct {
	conn net.Conn
	door string // the endpoint
	out  chan []byte
}

// Listen opens the doors; each spec is HOST[:PORT]=ADDRESS:PORT.
func Listen(w *sim.World, specs []string) (*Bridge, error) {
	b := &Bridge{world: w, events: make(chan event, 64), clients: map[int64]*client{}}
	for _, spec := range specs {
		inside, outside, ok := strings.Cut(spec, "=")
		if !ok {
			b.closeListeners()
			return nil, fmt.Errorf("expected HOST=ADDRESS:PORT such as mx1=127.0.0.1:2525, found %q", spec)
		}
		if err := w.HasEndpoint(inside); err != nil {
			b.closeListeners()
			return nil, err
		}
		ln, err := net.Listen("tcp", outside)
		if err != nil {
			b.closeListeners()
			return nil, err
		}
		b.listeners = append(b.listeners, ln)
		b.endpoints = append(b.endpoints, inside)
	}
	return b, nil
}

// Addrs are the addresses of the real listeners, in the order of the specs.
func (b *Bridge) Addrs() []net.Addr {
	var out []net.Addr
	for _, ln := range b.listeners {
		out = append(out, ln.Addr())
	}
	return out
}

// Run couples the world to the wall clock until ctx ends. It owns the world meanwhile.
func (b *Bridge) Run(ctx context.Context) error {
	done := make(chan struct{})
	defer close(done)
	defer b.closeAll()
	for i, ln := range b.listeners {
		go b.accept(ln, b.endpoints[i], done)
	}
	start, base := time.Now(), b.world.Now()
	due := func() time.Duration { return base + time.Since(start) }
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		wait := time.Second
		if at, ok := b.world.NextIn(); ok {
			wait = min(max(at-due(), 0), time.Second)
		}
		timer.Reset(wait)
		select {
		case <-ctx.Done():
			b.world.RunUntil(due())
			return nil
		case <-timer.C:
			b.world.RunUntil(due())
		case e := <-b.events:
			b.world.RunUntil(due())
			b.apply(e, done)
		}
		base, start = b.world.Now(), time.Now()
	}
}

func (b *Bridge) accept(ln net.Listener, endpoint string, done chan struct{}) {
	for {
		conn, err := ln.Accept()
		if err != nil {
			if errors.Is(err, net.ErrClosed) {
				return
			}
			time.Sleep(acceptPause) // too many open files, say
			continue
		}
		select {
		case b.events <- event{conn: conn, endpoint: endpoint}:
		case <-done:
			conn.Close()
			return
		}
	}
}

// apply brings one thing from outside into the world, at the world's present time.
func (b *Bridge) apply(e event, done chan struct{}) {
	switch {
	case e.conn != nil:
		b.admit(e, done)
	case e.closed:
		b.world.HangUp(e.id)
	default:
		b.world.Feed(e.id, e.data)
	}
}

func (b *Bridge) admit(e event, done chan struct{}) {
	if len(b.clients) >= MaxClients {
		e.conn.Close()
		return
	}
	b.last++
	id := b.last
	c := &client{conn: e.conn, door: e.endpoint, out: make(chan []byte, outQueue)}
	b.clients[id] = c
	b.tell(c, false)
	err := b.world.Connect(id, e.endpoint, func(data []byte, closed bool) { b.back(id, data, closed) })
	if err != nil { // Listen has asked HasEndpoint, so this does not happen
		delete(b.clients, id)
		e.conn.Close()
		return
	}
	go c.write()
	go c.read(id, b.events, done)
}

// back takes what the world says to a client; it is called while the world runs, by the goroutine of Run.
func (b *Bridge) back(id int64, data []byte, closed bool) {
	c := b.clients[id]
	if c == nil {
		return
	}
	if len(data) > 0 {
		select {
		case c.out <- append([]byte(nil), data...):
		default:
			closed = true // reads too slowly
		}
	}
	if closed {
		delete(b.clients, id)
		close(c.out)
		b.tell(c, true)
	}
}

func (c *client) write() {
	for p := range c.out {
		if _, err := c.conn.Write(p); err != nil {
			break
		}
	}
	c.conn.Close()
	for range c.out { // until back closes it
	}
}

func (c *client) read(id int64, events chan<- event, done chan struct{}) {
	buf := make([]byte, readSize)
	for {
		n, err := c.conn.Read(buf)
		e := event{id: id, data: append([]byte(nil), buf[:n]...)}
		if n > 0 {
			select {
			case events <- e:
			case <-done:
				return
			}
		}
		if err != nil {
			select {
			case events <- event{id: id, closed: true}:
			case <-done:
			}
			return
		}
	}
}

func (b *Bridge) tell(c *client, gone bool) {
	if b.Told != nil {
		b.Told(Coming{Client: c.conn.RemoteAddr(), Endpoint: c.door, Gone: gone})
	}
}

func (b *Bridge) closeListeners() {
	for _, ln := range b.listeners {
		ln.Close()
	}
}

func (b *Bridge) closeAll() {
	b.closeListeners()
	for id, c := range b.clients {
		delete(b.clients, id)
		c.conn.Close()
		close(c.out)
	}
}
