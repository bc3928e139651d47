package dialogue

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"strconv"
	"strings"

	"github.com/smtpsim/smtpsim/trace"
)

// What may stand in front of a session: a PROXY header, or a tunnel's opening.

// stripPreface finds it; false: it is not complete yet, or this is no mail (f.verdict).
func stripPreface(f *finding, client, server []byte) bool {
	switch {
	case hasStart(client, "PROXY "):
		return proxyV1(f, client)
	case hasStart(client, proxyV2Sign):
		return proxyV2(f, client)
	case hasStart(client, "CONNECT "):
		return httpConnect(f, client, server)
	case len(client) > 0 && (client[0] == 4 || client[0] == 5):
		return socks(f, client, server)
	}
	return true
}

const proxyV2Sign = "\r\n\r\n\x00\r\nQUIT\n"

// hasStart says whether p begins with sign, or is too short and may yet.
func hasStart(p []byte, sign string) bool {
	n := min(len(p), len(sign))
	return n > 0 && string(p[:n]) == sign[:n]
}

// proxyV1 is "PROXY TCP4 192.0.2.1 192.0.2.2 4711 25" (HAProxy's proxy-protocol.txt §2.1), at most 107 octets.
func proxyV1(f *finding, client []byte) bool {
	if len(client) < len("PROXY ") {
		return false
	}
	end := bytes.IndexByte(client[:min(len(client), 108)], '\n')
	if end < 0 {
		if len(client) >= 108 {
			f.verdict = notMail
		}
		return false
	}
	f.skip[trace.FromClient] = end + 1
	f.proxy = &trace.Proxy{Kind: "proxy-v1"}
	fields := strings.Fields(string(client[:end]))
	if len(fields) >= 6 {
		f.proxy.Source = joinPort(fields[2], fields[4])
		f.proxy.Destination = joinPort(fields[3], fields[5])
	}
	return true
}

func joinPort(addr, port string) string {
	a, err := netip.ParseAddr(addr)
	p, err2 := strconv.ParseUint(port, 10, 16)
	if err != nil || err2 != nil {
		return ""
	}
	return netip.AddrPortFrom(a, uint16(p)).String()
}

// proxyV2 is the binary form (proxy-protocol.txt §2.2).
func proxyV2(f *finding, client []byte) bool {
	if len(client) < 16 {
		return false
	}
	n := 16 + int(binary.BigEndian.Uint16(client[14:]))
	if n > maxHeld/2 {
		f.verdict = notMail
		return false
	}
	if len(client) < n {
		return false
	}
	f.skip[trace.FromClient] = n
	f.proxy = &trace.Proxy{Kind: "proxy-v2"}
	size := 0
	switch client[13] >> 4 {
	case 1:
		size = 4
	case 2:
		size = 16
	}
	if client[12]&0xf != 1 || size == 0 || n < 16+2*size+4 {
		return true
	}
	addrs := client[16:]
	src, _ := netip.AddrFromSlice(addrs[:size])
	dst, _ := netip.AddrFromSlice(addrs[size : 2*size])
	ports := addrs[2*size:]
	f.proxy.Source = netip.AddrPortFrom(src, binary.BigEndian.Uint16(ports)).String()
	f.proxy.Destination = netip.AddrPortFrom(dst, binary.BigEndian.Uint16(ports[2:])).String()
	return true
}

// httpConnect is "CONNECT host:port HTTP/1.1", the empty line, and the proxy's 200 with another (RFC 9110 §9.3.6).
func httpConnect(f *finding, client, server []byte) bool {
	if len(client) < len("CONNECT ") {
		return false
	}
	end := bytes.Index(client, []byte("\r\n\r\n"))
	answer := bytes.Index(server, []byte("\r\n\r\n"))
	if len(server) >= 5 && string(server[:5]) != "HTTP/" {
		f.verdict = notMail
		return false
	}
	if end < 0 || answer < 0 {
		return false
	}
	status := strings.Fields(string(server[:min(answer, 64)]))
	if len(status) < 2 || !strings.HasPrefix(status[1], "2") {
		f.verdict = notMail
		return false
	}
	f.skip = [2]int{end + 4, answer + 4}
	f.proxy = &trace.Proxy{Kind: "http-connect"}
	if fields := strings.Fields(string(client[:min(end, 512)])); len(fields) > 1 {
		f.proxy.Destination = fields[1]
	}
	return true
}

// socks is SOCKS4 and 4a, or SOCKS5 with or without a password (RFC 1928, RFC 1929).
func socks(f *finding, client, server []byte) bool {
	var c, s int
	var ok bool
	if client[0] == 4 {
		c, s, ok = socks4(client, server)
	} else {
		c, s, ok = socks5(client, server)
	}
	switch {
	case !ok:
		f.verdict = notMail
		return false
	case c == 0 || s == 0:
		return false
	}
	f.skip = [2]int{c, s}
	f.proxy = &trace.Proxy{Kind: "socks" + strconv.Itoa(int(client[0]))}
	return true
}

// socks4: version, command, port, address, user name, NUL, for 4a a host name, NUL; the answer has 8 octets.
func socks4(client, server []byte) (c, s int, ok bool) {
	if len(client) < 9 {
		return 0, 0, len(client) < 2 || client[1] == 1
	}
	if client[1] != 1 || len(server) > 1 && (server[0] != 0 || server[1] != 0x5a) {
		return 0, 0, false
	}
	strings := 1
	if bytes.Equal(client[4:7], []byte{0, 0, 0}) && client[7] != 0 {
		strings = 2
	}
	c = 8
	for ; strings > 0; strings-- {
		n := bytes.IndexByte(client[c:], 0)
		if n < 0 {
			return 0, 0, len(client) < 600
		}
		c += n + 1
	}
	if len(server) < 8 {
		return 0, 0, true
	}
	return c, 8, true
}

// socks5: methods and choice, maybe a password and its answer, request and answer with an address each.
func socks5(client, server []byte) (c, s int, ok bool) {
	if len(client) < 2 || len(server) < 2 {
		return 0, 0, len(client) < 2 || client[1] > 0 && client[1] < 16
	}
	c, s = 2+int(client[1]), 2
	if server[0] != 5 || server[1] != 0 && server[1] != 2 {
		return 0, 0, false
	}
	if server[1] == 2 { // RFC 1929 §2
		if len(client) < c+2 || len(client) < c+3+int(client[c+1]) || len(server) < s+2 {
			return 0, 0, true
		}
		user := int(client[c+1])
		c += 3 + user + int(client[c+2+user])
		s += 2
	}
	cn, okC := socksAddress(client, c)
	sn, okS := socksAddress(server, s)
	if !okC || !okS {
		return 0, 0, false
	}
	if cn == 0 || sn == 0 {
		return 0, 0, true
	}
	return c + cn, s + sn, server[s+1] == 0
}

// socksAddress is the length of a SOCKS5 request or answer at p[at:], 0 if it is not complete.
func socksAddress(p []byte, at int) (n int, ok bool) {
	if len(p) < at+5 {
		return 0, true
	}
	if p[at] != 5 {
		return 0, false
	}
	switch p[at+3] {
	case 1:
		n = 4 + 4 + 2
	case 3:
		n = 4 + 1 + int(p[at+4]) + 2
	case 4:
		n = 4 + 16 + 2
	default:
		return 0, false
	}
	if len(p) < at+n {
		return 0, true
	}
	return n, true
}

// preface tells of what stood in front of the session and takes it off the chunks.
func (d *Dialogue) preface(f *finding, chunks []trace.Chunk) {
	if f.proxy == nil {
		return
	}
	d.session.Proxy = f.proxy
	for side := trace.FromClient; side <= trace.FromServer; side++ {
		skip := f.skip[side]
		if skip == 0 {
			continue
		}
		var m mark
		for i := range chunks {
			c := &chunks[i]
			if c.From != side || skip == 0 {
				continue
			}
			n := min(skip, len(c.Data))
			c.Gap = 0 // what was lost before it is of no interest
			m.add(&piece{time: c.Time, packet: c.Packet, offset: c.Offset}, n)
			c.Data = c.Data[n:]
			c.Offset += int64(n)
			skip -= n
		}
		d.emit(trace.Event{From: side, Kind: trace.KindProxy, Note: f.proxy.Kind, Line: f.proxy.Source}, m)
	}
}
