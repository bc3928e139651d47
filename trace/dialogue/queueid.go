package dialogue

import "strings"

// queueID reads the receiver's own name for the mail from its final reply; "" if it is written in no way known here.
// The reply's text is free (RFC 5321 §4.2): these are the ways of big servers.
func queueID(text string) string {
	text = text[strings.LastIndexByte(text, '\n')+1:]
	for _, before := range [...]string{
		"queued as ",  // Postfix: "2.0.0 Ok: queued as 4F1B2C3D"
		"Queued as ",  // aiosmtpd, others
		"OK id=",      // Exim: "OK id=1xUpsm-0007o0-0L"
		"InternalId=", // Exchange: "2.6.0 <id> [InternalId=123, Hostname=h] Queued mail for delivery"
		"Queued! (",   // Haraka
		"Message Queued (",
		" qp ", // qmail: "ok 1234567890 qp 12345"
	} {
		if _, rest, ok := strings.Cut(text, before); ok {
			return firstToken(rest)
		}
	}
	words := strings.Fields(text)
	if len(words) > 0 && looksEnhanced(words[0]) {
		words = words[1:]
	}
	joined := strings.Join(words, " ")
	switch {
	case strings.HasSuffix(joined, "Message accepted for delivery") && len(words) == 5: // sendmail, OpenSMTPD
		return words[0]
	case strings.HasSuffix(joined, " - gsmtp") && len(words) >= 4: // Google: "OK 1700000000 abc.12 - gsmtp"
		return words[len(words)-3]
	case len(words) >= 3 && words[len(words)-1] == "Saved": // Dovecot LMTP: "<user> id Saved"
		return words[len(words)-2]
	case len(words) == 2 && strings.EqualFold(words[0], "ok") && len(words[1]) >= 12: // Amazon SES
		return words[1]
	}
	return ""
}

// firstToken is s up to what cannot belong to an id.
func firstToken(s string) string {
	if i := strings.IndexAny(s, " ,;)]\t"); i >= 0 {
		return s[:i]
	}
	return s
}

func looksEnhanced(s string) bool {
	return len(s) >= 5 && s[0] == '2' && s[1] == '.'
}
