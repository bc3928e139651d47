package dialogue

import (
	"crypto/tls"
	"encoding/binary"
	"strconv"

	"github.com/smtpsim/smtpsim/trace"
)

// handshake is what can be seen of TLS without its secrets: both hellos and alerts in the clear (RFC 8446 §4.1, §6).
type handshake struct {
	hello  [2]helloReader // by role
	opaque [2]mark        // all octets of a side
	mark   mark           // from the client's first to the server's hello
	alert  byte           // description of the last alert, 0: none but close_notify
	phase  int            // of the session
	opened bool           // an Upgrader gave plaintext
	told   bool

	offered, chosen    uint16
	cipher             uint16
	serverName         string
	clientID, serverID string // session ids
	ticket             bool   // the client offered to resume
	psk                bool   // TLS 1.3: the server took it
}

// helloReader walks over the records of one side.
type helloReader struct {
	head  [5]byte
	have  int    // octets of head
	left  int    // octets of the present record that are to come
	msg   []byte // the hello, as far as it has come
	alert []byte
	done  bool // the hello was read, or there is none
	lost  bool // out of step
}

// maxHello bounds a hello; real ones stay below 2 KiB, with post-quantum key shares.
const maxHello = 16 << 10

// take reads the octets of p that role sent.
func (h *handshake) take(role trace.Side, p *piece) {
	h.opaque[role].add(p, len(p.data))
	r := &h.hello[role]
	for data := p.data; len(data) > 0 && !r.lost; {
		seen := r.done
		rest := h.record(role, r, data)
		if !seen {
			h.mark.add(p, len(data)-len(rest))
		}
		data = rest
	}
}

// lost says that octets of role's direction are missing: its records cannot be followed any more.
func (h *handshake) lost(role trace.Side) { h.hello[role].lost = true }

// record reads on in the present record and gives what follows it.
func (h *handshake) record(role trace.Side, r *helloReader, data []byte) []byte {
	if r.left == 0 {
		n := copy(r.head[r.have:], data)
		r.have += n
		if r.have < len(r.head) {
			return nil
		}
		r.have = 0
		if r.head[0] < 0x14 || r.head[0] > 0x18 || r.head[1] != 3 {
			r.lost, r.done = true, true
			return data[n:]
		}
		r.left = int(binary.BigEndian.Uint16(r.head[3:]))
		if r.head[0] == 0x17 || r.head[0] == 0x14 { // encrypted from here on
			r.done = true
		}
		return data[n:]
	}
	n := min(r.left, len(data))
	if r.head[0] == 0x16 && !r.done {
		n = min(n, r.wants())
	}
	part := data[:n]
	r.left -= n
	switch {
	case r.head[0] == 0x16 && !r.done:
		r.msg = append(r.msg, part...)
		h.message(role, r)
	case r.head[0] == 0x15 && binary.BigEndian.Uint16(r.head[3:]) == 2: // longer ones are encrypted
		r.alert = append(r.alert, part...)
		if len(r.alert) >= 2 {
			if r.alert[1] != 0 { // 0: close_notify
				h.alert = r.alert[1]
			}
			r.alert = r.alert[:0]
		}
	}
	return data[n:]
}

// wants is how many octets its present part still lacks: the header of the message, then its body.
func (r *helloReader) wants() int {
	if len(r.msg) < 4 {
		return 4 - len(r.msg)
	}
	return 4 + (int(r.msg[1])<<16 | int(r.msg[2])<<8 | int(r.msg[3])) - len(r.msg)
}

// message reads the hello once it is complete.
func (h *handshake) message(role trace.Side, r *helloReader) {
	if len(r.msg) < 4 {
		return
	}
	n := int(r.msg[1])<<16 | int(r.msg[2])<<8 | int(r.msg[3])
	if n > maxHello || r.msg[0] != 1 && r.msg[0] != 2 {
		r.done = true
		return
	}
	if len(r.msg) < 4+n {
		return
	}
	r.done = true
	body := octets(r.msg[4 : 4+n])
	r.msg = r.msg[:0]
	if role == trace.FromClient {
		h.clientHello(body)
	} else {
		h.serverHello(body)
	}
}

// octets is a message being read; reading past its end gives zero values.
type octets []byte

func (o *octets) take(n int) octets {
	if n > len(*o) {
		*o = nil
		return nil
	}
	part := (*o)[:n]
	*o = (*o)[n:]
	return part
}

func (o *octets) number(size int) int {
	n := 0
	for _, c := range o.take(size) {
		n = n<<8 | int(c)
	}
	return n
}

// vector reads a vector whose length takes size octets.
func (o *octets) vector(size int) octets { return o.take(o.number(size)) }

// clientHello is RFC 8446 §4.1.2.
func (h *handshake) clientHello(o octets) {
	h.offered = uint16(o.number(2))
	o.take(32)
	h.clientID = string(o.vector(1))
	o.vector(2)
	o.vector(1)
	for ext := o.vector(2); len(ext) > 0; {
		kind, data := ext.number(2), ext.vector(2)
		switch kind {
		case 0: // server_name, RFC 6066 §3
			names := data.vector(2)
			if names.number(1) == 0 {
				h.serverName = string(names.vector(2))
			}
		case 35: // session_ticket, RFC 5077 §3.2
			h.ticket = len(data) > 0
		case 43: // supported_versions
			for versions := data.vector(1); len(versions) > 1; {
				if v := uint16(versions.number(2)); v > h.offered && v <= 0x0304 {
					h.offered = v
				}
			}
		}
	}
}

// serverHello is RFC 8446 §4.1.3.
func (h *handshake) serverHello(o octets) {
	h.chosen = uint16(o.number(2))
	o.take(32)
	h.serverID = string(o.vector(1))
	h.cipher = uint16(o.number(2))
	o.number(1)
	for ext := o.vector(2); len(ext) > 0; {
		kind, data := ext.number(2), ext.vector(2)
		switch kind {
		case 41: // pre_shared_key
			h.psk = true
		case 43:
			h.chosen = uint16(data.number(2))
		}
	}
}

// info is what the hellos say.
func (h *handshake) info() trace.TLSInfo {
	var info trace.TLSInfo
	info.ServerName = h.serverName
	if h.chosen != 0 {
		info.Version = tlsVersion(h.chosen)
		info.Cipher = tls.CipherSuiteName(h.cipher)
		info.Resumed = h.psk || h.chosen < 0x0304 && h.serverID != "" && h.serverID == h.clientID
	}
	if h.alert != 0 {
		info.Alert = alertName(h.alert)
	}
	return info
}

// alertName is the description of RFC 8446 §6.
func alertName(a byte) string {
	names := map[byte]string{10: "unexpected_message", 20: "bad_record_mac", 22: "record_overflow", 40: "handshake_failure",
		42: "bad_certificate", 43: "unsupported_certificate", 44: "certificate_revoked", 45: "certificate_expired",
		46: "certificate_unknown", 47: "illegal_parameter", 48: "unknown_ca", 49: "access_denied", 50: "decode_error",
		51: "decrypt_error", 70: "protocol_version", 71: "insufficient_security", 80: "internal_error",
		86: "inappropriate_fallback", 90: "user_canceled", 109: "missing_extension", 110: "unsupported_extension",
		112: "unrecognized_name", 113: "bad_certificate_status_response", 115: "unknown_psk_identity",
		116: "certificate_required", 120: "no_application_protocol"}
	if name, ok := names[a]; ok {
		return name
	}
	return "alert " + strconv.Itoa(int(a))
}
