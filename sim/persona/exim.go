package persona

import (
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/trace/field"
)

// Exim is Exim 4.96 with the configuration it is shipped with.
func Exim() *Persona {
	return &Persona{
		Name:     "exim",
		Software: "Exim 4.96",
		Texts:    eximTexts,
		Customs: Customs{
			Takes: []smtp.Tolerance{smtp.SpaceAfterColon, smtp.ExtraSpace, smtp.NoBrackets, smtp.SpaceInPath, smtp.LongPath,
				smtp.LiteralInHelo, smtp.LongLine},
			NumericDomain:    true,
			BareVerbUnknown:  true,
			VerifyNeedsAt:    true,
			Synchronized:     true,
			CountsSyntaxOnly: true,
			BareLF:           BareLFKeep,
		},
		Offers: Size | EightBitMIME | Pipelining | Chunking | StartTLS | Help,
		Keywords: []Extension{Size, EightBitMIME, DSN, Vrfy, Expn, Pipelining, Auth, Chunking, StartTLS,
			EnhancedStatusCodes, Help},
		Received: field.StyleExim,

		SizeMax:        50 << 20, // message_size_limit
		RecipientsMax:  50000,    // recipients_max
		CommandLineMax: 16384,    // smtp_cmd_buffer_size
		ErrorsMax:      4,        // smtp_max_synprot_errors and one
		CommandTimeout: 5 * time.Minute,
		HopLimit:       30, // received_headers_max
		IDStyle:        Base62ID,
		WithLower:      true,
		Retry: Retry{Rules: []RetryRule{ // "F,2h,15m; G,16h,1h,1.5; F,4d,6h"
			{Until: 2 * time.Hour, Every: 15 * time.Minute},
			{Until: 16 * time.Hour, Every: time.Hour, Percent: 150},
			{Until: 4 * 24 * time.Hour, Every: 6 * time.Hour},
		}},
		DelayDSN:     24 * time.Hour,     // delay_warning
		GiveUp:       4 * 24 * time.Hour, // the end of the last rule
		BounceGiveUp: 2 * 24 * time.Hour, // ignore_bounce_errors_after
	}
}

// eximTexts is what src/smtp_in.c says. It knows no enhanced codes of its own.
//
//house:table the words of one software, copied into each Persona
var eximTexts = [situations]Text{
	Greeting:          say(220, "", "{host} {protocol} Exim 4.96 {date}"),
	GreetingRefused:   say(554, "", "SMTP service not available"),
	GreetingBusy:      say(421, "", "Too many concurrent SMTP connections; please try again later."),
	HelloOK:           say(250, "", "{host} Hello {client} [{ip}]"),
	HeloOK:            say(250, "", "{host} Hello {client} [{ip}]"),
	HelloSyntax:       say(501, "", "Syntactically invalid EHLO argument(s)"),
	HeloSyntax:        say(501, "", "Syntactically invalid HELO argument(s)"),
	HelloUnknown:      say(500, "", "unrecognized command"),
	HelloFirst:        say(503, "", "HELO or EHLO required"),
	MailOK:            say(250, "", "OK"),
	MailSyntax:        say(501, "", "MAIL must have an address operand"),
	SenderSyntax:      say(501, "", "{arg}: malformed address"),
	SenderNoDomain:    say(501, "", "<{arg}>: sender address must contain a domain"),
	MailNested:        say(503, "", "sender already given"),
	RcptOK:            say(250, "", "Accepted"),
	RcptSyntax:        say(501, "", "RCPT must have an address operand"),
	RecipientSyntax:   say(501, "", "{arg}: missing or malformed local part"),
	RecipientNoDomain: say(501, "", "<{arg}>: recipient address must contain a domain"),
	RcptNeedsMail:     say(503, "", "sender not yet given"),
	RcptTooMany:       say(452, "", "too many recipients"),
	UserUnknown:       say(550, "", "Unrouteable address"),
	RelayDenied:       say(550, "", "relay not permitted"),
	ParamUnknown:      say(501, "", "{arg}: malformed address"),
	SizeSyntax:        say(501, "", "{arg}: malformed address"),
	SizeTooBig:        say(552, "", "Message size exceeds maximum permitted"),
	BodySyntax:        say(501, "", "invalid data for BODY"),
	DSNRetSyntax:      say(501, "", "Value for {arg} is invalid"),
	DSNNotifySyntax:   say(501, "", "Invalid value for {arg} parameter"),
	DataOK:            say(354, "", `Enter message, ending with "." on a line by itself`),
	DataSyntax:        say(501, "", "unexpected argument data"),
	DataNeedsMail:     say(503, "", "valid RCPT command must precede DATA"),
	DataNeedsRcpt:     say(503, "", "valid RCPT command must precede DATA"),
	Accepted:          say(250, "", "OK id={id}"),
	AcceptedRecipient: say(250, "", "OK id={id}"),
	TextTooBig:        say(552, "", "Message size exceeds maximum permitted"),
	TextBareLF:        say(554, "", "Bare linefeed not permitted"),
	TextEmpty:         say(554, "", "no valid recipients"),
	TooManyHops:       say(550, "", `Too many "Received" headers - suspected mail loop`),
	StorageFull:       say(452, "", "Space shortage, please try later"),
	LocalError:        say(451, "", "Temporary local problem - please try later"),
	BdatOK:            say(250, "", "{size} byte chunk received"),
	BdatSyntax:        say(501, "", "missing size for BDAT command"),
	BdatNeedsMail:     say(503, "", "valid RCPT command must precede BDAT"),
	BdatNeedsRcpt:     say(503, "", "valid RCPT command must precede BDAT"),
	DataAfterBdat:     say(503, "", "DATA command after BDAT"),
	ResetOK:           say(250, "", "Reset OK"),
	ResetSyntax:       say(501, "", "unexpected argument data"),
	NoopOK:            say(250, "", "OK"),
	QuitOK:            say(221, "", "{host} closing connection"),
	QuitSyntax:        say(501, "", "unexpected argument data"),
	HelpOK:            say(214, "", "Commands supported:", "STARTTLS HELO EHLO MAIL RCPT DATA BDAT NOOP QUIT RSET HELP EXPN VRFY"),
	VerifyOK:          say(252, "", "Administrative prohibition"),
	VerifySyntax:      say(501, "", "empty address"),
	VerifyNoDomain:    say(501, "", "{arg}: recipient address must contain a domain"),
	ExpandOff:         say(550, "", "Administrative prohibition"),
	ExpandRefused:     say(553, "", "{arg}@{host} cannot be resolved at this time"),
	StartTLSReady:     say(220, "", "TLS go ahead"),
	StartTLSSyntax:    say(501, "", "unexpected argument data"),
	StartTLSOff:       say(503, "", "STARTTLS command used when not advertised"),
	StartTLSActive:    say(503, "", "STARTTLS command used when not advertised"),
	StartTLSBroken:    say(454, "", "TLS currently unavailable"),
	StartTLSFirst:     say(530, "", "Must issue a STARTTLS command first"),
	AuthOK:            say(235, "", "Authentication succeeded"),
	AuthRefused:       say(535, "", "Incorrect authentication data"),
	AuthUnknown:       say(504, "", "{arg} authentication mechanism not supported"),
	AuthSyntax:        say(501, "", "Invalid base64 data"),
	AuthAborted:       say(501, "", "Authentication cancelled"),
	AuthTwice:         say(503, "", "already authenticated"),
	AuthInMail:        say(503, "", "not permitted in mail transaction"),
	AuthOff:           say(503, "", "AUTH command used when not advertised"),
	EmptyLine:         say(500, "", "unrecognized command"),
	VerbUnknown:       say(500, "", "unrecognized command"),
	VerbOff:           say(503, "", "{arg} command used when not advertised"),
	NotASCII:          say(501, "", "{arg}: malformed address"),
	NoCommand:         say(500, "", "unrecognized command"),
	LineTooLong:       say(500, "", "line too long"),
	NoMail:            say(503, "", "SMTP service not available"),
	Unsynchronized:    say(554, "", "SMTP synchronization error"),
	TooManyErrors:     say(0, "", "Too many syntax or protocol errors"),
	TimedOut:          say(421, "", "{host}: SMTP command timeout - closing connection"),
	ShuttingDown:      say(421, "", "{host}: Service not available - shutting down"),
}
