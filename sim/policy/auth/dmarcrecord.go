package auth

import (
	"net/url"
	"strings"
)

// maxReports is how many addresses of rua= get reports.
const maxReports = 10

// Disposition is what a domain's owner asks for mail that fails (RFC 9989 §4.7, p=).
type Disposition string

// The dispositions, from the mildest.
const (
	Deliver    Disposition = "none"
	Quarantine Disposition = "quarantine"
	Reject     Disposition = "reject"
)

// milder is one level below, which is what t=y asks for (RFC 9989 §4.7).
func (d Disposition) milder() Disposition {
	if d == Reject {
		return Quarantine
	}
	return Deliver
}

// rank orders dispositions.
func (d Disposition) rank() int {
	switch d {
	case Reject:
		return 2
	case Quarantine:
		return 1
	}
	return 0
}

// DMARCRecord is a DMARC Policy Record (RFC 9989 §4.7), with the defaults of tags that are left out or wrong (§4.8).
type DMARCRecord struct {
	Domain     Disposition // p=
	Subdomains Disposition // sp=; "": as p=
	Missing    Disposition // np=, for subdomains that do not exist; "": as sp= or p=
	StrictDKIM bool        // adkim=s
	StrictSPF  bool        // aspf=s
	PSD        byte        // psd=: 'y', 'n', 'u'
	Test       bool        // t=y: one level milder
	Reports    []string    // rua=, addresses of the mailto: URIs
}

// ParseDMARC reads a TXT record. !ok: it is no DMARC record, or one that must be treated as if it were not there: without a policy that
// can be read it counts, as p=none, only if it asks for reports. (RFC 9989 §4.7 says that a record without p= is treated as p=none,
// and points to §4.10.1, which asks for rua= too; §4.10.1 decides.)
func ParseDMARC(text string) (r DMARCRecord, ok bool) {
	if len(text) > maxTagList {
		return r, false
	}
	specs := strings.Split(text, ";")
	name, value, _ := strings.Cut(specs[0], "=")
	if strings.Trim(name, " \t") != "v" || strings.Trim(value, " \t") != "DMARC1" { // case counts, and it is the first
		return r, false
	}
	r.PSD = 'u'
	sound, seen := true, map[string]bool{}
	for _, spec := range specs[1:min(len(specs), maxTags)] {
		name, value, ok := strings.Cut(spec, "=")
		name, value = strings.ToLower(strings.Trim(name, " \t")), strings.Trim(value, " \t")
		if !ok || seen[name] {
			continue // §4.8: what is wrong is discarded
		}
		seen[name] = true
		sound = r.set(name, value) && sound
	}
	if r.Domain != "" && sound {
		return r, true
	}
	r.Domain, r.Subdomains, r.Missing = Deliver, "", ""
	return r, len(r.Reports) > 0
}

// mailto is the address of a mailto: URI; other schemes are ignored (RFC 9989 §4.7), and so is the obsolete size limit (§4.8).
func mailto(uri string) (address string, ok bool) {
	const scheme = "mailto:"
	if len(uri) < len(scheme) || !strings.EqualFold(uri[:len(scheme)], scheme) {
		return "", false
	}
	to, _, _ := strings.Cut(uri[len(scheme):], "?")
	to, _, _ = strings.Cut(to, "!")
	to, err := url.PathUnescape(to)
	if err != nil || strings.ContainsFunc(to, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return "", false
	}
	local, domain := cutAddress(to)
	return to, local != "" && isName(domain)
}

// set takes one tag; false: a policy that cannot be read.
func (r *DMARCRecord) set(name, value string) bool {
	switch name {
	case "p", "sp", "np":
		d := Disposition(strings.ToLower(value))
		if d != Deliver && d != Quarantine && d != Reject {
			return false
		}
		*map[string]*Disposition{"p": &r.Domain, "sp": &r.Subdomains, "np": &r.Missing}[name] = d
	case "adkim":
		r.StrictDKIM = strings.EqualFold(value, "s")
	case "aspf":
		r.StrictSPF = strings.EqualFold(value, "s")
	case "t":
		r.Test = strings.EqualFold(value, "y")
	case "psd":
		if v := strings.ToLower(value); v == "y" || v == "n" {
			r.PSD = v[0]
		}
	case "rua":
		for uri := range strings.SplitSeq(value, ",") {
			if to, ok := mailto(strings.Trim(uri, " \t")); ok && len(r.Reports) < maxReports {
				r.Reports = append(r.Reports, to)
			}
		}
	}
	return true
}

// String writes the record.
func (r DMARCRecord) String() string {
	s := "v=DMARC1; p=" + string(r.Domain)
	add := func(yes bool, text string) {
		if yes {
			s += "; " + text
		}
	}
	add(r.Subdomains != "", "sp="+string(r.Subdomains))
	add(r.Missing != "", "np="+string(r.Missing))
	add(r.StrictDKIM, "adkim=s")
	add(r.StrictSPF, "aspf=s")
	add(r.PSD == 'y' || r.PSD == 'n', "psd="+string(rune(r.PSD)))
	add(r.Test, "t=y")
	for i, to := range r.Reports {
		if i == 0 {
			s += "; rua="
		} else {
			s += ","
		}
		s += "mailto:" + strings.NewReplacer("%", "%25", ",", "%2C", ";", "%3B", "!", "%21", " ", "%20", "?", "%3F", "#", "%23").Replace(to)
	}
	return s
}
