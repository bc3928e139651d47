package tlsrec

import (
	"bytes"
	"strconv"

	"github.com/smtpsim/smtpsim/trace"
)

const (
	tls12 = 0x0303
	tls13 = 0x0304
)

// Limits of one connection.
const (
	maxWindow = 64      // records that may be missing before one that is tried
	maxFailed = 16      // records in a row that stay closed though there is a key
	maxHeld   = 64      // records of the client that wait for the ServerHello
	maxKept   = 1 << 20 // octets that all connections of a Room hold back
)

// Room opens connections that share a bound on what they hold back. It belongs to one goroutine.
type Room struct {
	keys *Keys
	kept int
}

// NewRoom makes a Room whose connections are opened with keys; without any, handshakes are read all the same.
func NewRoom(keys *Keys) *Room { return &Room{keys: keys} }

// Open begins a connection. TLS begins with the next chunk it is given.
func (r *Room) Open() *Conn { return &Conn{room: r} }

// Conn reads the ciphertext of one connection.
type Conn struct {
	room *Room
	dirs [2]direction // by the side that sends
	kept int          // octets it holds back, counted in room

	client       trace.Side // who sent the ClientHello
	began        bool       // it was seen
	hello        hello      // the server's
	clientRandom [32]byte
	chosen       bool // the server's hello was seen
	suite        suite
	held         []held // the client's records that came before

	out    []trace.Chunk
	opened bool  // plaintext was given
	closed int64 // records that stayed closed though there is a key
	where  int64 // packet of the first of them
	cert   *trace.Certificate
	alert  byte
	unable bool // a secret is known, but not what it is used for
}

// held is a record that waits.
type held struct {
	from trace.Side
	record
}

// direction is one side's way of sending.
type direction struct {
	reader   reader
	messages messages
	epoch    epoch
	keys     protection // of the epoch; nil: none are known
	secret   []byte     // they are made of, in TLS 1.3
	seq      uint64
	missed   int   // records that may have passed unread since the last one that was opened
	failed   int   // that stayed closed in a row
	lost     int64 // octets that stayed closed since the last plaintext
	shut     bool
}

// epoch is which keys a side uses.
type epoch uint8

const (
	inClear epoch = iota
	early
	handshaking
	application
)

// Open takes the next chunk and appends what became readable to dst: chunks of the packets that completed the records. ok is
// false when nothing more of the connection can be opened.
func (c *Conn) Open(dst []trace.Chunk, ch trace.Chunk) (plain []trace.Chunk, ok bool) {
	c.out = dst
	d := &c.dirs[ch.From]
	if ch.Gap > 0 {
		records, octets := d.reader.lose(ch.Gap)
		d.missed = min(d.missed+records, maxWindow)
		d.lost += octets
	}
	d.reader.offset = ch.Offset - int64(len(d.reader.buf))
	for data := ch.Data; len(data) > 0 && !d.shut; {
		data = c.read(d, &ch, data)
	}
	c.account()
	if d.reader.broken || c.room.kept > maxKept {
		c.shut(ch.From, &ch)
		c.account()
	}
	plain, c.out = c.out, nil
	if c.over(ch.Packet) {
		c.dirs = [2]direction{{shut: true}, {shut: true}}
		c.account()
		return plain, false
	}
	return plain, true
}

// read takes the first record of data and gives the rest.
func (c *Conn) read(d *direction, ch *trace.Chunk, data []byte) []byte {
	if d.reader.search {
		rest, _ := d.reader.find(data, func(rec *record) bool {
			rec.packet, rec.time = ch.Packet, ch.Time
			if d.epoch == inClear && !c.chosen { // which keys there are is not known: it cannot be proven to be one
				return false
			}
			return c.record(ch.From, rec)
		})
		return rest
	}
	rec, rest, ok := d.reader.next(data)
	if !ok {
		return nil
	}
	rec.packet, rec.time = ch.Packet, ch.Time
	c.record(ch.From, &rec)
	return rest
}

// over says that nothing more can be opened: both sides are given up, or encrypted while no secret is known at all.
func (c *Conn) over(packet int64) bool {
	a, b := &c.dirs[0], &c.dirs[1]
	return a.shut && b.shut || !c.opened && c.chosen && a.lost > 0 && b.lost > 0 && !c.room.keys.any(packet)
}

// account counts what is held back.
func (c *Conn) account() {
	n := 0
	for i := range c.dirs {
		n += len(c.dirs[i].reader.buf) + len(c.dirs[i].messages.buf)
	}
	for i := range c.held {
		n += len(c.held[i].body)
	}
	c.room.kept += n - c.kept
	c.kept = n
}

// shut gives one side up.
func (c *Conn) shut(from trace.Side, at *trace.Chunk) {
	d := &c.dirs[from]
	if d.shut {
		return
	}
	if c.opened && d.lost > 0 { // the other side goes on: it must be known that this one says more
		c.out = append(c.out, trace.Chunk{From: from, Time: at.Time, Packet: at.Packet, Offset: at.Offset, Gap: d.lost, TLS: true})
	}
	*d = direction{shut: true}
}

// record takes one record; ok says that it was understood.
func (c *Conn) record(from trace.Side, r *record) (ok bool) {
	d := &c.dirs[from]
	switch {
	case d.shut:
		return false
	case !c.chosen && (r.kind() != handshakeRecord || d.epoch != inClear):
		c.hold(from, r)
		return true
	case c.chosen && c.hello.version >= tls13:
		ok = c.record13(from, r)
	default:
		ok = c.record12(from, r)
	}
	if d.failed > maxFailed {
		c.shut(from, &trace.Chunk{Time: r.time, Packet: r.packet, Offset: r.offset})
	}
	return ok
}

// hold keeps a record until the ServerHello tells how to open it: early data, or a capture that has the sides in another order.
func (c *Conn) hold(from trace.Side, r *record) {
	if r.kind() == alertRecord && len(r.body) == 2 {
		c.alarm(r.body)
		return
	}
	if len(c.held) >= maxHeld {
		c.dirs[from].missed = min(c.dirs[from].missed+1, maxWindow)
		return
	}
	kept := held{from, *r}
	kept.body = bytes.Clone(r.body)
	c.held = append(c.held, kept)
}

// message takes a handshake message that from sent; of most types the body is nil.
func (c *Conn) message(from trace.Side, packet int64, kind byte, body []byte) {
	switch kind {
	case clientHello: // RFC 8446 §4.1.2; after a HelloRetryRequest it comes again, with the same random
		o := octets(body)
		o.number(2)
		if random := o.take(32); random != nil {
			c.client, c.began = from, true
			copy(c.clientRandom[:], random)
		}
	case serverHello:
		c.serverHello(from, body)
	case certificate:
		if from != c.client && c.cert == nil {
			c.cert = readCertificate(body, c.hello.version)
		}
	case finished:
		if d := &c.dirs[from]; c.hello.version >= tls13 && d.epoch == handshaking {
			c.enter13(from, application, packet)
		}
	case keyUpdate:
		if d := &c.dirs[from]; d.secret != nil && d.epoch == application {
			d.secret = c.suite.next(d.secret)
			d.keys, d.seq = c.suite.protection13(d.secret), 0
		}
	}
}

// serverHello takes what the server chose, and the records that waited for it.
func (c *Conn) serverHello(from trace.Side, body []byte) {
	h, ok := readServerHello(body)
	if !ok || h.retry() || c.began && from == c.client {
		return
	}
	if c.chosen && max(c.hello.version, h.version) > tls12 { // only up to TLS 1.2 may a connection begin again
		return
	}
	c.hello, c.chosen = h, true
	c.suite = suiteOf(h.suite)
	waiting := c.held
	c.held = nil
	for i := range waiting {
		c.record(waiting[i].from, &waiting[i].record)
	}
}

// alarm takes an alert (RFC 8446 §6). The one that closes in order and the one that announces it are none.
func (c *Conn) alarm(p []byte) {
	const closeNotify, userCanceled = 0, 90
	if len(p) == 2 && p[1] != closeNotify && p[1] != userCanceled {
		c.alert = p[1]
	}
}

// content takes the content of an opened record.
func (c *Conn) content(from trace.Side, r *record, kind byte, plain []byte) {
	d := &c.dirs[from]
	d.failed, d.missed = 0, 0
	switch kind {
	case handshakeRecord:
		d.messages.add(plain, func(kind byte, body []byte) { c.message(from, r.packet, kind, body) })
	case alertRecord:
		c.alarm(plain)
	case applicationData:
		if len(plain) == 0 && d.lost == 0 { // RFC 8446 §5.1: against the analysis of traffic
			return
		}
		c.opened = true
		c.out = append(c.out, trace.Chunk{From: from, Time: r.time, Packet: r.packet, Offset: r.offset, Data: plain, Gap: d.lost, TLS: true})
		d.lost = 0
	}
}

// unread notes a record that stayed closed; tried says that there was a key for it.
func (c *Conn) unread(d *direction, r *record, tried bool) {
	d.missed = min(d.missed+1, maxWindow)
	d.lost += int64(len(r.body))
	if !tried {
		return
	}
	d.failed++
	if c.closed++; c.where == 0 {
		c.where = r.packet
	}
}

// Facts are what the handshake showed.
type Facts struct {
	Cipher      string             // as the registry names it; "" if it is not known here
	Resumed     bool               // TLS 1.3 went on from an earlier session
	Certificate *trace.Certificate // the server's; nil: not seen
	Alert       byte               // description of the last alert (RFC 8446 §6), 0: none but those of an orderly end
	Findings    []trace.Finding
}

// Finish ends the connection and tells what was seen of it.
func (c *Conn) Finish() Facts {
	f := Facts{Cipher: c.suite.name, Resumed: c.hello.psk, Certificate: c.cert, Alert: c.alert}
	why := ""
	switch {
	case c.closed > 0:
		why = strconv.FormatInt(c.closed, 10) + " records stay closed though secrets of the connection are there"
	case c.unable:
		why = "secrets of the connection are there, but its TLS version or cipher suite cannot be read"
	}
	if why != "" {
		f.Findings = []trace.Finding{{ID: "tls-not-decrypted", Severity: trace.Note, Packet: c.where, Source: "RFC 8446 §5.2", Text: why}}
	}
	c.room.kept -= c.kept
	*c = Conn{room: c.room}
	c.dirs[0].shut, c.dirs[1].shut = true, true
	return f
}
