package queue

import (
	"unicode/utf8"

	"github.com/smtpsim/smtpsim/codes/dsn"
	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/trace/mime"
)

// global says that a report about m cannot be in the types of RFC 3464: an address is in UTF-8, or the header section of
// what is returned (RFC 6533 §4).
func (m *mail) global(returned []byte) bool {
	if !m.envelope.Reverse.IsASCII() {
		return true
	}
	for i := range m.envelope.Recipients {
		if !m.envelope.Recipients[i].Forward.IsASCII() {
			return true
		}
	}
	return smtp.HasEightBit(returned) && mime.HeaderEightBit(returned) && utf8.Valid(mime.HeaderSection(returned))
}

// addressOf is an address in a report (RFC 3464 §2.1.2; RFC 6533 §3: utf-8-address).
func addressOf(address string) dsn.Typed {
	for i := range len(address) {
		if address[i] >= utf8.RuneSelf {
			return dsn.Typed{Type: "utf-8", Value: address}
		}
	}
	return dsn.RFC822(address)
}

// plain makes a report to an address in ASCII fit for every host: its parts in UTF-8 are encoded, which RFC 6533 §4 allows
// them, so that the way back needs neither SMTPUTF8 nor 8BITMIME. What cannot be encoded stays as it is.
func plain(report []byte, to smtp.Mailbox) []byte {
	if !to.IsASCII() {
		return report
	}
	if encoded, err := mime.Convert(report, mime.SevenBit, ""); err == nil {
		return encoded
	}
	return report
}
