package smtpclient

import (
	"strings"

	"github.com/smtpsim/smtpsim/codes/smtp"
)

// Stage is where in a session something was decided.
type Stage string

// The stages, in order.
const (
	StageGreeting Stage = "greeting"
	StageHello    Stage = "EHLO"
	StageTLS      Stage = "STARTTLS"
	StageAuth     Stage = "AUTH"
	StageReset    Stage = "RSET"
	StageMail     Stage = "MAIL"
	StageRcpt     Stage = "RCPT"
	StageData     Stage = "DATA"
	StageEnd      Stage = "end of data"
	StageQuit     Stage = "QUIT"
)

// Error is why a session could not go on, or why nobody got the mail.
type Error struct {
	Stage Stage
	Reply smtp.Reply // the server's, or one made here where Local is set; Code 0: none
	Local bool       // the server was not asked: what it announced made the answer clear
	Err   error      // of the connection or of TLS
}

// Error names the stage, then the reply or what broke the connection.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(string(e.Stage) + ": ")
	if e.Reply.Code != 0 {
		b.WriteString(strings.ReplaceAll(e.Reply.String(), "\r\n", " / "))
	}
	if e.Err != nil {
		if e.Reply.Code != 0 {
			b.WriteString(": ")
		}
		b.WriteString(e.Err.Error())
	}
	return b.String()
}

// Unwrap is the error of the connection.
func (e *Error) Unwrap() error { return e.Err }

// Temporary says that the same mail may be taken later: 4yz, or a connection that broke, which RFC 5321 §3.8 wants treated
// like 451.
func (e *Error) Temporary() bool { return temporary(e.Stage, e.Reply) }

func temporary(stage Stage, r smtp.Reply) bool {
	switch {
	case r.Code == 0, r.Temporary():
		return true
	case stage == StageRcpt && r.Code == 552: // RFC 5321 §4.5.3.1.10: an old way to say "too many recipients"
		return true
	}
	return false
}

// Result is what became of one mail.
type Result struct {
	Mail       smtp.Reply  // to MAIL
	Data       smtp.Reply  // to DATA
	Final      smtp.Reply  // to the end of data; in LMTP the last one
	Recipients []Recipient // as in the envelope
}

// Recipient is what became of the mail to one recipient.
type Recipient struct {
	Stage    Stage      // where it was decided
	Reply    smtp.Reply // by which reply; Code 0: the connection broke, see Err
	Err      error
	Accepted bool // the server has taken the responsibility (RFC 5321 §6.1)
}

// Temporary says of a recipient that was not accepted that another try is worth while.
func (r *Recipient) Temporary() bool { return temporary(r.Stage, r.Reply) }

// Accepted is the number of recipients that the server took.
func (r *Result) Accepted() int {
	n := 0
	for i := range r.Recipients {
		if r.Recipients[i].Accepted {
			n++
		}
	}
	return n
}

// settle writes the fate of all recipients that have none yet.
func (r *Result) settle(e *Error) *Error {
	for i := range r.Recipients {
		if to := &r.Recipients[i]; to.Stage == "" {
			*to = Recipient{Stage: e.Stage, Reply: e.Reply, Err: e.Err}
		}
	}
	return e
}
