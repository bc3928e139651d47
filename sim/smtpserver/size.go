package smtpserver

import (
	"errors"
	"math"
	"strconv"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// sizeExtension is SIZE: how large a mail will be, and may be.
func sizeExtension() extension {
	return extension{is: persona.Size, mail: []param{{"SIZE", (*session).size}}}
}

// size reads MAIL's SIZE parameter; if it is wrong, it has answered. RFC 1870 §6.1: 552 if more is declared than the
// server takes. The value is a hint and never where a text ends (§6.3).
func (n *session) size(_ *smtp.Command, p *smtp.Param) bool {
	// RFC 1870 §5: size-value ::= 1*20DIGIT
	value, err := strconv.ParseUint(p.Value, 10, 64) // twenty digits may be more than 64 bits: value is the most there is then
	if err != nil && !errors.Is(err, strconv.ErrRange) || len(p.Value) > 20 {
		n.sayOf(persona.SizeSyntax, p.String())
		return false
	}
	switch limit, free := n.srv.persona.SizeMax, n.srv.cfg.Terms.FreeSpace; {
	case limit > 0 && value > uint64(limit), value > math.MaxInt64:
		n.say(persona.SizeTooBig)
		return false
	case free > 0 && value > uint64(free): // §6.1 (1)
		n.say(persona.StorageFull)
		return false
	}
	n.tx.Size = int64(min(value, 1<<62))
	return true
}

// hardTextMax bounds one text where the persona knows no limit.
const hardTextMax = 1 << 28

// textMax is the most octets of one text that are kept.
func (s *Server) textMax() int64 {
	if s.persona.SizeMax > 0 {
		return min(s.persona.SizeMax, hardTextMax)
	}
	return hardTextMax
}
