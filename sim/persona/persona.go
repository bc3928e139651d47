package persona

import (
	"time"

	"github.com/smtpsim/smtpsim/trace/field"
)

// Persona is one software's way of doing mail. The functions that make one give a fresh copy, so that a scenario may
// change single fields; nobody changes it after a server or a queue was started with it.
type Persona struct {
	Name     string // "postfix", as scenario files have it
	About    string // one line on what it stands for
	Software string // as the software writes itself in banners and trace fields: "Exim 4.96"
	Texts    [situations]Text
	Customs  Customs
	Offers   Extensions  // what it offers when nothing else is said
	Keywords []Extension // the order of EHLO keywords
	Received field.Style

	SizeMax        int64         // octets of one message; 0: no limit
	RecipientsMax  int           // in one transaction; never below smtp.MinRecipients
	CommandLineMax int           // octets with CRLF; what is longer is refused
	ErrorsMax      int           // so many refused commands end the session; 0: never
	NoEHLO         bool          // it knows RFC 821 only
	GreetingPause  time.Duration // before the last line of the greeting; who talks in between is sent away
	CommandTimeout time.Duration // RFC 5321 §4.5.3.2.7: at least 5 minutes
	HopLimit       int           // more Received fields than this are taken for a loop (RFC 5321 §6.3)
	IDStyle        IDStyle
	Retry          Retry
	DelayDSN       time.Duration // a "delayed" report goes out after this; 0: never
	GiveUp         time.Duration // a message is returned after this
	BounceGiveUp   time.Duration // a report that cannot be delivered is dropped after this
	WithLower      bool          // its Received field says "with esmtp", not "with ESMTP"
	Client         Client        // how it behaves towards servers
}
