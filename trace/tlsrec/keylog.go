package tlsrec

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"fmt"
	"io"
	"sync"
)

// Keys holds the secrets of connections, found by the random of their ClientHello. It may be written and read from several
// goroutines.
type Keys struct {
	base  *Keys // asked second; its secrets count from the beginning
	mu    sync.RWMutex
	known map[name]secret
	first int64 // the least after of known
}

// name says whose secret it is, and which.
type name struct {
	random [32]byte
	label  label
}

// secret counts from a packet on.
type secret struct {
	octets []byte
	after  int64 // packets that stood before it
}

// label is what a secret is for.
type label uint8

const (
	master          label = iota // of TLS up to 1.2
	clientEarly                  // RFC 8446 §7.1: the secrets of TLS 1.3
	clientHandshake              //
	serverHandshake              //
	clientTraffic                //
	serverTraffic                //
)

// Limits of a key log. A connection of TLS 1.3 has four or five lines.
const (
	maxLogLine = 1 << 10
	maxSecrets = 1 << 19
	maxBad     = 10 // lines that are told
)

// NewKeys gives a store without secrets of its own. What base has is found too; base may be nil.
func NewKeys(base *Keys) *Keys {
	return &Keys{base: base, known: map[name]secret{}}
}

// BadLine is a line of a key log that could not be read.
type BadLine struct {
	Line int // from 1
	Why  string
}

// Read takes a key log in the NSS format (draft-ietf-tls-keylogfile §2): lines of a label, the client's random and the secret, both in hex.
// Comments, empty lines and labels that no decryption needs are passed over. after is how many packets of the capture stand
// before the log, 0 for a file beside it. It gives the bad lines, the first ten of them; the error is that of reading.
func (k *Keys) Read(log io.Reader, after int64) (bad []BadLine, err error) {
	in := bufio.NewReaderSize(log, maxLogLine)
	for n := 1; ; n++ {
		line, err := in.ReadSlice('\n')
		why := ""
		if err == bufio.ErrBufferFull {
			why = fmt.Sprintf("longer than %d octets", maxLogLine)
			for err == bufio.ErrBufferFull {
				_, err = in.ReadSlice('\n')
			}
		} else {
			why = k.line(bytes.TrimRight(line, "\r\n"), after)
		}
		if why != "" && len(bad) < maxBad {
			bad = append(bad, BadLine{n, why})
		}
		if err == io.EOF {
			return bad, nil
		}
		if err != nil {
			return bad, err
		}
	}
}

// line takes one line and says what is wrong with it, if anything.
func (k *Keys) line(line []byte, after int64) (why string) {
	fields := bytes.Fields(line)
	if len(fields) == 0 || fields[0][0] == '#' {
		return ""
	}
	l, wanted := labelOf(string(fields[0]))
	switch {
	case !wanted && isLabel(fields[0]):
		return "" // EXPORTER_SECRET, ECH_SECRET and whatever comes
	case !wanted:
		return "expected a label such as CLIENT_RANDOM"
	case len(fields) != 3:
		return fmt.Sprintf("%d words, expected a label, a random and a secret", len(fields))
	}
	of := name{label: l}
	if n, err := hex.Decode(of.random[:], fields[1][:min(len(fields[1]), 64)]); err != nil || n != 32 || len(fields[1]) != 64 {
		return "the second word is no random: expected 64 hex digits"
	}
	octets, err := hex.DecodeString(string(fields[2]))
	if n := len(octets); err != nil || n != 48 && (n != 32 || l == master) {
		return "the third word is no secret: expected 96 hex digits, or 64 with a hash of 32 octets in TLS 1.3"
	}
	return k.add(of, secret{octets, after})
}

func (k *Keys) add(of name, s secret) (why string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if _, twice := k.known[of]; twice {
		return ""
	}
	if len(k.known) >= maxSecrets {
		return fmt.Sprintf("more than %d secrets", maxSecrets)
	}
	if len(k.known) == 0 || s.after < k.first {
		k.first = s.after
	}
	k.known[of] = s
	return ""
}

func labelOf(word string) (l label, ok bool) {
	switch word {
	case "CLIENT_RANDOM":
		return master, true
	case "CLIENT_EARLY_TRAFFIC_SECRET":
		return clientEarly, true
	case "CLIENT_HANDSHAKE_TRAFFIC_SECRET":
		return clientHandshake, true
	case "SERVER_HANDSHAKE_TRAFFIC_SECRET":
		return serverHandshake, true
	case "CLIENT_TRAFFIC_SECRET_0":
		return clientTraffic, true
	case "SERVER_TRAFFIC_SECRET_0":
		return serverTraffic, true
	}
	return 0, false
}

func isLabel(word []byte) bool {
	for _, c := range word {
		if (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '_' {
			return false
		}
	}
	return true
}

// find gives the secret that is known at a packet, nil if none is.
func (k *Keys) find(of name, packet int64) []byte {
	if k == nil {
		return nil
	}
	k.mu.RLock()
	s, ok := k.known[of]
	k.mu.RUnlock()
	if ok && (s.after < packet || s.after == 0) {
		return s.octets
	}
	return k.base.find(of, packet)
}

// Settle lets all secrets count from the beginning: the next packets are those of another capture.
func (k *Keys) Settle() {
	k.mu.Lock()
	defer k.mu.Unlock()
	for of, s := range k.known {
		s.after = 0
		k.known[of] = s
	}
	k.first = 0
}

// any says whether a secret of any connection is known at a packet.
func (k *Keys) any(packet int64) bool {
	if k == nil {
		return false
	}
	k.mu.RLock()
	some := len(k.known) > 0 && (k.first < packet || k.first == 0)
	k.mu.RUnlock()
	return some || k.base.any(packet)
}
