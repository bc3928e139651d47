package persona

import "github.com/smtpsim/smtpsim/codes/smtp"

// Customs are a software's habits beside the letter of RFC 5321. The zero value is strict.
type Customs struct {
	Takes            []smtp.Tolerance // what of smtp.Tolerant parsing it lets pass
	LoneBracket      bool             // "<a@b" without ">" passes
	NumericDomain    bool             // "a@192.0.2.1" passes as a name
	AnyHelloName     bool             // EHLO bad_name! passes
	MailBeforeHello  bool             // MAIL needs no EHLO
	OrderFirst       bool             // out of order is told before wrong syntax: "DATA now" gives 503
	IgnoreQuitArg    bool             // "QUIT now" passes
	BareVerbUnknown  bool             // "MAIL" without "FROM:" is no command at all: 500
	StartTLSAnywhere bool             // STARTTLS before EHLO and inside a transaction
	ParamsAfterHelo  bool             // parameters pass after HELO too, as if EHLO had come
	CountsSyntaxOnly bool             // only 500 to 505 count towards Persona.ErrorsMax, not refused mail
	VerifyNeedsAt    bool             // VRFY of a name without a domain is refused
	DropsHTTP        bool             // GET, POST, CONNECT and lines that begin with no letter end the session
	Synchronized     bool             // unread input after a command that must be the last of its group ends the session
	BareLF           BareLF
}

// Lets says whether t passes.
func (c *Customs) Lets(t smtp.Tolerance) bool {
	switch t {
	case smtp.LowerCase, smtp.TrailingSpace, smtp.SourceRoute: // RFC 5321 §2.4, §4.1.1, §4.1.1.3: everybody must or should
		return true
	}
	for _, have := range c.Takes {
		if have == t {
			return true
		}
	}
	return false
}

// BareLF is what a server does with a line that ends with LF alone, which RFC 5321 §2.3.8 and §4.1.1.4 forbid to
// recognise as a line end.
type BareLF uint8

const (
	BareLFKeep      BareLF = iota // an octet like others; only CRLF.CRLF ends the text
	BareLFNormalize               // only CRLF.CRLF ends the text, which is stored with CRLF line ends
	BareLFReject                  // the session ends
	BareLFEnds                    // a line end like CRLF, so that LF.LF ends the text: the door of SMTP smuggling
)

//house:table constant
var bareLFNames = [...]string{"keep", "normalize", "reject", "ends"}

// String is the name in configuration.
func (b BareLF) String() string { return bareLFNames[min(b, BareLFEnds)] }

// customNames are the switches by their names in data files, in the order of flag.
//
//house:table constant
var customNames = [...]string{
	"lone-bracket", "numeric-domain", "any-hello-name", "mail-before-hello", "order-first", "ignore-quit-arg",
	"bare-verb-unknown", "starttls-anywhere", "params-after-helo", "counts-syntax-only", "verify-needs-at", "drops-http",
	"synchronized",
}

// flag is the switch with the name customNames[at].
func (c *Customs) flag(at int) *bool {
	return [...]*bool{
		&c.LoneBracket, &c.NumericDomain, &c.AnyHelloName, &c.MailBeforeHello, &c.OrderFirst, &c.IgnoreQuitArg,
		&c.BareVerbUnknown, &c.StartTLSAnywhere, &c.ParamsAfterHelo, &c.CountsSyntaxOnly, &c.VerifyNeedsAt, &c.DropsHTTP,
		&c.Synchronized,
	}[at]
}

// Names lists the switches that are on, as data files have them.
func (c *Customs) Names() []string {
	var on []string
	for at, name := range customNames {
		if *c.flag(at) {
			on = append(on, name)
		}
	}
	return on
}
