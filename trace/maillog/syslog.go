package maillog

import (
	"strings"
)

// syslog reads the lines of Postfix, Sendmail and OpenSMTPD: "[host] program[pid]: text".
func syslog(s string) (Record, bool) {
	program, text, ok := strings.Cut(s, ": ")
	if !ok || len(program) > 300 {
		return Record{}, false
	}
	if i := strings.LastIndexByte(program, ' '); i >= 0 {
		program = program[i+1:]
	}
	program, _, _ = strings.Cut(program, "[")
	switch {
	case strings.HasPrefix(program, "postfix"):
		return postfix(text)
	case program == "sendmail" || program == "sm-mta" || program == "sendmail-client" || program == "sm-msp-queue":
		return sendmail(text)
	case program == "smtpd":
		return opensmtpd(text)
	}
	return Record{}, false
}

// postfix reads "ID: to=<..>, relay=.., delay=.., delays=.., dsn=.., status=.. (text)" and "ID: from=<..>, size=.., ..".
func postfix(s string) (Record, bool) {
	id, rest, ok := strings.Cut(s, ": ")
	if !ok || !queueID(id) {
		return Record{}, false
	}
	r := Record{Software: "Postfix", QueueID: id}
	if from, ok := strings.CutPrefix(rest, "from=<"); ok {
		from, more, _ := strings.Cut(from, ">")
		r.From = &from
		return r, strings.Contains(more, "nrcpt=")
	}
	head, status, ok := strings.Cut(rest, ", status=")
	if !ok || !strings.HasPrefix(head, "to=<") {
		return Record{}, false
	}
	to, fields, _ := strings.Cut(head[len("to="):], ", ")
	word, text, _ := strings.Cut(status, " ")
	r.Kind, r.To, r.Text = Delivery, path(to), inside(text)
	r.Relay, r.Code = relay(value(fields, "relay")), value(fields, "dsn")
	switch word {
	case "sent":
		r.Status = Sent
	case "deferred":
		r.Status = Deferred
	case "bounced", "expired", "undeliverable":
		r.Status = Bounced
	default:
		return Record{}, false
	}
	return r, true
}

// sendmail reads "ID: from=<..>, size=.., .." and "ID: to=<..>[,<..>], .., relay=.., dsn=.., stat=Text".
func sendmail(s string) (Record, bool) {
	id, rest, ok := strings.Cut(s, ": ")
	if !ok || !queueID(id) {
		return Record{}, false
	}
	r := Record{Software: "Sendmail", QueueID: id}
	if from, ok := strings.CutPrefix(rest, "from="); ok {
		from, more, _ := strings.Cut(from, ", ")
		from = path(from)
		r.From = &from
		return r, strings.Contains(more, "nrcpts=") && !strings.Contains(more, "nrcpts=0")
	}
	to, fields, ok := strings.Cut(rest, ", ")
	stat := strings.LastIndex(fields, "stat=")
	if !ok || stat < 0 || !strings.HasPrefix(to, "to=") {
		return Record{}, false
	}
	text := fields[stat+len("stat="):]
	r.Kind, r.To, r.Text = Delivery, path(to[len("to="):]), text
	r.Relay, r.Code = relay(value(fields[:stat], "relay")), value(fields[:stat], "dsn")
	switch {
	case strings.HasPrefix(text, "Sent"):
		r.Status = Sent
	case strings.HasPrefix(text, "queued") || strings.HasPrefix(text, "Deferred") || strings.HasPrefix(r.Code, "4"):
		r.Status = Deferred
	case strings.HasPrefix(r.Code, "5"):
		r.Status = Bounced
	default:
		return Record{}, false
	}
	return r, true
}

// opensmtpd reads "SESSION mta delivery evpid=.. from=<..> to=<..> .. relay=".." .. result=".." stat=".."" and "SESSION smtp envelope evpid=..".
// The first eight digits of an envelope's id are the id of the message, which the client is told.
func opensmtpd(s string) (Record, bool) {
	f := strings.Fields(s)
	if len(f) < 4 {
		return Record{}, false
	}
	what := f[1] + " " + f[2]
	evpid := word(s, "evpid")
	if len(evpid) != 16 || what != "smtp envelope" && what != "mta delivery" && what != "mda delivery" {
		return Record{}, false
	}
	r := Record{Software: "OpenSMTPD", QueueID: evpid[:8]}
	if what == "smtp envelope" {
		from := path(word(s, "from"))
		r.From = &from
		return r, true
	}
	r.Kind, r.To, r.Text = Delivery, path(word(s, "to")), word(s, "stat")
	if at := word(s, "relay"); strings.Contains(at, " ") {
		name, _, _ := strings.Cut(at, " ")
		r.Relay = relay("[" + strings.Trim(name, "[]") + "]")
	}
	switch word(s, "result") {
	case "Ok":
		r.Status = Sent
	case "TempFail":
		r.Status = Deferred
	case "PermFail":
		r.Status = Bounced
	default:
		return Record{}, false
	}
	return r, true
}

// queueID says whether s looks like one.
func queueID(s string) bool {
	for i := range len(s) {
		if c := s[i]; !('0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z') {
			return false
		}
	}
	return 5 <= len(s) && len(s) <= 30
}

// value is what stands behind "key=" up to the next comma.
func value(fields, key string) string {
	for f := range strings.SplitSeq(fields, ", ") {
		if v, ok := strings.CutPrefix(f, key+"="); ok {
			return v
		}
	}
	return ""
}

// word is what stands behind " key=" up to the next space, or inside quotes.
func word(s, key string) string {
	_, v, ok := strings.Cut(s, " "+key+"=")
	if !ok {
		return ""
	}
	if q, ok := strings.CutPrefix(v, `"`); ok {
		v, _, _ = strings.Cut(q, `"`)
		return v
	}
	v, _, _ = strings.Cut(v, " ")
	return v
}

// inside is text without the parentheses around it.
func inside(s string) string { return strings.TrimSuffix(strings.TrimPrefix(s, "("), ")") }
