package field

import (
	"fmt"
	"strings"
	"testing"
)

// show gives what a test of one line names: "helo=h ip=a ..", only what is set, in a fixed order.
func show(p Parsed) string {
	var b strings.Builder
	put := func(key, v string) {
		if v != "" {
			fmt.Fprintf(&b, " %s=%s", key, v)
		}
	}
	put("style", string(p.Style))
	put("name", p.Name)
	put("helo", p.Helo)
	put("rdns", p.RDNS)
	if p.IP.IsValid() {
		put("ip", p.IP.String())
	}
	if p.Port > 0 {
		put("port", fmt.Sprint(p.Port))
	}
	put("ident", p.Ident)
	put("user", p.User)
	put("local", p.Submitter)
	if p.Forged {
		put("forged", "yes")
	}
	put("by", p.By)
	if p.ByIP.IsValid() {
		put("byip", p.ByIP.String())
	}
	put("soft", p.Software)
	put("via", p.Via)
	put("with", p.With)
	put("id", p.ID)
	put("for", strings.Join(p.For, ","))
	if p.EnvelopeFrom != nil {
		put("envelope", "<"+*p.EnvelopeFrom+">")
	}
	if t := p.TLS; t != nil {
		put("tls", fmt.Sprintf("%s/%s/%d", t.Version, t.Cipher, t.Bits))
		if t.Verified != nil {
			put("verified", fmt.Sprint(*t.Verified))
		}
	}
	for _, c := range p.Clauses {
		put("clause", c.Name+":"+c.Value)
	}
	if !p.Time.IsZero() {
		put("time", fmt.Sprint(p.Time.Unix()))
		put("zone", p.Zone)
	}
	put("unparsed", strings.Join(p.Unparsed, "|"))
	return strings.TrimSpace(b.String())
}

// TestHardLines holds what is hard in the field: which address is the peer's, words that look like keywords, dates in odd
// places, ids with brackets, notes of other software.
func TestHardLines(t *testing.T) {
	const at = "; Tue, 01 Jan 2030 00:00:00 +0000"
	const when = " time=1893456000 zone=+0000"
	tests := []struct{ in, want string }{
		// which address is the peer's
		{"from [192.0.2.1] (port=4711 helo=[198.51.100.2]) by b.test with esmtp (Exim 4.96) id x" + at,
			"style=exim name=[192.0.2.1] helo=[198.51.100.2] ip=192.0.2.1 port=4711 by=b.test soft=Exim 4.96 with=esmtp id=x" + when},
		{"from [10.0.0.1] [198.51.100.2] by b.test" + at, "name=[10.0.0.1] helo=[10.0.0.1] ip=198.51.100.2 by=b.test" + when},
		{"from [127.0.0.1] ([198.51.100.2] r.test) by b.test" + at,
			"name=[127.0.0.1] helo=[127.0.0.1] rdns=r.test ip=198.51.100.2 by=b.test" + when},
		{"from h.test ([192.0.2.1]) (really [198.51.100.2]) by b.test" + at, "name=h.test helo=h.test ip=198.51.100.2 by=b.test" + when},
		{"from h.test ([192.0.2.1]) (proxying for 198.51.100.2) by b.test" + at, "name=h.test helo=h.test ip=192.0.2.1 by=b.test" + when},
		{"from unknown (HELO [198.51.100.2]) ([192.0.2.1]) by b.test" + at, "name=unknown helo=[198.51.100.2] ip=192.0.2.1 by=b.test" + when},
		{"from h.test (192.0.2.1) by b.test (198.51.100.2) with Microsoft SMTP\n Server (version=TLS1_2,\n cipher=TLS_X) id 15.20.1.2 via\n Frontend Transport" + at,
			"style=exchange name=h.test helo=h.test ip=192.0.2.1 by=b.test byip=198.51.100.2 via=Frontend Transport with=Microsoft SMTP Server id=15.20.1.2 tls=TLSv1.2/TLS_X/0" + when},
		{"from h.test ([fe80::1%9]) by h.test with mapi id 15.0" + at, "style=exchange name=h.test helo=h.test ip=fe80::1%9 by=h.test with=mapi id=15.0" + when},
		{"from h.test (999.1.1.1) by b.test" + at, "name=h.test helo=h.test by=b.test" + when + " unparsed=999.1.1.1"},
		{"from h.test (r.test. [::ffff:192.0.2.1]) by b.test" + at, "name=h.test helo=h.test rdns=r.test ip=::ffff:192.0.2.1 by=b.test" + when},
		{"from r.test (HELO h.test) (u@192.0.2.1) by b.test with SMTP; 1 Jan 2030 00:00:00 -0000",
			"style=qmail name=r.test helo=h.test rdns=r.test ip=192.0.2.1 ident=u by=b.test with=SMTP time=1893456000 zone=-0000"},
		{"from h.test (r.test [192.0.2.1] (may be forged)) by b.test (8.17.1/8.17.1) with ESMTP id a" + at,
			"style=sendmail name=h.test helo=h.test rdns=r.test ip=192.0.2.1 forged=yes by=b.test soft=8.17.1/8.17.1 with=ESMTP id=a" + when},
		{"from h.test(r.test[192.0.2.1]) by b.test" + at, "name=h.test helo=h.test rdns=r.test ip=192.0.2.1 by=b.test" + when},
		{"from h.test (<unknown> [192.0.2.1]) by b.test (OpenSMTPD) with ESMTPSA id 1 (TLSv1.3:S:256:NO) auth=yes user=u for <a@b.test>" + at,
			"style=opensmtpd name=h.test helo=h.test ip=192.0.2.1 user=u by=b.test soft=OpenSMTPD with=ESMTPSA id=1 for=a@b.test tls=TLSv1.3/S/256 verified=false" + when + " unparsed=auth=yes"},
		{"from h.test (helo [192.0.2.1]) by b.test" + at, "name=h.test helo=[192.0.2.1] rdns=h.test ip=192.0.2.1 by=b.test" + when},
		{"from [192.0.2.1] (HELO [10.0.0.1]) by b.test" + at, "name=[192.0.2.1] helo=[10.0.0.1] ip=192.0.2.1 by=b.test" + when},
		{"from h.test (192.0.2.66 [192.0.2.1]) by b.test" + at, "name=h.test helo=h.test ip=192.0.2.1 by=b.test" + when},
		{"from h.test (?IPv6:::ffff:192.0.2.1?) by b.test" + at, "name=h.test helo=h.test ip=::ffff:192.0.2.1 by=b.test" + when},
		{"from h.test ([fe80::1%9]]) by b.test" + at, "name=h.test helo=h.test ip=fe80::1%9 by=b.test" + when},
		{"from h.test (::1) by b.test with HTTPS via c.test" + at, "style=exchange name=h.test helo=h.test ip=::1 by=b.test via=c.test with=HTTPS" + when},
		{"from mail pickup service by b.test with Microsoft SMTPSVC" + at, "style=exchange name=mail local=mail pickup service by=b.test with=Microsoft SMTPSVC" + when},
		// TLS and AUTH in other software's words
		{"from h.test ([192.0.2.1]) (TLS: TLSv1.3,256bits,TLS_X) (AUTH: LOGIN u) by b.test" + at,
			"name=h.test helo=h.test ip=192.0.2.1 user=u by=b.test tls=TLSv1.3/TLS_X/256" + when},
		{"from h.test ([192.0.2.1]) (authenticated bits=0 user=u mech=PLAIN) by b.test" + at, "name=h.test helo=h.test ip=192.0.2.1 user=u by=b.test" + when},
		{"from h.test ([192.0.2.1]) (authenticated (0 bits)) by b.test with ASMTP (SSL)" + at, "name=h.test helo=h.test ip=192.0.2.1 by=b.test with=ASMTP tls=//0" + when},
		{"by mx.google.com with ESMTPS id a1 for <u@c.test> (version=TLS1_3 cipher=C bits=256/256)" + at,
			"style=google by=mx.google.com with=ESMTPS id=a1 for=u@c.test tls=TLSv1.3/C/256" + when},
		{"from h.test ([192.0.2.1]) by b.test with ESMTP/TLS/C; 1 Jan 2030 00:00:00 +0000", "name=h.test helo=h.test ip=192.0.2.1 by=b.test with=ESMTP/TLS/C tls=/C/0" + when},
		{"from h.test (HELO x.test) (192.0.2.1) by b.test with C encrypted SMTP" + at, "name=h.test helo=x.test rdns=h.test ip=192.0.2.1 by=b.test with=C encrypted SMTP tls=/C/0" + when},
		// words that look like keywords
		{"from by by with with SMTP id for for <a@b.test>" + at, "name=by helo=by by=with with=SMTP id=for for=a@b.test" + when},
		{"from  by 192.0.2.9" + at, "by=192.0.2.9 byip=192.0.2.9" + when},
		{"from h.test ([192.0.2.1]) (using TLSv1.2 with cipher C (256/256 bits)) (No client certificate requested) by b.test (Postfix) with ESMTPS id q" + at,
			"style=postfix name=h.test helo=h.test ip=192.0.2.1 by=b.test soft=Postfix with=ESMTPS id=q tls=TLSv1.2/C/256" + when},
		{"from a@h.test by b.test by uid 502 with qmail-scanner-1.12 (x: 1. Processed in 0.2 secs)" + at,
			"name=a@h.test local=502 by=b.test soft=x: 1. Processed in 0.2 secs with=qmail-scanner-1.12" + when},
		{"from [192.0.2.1] by b.test with x login by AOL 6.0 for Windows US sub 008" + at,
			"name=[192.0.2.1] ip=192.0.2.1 by=b.test with=x login" + when + " unparsed=AOL|6.0|Windows|US|sub|008"},
		// ids, recipients
		{"from h.test by b.test with ESMTP id <x.y@[192.0.2.1]> for <\"a b\"@c.test>" + at, "name=h.test helo=h.test by=b.test with=ESMTP id=x.y@[192.0.2.1] for=\"a b\"@c.test" + when},
		{"by b.test id abc;Tue, 01 Jan 2030 00:00:00 +0000", "by=b.test id=abc" + when},
		{"by b.test with SMTP id 1 for <multiple recipients>" + at, "by=b.test with=SMTP id=1" + when + " unparsed=<multiple recipients>"},
		{"by b.test id 1 for a@c.test, <d@e.test>" + at, "by=b.test id=1 for=a@c.test,d@e.test" + when},
		{"from h.test ([192.0.2.1]) by b.test with esmtps (TLS1.3) tls TLS_AES group x25519 priority 3 id 1" + at,
			"name=h.test helo=h.test ip=192.0.2.1 by=b.test with=esmtps id=1 tls=TLSv1.3/TLS_AES/0 clause=tls:TLS_AES clause=group:x25519 clause=priority:3" + when},
		// dates
		{"by f.sendgrid.net with SMTP id x 2030-01-01 00:00:00.5 +0000 UTC m=+5.1", "by=f.sendgrid.net with=SMTP id=x" + when},
		{"from h.test; for <a@b.test>" + at, "name=h.test helo=h.test for=a@b.test" + when},
		{"by b.test" + at + " (envelope-from <>)", "by=b.test envelope=<>" + when},
		{"by b.test id 1;", "by=b.test id=1"},
		// not by SMTP
		{"(qmail 11769 invoked by uid 0); 1 Jan 2030 00:00:00 -0000", "style=qmail local=0 time=1893456000 zone=-0000"},
		{"(qmail 11769 invoked from network); 1 Jan 2030 00:00:00 -0000", "style=qmail time=1893456000 zone=-0000"},
		{"(from root@localhost) by b.test (8.17.1/8.17.1/Submit) id a" + at, "style=sendmail local=root@localhost by=b.test soft=8.17.1/8.17.1/Submit id=a" + when},
		{"from root (uid 0) (envelope-from a@b.test) id 1 by b.test (DragonFly Mail Agent v0.13)" + at,
			"style=dma name=root local=root by=b.test soft=DragonFly Mail Agent v0.13 id=1 envelope=<a@b.test>" + when},
		{"apparently", "unparsed=apparently"},
		{"", ""},
		{"from h.test ((( by b.test" + at, "name=h.test helo=h.test by=b.test" + when},
	}
	for _, tc := range tests {
		if got := show(ParseReceived(tc.in)); got != tc.want {
			t.Errorf("%q\n got %s\nwant %s", tc.in, got, tc.want)
		}
	}
}

// TestSpans: what a span points at is the value, but for the spelling of addresses and TLS versions.
func TestSpans(t *testing.T) {
	raw := "Received: from h.test (r.test [IPv6:2001:db8::1])\r\n\t(using TLSv1.3 with cipher C (256/256 bits))\r\n" +
		"\t(Authenticated sender: u@h.test)\r\n\tby b.test (Postfix) with ESMTPSA id Q1\r\n\tfor <a@b.test>; Tue,  1 Jan 2030 00:00:00 +0000 (UTC)"
	p := ParseReceived(raw)
	want := map[string]string{"from.name": "h.test", "from.helo": "h.test", "from.rdns": "r.test", "from.ip": "IPv6:2001:db8::1",
		"from.user": "u@h.test", "by.host": "b.test", "by.software": "Postfix", "with": "ESMTPSA", "id": "Q1", "for": "a@b.test",
		"tls.version": "TLSv1.3", "tls.cipher": "C", "tls.bits": "256", "time": "Tue,  1 Jan 2030 00:00:00 +0000 (UTC)"}
	got := p.Spans()
	for key, w := range want {
		if sp, ok := got[key]; !ok || raw[sp[0]:sp[1]] != w {
			t.Errorf("%s: %v, want %q", key, sp, w)
		}
	}
	if len(got) != len(want) {
		t.Errorf("spans %v", got)
	}
}

// TestSecureProtocols: the S of a protocol's name says TLS (RFC 3848, RFC 6531 §4.3), and nothing else does.
func TestSecureProtocols(t *testing.T) {
	for with, secure := range map[string]bool{
		"SMTP": false, "ESMTP": false, "ESMTPA": false, "ESMTPS": true, "esmtps": true, "ESMTPSA": true, "LMTP": false, "LMTPA": false,
		"LMTPS": true, "LMTPSA": true, "UTF8SMTP": false, "UTF8SMTPA": false, "UTF8SMTPS": true, "UTF8SMTPSA": true, "UTF8LMTPS": true,
		"UTF8LMTPSA": true, "HTTPS": false, "SMTPS": false,
	} {
		if p := ParseReceived("by b.test with " + with + " id 1"); (p.TLS != nil) != secure {
			t.Errorf("%s: TLS %+v", with, p.TLS)
		}
	}
}

// TestReceivedLimit: what stands behind the limit is not read.
func TestReceivedLimit(t *testing.T) {
	for size, want := range map[int]string{MaxReceived: "q1", MaxReceived + 1: "q"} {
		raw := "by b.test" + strings.Repeat(" ", size-len("by b.test id q1")) + " id q1"
		if p := ParseReceived(raw); len(raw) != size || p.ID != want {
			t.Errorf("%d octets: id %q, want %q", len(raw), p.ID, want)
		}
	}
}
