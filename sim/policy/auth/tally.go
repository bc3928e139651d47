package auth

import (
	"encoding/xml"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// Limits of what is counted in a day.
const (
	maxReported = 1000 // domains
	maxRows     = 1000 // different rows of one
)

// Seen is one mail that DMARC was applied to.
type Seen struct {
	IP    netip.Addr // of the client
	SPF   SPF        // of the MAIL FROM identity
	DKIM  []Verification
	DMARC DMARC
	Does  Disposition // what became of it
	Why   string      // the domain whose word outweighed the policy; "": nobody's
}

// Tally counts mails by the domain that asks for reports about them (RFC 9989 §5.3.7). The zero value is empty.
type Tally struct {
	begin   time.Time
	domains map[string]*feedback
}

// Add counts a mail, if somebody asks for reports about it. first reports whether it is the first of a new tally.
func (t *Tally) Add(s Seen, now time.Time) (first bool) {
	if s.DMARC.PolicyDomain == "" || len(s.DMARC.Record.Reports) == 0 {
		return false
	}
	if first = t.domains == nil; first {
		t.begin, t.domains = now, map[string]*feedback{}
	}
	f := t.domains[s.DMARC.PolicyDomain]
	if f == nil {
		if len(t.domains) == maxReported {
			return first
		}
		f = &feedback{Version: "1.0", to: s.DMARC.Record.Reports, Published: publishedOf(&s.DMARC)}
		t.domains[s.DMARC.PolicyDomain] = f
	}
	row := rowOf(&s)
	for i := range f.Records {
		if f.Records[i].same(&row) {
			f.Records[i].Row.Count++
			return first
		}
	}
	if len(f.Records) < maxRows {
		f.Records = append(f.Records, row)
	}
	return first
}

// AggregateReport is the report to one domain (RFC 7489 §7.2, Appendix C; RFC 9990 goes on with the same form).
type AggregateReport struct {
	Domain string
	To     []string // addresses that have agreed to get it
	ID     string   // unique
	Name   string   // of the file
	XML    []byte
}

// Reports are those of the time up to end, by domain; the tally is empty afterwards. host and email say who reports.
func (t *Tally) Reports(r Resolver, host, email string, end time.Time) []AggregateReport {
	var out []AggregateReport
	w := walker{r: r, found: map[string]policyAt{}}
	for _, domain := range slices.Sorted(maps.Keys(t.domains)) {
		f := t.domains[domain]
		to := slices.DeleteFunc(slices.Clone(f.to), func(address string) bool { return !w.accepts(address, domain) })
		if len(to) == 0 {
			continue
		}
		f.Metadata = metadata{Org: host, Email: email, ID: fmt.Sprintf("%d.%s", t.begin.Unix(), domain), Begin: t.begin.Unix(), End: end.Unix()}
		data, err := xml.MarshalIndent(f, "", "  ")
		if err != nil {
			continue // there is nothing in it that could not be written
		}
		data = append([]byte(xml.Header), data...)
		out = append(out, AggregateReport{Domain: domain, To: to, ID: f.Metadata.ID,
			Name: fmt.Sprintf("%s!%s!%d!%d.xml", host, domain, f.Metadata.Begin, f.Metadata.End), XML: append(data, '\n')})
	}
	t.domains = nil
	return out
}

// accepts reports whether an address may get reports about a domain: it is of the same organization, or its domain says so (RFC 7489 §7.1).
func (w *walker) accepts(address, domain string) bool {
	_, to := cutAddress(address)
	to = strings.ToLower(to)
	if within(to, domain) {
		return true
	}
	a, failedA := w.walk(to)
	b, failedB := w.walk(domain)
	if !failedA && !failedB && organization(to, a) == organization(domain, b) {
		return true
	}
	all, _ := texts(w.r, domain+"._report._dmarc."+to)
	return slices.ContainsFunc(all, func(s string) bool {
		_, value, _ := strings.Cut(s, "=")
		return strings.HasPrefix(s, "v") && startsDMARC(value)
	})
}

// feedback is the root of a report (RFC 7489 Appendix C).
type feedback struct {
	XMLName   xml.Name  `xml:"feedback"`
	Version   string    `xml:"version"`
	Metadata  metadata  `xml:"report_metadata"`
	Published published `xml:"policy_published"`
	Records   []record  `xml:"record"`
	to        []string
}

type metadata struct {
	Org   string `xml:"org_name"`
	Email string `xml:"email"`
	ID    string `xml:"report_id"`
	Begin int64  `xml:"date_range>begin"`
	End   int64  `xml:"date_range>end"`
}

type published struct {
	Domain  string      `xml:"domain"`
	ADKIM   string      `xml:"adkim"`
	ASPF    string      `xml:"aspf"`
	P       Disposition `xml:"p"`
	SP      Disposition `xml:"sp,omitempty"`
	NP      Disposition `xml:"np,omitempty"`
	Testing string      `xml:"testing"`
}

type record struct {
	Row struct {
		IP        string `xml:"source_ip"`
		Count     int    `xml:"count"`
		Evaluated struct {
			Disposition Disposition     `xml:"disposition"`
			DKIM        Result          `xml:"dkim"`
			SPF         Result          `xml:"spf"`
			Reason      *overrideReason `xml:"reason"`
		} `xml:"policy_evaluated"`
	} `xml:"row"`
	EnvelopeFrom string       `xml:"identifiers>envelope_from"`
	HeaderFrom   string       `xml:"identifiers>header_from"`
	DKIM         []dkimResult `xml:"auth_results>dkim"`
	SPF          spfResult    `xml:"auth_results>spf"`
}

type overrideReason struct {
	Type    string `xml:"type"`
	Comment string `xml:"comment"`
}

type dkimResult struct {
	Domain   string `xml:"domain"`
	Selector string `xml:"selector"`
	Result   Result `xml:"result"`
	Human    string `xml:"human_result,omitempty"`
}

type spfResult struct {
	Domain string `xml:"domain"`
	Scope  string `xml:"scope"`
	Result Result `xml:"result"`
}

func publishedOf(d *DMARC) published {
	mode := map[bool]string{false: "r", true: "s"}
	r := &d.Record
	return published{Domain: d.PolicyDomain, ADKIM: mode[r.StrictDKIM], ASPF: mode[r.StrictSPF], P: r.Domain, SP: r.Subdomains, NP: r.Missing,
		Testing: map[bool]string{false: "n", true: "y"}[r.Test]}
}

// rowOf is a mail as a row.
func rowOf(s *Seen) record {
	var out record
	passed := map[bool]Result{false: Fail, true: Pass}
	out.Row.IP, out.Row.Count = s.IP.String(), 1
	e := &out.Row.Evaluated
	e.Disposition, e.DKIM, e.SPF = s.Does, passed[s.DMARC.DKIMAligned], passed[s.DMARC.SPFAligned]
	if s.Why != "" { // RFC 9989 §5.4: "the fact of and reason for the deviation"
		e.Reason = &overrideReason{"trusted_forwarder", "arc=pass sealed by " + s.Why}
	}
	out.EnvelopeFrom, out.HeaderFrom = s.SPF.Domain, s.DMARC.Author
	for _, d := range s.DKIM {
		out.DKIM = append(out.DKIM, dkimResult{d.Domain, d.Selector, d.Result, d.Reason})
	}
	out.SPF = spfResult{s.SPF.Domain, "mfrom", s.SPF.Result}
	return out
}

// same reports whether two mails go into one row.
func (r *record) same(o *record) bool {
	a, b := &r.Row.Evaluated, &o.Row.Evaluated
	return r.Row.IP == o.Row.IP && a.Disposition == b.Disposition && a.DKIM == b.DKIM && a.SPF == b.SPF && (a.Reason == nil) == (b.Reason == nil) &&
		(a.Reason == nil || *a.Reason == *b.Reason) && r.EnvelopeFrom == o.EnvelopeFrom && r.HeaderFrom == o.HeaderFrom && r.SPF == o.SPF &&
		slices.Equal(r.DKIM, o.DKIM)
}
