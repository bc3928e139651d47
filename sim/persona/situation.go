package persona

// Situation is an occasion on which a server says something.
type Situation uint8

// The occasions, by what has happened. Where two of them have one code in RFC 5321, real software still tells them apart.
const (
	Greeting          Situation = iota // the connection is open (RFC 5321 §4.3.1)
	GreetingRefused                    // no service for this client (§3.1: 554)
	GreetingBusy                       // no service now (§3.8: 421)
	HelloOK                            // EHLO or LHLO taken; the keywords follow
	HeloOK                             // HELO taken
	HelloSyntax                        // EHLO without a name that could be one
	HeloSyntax                         // the same of HELO
	HelloUnknown                       // EHLO at a server that speaks RFC 821 only (§3.2)
	HelloFirst                         // MAIL before any EHLO or HELO (§4.1.4)
	MailOK                             // reverse-path taken
	MailSyntax                         // no "FROM:", or nothing behind it
	SenderSyntax                       // the reverse-path is none
	SenderNoDomain                     // "<alice>"
	MailNested                         // MAIL inside a transaction (§4.1.4)
	RcptOK                             // forward-path taken
	RcptSyntax                         // no "TO:", or nothing behind it
	RecipientSyntax                    // the forward-path is none
	RecipientNoDomain                  // "<alice>"
	RcptNeedsMail                      // RCPT before MAIL (§3.3)
	RcptTooMany                        // more than the server takes in one go (§4.5.3.1.10: 452)
	UserUnknown                        // no such mailbox here
	RelayDenied                        // not for this server, and not for others to use it
	ParamUnknown                       // a parameter of no extension that was offered (§4.1.1.11: 555)
	SizeSyntax                         // SIZE= without a number (RFC 1870 §4)
	SizeTooBig                         // SIZE= names more than the limit (RFC 1870 §6.1)
	BodySyntax                         // BODY= with an unknown value (RFC 6152 §2)
	DSNRetSyntax                       // RET= or ENVID= is wrong (RFC 3461 §4)
	DSNNotifySyntax                    // NOTIFY= or ORCPT= is wrong (RFC 3461 §4)
	DataOK                             // 354: go on
	DataSyntax                         // DATA with an argument
	DataNeedsMail                      // DATA before MAIL
	DataNeedsRcpt                      // DATA when no recipient was accepted
	Accepted                           // end of data: the server takes responsibility (§4.2.5)
	AcceptedRecipient                  // the same for one recipient in LMTP (RFC 2033 §4.2)
	TextTooBig                         // the text is longer than the limit (RFC 1870 §6.3)
	TextBareLF                         // a line ended with LF alone (§2.3.8)
	TextEmpty                          // end of data without recipients: nothing is kept (RFC 2920 §3.2)
	TooManyHops                        // a loop, by the count of Received fields (§6.3)
	StorageFull                        // no room (§4.5.3.1.9: 452)
	LocalError                         // something went wrong here (451)
	BdatOK                             // a chunk was taken (RFC 3030 §2)
	BdatSyntax                         // BDAT without a size
	BdatNeedsMail                      // BDAT before MAIL
	BdatNeedsRcpt                      // BDAT when no recipient was accepted
	DataAfterBdat                      // DATA when chunks have come (RFC 3030 §2)
	ResetOK                            // RSET
	ResetSyntax                        // RSET with an argument
	NoopOK                             // NOOP
	QuitOK                             // QUIT
	QuitSyntax                         // QUIT with an argument
	HelpOK                             // HELP
	VerifyOK                           // VRFY: perhaps (§3.5.3: 252)
	VerifySyntax                       // VRFY of nothing
	VerifyNoDomain                     // VRFY of a name without a domain
	ExpandOff                          // EXPN where it is not offered
	ExpandRefused                      // EXPN for somebody who must not know
	StartTLSReady                      // the handshake may begin (RFC 3207 §4)
	StartTLSSyntax                     // STARTTLS with an argument
	StartTLSOff                        // STARTTLS was not offered
	StartTLSActive                     // STARTTLS inside TLS (RFC 3207 §4.2)
	StartTLSBroken                     // not possible now (454)
	StartTLSFirst                      // this server wants TLS before anything else (530)
	AuthOK                             // 235 (RFC 4954 §6)
	AuthRefused                        // wrong identity or password (535)
	AuthUnknown                        // a mechanism that was not offered (504)
	AuthSyntax                         // no base64 (501)
	AuthAborted                        // the client says "*" (501)
	AuthTwice                          // AUTH after a successful one (503)
	AuthInMail                         // AUTH in a transaction (503)
	AuthOff                            // AUTH where it is not offered
	EmptyLine                          // a line with nothing on it
	VerbUnknown                        // no such command
	VerbOff                            // a command that exists but not here (§4.2.4: 502)
	NotASCII                           // octets over 127 without SMTPUTF8 (§2.4)
	NoCommand                          // somebody speaks HTTP, or worse
	LineTooLong                        // §4.5.3.1.4
	NoMail                             // anything but QUIT after a 554 greeting (§3.1: 503)
	Unsynchronized                     // the client spoke before it was its turn
	TooManyErrors                      // the end of patience; code 0: the line is added to the last reply
	TimedOut                           // §4.5.3.2.7
	ShuttingDown                       // §3.8
	HelloMissing                       // EHLO without any name
	HeloMissing                        // the same of HELO
	HelloAgain                         // EHLO after EHLO, at a server that takes only one
	RecipientNull                      // "<>" as forward-path
	PathUnbalanced                     // a bracket or quote without its other half
	PathNoHost                         // "<a@>"
	PathBadHost                        // a domain with an empty label
	PathBadRoute                       // a source route, or a second "@", that leads nowhere
	PathTooLong                        // a path longer than the server reads
	PathControl                        // control characters in a path
	SenderUnresolved                   // the domain of the reverse-path is not in the DNS
	RcptParamUnknown                   // ParamUnknown of RCPT
	ParamNeedsValue                    // "RET" without "="
	ParamTwice                         // the same parameter again
	DSNEnvidSyntax                     // ENVID= is no xtext (RFC 3461 §4.4)
	DSNOrcptSyntax                     // ORCPT= is no typed address (RFC 3461 §4.2)
	TextBareCR                         // a CR without LF in the text
	BdatNull                           // BDAT 0 that is not the last
	BdatOff                            // BDAT where CHUNKING was not offered
	NoopSyntax                         // NOOP with an argument, at a server that takes none
	HelpSyntax                         // the same of HELP
	HelpUnknown                        // HELP for something there is no help for
	ExpandSyntax                       // EXPN of nothing
	AuthMissing                        // AUTH without a mechanism
	VerbKnown                          // a command of RFC 821 that nobody has any more: SEND, SOML, SAML, TURN
	situations
)

// situationNames are the keys of data files, in the order of the constants.
//
//house:table constant
var situationNames = [situations]string{
	"greeting", "greeting-refused", "greeting-busy", "hello-ok", "helo-ok", "hello-syntax", "helo-syntax",
	"hello-unknown", "hello-first", "mail-ok", "mail-syntax", "sender-syntax", "sender-no-domain", "mail-nested",
	"rcpt-ok", "rcpt-syntax", "recipient-syntax", "recipient-no-domain", "rcpt-needs-mail", "rcpt-too-many",
	"user-unknown", "relay-denied", "param-unknown", "size-syntax", "size-too-big", "body-syntax", "dsn-ret-syntax",
	"dsn-notify-syntax", "data-ok", "data-syntax", "data-needs-mail", "data-needs-rcpt", "accepted",
	"accepted-recipient", "text-too-big", "text-bare-lf", "text-empty", "too-many-hops", "storage-full", "local-error",
	"bdat-ok", "bdat-syntax", "bdat-needs-mail", "bdat-needs-rcpt", "data-after-bdat", "reset-ok", "reset-syntax",
	"noop-ok", "quit-ok", "quit-syntax", "help-ok", "verify-ok", "verify-syntax", "verify-no-domain", "expand-off",
	"expand-refused", "starttls-ready", "starttls-syntax", "starttls-off", "starttls-active", "starttls-broken",
	"starttls-first", "auth-ok", "auth-refused", "auth-unknown", "auth-syntax", "auth-aborted", "auth-twice",
	"auth-in-mail", "auth-off", "empty-line", "verb-unknown", "verb-off", "not-ascii", "no-command", "line-too-long",
	"no-mail", "unsynchronized", "too-many-errors", "timed-out", "shutting-down",
	"hello-missing", "helo-missing", "hello-again", "recipient-null", "path-unbalanced", "path-no-host",
	"path-bad-host", "path-bad-route", "path-too-long", "path-control", "sender-unresolved", "rcpt-param-unknown",
	"param-needs-value", "param-twice", "dsn-envid-syntax", "dsn-orcpt-syntax", "text-bare-cr", "bdat-null", "bdat-off",
	"noop-syntax", "help-syntax", "help-unknown", "expand-syntax", "auth-missing", "verb-known",
}

// String is the key in data files: "mail-ok".
func (s Situation) String() string { return situationNames[min(s, situations-1)] }
