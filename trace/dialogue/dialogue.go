package dialogue

import (
	"hash"

	"github.com/smtpsim/smtpsim/codes"
	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/trace"
)

// Dialogue reads one connection. It implements trace.FlowSink; all calls come from one goroutine.
type Dialogue struct {
	flow trace.Flow
	opts Options
	out  trace.Recorder

	verdict verdict // whether it is mail at all
	held    holding // what came before that was known

	session *trace.Session
	swapped bool          // the side that opened the connection plays the server (TURN; a wrong guess in mid stream)
	turned  bool          // by TURN or ATRN
	seq     int64         // chunks so far
	now     mark          // the last chunk of either side
	at      mark          // what is being read: where findings are
	events  int           // emitted so far
	room    *sessionRoom  // where session is
	spare   []trace.Event // for the next events
	lent    trace.Event

	client client
	server server
	queue  queue // commands that wait for their reply

	state       smtp.State
	phase       *trace.Phase
	offers      offers
	mail        *mail // the open transaction
	mailSpace   mail  // where it is
	auth        *authExchange
	tls         *handshake
	opener      Opener
	witness     Witness // the opener, also when it gave up
	plain       []trace.Chunk
	sum         hash.Hash // of no body at the moment
	header      []byte
	fields      fieldReader
	alone       [1]trace.Chunk
	ending      ending
	noted       map[codes.FindingID]int // findings so far
	capped      capped
	kept        int  // octets kept in the session
	tooEarly    mark // the client spoke before the greeting
	established trace.Time
}

// New makes a Dialogue for f that tells out what it understands.
func New(f trace.Flow, opts Options, out trace.Recorder) *Dialogue {
	d := &Dialogue{flow: f, opts: opts.withDefaults(), out: out}
	d.client.lines.max = d.opts.MaxLine
	d.server.lines.max = d.opts.MaxLine
	if opts.Mail {
		d.begin()
	}
	return d
}

// Reset makes d ready for another connection, once Close was called. What it needed for itself is used again; what it told
// belongs to the Recorder.
func (d *Dialogue) Reset(f trace.Flow) {
	old := *d
	*d = Dialogue{flow: f, opts: old.opts, out: old.out, sum: old.sum, header: old.header, plain: old.plain[:0], spare: old.spare, fields: old.fields}
	d.client.in.reuse(&old.client.in)
	d.server.in.reuse(&old.server.in)
	d.client.lines = lineReader{max: d.opts.MaxLine, buf: old.client.lines.buf[:0]}
	d.server.lines = lineReader{max: d.opts.MaxLine, buf: old.server.lines.buf[:0]}
	d.client.text = old.client.text
	d.server.texts, d.server.ends = old.server.texts[:0], old.server.ends[:0]
	clear(old.queue.items)
	d.queue.items = old.queue.items[:0]
	if d.opts.Mail {
		d.begin()
	}
}

// Bored says that the connection is surely no mail: nothing of it needs to be delivered any more.
func (d *Dialogue) Bored() bool { return d.verdict == notMail }

// Established tells when the connection's handshake ended, where that is known.
func (d *Dialogue) Established(t trace.Time, _ int64) { d.established = t }

// Finding takes what somebody else found out about the connection, as trace/capture does about contradictions.
func (d *Dialogue) Finding(f trace.Finding) {
	switch d.verdict {
	case undecided:
		if len(d.held.findings) < maxPerKind {
			d.held.findings = append(d.held.findings, f)
		}
	case isMail:
		if len(d.session.Findings) < d.opts.MaxFindings {
			d.session.Findings = append(d.session.Findings, f)
		}
	}
}

// Chunk takes the next octets of one direction.
func (d *Dialogue) Chunk(c trace.Chunk) {
	switch d.verdict {
	case notMail:
	case isMail:
		d.take(&c)
	default:
		d.hold(&c)
	}
}

// take gives c to the reader of its side, and lets each side go on as far as the other allows.
func (d *Dialogue) take(c *trace.Chunk) {
	d.seq++
	d.saw(c)
	if d.opener != nil && !c.TLS {
		d.open(c)
		return
	}
	if d.role(c.From) == trace.FromClient {
		for rest := *c; d.pushClient(&rest); {
			d.readClient()
			if len(d.client.ends.held) > 0 && d.client.mode != awaitEnd {
				d.settle(false)
			}
		}
	} else {
		d.server.in.push(c, d.seq)
		d.readServer()
	}
	d.client.in.own()
	d.server.in.own()
}

// pushClient gives the client's direction the next octets of c, and takes them off c: no more at once than may be held
// back while a reply must decide, so that it does not matter how the octets were cut.
func (d *Dialogue) pushClient(c *trace.Chunk) bool {
	if len(c.Data) == 0 && c.Gap == 0 {
		return false
	}
	part, n := *c, len(c.Data)
	if in := &d.client.in; d.client.blocked() {
		n = int(min(int64(n), max(int64(d.opts.MaxPending)+1-in.size, 1)))
	}
	part.Data = c.Data[:n]
	d.client.in.push(&part, d.seq)
	c.Data, c.Offset, c.Gap = c.Data[n:], c.Offset+int64(n), 0
	return true
}

// role is the part that side plays now.
func (d *Dialogue) role(side trace.Side) trace.Side {
	if d.swapped {
		return side.Other()
	}
	return side
}

func (d *Dialogue) saw(c *trace.Chunk) {
	d.now = mark{packets: [2]int64{c.Packet, c.Packet}, offset: c.Offset, start: c.Time, end: c.Time, seq: d.seq, last: d.seq, tls: c.TLS, set: true}
	d.at = d.now
	s := d.session
	if !c.TLS { // inside TLS a gap is what stayed closed
		s.GapBytes += c.Gap
	}
	s.Ended = max(s.Ended, c.Time)
	if c.Packet > 0 {
		s.Packets[1] = max(s.Packets[1], c.Packet)
	}
}

// HalfClose tells of a FIN.
func (d *Dialogue) HalfClose(from trace.Side, t trace.Time, packet int64) {
	if d.verdict != isMail {
		d.held.closed(from)
		return
	}
	d.touch(t, packet)
	if d.role(from) == trace.FromClient {
		d.client.closed = true
	} else {
		d.server.closed = true
	}
}

func (d *Dialogue) touch(t trace.Time, packet int64) {
	d.session.Ended = max(d.session.Ended, t)
	if packet > 0 {
		d.session.Packets[1] = max(d.session.Packets[1], packet)
	}
}

// Close tells that the connection is over; the session is finished and given to the Recorder.
func (d *Dialogue) Close(end trace.FlowEnd, t trace.Time, packet int64) {
	if d.verdict == undecided {
		d.decideAtClose(end)
	}
	if d.verdict != isMail {
		d.held = holding{}
		return
	}
	d.touch(t, packet)
	d.finish(end)
	d.verdict = notMail
	d.out.Session(d.session)
}

// begin opens the session.
func (d *Dialogue) begin() {
	d.verdict = isMail
	f := d.flow
	d.room = new(sessionRoom)
	s := &d.room.session
	*s = trace.Session{
		ID: int(f.ID), Packets: [2]int64{f.Packet, f.Packet},
		Client: f.Client.String(), Server: f.Server.String(), ClientHost: f.ClientHost, ServerHost: f.ServerHost,
		Protocol: "smtp", Started: f.Started, Ended: f.Started, Midstream: f.Midstream, Attempts: f.Attempts,
		StartTLS: "none", Phases: d.room.phase[:0], Transactions: d.room.transactions[:0], Findings: []trace.Finding{}, Source: f.Source,
	}
	d.session = s
	d.newPhase("connect")
	if f.Midstream {
		d.client.mode = readSync
		d.find(codes.FindingMidstream, "the capture begins inside this connection; what came before is not known", "")
		return
	}
	d.queue.push(expected{what: wantGreeting, sent: f.Started}) // RFC 5321 §3.1: the server speaks first
}

func (d *Dialogue) newPhase(why string) {
	d.offers = offers{}
	if len(d.session.Phases) >= maxPhases {
		return
	}
	d.session.Phases = append(d.session.Phases, trace.Phase{Why: why})
	d.phase = &d.session.Phases[len(d.session.Phases)-1]
}

// maxPhases bounds Session.Phases: beyond it the last one is written over.
const maxPhases = 100

// keep says whether n more octets may be kept in the session.
func (d *Dialogue) keep(n int) bool {
	if d.kept+n > d.opts.MaxKept {
		return false
	}
	d.kept += n
	return true
}

// eventCost is about what an event takes of memory.
func eventCost(e *trace.Event) int {
	n := 256 + len(e.Line)
	for _, l := range e.Lines {
		n += 16 + len(l)
	}
	return n
}

// emit numbers e, keeps it if there is room, and tells the Recorder. It returns the number.
func (d *Dialogue) emit(e trace.Event, m mark) int {
	d.events++
	if d.opts.Silent {
		return d.events
	}
	e.N = d.events
	e.Packets, e.Offset, e.Time, e.TLS = m.packets, m.offset, m.end, m.tls
	if e.Bytes == 0 {
		e.Bytes = m.bytes
	}
	if d.turned { // told from where it really came
		e.From = e.From.Other()
	}
	if d.opts.Lend {
		d.lent = e
		d.out.Event(d.session, &d.lent)
		return e.N
	}
	kept := d.newEvent(&e)
	d.keepEvent(kept)
	d.out.Event(d.session, kept)
	return e.N
}
