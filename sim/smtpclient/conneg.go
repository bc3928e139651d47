package smtpclient

import (
	"bytes"
	"slices"
	"strings"

	"github.com/smtpsim/smtpsim/codes/feature"
	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
	"github.com/smtpsim/smtpsim/trace/field"
)

// negotiation is what a mail with CONPERM learns from a server with CONNEG, and becomes by it (RFC 4141 §5.2).
type negotiation struct {
	text    []byte
	filters []string // what each recipient's device can show
	silent  bool     // of one recipient nothing is known
}

// negotiates says whether recipients are asked for with CONNEG: RFC 4141 §5.2: MUST, where the mail came with CONPERM.
func (t *transaction) negotiates() bool { return permits(t.env) && t.uses(persona.ConNeg) }

// heard takes in the reply to RCPT ... CONNEG: the lines behind the first that begin with the keyword.
func (n *negotiation) heard(reply smtp.Reply) {
	var b strings.Builder
	for _, line := range reply.Lines[1:] {
		if listing, ok := strings.CutPrefix(line, "CONNEG "); ok {
			b.WriteString(listing + " ")
		}
	}
	n.silent = n.silent || b.Len() == 0
	n.filters = append(n.filters, b.String())
}

// negotiated converts the text where a recipient cannot show it as it is. Where it cannot be converted, it goes as it is to
// a server that holds to CONPERM itself, and to no other (RFC 4141 §5.2).
func (t *transaction) negotiated() *Error {
	n := t.talk
	document := facts(n.text)
	switch converted, ok := n.convert(document, t.cfg.Name, t.cfg.Host.Clock.Now().Format("Mon, 2 Jan 2006 15:04:05 -0700")); {
	case !n.silent && n.shown(document):
	case !n.silent && ok:
		n.text = converted
	case !t.uses(persona.ConPerm):
		if err := t.Reset(); err != nil {
			return err.(*Error)
		}
		return local(554, "5.6.3", "The recipient cannot show the mail, and it cannot be converted as its sender permits")
	}
	return nil
}

// shown says whether all recipients can show a document.
func (n *negotiation) shown(document feature.Facts) bool {
	for _, text := range n.filters {
		if f, err := feature.Parse(text); err != nil || !f.Match(document) {
			return false
		}
	}
	return true
}

// facts are what a mail says that it is: its Content-Features field and its type.
func facts(text []byte) feature.Facts {
	out := feature.Facts{}
	if f, err := feature.Parse(headerField(text, "Content-Features")); err == nil {
		out = f.Facts()
	}
	kind, _, _ := strings.Cut(headerField(text, "Content-Type"), ";")
	if out["type"] == "" {
		out["type"] = strings.ToLower(strings.TrimSpace(kind))
	}
	return out
}

// convert makes plain text of a mail in HTML, the one conversion of this client, if Content-Convert permits it and the
// recipients can show that. The old form stands in Content-Previous, the new one in Content-Features (RFC 4141 §8).
func (n *negotiation) convert(document feature.Facts, by, now string) (text []byte, ok bool) {
	if document["type"] != "text/html" {
		return nil, false
	}
	plain := feature.Facts{"type": "text/plain"}
	permitted := headerField(n.text, "Content-Convert")
	f, err := feature.Parse(permitted)
	if !strings.EqualFold(permitted, "ANY") && (err != nil || !f.Match(plain)) || !n.shown(plain) {
		return nil, false
	}
	head, body, _ := bytes.Cut(n.text, []byte("\r\n\r\n"))
	out := field.Without(field.Without(slices.Concat(head, []byte("\r\n")), "Content-Type"), "Content-Features")
	out = append(out, "Content-Type: text/plain\r\nContent-Features: (type=\"text/plain\")\r\nContent-Previous: Date "+now+
		";\r\n By "+by+"; (type=\"text/html\")\r\n\r\n"...)
	return append(out, plainText(body)...), true
}

// plainText is HTML without its tags, with the characters that have names.
func plainText(html []byte) []byte {
	out := make([]byte, 0, len(html))
	inside := false
	for _, c := range html {
		switch {
		case c == '<':
			inside = true
		case c == '>' && inside:
			inside = false
		case !inside:
			out = append(out, c)
		}
	}
	return []byte(strings.NewReplacer("&lt;", "<", "&gt;", ">", "&quot;", `"`, "&amp;", "&").Replace(string(out)))
}
