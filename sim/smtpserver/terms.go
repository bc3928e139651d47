package smtpserver

import (
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
)

// Terms are what a server's extensions tell of themselves in the reply to EHLO, and hold mail to.
type Terms struct {
	DeliverByMin   time.Duration  // DELIVERBY: the least by-time with mode "R" (RFC 2852 §2); 0: not told
	HoldMax        time.Duration  // FUTURERELEASE: how long a mail is held at most (RFC 4865 §3); 0: 30 days
	PriorityPolicy string         // MT-PRIORITY: the name of the policy (RFC 6710 §9.2); "": not told
	Limits         smtp.Announced // LIMITS (RFC 9422); none: not offered
	FreeSpace      int64          // SIZE: octets that the spool has room for (RFC 1870 §6.1); 0: enough
	NoSoliciting   []string       // NO-SOLICITING: classes of mail that nobody here wants (RFC 3865 §2.1)
}

func (t *Terms) holdMax() time.Duration {
	if t.HoldMax > 0 {
		return t.HoldMax
	}
	return 30 * 24 * time.Hour
}
