package queue

import (
	"slices"
	"strconv"

	"github.com/smtpsim/smtpsim/codes/smtp"
)

// transID adds the identifier by which an interrupted transaction can be gone on with: the same one at every try for the same
// recipients, another for every other copy of the mail (RFC 1845 §3).
func (q *Queue) transID(env *smtp.Envelope, j job, first int) {
	if !q.opts.Checkpoint {
		return
	}
	value := "<" + j.mail.id + "." + strconv.Itoa(j.rcpts[first]) + "@" + q.host.Name + ">"
	env.Params = append(slices.Clip(env.Params), smtp.Param{Name: "TRANSID", Value: value})
}
