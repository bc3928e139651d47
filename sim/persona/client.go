package persona

import (
	"fmt"
	"time"
)

// Client is how a software behaves as a client. Zero values mean what is written beside them.
type Client struct {
	Split      Split
	Recipients int        // in one transaction; 0: 100, which every server takes (RFC 5321 §4.5.3.1.8)
	Mails      int        // in one session; 0: 100, 1: a session for each mail
	Reset      bool       // RSET before each mail but the first (RFC 5321 §4.1.1.5); else MAIL follows at once
	ResetLast  bool       // RSET before a QUIT that leaves a mail in the middle: nobody was to get it
	HeloOnly   bool       // a client of 1982: HELO, no extensions
	LowerCase  bool       // its verbs are in lower case, which RFC 5321 §2.4 allows
	Convert    Conversion // of mail that the next host does not take as it is
	Chunking   bool       // BDAT where CHUNKING is offered
	PRDR       bool       // a reply for each recipient where PRDR is offered
	Early      bool       // speak before the greeting where PIPECONNECT was offered last time
	Timeouts   Timeouts
}

// Timeouts are a client's waits for the replies; 0: those of RFC 5321 §4.5.3.2.
type Timeouts struct {
	Greeting time.Duration // §4.5.3.2.1: 5 minutes
	Mail     time.Duration // §4.5.3.2.2: 5 minutes
	Rcpt     time.Duration // §4.5.3.2.3: 5 minutes
	Data     time.Duration // §4.5.3.2.4: 2 minutes
	Block    time.Duration // §4.5.3.2.5: 3 minutes
	End      time.Duration // §4.5.3.2.6: 10 minutes
}

// Split is how many envelopes one mail with several recipients becomes on its way out.
type Split uint8

// The ways to split.
const (
	SplitDomain    Split = iota // one for each destination domain (RFC 5321 §4.5.4.1: "only one copy")
	SplitRecipient              // one for each recipient: qmail, and everybody with VERP
)

//house:table constant
var splitNames = [...]string{"per-domain", "per-recipient"}

// String is the name in data files.
func (s Split) String() string { return splitNames[min(s, SplitRecipient)] }

// set is a key of the client's that is neither number nor time.
func (c *Client) set(key, value string) (err error) {
	switch key {
	case "client-split":
		c.Split, err = choice[Split](value, splitNames[:])
	case "client-reset":
		err = parseSwitch(&c.Reset, value)
	case "client-reset-last":
		err = parseSwitch(&c.ResetLast, value)
	case "client-helo-only":
		err = parseSwitch(&c.HeloOnly, value)
	case "client-lower-case":
		err = parseSwitch(&c.LowerCase, value)
	case "client-convert":
		c.Convert, err = choice[Conversion](value, conversions[:])
	case "client-chunking":
		err = parseSwitch(&c.Chunking, value)
	case "client-prdr":
		err = parseSwitch(&c.PRDR, value)
	case "client-early":
		err = parseSwitch(&c.Early, value)
	default:
		return fmt.Errorf("nothing is called so")
	}
	return err
}
