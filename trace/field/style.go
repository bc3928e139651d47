package field

import "strings"

// Product is the software's own name, "" for StylePlain.
func (s Style) Product() string {
	switch s {
	case StylePostfix:
		return "Postfix"
	case StyleExim:
		return "Exim"
	case StyleOpenSMTPD:
		return "OpenSMTPD"
	case StyleSendmail:
		return "Sendmail"
	case StyleDovecot:
		return "Dovecot"
	case StyleDMA:
		return "DragonFly Mail Agent"
	case StyleQmail:
		return "qmail"
	case StyleExchange:
		return "Microsoft Exchange"
	case StyleGoogle:
		return "Google"
	case StyleAmavis:
		return "amavis"
	case StyleFetchmail:
		return "fetchmail"
	}
	return ""
}

// conclude names the style and settles what depends on it.
func (p *parser) conclude() {
	for _, t := range p.toks {
		if t.kind == remark && len(p.out.Comments) < maxComments {
			s, e := inner(t)
			p.out.Comments = append(p.out.Comments, p.text(s, e))
		}
	}
	if p.out.Style == StylePlain {
		p.out.Style = p.style()
	}
	p.hostName()
	if p.out.TLS == nil && secureProtocol(p.out.With) {
		p.out.TLS = new(TLS) // RFC 3848: the S says so, and nothing else is known
	}
}

// style recognises the software by what it writes of itself, or by its layout.
func (p *parser) style() Style {
	r := &p.out.Received
	soft := r.Software
	switch {
	case soft == "Postfix" || hasFold(soft, "Postfix/"):
		return StylePostfix
	case hasFold(soft, "Exim "):
		return StyleExim
	case soft == "OpenSMTPD":
		return StyleOpenSMTPD
	case soft == "Dovecot" || r.With != "" && hasFold(r.With, "LMTP") && soft == "" && len(r.ID) == 22 && r.EnvelopeFrom != nil:
		return StyleDovecot
	case hasFold(soft, "DragonFly Mail Agent"):
		return StyleDMA
	case strings.Contains(soft, "amavisd"):
		return StyleAmavis
	case hasFold(soft, "fetchmail"):
		return StyleFetchmail
	case sendmailVersion(soft):
		return StyleSendmail
	case strings.Contains(soft, "Exim "): // "WEB.DE(Exim) 4.70", "TMDA, Exim 4.9"
		return StyleExim
	case hasFold(r.With, "Microsoft SMTP") || strings.EqualFold(r.With, "mapi") || hasFold(r.With, "HTTPS") && r.Via != "":
		return StyleExchange
	case strings.HasSuffix(r.By, ".google.com") || strings.HasPrefix(r.By, "2002:a"):
		return StyleGoogle
	case p.heloSeen && soft == "" && strings.HasSuffix(r.With, "SMTP") && r.TLS == nil && r.ID == "" && startsWithDay(p.out.TimeRaw):
		return StyleQmail
	}
	return StylePlain
}

// startsWithDay tells a date without day name: qmail writes none.
func startsWithDay(date string) bool { return date != "" && isDigit(date[0]) }

// sendmailVersion recognises Sendmail's "(binary version/configuration version)": "8.17.1/8.17.1/Debian-2".
func sendmailVersion(s string) bool {
	bin, conf, ok := strings.Cut(s, "/")
	if !ok || conf == "" || strings.IndexByte(s, ' ') >= 0 {
		return false
	}
	dot := strings.IndexByte(bin, '.')
	return dot > 0 && isDigit(bin[dot-1]) && dot+1 < len(bin) && isDigit(bin[dot+1])
}

// secureProtocol tells whether a registered protocol name says TLS (RFC 3848, RFC 6531 §4.3).
func secureProtocol(with string) bool {
	switch strings.ToUpper(with) {
	case "ESMTPS", "ESMTPSA", "LMTPS", "LMTPSA", "UTF8SMTPS", "UTF8SMTPSA", "UTF8LMTPS", "UTF8LMTPSA":
		return true
	}
	return false
}
