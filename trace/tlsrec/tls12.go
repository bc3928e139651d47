package tlsrec

import "github.com/smtpsim/smtpsim/trace"

// record12 takes a record of TLS up to 1.2, where a ChangeCipherSpec begins the encryption (RFC 5246 §7.1).
func (c *Conn) record12(from trace.Side, r *record) bool {
	d := &c.dirs[from]
	if d.epoch == inClear {
		switch r.kind() {
		case handshakeRecord:
			d.messages.add(r.body, func(kind byte, body []byte) { c.message(from, r.packet, kind, body) })
			return true
		case alertRecord:
			c.alarm(r.body)
			return true
		case changeCipherSpec:
			if len(r.body) != 1 {
				return false
			}
			c.enter12(from, r.packet)
			return true
		}
		c.enter12(from, r.packet) // its ChangeCipherSpec was lost
		d.missed = max(d.missed, 2)
	}
	if d.keys == nil {
		d.keys = c.keys12(from, r.packet)
	}
	if d.keys == nil {
		d.seq++
		c.unread(d, r, false)
		return false
	}
	for ahead := range uint64(d.missed) + 1 {
		plain, kind, ok := d.keys.open(r, d.seq+ahead)
		if !ok {
			continue
		}
		d.seq += ahead + 1
		if kind == changeCipherSpec { // another handshake, inside (RFC 5246 §7.4.1.1)
			c.enter12(from, r.packet)
			return true
		}
		c.content(from, r, kind, plain)
		return true
	}
	c.unread(d, r, true)
	return false
}

// enter12 begins the encryption of one side.
func (c *Conn) enter12(from trace.Side, packet int64) {
	d := &c.dirs[from]
	d.epoch, d.seq = application, 0
	d.messages = messages{}
	d.keys = c.keys12(from, packet)
}

// keys12 makes the keys of one side, nil if their secret is not known.
func (c *Conn) keys12(from trace.Side, packet int64) protection {
	if !c.began {
		return nil
	}
	secret := c.room.keys.find(name{c.clientRandom, master}, packet)
	if secret == nil {
		return nil
	}
	if c.hello.version == tls12 && !c.hello.packed {
		if p := c.suite.protection12(secret, &c.clientRandom, &c.hello.random, from == c.client, c.hello.etm); p != nil {
			return p
		}
	}
	c.unable, c.where = true, packet
	return nil
}
