package queue

import (
	"errors"

	"github.com/smtpsim/smtpsim/sim/smtpclient"
)

// spender is a session that may end because its server has announced how much it takes in one (RFC 9422, MAILMAX).
type spender interface{ Spent() bool }

// sameAgain says that what is left of a job belongs to another session with the same host: this one had no room for it, or
// the client had spoken early on the strength of an offer that does not hold any more (PIPECONNECT).
func (w *worker) sameAgain(before, left int, err error) bool {
	if errors.Is(err, smtpclient.ErrOtherOffer) {
		return true
	}
	s, limited := w.session.(spender)
	return limited && s.Spent() && left > 0 && left < before
}
