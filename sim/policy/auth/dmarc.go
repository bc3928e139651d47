package auth

import (
	"errors"
	"fmt"
	"strings"

	"github.com/smtpsim/smtpsim/sim/dns"
)

// maxWalk is how many names one tree walk asks for (RFC 9989 §4.10).
const maxWalk = 8

// DMARC is what the domain in From wants, and whether the mail is its own.
type DMARC struct {
	Result       Result      // None: no policy applies; Pass; Fail; TempError; PermError: From names no domain
	Author       string      // domain of the From field; of several, the one whose policy is the strictest
	PolicyDomain string      // where the record stands; "": there is none
	Organization string      // the Organizational Domain of Author, as far as it had to be found; "": it was not
	Record       DMARCRecord // as found
	Asked        Disposition // what the owner asks for the mail, t=y already counted; Deliver if it passes
	SPFAligned   bool        // SPF passed for a domain that belongs to Author
	DKIMAligned  bool        // so did a signature
	Reason       string
}

// errNobody is a From field of empty groups (RFC 6854).
var errNobody = errors.New("field From: expected an author")

// CheckDMARC finds the policy for a text and applies it to what SPF and DKIM came to (RFC 9989 §5.3). spf is the check of the MAIL FROM
// identity (§4.4.2). Several domains in From are checked in turn, and the strictest policy among those that fail counts (§11.5).
func CheckDMARC(text []byte, spf SPF, dkim []Verification, r Resolver) DMARC {
	authors, err := Authors(text)
	if err == nil && len(authors) == 0 {
		err = errNobody
	}
	if err != nil {
		return DMARC{Result: PermError, Asked: Deliver, Reason: err.Error()}
	}
	w := walker{r: r, found: map[string]policyAt{}}
	var out DMARC
	for i, author := range authors {
		d := w.check(author, spf, dkim)
		if i == 0 || d.worse(out) {
			out = d
		}
	}
	return out
}

// worse reports whether d decides over other.
func (d DMARC) worse(other DMARC) bool {
	if (d.Result == Fail) != (other.Result == Fail) {
		return d.Result == Fail
	}
	if d.Asked != other.Asked {
		return d.Asked.rank() > other.Asked.rank()
	}
	return other.Result == Pass && d.Result != Pass
}

// policyAt is what stands at _dmarc below a domain.
type policyAt struct {
	record DMARCRecord
	ok     bool
	failed bool // no answer for now
}

// walker asks for DMARC records, for each name once.
type walker struct {
	r     Resolver
	found map[string]policyAt
}

// at asks for the record of a domain. Several count as none (RFC 9989 §4.10, step 2).
func (w *walker) at(domain string) policyAt {
	if p, ok := w.found[domain]; ok {
		return p
	}
	all, outcome := texts(w.r, "_dmarc."+domain)
	p := policyAt{failed: outcome.Temporary()}
	count := 0
	for _, text := range all {
		if name, value, _ := strings.Cut(text, "="); strings.Trim(name, " \t") != "v" || !startsDMARC(value) {
			continue // §4.10, step 2: discarded
		}
		count++
		p.record, p.ok = ParseDMARC(text)
	}
	p.ok = p.ok && count == 1
	w.found[domain] = p
	return p
}

// startsDMARC takes what follows "v=" of a record of this version.
func startsDMARC(value string) bool {
	version, _, _ := strings.Cut(value, ";")
	return strings.Trim(version, " \t") == "DMARC1"
}

// step is one domain of a walk that has a record.
type step struct {
	domain string
	record DMARCRecord
}

// walk is the DNS Tree Walk (RFC 9989 §4.10): from domain upwards, eight queries at most. It is the records found, the longest name first.
func (w *walker) walk(domain string) (steps []step, failed bool) {
	labels := strings.Split(domain, ".")
	for n := 0; n < maxWalk && len(labels) > 0; n++ {
		name := strings.Join(labels, ".")
		p := w.at(name)
		if p.failed {
			return steps, true
		}
		if p.ok {
			steps = append(steps, step{name, p.record})
			if p.record.PSD != 'u' {
				break
			}
		}
		if labels = labels[1:]; n == 0 && len(labels) >= maxWalk {
			labels = labels[len(labels)-(maxWalk-1):] // step 4
		}
	}
	return steps, false
}

// organization picks the Organizational Domain from the records of a walk that began at domain (RFC 9989 §4.10.2).
func organization(domain string, steps []step) string {
	for _, s := range steps {
		switch {
		case s.record.PSD == 'n':
			return s.domain
		case s.record.PSD == 'y' && s.domain != domain:
			rest := strings.TrimSuffix(domain, "."+s.domain)
			return rest[strings.LastIndexByte(rest, '.')+1:] + "." + s.domain
		}
	}
	if len(steps) > 0 {
		return steps[len(steps)-1].domain
	}
	return domain
}

// discover finds the record that applies to an Author Domain (RFC 9989 §4.10.1).
func (w *walker) discover(author string) (s step, ok, failed bool) {
	own := w.at(author)
	if own.failed || own.ok {
		return step{author, own.record}, own.ok, own.failed
	}
	steps, failed := w.walk(author)
	if failed || len(steps) == 0 {
		return step{}, false, failed
	}
	org := organization(author, steps)
	for _, s := range steps {
		if s.domain == org {
			return s, true, false
		}
	}
	return steps[len(steps)-1], true, false // that of the PSD
}

// check is DMARC for one Author Domain.
func (w *walker) check(author string, spf SPF, dkim []Verification) DMARC {
	d := DMARC{Result: None, Author: author, Asked: Deliver}
	policy, ok, failed := w.discover(author)
	if failed {
		d.Result, d.Reason = TempError, "the policy cannot be looked up now"
		return d
	}
	if !ok {
		return d
	}
	d.PolicyDomain, d.Record = policy.domain, policy.record
	pending := false // an identifier that may still turn out to be aligned
	align := func(domain string, result Result, strict bool) bool {
		if result != Pass && result != TempError {
			return false
		}
		aligned, failed := w.aligned(&d, domain, strict)
		pending = pending || failed || aligned && result == TempError
		return aligned && result == Pass
	}
	d.SPFAligned = align(spf.Domain, spf.Result, d.Record.StrictSPF)
	for _, v := range dkim {
		d.DKIMAligned = align(v.Domain, v.Result, d.Record.StrictDKIM) || d.DKIMAligned
	}
	switch {
	case d.SPFAligned || d.DKIMAligned:
		d.Result = Pass
	case pending: // RFC 9989 §5.3.6: neither pass nor fail
		d.Result, d.Reason = TempError, "a check that may still pass cannot be made now"
	default:
		d.Result = Fail
		d.Asked = w.asked(&d)
		d.Reason = fmt.Sprintf("neither SPF nor DKIM passes for %s", author)
	}
	return d
}

// aligned reports whether an Authenticated Identifier belongs to the Author Domain (RFC 9989 §4.10.2).
func (w *walker) aligned(d *DMARC, domain string, strict bool) (yes, failed bool) {
	domain = strings.ToLower(strings.TrimSuffix(domain, "."))
	if strict || domain == d.Author {
		return domain == d.Author, false
	}
	if d.Organization == "" {
		steps, failed := w.walk(d.Author)
		if failed {
			return false, true
		}
		d.Organization = organization(d.Author, steps)
	}
	steps, failed := w.walk(domain)
	return !failed && organization(domain, steps) == d.Organization, failed
}

// asked is the policy for mail that fails: of the domain itself, of its subdomains, of those that do not exist (RFC 9989 §4.10.1).
func (w *walker) asked(d *DMARC) Disposition {
	p := d.Record.Domain
	if d.PolicyDomain != d.Author {
		if d.Record.Subdomains != "" {
			p = d.Record.Subdomains
		}
		if d.Record.Missing != "" && w.r.Query(d.Author, dns.TypeA).Outcome == dns.NoName { // §3.2.13: RFC 8020
			p = d.Record.Missing
		}
	}
	if d.Record.Test {
		p = p.milder()
	}
	return p
}
