package smtpclient_test

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/smtpsim/smtpsim/codes/sasl"
	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/smtpclient"
)

// withUsers gives Postfix a user, alice@postfix.test, by Cyrus SASL.
func (p *postfix) withUsers(t *testing.T) {
	t.Helper()
	tool, err := exec.LookPath("/usr/sbin/saslpasswd2")
	if err != nil {
		missing(t, "saslpasswd2 is not installed")
	}
	etc := filepath.Join(p.dir, "etc")
	db := filepath.Join(etc, "sasldb2")
	conf := fmt.Sprintf("pwcheck_method: auxprop\nauxprop_plugin: sasldb\nsasldb_path: %s\n"+
		"mech_list: PLAIN LOGIN CRAM-MD5 DIGEST-MD5 NTLM SCRAM-SHA-1 SCRAM-SHA-256\n", db)
	if err := os.MkdirAll(filepath.Join(etc, "sasl"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(etc, "sasl", "smtpd.conf"), []byte(conf), 0o644); err != nil {
		t.Fatal(err)
	}
	add := exec.Command(tool, "-p", "-c", "-f", db, "-u", "postfix.test", "alice")
	add.Stdin = strings.NewReader("secret")
	for _, c := range []*exec.Cmd{add, exec.Command("chgrp", "postfix", db), exec.Command("chmod", "640", db),
		exec.Command("/usr/sbin/postconf", "-c", etc, "-e", "smtpd_sasl_auth_enable=yes", "smtpd_sasl_local_domain=postfix.test",
			"smtpd_sasl_path=smtpd", "cyrus_sasl_config_path="+filepath.Join(etc, "sasl"), "smtpd_delay_reject=no",
			"smtpd_relay_restrictions=permit_sasl_authenticated,reject"),
		exec.Command("/usr/sbin/postfix", "-c", etc, "reload")} {
		if out, err := c.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", c.Args, err, out)
		}
	}
}

// TestPostfixAuth authenticates itself to a real Postfix by each mechanism that Cyrus SASL has too: two who do not know each
// other's code agree on every octet.
func TestPostfixAuth(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a Postfix")
	}
	p := startPostfix(t)
	p.withUsers(t)
	tried := map[string]bool{}
	for _, secure := range []bool{false, true} {
		for _, name := range sasl.Mechanisms() {
			for _, password := range []string{"secret", "wrong"} {
				cfg := smtpclient.Config{Auth: &smtpclient.Auth{Identity: "alice", Password: password, Mechanisms: []string{name}, InClear: true}}
				if secure {
					cfg.TLS, cfg.TLSRequired = clientTLS(), true
					cfg.TLS.InsecureSkipVerify = true // its name is not the certificate's
				}
				err := p.authenticate(t, cfg)
				if errors.Is(err, smtpclient.ErrNoMechanism) {
					continue // Cyrus SASL does not have it, or not here
				}
				tried[name] = true
				var e *smtpclient.Error
				switch refused := errors.As(err, &e) && e.Stage == smtpclient.StageAuth && e.Reply.Code == 535; {
				case password == "secret" && err != nil:
					t.Errorf("%s, TLS %t: %v", name, secure, err)
				case password == "wrong" && !refused:
					t.Errorf("%s, TLS %t, wrong password: %v", name, secure, err)
				}
			}
		}
	}
	for _, name := range []string{"PLAIN", "LOGIN", "CRAM-MD5", "DIGEST-MD5"} {
		if !tried[name] {
			t.Errorf("Postfix does not offer %s", name)
		}
	}
	t.Logf("tried: %v", tried)
}

func (p *postfix) authenticate(t *testing.T, cfg smtpclient.Config) error {
	t.Helper()
	conn := dial(t, p.port)
	cfg.Host = fixedHost(host.NoClaims{})
	c := smtpclient.New(conn, cfg)
	err := c.Open()
	_ = c.Quit() // what there is to know is known
	return err
}

func dial(t *testing.T, port string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", "127.0.0.1:"+port)
	if err != nil {
		t.Fatal(err)
	}
	return conn
}
