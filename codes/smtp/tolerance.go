package smtp

// Mode says how exactly a line must keep to the grammar.
type Mode uint8

const (
	// Strict is RFC 5321: the grammar and what it tells a receiver to take beside it (a verb in any case §2.4, white
	// space at the end §4.1.1, source routes §4.1.1.3). ASCII only.
	Strict Mode = iota
	// Tolerant takes whatever its sender can only have meant in one way, and notes how it strays.
	Tolerant
	// StrictUTF8 is Strict with RFC 6531 §3.3: UTF-8 in local parts and domains, for a server that offers SMTPUTF8.
	StrictUTF8
)

// Tolerance names one way in which a line or a text strays from the grammar, or uses what the grammar only tolerates.
type Tolerance string

// What may be noted of a command.
const (
	LowerCase        Tolerance = "lower-case"         // "mail from:"; legal, RFC 5321 §2.4
	TrailingSpace    Tolerance = "trailing-space"     // SHOULD be tolerated, §4.1.1
	SourceRoute      Tolerance = "source-route"       // "<@a:b@c>"; MUST be accepted, SHOULD NOT be sent, §4.1.1.3
	LeadingSpace     Tolerance = "leading-space"      // " MAIL FROM:"
	ExtraSpace       Tolerance = "extra-space"        // "MAIL  FROM:<>"; also a tab
	SpaceBeforeColon Tolerance = "space-before-colon" // "FROM :<a>"
	SpaceAfterColon  Tolerance = "space-after-colon"  // "FROM: <a>"; never a space there, §3.3
	NoColon          Tolerance = "no-colon"           // "FROM <a>"
	NoBrackets       Tolerance = "no-brackets"        // "TO:a@b", also one bracket of the two
	SpaceInPath      Tolerance = "space-in-path"      // "< a@b >"
	NoSpaceParams    Tolerance = "no-space-params"    // "FROM:<a>SIZE=1"
	NoDomain         Tolerance = "no-domain"          // "<a>": only RCPT TO:<postmaster> may, §4.1.1.3
	TrailingDot      Tolerance = "trailing-dot"       // "<a@b.>": DNS style
	BadDomain        Tolerance = "bad-domain"         // underscore, empty label, hyphen at an end, §4.1.2
	BadLiteral       Tolerance = "bad-literal"        // "[IPv6:nonsense]", "[300.1.1.1]", §4.1.3
	BadDots          Tolerance = "bad-dots"           // "<a..b@c>", "<.a@b>"
	BadLocal         Tolerance = "bad-local"          // characters outside an atom, quotes inside one
	EightBit         Tolerance = "eight-bit"          // octets over 127 that are no UTF-8
	UTF8             Tolerance = "utf8"               // UTF-8, legal only with SMTPUTF8 (RFC 6531)
	Control          Tolerance = "control"            // control characters
	LongLine         Tolerance = "long-line"          // §4.5.3.1.4, in mail data §4.5.3.1.6
	LongPath         Tolerance = "long-path"          // §4.5.3.1.1 to §4.5.3.1.3
	NoArgument       Tolerance = "no-argument"        // "EHLO"
	ExtraArgument    Tolerance = "extra-argument"     // "DATA now", §4.1.1
	LiteralInHelo    Tolerance = "literal-in-helo"    // HELO [192.0.2.1]: the text allows, the grammar not, §4.1.1.1
	BadParam         Tolerance = "bad-param"          // "SIZE=", "=x", "a==b", §4.1.2
	DoubledParam     Tolerance = "doubled-param"      // the same parameter twice
	NoSize           Tolerance = "no-size"            // BDAT without a number it could mean: read as 0
	BareLF           Tolerance = "bare-lf"            // a line end that is only LF, §2.3.8
	BareCR           Tolerance = "bare-cr"            // a CR that no LF follows, §2.3.8
	BareLFEnd        Tolerance = "bare-lf-end"        // a dot alone on a line with a bare LF or CR at one side
	CodeChanges      Tolerance = "code-changes"       // a multi-line reply changes its code, §4.2.1
	BareCode         Tolerance = "bare-code"          // "250" with no text, §4.2
	OddSeparator     Tolerance = "odd-separator"      // neither space nor hyphen after the code
	OddCode          Tolerance = "odd-code"           // first digit not 2 to 5 or second not 0 to 5, §4.2
	LongReply        Tolerance = "long-reply"         // more lines than are kept
	LongReplyLine    Tolerance = "long-reply-line"    // §4.5.3.1.5
	UnfinishedReply  Tolerance = "unfinished-reply"   // no last line: the connection ended inside a reply
)
