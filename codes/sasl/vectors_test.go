package sasl

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"
)

func unbase64(t *testing.T, s string) []byte {
	t.Helper()
	raw, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func find(c Credential) func(string) (*Credential, error) {
	return func(string) (*Credential, error) { return &c, nil }
}

// TestCramVector is the example of RFC 2195 §2, and an exchange of swaks with Postfix.
func TestCramVector(t *testing.T) {
	for _, v := range []struct{ challenge, password, want string }{
		{"<1896.697170952@postoffice.reston.mci.net>", "tanstaaftanstaaf", "tim b913a602c7eda7a495b4e6e7334d3890"},
		{"<107318597.124138@mx.alpha.example>", "secret-alice", "alice 9fb8e5a16c18aa1491dc0091eb3545c4"},
	} {
		user, _, _ := strings.Cut(v.want, " ")
		got, err := NewClient("CRAM-MD5", &Account{Identity: user, Password: v.password}).Next([]byte(v.challenge))
		if err != nil || string(got) != v.want {
			t.Errorf("got %q, %v, want %q", got, err, v.want)
		}
		s := &cramServer{asker: asker{ServerOptions: &ServerOptions{Find: find(Credential{Password: v.password})}, step: 1}, challenge: v.challenge}
		if _, done, err := s.Next([]byte(v.want)); !done || err != nil {
			t.Errorf("the server: %t, %v", done, err)
		}
	}
}

// TestDigestVector is the example of RFC 2831 §4, but for its service, and an exchange of swaks with Postfix.
func TestDigestVector(t *testing.T) {
	d := directives{"charset": "utf-8", "username": "chris", "realm": "elwood.innosoft.com", "nonce": "OA6MG9tEQGm2hh",
		"nc": "00000001", "cnonce": "OA6MHXh6VqTrRk", "digest-uri": "imap/elwood.innosoft.com"}
	if got := d.proof("secret", "AUTHENTICATE:"); got != "d388dad90d4bbd760a152321f2143af7" {
		t.Errorf("response=%s", got)
	}
	if got := d.proof("secret", ":"); got != "ea40f60335c427b5527b84dbabcdfffd" {
		t.Errorf("rspauth=%s", got)
	}
	response := unbase64(t, "Y2hhcnNldD11dGYtOCxjbm9uY2U9ImJmYjA0ZmEyZTEyNDBmNTRmMzE4OTQ4NThkMmIxMWI0IixkaWdlc3QtdXJpPSJzbXRwLzE5Mi4wLjIuMTAiLG5jPTAwMDAwMDAxLG5vbmNlPSJ6VVcvTlpqb2JEU044YUx4NFJ4Z2NJR1hQcUhsOGxTb25DUjhBQ3hlenRzPSIscW9wPWF1dGgscmVhbG09ImFscGhhLmV4YW1wbGUiLHJlc3BvbnNlPTg5Y2ZmMWU1M2IxM2NmOWQzY2ViYjExNjRiYTU1MWZjLHVzZXJuYW1lPSJhbGljZSI=")
	read, err := readDirectives(string(response))
	if err != nil {
		t.Fatal(err)
	}
	s := &digestServer{nonce: read["nonce"], asker: asker{step: 1, ServerOptions: &ServerOptions{Host: "alpha.example",
		Find: find(Credential{Password: "secret-alice"})}}}
	challenge, done, err := s.Next(response)
	if string(challenge) != "rspauth=de0d9be7a11cf347125c2fa2ca5fcce9" || done || err != nil {
		t.Errorf("recorded: got %q, %t, %v", challenge, done, err)
	}
	if _, done, err = s.Next([]byte{}); !done || err != nil || s.Identity() != "alice" {
		t.Errorf("recorded: got %t, %v as %q", done, err, s.Identity())
	}
}

// TestSCRAMVectors are the exchanges of RFC 5802 §5 and RFC 7677 §3, nonces and all.
func TestSCRAMVectors(t *testing.T) {
	for _, v := range []struct {
		name, salt string
		lines      []string
	}{
		{"SCRAM-SHA-1", "QSXCR+Q6sek8bf92", []string{"n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL",
			"r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
			"c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
			"v=rmF9pqV8S7suAoZWja4dJRkFsKQ="}},
		{"SCRAM-SHA-256", "W22ZaJ0SNY7soEsUEjb6gQ==", []string{"n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
			"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
			"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
			"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="}},
	} {
		_, clientNonce, _ := strings.Cut(v.lines[0], "r=")
		whole, _, _ := strings.Cut(strings.TrimPrefix(v.lines[1], "r="), ",")
		keys, err := MakeSCRAMKeys(v.name, "pencil", unbase64(t, v.salt), 4096)
		if err != nil {
			t.Fatal(err)
		}
		c := &scramClient{Account: &Account{Identity: "user", Password: "pencil"}, mechanism: v.name}
		s := &scramServer{asker: asker{mechanism: v.name, ServerOptions: &ServerOptions{
			Find: find(Credential{SCRAM: map[string]SCRAMKeys{v.name: keys}})}}}
		if err := c.begin(clientNonce); err != nil {
			t.Fatal(err)
		}
		answer, _, err := s.begin(v.lines[0], strings.TrimPrefix(whole, clientNonce))
		s.step = 1
		if string(c.first) != v.lines[0] || string(answer) != v.lines[1] || err != nil {
			t.Errorf("%s: %q, %q, %v", v.name, c.first, answer, err)
		}
		final, err := c.Next(answer)
		if string(final) != v.lines[2] || err != nil {
			t.Errorf("%s: %q, %v", v.name, final, err)
		}
		proof, _, err := s.Next(final)
		if string(proof) != v.lines[3] || err != nil {
			t.Errorf("%s: %q, %v", v.name, proof, err)
		}
		empty, err := c.Next(proof)
		if err != nil || c.Verify() != nil {
			t.Errorf("%s: the client is not content: %v", v.name, err)
		}
		if _, done, err := s.Next(empty); !done || err != nil || s.Identity() != "user" {
			t.Errorf("%s: %t, %v as %q", v.name, done, err, s.Identity())
		}
	}
}

// TestMD4 has the digests of RFC 1320 §A.5.
func TestMD4(t *testing.T) {
	for text, want := range map[string]string{
		"": "31d6cfe0d16ae931b73c59d7e0c089c0", "a": "bde52cb31de33e46245e05fbdbd6fb24", "abc": "a448017aaf21d8525fc10ae87aa6729d",
		"message digest":             "d9130a8164549fe818874806e1c7014b",
		"abcdefghijklmnopqrstuvwxyz": "d79e1c308aa5bbcdeea8ed63df412da9",
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789":                   "043f8582f241db351ce627e153e7f0e4",
		"12345678901234567890123456789012345678901234567890123456789012345678901234567890": "e33b4ddc9c38f2199c3e7b164fcc0536",
	} {
		if got := md4([]byte(text)); hex.EncodeToString(got[:]) != want {
			t.Errorf("%q: %x, want %s", text, got, want)
		}
	}
}

// TestNTLMVectors are those of MS-NLMP §4.2.4.
func TestNTLMVectors(t *testing.T) {
	key := ntlmKey("User", "Domain", "Password")
	if hex.EncodeToString(key) != "0c868a403bfd7a93a3001ef22ef02e3f" {
		t.Errorf("NTOWFv2 %x", key)
	}
	challenge := [8]byte{0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef}
	mine := [8]byte(bytes.Repeat([]byte{0xaa}, 8))
	info := append(append([]byte{2, 0, 12, 0}, utf16le("Domain")...), append([]byte{1, 0, 12, 0}, utf16le("Server")...)...)
	blob := ntlmBlob(0, mine, append(info, 0, 0, 0, 0))
	if got := ntlmProof(key, challenge, blob); hex.EncodeToString(got) != "68cd0ab851e51c96aabc927bebef6a1c" {
		t.Errorf("NTProofStr %x", got)
	}
	if got := hmacMD5(key, challenge[:], mine[:]); hex.EncodeToString(got) != "86c35097ac9cec102554764a57cccc19" {
		t.Errorf("LMv2 %x", got)
	}
	// an NTLMv1 response is too weak
	s := &ntlmServer{asker: asker{step: 1, ServerOptions: &ServerOptions{Find: find(Credential{Password: "Password"})}}}
	if _, _, err := s.Next(ntlmAnswerMessage(make([]byte, 24), make([]byte, 24), "Domain", "User")); err != ErrWeak {
		t.Errorf("NTLMv1: %v, want ErrWeak", err)
	}
}

// TestTokens has the messages of RFC 7628 §4.1 and §4.3.
func TestTokens(t *testing.T) {
	first := unbase64(t, "bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9MTQzAWF1dGg9QmVhcmVyIHZGOWRmdDRxbVRjMk52YjNSbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB")
	a := &Account{Identity: "user@example.com", Token: "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==", Host: "server.example.com", Port: 143}
	if got, _ := NewClient("OAUTHBEARER", a).Start(); !bytes.Equal(got, first) {
		t.Errorf("got %q, want %q", got, first)
	}
	for mechanism, dummy := range map[string]string{"OAUTHBEARER": "\x01", "XOAUTH2": ""} {
		s := NewServer(mechanism, &ServerOptions{Find: find(Credential{Token: "another"})})
		c := NewClient(mechanism, a)
		first, _ := c.Start()
		excuse, done, err := s.Next(first)
		if done || err != nil || !strings.HasPrefix(string(excuse), `{"status":`) {
			t.Fatalf("%s: %q, %t, %v", mechanism, excuse, done, err)
		}
		answer, err := c.Next(excuse)
		if string(answer) != dummy || err != nil {
			t.Errorf("%s: answers the excuse with %q, %v", mechanism, answer, err)
		}
		if _, _, err := s.Next(answer); err != ErrRefused {
			t.Errorf("%s: %v, want ErrRefused", mechanism, err)
		}
	}
}
