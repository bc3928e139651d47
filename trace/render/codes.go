package render

import (
	"bufio"
	"io"
	"strings"

	"github.com/smtpsim/smtpsim/codes"
)

// WriteExplanation prints what a line means: what it says now, what the people concerned can do, and what the registries
// have on its parts.
func WriteExplanation(w io.Writer, x codes.Explanation, o Options) error {
	b := bufio.NewWriter(w)
	put := func(lines ...string) {
		for _, line := range lines {
			b.WriteString(line + "\n")
		}
	}
	put(o.paragraph(o.visible(x.Line), "  ", strong)...)
	if facts := o.explanationFacts(x); len(facts) > 0 {
		put(o.items(facts, codeClass(x.Code))...)
	}
	if x.Meaning != "" {
		put("")
		put(o.paragraph(o.visible(x.Meaning), "", plainText)...)
	}
	for _, c := range x.Contradictions {
		put(o.paragraph(o.t("severity.warning")+": "+o.visible(c), "  ", pending)...)
	}
	if x.Do != (codes.Advice{}) {
		put("")
		for _, d := range [][2]string{{"do.sender", x.Do.Sender}, {"do.admin", x.Do.Admin}, {"do.recipient", x.Do.Recipient}} {
			if d[1] != "" {
				put(o.paragraph(o.t(d[0])+" "+o.visible(d[1]), "  ", plainText)...)
			}
		}
	}
	var classes []string
	for _, e := range x.Entries {
		if e.Kind == codes.KindClass && len(x.Entries) > 1 {
			classes = append(classes, o.visible(e.Key)+" "+o.visible(e.Title))
			continue
		}
		put("")
		put(o.entry(e, x.Meaning)...)
	}
	if len(classes) > 0 {
		put("")
		put(o.items(classes, dim)...)
	}
	return b.Flush()
}

// paragraph is a whole text, however long, further lines indented.
func (o *Options) paragraph(s, indent string, cl class) []string {
	return o.wrappedMax(1<<20, s, indent, cl)
}

func (o *Options) explanationFacts(x codes.Explanation) []string {
	var facts []string
	if x.Permanence != codes.Unknown {
		facts = append(facts, o.t("permanence."+x.Permanence))
	}
	if x.Code != 0 && x.Reason.Class != "unknown" && x.Reason.Class != "" {
		s := o.visible(x.Reason.Class)
		for _, e := range x.Entries {
			if e.Kind == codes.KindReason {
				s = o.visible(e.Title)
			}
		}
		if !x.Reason.Sure {
			s += " " + o.t("reason.unsure")
		}
		facts = append(facts, s)
	}
	for _, f := range [][2]string{{"fact.mailbox", x.Mailbox}, {"fact.host", x.Host}, {"fact.queue", x.QueueID}} {
		if f[1] != "" {
			facts = append(facts, o.t(f[0], "value", o.visible(f[1])))
		}
	}
	return facts
}

// entry is one thing of the registries; its text is left out where the meaning has it already.
func (o *Options) entry(e codes.Entry, said string) []string {
	head := o.t("kind."+string(e.Kind)) + " " + o.visible(e.Key)
	if e.Title != "" {
		head += ": " + o.visible(e.Title)
	}
	lines := o.paragraph(head, "  ", strong)
	if e.Text != "" && !strings.Contains(said, e.Text) {
		for _, line := range wrap(o.visible(e.Text), o.width()-2) {
			lines = append(lines, "  "+line)
		}
	}
	source := "  " + o.visible(e.Source)
	if e.Source != "" && e.Status != "" {
		source += " " + o.glyph().dot + " "
	}
	return append(lines, o.paragraph(source+o.t("status."+e.Status), "  ", plainText)...)
}

// WriteEntries prints a list of what can be explained.
func WriteEntries(w io.Writer, entries []codes.Entry, o Options) error {
	cols := []gridColumn{{title: o.t("col.key")}, {title: o.t("col.title"), min: 34, wrap: true}, {title: o.t("col.source"), min: 12, wrap: true, drop: 2},
		{title: o.t("col.status"), drop: 1}}
	var rows [][]gridCell
	for _, e := range entries {
		rows = append(rows, []gridCell{{text: o.visible(e.Key), cl: strong}, {text: o.visible(e.Title)}, {text: o.visible(e.Source)}, {text: o.t("status." + e.Status)}})
	}
	return o.grid(w, cols, rows)
}

// ExplanationJSON prints x as one object: on one line, or indented.
func ExplanationJSON(out io.Writer, x codes.Explanation, pretty bool) error {
	w := &jsonWriter{out: out, pretty: pretty}
	w.object("", func() {
		w.integer("version", Version)
		w.text("line", x.Line)
		w.known("code", int64(x.Code))
		w.textOrNull("enhanced", x.Enhanced)
		w.text("permanence", x.Permanence)
		w.object("reason", func() {
			w.text("class", x.Reason.Class)
			w.boolean("sure", x.Reason.Sure)
			w.texts("words", x.Reason.Words)
		})
		w.textOrNull("host", x.Host)
		w.textOrNull("mailbox", x.Mailbox)
		w.textOrNull("queue_id", x.QueueID)
		w.texts("contradictions", x.Contradictions)
		w.textOrNull("meaning", x.Meaning)
		w.object("do", func() {
			w.textOrNull("sender", x.Do.Sender)
			w.textOrNull("admin", x.Do.Admin)
			w.textOrNull("recipient", x.Do.Recipient)
		})
		w.entries(x.Entries)
	})
	w.b = append(w.b, '\n')
	w.flush()
	return w.err
}

// EntriesJSON prints a list as one object.
func EntriesJSON(out io.Writer, entries []codes.Entry) error {
	w := &jsonWriter{out: out, pretty: true}
	w.object("", func() {
		w.integer("version", Version)
		w.entries(entries)
	})
	w.b = append(w.b, '\n')
	w.flush()
	return w.err
}

func (w *jsonWriter) entries(entries []codes.Entry) {
	w.array("entries", func() {
		for _, e := range entries {
			w.object("", func() {
				w.text("kind", string(e.Kind))
				w.text("key", e.Key)
				w.textOrNull("title", e.Title)
				w.textOrNull("text", e.Text)
				w.textOrNull("source", e.Source)
				w.textOrNull("status", e.Status)
			})
		}
	})
}

// Known says that something was recognized in a line.
func Known(x codes.Explanation) bool { return len(x.Entries) > 0 || x.Code != 0 }

// explained is title and text of a kind of finding, in the language of o; "" where codes does not know it.
func (o *Options) explained(id string) (title, text string) {
	lang := o.Lang
	if lang == "" {
		lang = English
	}
	e, _ := codes.LookupIn(string(lang), codes.KindFinding, id)
	return o.visible(e.Title), o.visible(e.Text)
}
