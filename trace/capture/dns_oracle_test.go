package capture

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/smtpsim/smtpsim/trace/dnsmsg"
	"pgregory.net/rapid"
)

// TestDNSAgainstGopacket holds names, types, addresses and targets against another reader of the same octets.
func TestDNSAgainstGopacket(t *testing.T) {
	label := rapid.StringMatching(`[a-z0-9-]{1,12}`)
	rapid.Check(t, func(t *rapid.T) {
		name := strings.Join(rapid.SliceOfN(label, 1, 5).Draw(t, "name"), ".")
		out := layers.DNS{ID: 7, QR: true, QDCount: 1, Questions: []layers.DNSQuestion{{Name: []byte(name), Type: layers.DNSTypeMX, Class: layers.DNSClassIN}}}
		for range rapid.IntRange(0, 8).Draw(t, "answers") {
			r := layers.DNSResourceRecord{Name: []byte(name), Class: layers.DNSClassIN, TTL: rapid.Uint32Max(1<<20).Draw(t, "ttl")}
			other := []byte(strings.Join(rapid.SliceOfN(label, 1, 4).Draw(t, "target"), "."))
			switch rapid.IntRange(0, 3).Draw(t, "type") {
			case 0:
				r.Type, r.MX = layers.DNSTypeMX, layers.DNSMX{Preference: rapid.Uint16().Draw(t, "preference"), Name: other}
			case 1:
				r.Type, r.IP = layers.DNSTypeA, rapid.SliceOfN(rapid.Byte(), 4, 4).Draw(t, "ip")
			case 2:
				r.Type, r.CNAME = layers.DNSTypeCNAME, other
			default:
				r.Type, r.PTR = layers.DNSTypePTR, other
			}
			out.Answers = append(out.Answers, r)
		}
		buf := gopacket.NewSerializeBuffer()
		if err := out.SerializeTo(buf, gopacket.SerializeOptions{FixLengths: true}); err != nil {
			t.Fatal(err)
		}
		m, err := dnsmsg.Parse(buf.Bytes())
		if err != nil || m.Name != name || len(m.Answers) != len(out.Answers) {
			t.Fatalf("%v %+v", err, m)
		}
		for i, want := range out.Answers {
			got := m.Answers[i]
			line := fmt.Sprintf("%s. %d IN %s ", name, want.TTL, want.Type)
			switch want.Type {
			case layers.DNSTypeMX:
				line += fmt.Sprintf("%d %s.", want.MX.Preference, want.MX.Name)
			case layers.DNSTypeA:
				line += want.IP.String()
			case layers.DNSTypeCNAME:
				line += string(want.CNAME) + "."
			default:
				line += string(want.PTR) + "."
			}
			if got.String() != line {
				t.Fatalf("%s, want %s", got, line)
			}
		}
	})
}
