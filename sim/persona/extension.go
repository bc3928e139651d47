package persona

import "strings"

// Extension is one EHLO keyword that the engines know, and at the same time a set of one.
type Extension uint16

// Extensions is a set of them.
type Extensions = Extension

// The extensions. Each has a file of its own in sim/smtpserver and sim/smtpclient.
const (
	Pipelining          Extension = 1 << iota // RFC 2920
	Size                                      // RFC 1870
	EightBitMIME                              // RFC 6152
	EnhancedStatusCodes                       // RFC 2034
	StartTLS                                  // RFC 3207
	Chunking                                  // RFC 3030
	DSN                                       // RFC 3461: the parameters are checked and handed on
	Vrfy                                      // VRFY is listed (it works unlisted too, RFC 5321 §3.5.2)
	Expn                                      // EXPN
	Help                                      // HELP
	Auth                                      // RFC 4954: PLAIN and LOGIN
)

// Has says whether all of x are in the set.
func (e Extension) Has(x Extension) bool { return e&x == x }

// Keyword is the EHLO keyword of one extension.
func (e Extension) Keyword() string {
	switch e {
	case Pipelining:
		return "PIPELINING"
	case Size:
		return "SIZE"
	case EightBitMIME:
		return "8BITMIME"
	case EnhancedStatusCodes:
		return "ENHANCEDSTATUSCODES"
	case StartTLS:
		return "STARTTLS"
	case Chunking:
		return "CHUNKING"
	case DSN:
		return "DSN"
	case Vrfy:
		return "VRFY"
	case Expn:
		return "EXPN"
	case Help:
		return "HELP"
	case Auth:
		return "AUTH"
	}
	return ""
}

// ByKeyword is the extension of a keyword in any case (RFC 5321 §2.4), 0 if the engines do not know it.
func ByKeyword(keyword string) Extension {
	for e := Pipelining; e <= Auth; e <<= 1 {
		if known := e.Keyword(); len(known) == len(keyword) && strings.EqualFold(keyword, known) {
			return e
		}
	}
	return 0
}

// String lists the keywords of the set.
func (e Extension) String() string {
	var words []string
	for x := Pipelining; x <= Auth; x <<= 1 {
		if e.Has(x) {
			words = append(words, x.Keyword())
		}
	}
	return strings.Join(words, " ")
}
