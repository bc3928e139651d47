package codes

import (
	"encoding/base64"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/smtpsim/smtpsim/codes/reason"
	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/codes/text"
)

// Explanation is what a line means. JSON names follow the contract of `smtpsim codes --format json`.
type Explanation struct {
	Version        int      `json:"version"` // 1
	Line           string   `json:"line"`
	LineBase64     string   `json:"line_base64,omitempty"` // only where Line is not UTF-8
	Code           int      `json:"code,omitempty"`
	Enhanced       string   `json:"enhanced,omitempty"`
	Permanence     string   `json:"permanence"` // positive, intermediate, temporary, permanent, unknown
	Reason         Reason   `json:"reason"`
	Host           string   `json:"host,omitempty"`
	Mailbox        string   `json:"mailbox,omitempty"`
	QueueID        string   `json:"queue_id,omitempty"`
	Contradictions []string `json:"contradictions"` // a sentence each
	Meaning        string   `json:"meaning"`
	Do             Advice   `json:"do"`
	Entries        []Entry  `json:"entries"`
}

// Reason is what a reply is about, as far as its words say.
type Reason struct {
	Class string   `json:"class"`
	Sure  bool     `json:"sure"`
	Words []string `json:"words"` // the phrases that decided
}

// Advice is what each of the people concerned can do.
type Advice struct {
	Sender    string `json:"sender"`
	Admin     string `json:"admin"`
	Recipient string `json:"recipient"`
}

// The values of Permanence.
const (
	Positive     = "positive"
	Intermediate = "intermediate"
	Temporary    = "temporary"
	Permanent    = "permanent"
	Unknown      = "unknown"
)

// maxLine bounds what is explained of a line.
const maxLine = 64 * 1024

// Explain explains a line in a language ("en", "de"): a reply with one or many lines, a code, an enhanced code, a command, a
// keyword, a parameter, a protocol type, a reason, the id of a finding. It always has an answer; where nothing is
// recognized, there are no entries.
func Explain(language, line string) Explanation {
	if len(line) > maxLine {
		line = line[:maxLine]
	}
	x := explainer{catalog: text.For(language), language: language}
	x.Explanation = Explanation{Version: 1, Line: line, Permanence: Unknown, Contradictions: []string{}, Entries: []Entry{},
		Reason: Reason{Class: string(reason.Unknown), Words: []string{}}}
	if !utf8.ValidString(line) {
		x.LineBase64 = base64.StdEncoding.EncodeToString([]byte(line))
	}
	trimmed := strings.TrimSpace(line)
	switch {
	case x.name(trimmed):
	case x.command(trimmed):
	default:
		x.reply(trimmed)
	}
	return x.Explanation
}

type explainer struct {
	Explanation
	catalog  *text.Catalog
	language string
}

// name explains a word that stands for itself; it may be several things.
func (x *explainer) name(word string) bool {
	if word == "" || strings.ContainsAny(word, " \t\n<>=") {
		return false
	}
	for _, kind := range []Kind{KindVerb, KindEHLO, KindParameter, KindWith, KindFinding, KindReason, KindClass} {
		x.add(kind, word)
	}
	if len(x.Entries) == 0 {
		return false
	}
	first := x.Entries[0]
	x.Meaning = first.Text
	if first.Kind == KindReason {
		x.Reason.Class, x.Reason.Sure = first.Key, true
		x.advise(first.Key)
	}
	return true
}

// command explains what a client says.
func (x *explainer) command(line string) bool {
	c, err := smtp.ParseCommand(line, smtp.Tolerant)
	if err != nil {
		return false
	}
	x.add(KindVerb, string(c.Verb))
	if len(x.Entries) == 0 {
		return false
	}
	x.Meaning = x.Entries[0].Text
	for _, p := range c.Params {
		x.add(KindParameter, p.Name)
	}
	switch {
	case c.Forward.Local != "":
		x.Mailbox = c.Forward.Address()
	case c.Reverse.Local != "":
		x.Mailbox = c.Reverse.Address()
	}
	x.Host = c.Domain
	return true
}

// reply explains what a server says.
func (x *explainer) reply(line string) {
	r := reason.Read(line)
	x.Code, x.Enhanced, x.Host, x.Mailbox, x.QueueID = r.Code, r.Enhanced.String(), r.Host, r.Mailbox, r.QueueID
	x.Permanence = permanence(r)
	x.Reason.Class, x.Reason.Sure = string(r.Class), r.Sure
	x.Reason.Words = append(x.Reason.Words, r.Words...)
	x.entries(r)
	for _, c := range r.Contradictions {
		x.Contradictions = append(x.Contradictions, text.Fill(x.phrase("contradiction."+string(c)), "code", strconv.Itoa(r.Code),
			"enhanced", r.Enhanced.String()))
	}
	x.Meaning = x.meaning(r)
	if len(x.Entries) > 0 {
		x.advise(string(r.Class))
	}
}

// entries lists what the registries have on a reply, the particular before the general.
func (x *explainer) entries(r reason.Reading) {
	code := strconv.Itoa(r.Code)
	if r.Code != 0 {
		x.add(KindReply, code)
	}
	if !r.Enhanced.IsZero() {
		x.add(KindEnhanced, r.Enhanced.String())
	}
	if r.Class != reason.Unknown {
		x.add(KindReason, string(r.Class))
	}
	if r.Code != 0 {
		x.add(KindClass, code[:1]+"yz")
		x.add(KindClass, "x"+code[1%len(code):min(2, len(code))]+"z")
	}
	if !r.Enhanced.IsZero() {
		x.add(KindClass, strconv.Itoa(r.Enhanced[0])+".X.Y")
		x.add(KindClass, "X."+strconv.Itoa(r.Enhanced[1])+".YYY")
	}
}

func (x *explainer) add(kind Kind, key string) {
	if e, ok := LookupIn(x.language, kind, key); ok {
		x.Entries = append(x.Entries, e)
	}
}

func (x *explainer) phrase(key string) string {
	e, _ := x.catalog.Lookup("phrase", key)
	return e.Text
}

// meaning is what says most: the reason if the words name it, else the enhanced code, each after a phrase about what
// happens now; else the text of the reply code, which says that itself.
func (x *explainer) meaning(r reason.Reading) string {
	now := x.phrase("permanence." + x.outlook(r))
	negative := r.Code == 0 || r.Code >= 400
	if negative && len(r.Words) > 0 {
		e, _ := x.catalog.Lookup("reason", string(r.Class))
		return now + " " + e.Text
	}
	if e, ok := x.first(KindEnhanced); ok && negative && r.Enhanced[1] != 0 { // 2.0.0 says less than 250
		return now + " " + e.Text
	}
	for _, kind := range []Kind{KindReply, KindClass} {
		if e, ok := x.first(kind); ok {
			return e.Text
		}
	}
	return now
}

func (x *explainer) first(kind Kind) (Entry, bool) {
	for _, e := range x.Entries {
		if e.Kind == kind {
			return e, true
		}
	}
	return Entry{}, false
}

// outlook chooses the phrase about what happens now. Where no mail is at stake (syntax, login, TLS), it says less.
func (x *explainer) outlook(r reason.Reading) string {
	dialogue := r.Code/10%10 == 0 || r.Code/10%10 == 3 || r.Code == 454 || r.Code == 458 || r.Code == 459
	switch {
	case x.Permanence == Temporary && dialogue && r.Code != 0:
		return "later"
	case x.Permanence == Permanent && dialogue && r.Code != 0:
		return "refused"
	}
	return x.Permanence
}

func (x *explainer) advise(class string) {
	e, _ := x.catalog.Lookup("reason", class)
	x.Do = Advice{Sender: e.Sender, Admin: e.Admin, Recipient: e.Recipient}
}

// permanence goes by the reply code (RFC 5321 §4.2.1), without one by the enhanced code.
func permanence(r reason.Reading) string {
	class := r.Code / 100
	if r.Code == 0 {
		class = r.Enhanced[0]
	}
	switch class {
	case 2:
		return Positive
	case 3:
		return Intermediate
	case 4:
		return Temporary
	case 5:
		return Permanent
	}
	return Unknown
}
