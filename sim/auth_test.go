package sim

import (
	"strings"
	"testing"

	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/scenario"
)

// TestAuthWitnesses: those who look at a run agree on AUTH exchanges too, and none of them has written down a secret.
func TestAuthWitnesses(t *testing.T) {
	for _, name := range []string{"auth-cram-md5", "auth-listed-but-refused", "auth-required-530", "auth-wrong-password",
		"auth-token-expired", "auth-scram-plus", "auth-external", "mail-auth-parameter", "smtp-after-pop", "submission-rights"} {
		src, _ := scenario.GallerySource(name)
		sc, err := scenario.Parse(name, src)
		if err != nil {
			t.Fatal(err)
		}
		s := observe(t, "one-mail", sc.Seed, func(one *scenario.Scenario) {
			*one = *sc
			one.Scripts = nil // what is typed by hand nobody claims
		})
		for _, w := range witnesses(t, s) {
			for _, d := range w.differences {
				added := name == "submission-rights" && strings.Contains(d, "in the spool") // Sender, RFC 6409 §8.1
				if w.who != "claims and the spool" || !added && !strings.Contains(d, "nothing was stored") {
					t.Errorf("%s: %s: %s", name, w.who, d)
				}
			}
		}
		for _, c := range s.claims {
			if c.Kind != host.ClaimCommand || c.Verb != "AUTH" {
				continue
			}
			if words := strings.Fields(c.Line); len(words) > 2 && words[2] != "•••" && words[2] != "=" {
				t.Errorf("%s: a claim says %q", name, c.Line)
			}
		}
	}
}
