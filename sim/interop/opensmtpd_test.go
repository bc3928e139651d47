package interop

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const opensmtpdConfig = `
pki lab cert "/cert.pem"
pki lab key "/key.pem"
table users { "alice@box.test" = "keeper", "bob@box.test" = "keeper" }
listen on 127.0.0.1 port PORT tls pki lab hostname opensmtpd.test
action "box" maildir "/mail/%{rcpt.user}" virtual <users>
action "secure" relay host smtp+tls://127.0.0.1:SECURE tls no-verify
action "old" relay host smtp://127.0.0.1:OLD
action "full" relay host smtp://127.0.0.1:FULL
match from any for domain "box.test" action "box"
match from any for domain "secure.test" action "secure"
match from any for domain "old.test" action "old"
match from any for any action "full"
`

// startOpenSMTPD starts an OpenSMTPD in a root directory of its own: its spool and its socket are compiled in.
func startOpenSMTPD(t *testing.T, m *mta) {
	smtpd := program(t, "usr/sbin/smtpd")
	j := &jail{m.dir}
	programs := map[string]string{smtpd: "usr/sbin/smtpd", program(t, "usr/sbin/smtpctl"): "usr/sbin/smtpctl", "/bin/sh": "bin/sh"}
	for _, name := range []string{"mail.maildir", "mail.mda", "lockspool"} {
		programs[program(t, "usr/libexec/opensmtpd/"+name)] = "usr/libexec/opensmtpd/" + name
	}
	j.install(t, programs)
	m.mail = filepath.Join(m.dir, "mail")
	j.folder(t, "mail", 64010, 0o755)
	j.folder(t, "tmp", 0, 0o1777)
	j.folder(t, "log", 0, 0o755)
	j.folder(t, "var/run", 0, 0o755)
	j.folder(t, "var/lib/opensmtpd/empty", 0, 0o755)
	j.folder(t, "var/spool/smtpd", 0, 0o711)
	m.write(t, "etc/passwd", "root:x:0:0::/:/bin/sh\nopensmtpd:x:64011:64011::/var/lib/opensmtpd/empty:/bin/false\n"+
		"opensmtpq:x:64012:64012::/var/lib/opensmtpd/empty:/bin/false\nkeeper:x:64010:64010::/mail:/bin/sh\n")
	m.write(t, "etc/group", "root:x:0:\nopensmtpd:x:64011:\nopensmtpq:x:64012:\nkeeper:x:64010:\n")
	m.write(t, "etc/hosts", "127.0.0.1 localhost\n")
	m.write(t, "dev/null", "")
	m.write(t, "etc/smtpd.conf", strings.NewReplacer("PORT", m.port, "FULL", m.full.port, "SECURE", m.secure.port, "OLD", m.old.port).Replace(opensmtpdConfig))
	j.copy(t, filepath.Join(m.dir, "cert.pem"), "etc/ssl/certs/ca-certificates.crt")
	for _, f := range []string{"etc/passwd", "etc/group", "etc/hosts", "etc/ssl/certs/ca-certificates.crt"} {
		j.chmod(t, f, 0o644)
	}
	j.chmod(t, "dev/null", 0o666)
	if err := os.Chown(filepath.Join(m.dir, "usr/sbin/smtpctl"), 0, 64012); err != nil {
		t.Fatal(err)
	}
	j.chmod(t, "usr/sbin/smtpctl", 0o2755) // it insists
	j.chmod(t, "", 0o755)
	j.start(t, "log/smtpdlog", "/usr/sbin/smtpd", "-d", "-v", "-T", "smtp")
	m.quirks = quirks{unknown: 524, forgetsOriginals: true, noDiagnostic: true, oneNotify: true, keyless: "log/smtpdlog"}
	m.hurry = func(t *testing.T) {
		if out, err := j.command("/usr/sbin/smtpctl", "schedule", "all").CombinedOutput(); err != nil {
			t.Logf("smtpctl: %v\n%s", err, out)
		}
	}
}
