package smtp

// Envelope is what the server holds of a transaction besides the mail data (RFC 5321 §2.3.1).
type Envelope struct {
	Reverse    ReversePath
	Params     []Param // of MAIL
	Recipients []Recipient
}

// Recipient is one accepted RCPT.
type Recipient struct {
	Forward ForwardPath
	Params  []Param // of RCPT
}
