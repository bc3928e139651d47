package auth

import (
	"testing"
)

// TestCanonicalizationExamples holds the examples of RFC 6376 §3.4.5.
func TestCanonicalizationExamples(t *testing.T) {
	m := split([]byte("A: X\r\nB : Y\t\r\n\tZ  \r\n\r\n C \r\nD \t E\r\n\r\n\r\n"))
	for _, c := range []struct {
		canon        Canon
		header, body string
	}{
		{Relaxed, "a:X\r\nb:Y Z\r\n", " C\r\nD E\r\n"},
		{Simple, "A: X\r\nB : Y\t\r\n\tZ  \r\n", " C \r\nD \t E\r\n"},
	} {
		var header []byte
		for _, f := range m.fields {
			header = c.canon.appendField(header, f.raw)
		}
		if string(header) != c.header {
			t.Errorf("%s header %q, expected %q", c.canon, header, c.header)
		}
		if body := c.canon.body(m.body); string(body) != c.body {
			t.Errorf("%s body %q, expected %q", c.canon, body, c.body)
		}
	}
	// §3.4.3, §3.4.4: without a body there is a line end, or nothing
	if b := Simple.body(nil); string(b) != "\r\n" {
		t.Errorf("simple, no body: %q", b)
	}
	if b := Relaxed.body([]byte("\r\n\r\n")); len(b) != 0 {
		t.Errorf("relaxed, empty lines: %q", b)
	}
}

// TestSignedMessages holds the signed messages of RFC 6376 Appendix A and RFC 8463 Appendix A (testdata/PROVENANCE.md).
func TestSignedMessages(t *testing.T) {
	z := newZone(t, "txt brisbane._domainkey.football.example.com v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
		"txt test._domainkey.football.example.com v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWR"+
			"iGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutAC"+
			"DfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB",
		"txt brisbane._domainkey.example.com v=DKIM1; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkM"+
			"oGeLnQg1fWn7/zYtIxN2SnFCjxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhi"+
			"tdY9tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB")
	for name, signatures := range map[string]int{"rfc8463-a3.eml": 2, "rfc6376-a2.eml": 1} {
		got := VerifyDKIM(file(t, name), noon(), z)
		if len(got) != signatures {
			t.Fatalf("%s: %d signatures, expected %d", name, len(got), signatures)
		}
		for _, v := range got {
			if v.Result != Pass {
				t.Errorf("%s: %s", name, describe(v))
			}
		}
	}
}

func describe(v Verification) string {
	return string(v.Result) + " (" + v.Reason + ") for " + v.Domain + " by " + string(v.Algorithm)
}
