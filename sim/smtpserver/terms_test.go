package smtpserver_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/smtpserver"
)

// applyTerms are the keys of a script's config: line about what extensions hold mail to.
func applyTerms(t *smtpserver.Terms, key, value string) (err error) {
	switch key {
	case "byleast":
		t.DeliverByMin, err = time.ParseDuration(value)
	case "holdmax":
		t.HoldMax, err = time.ParseDuration(value)
	case "policy":
		t.PriorityPolicy = value
	case "nosoliciting":
		t.NoSoliciting = strings.Split(value, ",")
	default:
		err = fmt.Errorf("no such key")
	}
	return err
}

// Features are those of RFC 4141 §9.2, for alice.
func (s *boxSession) Features(m smtp.Mailbox) string {
	if !strings.EqualFold(m.Local, "alice") {
		return ""
	}
	return `(&(image-file-structure=TIFF-minimal) (MRC-mode=0) (color=Binary) (|(&(dpi=204) (dpi-xyratio=[204/98,204/196]) )
 (&(dpi=200) (dpi-xyratio=[200/100,1]) ) ) (image-coding=[MH,MR,MMR]) (size-x<=2150/254) (paper-size=[letter,A4]) (ua-media=stationery) )`
}
