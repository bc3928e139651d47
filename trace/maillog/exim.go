package maillog

import "strings"

// exim reads "[pid] ID <= sender .." and "[pid] ID => recipient ..", "->", "==", "**" (Exim specification, "Log files").
func exim(s string) (Record, bool) {
	if strings.HasPrefix(s, "[") {
		_, s, _ = strings.Cut(s, "] ")
	}
	id, rest, ok := strings.Cut(s, " ")
	if !ok || !eximID(id) || len(rest) < 4 || rest[2] != ' ' {
		return Record{}, false
	}
	r := Record{Software: "Exim", QueueID: id}
	flag, rest := rest[:2], rest[3:]
	who, fields, _ := strings.Cut(rest, " ")
	switch flag {
	case "<=":
		from := path(who)
		r.From = &from
		return r, true
	case "=>", "->", ">>":
		r.Status = Sent
	case "==":
		r.Status = Deferred
	case "**":
		r.Status = Bounced
	default:
		return Record{}, false
	}
	r.Kind, r.To = Delivery, path(strings.TrimSuffix(who, ":"))
	if strings.HasPrefix(fields, "<") { // "local <local@domain>"
		full, _, _ := strings.Cut(fields, ">")
		r.To = path(full)
	}
	if _, at, ok := strings.Cut(" "+fields, " H="); ok {
		r.Relay = relay(at)
	}
	switch _, text, ok := strings.Cut(fields, `C="`); {
	case ok:
		r.Text, _, _ = strings.Cut(text, `"`)
	case r.Status != Sent:
		if _, r.Text, ok = strings.Cut(fields, ": "); !ok {
			r.Text = fields
		}
	}
	return r, true
}

// eximID is "1xUpsm-0007nu-05" of 4.96 and before (6-6-2), or 6-11-4 since 4.97.
func eximID(s string) bool {
	a, rest, _ := strings.Cut(s, "-")
	b, c, ok := strings.Cut(rest, "-")
	if !ok || len(a) != 6 || !(len(b) == 6 && len(c) == 2 || len(b) == 11 && len(c) == 4) {
		return false
	}
	return queueID(a + b + c)
}
