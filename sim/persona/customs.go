package persona

import "github.com/smtpsim/smtpsim/codes/smtp"

// Customs are a software's habits beside the letter of RFC 5321. The zero value is strict.
type Customs struct {
	Takes             []smtp.Tolerance // what of smtp.Tolerant parsing it lets pass
	LoneBracket       bool             // "<a@b" without ">" passes
	NumericDomain     bool             // "a@192.0.2.1" passes as a name
	AnyHelloName      bool             // EHLO bad_name! passes
	MailBeforeHello   bool             // MAIL needs no EHLO
	OrderFirst        bool             // out of order is told before wrong syntax: "DATA now" gives 503
	IgnoreQuitArg     bool             // "QUIT now" passes
	BareVerbUnknown   bool             // "MAIL" without "FROM:" is no command at all: 500
	StartTLSAnywhere  bool             // STARTTLS before EHLO and inside a transaction
	ParamsAfterHelo   bool             // parameters pass after HELO too, as if EHLO had come
	CountsSyntaxOnly  bool             // only 500 to 505 count towards Persona.ErrorsMax, not refused mail
	VerifyNeedsAt     bool             // VRFY of a name without a domain is refused
	DropsHTTP         bool             // GET, POST, CONNECT and lines that begin with no letter end the session
	Synchronized      bool             // unread input after a command that must be the last of its group ends the session
	BareLF            BareLF
	Ends              smtp.TextEnds // where mail data ends besides CRLF.CRLF: the doors of SMTP smuggling
	HelloOnce         bool          // EHLO after EHLO is refused
	HelloBeforeAll    bool          // RSET, STARTTLS and AUTH need EHLO too
	NoArguments       bool          // NOOP and HELP take no argument, and arguments are told before wrong order
	IgnoreArguments   bool          // "RSET now" and "DATA now" pass
	NoVerify          bool          // VRFY is no command
	NoPipelining      bool          // input behind a command that has not been answered ends the session
	HelpTopics        bool          // HELP knows commands, and nothing else
	LongLineEnds      bool          // a command line that is too long ends the session
	UpperCase         bool          // verbs must be in upper case, against RFC 5321 §2.4
	StripsHighBit     bool          // the eighth bit of what it reads is lost, as on the 7-bit transport of RFC 821 Appendix A to C
	MasksKeywords     bool          // a firewall between: EHLO keywords and verbs it does not know become X
	RewritesAddresses bool          // a firewall that is a gateway: addresses in mail data are written anew
	ChecksSender      bool          // the domain of the reverse-path must be in the DNS
	NoLiterals        bool          // address literals are refused
	DropsProxies      bool          // a first line GET, POST, CONNECT or USER ends the session
	NoEmptyChunk      bool          // BDAT 0 is refused where it is not the last
	LooseHelloName    bool          // a name after EHLO needs no good labels, only good characters
	BareCodes         bool          // replies may lack the enhanced code that RFC 2034 §4 asks for
	ChecksUTF8        bool          // a line that is no UTF-8 is refused, whatever its verb
	CutsLines         bool          // a command line is read as far as the limit, the rest thrown away
	Reader            Reader        // how the arguments of MAIL and RCPT are read
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
	"synchronized", "hello-once", "hello-before-all", "no-arguments", "ignore-arguments", "no-verify",
	"no-pipelining", "help-topics", "long-line-ends", "upper-case", "strips-high-bit",
	"masks-keywords", "rewrites-addresses", "checks-sender", "no-literals", "drops-proxies", "no-empty-chunk", "loose-hello-name", "bare-codes", "checks-utf8", "cuts-lines",
}

// flag is the switch with the name customNames[at].
func (c *Customs) flag(at int) *bool {
	return [...]*bool{
		&c.LoneBracket, &c.NumericDomain, &c.AnyHelloName, &c.MailBeforeHello, &c.OrderFirst, &c.IgnoreQuitArg,
		&c.BareVerbUnknown, &c.StartTLSAnywhere, &c.ParamsAfterHelo, &c.CountsSyntaxOnly, &c.VerifyNeedsAt, &c.DropsHTTP,
		&c.Synchronized, &c.HelloOnce, &c.HelloBeforeAll, &c.NoArguments, &c.IgnoreArguments, &c.NoVerify,
		&c.NoPipelining, &c.HelpTopics, &c.LongLineEnds, &c.UpperCase, &c.StripsHighBit,
		&c.MasksKeywords, &c.RewritesAddresses, &c.ChecksSender, &c.NoLiterals, &c.DropsProxies, &c.NoEmptyChunk, &c.LooseHelloName, &c.BareCodes, &c.ChecksUTF8, &c.CutsLines,
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

// Reader is a way to read the arguments of MAIL and RCPT that differs from the grammar further than switches can say.
type Reader uint8

// The readers.
const (
	ReadGrammar   Reader = iota // codes/smtp, with Customs.Takes
	ReadOpenSMTPD               // names and brackets exactly, parameters hardly
	ReadSendmail                // nearly any string is an address
	ReadPostfix                 // the grammar, and where it has its doubts Postfix's own way
	ReadExim                    // the same with Exim's
)

//house:table constant
var readerNames = [...]string{"grammar", "opensmtpd", "sendmail", "postfix", "exim"}

// String is the name in data files.
func (r Reader) String() string { return readerNames[min(r, ReadExim)] }
