package main

import "strings"

// subject is a chapter of the gallery.
type subject struct {
	key    string // of its title in the catalog: subject.KEY
	begins string // names of scenarios, or what they begin with before a hyphen
}

// subjects are the chapters of the gallery, in the order in which they are listed. The longest word that fits a name decides.
func subjects() []subject {
	return []subject{
		{"way", "plain-mail raw-mail typed-by-hand three-recipients bcc address-literal helo-1982 ipv6 source-route percent-hack clock-skew loop send-terminal vrfy enhanced-codes"},
		{"dns", "mx transport route implicit-mx null-mx cname-mx equal-mx backup-mx nxdomain dns srv"},
		{"queue", "bounce double-bounce backscatter greylisting-scripted recipient five-days eight-schedules deliver-at-once future-release mt-priority deliverby rfc1047"},
		{"reports", "dsn mtrk mdn tlsrpt"},
		{"text", "8bitmime binarymime chunking smtputf8 conneg conperm burl checkpoint size"},
		{"session", "pipelining pipeconnect limits prdr xverp xclient xforward etrn atrn turn rrvs no-soliciting not-spoken lmtp help"},
		{"tls", "starttls submissions requiretls mta-sts dane"},
		{"auth", "auth smtp-after-pop submission mail-auth-parameter"},
		{"trust", "spf dkim dmarc arc authentication-results dnsbl greylist greylisting rate strict not-a-relay sender-callout backscatter-cured content-filter smuggling open-relay"},
		{"delivery", "alias dot-forward maildir mbox mbox-lock quota mailing-list list vacation gateway firewall srs mda pop"},
		{"persona", "persona retry schedule"},
		{"faults", "fault loss"},
		{"timeouts", "timeout"},
	}
}

// subjectOf is the key of the chapter that a scenario of the gallery belongs to, "" if none names it.
func subjectOf(name string) string {
	best, longest := "", 0
	for _, s := range subjects() {
		for word := range strings.FieldsSeq(s.begins) {
			if len(word) > longest && (name == word || strings.HasPrefix(name, word+"-")) {
				best, longest = s.key, len(word)
			}
		}
	}
	return best
}
