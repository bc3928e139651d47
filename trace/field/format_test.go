package field

import (
	"net/netip"
	"testing"
	"time"
)

func TestFormat(t *testing.T) {
	from := "alice@alpha.example"
	at := time.Date(2026, 11, 21, 18, 32, 9, 0, time.UTC)
	ws := Received{Helo: "ws.alpha.example", RDNS: "ws.alpha.example", IP: netip.MustParseAddr("192.0.2.100"), Port: 4711,
		By: "mx.alpha.example", Software: "Postfix", With: "ESMTP", ID: "E4C249BA013", For: []string{"bob@alpha.example"},
		EnvelopeFrom: &from, Time: at}
	with := func(f func(*Received)) Received { r := ws; f(&r); return r }
	tests := []struct {
		name  string
		style Style
		r     Received
		want  string
	}{
		{"one recipient", StylePostfix, ws, "Received: from ws.alpha.example (ws.alpha.example [192.0.2.100])\r\n" +
			"\tby mx.alpha.example (Postfix) with ESMTP id E4C249BA013\r\n" +
			"\tfor <bob@alpha.example>; Sat, 21 Nov 2026 18:32:09 +0000 (UTC)"},
		{"two recipients, no name, v6, day of one digit", StylePostfix, with(func(r *Received) {
			r.For = []string{"a@b.example", "c@b.example"}
			r.RDNS, r.IP = "", netip.MustParseAddr("2001:db8:2::50")
			r.Time = time.Date(2026, 11, 1, 8, 2, 9, 0, time.FixedZone("CET", 3600))
		}), "Received: from ws.alpha.example (unknown [IPv6:2001:db8:2::50])\r\n" +
			"\tby mx.alpha.example (Postfix) with ESMTP id E4C249BA013;\r\n\tSun,  1 Nov 2026 08:02:09 +0100 (CET)"},
		{"TLS 1.3 and AUTH", StylePostfix, with(func(r *Received) {
			r.User, r.With = "alice@alpha.example", "ESMTPSA"
			r.TLS = &TLS{Version: "TLSv1.3", Cipher: "TLS_AES_256_GCM_SHA384", Bits: 256, AlgBits: 256, KeyExchange: "X25519",
				Signature: "RSA-PSS (2048 bits)", Digest: "SHA256", Certificate: "No client certificate requested"}
		}), "Received: from ws.alpha.example (ws.alpha.example [192.0.2.100])\r\n" +
			"\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)\r\n" +
			"\t key-exchange X25519 server-signature RSA-PSS (2048 bits) server-digest SHA256)\r\n" +
			"\t(No client certificate requested)\r\n\t(Authenticated sender: alice@alpha.example)\r\n" +
			"\tby mx.alpha.example (Postfix) with ESMTPSA id E4C249BA013\r\n" +
			"\tfor <bob@alpha.example>; Sat, 21 Nov 2026 18:32:09 +0000 (UTC)"},
		{"pickup", StylePostfix, Received{By: "mx.alpha.example", Software: "Postfix", Submitter: "0", ID: "A1", Time: at, LF: true},
			"Received: by mx.alpha.example (Postfix, from userid 0)\n\tid A1; Sat, 21 Nov 2026 18:32:09 +0000 (UTC)"},
		{"HELO is the checked name", StyleExim, with(func(r *Received) { r.With, r.Software = "esmtp", "Exim 4.96" }),
			"Received: from ws.alpha.example ([192.0.2.100]:4711)\r\n\tby mx.alpha.example with esmtp (Exim 4.96)\r\n" +
				"\t(envelope-from <alice@alpha.example>)\r\n\tid E4C249BA013\r\n\tfor bob@alpha.example;\r\n" +
				"\tSat, 21 Nov 2026 18:32:09 +0000"},
		{"no checked name, TLS", StyleExim, with(func(r *Received) {
			r.RDNS, r.With, r.Software = "", "esmtps", "Exim 4.96"
			r.TLS = &TLS{Version: "TLSv1.3", Cipher: "TLS_AES_256_GCM_SHA384"}
		}), "Received: from [192.0.2.100] (port=4711 helo=ws.alpha.example)\r\n" +
			"\tby mx.alpha.example with esmtps  (TLS1.3) tls TLS_AES_256_GCM_SHA384\r\n\t(Exim 4.96)\r\n" +
			"\t(envelope-from <alice@alpha.example>)\r\n\tid E4C249BA013\r\n\tfor bob@alpha.example;\r\n" +
			"\tSat, 21 Nov 2026 18:32:09 +0000"},
		{"local", StyleExim, Received{Submitter: "root", By: "mx.beta.example", With: "local", Software: "Exim 4.96",
			ID: "1xUpsm-0007nu-05", Time: at.In(time.FixedZone("", -12600))},
			"Received: from root by mx.beta.example with local (Exim 4.96)\r\n\tid 1xUpsm-0007nu-05;\r\n" +
				"\tSat, 21 Nov 2026 15:02:09 -0330"},
		{"a HELO name cannot add a field", StylePostfix, with(func(r *Received) { r.Helo = "x\r\nBcc: (y)" }),
			"Received: from x??Bcc:??y? (ws.alpha.example [192.0.2.100])\r\n" +
				"\tby mx.alpha.example (Postfix) with ESMTP id E4C249BA013\r\n" +
				"\tfor <bob@alpha.example>; Sat, 21 Nov 2026 18:32:09 +0000 (UTC)"},
	}
	for _, tc := range tests {
		if got := Format(tc.r, tc.style); got != tc.want {
			t.Errorf("%s:\n got %q\nwant %q", tc.name, got, tc.want)
		}
	}
}
