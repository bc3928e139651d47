package smtpclient

import (
	"bytes"
	"strings"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// solicitation is the value of the mail's Solicitation field for a server that offers NO-SOLICITING: RFC 3865 §2.3 has it the
// only source of the parameter, §2.7 wants its syntax looked at. "": the mail has none.
func (c *Client) solicitation(text []byte) string {
	if !c.uses(persona.NoSoliciting) {
		return ""
	}
	value := strings.TrimSpace(headerField(text, "Solicitation"))
	if !smtp.IsSolicitation(value) {
		return ""
	}
	return value
}

// headerField is the body of the first header field of that name, unfolded.
func headerField(text []byte, name string) string {
	value, inside := "", false
	for len(text) > 0 && text[0] != '\r' && text[0] != '\n' {
		line, rest, _ := bytes.Cut(text, []byte{'\n'})
		folded := line[0] == ' ' || line[0] == '\t'
		switch {
		case inside && !folded:
			return value
		case inside:
			value += strings.TrimRight(string(line), "\r")
		case !folded && len(line) > len(name) && bytes.EqualFold(line[:len(name)], []byte(name)) && line[len(name)] == ':':
			value, inside = strings.TrimRight(string(line[len(name)+1:]), "\r"), true
		}
		text = rest
	}
	return value
}
