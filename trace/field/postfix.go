package field

import "strconv"

// postfix writes as Postfix's smtpd does, or its pickup and cleanup when the mail did not come by SMTP.
func (w *writer) postfix(r Received) {
	if r.With == "" {
		w.postfixLocal(r)
		return
	}
	name := orElse(r.RDNS, "unknown")
	w.put("from ", atom(orElse(r.Helo, name)), " (", ptr(name), " ", orElse(literal(r.IP), "[unknown]"), ")")
	if r.TLS != nil && r.TLS.Version != "" {
		w.postfixTLS(r.TLS)
	}
	if r.User != "" {
		w.fold("(Authenticated sender: ", comment(r.User), ")")
	}
	w.fold("by ", atom(r.By), " (", comment(r.Software), ") with ", atom(r.With), withNote(r), " id ", atom(r.ID))
	if len(r.For) == 1 { // two or more recipients: none is named, so that nobody learns of the others (RFC 5321 §7.2)
		w.fold("for <", path(r.For[0]), ">")
		w.clauses(r)
		w.put("; ")
	} else {
		w.clauses(r)
		w.put(";")
		w.fold()
	}
	w.datePostfix(r.Time)
}

// postfixLocal is mail from the sendmail command (pickup) or made by Postfix itself (bounce, alias).
func (w *writer) postfixLocal(r Received) {
	w.put("by ", atom(r.By), " (", comment(r.Software))
	if r.Submitter != "" {
		w.put(", from userid ", atom(r.Submitter))
	}
	w.put(")")
	w.fold("id ", atom(r.ID), "; ")
	w.datePostfix(r.Time)
}

func (w *writer) postfixTLS(t *TLS) {
	all := t.AlgBits
	if all == 0 {
		all = t.Bits
	}
	w.fold("(using ", atom(t.Version), " with cipher ", atom(t.Cipher), " (", strconv.Itoa(t.Bits), "/",
		strconv.Itoa(all), " bits)")
	if t.KeyExchange != "" || t.Signature != "" {
		w.fold()
	}
	if t.KeyExchange != "" {
		w.put(" key-exchange ", clean(t.KeyExchange, "\\"))
	}
	if t.Signature != "" {
		w.put(" server-signature ", clean(t.Signature, "\\"))
	}
	if t.Digest != "" {
		w.put(" server-digest ", atom(t.Digest))
	}
	if t.ClientSignature != "" {
		w.fold(" client-signature ", clean(t.ClientSignature, "\\"))
		if t.ClientDigest != "" {
			w.put(" client-digest ", atom(t.ClientDigest))
		}
	}
	w.put(")")
	if t.Certificate != "" {
		w.fold("(", clean(t.Certificate, "\\"), ")")
	}
}
