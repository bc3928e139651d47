package smtp

// Verb is a command's canonical, upper-case name. Names in parentheses are no verbs but moments at which the
// session table has rules as well.
type Verb string

// The verbs of RFC 5321 §4.1.1.
const (
	EHLO Verb = "EHLO"
	HELO Verb = "HELO"
	MAIL Verb = "MAIL"
	RCPT Verb = "RCPT"
	DATA Verb = "DATA"
	RSET Verb = "RSET"
	VRFY Verb = "VRFY"
	EXPN Verb = "EXPN"
	HELP Verb = "HELP"
	NOOP Verb = "NOOP"
	QUIT Verb = "QUIT"
)

// The verbs of extensions, of LMTP, of old times and of single vendors.
const (
	STARTTLS Verb = "STARTTLS" // RFC 3207
	AUTH     Verb = "AUTH"     // RFC 4954
	BDAT     Verb = "BDAT"     // RFC 3030
	BURL     Verb = "BURL"     // RFC 4468
	ETRN     Verb = "ETRN"     // RFC 1985
	ATRN     Verb = "ATRN"     // RFC 2645
	LHLO     Verb = "LHLO"     // RFC 2033
	TURN     Verb = "TURN"     // RFC 821
	SEND     Verb = "SEND"     // RFC 821
	SOML     Verb = "SOML"     // RFC 821
	SAML     Verb = "SAML"     // RFC 821
	VERB     Verb = "VERB"     // sendmail
	ONEX     Verb = "ONEX"     // sendmail
	XCLIENT  Verb = "XCLIENT"  // Postfix
	XFORWARD Verb = "XFORWARD" // Postfix
)

// Moments of a session that no command makes.
const (
	Connect   Verb = "(connect)"     // the connection is open; the greeting answers it
	EndOfData Verb = "(end of data)" // the line with the single dot
	AuthLine  Verb = "(auth line)"   // a client's answer to 334
	Handshake Verb = "(handshake)"   // the TLS handshake after STARTTLS has ended well; nothing answers it
	BDATLast  Verb = "(bdat last)"   // BDAT with LAST: the message is complete
	BURLLast  Verb = "(burl last)"   // BURL with LAST
)

// maxVerb is the length of the longest verb known.
const maxVerb = len(XFORWARD)

// KnownVerb is the canonical form of word, in any case; "" if no such verb is known.
func KnownVerb(word string) Verb {
	if len(word) < 4 || len(word) > maxVerb {
		return ""
	}
	var up [maxVerb]byte
	for i := range len(word) {
		up[i] = upper(word[i])
	}
	if len(word) == 4 {
		return fourLetters(string(up[:4]))
	}
	switch string(up[:len(word)]) {
	case "STARTTLS":
		return STARTTLS
	case "XCLIENT":
		return XCLIENT
	case "XFORWARD":
		return XFORWARD
	}
	return ""
}

func fourLetters(word string) Verb {
	switch word {
	case "EHLO":
		return EHLO
	case "HELO":
		return HELO
	case "MAIL":
		return MAIL
	case "RCPT":
		return RCPT
	case "DATA":
		return DATA
	case "RSET":
		return RSET
	case "VRFY":
		return VRFY
	case "EXPN":
		return EXPN
	case "HELP":
		return HELP
	case "NOOP":
		return NOOP
	case "QUIT":
		return QUIT
	case "AUTH":
		return AUTH
	case "BDAT":
		return BDAT
	case "BURL":
		return BURL
	case "ETRN":
		return ETRN
	case "ATRN":
		return ATRN
	}
	return rareFourLetters(word)
}

func rareFourLetters(word string) Verb {
	switch word {
	case "LHLO":
		return LHLO
	case "TURN":
		return TURN
	case "SEND":
		return SEND
	case "SOML":
		return SOML
	case "SAML":
		return SAML
	case "VERB":
		return VERB
	case "ONEX":
		return ONEX
	}
	return ""
}

// OpensTransaction says whether the verb begins a mail transaction: MAIL and its three elder brothers
// (RFC 821 §3.4: "SEND, SOML or SAML instead of MAIL").
func (v Verb) OpensTransaction() bool { return v == MAIL || v == SEND || v == SOML || v == SAML }

// Greets says whether the verb introduces the client.
func (v Verb) Greets() bool { return v == EHLO || v == HELO || v == LHLO }

func upper(c byte) byte {
	if 'a' <= c && c <= 'z' {
		return c - ('a' - 'A')
	}
	return c
}
