package smtpclient

import "github.com/smtpsim/smtpsim/codes/smtp"

// needsUTF8 refuses addresses that only SMTPUTF8 can carry (RFC 6531 §3.1), which this client does not speak.
func (c *Client) needsUTF8(env *smtp.Envelope, _ []byte) *Error {
	ascii := env.Reverse.IsASCII()
	for i := range env.Recipients {
		ascii = ascii && env.Recipients[i].Forward.IsASCII()
	}
	if ascii {
		return nil
	}
	return local(553, "5.6.7", "an address needs SMTPUTF8")
}
