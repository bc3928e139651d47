package node

import (
	"crypto/tls"
	"net"
	"net/netip"
	"time"

	"github.com/smtpsim/smtpsim/sim/host"
)

const (
	webTimeout = time.Minute
	maxRequest = 4096
)

// startWeb answers on port 80 that there is a web server, and on port 443 with the MTA-STS policy where there is one.
func (n *Node) startWeb() error {
	if err := n.web(portWeb, nil, "This is "+n.host.Name+".\r\n"); err != nil || n.cfg.Web.Policy == "" {
		return err
	}
	return n.web(PortHTTPS, n.cfg.Web.TLS, n.cfg.Web.Policy)
}

// web serves one text to whoever asks for anything.
func (n *Node) web(port uint16, secured *tls.Config, text string) error {
	ln, err := n.host.Listen(netip.AddrPortFrom(netip.Addr{}, port))
	if err != nil {
		return err
	}
	n.host.Go("web", func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			n.host.Go("web connection", func() {
				defer conn.Close()
				n.page(conn, secured, text)
			})
		}
	})
	return nil
}

func (n *Node) page(conn net.Conn, secured *tls.Config, text string) {
	if host.Timeout(conn, n.host.Clock, webTimeout) != nil {
		return
	}
	if secured != nil {
		with := tls.Server(conn, host.TLSConfig(n.host, "tls", secured))
		defer with.Close()
		conn = with
	}
	if _, err := conn.Read(make([]byte, maxRequest)); err == nil {
		_, _ = conn.Write([]byte("HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n" + text))
	}
}
