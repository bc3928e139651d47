package smtpserver

import (
	"net/netip"
	"strings"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// Proxied is a Backend or Session that lets some clients speak for others (Postfix: smtpd_authorized_xclient_hosts,
// smtpd_authorized_xforward_hosts).
type Proxied interface {
	MayProxy(p *Peer) bool
}

// Forwarded is the client at the other end of a content filter, as XFORWARD names it (Postfix XFORWARD_README). It is
// for logs only: nothing is decided by it.
type Forwarded struct{ Name, Addr, Port, Proto, Helo, Ident, Source string }

// xclientExtension is XCLIENT: a proxy tells whose words it brings, and the session begins anew as theirs.
func xclientExtension() extension {
	return extension{is: persona.XClient, line: (*session).xclientLine, verbs: []verb{{smtp.XCLIENT, (*session).xclient}}}
}

// xforwardExtension is XFORWARD: a content filter tells where the mail came from, for the log.
func xforwardExtension() extension {
	return extension{is: persona.XForward, line: (*session).xforwardLine, verbs: []verb{{smtp.XFORWARD, (*session).xforward}}}
}

func (n *session) xclientLine() string {
	if !n.mayProxy() {
		return ""
	}
	return "XCLIENT NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT"
}

func (n *session) xforwardLine() string {
	if !n.mayProxy() {
		return ""
	}
	return "XFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE"
}

func (n *session) mayProxy() bool {
	p, ok := n.backend.(Proxied)
	peer := n.tx.Peer
	if n.proxy.Remote.IsValid() {
		peer = n.proxy // who really holds the connection
	}
	return ok && p.MayProxy(&peer)
}

// xclient takes the attributes, all or none, and greets again: Postfix XCLIENT_README, "the server resets state to the initial
// SMTP greeting protocol stage".
func (n *session) xclient(c *smtp.Command, bad *smtp.SyntaxError) {
	switch {
	case !n.mayProxy():
		n.reject(550, "5.7.0", "Error: insufficient authorization")
	case n.state.InTransaction():
		n.reject(503, "5.5.1", "Error: MAIL transaction in progress")
	case bad != nil || len(c.Params) == 0:
		n.reject(501, "5.5.4", "Syntax: XCLIENT attribute=value...")
	default:
		peer, helo, login, ok := n.xclientPeer(c.Params)
		if ok {
			n.becomeClient(peer, helo, login)
		}
	}
}

// xclientPeer reads the attributes; if one is wrong, it has answered.
func (n *session) xclientPeer(params []smtp.Param) (peer Peer, helo, login string, ok bool) {
	peer, helo, login = n.tx.Peer, n.tx.Helo, n.tx.User
	addr, port := peer.Remote.Addr(), peer.Remote.Port()
	for _, p := range params {
		value, good := proxyValue(p.Value)
		switch p.Name {
		case "NAME":
			peer.Name = value
		case "ADDR":
			if value != "" {
				a, err := netip.ParseAddr(strings.TrimPrefix(value, "IPV6:"))
				addr, good = a, good && err == nil
			}
		case "PORT":
			if value != "" {
				ap, err := netip.ParseAddrPort("0.0.0.0:" + value)
				port, good = ap.Port(), good && err == nil
			}
		case "HELO":
			helo = value
		case "LOGIN":
			login = value
		case "PROTO":
			good = good && (value == "SMTP" || value == "ESMTP" || value == "")
		case "DESTADDR", "DESTPORT":
		default:
			good = false
		}
		if !good {
			return peer, "", "", n.reject(501, "5.5.4", "Bad "+smtp.Printable(p.Name, smtp.MaxRepeated)+" attribute value: "+smtp.Printable(p.Value, smtp.MaxRepeated))
		}
	}
	peer.Remote = netip.AddrPortFrom(addr, port)
	return peer, helo, login, true
}

// becomeClient begins the session anew for the client that the proxy stands for.
func (n *session) becomeClient(peer Peer, helo, login string) {
	if !n.proxy.Remote.IsValid() {
		n.proxy = n.tx.Peer
	}
	n.abort()
	n.backend.Close()
	n.tx.Peer, n.tx.Verb, n.tx.Helo, n.tx.User = peer, "", helo, login
	n.values.IP = peer.Remote.Addr()
	backend, refusal := n.srv.cfg.Backend.Session(&n.tx.Peer)
	n.backend = backend
	n.offers = n.srv.offers(n.tls != nil, backend)
	if refusal != nil {
		if n.answer(*refusal); n.state != smtp.StateClosed {
			n.state = smtp.StateRefused // RFC 5321 §3.1: nothing but QUIT
		}
		return
	}
	n.say(persona.Greeting)
}

func (n *session) xforward(c *smtp.Command, bad *smtp.SyntaxError) {
	switch {
	case !n.mayProxy():
		n.reject(550, "5.7.0", "Error: insufficient authorization")
	case n.state.InTransaction():
		n.reject(503, "5.5.1", "Error: MAIL transaction in progress")
	case bad != nil || len(c.Params) == 0:
		n.reject(501, "5.5.4", "Syntax: XFORWARD attribute=value...")
	case n.readForwarded(c.Params):
		n.reject(250, "2.0.0", "Ok")
	}
}

// readForwarded reads the attributes; if one is wrong, it has answered.
func (n *session) readForwarded(params []smtp.Param) bool {
	f := n.tx.Forwarded
	for _, p := range params {
		value, good := proxyValue(p.Value)
		field := map[string]*string{"NAME": &f.Name, "ADDR": &f.Addr, "PORT": &f.Port, "PROTO": &f.Proto, "HELO": &f.Helo,
			"IDENT": &f.Ident, "SOURCE": &f.Source}[p.Name]
		if field == nil || !good {
			return n.reject(501, "5.5.4", "Bad "+smtp.Printable(p.Name, smtp.MaxRepeated)+" attribute value: "+smtp.Printable(p.Value, smtp.MaxRepeated))
		}
		*field = value
	}
	n.tx.Forwarded = f
	return true
}

// proxyValueMax bounds an attribute.
const proxyValueMax = 255

// proxyValue decodes an attribute: xtext, or words for what is not known (XCLIENT_README). What cannot be printed becomes "?", as
// in Postfix: the value will stand in trace fields.
func proxyValue(s string) (string, bool) {
	if s == "[UNAVAILABLE]" || s == "[TEMPUNAVAIL]" {
		return "", true
	}
	text, ok := smtp.DecodeXtext(s)
	return smtp.Printable(text, proxyValueMax), ok && len(text) <= proxyValueMax
}
