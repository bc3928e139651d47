package dialogue

import (
	"bytes"
	"flag"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/trace"
)

var update = flag.Bool("update", false, "write what is seen into the scripts")

// A script in testdata is a connection and, after the line "=>", what is understood of it:
//
//	C: text      a line of the client, CRLF added; lines of one side that follow each other are one segment
//	S: text      the same of the server
//	C| te\nxt    octets with Go escapes, nothing added; S| likewise
//	--           the next line begins a new segment
//	+0.040       so many seconds pass (a segment takes a millisecond by itself)
//	gap C 100    so many octets are lost in front of the next; lost C 100: the same, told at once; fin C, rst S, end evicted|refused|unanswered: how it ends
//	port 587     of the server; midstream; mail: known to be mail
func TestScripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no scripts", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			in, want, ok := strings.Cut(string(data), "=>\n")
			if !ok {
				in = strings.TrimSuffix(in, "\n") + "\n"
			}
			s, err := parseScript(in)
			if err != nil {
				t.Fatal(err)
			}
			got, texts := dump(s.play(s.chunks)), NewTexts()
			for _, other := range files {
				data, _ := os.ReadFile(other)
				in, _, _ := strings.Cut(string(data), "=>\n")
				before, err := parseScript(in)
				if err != nil {
					t.Fatal(err)
				}
				if again := dump(s.playTwice(s.chunks, before, texts)); again != got {
					t.Fatalf("after %s:\n%s\notherwise\n%s", other, again, got)
				}
			}
			if *update {
				if err := os.WriteFile(file, []byte(in+"=>\n"+got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got != want {
				t.Errorf("understood otherwise\n--- got\n%s--- want\n%s", got, want)
			}
		})
	}
}

// script is a connection made by hand.
type script struct {
	flow   trace.Flow
	opts   Options
	chunks []trace.Chunk // Offset -1: a FIN of that side
	end    trace.FlowEnd
	last   trace.Time
	packet int64
	offset [2]int64
}

const scriptStart = trace.Time(1_767_225_600_000_000_000) // 2026-01-01

func parseScript(in string) (*script, error) {
	s := &script{flow: trace.Flow{ID: 1, Client: netip.MustParseAddrPort("192.0.2.1:40000"), Server: netip.MustParseAddrPort("192.0.2.25:25"),
		Started: scriptStart, Packet: 1, Attempts: 1, Source: trace.Captured}, last: scriptStart, packet: 3}
	var gap [2]int64
	open := false // the next line may join the segment before
	for n, l := range strings.Split(in, "\n") {
		var data []byte
		side := trace.FromClient
		switch {
		case l == "" || strings.HasPrefix(l, "#"):
			continue
		case l == "--":
			open = false
			continue
		case strings.HasPrefix(l, "+"):
			secs, err := strconv.ParseFloat(l[1:], 64)
			if err != nil {
				return nil, fmt.Errorf("line %d: %w", n+1, err)
			}
			s.last += trace.Time(time.Duration(secs * 1e9))
			open = false
			continue
		case len(l) > 1 && l[1] == ':':
			data = append([]byte(strings.TrimPrefix(l[2:], " ")), "\r\n"...)
			side = sideOf(l[0])
		case len(l) > 1 && l[1] == '|':
			text, err := strconv.Unquote(`"` + strings.ReplaceAll(strings.TrimPrefix(l[2:], " "), `"`, `\"`) + `"`)
			if err != nil {
				return nil, fmt.Errorf("line %d: %w", n+1, err)
			}
			data, side = []byte(text), sideOf(l[0])
		default:
			if err := s.word(strings.Fields(l), &gap); err != nil {
				return nil, fmt.Errorf("line %d: %w", n+1, err)
			}
			open = false
			continue
		}
		if last := len(s.chunks) - 1; open && s.chunks[last].From == side {
			s.chunks[last].Data = append(s.chunks[last].Data, data...)
		} else {
			s.packet++
			s.last += trace.Time(time.Millisecond)
			s.chunks = append(s.chunks, trace.Chunk{From: side, Time: s.last, Packet: s.packet, Offset: s.offset[side] + gap[side], Data: data, Gap: gap[side]})
			s.offset[side] += gap[side]
			gap[side] = 0
		}
		s.offset[side] += int64(len(data))
		open = true
	}
	return s, nil
}

func sideOf(c byte) trace.Side {
	if c == 'S' {
		return trace.FromServer
	}
	return trace.FromClient
}

func (s *script) word(f []string, gap *[2]int64) error {
	switch {
	case f[0] == "port" && len(f) == 2:
		p, err := strconv.ParseUint(f[1], 10, 16)
		s.flow.Server = netip.AddrPortFrom(s.flow.Server.Addr(), uint16(p))
		return err
	case f[0] == "midstream":
		s.flow.Midstream, s.flow.Attempts = true, 0
	case f[0] == "mail":
		s.opts.Mail = true
	case f[0] == "gap" && len(f) == 3:
		n, err := strconv.ParseInt(f[2], 10, 64)
		gap[sideOf(f[1][0])] += n
		return err
	case f[0] == "lost" && len(f) == 3: // a gap that shows without octets behind it
		n, err := strconv.ParseInt(f[2], 10, 64)
		side := sideOf(f[1][0])
		s.packet++
		s.last += trace.Time(time.Millisecond)
		s.chunks = append(s.chunks, trace.Chunk{From: side, Time: s.last, Packet: s.packet, Offset: s.offset[side] + n, Gap: n})
		s.offset[side] += n
		return err
	case f[0] == "fin" && len(f) == 2:
		side := sideOf(f[1][0])
		s.last += trace.Time(time.Millisecond)
		s.packet++
		s.chunks = append(s.chunks, trace.Chunk{From: side, Time: s.last, Packet: s.packet, Offset: -1})
		if s.end == trace.EndCapture {
			s.end = trace.EndClient + trace.FlowEnd(side)
		}
	case f[0] == "rst" && len(f) == 2:
		s.end = trace.EndClientReset + trace.FlowEnd(sideOf(f[1][0]))
	case f[0] == "end" && len(f) == 2:
		ends := map[string]trace.FlowEnd{"capture": trace.EndCapture, "evicted": trace.EndEvicted, "refused": trace.EndRefused, "unanswered": trace.EndUnanswered}
		end, ok := ends[f[1]]
		if !ok {
			return fmt.Errorf("no such end %q", f[1])
		}
		s.end = end
	default:
		return fmt.Errorf("not understood: %q", strings.Join(f, " "))
	}
	return nil
}

// recorder keeps what a Dialogue tells, and holds it to its promises.
type recorder struct {
	sessions []*trace.Session
	events   []*trace.Event
}

func (r *recorder) Event(_ *trace.Session, e *trace.Event) { r.events = append(r.events, e) }
func (r *recorder) Session(s *trace.Session)               { r.sessions = append(r.sessions, s) }

// play runs chunks through a Dialogue; nil: it was no mail. The data is overwritten after each call, as a reader does.
func (s *script) play(chunks []trace.Chunk) *trace.Session {
	var r recorder
	return s.playWith(New(s.flow, s.opts, &r), &r, chunks)
}

// playTwice is play with a Dialogue that another connection has used and left in any state, and with what texts remember.
func (s *script) playTwice(chunks []trace.Chunk, before *script, texts *Texts) *trace.Session {
	var r recorder
	opts := s.opts
	opts.Mail, opts.Texts = false, texts
	d := New(before.flow, opts, &r)
	s.playWith(d, &r, before.chunks)
	d.opts.Mail = s.opts.Mail
	d.Reset(s.flow)
	r = recorder{}
	return s.playWith(d, &r, chunks)
}

func (s *script) playWith(d *Dialogue, r *recorder, chunks []trace.Chunk) *trace.Session {
	d.Established(s.flow.Started+trace.Time(time.Millisecond), 3)
	var buf []byte
	for _, c := range chunks {
		if c.Offset < 0 {
			d.HalfClose(c.From, c.Time, c.Packet)
			continue
		}
		buf = append(buf[:0], c.Data...)
		c.Data = buf
		d.Chunk(c)
		for i := range buf {
			buf[i] = '#'
		}
	}
	d.Close(s.end, s.last, s.packet)
	if len(r.sessions) == 0 {
		return nil
	}
	return r.sessions[0]
}

// dump writes a session for people to read and compare.
func dump(s *trace.Session) string {
	var b bytes.Buffer
	if s == nil {
		return "no mail\n"
	}
	fmt.Fprintf(&b, "%s %s end=%s starttls=%s", s.Protocol, flags(s), s.End, s.StartTLS)
	if s.GapBytes > 0 {
		fmt.Fprintf(&b, " gap=%d", s.GapBytes)
	}
	fmt.Fprintf(&b, " connect=%s greeting=%s total=%s think=%s\n", secs(s.Timing.Connect), secs(s.Timing.Greeting), secs(s.Timing.Total), secs(s.Timing.Think))
	if s.Proxy != nil {
		fmt.Fprintf(&b, "proxy %+v\n", *s.Proxy)
	}
	if s.EffectiveClient != nil {
		fmt.Fprintf(&b, "effective client %+v\n", *s.EffectiveClient)
	}
	for _, p := range s.Phases {
		fmt.Fprintf(&b, "phase %s greeting=%q", p.Why, p.Greeting)
		if p.Helo != nil {
			fmt.Fprintf(&b, " %s %s", p.Helo.Verb, p.Helo.Name)
		}
		fmt.Fprintf(&b, " %q", p.Extensions)
		if p.TLS != nil {
			fmt.Fprintf(&b, " tls={Version:%s Cipher:%s ServerName:%s Resumed:%t Decrypted:%t Alert:%s}", p.TLS.Version, p.TLS.Cipher,
				p.TLS.ServerName, p.TLS.Resumed, p.TLS.Decrypted, p.TLS.Alert)
		}
		b.WriteByte('\n')
	}
	for _, a := range s.Auth {
		fmt.Fprintf(&b, "auth %s %q %s\n", a.Mechanism, a.Identity, a.Outcome)
	}
	for _, e := range s.Events {
		dumpEvent(&b, e)
	}
	for _, t := range s.Transactions {
		dumpTransaction(&b, t)
	}
	for _, f := range s.Findings {
		fmt.Fprintf(&b, "! %s %s p%d: %s [%s]", f.Severity, f.ID, f.Packet, f.Text, f.Source)
		if f.Evidence != "" {
			fmt.Fprintf(&b, " %q", f.Evidence)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func flags(s *trace.Session) string {
	f := ""
	if s.Midstream {
		f += "midstream "
	}
	if s.ImplicitTLS {
		f += "implicit-tls "
	}
	return f + fmt.Sprintf("p%d-%d", s.Packets[0], s.Packets[1])
}

func secs(s *trace.Seconds) string {
	if s == nil {
		return "?"
	}
	b, _ := s.MarshalJSON()
	return string(b)
}

func dumpEvent(b *bytes.Buffer, e *trace.Event) {
	fmt.Fprintf(b, "%3d %s p%d-%d @%d +%d %s", e.N, e.From, e.Packets[0], e.Packets[1], e.Offset, int64(e.Time-scriptStart)/1e6, e.Kind)
	if e.Verb != "" {
		fmt.Fprintf(b, " %s", e.Verb)
	}
	if e.Early {
		b.WriteString(" early")
	}
	if e.Line != "" || e.Kind == trace.KindCommand {
		fmt.Fprintf(b, " %q", e.Line)
	}
	if e.Code != 0 {
		fmt.Fprintf(b, " %d %q", e.Code, e.Lines)
		if e.Enhanced != "" {
			fmt.Fprintf(b, " (%s)", e.Enhanced)
		}
	}
	if e.Interim {
		b.WriteString(" interim")
	}
	if e.Answers > 0 {
		fmt.Fprintf(b, " answers %d", e.Answers)
	}
	if e.Recipient > 0 {
		fmt.Fprintf(b, " recipient %d", e.Recipient)
	}
	if e.Kind != trace.KindCommand && e.Kind != trace.KindReply && e.Kind != trace.KindGreeting && e.Kind != trace.KindAuth {
		fmt.Fprintf(b, " %d octets", e.Bytes)
	}
	if e.Note != "" {
		fmt.Fprintf(b, " (%s)", e.Note)
	}
	b.WriteByte('\n')
}

func dumpTransaction(b *bytes.Buffer, t *trace.Transaction) {
	from := "?"
	if t.ReversePath != nil {
		from = "<" + *t.ReversePath + ">"
	}
	fmt.Fprintf(b, "mail %d %s %s %v %s", t.N, t.OpenedBy, from, t.Parameters, t.Outcome)
	if t.RefusedAt != "" {
		fmt.Fprintf(b, " refused at %s", t.RefusedAt)
	}
	if t.QueueID != "" {
		fmt.Fprintf(b, " id=%s", t.QueueID)
	}
	fmt.Fprintf(b, " reply=%s data=%s final=%s\n", ref(t.Reply), ref(t.DataReply), ref(t.Final))
	for _, r := range t.Recipients {
		fmt.Fprintf(b, "  to <%s> %v %d %q answered=%t final=%s\n", r.ForwardPath, r.Parameters, r.Code, r.Text, r.Answered, ref(r.Final))
	}
	if t.Body != nil {
		sum := "-"
		if t.Body.SHA256 != nil {
			sum = (*t.Body.SHA256)[:12]
		}
		fmt.Fprintf(b, "  body %s %d octets sha256=%s chunks=%v complete=%t gap=%d\n", t.Body.Via, t.Body.Bytes, sum, t.Body.Chunks, t.Body.Complete, t.Body.GapBytes)
	}
	if t.Message != nil {
		fmt.Fprintf(b, "  message %+v\n", *t.Message)
	}
}

func ref(r *trace.ReplyRef) string {
	if r == nil {
		return "-"
	}
	return strconv.Itoa(r.Code)
}
