package persona

import (
	"math/bits"
	"strings"

	"github.com/smtpsim/smtpsim/codes/smtp"
)

// Extension is one EHLO keyword that the engines know, and at the same time a set of one.
type Extension uint64

// Extensions is a set of them.
type Extensions = Extension

// The extensions. Each has a file of its own in sim/smtpserver and, where the client has a part in it, in sim/smtpclient.
const (
	Pipelining          Extension = 1 << iota // RFC 2920
	Size                                      // RFC 1870
	EightBitMIME                              // RFC 6152
	EnhancedStatusCodes                       // RFC 2034
	StartTLS                                  // RFC 3207
	Chunking                                  // RFC 3030
	DSN                                       // RFC 3461
	Vrfy                                      // VRFY is listed (it works unlisted too, RFC 5321 §3.5.2)
	Expn                                      // EXPN
	Help                                      // HELP
	Auth                                      // RFC 4954
	BinaryMIME                                // RFC 3030 §3
	SMTPUTF8                                  // RFC 6531
	DeliverBy                                 // RFC 2852
	ETRN                                      // RFC 1985
	ATRN                                      // RFC 2645
	TURN                                      // RFC 821 §3.8
	Checkpoint                                // RFC 1845
	MTRK                                      // RFC 3885
	ConPerm                                   // RFC 4141 §5
	ConNeg                                    // RFC 4141 §6
	FutureRelease                             // RFC 4865
	MTPriority                                // RFC 6710
	RequireTLS                                // RFC 8689
	RRVS                                      // RFC 7293
	Limits                                    // RFC 9422
	BURL                                      // RFC 4468
	NoSoliciting                              // RFC 3865
	PRDR                                      // a reply for each recipient of DATA (draft-hall-prdr, Exim)
	PipeConnect                               // early pipelining (Exim: X_PIPE_CONNECT, PIPECONNECT)
	XClient                                   // Postfix: XCLIENT_README
	XForward                                  // Postfix: XFORWARD_README
	XVERP                                     // Postfix: VERP_README
	Send                                      // RFC 821 §3.4
	Soml                                      // RFC 821 §3.4
	Saml                                      // RFC 821 §3.4
	extensionEnd
)

// keywords are the EHLO keywords, in the order of the constants.
//
//house:table constant
var keywords = [...]string{
	"PIPELINING", "SIZE", "8BITMIME", "ENHANCEDSTATUSCODES", "STARTTLS", "CHUNKING", "DSN", "VRFY", "EXPN", "HELP", "AUTH",
	"BINARYMIME", "SMTPUTF8", "DELIVERBY", "ETRN", "ATRN", "TURN", "CHECKPOINT", "MTRK", "CONPERM", "CONNEG",
	"FUTURERELEASE", "MT-PRIORITY", "REQUIRETLS", "RRVS", "LIMITS", "BURL", "NO-SOLICITING", "PRDR", "PIPECONNECT",
	"XCLIENT", "XFORWARD", "XVERP", "SEND", "SOML", "SAML",
}

// Keywords lists all EHLO keywords that the engines speak.
func Keywords() []string { return append([]string(nil), keywords[:]...) }

// Has says whether all of x are in the set.
func (e Extension) Has(x Extension) bool { return e&x == x }

// Keyword is the EHLO keyword of one extension.
func (e Extension) Keyword() string {
	if e == 0 || e&(e-1) != 0 || e >= extensionEnd {
		return ""
	}
	return keywords[bits.TrailingZeros64(uint64(e))]
}

// ByKeyword is the extension of a keyword in any case (RFC 5321 §2.4), 0 if the engines do not know it.
func ByKeyword(keyword string) Extension {
	for i, known := range keywords {
		if len(known) == len(keyword) && strings.EqualFold(keyword, known) {
			return 1 << i
		}
	}
	return 0
}

// ByParam is the extension that a parameter of MAIL or RCPT belongs to (registry "SMTP Service Extension Parameters"), 0 if
// the engines know none. name is in upper case. BODY belongs to 8BITMIME; its value BINARYMIME to BINARYMIME as well.
func ByParam(v smtp.Verb, name string) Extension {
	if v == smtp.RCPT {
		switch name {
		case "NOTIFY", "ORCPT":
			return DSN
		case "CONNEG":
			return ConNeg
		case "RRVS":
			return RRVS
		}
		return 0
	}
	switch name {
	case "SIZE":
		return Size
	case "BODY":
		return EightBitMIME
	case "RET", "ENVID":
		return DSN
	case "AUTH":
		return Auth
	case "SMTPUTF8":
		return SMTPUTF8
	case "BY":
		return DeliverBy
	case "TRANSID":
		return Checkpoint
	case "MTRK":
		return MTRK
	case "CONPERM":
		return ConPerm
	case "HOLDFOR", "HOLDUNTIL":
		return FutureRelease
	case "MT-PRIORITY":
		return MTPriority
	case "REQUIRETLS":
		return RequireTLS
	case "SOLICIT":
		return NoSoliciting
	case "PRDR":
		return PRDR
	case "XVERP":
		return XVERP
	}
	return 0
}

// Beyond are the extensions of the set that are not in list, in the order of the constants.
func (e Extension) Beyond(list []Extension) []Extension {
	for _, x := range list {
		e &^= x
	}
	var out []Extension
	for x := Pipelining; x < extensionEnd && e != 0; x <<= 1 {
		if e.Has(x) {
			out = append(out, x)
		}
	}
	return out
}

// String lists the keywords of the set.
func (e Extension) String() string {
	var words []string
	for x := Pipelining; x < extensionEnd; x <<= 1 {
		if e.Has(x) {
			words = append(words, x.Keyword())
		}
	}
	return strings.Join(words, " ")
}
