package smtpclient_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/smtpclient"
	"github.com/smtpsim/smtpsim/sim/smtpserver"
)

// TestSameTwice plays the same sessions twice in the virtual network, in plain text and with TLS: the claims agree to the
// nanosecond.
func TestSameTwice(t *testing.T) {
	for _, secure := range []bool{false, true} {
		var runs [2]string
		for i := range runs {
			j := &journal{}
			p := pairing{server: smtpserver.Config{Backend: &sink{}, TLS: serverTLS()}, claims: j}
			if secure {
				p.client.TLS, p.client.TLSRequired = clientTLS(), true
			}
			p.work = func(c *smtpclient.Client) error {
				for range 3 {
					if _, err := c.Send(envelope("alice@mx.example"), []byte(strings.Repeat("0123456789\r\n", 500))); err != nil {
						return err
					}
				}
				return nil
			}
			if err := playVnet(t, p); err != nil {
				t.Fatal(err)
			}
			for _, c := range j.all {
				runs[i] += fmt.Sprintf("%d %s %s %s %s %d %s %s\n", c.Time.UnixNano(), c.Role, c.Kind, c.Verb, c.Line, c.Code, c.Texts, c.MailID)
			}
		}
		if runs[0] != runs[1] || !strings.Contains(runs[0], string(host.ClaimStored)) {
			t.Errorf("tls %v: two runs differ:\n%s\n%s", secure, runs[0], runs[1])
		}
	}
}
