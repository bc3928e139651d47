package field

import (
	"strconv"
	"strings"
)

// opensmtpd writes as OpenSMTPD's smtp_session.c. It names a single recipient only.
func (w *writer) opensmtpd(r Received) {
	ip := "local" // from its own enqueuer
	if r.IP.IsValid() {
		ip = r.IP.String()
	}
	w.put("from ", atom(orElse(r.Helo, r.RDNS)), " (", orElse(ptr(r.RDNS), "<unknown>"), " [", ip, "])")
	w.fold("by ", atom(r.By), " (", comment(r.Software), ") with ", atom(r.With), " id ", atom(r.ID))
	if t := r.TLS; t != nil && t.Version != "" {
		w.put(" (", atom(t.Version), ":", atom(t.Cipher), ":", strconv.Itoa(t.Bits), ":", verdict(t.Verified), ")")
	}
	if len(r.For) == 1 {
		w.fold("for <", path(r.For[0]), ">")
	}
	w.put(";")
	w.fold()
	w.date(r.Time, "")
	w.zone(r.Time)
}

// verdict is "YES" for a verified certificate and "NO" for none or a bad one.
func verdict(verified *bool) string {
	if verified != nil && *verified {
		return "YES"
	}
	return "NO"
}

// sendmail writes what the HReceived line of Sendmail's own sendmail.cf expands to.
func (w *writer) sendmail(r Received) {
	to := ""
	if len(r.For) == 1 {
		to = "<" + path(r.For[0]) + ">"
	}
	if r.Submitter != "" && !r.IP.IsValid() {
		w.put("(from ", comment(r.Submitter), ")")
		to = strings.Trim(to, "<>") // as it was given on the command line
	} else {
		w.put("from ", atom(r.Helo), " (", joinWords(ptr(r.RDNS), literal(r.IP)))
		if r.Forged {
			w.put(" (may be forged)")
		}
		w.put(")")
	}
	w.fold("by ", atom(r.By), " (", comment(r.Software), ")")
	if r.With != "" {
		w.put(" with ", atom(r.With))
	}
	w.put(" id ", atom(r.ID))
	if t := r.TLS; t != nil && t.Version != "" {
		w.fold("(version=", atom(t.Version), " cipher=", atom(t.Cipher), " bits=", strconv.Itoa(t.Bits), " verify=",
			map[bool]string{true: "OK", false: "NO"}[t.Verified != nil && *t.Verified], ")")
	}
	if to != "" {
		w.fold("for ", to, "; ")
	} else {
		w.put(";")
		w.fold()
	}
	w.date(r.Time, "")
	w.zone(r.Time)
}

// dovecot writes as Dovecot's LMTP server; it never names itself.
func (w *writer) dovecot(r Received) {
	ip := ""
	if r.IP.IsValid() {
		ip = "[" + r.IP.String() + "]"
	}
	w.put("from ", atom(r.Helo), " (", ip, ")")
	if t := r.TLS; t != nil && t.Version != "" {
		w.fold("(using ", atom(t.Version), " with cipher ", atom(t.Cipher), " (", strconv.Itoa(t.Bits), "/",
			strconv.Itoa(max(t.AlgBits, t.Bits)), " bits))")
	}
	w.fold("by ", atom(r.By), " with ", atom(r.With))
	w.fold("id ", clean(r.ID, " ;()"))
	if r.EnvelopeFrom != nil {
		w.fold("(envelope-from <", path(*r.EnvelopeFrom), ">)")
	}
	if len(r.For) == 1 {
		w.fold("for <", path(r.For[0]), ">")
	}
	w.put("; ")
	w.dateExim(r.Time)
}
