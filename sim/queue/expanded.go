package queue

import "github.com/smtpsim/smtpsim/codes/smtp"

// expandedParam marks a recipient of the spool that others stand for. No server offers it.
const expandedParam = "EXPANDED"

// Expanded is r as one whom nobody delivers to, because several others who stand behind that address got the mail. It stays
// with the mail so that the sender is told, once, where SUCCESS was asked for (RFC 3461 §5.2.7.3 c), and tracking can tell.
func Expanded(r smtp.Recipient) smtp.Recipient {
	r.Params = append(without(r.Params), smtp.Param{Name: expandedParam})
	return r
}

// settleExpanded gives such recipients their state.
func (m *mail) settleExpanded() {
	for i := range m.rcpts {
		if params := m.envelope.Recipients[i].Params; len(params) > 0 && params[len(params)-1].Name == expandedParam {
			m.rcpts[i].status = done
			if !m.envelope.Reverse.Null && notify(params, "SUCCESS", false) {
				m.rcpts[i].status = expanded
			}
		}
	}
}

// isExpanded says whether there is such a recipient.
func (m *mail) isExpanded() bool {
	for i := range m.envelope.Recipients {
		if _, found := smtp.FindParam(m.envelope.Recipients[i].Params, expandedParam); found {
			return true
		}
	}
	return false
}
