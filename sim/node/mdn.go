package node

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/smtpsim/smtpsim/codes/dsn"
	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/trace/field"
)

// Receipts is how a mail program answers when an author wants to know that the mail was read (RFC 8098).
type Receipts struct {
	User string // address of who reads
	Ask  bool   // the user is asked each time, and says yes; else receipts go out by themselves, to whom §2.1 allows
}

// receiptPrefix is where an MUA remembers which mails it has answered: receipt/<hash of the mail>.
const receiptPrefix = "receipt/"

// receipt answers a mail that was fetched, if it asks for it and was not answered before (RFC 8098 §2.1: not more than one).
func (n *Node) receipt(text []byte) {
	r, head := n.cfg.Receipts, field.ReadSection(text)
	to := r.wanted(&head)
	if len(to) == 0 {
		return
	}
	user, err := smtp.ParseMailbox(r.User, smtp.StrictUTF8)
	if err != nil {
		return
	}
	id, _ := head.First("Message-ID")
	known := sha256.Sum256([]byte(id.Body() + "\x00" + strings.Join(to, ",")))
	name := receiptPrefix + hex.EncodeToString(known[:10])
	if _, err := n.host.Store.Get(name); err == nil {
		return
	}
	env := smtp.Envelope{Reverse: smtp.ReversePath{Null: true}} // §3: MUST be null
	for _, address := range to {
		if m, err := smtp.ParseMailbox(address, smtp.StrictUTF8); err == nil {
			env.Recipients = append(env.Recipients, smtp.Recipient{Forward: smtp.ForwardPath{Mailbox: m}})
		}
	}
	if len(env.Recipients) == 0 || n.host.Store.Put(name, []byte(id.Body())) != nil {
		return
	}
	_, _ = n.Submit(env, n.disposition(r, user, to, &head, text)) // a receipt that nobody takes is not worth another try
}

// wanted are the addresses that get a receipt for a mail; none: it does not ask, or may not be answered (RFC 8098 §2.1).
func (r *Receipts) wanted(head *field.Section) []string {
	asks := head.All("Disposition-Notification-To")
	kind, _ := head.First("Content-Type")
	path, found := head.First("Return-Path")
	switch {
	case len(asks) != 1, // "at most once"
		strings.Contains(lower(kind.Body()), "disposition-notification"), // "MUST NOT be generated in response to an MDN"
		found && strings.TrimSpace(path.Body()) == "<>":
		return nil
	}
	if options, _ := head.First("Disposition-Notification-Options"); strings.Contains(lower(options.Body()), "required") {
		return nil // §2.2: what is not understood here is important to the author
	}
	var to []string
	rewriteAddresses(asks[0].Body(), func(address string) string {
		to = append(to, address)
		return address
	})
	same := len(to) == 1 && found && sameAddress(to[0], strings.Trim(path.Body(), "<> \t"))
	if !same && !r.Ask { // "MUST NOT be sent automatically if the address ... differs from the address in the Return-Path"
		return nil
	}
	return to
}

// sameAddress compares with regard to case in the local part only (RFC 8098 §2.1).
func sameAddress(a, b string) bool {
	x, err1 := smtp.ParseMailbox(a, smtp.Tolerant)
	y, err2 := smtp.ParseMailbox(b, smtp.Tolerant)
	return err1 == nil && err2 == nil && x.Local == y.Local && strings.EqualFold(x.Domain, y.Domain)
}

// disposition is the receipt (RFC 8098 §3): a text for people, the fields, and the header section of the mail.
func (n *Node) disposition(r *Receipts, user smtp.Mailbox, to []string, head *field.Section, text []byte) []byte {
	mode := "manual-action/MDN-sent-automatically" // §3.2.6.1: the user has told the program to do so
	if r.Ask {
		mode = "manual-action/MDN-sent-manually"
	}
	subject, _ := head.First("Subject")
	id, _ := head.First("Message-ID")
	fields := appendField(nil, "Reporting-UA", n.host.Name+"; smtpsim")
	if original, found := head.First("Original-Recipient"); found { // §3.2.3: RFC 8098 §2.3's field, which the MDA has written
		fields = appendField(fields, "Original-Recipient", original.Body())
	}
	fields = appendField(fields, "Final-Recipient", "rfc822;"+user.String())
	if id.Body() != "" {
		fields = appendField(fields, "Original-Message-ID", id.Body())
	}
	fields = appendField(fields, "Disposition", mode+"; displayed")
	words := "The mail that you sent to <" + user.String() + "> has been displayed. This is no guarantee that it was read or understood.\r\n"
	returned := text[:head.End]
	own := n.messageID()
	boundary := dsn.Boundary(strings.Trim(own, "<>"), []byte(words), fields, returned)
	b := appendField(nil, "From", user.String())
	b = appendField(b, "To", strings.Join(to, ", "))
	b = appendField(b, "Subject", "Disposition notification: "+subject.Body())
	b = appendField(b, "Date", dsn.Date(n.host.Clock.Now()))
	b = appendField(b, "Message-ID", own)
	b = appendReferences(b, head)
	b = appendField(b, "Auto-Submitted", "auto-replied") // RFC 3834 §5.1
	b = appendField(b, "MIME-Version", "1.0")
	b = appendField(b, "Content-Type", `multipart/report; report-type=disposition-notification; boundary="`+boundary+`"`)
	for _, part := range [...]struct {
		kind string
		text []byte
	}{{"text/plain; charset=utf-8", []byte(words)}, {"message/disposition-notification", fields}, {"text/rfc822-headers", returned}} {
		b = append(b, "\r\n--"+boundary+"\r\nContent-Type: "+part.kind+"\r\n\r\n"...)
		b = append(b, part.text...)
	}
	return append(b, "\r\n--"+boundary+"--\r\n"...)
}
