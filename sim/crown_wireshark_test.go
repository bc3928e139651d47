package sim

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/smtpsim/smtpsim/sim/host"
)

// tshark is the witness that nobody here wrote: it has no complaint about a loss-free run, and what it reads out of the
// capture, decrypted where there was TLS, is what both ends claim. Its release 4.0 misreads commands that share a segment,
// so the servers do not offer PIPELINING here; TestWiresharkAcceptsPipelining has the others.
func TestCrownWireshark(t *testing.T) {
	for _, c := range crown() {
		t.Run(c.name(), func(t *testing.T) {
			s := c.observe(t, seeds(t)[0], withoutPipelining)
			for _, d := range differences(claimed(s.claims, host.RoleClient), claimed(s.claims, host.RoleServer)) {
				t.Error(d)
			}
			for _, d := range inspect(t, s, c, true) {
				t.Error(d)
			}
		})
	}
}

// The same packets as in TestCrown, without the comparison of what was said.
func TestWiresharkAcceptsPipelining(t *testing.T) {
	for _, c := range crown() {
		all := seeds(t)
		s := c.observe(t, all[len(all)-1])
		for _, d := range inspect(t, s, c, false) {
			t.Errorf("%s: %s", c.name(), d)
		}
	}
}

// shark are the columns that inspect asks tshark for.
func shark() []string {
	return []string{"frame.time_epoch", "frame.len", "frame.interface_name", "frame.protocols", "_ws.expert.severity",
		"_ws.expert.message", "_ws.malformed", "eth.src", "ip.src", "ipv6.src", "ip.dst", "ipv6.dst", "tcp.srcport", "tcp.dstport",
		"ipv6.tclass", "ipv6.flow", "ipv6.hlim", "smtp.req.command", "smtp.req.parameter", "smtp.response.code", "smtp.rsp.parameter"}
}

// row is one frame as tshark sees it.
type row map[string]string

const shortBreak = "\x1f" // between several values of one column

// dissect has tshark read a capture, checksums on; the test is skipped where there is none.
func dissect(t *testing.T, pcapng []byte) ([]row, error) {
	t.Helper()
	if _, err := exec.LookPath("tshark"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("tshark is missing")
		}
		t.Skip("tshark is not installed: nobody but ourselves reads the captures")
	}
	file := filepath.Join(t.TempDir(), "run.pcapng")
	if err := os.WriteFile(file, pcapng, 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"-r", file, "-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE",
		"-T", "fields", "-E", "aggregator=" + shortBreak}
	for _, f := range shark() {
		args = append(args, "-e", f)
	}
	cmd := exec.Command("tshark", args...)
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("tshark: %w: %s", err, complaint.String())
	}
	var rows []row
	for line := range strings.Lines(out.String()) {
		r := row{}
		for i, v := range strings.Split(strings.TrimSuffix(line, "\n"), "\t") {
			if i < len(shark()) {
				r[shark()[i]] = v
			}
		}
		rows = append(rows, r)
	}
	return rows, nil
}

// inspect lists what is wrong with the capture of a run: in tshark's eyes, against the tap's own list of frames, and, if
// said is set, against the claims.
func inspect(t *testing.T, s *sight, c crowned, said bool) []string {
	t.Helper()
	rows, err := dissect(t, s.pcapng)
	if err != nil {
		return []string{err.Error()}
	}
	if len(rows) == 0 || len(rows) != len(s.frames) {
		return []string{fmt.Sprintf("tshark reads %d frames, the tap saw %d", len(rows), len(s.frames))}
	}
	var out []string
	macs, flows := map[string]string{}, ""
	for i, r := range rows {
		complain := func(what string) { out = append(out, fmt.Sprintf("frame %d: %s: %v", i+1, what, r)) }
		f := s.frames[i]
		if want := fmt.Sprintf("%d.%09d", f.t/1e9, f.t%1e9); r["frame.time_epoch"] != want || r["frame.len"] != strconv.Itoa(f.bytes) ||
			r["frame.interface_name"] != f.host {
			complain(fmt.Sprintf("the tap saw it at %s, %d octets, from %s", want, f.bytes, f.host))
		}
		for n := range strings.SplitSeq(r["_ws.expert.severity"], shortBreak) {
			v, _ := strconv.Atoi(n)
			if v >= 0x600000 && !c.loss && r["_ws.expert.message"] != c.says { // Warning and Error
				complain("tshark complains")
			}
		}
		// of retransmissions tshark says that its own reassembly is malformed
		malformed := r["_ws.malformed"] != "" && !(c.loss && strings.Contains(r["_ws.malformed"], "(retransmission?)"))
		if malformed || !strings.Contains(r["frame.protocols"], ":tcp") && !strings.Contains(r["frame.protocols"], ":udp") {
			complain("neither TCP nor UDP, or malformed")
		}
		if v6 := r["ipv6.tclass"] + r["ipv6.flow"] + r["ipv6.hlim"]; v6 != "" { // no checksum guards these
			if flows == "" {
				flows = v6
			}
			if v6 != flows {
				complain("another IPv6 header than before")
			}
		}
		from := r["ip.src"] + r["ipv6.src"]
		if macs[f.host] == "" {
			macs[f.host] = r["eth.src"]
		}
		if macs[f.host] != r["eth.src"] || nameOf(s.scenario, mustAddr(from)) != f.host {
			complain("sent by another machine than the tap says")
		}
	}
	if said {
		out = append(out, readOut(s, rows)...)
	}
	return out
}

func mustAddr(s string) netip.Addr {
	a, _ := netip.ParseAddr(s) // "" and nonsense: the zero address, which nobody has
	return a
}

// readOut compares what tshark reads with the claims: requests, their number, replies, and which answers which.
func readOut(s *sight, rows []row) []string {
	want, requests := claimed(s.claims, host.RoleClient), 0
	for k := range want {
		for i := range want[k].said {
			x := &want[k].said[i]
			x.bytes, x.sha256, x.verb = 0, "", "" // tshark knows lines
			if x.kind == host.ClaimCommand {
				requests++
			}
		}
	}
	got, seen, err := dissected(rows)
	if err != nil {
		return []string{err.Error()}
	}
	out := differences(want, got)
	if seen == 0 || seen != requests {
		out = append(out, fmt.Sprintf("tshark counts %d requests, %d are claimed", seen, requests))
	}
	return out
}

// dissected makes sessions of tshark's rows.
func dissected(rows []row) (all []talk, requests int, err error) {
	at, open := map[[2]string]int{}, map[[2]string][]int{}
	for i, r := range rows {
		src, dst := r["ip.src"]+r["ipv6.src"], r["ip.dst"]+r["ipv6.dst"]
		from, to := netip.AddrPortFrom(mustAddr(src), port(r["tcp.srcport"])), netip.AddrPortFrom(mustAddr(dst), port(r["tcp.dstport"]))
		request, code := r["smtp.req.command"], r["smtp.response.code"]
		if request+code == "" {
			continue
		}
		if strings.Contains(request+code, shortBreak) {
			return nil, 0, fmt.Errorf("frame %d: several requests or replies: %q", i+1, r)
		}
		if code != "" {
			from, to = to, from
		}
		key := [2]string{from.String(), to.String()}
		n, known := at[key]
		if !known {
			n = len(all)
			at[key] = n
			all = append(all, talk{client: from, server: to})
		}
		t := &all[n]
		if request != "" {
			requests++
			t.said = append(t.said, item{kind: host.ClaimCommand, line: requestLine(request, r["smtp.req.parameter"])})
			open[key] = append(open[key], len(t.said))
			continue
		}
		reply := item{kind: host.ClaimReply, texts: strings.ReplaceAll(r["smtp.rsp.parameter"], shortBreak, "\n")}
		reply.code, _ = strconv.Atoi(code)
		if len(t.replies) == 0 {
			reply.kind = host.ClaimGreeting
		} else if waiting := open[key]; len(waiting) > 0 {
			reply.answers, open[key] = waiting[0], waiting[1:]
			switch what := t.said[reply.answers-1].line; {
			case code == "354": // the text follows; tshark shows it as a message
				t.said = append(t.said, item{kind: host.ClaimData})
				open[key] = append(open[key], len(t.said))
			case code == "220" && what == "STARTTLS":
				t.said = append(t.said, item{kind: host.ClaimTLS})
			}
		}
		t.replies = append(t.replies, reply)
	}
	return all, requests, nil
}

func port(s string) uint16 {
	n, _ := strconv.ParseUint(s, 10, 16)
	return uint16(n)
}

// requestLine joins what tshark cuts after four letters.
func requestLine(verb, parameter string) string {
	switch {
	case verb == "STAR" && parameter == "TLS": // of five letters it shows none of the fifth
		return "STARTTLS"
	case parameter == "":
		return verb
	}
	return verb + " " + parameter
}

// A capture with one wrong octet, wherever it is, fails the test that the whole one passes.
func TestWiresharkSeesOneWrongOctet(t *testing.T) {
	for _, name := range []string{"one-mail", "ipv6"} {
		c := crowned{file: name}
		s := observe(t, name, 1, withoutPipelining)
		if d := inspect(t, s, c, true); len(d) > 0 {
			t.Fatalf("%s, as it is: %q", name, d)
		}
		whole := s.pcapng
		flips := flips(whole)
		if testing.Short() {
			flips = flips[:3]
		}
		for _, f := range flips {
			s.pcapng = slices.Clone(whole)
			s.pcapng[f.at] ^= f.bit
			if d := inspect(t, s, c, true); len(d) == 0 {
				t.Errorf("%s: nobody sees the wrong octet in %s (offset %d)", name, f.what, f.at)
			}
		}
	}
}

// flip is a place in a capture where one bit goes wrong.
type flip struct {
	what string
	at   int
	bit  byte
}

// flips chooses places in packets of each kind: in the first octets of a SYN, in the octets around payload, in a datagram.
func flips(pcapng []byte) []flip {
	var out []flip
	var first, last, datagram int // where these frames begin
	for at := 0; at < len(pcapng); at += int(binary.LittleEndian.Uint32(pcapng[at+4:])) {
		if binary.LittleEndian.Uint32(pcapng[at:]) != 6 {
			continue
		}
		frame := pcapng[at+28:]
		size := int(binary.LittleEndian.Uint32(pcapng[at+20:]))
		protocol, header := frame[14+9], 20
		if frame[12] == 0x86 {
			protocol, header = frame[14+6], 40
		}
		switch {
		case protocol == 17 && datagram == 0:
			datagram = at + 28
			out = append(out, flip{"a DNS question", datagram + 14 + header + 8 + 13, 1}, flip{"a UDP port", datagram + 14 + header + 1, 4})
		case protocol == 6 && first == 0:
			first = at + 28
			out = append(out, flip{"the time of a packet", at + 16, 1}, flip{"the interface of a packet", at + 8, 1},
				flip{"the length of a block", at + 4, 4}, flip{"a source MAC address", first + 10, 1}, flip{"the EtherType", first + 13, 8},
				flip{"the second octet of the IP header", first + 15, 0x10}, flip{"the IP header's time to live", first + 14 + header/20*8 - header/40*9, 1},
				flip{"the IP source", first + 14 + header - header/40*20 - 5, 2}, flip{"the TCP source port", first + 14 + header + 1, 1},
				flip{"the sequence number", first + 14 + header + 6, 1}, flip{"the window", first + 14 + header + 14, 1},
				flip{"a TCP option", first + 14 + header + 22, 1})
		case protocol == 6 && size > 14+header+20+30 && last == 0:
			last = at + 28
			out = append(out, flip{"the first octet said", last + 14 + header + 20, 1}, flip{"the last octet said", last + size - 3, 1},
				flip{"the flags", last + 14 + header + 13, 8}, flip{"the checksum", last + 14 + header + 17, 0x80})
		}
	}
	return out
}
