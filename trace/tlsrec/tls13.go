package tlsrec

import "github.com/smtpsim/smtpsim/trace"

// record13 takes a record of TLS 1.3 (RFC 8446 §5).
func (c *Conn) record13(from trace.Side, r *record) bool {
	d := &c.dirs[from]
	switch r.kind() {
	case changeCipherSpec: // says nothing, RFC 8446 §5
		return true
	case alertRecord:
		c.alarm(r.body)
		return true
	case handshakeRecord: // the client's second hello
		if d.epoch == inClear {
			d.messages.add(r.body, func(kind byte, body []byte) { c.message(from, r.packet, kind, body) })
		}
		return true
	}
	tried := false
	for e := max(d.epoch, early); e <= application; e++ {
		keys, secret, first := d.keys, d.secret, d.seq
		if e != d.epoch || keys == nil {
			if secret = c.secret13(from, e, r.packet); secret == nil {
				continue
			}
			if keys, first = c.suite.protection13(secret), 0; keys == nil {
				c.unable, c.where = true, r.packet
				continue
			}
		}
		tried = true
		if c.open13(from, r, e, keys, secret, first) {
			return true
		}
	}
	c.unread(d, r, tried)
	return false
}

// open13 tries one key, with each number that the record may have; behind lost octets also the key after it.
func (c *Conn) open13(from trace.Side, r *record, e epoch, keys protection, secret []byte, first uint64) bool {
	d := &c.dirs[from]
	for generation := range 2 {
		for ahead := range uint64(d.missed) + 1 {
			plain, kind, ok := keys.open(r, first+ahead)
			if !ok {
				continue
			}
			if e != d.epoch {
				d.messages = messages{}
			}
			d.epoch, d.keys, d.secret, d.seq = e, keys, secret, first+ahead+1
			c.content(from, r, kind, plain)
			return true
		}
		if generation > 0 || d.missed == 0 || e != application {
			break
		}
		secret = c.suite.next(secret)
		if keys, first = c.suite.protection13(secret), 0; keys == nil {
			break
		}
	}
	return false
}

// enter13 begins an epoch of one side.
func (c *Conn) enter13(from trace.Side, e epoch, packet int64) {
	d := &c.dirs[from]
	d.epoch, d.seq, d.keys = e, 0, nil
	if d.secret = c.secret13(from, e, packet); d.secret != nil {
		d.keys = c.suite.protection13(d.secret)
	}
}

// secret13 gives the secret of an epoch (RFC 8446 §7.1), nil if it is not known.
func (c *Conn) secret13(from trace.Side, e epoch, packet int64) []byte {
	var l label
	switch byClient := from == c.client; {
	case !c.began || e == early && !byClient:
		return nil
	case e == early:
		l = clientEarly
	case e == handshaking && byClient:
		l = clientHandshake
	case e == handshaking:
		l = serverHandshake
	case byClient:
		l = clientTraffic
	default:
		l = serverTraffic
	}
	return c.room.keys.find(name{c.clientRandom, l}, packet)
}
