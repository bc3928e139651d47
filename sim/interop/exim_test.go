package interop

import (
	"path/filepath"
	"strings"
	"testing"
)

// eximUser is the number of Debian-exim, which is compiled into Debian's program by name.
const eximUser = 64001

const eximConfig = `
primary_hostname = exim.test
spool_directory = /spool
log_file_path = /log/%slog
pid_file_path = /spool/exim.pid
log_selector = +all
tls_advertise_hosts = *
tls_certificate = /cert.pem
tls_privatekey = /key.pem
host_lookup =
rfc1413_query_timeout = 0s
acl_smtp_rcpt = rcpt
acl_smtp_data = accept
smtputf8_advertise_hosts = *
dsn_advertise_hosts = *
prdr_enable
local_interfaces = 127.0.0.1
daemon_smtp_ports = PORT
keep_environment =
never_users =
bounce_return_size_limit = 100K
domainlist box = box.test
begin acl
rcpt:
  accept domains = !+box
  require verify = recipient
  accept
begin routers
box:
  driver = accept
  domains = +box
  local_parts = alice : bob : jürgen
  transport = maildir
  no_more
secure:
  driver = manualroute
  domains = secure.test
  route_list = * 127.0.0.1
  transport = secure
  self = send
old:
  driver = manualroute
  domains = old.test
  route_list = * 127.0.0.1
  transport = old
  self = send
full:
  driver = manualroute
  domains = !+box
  route_list = * 127.0.0.1
  transport = full
  self = send
begin transports
maildir:
  driver = appendfile
  directory = /mail/$local_part_data
  maildir_format
  user = Debian-exim
  return_path_add
  delivery_date_add
  envelope_to_add
full:
  driver = smtp
  port = FULL
  allow_localhost
secure:
  driver = smtp
  port = SECURE
  allow_localhost
  hosts_require_tls = *
old:
  driver = smtp
  port = OLD
  allow_localhost
begin retry
* * F,1h,1s
`

// startExim starts an Exim in a root directory of its own.
func startExim(t *testing.T, m *mta) {
	exim := program(t, "usr/sbin/exim4")
	j := &jail{m.dir}
	j.install(t, map[string]string{exim: "usr/sbin/exim4"})
	j.chmod(t, "usr/sbin/exim4", 0o4755) // it gives root up, and takes it again for deliveries
	m.mail = filepath.Join(m.dir, "mail")
	for _, f := range []string{"spool", "log", "mail"} {
		j.folder(t, f, eximUser, 0o755)
	}
	j.folder(t, "tmp", 0, 0o1777)
	m.write(t, "etc/passwd", "root:x:0:0::/:/bin/sh\nDebian-exim:x:64001:64001::/spool:/bin/false\n")
	m.write(t, "etc/group", "root:x:0:\nmail:x:8:\nDebian-exim:x:64001:\n")
	m.write(t, "dev/null", "")
	m.write(t, "etc/exim4/exim4.conf", strings.NewReplacer("PORT", m.port, "FULL", m.full.port, "SECURE", m.secure.port, "OLD", m.old.port).Replace(eximConfig))
	for _, f := range []string{"etc/passwd", "etc/group", "etc/exim4/exim4.conf", "cert.pem", "key.pem"} {
		j.chmod(t, f, 0o644)
	}
	j.chmod(t, "dev/null", 0o666)
	j.chmod(t, "", 0o755)
	m.quirks = quirks{keepsXtext: true}
	j.start(t, "log/outputlog", "/usr/sbin/exim4", "-bdf", "-q1s")
}
