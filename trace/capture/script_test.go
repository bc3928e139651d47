package capture

import (
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

var update = flag.Bool("update", false, "rewrite the expected part of testdata/assemble/*.txt")

// A script says what two hosts send and how the capture shows it; below "----" stands what the sink is told.
//
//	# comment
//	C SYN                      the client sends; flags SYN FIN RST ACK in any number (ACK unless the first SYN)
//	S "220 x\r\n"              the server sends octets; numbers go on by themselves, what was received is acknowledged
//	C "x" seq 10 ack 8         other numbers, relative to the first octet of each stream; noack: no acknowledgement
//	C "x" missing 20           the capture cut off 20 octets
//	hidden C "x"               sent and received, but not in the capture
//	lost C "x"                 neither received nor captured
//	again 5                    the capture shows its packet 5 once more
//	swap                       the last two packets stand in the wrong order
//	wait 3s                    time goes by
//	unreachable [too-big]      an ICMP error about the client's SYN comes in
//	restart                    the same ports again with other numbers
//	ports 40000 40025          of client and server; before the first packet
//	limit flows|buffer|held N  of Options; before the first packet
type script struct {
	t    *testing.T
	opts Options
	ends [2]netip.AddrPort
	isn  [2]uint32
	next [2]int64 // relative
	have [2]int64 // what the other side has received
	now  trace.Time
	out  []scripted
	told strings.Builder
}

type scripted struct {
	seg  trace.Segment
	icmp UnreachableKind // "": a segment
}

// TestScripts plays testdata/assemble/*.txt.
func TestScripts(t *testing.T) {
	files, err := filepath.Glob("testdata/assemble/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			input, want, _ := strings.Cut(string(text), "----\n")
			got := playScript(t, input)
			if *update {
				if err := os.WriteFile(file, []byte(input+"----\n"+got), 0o644); err != nil {
					t.Fatal(err)
				}
			} else if got != want {
				t.Errorf("%s: told\n%s\nwant\n%s", file, got, want)
			}
		})
	}
}

func playScript(t *testing.T, input string) string {
	s := &script{t: t, isn: [2]uint32{0xffffffe0, 5000}, now: 1_700_000_000_000_000_000,
		ends: [2]netip.AddrPort{netip.MustParseAddrPort("192.0.2.1:40000"), netip.MustParseAddrPort("198.51.100.25:25")}}
	for n, line := range strings.Split(input, "\n") {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		if err := s.line(line); err != nil {
			t.Fatalf("line %d: %q: %v", n+1, line, err)
		}
	}
	a := NewAssembler(s.opts, s)
	for i := range s.out {
		p := &s.out[i]
		p.seg.Packet = int64(i + 1)
		if p.icmp != "" {
			a.Unreachable(&Unreachable{Packet: p.seg.Packet, Time: p.seg.Time, Src: p.seg.Src, Dst: p.seg.Dst, TCP: true, Kind: p.icmp})
		} else {
			a.Segment(&p.seg)
		}
	}
	s.say("-- end of the capture")
	a.Flush()
	return s.told.String()
}

func (s *script) say(format string, args ...any) { fmt.Fprintf(&s.told, format+"\n", args...) }

func (s *script) line(line string) error {
	words := strings.Fields(line)
	switch words[0] {
	case "wait":
		d, err := time.ParseDuration(words[1])
		s.now += trace.Time(d)
		return err
	case "swap":
		n := len(s.out)
		s.out[n-1].seg, s.out[n-2].seg = s.out[n-2].seg, s.out[n-1].seg
		s.out[n-1].seg.Time, s.out[n-2].seg.Time = s.out[n-2].seg.Time, s.out[n-1].seg.Time
		return nil
	case "again":
		n, err := strconv.Atoi(words[1])
		again := s.out[n-1]
		again.seg.Time = s.now
		s.out = append(s.out, again)
		return err
	case "unreachable":
		kind := HostUnreachable
		if len(words) > 1 {
			kind = FragmentationNeeded
		}
		s.out = append(s.out, scripted{seg: trace.Segment{Time: s.now, Src: s.ends[0], Dst: s.ends[1]}, icmp: kind})
		return nil
	case "restart":
		s.isn[0] += 1 << 24
		s.isn[1] += 1 << 24
		s.next, s.have = [2]int64{}, [2]int64{}
		return nil
	case "ports":
		for i := range s.ends {
			n, err := strconv.ParseUint(words[i+1], 10, 16)
			if err != nil {
				return err
			}
			s.ends[i] = netip.AddrPortFrom(s.ends[i].Addr(), uint16(n))
		}
		return nil
	case "limit":
		n, err := strconv.Atoi(words[2])
		*map[string]*int{"flows": &s.opts.MaxFlows, "buffer": &s.opts.MaxBuffer, "held": &s.opts.MaxHeld}[words[1]] = n
		return err
	}
	return s.packet(line)
}

// packet reads a line that sends something.
func (s *script) packet(line string) error {
	hidden, lost := false, false
	if rest, ok := strings.CutPrefix(line, "hidden "); ok {
		hidden, line = true, rest
	}
	if rest, ok := strings.CutPrefix(line, "lost "); ok {
		hidden, lost, line = true, true, rest
	}
	from := trace.FromClient
	if strings.HasPrefix(line, "S") {
		from = trace.FromServer
	}
	seg := trace.Segment{Time: s.now, Src: s.ends[from], Dst: s.ends[from.Other()], Flags: trace.ACK}
	seq, ack := s.next[from], s.have[from.Other()]
	words, err := splitQuoted(line[1:])
	if err != nil {
		return err
	}
	for i := 0; i < len(words); i++ {
		switch w := words[i]; w {
		case "SYN":
			seg.Flags |= trace.SYN
			if from == trace.FromClient {
				seg.Flags &^= trace.ACK
			}
		case "FIN":
			seg.Flags |= trace.FIN
		case "RST":
			seg.Flags |= trace.RST
		case "ACK":
			seg.Flags |= trace.ACK
		case "noack":
			seg.Flags &^= trace.ACK
		case "seq", "ack", "missing":
			i++
			n, err := strconv.ParseInt(words[i], 10, 64)
			if err != nil {
				return err
			}
			switch w {
			case "seq":
				seq = n
			case "ack":
				ack = n
			default:
				seg.Missing = int(n)
			}
		default:
			seg.Payload = []byte(w)
		}
	}
	seg.Seq, seg.Ack = s.isn[from]+1+uint32(seq), s.isn[from.Other()]+1+uint32(ack)
	end := seq + int64(len(seg.Payload)+seg.Missing)
	if seg.Flags&trace.SYN != 0 {
		seg.Seq--
	}
	if seg.Flags&trace.FIN != 0 {
		end++
	}
	s.next[from] = max(s.next[from], end)
	if !lost && seq <= s.have[from] {
		s.have[from] = max(s.have[from], end)
	}
	if !hidden {
		s.out = append(s.out, scripted{seg: seg})
	}
	s.now += 1e6
	return nil
}

// splitQuoted splits at spaces, keeping Go strings whole and unquoting them.
func splitQuoted(line string) ([]string, error) {
	var out []string
	for line = strings.TrimSpace(line); line != ""; line = strings.TrimSpace(line) {
		if line[0] != '"' {
			word, rest, _ := strings.Cut(line, " ")
			out, line = append(out, word), rest
			continue
		}
		q, err := strconv.QuotedPrefix(line)
		if err != nil {
			return nil, err
		}
		text, err := strconv.Unquote(q)
		if err != nil {
			return nil, err
		}
		out, line = append(out, text), line[len(q):]
	}
	return out, nil
}

// Open makes the script its own opener and sink.
func (s *script) Open(f trace.Flow) trace.FlowSink {
	mid := ""
	if f.Midstream {
		mid = " midstream"
	}
	s.say("open %s > %s packet %d attempts %d%s", f.Client, f.Server, f.Packet, f.Attempts, mid)
	return (*scriptSink)(s)
}

type scriptSink script

func (s *scriptSink) say(format string, args ...any) { (*script)(s).say(format, args...) }

func (s *scriptSink) Chunk(c trace.Chunk) {
	gap := ""
	if c.Gap > 0 {
		gap = fmt.Sprintf("gap %d ", c.Gap)
	}
	s.say("%5d %c @%d %s%q", c.Packet, "CS"[c.From], c.Offset, gap, c.Data)
}

func (s *scriptSink) HalfClose(from trace.Side, _ trace.Time, packet int64) {
	s.say("%5d %c fin", packet, "CS"[from])
}

func (s *scriptSink) Established(_ trace.Time, packet int64) { s.say("%5d established", packet) }
func (s *scriptSink) Finding(f trace.Finding)                { s.say("%5d %s: %s", f.Packet, f.ID, f.Text) }

func (s *scriptSink) Close(end trace.FlowEnd, _ trace.Time, packet int64) {
	s.say("%5d close %s", packet, [...]string{"capture", "client", "server", "client-reset", "server-reset", "refused", "unanswered", "evicted"}[end])
}
