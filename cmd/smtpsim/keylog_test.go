package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// A key log beside a recording opens it; without, it stays closed.
func TestKeyLogOpens(t *testing.T) {
	for _, log := range recordings(t, filepath.Join("captures", "real"), "22c-tls12.keylog", "23a-tls13.keylog") {
		file := map[string]string{"22c-tls12.keylog": "22c-starttls-tls12-exim-exim.pcap", "23a-tls13.keylog": "23a-implicit-tls13-465-curl.pcap"}[filepath.Base(log)]
		file = filepath.Join(filepath.Dir(log), file)
		closed, _, _ := process(t, nil, "", "analyze", "--format", "json", file)
		opened, errs, status := process(t, nil, "", "analyze", "--format", "json", "--keylog", log, file)
		if status != 0 || errs != "" || strings.Contains(closed, `"decrypted": true`) || strings.Contains(closed, `"RCPT"`) ||
			!strings.Contains(opened, `"decrypted": true`) || !strings.Contains(opened, `"RCPT"`) {
			t.Errorf("%s: status %d, %s, opened:\n%s", file, status, errs, opened)
		}
	}
}
