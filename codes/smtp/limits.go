package smtp

// The sizes that every implementation must be able to receive, named after RFC 5321 §4.5.3.1. Octets, with the line's
// CRLF where there is a line. [Strict] parsing rejects what is longer.
const (
	MaxLocalPart   = 64        // §4.5.3.1.1
	MaxDomain      = 255       // §4.5.3.1.2
	MaxLabel       = 63        // RFC 1035 §2.3.4
	MaxPath        = 256       // §4.5.3.1.3, with brackets and source route
	MaxCommandLine = 512       // §4.5.3.1.4
	MaxReplyLine   = 512       // §4.5.3.1.5
	MaxTextLine    = 1000      // §4.5.3.1.6, without a dot added for transparency
	MinMessageSize = 64 * 1024 // §4.5.3.1.7: a server must take at least this much
	MinRecipients  = 100       // §4.5.3.1.8: a server must take at least this many
	MinLoopHops    = 100       // §6.3: a Received count below this must not be called a loop
)

// Lines that extensions make longer.
const (
	// MaxMailLine is MAIL with every registered parameter: SIZE 26 (RFC 1870 §3), BODY 16 (RFC 3030 §3), BY 17
	// (RFC 2852 §2), " ENVID=" with 100 and " RET=FULL" (RFC 3461 §5.4), AUTH 500 (RFC 4954 §3), TRANSID 88 (RFC 1845 §2),
	// SOLICIT 1007 (RFC 3865 §4.1), MTRK 40 (RFC 3885 §2), hold 34 (RFC 4865 §3), SMTPUTF8 10 (RFC 6531 §3.1), MT-PRIORITY 15
	// (RFC 6710 §3), REQUIRETLS 11 (RFC 8689 §2).
	MaxMailLine = MaxCommandLine + 26 + 16 + 17 + 107 + 9 + 500 + 88 + 1007 + 40 + 34 + 10 + 15 + 11
	// MaxRcptLine is RCPT with " NOTIFY=SUCCESS,FAILURE,DELAY" and " ORCPT=" with 500 (RFC 3461 §5.4), and RRVS 33
	// (RFC 7293 §3.1).
	MaxRcptLine = MaxCommandLine + 29 + 507 + 33
	// MaxAuthLine is the longest line of an AUTH exchange (RFC 4954 §4).
	MaxAuthLine = 12288
	// MaxTolerantLine bounds a line in [Tolerant] parsing; nothing real comes near it.
	MaxTolerantLine = 64 * 1024
	// MaxParams bounds the parameters of one command, MaxRoute the hosts of one source route; both are beyond all use.
	MaxParams = 64
	MaxRoute  = 64
	// MaxReplyLines bounds one reply; EXPN of a big list is the longest that is known.
	MaxReplyLines = 4096
)
