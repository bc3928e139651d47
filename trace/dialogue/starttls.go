package dialogue

import (
	"strconv"

	"github.com/smtpsim/smtpsim/codes"
	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/trace"
)

// startTLSReply takes the reply to STARTTLS (RFC 3207 §4).
func (d *Dialogue) startTLSReply(r *reply) {
	c := &d.client
	waiting := c.mode == awaitReply && c.verb == smtp.STARTTLS
	switch {
	case r == nil:
		if waiting {
			c.mode = readStartTLS
		}
		return
	case r.code == 220:
		d.session.StartTLS = "accepted"
		if p := c.in.first(); p != nil && len(p.data) > 0 && !isTLS(p.data[0]) {
			// RFC 3207 §4.2: what was sent before the handshake must be forgotten; a server that does not is open to injection
			d.session.StartTLS = "injected"
			d.find(codes.FindingStartTLSInjection, "commands in clear were sent together with STARTTLS", "")
		}
		c.proceed(readStartTLS, r.mark.last)
		d.server.mode = readAnyTLS
	default:
		d.session.StartTLS = "refused"
		if waiting {
			c.proceed(readCommands, r.mark.last)
		}
	}
}

// isTLS says whether c can begin a TLS record, or an SSL 2 hello.
func isTLS(c byte) bool { return c >= 0x14 && c <= 0x17 || c == 0x80 }

// firstAfterStartTLS looks at the client's first octet after STARTTLS.
func (d *Dialogue) firstAfterStartTLS(p *piece) bool {
	c := &d.client
	if isTLS(p.data[0]) {
		d.beginTLS(false)
		return true
	}
	if d.session.StartTLS == "injected" && p.seq < c.released { // read past it: the server may have taken it
		l, ok := c.lines.next(&c.in)
		if ok {
			d.emit(trace.Event{From: trace.FromClient, Kind: trace.KindJunk, Line: string(l.text), Early: true,
				Note: "sent before the TLS handshake"}, l.mark)
		}
		return ok || c.in.first() != nil
	}
	d.session.StartTLS = "failed"
	d.find(codes.FindingStartTLSNoHandshake, "no TLS handshake follows the 220 to STARTTLS", "")
	c.mode = readCommands
	d.server.mode = readReplies
	d.state = smtp.StateReady
	return true
}

// beginTLS makes both directions ciphertext.
func (d *Dialogue) beginTLS(implicit bool) {
	if d.tls != nil && d.client.mode == readTLS {
		return
	}
	d.client.mode = readTLS
	d.server.mode = readCipher
	d.tls = &handshake{phase: len(d.session.Phases) - 1}
	d.session.ImplicitTLS = d.session.ImplicitTLS || implicit
	if d.session.StartTLS == "none" && !implicit || d.session.StartTLS == "offered" {
		d.session.StartTLS = "accepted"
	}
	d.phase.TLS = &trace.TLSInfo{}
	d.endMail(trace.Aborted)
	if d.opts.Upgrader == nil || d.opener != nil { // TLS inside TLS stays closed
		return
	}
	if d.opener = d.opts.Upgrader.Upgrade(d.flow); d.opener == nil {
		return
	}
	d.witness, _ = d.opener.(Witness)
	sides := [2]trace.Side{d.role(trace.FromClient), d.role(trace.FromServer)} // who plays client and server
	for i, in := range [2]*stream{&d.client.in, &d.server.in} {
		for _, p := range in.drain() { // what has come of the ciphertext already
			d.open(&trace.Chunk{From: sides[i], Time: p.time, Packet: p.packet, Offset: p.offset, Data: p.data, Gap: p.gap})
		}
	}
}

// open gives a chunk of ciphertext to the Upgrader and reads what it makes of it.
func (d *Dialogue) open(c *trace.Chunk) {
	if d.opener == nil { // it gave up on a chunk before
		d.take(c)
		return
	}
	plain, ok := d.opener.Open(d.plain[:0], *c)
	d.plain = plain[:0]
	role := d.role(c.From)
	if c.Gap > 0 {
		d.tls.lost(role)
	}
	p := piece{data: c.Data, time: c.Time, packet: c.Packet, offset: c.Offset, seq: d.seq}
	if len(p.data) > 0 {
		d.tls.take(role, &p)
	}
	for i := range plain {
		if !d.tls.opened {
			d.tls.opened = true
			d.enterTLS()
		}
		plain[i].TLS = true
		d.take(&plain[i])
	}
	if !ok { // from here on it is closed to us
		d.opener = nil
		if d.tls.opened {
			d.tls.opaque = [2]mark{}
		}
		d.client.mode, d.server.mode = readTLS, readCipher
	}
}

// enterTLS begins the session anew inside TLS: RFC 3207 §4.2 forgets everything that came before.
func (d *Dialogue) enterTLS() {
	info := d.tls.info()
	info.Decrypted = true
	if d.session.ImplicitTLS {
		d.phase.TLS = &info
	} else {
		d.phase.TLS = nil // it belongs to the next
		d.newPhase("starttls")
		d.tls.phase = len(d.session.Phases) - 1
		d.phase.TLS = &info
		d.state = smtp.StateTLS
		d.state = d.state.After(smtp.Handshake, 0)
	}
	d.client.mode, d.server.mode = readCommands, readReplies
	d.tlsEvent()
}

// tlsEvent tells of the handshake.
func (d *Dialogue) tlsEvent() {
	h := d.tls
	if h.told || !h.mark.set {
		return
	}
	h.told = true
	info := h.info()
	note := info.Version
	if info.Cipher != "" {
		note += " " + info.Cipher
	}
	d.emit(trace.Event{From: trace.FromClient, Kind: trace.KindTLS, Note: note, Line: info.ServerName}, h.mark)
}

// finishTLS tells what was seen of a TLS connection that stayed closed to us.
func (d *Dialogue) finishTLS() {
	h := d.tls
	if h == nil {
		return
	}
	info := h.info()
	info.Decrypted = h.opened
	if d.witness != nil {
		alert, found := d.witness.Finish(&info)
		if alert != 0 && h.alert == 0 {
			h.alert, info.Alert = alert, alertName(alert)
		}
		for _, f := range found {
			d.Finding(f)
		}
	}
	d.session.Phases[h.phase].TLS = &info
	d.tlsEvent()
	if h.alert != 0 {
		d.find(codes.FindingTLSAlert, "TLS ended with the alert "+info.Alert, "")
		if !h.hello[trace.FromServer].done && d.session.StartTLS == "accepted" {
			d.session.StartTLS = "failed"
		}
	}
	if h.opened && d.client.mode != readTLS {
		return
	}
	for side := trace.FromClient; side <= trace.FromServer; side++ {
		if m := h.opaque[side]; m.set {
			d.emit(trace.Event{From: side, Kind: trace.KindTLSOpaque, Bytes: m.bytes}, m)
		}
	}
}

func tlsVersion(v uint16) string {
	switch v {
	case 0x0002, 0x0200:
		return "SSLv2"
	case 0x0300:
		return "SSLv3"
	case 0x0301:
		return "TLSv1.0"
	case 0x0302:
		return "TLSv1.1"
	case 0x0303:
		return "TLSv1.2"
	case 0x0304:
		return "TLSv1.3"
	}
	return "0x" + strconv.FormatUint(uint64(v), 16)
}
