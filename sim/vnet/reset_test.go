package vnet

import (
	"errors"
	"io"
	"net"
	"syscall"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/trace"
)

// resets are the ways in which a connection can be cut off, with what the client learns and the tap sees.
var resets = []struct {
	name   string
	server func(w *world, c net.Conn)
	client func(w *world, c *Conn) error
	want   error
	end    trace.FlowEnd
}{
	{"server aborts", func(w *world, c net.Conn) { c.(*Conn).Abort() },
		func(w *world, c *Conn) error { _, err := c.Read(make([]byte, 1)); c.Close(); return err },
		syscall.ECONNRESET, trace.EndServerReset},
	{"client aborts", func(w *world, c net.Conn) { io.ReadAll(c); c.Close() },
		func(w *world, c *Conn) error { c.Abort(); return io.EOF },
		io.EOF, trace.EndClientReset},
	{"server closes with unread text", func(w *world, c net.Conn) { w.b.Clock.Sleep(time.Second); c.Close() },
		func(w *world, c *Conn) error {
			io.WriteString(c, "EHLO")
			_, err := c.Read(make([]byte, 1))
			c.Close()
			return err
		}, syscall.ECONNRESET, trace.EndServerReset},
	{"server closes without reading what a half-closed client sent", func(w *world, c net.Conn) { w.b.Clock.Sleep(time.Second); c.Close() },
		func(w *world, c *Conn) error {
			io.WriteString(c, "QUIT")
			c.CloseWrite()
			_, err := c.Read(make([]byte, 1))
			c.Close()
			return err
		}, syscall.ECONNRESET, trace.EndServerReset},
	{"text for a server that has closed", func(w *world, c net.Conn) { c.Close() },
		func(w *world, c *Conn) error {
			w.a.Clock.Sleep(time.Second)
			io.WriteString(c, "EHLO") // is answered with RST
			w.a.Clock.Sleep(time.Second)
			_, err := c.Write([]byte("x"))
			c.Close()
			return err
		}, syscall.ECONNRESET, trace.EndServerReset},
	{"text kept before the reset is still read", func(w *world, c net.Conn) {
		io.WriteString(c, "421")
		w.b.Clock.Sleep(time.Second)
		c.(*Conn).Abort()
	},
		func(w *world, c *Conn) error {
			w.a.Clock.Sleep(time.Minute)
			got, err := io.ReadAll(c)
			c.Close()
			if string(got) != "421" {
				return errors.New("lost text")
			}
			return err
		}, syscall.ECONNRESET, trace.EndServerReset},
	{"the server's host falls silent for ever", func(w *world, c net.Conn) {
		w.b.Clock.Sleep(time.Second)
		w.SetDown("b.example", Silent)
		io.WriteString(c, "421") // into the void
		_, err := io.ReadAll(c)
		if !errors.Is(err, syscall.ETIMEDOUT) {
			panic(err)
		}
		c.Close()
	},
		func(w *world, c *Conn) error {
			w.a.Clock.Sleep(2 * time.Second)
			io.WriteString(c, "EHLO")
			_, err := c.Read(make([]byte, 1))
			c.Close()
			return err
		}, syscall.ETIMEDOUT, trace.EndCapture},
}

func TestResets(t *testing.T) {
	for _, c := range resets {
		t.Run(c.name, func(t *testing.T) {
			flows := &streams{t: t}
			w := newWorld(t, Options{Flows: flows})
			serve(t, w.b, func(conn net.Conn) { c.server(w, conn) })
			w.client(t, func(conn *Conn) {
				if err := c.client(w, conn); !errors.Is(err, c.want) {
					t.Errorf("client: %v, want %v", err, c.want)
				}
			})
			ended(t, w, flows, c.end)
			for _, h := range []string{"a.example", "b.example"} {
				if n := len(w.Host(h).conns); n > 1 { // TIME-WAIT at most
					t.Errorf("%s still knows %d connections", h, n)
				}
			}
		})
	}
}
