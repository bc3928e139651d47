package lossless

import (
	"bytes"
	"net"
	"net/netip"
	"time"

	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/vnet"
)

// wire listens to what a mail program sends: no password goes outside TLS unless the scenario asks for it (RFC 4954 §9).
type wire struct {
	host.Dialer
	l    *ledger
	name string
}

func (w wire) Dial(to netip.AddrPort, timeout time.Duration) (net.Conn, error) {
	c, err := w.Dialer.Dial(to, timeout)
	if err != nil {
		return nil, err
	}
	return wireConn{c.(*vnet.Conn), w}, nil
}

type wireConn struct {
	*vnet.Conn
	w wire
}

func (c wireConn) Write(b []byte) (int, error) {
	for _, clear := range []string{"AUTH PLAIN", "AUTH LOGIN"} {
		if bytes.HasPrefix(b, []byte(clear)) {
			c.w.l.accuse("%s sends a password outside TLS: %s", c.w.name, clear)
		}
	}
	return c.Conn.Write(b)
}
