// Package reason reads a server's reply line as an administrator does: what is it about, is that sure, which mailbox, host
// and queue id does it name, and does it contradict itself?
//
//  1. [Read] takes the line (or the lines) apart with the grammar of codes/smtp: code, enhanced code, words.
//  2. The words decide first, by the phrases of words.go, which real software writes; then the enhanced code; then the code.
//  3. Where words and codes disagree, [Reading].Contradictions says how.
//
// A reply's text is for people (RFC 5321 §4.2): what is read from it is a guess, and no program may act on it.
//
// Floor 0; read [Reading] first.
package reason

import (
	"slices"
	"strings"

	"github.com/smtpsim/smtpsim/codes/smtp"
)

// Class is what a reply is about.
type Class string

// The classes of refusals, and four for replies that refuse nothing.
const (
	Unknown           Class = "unknown"
	UserUnknown       Class = "user_unknown"
	MailboxFull       Class = "mailbox_full"
	MailboxDisabled   Class = "mailbox_disabled"
	Moved             Class = "moved"
	HostUnknown       Class = "host_unknown"
	NullMX            Class = "null_mx"
	RelayDenied       Class = "relay_denied"
	Sender            Class = "sender"
	Authentication    Class = "authentication" // SPF, DKIM, DMARC, ARC
	Auth              Class = "auth"           // the AUTH command
	IPBlocklisted     Class = "ip_blocklisted"
	SpamOrReputation  Class = "spam_or_reputation"
	Content           Class = "content"
	Virus             Class = "virus"
	Policy            Class = "policy"
	ReverseDNS        Class = "reverse_dns"
	RateLimit         Class = "rate_limit"
	Greylisting       Class = "greylisting"
	MessageTooBig     Class = "message_too_big"
	TooManyRecipients Class = "too_many_recipients"
	SystemFull        Class = "system_full"
	ServerError       Class = "server_error"
	Network           Class = "network"
	Loop              Class = "loop"
	Timeout           Class = "timeout"
	TLS               Class = "tls"
	Syntax            Class = "syntax"
	Sequence          Class = "sequence"
	Protocol          Class = "protocol"
	Accepted          Class = "accepted"
	Greeting          Class = "greeting"
	Intermediate      Class = "intermediate"
	Closing           Class = "closing"
)

// Contradiction names one way in which a reply disagrees with itself.
type Contradiction string

const (
	ClassDiffers Contradiction = "class"      // 550 4.2.2
	SaysFinal    Contradiction = "says-final" // a 4yz whose words name a lasting reason
	SaysLater    Contradiction = "says-later" // a 5yz whose words ask for another attempt
	Subject      Contradiction = "subject"    // the enhanced code names another reason than the words
	LinesDiffer  Contradiction = "lines"      // a multi-line reply with several codes
	NotSMTP      Contradiction = "not-smtp"   // a number that is no reply code
)

// Reading is what a reply line says.
type Reading struct {
	Code           int               // 0: there is none
	Enhanced       smtp.EnhancedCode // zero: there is none
	Class          Class
	Sure           bool     // the words say it, not only a code that is used for many things
	Words          []string // the phrases that decided, in lower case
	Host           string   // named by the reply: the server itself, or an address in brackets
	Mailbox        string   // the first mailbox in the text
	QueueID        string   // under which the server keeps the mail
	Contradictions []Contradiction
}

// maxLine bounds what is read of a line.
const maxLine = 64 * 1024

// Read reads a reply, one line or several with any line ends. Text without a code is read for its words alone.
func Read(line string) Reading {
	if len(line) > maxLine {
		line = line[:maxLine]
	}
	var r Reading
	text := r.split(line)
	lower := strings.ToLower(boxes.ReplaceAllString(text, "<>")) // a mailbox's name is no reason
	if r.Enhanced.IsZero() {
		r.Enhanced = trailingEnhanced(text)
	}
	r.classify(lower)
	r.Host = host(r.Code, text)
	r.QueueID = queueID(r.Code, text)
	r.Mailbox = mailbox(text)
	r.contradict(lower)
	return r
}

// split takes codes off the lines and joins their texts.
func (r *Reading) split(line string) string {
	var texts []string
	for _, l := range strings.Split(line, "\n") {
		l = strings.Trim(l, " \t\r")
		if l == "" {
			continue
		}
		code, sep, text, ok := smtp.SplitReplyLine(l)
		if !ok || sep != ' ' && sep != '-' && sep != 0 {
			text = l
			if e, n := smtp.CutEnhanced(l); n > 0 && r.Code == 0 && r.Enhanced.IsZero() { // "5.1.1 …" alone
				r.Enhanced, text = e, l[n:]
			}
			texts = append(texts, strings.TrimSpace(text))
			continue
		}
		if r.Code != 0 && code != r.Code {
			r.note(LinesDiffer)
		}
		if r.Code == 0 {
			r.Code = code
		}
		text = strings.TrimSpace(text)
		if e, n := smtp.CutEnhanced(text); n > 0 {
			if r.Enhanced.IsZero() {
				r.Enhanced = e
			}
			text = strings.TrimSpace(text[n:])
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, " ")
}

// trailingEnhanced finds "(#5.1.1)", where qmail has it.
func trailingEnhanced(text string) smtp.EnhancedCode {
	i := strings.LastIndex(text, "(#")
	if i < 0 {
		return smtp.EnhancedCode{}
	}
	e, n := smtp.CutEnhanced(text[i+2:])
	if n == 0 || !strings.HasPrefix(text[i+2+n:], ")") {
		return smtp.EnhancedCode{}
	}
	return e
}

func (r *Reading) note(c Contradiction) {
	if !slices.Contains(r.Contradictions, c) {
		r.Contradictions = append(r.Contradictions, c)
	}
}

// classify asks the words, then the enhanced code, then the code.
func (r *Reading) classify(lower string) {
	switch r.Code / 100 {
	case 2:
		r.positive(lower)
		return
	case 3:
		r.Class, r.Sure = Intermediate, true
		if r.Code == 334 {
			r.Class = Auth
		}
		return
	}
	for _, p := range phrases {
		if !hasWords(lower, p.words) {
			continue
		}
		r.Class, r.Sure, r.Words = p.class, !p.vague, []string{p.words}
		if p.vague { // a finer enhanced code knows better: "Access denied" with 5.7.25
			if c := byEnhanced(r.Enhanced); c != Unknown {
				r.Class = c
			}
		}
		return
	}
	if r.Class = byEnhanced(r.Enhanced); r.Class == Unknown {
		r.Class = byCode(r.Code)
	}
}

// hasWords says whether words stand in s, not in the middle of a word.
func hasWords(s, words string) bool {
	for from := 0; ; {
		i := strings.Index(s[from:], words)
		if i < 0 {
			return false
		}
		at := from + i
		if at == 0 || s[at-1] < 'a' || s[at-1] > 'z' {
			return true
		}
		from = at + 1
	}
}

func (r *Reading) positive(lower string) {
	r.Class, r.Sure = Accepted, true
	switch r.Code {
	case 220:
		r.Class = Greeting
		for _, words := range []string{"start tls", "tls go ahead", "begin tls", "go ahead with tls"} {
			if strings.Contains(lower, words) {
				r.Class, r.Words = TLS, []string{words}
				return
			}
		}
	case 221:
		r.Class = Closing
	case 235:
		r.Class = Auth
	}
}

// contradict compares what code, enhanced code and words say.
func (r *Reading) contradict(lower string) {
	class := r.Code / 100
	if r.Code != 0 && (class < 2 || class > 5) {
		r.note(NotSMTP)
	}
	if r.Code != 0 && !r.Enhanced.IsZero() && r.Enhanced[0] != class {
		r.note(ClassDiffers)
	}
	if class == 4 && r.Sure && lasting(r.Class) {
		r.note(SaysFinal)
	}
	if class == 5 && (r.Class == Greylisting || containsAny(lower, laterWords)) {
		r.note(SaysLater)
	}
	if c := byEnhanced(r.Enhanced); r.Sure && class >= 4 && specific(r.Enhanced) && c != Unknown && c != r.Class {
		r.note(Subject)
	}
}

// lasting are reasons that do not pass by themselves.
func lasting(c Class) bool {
	switch c {
	case UserUnknown, RelayDenied, NullMX, MessageTooBig, Virus:
		return true
	}
	return false
}

func containsAny(s string, words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(s, w) })
}
