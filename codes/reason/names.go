package reason

import (
	"regexp"
	"strings"

	"github.com/smtpsim/smtpsim/codes/smtp"
)

// Patterns that never change.
//
//house:table compiled once
var (
	inBrackets = regexp.MustCompile(`<([^<>\s@]+@[^<>\s@]+)>`)
	boxes      = regexp.MustCompile(`<?[^\s<>]+@[^\s<>]+>?`)
	bareBox    = regexp.MustCompile(`[^\s<>()"':;,\[\]]+@[A-Za-z0-9.-]+[A-Za-z0-9]`)
	literal    = regexp.MustCompile(`\[([0-9]{1,3}(?:\.[0-9]{1,3}){3}|(?:IPv6:)?[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]+)\]`)
	hostName   = regexp.MustCompile(`^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)+$`)
	// under which id a server says that it keeps the mail: Postfix, Exim, sendmail and OpenSMTPD, Exchange, qmail
	queueIDs = []*regexp.Regexp{
		regexp.MustCompile(`queued as ([A-Za-z0-9._-]+)`),
		regexp.MustCompile(`\bid=([A-Za-z0-9._-]+)`),
		regexp.MustCompile(`(?:^|\s)([A-Za-z0-9._-]+) Message accepted for delivery`),
		regexp.MustCompile(`\[InternalId=([0-9]+)`),
		regexp.MustCompile(`\bqp ([0-9]+)\b`),
		regexp.MustCompile(`^(?i:ok) +[0-9]+ +([A-Za-z0-9._-]+) - gsmtp`),
	}
)

// host is the server's own name where RFC 5321 §4.2 puts it (220, 221, 421), else an address in brackets.
func host(code int, text string) string {
	if code == 220 || code == 221 || code == 421 {
		if word, _, _ := strings.Cut(text, " "); hostName.MatchString(strings.TrimSuffix(word, ":")) {
			return strings.TrimSuffix(word, ":")
		}
	}
	if m := literal.FindStringSubmatch(text); m != nil {
		return m[1]
	}
	return ""
}

// mailbox is the first mailbox of the text, in brackets or not. A message id, which looks the same, is none.
func mailbox(text string) string {
	if strings.Contains(text, "[InternalId=") {
		return "" // Exchange: "<message-id> [InternalId=…] Queued mail for delivery"
	}
	candidate := ""
	if m := inBrackets.FindStringSubmatch(text); m != nil {
		candidate = m[1]
	} else {
		candidate = bareBox.FindString(text)
	}
	if _, err := smtp.ParseMailbox(candidate, smtp.StrictUTF8); err != nil {
		return ""
	}
	return candidate
}

func queueID(code int, text string) string {
	if code != 250 {
		return ""
	}
	for _, pattern := range queueIDs {
		if m := pattern.FindStringSubmatch(text); m != nil {
			return m[1]
		}
	}
	return ""
}
