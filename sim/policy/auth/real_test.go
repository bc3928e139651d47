package auth

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// unreadable are the Authentication-Results and DKIM-Signature fields of the collection that are rightly no such fields.
func unreadable() map[string]string {
	return map[string]string{
		"p5_sisimai-8d72a5941625.eml":   "client-ip= stands for no property",
		"spamassassin-7025da74cdae.eml": "header.From= stands where a method belongs; and a draft of DKIM without bh=",
		"spamassassin-f7bf458c8840.eml": "a draft of DKIM without bh=",
		"spamassassin-b1be3c1075cc.eml": "version 2",
		"rspamd-62dadad05e6b.eml":       "signatures without b=",
		"chasquid-97e38b509821.eml":     "a pattern, not a signature",
		"chasquid-bbffd25c8344.eml":     "a pattern, not a signature",
	}
}

// TestRealFields reads the fields of real mail.
func TestRealFields(t *testing.T) {
	files, _ := filepath.Glob("../../../../shared/mail/public/*.eml")
	if len(files) == 0 {
		if os.Getenv("CI") == "true" {
			t.Fatal("the collection of mail is not there: ../shared/mail")
		}
		t.Skip("the collection of mail is not there: ../shared/mail")
	}
	read := 0
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.HasPrefix(data, []byte("From ")) {
			_, data, _ = bytes.Cut(data, []byte("\n"))
		}
		if unreadable()[filepath.Base(name)] != "" {
			continue
		}
		m := split(data)
		for _, f := range m.named("authentication-results") {
			if _, err := ParseResults(string(f.value)); err != nil {
				t.Errorf("%s: %v", filepath.Base(name), err)
			}
			read++
		}
		for _, f := range m.named("dkim-signature") {
			if _, bad := parseSignature(string(f.value), dkimSignature); bad != nil {
				t.Errorf("%s: %s", filepath.Base(name), bad.reason)
			}
			read++
		}
	}
	if read < 60 {
		t.Errorf("only %d fields were read", read)
	}
}
