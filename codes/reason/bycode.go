package reason

import "github.com/smtpsim/smtpsim/codes/smtp"

// byEnhanced is the reason an enhanced code names (RFC 3463 §3, RFC 5248, RFC 7372); Unknown for those that say little.
func byEnhanced(e smtp.EnhancedCode) Class {
	if e.IsZero() {
		return Unknown
	}
	switch e[1] {
	case 1:
		return byAddress(e[2])
	case 2:
		return byMailbox(e[2])
	case 3:
		return bySystem(e[2])
	case 4:
		return byNetwork(e[2])
	case 5:
		return byProtocol(e[2])
	case 6:
		return Content
	case 7:
		return byPolicy(e[2])
	}
	return Unknown
}

func byAddress(detail int) Class {
	switch detail {
	case 1, 4:
		return UserUnknown
	case 2:
		return HostUnknown
	case 3:
		return Syntax
	case 6:
		return Moved
	case 7, 8:
		return Sender
	case 10:
		return NullMX
	}
	return Unknown
}

func byMailbox(detail int) Class {
	switch detail {
	case 1:
		return MailboxDisabled
	case 2:
		return MailboxFull
	case 3:
		return MessageTooBig
	}
	return Unknown
}

func bySystem(detail int) Class {
	switch detail {
	case 0, 2, 5:
		return ServerError
	case 1:
		return SystemFull
	case 4:
		return MessageTooBig
	}
	return Unknown
}

func byNetwork(detail int) Class {
	switch detail {
	case 0, 1, 2:
		return Network
	case 3, 5:
		return ServerError
	case 4:
		return HostUnknown
	case 6:
		return Loop
	case 7:
		return Timeout
	}
	return Unknown
}

func byProtocol(detail int) Class {
	switch detail {
	case 1:
		return Sequence
	case 2, 4:
		return Syntax
	case 3:
		return TooManyRecipients
	case 6:
		return Auth
	}
	return Protocol
}

func byPolicy(detail int) Class {
	switch detail {
	case 0, 1, 2:
		return Policy
	case 8, 9, 12, 13, 14:
		return Auth
	case 10, 11, 30:
		return TLS
	case 20, 21, 22, 23, 24, 26, 29:
		return Authentication
	case 25:
		return ReverseDNS
	case 27:
		return Sender
	case 28:
		return RateLimit
	}
	return Unknown
}

// specific says whether an enhanced code is used for one reason only. Software puts X.7.1, X.1.0 or X.5.1 on many things.
func specific(e smtp.EnhancedCode) bool {
	switch [2]int{e[1], e[2]} {
	case [2]int{1, 1}, [2]int{1, 2}, [2]int{1, 10}, [2]int{2, 1}, [2]int{2, 2}, [2]int{3, 1}, [2]int{4, 6}, [2]int{5, 3},
		[2]int{7, 8}, [2]int{7, 25}:
		return true
	}
	return false
}

// byCode is the reason a code is mostly used for (RFC 5321 §4.2.3).
func byCode(code int) Class {
	switch code {
	case 421:
		return ServerError
	case 432, 435, 534, 535:
		return Auth
	case 451:
		return ServerError
	case 452:
		return SystemFull
	case 454, 538:
		return TLS
	case 500, 501, 504, 555, 553:
		return Syntax
	case 502:
		return Protocol
	case 503:
		return Sequence
	case 551:
		return Moved
	case 552:
		return MailboxFull
	case 556:
		return NullMX
	case 521:
		return Policy
	}
	return Unknown
}
