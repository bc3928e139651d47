package analyze

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/smtpsim/smtpsim/trace/tlsrec"
)

// keyLogs gives the key log of each recording that has one.
func keyLogs() map[string]string {
	return map[string]string{
		"22a-starttls-tls13-curl": "22a.keylog", "22c-starttls-tls12-exim-exim": "22c-tls12.keylog", "22c-starttls-tls13-exim-exim": "22c-tls13.keylog",
		"22e-starttls-s_client-tls13": "22e.keylog", "23a-implicit-tls13-465-curl": "23a-tls13.keylog", "34b-journey-tls-first-hop": "34b.keylog",
	}
}

// keysOf reads the key log beside a recording; nil if it has none. Those of 23a are told apart by the file.
func keysOf(t testing.TB, path string) *tlsrec.Keys {
	t.Helper()
	base, _, _ := strings.Cut(filepath.Base(path), ".")
	log := keyLogs()[base]
	if base == "23a-implicit-tls12-465-curl" {
		log = "23a-tls12.keylog"
	}
	if log == "" {
		return nil
	}
	f, err := os.Open(filepath.Join(shared(t, "captures", "real"), log))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	keys := tlsrec.NewKeys(nil)
	if bad, err := keys.Read(f, 0); err != nil || len(bad) > 0 {
		t.Fatalf("%s: %v %v", log, bad, err)
	}
	return keys
}
