package persona

import (
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/trace/field"
)

// Postfix is Postfix 3.7 with its default settings, but for BareLF: 3.9's "normalize" stands for 3.7's "no", which lets
// LF.LF end a text.
func Postfix() *Persona {
	return &Persona{
		Name:     "postfix",
		Software: "Postfix",
		Texts:    postfixTexts,
		Customs: Customs{
			Takes: []smtp.Tolerance{smtp.LeadingSpace, smtp.ExtraSpace, smtp.SpaceAfterColon, smtp.NoBrackets, smtp.NoDomain,
				smtp.TrailingDot, smtp.BadDomain, smtp.BadDots, smtp.LongPath, smtp.LiteralInHelo, smtp.LongLine},
			MailBeforeHello:  true,
			AnyHelloName:     true,
			OrderFirst:       true,
			IgnoreQuitArg:    true,
			StartTLSAnywhere: true,
			ParamsAfterHelo:  true,
			DropsHTTP:        true,
			BareLF:           BareLFNormalize,
		},
		Offers: Pipelining | Size | Vrfy | StartTLS | EnhancedStatusCodes | EightBitMIME | Chunking,
		Keywords: []Extension{Pipelining, Size, Vrfy, Expn, StartTLS, Auth, EnhancedStatusCodes, EightBitMIME, DSN, Chunking,
			Help},
		Received: field.StylePostfix,

		SizeMax:        10240000, // message_size_limit
		RecipientsMax:  1000,     // smtpd_recipient_limit
		CommandLineMax: 2048,     // line_length_limit
		ErrorsMax:      20,       // smtpd_hard_error_limit
		CommandTimeout: 5 * time.Minute,
		HopLimit:       50, // hopcount_limit
		IDStyle:        HexID,
		// queue_run_delay, minimal_backoff_time, maximal_backoff_time
		Retry:        Retry{Doubling: &Doubling{Min: 300 * time.Second, Max: 4000 * time.Second}, Run: 300 * time.Second},
		DelayDSN:     0,                  // delay_warning_time
		GiveUp:       5 * 24 * time.Hour, // maximal_queue_lifetime
		BounceGiveUp: 5 * 24 * time.Hour, // bounce_queue_lifetime
	}
}

// postfixTexts is what src/smtpd says. It gives no enhanced code to EHLO and HELO (RFC 2034 §4).
//
//house:table the words of one software, copied into each Persona
var postfixTexts = [situations]Text{
	Greeting:          say(220, "", "{host} {protocol} Postfix"),
	GreetingRefused:   say(554, "", "{host} ESMTP not accepting connections"),
	GreetingBusy:      say(421, "", "{host} Error: too many connections from {ip}"),
	HelloOK:           say(250, "", "{host}"),
	HeloOK:            say(250, "", "{host}"),
	HelloSyntax:       say(501, "", "Syntax: EHLO hostname"),
	HeloSyntax:        say(501, "", "Syntax: HELO hostname"),
	HelloUnknown:      say(502, "", "Error: command not implemented"),
	HelloFirst:        say(503, "5.5.1", "Error: send HELO/EHLO first"),
	MailOK:            say(250, "2.1.0", "Ok"),
	MailSyntax:        say(501, "5.5.4", "Syntax: MAIL FROM:<address>"),
	SenderSyntax:      say(501, "5.1.7", "Bad sender address syntax"),
	SenderNoDomain:    say(504, "5.5.2", "<{arg}>: Sender address rejected: need fully-qualified address"),
	MailNested:        say(503, "5.5.1", "Error: nested MAIL command"),
	RcptOK:            say(250, "2.1.5", "Ok"),
	RcptSyntax:        say(501, "5.5.4", "Syntax: RCPT TO:<address>"),
	RecipientSyntax:   say(501, "5.1.3", "Bad recipient address syntax"),
	RecipientNoDomain: say(504, "5.5.2", "<{arg}>: Recipient address rejected: need fully-qualified address"),
	RcptNeedsMail:     say(503, "5.5.1", "Error: need MAIL command"),
	RcptTooMany:       say(452, "4.5.3", "Error: too many recipients"),
	UserUnknown:       say(550, "5.1.1", "<{arg}>: Recipient address rejected: User unknown in local recipient table"),
	RelayDenied:       say(554, "5.7.1", "<{arg}>: Relay access denied"),
	ParamUnknown:      say(555, "5.5.4", "Unsupported option: {arg}"),
	SizeSyntax:        say(501, "5.5.4", "Bad message size syntax"),
	SizeTooBig:        say(552, "5.3.4", "Message size exceeds fixed limit"),
	BodySyntax:        say(555, "5.5.4", "Unsupported option: {arg}"),
	DSNRetSyntax:      say(501, "5.5.4", "Bad {arg} parameter syntax"),
	DSNNotifySyntax:   say(501, "5.5.4", "Error: Bad {arg} parameter syntax"),
	DataOK:            say(354, "", "End data with <CR><LF>.<CR><LF>"),
	DataSyntax:        say(501, "5.5.4", "Syntax: DATA"),
	DataNeedsMail:     say(503, "5.5.1", "Error: need RCPT command"),
	DataNeedsRcpt:     say(554, "5.5.1", "Error: no valid recipients"),
	Accepted:          say(250, "2.0.0", "Ok: queued as {id}"),
	AcceptedRecipient: say(250, "2.0.0", "Ok: queued as {id}"),
	TextTooBig:        say(552, "5.3.4", "Error: message file too big"),
	TextBareLF:        say(521, "5.5.2", "{host} Error: bare <LF> received"),
	TextEmpty:         say(554, "5.5.1", "Error: no valid recipients"),
	TooManyHops:       say(554, "5.4.0", "Error: too many hops"),
	StorageFull:       say(452, "4.3.1", "Insufficient system storage"),
	LocalError:        say(451, "4.3.0", "Error: queue file write error"),
	BdatOK:            say(250, "2.0.0", "Ok: {size} bytes"),
	BdatSyntax:        say(521, "5.5.4", "Syntax: BDAT count [LAST]"),
	BdatNeedsMail:     say(503, "5.5.1", "Error: need RCPT command"),
	BdatNeedsRcpt:     say(554, "5.5.1", "Error: no valid recipients"),
	DataAfterBdat:     say(503, "5.5.1", "Error: DATA after BDAT"),
	ResetOK:           say(250, "2.0.0", "Ok"),
	ResetSyntax:       say(501, "5.5.4", "Syntax: RSET"),
	NoopOK:            say(250, "2.0.0", "Ok"),
	QuitOK:            say(221, "2.0.0", "Bye"),
	QuitSyntax:        say(501, "5.5.4", "Syntax: QUIT"),
	HelpOK:            say(214, "2.0.0", "EHLO HELO MAIL RCPT DATA RSET NOOP QUIT VRFY STARTTLS"),
	VerifyOK:          say(252, "2.0.0", "{arg}"),
	VerifySyntax:      say(501, "5.5.4", "Syntax: VRFY address"),
	VerifyNoDomain:    say(252, "2.0.0", "{arg}"),
	ExpandOff:         say(500, "5.5.2", "Error: command not recognized"),
	ExpandRefused:     say(502, "5.7.0", "Error: command not allowed"),
	StartTLSReady:     say(220, "2.0.0", "Ready to start TLS"),
	StartTLSSyntax:    say(501, "5.5.4", "Syntax: STARTTLS"),
	StartTLSOff:       say(502, "5.5.1", "Error: command not implemented"),
	StartTLSActive:    say(554, "5.5.1", "Error: TLS already active"),
	StartTLSBroken:    say(454, "4.7.0", "TLS not available due to local problem"),
	StartTLSFirst:     say(530, "5.7.0", "Must issue a STARTTLS command first"),
	AuthOK:            say(235, "2.7.0", "Authentication successful"),
	AuthRefused:       say(535, "5.7.8", "Error: authentication failed: authentication failure"),
	AuthUnknown:       say(535, "5.7.8", "Error: authentication failed: no mechanism available"),
	AuthSyntax:        say(535, "5.7.8", "Error: authentication failed: bad protocol / cancel"),
	AuthAborted:       say(501, "5.7.0", "Authentication aborted"),
	AuthTwice:         say(503, "5.5.1", "Error: already authenticated"),
	AuthInMail:        say(503, "5.5.1", "Error: MAIL transaction in progress"),
	AuthOff:           say(503, "5.5.1", "Error: authentication not enabled"),
	EmptyLine:         say(500, "5.5.2", "Error: bad syntax"),
	VerbUnknown:       say(500, "5.5.2", "Error: command not recognized"),
	VerbOff:           say(502, "5.5.1", "Error: command not implemented"),
	NotASCII:          say(500, "5.5.2", "Error: bad UTF-8 syntax"),
	NoCommand:         say(221, "2.7.0", "Error: I can break rules, too. Goodbye."),
	LineTooLong:       say(500, "5.5.2", "Error: line too long"),
	NoMail:            say(503, "5.5.1", "Error: not accepting connections"),
	Unsynchronized:    say(554, "5.5.0", "Error: SMTP protocol synchronization"),
	TooManyErrors:     say(421, "4.7.0", "{host} Error: too many errors"),
	TimedOut:          say(421, "4.4.2", "{host} Error: timeout exceeded"),
	ShuttingDown:      say(421, "4.3.2", "{host} Service is shutting down"),
}
