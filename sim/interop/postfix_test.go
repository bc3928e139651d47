package interop

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// startPostfix starts an installed Postfix with a configuration and a queue of its own.
func startPostfix(t *testing.T, m *mta) {
	if _, err := os.Stat("/usr/sbin/postfix"); err != nil {
		missing(t, "Postfix is not installed")
	}
	if os.Getuid() != 0 {
		missing(t, "Postfix can only be started by root")
	}
	m.mail = filepath.Join(m.dir, "mail")
	etc := filepath.Join(m.dir, "etc")
	t.Cleanup(func() { _ = exec.Command("/usr/sbin/postfix", "-c", etc, "stop").Run() })
	for _, c := range []*exec.Cmd{
		exec.Command("../smtpclient/testdata/postfix-up.sh", m.dir, m.port, m.full.port, m.full.port),
		exec.Command("/usr/sbin/postconf", "-c", etc, "-e",
			"transport_maps=inline:{ secure.test=smtp:[127.0.0.1]:"+m.secure.port+", old.test=smtp:[127.0.0.1]:"+m.old.port+" }",
			"virtual_mailbox_maps=inline:{ {alice@box.test=alice/}, {bob@box.test=bob/}, {jürgen@box.test=jürgen/} }"),
		exec.Command("/usr/sbin/postfix", "-c", etc, "reload"),
	} {
		c.Env = append(os.Environ(), "PATH="+os.Getenv("PATH")+":/usr/sbin")
		if out, err := c.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", c.Args, err, out)
		}
	}
}
