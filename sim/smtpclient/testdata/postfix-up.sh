#!/bin/bash
# postfix-up.sh DIR PORT SINK LMTP: starts a Postfix of its own on 127.0.0.1:PORT, state under DIR (root is needed).
#   PORT takes mail, with STARTTLS; DIR must hold key.pem and cert.pem.
#   for box.test        goes to Maildirs: DIR/mail/alice/new, DIR/mail/bob/new; other users are unknown (550 5.1.1)
#   for lmtp.test       goes on by LMTP to 127.0.0.1:LMTP
#   for everything else goes on by SMTP to 127.0.0.1:SINK
# It prints "up" once the banner is there, or fails after 20 s. "postfix -c DIR/etc stop" ends it.
set -eu
D=$1 PORT=$2 SINK=$3 LMTP=$4
PATH=$PATH:/usr/sbin
mkdir -p "$D/etc" "$D/spool" "$D/data" "$D/mail"
chown postfix "$D/data" "$D/mail"
chmod 755 "$D"
cat > "$D/etc/main.cf" << CONF
compatibility_level = 3.6
queue_directory = $D/spool
data_directory = $D/data
maillog_file = $D/maillog
maillog_file_prefixes = $D
myhostname = postfix.test
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
relayhost = [127.0.0.1]:$SINK
smtp_dns_support_level = disabled
smtp_host_lookup = native
smtp_tls_security_level = may
transport_maps = inline:{ lmtp.test=lmtp:inet:127.0.0.1:$LMTP }
virtual_mailbox_domains = box.test
virtual_mailbox_base = $D/mail
virtual_mailbox_maps = inline:{ {alice@box.test=alice/}, {bob@box.test=bob/} }
virtual_uid_maps = static:$(id -u postfix)
virtual_gid_maps = static:$(id -g postfix)
virtual_minimum_uid = 1
alias_maps =
local_recipient_maps =
smtpd_peername_lookup = no
smtpd_tls_cert_file = $D/cert.pem
smtpd_tls_key_file = $D/key.pem
smtpd_tls_security_level = may
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_recipient_restrictions =
queue_run_delay = 2s
minimal_backoff_time = 2s
maximal_backoff_time = 4s
CONF
cat > "$D/etc/master.cf" << CONF
127.0.0.1:$PORT inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
lmtp unix - - n - - lmtp
virtual unix - n n - - virtual
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
CONF
postfix -c "$D/etc" start > "$D/start.log" 2>&1 || { cat "$D/start.log" >&2; exit 1; }
banner() { # prints PORT's first line; the subshell closes the connection
  (exec 3<> "/dev/tcp/127.0.0.1/$PORT" && read -r -t 5 line <&3 && printf 'QUIT\r\n' >&3 && echo "$line") 2> /dev/null
}
for _ in $(seq 200); do
  case $(banner) in
    "220 "*)
      echo up
      exit 0
      ;;
  esac
  sleep 0.1
done
echo "no banner on 127.0.0.1:$PORT after 20 s" >&2
exit 1
