package smtpclient

import (
	"strconv"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// readSize reads the limit of the SIZE keyword; 0 and nothing mean that there is none (RFC 1870 §4).
func (c *Client) readSize(arg string) {
	if limit, err := strconv.ParseInt(arg, 10, 64); err == nil && limit > 0 {
		c.sizeMax = limit
	}
}

// tooBig is the answer to a text beyond the announced limit, which need not be sent to be refused (RFC 1870 §7).
func (c *Client) tooBig(size int) *Error {
	if !c.uses(persona.Size) || c.sizeMax == 0 || int64(size) <= c.sizeMax {
		return nil
	}
	return local(552, "5.3.4", "message size "+strconv.Itoa(size)+" exceeds size limit "+strconv.FormatInt(c.sizeMax, 10)+
		" of server")
}

// appendSize adds the SIZE parameter (RFC 1870 §5).
func (c *Client) appendSize(dst []byte, size int) []byte {
	if !c.uses(persona.Size) {
		return dst
	}
	return strconv.AppendInt(append(dst, " SIZE="...), int64(size), 10)
}

// local is a refusal that the client gives itself.
func local(code int, enhanced, text string) *Error {
	return &Error{Stage: StageMail, Reply: smtp.NewReply(code, enhanced, text), Local: true}
}
