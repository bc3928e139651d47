package reason

// phrase is a piece of text that real software writes, and what it means. Vague ones are used for many things.
type phrase struct {
	words string // lower case
	class Class
	vague bool
}

// laterWords ask for another attempt.
//
//house:table read only
var laterWords = []string{"try again later", "try later", "please retry", "temporarily", "temporary", "try again in"}

// phrases are asked in this order: what is said of the sender before what is said of a user, the particular before the
// general.
//
//house:table read only
var phrases = []phrase{
	// the sender's address
	{"sender address rejected", Sender, false}, {"sender verify failed", Sender, false},
	{"domain of sender address", Sender, false}, {"send as this sender", Sender, false},
	{"sender domain", Sender, false}, {"not owned by user", Sender, false}, {"invalid sender", Sender, false},
	{"sender rejected", Sender, false}, {"sender not allowed", Sender, false}, {"sender denied", Sender, false},
	{"sender address not", Sender, false}, {"envelope sender", Sender, false}, {"domain not verified", Sender, false},
	// what would be taken for something else below
	{"used when not advertised", Sequence, false}, {"not allowed at this point", Sequence, false},
	{"transaction in progress", Sequence, false}, {"already identified", Sequence, false},
	{"during a mail transaction", Sequence, false}, {"already authenticated", Sequence, false},
	{"must issue an auth", Auth, false}, {"for policy reasons", Policy, false},
	{"name server timeout", HostUnknown, false}, {"recipient address rejected: access denied", UserUnknown, false},
	// null MX
	{"nullmx", NullMX, false}, {"null mx", NullMX, false}, {"does not accept mail", NullMX, false},
	{"does not accept email", NullMX, false},
	// greylisting
	{"greylist", Greylisting, false}, {"graylist", Greylisting, false}, {"grey-list", Greylisting, false},
	{"grey list", Greylisting, false}, {"postgrey", Greylisting, false}, {"deferred for now, try again in", Greylisting, false},
	// SPF, DKIM, DMARC, ARC
	{"dmarc", Authentication, false}, {"dkim", Authentication, false}, {"spf ", Authentication, false},
	{"spf:", Authentication, false}, {"spf-", Authentication, false}, {"(spf)", Authentication, false},
	{"sender policy framework", Authentication, false}, {"unauthenticated email", Authentication, false},
	{"unauthenticated mail", Authentication, false}, {"arc validation", Authentication, false},
	{"not authorized to send from", Authentication, false}, {"not permitted to send from", Authentication, false},
	// relaying
	{"relay access denied", RelayDenied, false}, {"relaying denied", RelayDenied, false},
	{"relay not permitted", RelayDenied, false}, {"unable to relay", RelayDenied, false},
	{"relaying not", RelayDenied, false}, {"relay denied", RelayDenied, false}, {"relay not", RelayDenied, false},
	{"rcpthosts", RelayDenied, false}, {"not permitted to relay", RelayDenied, false}, {"we do not relay", RelayDenied, false},
	{"relaying prohibited", RelayDenied, false}, {"relaying is not", RelayDenied, false}, {"no relaying", RelayDenied, false},
	{"not a gateway", RelayDenied, false}, {"no such domain at this location", RelayDenied, false},
	// blocklists
	{"blocked using", IPBlocklisted, false}, {"spamhaus", IPBlocklisted, false}, {"spamcop", IPBlocklisted, false},
	{"blacklist", IPBlocklisted, false}, {"blocklist", IPBlocklisted, false}, {"block list", IPBlocklisted, false},
	{"dnsbl", IPBlocklisted, false}, {"rbl", IPBlocklisted, false}, {"barracudacentral", IPBlocklisted, false},
	{"listed at", IPBlocklisted, false}, {"listed in", IPBlocklisted, false}, {"listed by", IPBlocklisted, false},
	{"banned sending ip", IPBlocklisted, false}, {"your ip address is", IPBlocklisted, true}, {"s3140", IPBlocklisted, false},
	// reverse DNS
	{"cannot find your hostname", ReverseDNS, false}, {"cannot find your reverse", ReverseDNS, false},
	{"reverse dns", ReverseDNS, false}, {"reverse hostname", ReverseDNS, false}, {"ptr record", ReverseDNS, false},
	{"ptr ", ReverseDNS, false}, {"rdns", ReverseDNS, false}, {"does not have a valid hostname", ReverseDNS, false},
	// viruses, spam, content
	{"virus", Virus, false}, {"malware", Virus, false}, {"infected", Virus, false},
	{"spam", SpamOrReputation, false}, {"unsolicited", SpamOrReputation, false}, {"reputation", SpamOrReputation, false},
	{"bulk mail", SpamOrReputation, false}, {"user complaints", SpamOrReputation, false}, {"junk", SpamOrReputation, false},
	{"attachment", Content, false}, {"content rejected", Content, false}, {"message content", Content, false},
	{"header", Content, true}, {"line too long in message", Content, false}, {"bare linefeed", Content, false},
	{"bare <lf>", Content, false},
	{"message rejected", Content, true}, {"from: header", Content, false},
	// limits
	{"too many recipients", TooManyRecipients, false}, {"recipients limit", TooManyRecipients, false},
	{"recipient limit", TooManyRecipients, false}, {"too many connections", RateLimit, false},
	{"too many concurrent", RateLimit, false}, {"too much mail", RateLimit, false}, {"rate limit", RateLimit, false},
	{"ratelimit", RateLimit, false}, {"at a rate", RateLimit, false}, {"too many messages", RateLimit, false},
	{"too fast", RateLimit, false}, {"sending limit", RateLimit, false}, {"throttl", RateLimit, false},
	{"connection limit", RateLimit, false}, {"unusual rate", RateLimit, false}, {"too many sessions", RateLimit, false},
	{"message size exceeds", MessageTooBig, false}, {"too big", MessageTooBig, false},
	{"message too large", MessageTooBig, false}, {"message is too large", MessageTooBig, false},
	{"maximum message size", MessageTooBig, false}, {"size limit", MessageTooBig, false},
	{"exceeds maximum", MessageTooBig, false}, {"exceeded storage allocation", MailboxFull, true},
	{"too much mail data", MessageTooBig, false}, {"message length exceeds", MessageTooBig, false},
	// the disk of the system
	{"insufficient system storage", SystemFull, false}, {"insufficient disk", SystemFull, false},
	{"insufficient system resources", SystemFull, false}, {"space shortage", SystemFull, false},
	{"disk full", SystemFull, false}, {"out of disk", SystemFull, false}, {"no space left", SystemFull, false},
	// the mailbox
	{"quota", MailboxFull, false}, {"mailbox full", MailboxFull, false}, {"mailbox is full", MailboxFull, false},
	{"over its limit", MailboxFull, false}, {"storage space", MailboxFull, false}, {"inbox is full", MailboxFull, false},
	{"mailbox for user is full", MailboxFull, false}, {"not enough space", MailboxFull, false},
	{"mailbox disabled", MailboxDisabled, false}, {"account disabled", MailboxDisabled, false},
	{"account is disabled", MailboxDisabled, false}, {"account has been disabled", MailboxDisabled, false},
	{"account inactive", MailboxDisabled, false}, {"is inactive", MailboxDisabled, false}, {"suspended", MailboxDisabled, false},
	{"mailbox is disabled", MailboxDisabled, false}, {"not accepting messages", MailboxDisabled, false},
	{"account locked", MailboxDisabled, false}, {"deactivated", MailboxDisabled, false},
	{"has moved", Moved, false}, {"user not local", Moved, false}, {"no longer at this address", Moved, false},
	{"no longer works here", Moved, false}, {"please try <", Moved, false}, {"address has changed", Moved, false},
	// domains
	{"domain not found", HostUnknown, false}, {"host not found", HostUnknown, false}, {"host unknown", HostUnknown, false},
	{"unknown host", HostUnknown, false}, {"name service error", HostUnknown, false}, {"nxdomain", HostUnknown, false},
	{"domain does not exist", HostUnknown, false}, {"no mx", HostUnknown, false}, {"bad destination system", HostUnknown, false},
	{"unknown domain", HostUnknown, false}, {"could not find a mail server", HostUnknown, false},
	// users
	{"user unknown", UserUnknown, false}, {"unknown user", UserUnknown, false}, {"no such user", UserUnknown, false},
	{"no mailbox here", UserUnknown, false}, {"unrouteable address", UserUnknown, false}, {"unroutable address", UserUnknown, false},
	{"invalid recipient", UserUnknown, false}, {"user doesn't exist", UserUnknown, false}, {"user does not exist", UserUnknown, false},
	{"doesn't exist", UserUnknown, false}, {"mailbox not found", UserUnknown, false}, {"no such mailbox", UserUnknown, false},
	{"unknown recipient", UserUnknown, false}, {"recipient unknown", UserUnknown, false}, {"recipnotfound", UserUnknown, false},
	{"no such recipient", UserUnknown, false}, {"recipient not found", UserUnknown, false}, {"unknown address", UserUnknown, false},
	{"address unknown", UserUnknown, false}, {"user not found", UserUnknown, false}, {"mailbox unknown", UserUnknown, false},
	{"tried to reach does not exist", UserUnknown, false}, {"no such person", UserUnknown, false}, {"not a valid mailbox", UserUnknown, false},
	{"invalid mailbox", UserUnknown, false}, {"user invalid", UserUnknown, false}, {"no account by that name", UserUnknown, false},
	// encryption and login
	{"starttls", TLS, false}, {"tls", TLS, false}, {"encryption", TLS, false}, {"certificate", TLS, false},
	{"authentication required", Auth, false}, {"authentication failed", Auth, false}, {"authenticat", Auth, false},
	{"credentials", Auth, false}, {"password", Auth, false}, {"login", Auth, false},
	// the way
	{"too many hops", Loop, false}, {"mail loop", Loop, false}, {"loops back", Loop, false}, {"routing loop", Loop, false},
	{"loop detected", Loop, false}, {"timeout", Timeout, false}, {"timed out", Timeout, false}, {"idle too long", Timeout, false},
	{"connection refused", Network, false}, {"connection lost", Network, false}, {"connection reset", Network, false},
	{"unreachable", Network, false}, {"lost connection", Network, false},
	{"lost input", Network, false}, {"lost incoming", Network, false}, {"unexpected close", Network, false}, {"no route", Network, false},
	{"cannot connect", Network, false}, {"bad connection", Network, false}, {"could not connect", Network, false},
	// rules of the house
	{"command is disabled", Policy, false}, {"helo command rejected", Policy, false}, {"administrative prohibition", Policy, false},
	{"access denied", Policy, true}, {"not allowed", Policy, true}, {"policy", Policy, true}, {"prohibited", Policy, true},
	{"not authorized", Policy, true}, {"blocked", Policy, true}, {"forbidden", Policy, false}, {"rejected by rule", Policy, false},
	// the dialogue
	{"too many errors", Protocol, false}, {"protocol error", Protocol, false}, {"synchronization", Protocol, false},
	{"too many syntax", Protocol, false}, {"too many nonmail", Protocol, false}, {"not implemented", Protocol, false},
	{"pipelining", Protocol, false}, {"break rules", Protocol, false},
	{"need mail command", Sequence, false}, {"need rcpt", Sequence, false}, {"send helo", Sequence, false},
	{"not yet given", Sequence, false}, {"must precede", Sequence, false}, {"bad sequence", Sequence, false},
	{"nested mail", Sequence, false}, {"already given", Sequence, false}, {"already specified", Sequence, false},
	{"helo or ehlo required", Sequence, false}, {"no valid recipients", Sequence, false}, {"out of sequence", Sequence, false},
	{"syntax", Syntax, false}, {"not recognized", Syntax, false}, {"unrecognized command", Syntax, false},
	{"command unrecognized", Syntax, false}, {"syntactically invalid", Syntax, false}, {"must contain a domain", Syntax, false},
	{"unknown command", Syntax, false}, {"invalid command", Syntax, false}, {"bad recipient address", Syntax, false},
	{"malformed", Syntax, false}, {"line too long", Syntax, false},
	// the server itself
	{"lookup error", ServerError, false}, {"lookup failure", ServerError, false}, {"configuration error", ServerError, false},
	{"local problem", ServerError, false}, {"temporary problem", ServerError, false}, {"local error", ServerError, false},
	{"internal error", ServerError, false}, {"internal server error", ServerError, false}, {"queue file write error", ServerError, false},
	{"service unavailable", ServerError, true}, {"server busy", ServerError, false}, {"service not available", ServerError, true},
	{"mailbox unavailable", UserUnknown, true}, {"mailbox busy", ServerError, false}, {"shutting down", ServerError, false},
}
