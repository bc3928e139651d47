package field

import (
	"net/netip"
	"strconv"
	"strings"
)

// exim writes what the default received_header_text of Exim 4.9x expands to.
func (w *writer) exim(r Received) {
	if r.IP.IsValid() {
		w.put("from ")
		w.eximHost(r)
		w.put(w.eol, "\t")
	} else if r.Submitter != "" {
		w.put("from ", atom(r.Submitter), " ")
	}
	w.put("by ", atom(r.By), " ")
	if r.With != "" {
		w.put("with ", atom(r.With), withNote(r), " ")
	}
	if r.TLS != nil {
		w.eximTLS(r.TLS)
	}
	w.put("(", comment(r.Software), ")")
	if r.EnvelopeFrom != nil && *r.EnvelopeFrom != "" { // mail from <> has no such line
		w.fold("(envelope-from <", path(*r.EnvelopeFrom), ">)")
	}
	w.fold("id ", atom(r.ID))
	if len(r.For) == 1 {
		w.fold("for ", path(r.For[0]))
	}
	w.clauses(r)
	w.put(";")
	w.fold()
	w.dateExim(r.Time)
}

// eximTLS writes "(TLS1.3) tls SUITE", the suite as RFC 8314 §4.3's clause.
func (w *writer) eximTLS(t *TLS) {
	if t.Version != "" {
		w.put(" (", comment(strings.Replace(t.Version, "TLSv", "TLS", 1)), ")")
	}
	if t.Cipher != "" {
		w.put(" tls ", atom(t.Cipher), w.eol, "\t")
	}
}

// eximHost is Exim's $sender_rcvhost: the checked name or the address first, HELO only where it says something new.
func (w *writer) eximHost(r Received) {
	ip := "[" + r.IP.String() + "]"
	var extra []string
	if r.RDNS == "" && r.Port > 0 {
		extra = append(extra, "port="+strconv.Itoa(r.Port))
	}
	if r.Helo != "" && !eximSilent(r) {
		extra = append(extra, "helo="+atom(r.Helo))
	}
	if r.Ident != "" {
		extra = append(extra, "ident="+atom(r.Ident))
	}
	more := strings.Join(extra, " ")
	if r.RDNS == "" {
		w.put(ip)
		if more != "" {
			w.put(" (", more, ")")
		}
		return
	}
	if r.Port > 0 {
		ip += ":" + strconv.Itoa(r.Port)
	}
	w.put(ptr(r.RDNS), " (", joinWords(ip, more), ")")
}

// eximSilent tells whether Exim leaves HELO out: it is the checked name, or the literal of the client's own address.
func eximSilent(r Received) bool {
	lit, ok := strings.CutPrefix(r.Helo, "[")
	if !ok {
		return strings.EqualFold(r.Helo, r.RDNS)
	}
	lit = strings.TrimSuffix(lit, "]")
	if len(lit) > 5 && strings.EqualFold(lit[:5], "IPv6:") {
		lit = lit[5:]
	}
	a, err := netip.ParseAddr(lit)
	return err == nil && a == r.IP
}
