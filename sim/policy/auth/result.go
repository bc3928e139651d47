package auth

import (
	"strings"

	"github.com/smtpsim/smtpsim/sim/dns"
)

// Result is what a check came to, in the words of Authentication-Results fields (RFC 7601 §2.7).
type Result string

// The results. Which of them a method has is in RFC 7601 §2.7, RFC 8617 §4.4 and RFC 9989 §9.
const (
	None      Result = "none"      // there was nothing to check
	Neutral   Result = "neutral"   // SPF: no statement; DKIM: a signature that cannot be read
	Pass      Result = "pass"      // the check was passed
	Fail      Result = "fail"      // it was not
	SoftFail  Result = "softfail"  // SPF: probably not
	Policy    Result = "policy"    // DKIM: not acceptable here, whatever the mathematics say
	TempError Result = "temperror" // a later check may bring something else
	PermError Result = "permerror" // records that make no sense, or are not there
)

// Resolver is what the checks ask the DNS through; *dns.Resolver is one.
type Resolver interface {
	Query(name string, kind dns.Type) dns.Answer
}

// texts are the TXT records of a name, the strings of each joined without space (RFC 6376 §3.6.2.2, RFC 7208 §3.3).
func texts(r Resolver, name string) ([]string, dns.Outcome) {
	a := r.Query(name, dns.TypeTXT)
	out := make([]string, 0, len(a.Records))
	for _, record := range a.Records {
		out = append(out, strings.Join(record.Text, ""))
	}
	return out, a.Outcome
}
