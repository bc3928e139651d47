package smtpserver

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// checkpointKeep is how long an interrupted transaction is remembered. RFC 1845 §3: "at least 48 hours".
const checkpointKeep = 48 * time.Hour

// checkpointPrefix is where interrupted transactions lie on the host's disk.
const checkpointPrefix = "checkpoint/"

// checkpointExtension is CHECKPOINT: an interrupted transfer goes on at the octet where it broke off (RFC 1845).
func checkpointExtension() extension {
	return extension{is: persona.Checkpoint, mail: []param{{"TRANSID", (*session).transID}}}
}

// transID keeps the identifier. RFC 1845 §2: <local@domain>, at most 80 characters; §3: opaque, case-sensitive.
func (n *session) transID(_ *smtp.Command, p *smtp.Param) bool {
	inner, open := strings.CutPrefix(p.Value, "<")
	inner, closed := strings.CutSuffix(inner, ">")
	local, domain, at := strings.Cut(inner, "@")
	if !open || !closed || !at || local == "" || domain == "" || len(p.Value) > 80 {
		return n.reject(501, "5.5.4", "Syntax: TRANSID=<id@domain>")
	}
	n.check.id = p.Value
	return true
}

// checkpoint is the part of a session that CHECKPOINT needs.
type checkpoint struct {
	id     string // of the open transaction; "": none
	resume []byte // the text as far as it had come before
	done   bool   // it had come whole, and was accepted: only the client does not know
	kept   string // the file of a transaction that is gone on with, or has ended well; it goes when the client shows that it knows the end
}

// resumed says that MAIL of the open transaction was answered with 355.
func (c *checkpoint) resumed() bool { return c.id != "" && c.kept != "" }

// checkpointFile names a transaction of this client: RFC 1845 §2 (4): the identifier "coupled with the name of the client taken
// from EHLO command". Both are somebody else's text.
func (n *session) checkpointFile() string {
	sum := sha256.Sum256([]byte(strings.ToLower(n.tx.Helo) + "\x00" + n.tx.User + "\x00" + n.check.id))
	return checkpointPrefix + hex.EncodeToString(sum[:16])
}

// restart answers MAIL with 355 and the offset where the transaction was interrupted before. The recipients stand again,
// without RCPT. false: there is nothing to go on with.
func (n *session) restart(c *smtp.Command) bool {
	n.check.resume, n.check.done = nil, false
	if n.check.id == "" {
		return false
	}
	file := n.checkpointFile()
	data, err := n.srv.host.Store.Get(file)
	if err != nil {
		return false
	}
	saved, ok := parseCheckpoint(data)
	if !ok || n.srv.host.Clock.Now().Sub(saved.at) > checkpointKeep {
		_ = n.srv.host.Store.Delete(file) // the transaction begins anew
		return false
	}
	if saved.reverse.String() != c.Reverse.String() { // §3: "the same MAIL command": this is somebody else's
		n.check.id = ""
		return false
	}
	if !saved.done && !n.restore(c, saved) {
		return false
	}
	n.check.kept = file
	n.tx.Envelope.Reverse, n.tx.Envelope.Params = c.Reverse, c.Params
	n.tx.Envelope.Recipients = saved.to
	n.check.resume, n.check.done = saved.text, saved.done
	// RFC 1845 §3: the offset comes first, and counts octets without the dots of transparency
	n.reject(355, "", strconv.Itoa(len(saved.text))+" is the transaction offset")
	return true
}

// restore tells the backend of the transaction again. It may have other views now: then all begins anew.
func (n *session) restore(c *smtp.Command, saved savedTransaction) bool {
	n.tx.Envelope.Reverse, n.tx.Envelope.Params = c.Reverse, c.Params
	if r := n.backend.Start(&n.tx); r != nil && !r.Positive() {
		n.forget()
		return false
	}
	n.open = true
	for i := range saved.to {
		if r := n.backend.Rcpt(&n.tx, &saved.to[i]); r != nil && !r.Positive() {
			n.abort()
			return false
		}
		n.tx.Envelope.Recipients = append(n.tx.Envelope.Recipients, saved.to[i])
	}
	n.tx.ID = n.srv.ids.Next(n.srv.host.Clock.Now())
	return true
}

// savePart keeps what has come of a text when the connection breaks, up to the last whole line (RFC 1845 §3).
func (n *session) savePart() {
	if n.check.id == "" || n.check.done || !n.open {
		return
	}
	n.saveAs(n.checkpointFile(), false, n.text[:bytes.LastIndexByte(n.text, '\n')+1])
}

// saveDone keeps that a transaction was accepted, before the client is told.
func (n *session) saveDone() {
	if n.check.id == "" {
		return
	}
	n.check.kept = n.checkpointFile()
	n.saveAs(n.check.kept, true, n.text)
}

// maxCheckpoints bounds the transactions that are remembered.
const maxCheckpoints = 1000

// saveAs writes a transaction down, and lets go of those that are too old. Without room the client sends all of it again.
func (n *session) saveAs(file string, done bool, text []byte) {
	store := n.srv.host.Store
	left := 0
	for _, name := range store.List(checkpointPrefix) {
		data, err := store.Get(name)
		saved, ok := parseCheckpoint(data)
		if err == nil && ok && n.srv.host.Clock.Now().Sub(saved.at) <= checkpointKeep {
			left++
			continue
		}
		_ = store.Delete(name) // it can only be gone already
	}
	if left < maxCheckpoints {
		_ = store.Put(file, n.appendCheckpoint(nil, done, text))
	}
}

// heard drops the memory of a transaction once the client goes on: RFC 1845 §3: it aborts, starts a new one, or says QUIT.
func (n *session) heard(v smtp.Verb) {
	if n.check.kept == "" {
		return
	}
	switch v {
	case smtp.MAIL, smtp.SEND, smtp.SOML, smtp.SAML, smtp.RSET, smtp.QUIT:
		_ = n.srv.host.Store.Delete(n.check.kept) // it can only be gone already
		n.check.kept = ""
	}
}

// savedTransaction is what the disk holds.
type savedTransaction struct {
	at      time.Time
	done    bool
	reverse smtp.ReversePath
	to      []smtp.Recipient
	text    []byte
}

// appendCheckpoint writes the transaction as lines: the moment, whether it is done, MAIL, the RCPTs, DATA; the text follows.
func (n *session) appendCheckpoint(dst []byte, done bool, text []byte) []byte {
	dst = strconv.AppendInt(append(dst, "AT "...), n.srv.host.Clock.Now().UnixNano(), 10)
	if done {
		dst = append(dst, "\nDONE"...)
	}
	dst = smtp.Command{Verb: smtp.MAIL, Reverse: n.tx.Envelope.Reverse}.Append(append(dst, '\n'))
	for _, r := range n.tx.Envelope.Recipients {
		dst = smtp.Command{Verb: smtp.RCPT, Forward: r.Forward, Params: r.Params}.Append(append(dst, '\n'))
	}
	return append(append(dst, "\nDATA\n"...), text...)
}

func parseCheckpoint(data []byte) (s savedTransaction, ok bool) {
	for {
		head, rest, found := bytes.Cut(data, []byte{'\n'})
		if !found {
			return s, false
		}
		line := string(head)
		data = rest
		switch {
		case line == "DATA":
			s.text = data
			return s, true
		case line == "DONE":
			s.done = true
		case strings.HasPrefix(line, "AT "):
			ns, err := strconv.ParseInt(line[3:], 10, 64)
			if err != nil {
				return s, false
			}
			s.at = time.Unix(0, ns)
		default:
			c, err := smtp.ParseCommand(line, smtp.Tolerant)
			if err != nil {
				return s, false
			}
			if c.Verb == smtp.MAIL {
				s.reverse = c.Reverse
				continue
			}
			s.to = append(s.to, smtp.Recipient{Forward: c.Forward, Params: c.Params})
		}
	}
}
