package render

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/smtpsim/smtpsim/trace/hops"
	"pgregory.net/rapid"
)

const journey = "Return-Path: <alice@nord.example>\r\n" +
	"Received: from mx1.west.example (mx1.west.example [192.0.2.25])\r\n\tby store.west.example (Postfix) with LMTP id C3\r\n\tfor <bob@west.example>; Sat, 21 Nov 2026 11:02:58 +0100\r\n" +
	"Received: from msa.nord.example (unknown [198.51.100.7])\r\n\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits))\r\n\tby mx1.west.example (Postfix) with ESMTPS id B2\r\n\tfor <bob@west.example>; Sat, 21 Nov 2026 11:06:42 +0100\r\n" +
	"Received: from laptop (dsl.nord.example [203.0.113.9])\r\n\tby msa.nord.example (Postfix) with ESMTPSA id A1\r\n\tfor <bob@west.example>; Sat, 21 Nov 2026 10:01:12 +0000\r\n" +
	"Date: Sat, 21 Nov 2026 10:00:00 +0100\r\nFrom: alice@nord.example\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe_=1B[31m?=\r\nMessage-ID: <1@nord.example>\r\n\r\nhi\r\n"

func hopText(t *testing.T, o Options, trust ...string) string {
	t.Helper()
	trusted, err := hops.ParseTrust(trust)
	if err != nil {
		t.Fatal(err)
	}
	m := hops.Trace([]byte(journey), "message.eml", 1, hops.Options{Trusted: trusted})
	var b strings.Builder
	if err := WriteHops(&b, &m, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestHops(t *testing.T) {
	golden(t, "hops", hopText(t, Options{}))
	golden(t, "hops_60_de", hopText(t, Options{Width: 60, Lang: German}, ".west.example"))
	golden(t, "hops_ascii", hopText(t, Options{Glyphs: ASCII}))
	golden(t, "hops_plain", hopText(t, Options{Plain: true}, ".west.example"))
}

func TestHopsJSON(t *testing.T) {
	m := hops.Trace([]byte(strings.Replace(journey, "id B2", "id B\xff2", 1)), "message.eml", 1, hops.Options{})
	given := false
	var b bytes.Buffer
	err := WriteHopsJSON(&b, func() (*hops.Message, bool) {
		if given {
			return nil, false
		}
		given = true
		return &m, true
	})
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "hops.json", b.String())
	var v any
	if err := json.Unmarshal(b.Bytes(), &v); err != nil {
		t.Fatal(err)
	}
	checkKeys(t, contract(t), "", v)
}

// TestHopsAreHarmless holds the rules of doc.go for whatever stands in a header section.
func TestHopsAreHarmless(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var msg strings.Builder
		for range rapid.IntRange(0, 5).Draw(t, "fields") {
			msg.WriteString(rapid.SampledFrom([]string{"Received: from ", "Received: by ", "Date: ", "Subject: ", "Return-Path: <", "Authentication-Results: ", "X: "}).Draw(t, "name"))
			msg.WriteString(strings.NewReplacer("\r", " ", "\n", " ").Replace(wire().Draw(t, "a")) + " by " + wire().Draw(t, "b") + "; Sat, 21 Nov 2026 10:00:00 +0100\r\n")
		}
		o := Options{Width: rapid.IntRange(40, 120).Draw(t, "width"), Glyphs: Glyphs(rapid.IntRange(0, 1).Draw(t, "glyphs")), Plain: rapid.Bool().Draw(t, "plain"),
			Whole: rapid.Bool().Draw(t, "whole")}
		m := hops.Trace([]byte(msg.String()), wire().Draw(t, "file"), 1, hops.Options{})
		var b strings.Builder
		if err := WriteHops(&b, &m, o); err != nil {
			t.Fatal(err)
		}
		checkHarmless(t, b.String(), o)
	})
}
