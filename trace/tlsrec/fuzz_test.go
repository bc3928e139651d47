package tlsrec

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/smtpsim/smtpsim/trace"
)

// FuzzConn feeds chunks of either side, gaps among them, to a connection whose secrets are known to the attacker: nothing
// panics, what is held back stays within bounds and is given back.
func FuzzConn(f *testing.F) {
	log := []byte("CLIENT_RANDOM " + zeros(32) + " " + zeros(48) + "\nCLIENT_TRAFFIC_SECRET_0 " + zeros(32) + " " + zeros(32) +
		"\nSERVER_HANDSHAKE_TRAFFIC_SECRET " + zeros(32) + " " + zeros(32) + "\n")
	clientHello := append([]byte{22, 3, 1, 0, 42, 1, 0, 0, 38, 3, 3}, make([]byte, 36)...)
	for _, suite := range []uint16{0x1301, 0x002f, 0xc02f, 0xcca8} {
		hello := append([]byte{22, 3, 3, 0, 42, 2, 0, 0, 38, 3, 3}, make([]byte, 33)...)
		hello = append(binary.BigEndian.AppendUint16(hello, suite), 0)
		f.Add(append(framed(0, clientHello), framed(1, hello)...))
		f.Add(append(framed(0, clientHello), append(framed(1, hello), framed(1, []byte{20, 3, 3, 0, 1, 1, 23, 3, 3, 0x40, 0})...)...))
	}
	f.Fuzz(func(t *testing.T, script []byte) {
		keys := NewKeys(nil)
		if _, err := keys.Read(bytes.NewReader(log), 0); err != nil {
			t.Fatal(err)
		}
		room := NewRoom(keys)
		c := room.Open()
		var offset [2]int64
		for len(script) >= 4 {
			from, gap, n := trace.Side(script[0]&1), int64(script[1]), min(int(binary.BigEndian.Uint16(script[2:])), len(script)-4)
			ch := trace.Chunk{From: from, Gap: gap * gap, Offset: offset[from] + gap*gap, Data: script[4 : 4+n], Packet: 1}
			offset[from] = ch.Offset + int64(n)
			if _, ok := c.Open(nil, ch); !ok {
				break
			}
			if room.kept > maxKept || room.kept < 0 || room.kept > 4*maxRecord+2*maxMessage+maxHeld*maxRecord {
				t.Fatalf("%d octets held back", room.kept)
			}
			script = script[4+n:]
		}
		if c.Finish(); room.kept != 0 {
			t.Fatalf("%d octets are never given back", room.kept)
		}
	})
}

// framed is a chunk of the script.
func framed(from byte, data []byte) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{from, 0}, uint16(len(data))), data...)
}

func zeros(n int) string { return string(bytes.Repeat([]byte("00"), n)) }

// FuzzKeys reads key logs: nothing panics, and a bad line does not disturb a good one.
func FuzzKeys(f *testing.F) {
	good := "CLIENT_RANDOM " + zeros(32) + " " + zeros(48)
	f.Add([]byte(good))
	f.Add([]byte("# x\nCLIENT_RANDOM 12 34\nSERVER_TRAFFIC_SECRET_0 00\n\x00\n"))
	f.Fuzz(func(t *testing.T, log []byte) {
		keys := NewKeys(nil)
		bad, err := keys.Read(bytes.NewReader(append(log, "\n"+good+"\n"...)), 0)
		if err != nil || len(bad) > maxBad || keys.find(name{label: master}, 1) == nil {
			t.Fatal(bad, err)
		}
	})
}
