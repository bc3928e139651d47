package hops

import (
	"net/netip"
	"strings"

	"github.com/smtpsim/smtpsim/trace"
	"github.com/smtpsim/smtpsim/trace/field"
)

// checkHop looks at one hop, and at the step from the one before.
func (t *tracer) checkHop(i int) {
	h := &t.m.Hops[i]
	t.checkStamp(i, h)
	t.checkProtocol(i, h)
	for _, u := range h.Unparsed {
		if a := strings.Trim(u, "[]"); strings.Count(a, ".") == 3 && strings.Trim(a, "0123456789.") == "" {
			t.findHop(i, "impossible-address", u, "There is no address ", a, ": no server can have seen it.")
		}
	}
	if strings.Contains(h.Raw, "may be forged") {
		t.findHop(i, "name-not-confirmed", h.From.RDNS, "The address ", h.From.IP, " has the name ", h.From.RDNS,
			", but the name does not have the address; whoever owns the address chose the name.")
	}
	if strings.EqualFold(h.From.Helo, h.By.Host) && h.From.Helo != "" && !strings.EqualFold(h.From.RDNS, h.By.Host) &&
		h.From.IP != h.By.IP && h.From.IP != "" && !private(h.From.IP) && strings.Contains(h.From.Helo, ".") {
		t.findHop(i, "helo-is-receiver", h.From.Helo, "The client ", h.From.IP, " called itself by the receiver's own name, ", h.From.Helo, ".")
	}
	if len(h.For) > 1 {
		t.findHop(i, "several-recipients", strings.Join(h.For, ", "), "The for clause names several recipients; each learns of the others.")
	}
	if i > 0 {
		before := &t.m.Hops[i-1]
		if h.From.IP != "" && before.By.Host != "" && !sameHost(h, before) && !private(h.From.IP) && before.Group != h.Group {
			t.findHop(i, "chain-gap", h.From.Name, name(before.By.Host), " received the mail, and ", h.From.IP, " passed it on under the name ",
				h.From.Name, ". A quarter of the hops in honest mail look like this: hosts have several names.")
		}
	}
}

// checkStamp looks at the date-time.
func (t *tracer) checkStamp(i int, h *trace.Hop) {
	switch {
	case h.Time == 0:
		raw := h.Raw
		if j := strings.LastIndexByte(raw, ';'); j >= 0 {
			raw = raw[j:]
		}
		if spamware(raw) {
			t.findHop(i, "spamware-date", raw, "The date has a form that only programs for spam wrote.")
			return
		}
		t.findHop(i, "no-date", raw, "The field has no date that can be read.")
	case spamware(h.TimeRaw):
		t.findHop(i, "spamware-date", h.TimeRaw, "The date has a form that only programs for spam wrote.")
	case h.Zone == "" || obsoleteDate(h.TimeRaw):
		t.findHop(i, "obsolete-date", h.TimeRaw, "The date has a two-digit year, or a zone that is missing or a name.")
	}
}

// spamware tells the dates of a program of 2002: "Aug, 28 2002 7:39:29 AM -0800".
func spamware(date string) bool {
	date = strings.TrimLeft(date, "; \t\r\n")
	if len(date) < 4 || date[3] != ',' || !strings.Contains(date, "M ") {
		return false
	}
	_, isMonth := field.ParseDate("1 " + date[:3] + " 2000 00:00 +0000")
	return isMonth
}

// obsoleteDate tells a two-digit year or a named zone (RFC 5322 §4.3), which RFC 5321 §4.4 forbids.
func obsoleteDate(date string) bool {
	words := strings.Fields(date)
	zone := ""
	for n, w := range words {
		if strings.IndexByte(w, ':') > 0 {
			if n+1 < len(words) {
				zone = words[n+1]
			}
			if n > 0 && len(words[n-1]) <= 3 && n >= 3 && strings.Trim(words[n-1], "0123456789") == "" {
				return true
			}
			break
		}
	}
	return zone != "" && zone[0] != '+' && zone[0] != '-'
}

// checkProtocol looks at the with clause.
func (t *tracer) checkProtocol(i int, h *trace.Hop) {
	if h.With == "" {
		return
	}
	if !registered(h.With) {
		t.findHop(i, "unregistered-protocol", h.With, "\"", h.With, "\" is no registered name of a protocol.")
		return
	}
	w := strings.ToUpper(h.With)
	if h.TLS != nil && h.TLS.Cipher != "" && !strings.HasSuffix(w, "S") && !strings.HasSuffix(w, "SA") {
		t.findHop(i, "tls-not-in-protocol", h.With, "TLS was used, but \"", h.With, "\" does not say so.")
	}
}

// registered are the names of the IANA registry "Mail Transmission Types" (RFC 3848, RFC 4356, RFC 6531).
func registered(with string) bool {
	switch strings.ToUpper(with) {
	case "SMTP", "ESMTP", "ESMTPA", "ESMTPS", "ESMTPSA", "LMTP", "LMTPA", "LMTPS", "LMTPSA", "MMS",
		"UTF8SMTP", "UTF8SMTPA", "UTF8SMTPS", "UTF8SMTPSA", "UTF8LMTP", "UTF8LMTPA", "UTF8LMTPS", "UTF8LMTPSA":
		return true
	}
	return false
}

// private tells an address that is only used inside of a network: normal within the trust boundary.
func private(ip string) bool {
	a, err := netip.ParseAddr(ip)
	if err != nil {
		return false
	}
	a = a.Unmap().WithZone("")
	shared := netip.PrefixFrom(netip.AddrFrom4([4]byte{100, 64, 0, 0}), 10) // RFC 6598
	return a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() || a.IsUnspecified() || shared.Contains(a)
}
