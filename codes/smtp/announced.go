package smtp

import (
	"strconv"
	"strings"
)

// Announced are the limits that a server tells of itself with LIMITS (RFC 9422); 0: not told.
type Announced struct {
	Mails   int // MAILMAX: MAIL commands in one session
	Rcpts   int // RCPTMAX: RCPT commands in one transaction
	Domains int // RCPTDOMAINMAX: domains of recipients in one transaction
}

// String is what stands behind the keyword: "RCPTMAX=100".
func (a Announced) String() string {
	var words []string
	for _, x := range []struct {
		name string
		n    int
	}{{"MAILMAX", a.Mails}, {"RCPTMAX", a.Rcpts}, {"RCPTDOMAINMAX", a.Domains}} {
		if x.n > 0 {
			words = append(words, x.name+"="+strconv.Itoa(x.n))
		}
	}
	return strings.Join(words, " ")
}

// ParseAnnounced reads it. What it does not know or cannot read limits nothing.
func ParseAnnounced(arg string) (a Announced) {
	for word := range strings.FieldsSeq(arg) {
		name, value, _ := strings.Cut(word, "=")
		n, err := strconv.ParseUint(value, 10, 31)
		if err != nil || n == 0 {
			continue
		}
		switch strings.ToUpper(name) {
		case "MAILMAX":
			a.Mails = int(n)
		case "RCPTMAX":
			a.Rcpts = int(n)
		case "RCPTDOMAINMAX":
			a.Domains = int(n)
		}
	}
	return a
}
