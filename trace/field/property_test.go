package field

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// stamps draws what a server might write. Domains avoid only what the styles themselves use as words ("unknown").
func stamps(style Style) *rapid.Generator[Received] {
	domain := rapid.StringMatching(`[a-z][a-z0-9-]{0,10}[a-z0-9](\.[a-z0-9]{2,8}){1,3}`)
	box := rapid.StringMatching(`[A-Za-z0-9.+=_-]{1,12}@[a-z0-9]{2,9}\.(test|example)`)
	ip := rapid.Custom(func(t *rapid.T) netip.Addr {
		if rapid.Bool().Draw(t, "v6") {
			var b [16]byte
			copy(b[:], rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "ip6"))
			b[0] = 0x20
			return netip.AddrFrom16(b)
		}
		return netip.AddrFrom4([4]byte(rapid.SliceOfN(rapid.Byte(), 4, 4).Draw(t, "ip4")))
	})
	return rapid.Custom(func(t *rapid.T) Received {
		r := Received{IP: ip.Draw(t, "ip"), By: domain.Draw(t, "by"), ID: rapid.StringMatching(`[A-Za-z0-9-]{6,16}`).Draw(t, "id"),
			LF: rapid.Bool().Draw(t, "lf")}
		r.Helo = rapid.OneOf(domain, rapid.Map(ip, literal)).Draw(t, "helo")
		if rapid.Bool().Draw(t, "has rdns") {
			r.RDNS = domain.Draw(t, "rdns")
		}
		if rapid.Bool().Draw(t, "same name") && !strings.HasPrefix(r.Helo, "[") {
			r.RDNS = r.Helo
		}
		r.For = rapid.SliceOfN(box, 0, 3).Draw(t, "for")
		if style != StyleDovecot || len(r.For) != 0 {
			from := rapid.OneOf(box, rapid.Just("")).Draw(t, "envelope")
			r.EnvelopeFrom = &from
		}
		zone := time.FixedZone(rapid.SampledFrom([]string{"", "CET", "UTC", "+03"}).Draw(t, "zone name"),
			60*rapid.IntRange(-14*60, 14*60).Draw(t, "zone"))
		r.Time = time.Unix(rapid.Int64Range(86400, 7e9).Draw(t, "time"), 0).In(zone)
		r.With = rapid.SampledFrom([]string{"SMTP", "ESMTP"}).Draw(t, "with")
		if rapid.Bool().Draw(t, "tls") {
			r.With = "ESMTPS"
			r.TLS = &TLS{Version: "TLSv1.3", Cipher: "TLS_AES_256_GCM_SHA384", Bits: 256}
		}
		dress(t, &r, style)
		return r
	})
}

// dress adds what only one style has.
func dress(t *rapid.T, r *Received, style Style) {
	switch style {
	case StylePostfix:
		r.Software = "Postfix"
		if r.TLS != nil {
			r.TLS.AlgBits = 256
			r.TLS.KeyExchange = rapid.SampledFrom([]string{"", "X25519", "ECDHE (P-256)"}).Draw(t, "kex")
			r.TLS.Signature = rapid.SampledFrom([]string{"", "RSA-PSS (2048 bits)", "ECDSA (P-256)"}).Draw(t, "sig")
			r.TLS.Certificate = "No client certificate requested"
		}
		r.User = rapid.StringMatching(`([a-z0-9@._-]{1,12})?`).Draw(t, "user")
	case StyleExim:
		r.Software = "Exim 4.96"
		r.With = strings.ToLower(r.With)
		r.Port = rapid.IntRange(0, 65535).Draw(t, "port")
		r.Ident = rapid.StringMatching(`([a-z]{1,8})?`).Draw(t, "ident")
	case StyleOpenSMTPD:
		r.Software = "OpenSMTPD"
	case StyleSendmail:
		r.Software = "8.17.1/8.17.1"
		r.Forged = r.RDNS != "" && rapid.Bool().Draw(t, "forged")
	case StyleDovecot:
		r.With = "LMTP"
		r.RDNS = ""
	}
}

// TestParseOfFormat: what a server writes is what a reader finds, and writing it again gives the same octets.
func TestParseOfFormat(t *testing.T) {
	for _, style := range []Style{StylePlain, StylePostfix, StyleExim, StyleOpenSMTPD, StyleSendmail, StyleDovecot} {
		t.Run("style "+string(style), rapid.MakeCheck(func(t *rapid.T) {
			r := stamps(style).Draw(t, "stamp")
			line := Format(r, style)
			p := ParseReceived(line)
			if got := Format(p.Received, style); got != line {
				t.Fatalf("again\n%q, first\n%q", got, line)
			}
			if style != StylePlain && style != StyleDovecot && p.Style != style {
				t.Fatalf("style %q of %q", p.Style, line)
			}
			if p.IP != r.IP || p.By != r.By || p.With != r.With || p.ID != r.ID || p.RDNS != r.RDNS || p.Port != r.Port ||
				p.Ident != r.Ident || p.User != r.User || !p.Time.Equal(r.Time) || p.LF != r.LF || p.Forged != r.Forged {
				t.Fatalf("%q read as\n%+v", line, p)
			}
			if p.Helo != r.Helo && !(style == StyleExim && eximSilent(r)) {
				t.Fatalf("helo %q of %q", p.Helo, line)
			}
			if len(r.For) == 1 && (len(p.For) != 1 || p.For[0] != r.For[0]) || len(r.For) != 1 && style != StylePlain && len(p.For) > 0 {
				t.Fatalf("for %q of %q", p.For, line)
			}
			if style == StyleExim && *r.EnvelopeFrom != "" && (p.EnvelopeFrom == nil || *p.EnvelopeFrom != *r.EnvelopeFrom) {
				t.Fatalf("envelope of %q", line)
			}
			if r.TLS != nil && style != StylePlain && style != StyleDovecot &&
				(p.TLS == nil || p.TLS.Version != r.TLS.Version || p.TLS.Cipher != r.TLS.Cipher) {
				t.Fatalf("TLS %+v of %q", p.TLS, line)
			}
			if len(p.Unparsed) > 0 {
				t.Fatalf("%q left of %q", p.Unparsed, line)
			}
		}))
	}
}

// TestFormatIsOneField: whatever a client says, what is written stays one field whose lines are short enough.
func TestFormatIsOneField(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		any := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"x\r\nBcc: y", "a (", "a) by b", "\\", "<x>", "\"", "a;b",
			"192.0.2.66", "[192.0.2.66]", "helo=[192.0.2.66]", "really", "[", "]"}))
		from := any.Draw(t, "envelope")
		r := Received{Helo: any.Draw(t, "helo"), RDNS: any.Draw(t, "rdns"), IP: netip.MustParseAddr("192.0.2.1"), User: any.Draw(t, "user"),
			By: "b.test", Software: "Postfix", With: "ESMTP", ID: "q1", For: []string{any.Draw(t, "for")}, EnvelopeFrom: &from,
			Ident: any.Draw(t, "ident"), Time: time.Unix(1893456000, 0).UTC()}
		for _, style := range []Style{StylePlain, StylePostfix, StyleExim, StyleOpenSMTPD, StyleSendmail, StyleDovecot} {
			line := Format(r, style)
			s := ReadSection([]byte(line + "\r\n\r\n"))
			if len(s.Fields) != 1 || s.Fields[0].Raw != line {
				t.Fatalf("%q is not one field", line)
			}
			if p := ParseReceived(line); p.By != "b.test" || p.IP != r.IP || p.ID != "q1" {
				t.Fatalf("%q hides what the server wrote: %s", line, show(p))
			}
		}
	})
}

func FuzzParseReceived(f *testing.F) {
	for _, s := range []string{"from a (b [192.0.2.1]) by c (Postfix) with ESMTP id d for <e@f>; Sat, 21 Nov 2026 18:32:09 +0000 (UTC)",
		"((((", "from from by by;;;", "<<<<>", "\"\"(\"", "(using )", "; 1 Jan 2030 00:00:00 +0000", "(TLS:::)", "[", "id ,", "by ,"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		p := ParseReceived(raw)
		for name, sp := range p.Spans() {
			if sp[0] < 0 || sp[1] > len(raw) || sp[0] >= sp[1] {
				t.Fatalf("span %s %v of %d octets", name, sp, len(raw))
			}
		}
		for _, style := range []Style{StylePlain, StylePostfix, StyleExim, StyleOpenSMTPD, StyleSendmail, StyleDovecot} {
			line := Format(p.Received, style)
			if s := ReadSection([]byte(line + "\r\n\r\n")); len(s.Fields) != 1 {
				t.Fatalf("%q is not one field", line)
			}
		}
	})
}

func FuzzReadSection(f *testing.F) {
	for _, s := range []string{"A: b\r\n c\r\n\r\nbody", "From x\n\nA: b\n\n", "junk\nA: b\n", "\n\nA: b\n", "A:b\rC:d\r\r", " \n", ">From x\nA : b\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, msg []byte) {
		s := ReadSection(msg)
		at := 0
		for _, h := range s.Fields {
			if h.Start < at || h.End > s.End || h.Value > h.End || h.Value <= h.Start || h.Raw != string(msg[h.Start:h.End]) {
				t.Fatalf("%+v after %d in %q", h, at, msg)
			}
			at = h.End
			h.Body()
		}
		if s.End > s.Body || s.Body > len(msg) {
			t.Fatalf("end %d, body %d of %d", s.End, s.Body, len(msg))
		}
	})
}

func BenchmarkParseReceived(b *testing.B) {
	lines := publicLines(b)
	n := 0
	for _, l := range lines {
		n += len(l.Header)
	}
	b.SetBytes(int64(n / len(lines)))
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		ParseReceived(lines[i%len(lines)].Header)
	}
}

func BenchmarkFormatPostfix(b *testing.B) {
	r := Received{Helo: "h.test", RDNS: "r.test", IP: netip.MustParseAddr("192.0.2.1"), By: "b.test", Software: "Postfix",
		With: "ESMTP", ID: "E4C249BA013", For: []string{"a@b.test"}, Time: time.Unix(1893456000, 0).UTC()}
	b.ReportAllocs()
	for b.Loop() {
		Format(r, StylePostfix)
	}
}
