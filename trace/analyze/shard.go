package analyze

import (
	"github.com/smtpsim/smtpsim/trace"
	"github.com/smtpsim/smtpsim/trace/dialogue"
)

// shard opens a dialogue for each connection of its part and gathers the sessions that end. It belongs to one worker.
type shard struct {
	opts  dialogue.Options
	ended []*trace.Session
	spare []*flow // whose connections are over
	tally tally
	dns   []dnsPacket // seen over TCP since they were last gathered
}

// tally counts connections, to say why there is no session among them.
type tally struct {
	sessions  int64
	flows     int64
	payload   int64 // connections with octets
	encrypted int64 // of those: TLS from the first octet
	filtered  int64 // segments that the filter kept out
	notes     []trace.Finding
}

func (t *tally) add(o *tally) {
	t.sessions += o.sessions
	t.flows += o.flows
	t.payload += o.payload
	t.encrypted += o.encrypted
}

// Open implements trace.FlowOpener.
func (s *shard) Open(f trace.Flow) trace.FlowSink {
	s.tally.flows++
	if f.Server.Port() == portDNS {
		return &dnsFlow{flow: f, shard: s}
	}
	if n := len(s.spare); n > 0 {
		again := s.spare[n-1]
		s.spare = s.spare[:n-1]
		again.Reset(f)
		again.begun = false
		return again
	}
	return &flow{Dialogue: dialogue.New(f, s.opts, s), shard: s}
}

// Event does nothing: what is kept stands in the session.
func (s *shard) Event(*trace.Session, *trace.Event) {}

// Session gathers a session that has ended.
func (s *shard) Session(done *trace.Session) { s.ended = append(s.ended, done) }

// flow is a dialogue whose first octets are counted.
type flow struct {
	*dialogue.Dialogue
	shard *shard
	begun bool
}

// Chunk counts the first one and hands all on.
func (f *flow) Chunk(c trace.Chunk) {
	if !f.begun && len(c.Data) > 0 {
		f.begun = true
		f.shard.tally.payload++
		if len(c.Data) > 2 && c.Data[0] >= 0x14 && c.Data[0] <= 0x17 && c.Data[1] == 3 && c.Data[2] <= 4 { // RFC 8446 §5.1
			f.shard.tally.encrypted++
		}
	}
	f.Dialogue.Chunk(c)
}

// Close ends the dialogue and keeps its memory for the next.
func (f *flow) Close(end trace.FlowEnd, t trace.Time, packet int64) {
	f.Dialogue.Close(end, t, packet)
	f.shard.spare = append(f.shard.spare, f)
}
