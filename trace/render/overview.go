package render

import (
	"cmp"
	"io"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/smtpsim/smtpsim/trace"
	"github.com/smtpsim/smtpsim/trace/table"
)

// WriteSessions prints the overview: a row for each session.
func WriteSessions(w io.Writer, ss []*trace.Session, o Options) error {
	cols := []gridColumn{
		{title: "#", right: true},
		{title: o.t("col.client"), min: 15},
		{title: o.t("col.server"), min: 18},
		{title: o.t("col.start"), drop: 1},
		{title: o.t("col.lasted"), right: true, drop: 2},
		{title: "TLS", drop: 3},
		{title: o.t("col.mails"), right: true},
		{title: o.t("col.end"), min: 8},
		{title: o.t("col.findings"), min: 8},
	}
	t := table.Sessions(ss, nil)
	at := func(row []string, name string) string { return row[t.Index(name)] }
	var rows [][]gridCell
	for i, row := range t.Rows {
		s := ss[i]
		lasted := ""
		if s.Started != 0 && s.Ended != 0 {
			lasted = span(s.Ended.Sub(s.Started))
		}
		secure := strings.TrimPrefix(at(row, "tls_version"), "TLSv")
		if secure == "" && (s.ImplicitTLS || s.StartTLS == "accepted") {
			secure = o.t("yes")
		}
		mails, cl := o.mailCount(at(row, "accepted"), at(row, "transactions"))
		rows = append(rows, []gridCell{{text: at(row, "session")}, {text: o.visible(addressOnly(s.Client))}, {text: o.visible(s.Server)},
			{text: timeOfDay(s.Started), cl: dim}, {text: o.visible(lasted)}, {text: o.visible(secure)}, {mails, cl},
			{text: o.t("short." + string(s.End))}, o.severities(s.Findings)})
	}
	return o.grid(w, cols, rows)
}

// addressOnly is an endpoint without its port, which the ladder's heading has.
func addressOnly(endpoint string) string {
	if p, err := netip.ParseAddrPort(endpoint); err == nil {
		return p.Addr().String()
	}
	return endpoint
}

// mailCount is "accepted of begun" where they differ.
func (o *Options) mailCount(accepted, begun string) (string, class) {
	if accepted == begun {
		if begun == "0" {
			return "0", plainText
		}
		return accepted, good
	}
	return accepted + "/" + begun, pending
}

func timeOfDay(t trace.Time) string {
	if t == 0 {
		return ""
	}
	return t.Std().Format("15:04:05")
}

// severities counts findings that may matter: "2 errors, 1 warning"; notes only where there is nothing worse.
func (o *Options) severities(fs []trace.Finding) gridCell {
	n := table.Severities(fs)
	var parts []string
	cl := plainText
	for _, s := range []trace.Severity{trace.Error, trace.Warning} {
		if n[s] > 0 {
			parts = append(parts, o.count("count."+s.String(), n[s]))
			cl = max(cl, severityClass(s))
		}
	}
	if len(parts) == 0 && n[trace.Note] > 0 {
		parts = append(parts, o.count("count.note", n[trace.Note]))
	}
	return gridCell{strings.Join(parts, ", "), cl}
}

// WriteRecipients prints the mails: a row for each recipient with what became of its copy.
func WriteRecipients(w io.Writer, ss []*trace.Session, o Options) error {
	cols := []gridColumn{
		{title: "#", right: true},
		{title: o.t("col.from"), min: 12},
		{title: o.t("col.to"), min: 16, wrap: true},
		{title: o.t("col.size"), right: true, drop: 1},
		{title: o.t("col.outcome"), min: 8},
		{title: o.t("col.reply"), min: 20, wrap: true},
	}
	var rows [][]gridCell
	for _, s := range ss {
		for _, tr := range s.Transactions {
			rows = append(rows, o.recipientRows(s, tr)...)
		}
	}
	return o.grid(w, cols, rows)
}

func (o *Options) recipientRows(s *trace.Session, tr *trace.Transaction) [][]gridCell {
	from := o.t("mail.unseen")
	if tr.ReversePath != nil {
		from = o.visible(table.Path(tr.ReversePath))
	}
	size := ""
	if tr.Body != nil {
		size = itoa(tr.Body.Bytes)
	}
	name := itoa(int64(s.ID)) + "." + itoa(int64(tr.N))
	if len(tr.Recipients) == 0 {
		reply := ""
		if tr.Reply != nil {
			reply = o.replyText(tr.Reply.Code, tr.Reply.Enhanced, tr.Reply.Text)
		}
		return [][]gridCell{{{text: name}, {text: from}, {}, {text: size},
			{o.outcomeWord(tr.Outcome, refusalCode(tr)), outcomeClass(tr.Outcome)}, {text: reply}}}
	}
	var rows [][]gridCell
	for i, r := range tr.Recipients {
		if i > 0 {
			name, from, size = "", "", ""
			if o.Plain {
				name = itoa(int64(s.ID)) + "." + itoa(int64(tr.N))
			}
		}
		out := table.RecipientOutcome(tr, r)
		last := lastReply(tr, r)
		rows = append(rows, []gridCell{{text: name}, {text: from}, {text: "<" + o.visible(r.ForwardPath) + ">"}, {text: size},
			{o.outcomeWord(out, last.Code), outcomeClass(out)}, {text: o.replyText(last.Code, last.Enhanced, last.Text)}})
	}
	return rows
}

// lastReply is what the server said last about one recipient's copy.
func lastReply(tr *trace.Transaction, r *trace.Recipient) trace.ReplyRef {
	switch {
	case r.Final != nil:
		return *r.Final
	case r.Code/100 == 2 && tr.Final != nil:
		return *tr.Final
	}
	return trace.ReplyRef{Code: r.Code, Enhanced: r.Enhanced, Text: r.Text}
}

// replyText is a reply as one text, the enhanced code in it once.
func (o *Options) replyText(code int, enhanced, text string) string {
	if code == 0 {
		return ""
	}
	if enhanced != "" && !strings.HasPrefix(text, enhanced) {
		text = enhanced + " " + text
	}
	text = strings.ReplaceAll(text, "\n", " ") // the model joins lines so
	return strings.TrimRight(strconv.Itoa(code)+" "+o.visible(text), " ")
}

// findingGroup is one kind of finding with the sessions that have it.
type findingGroup struct {
	first    trace.Finding
	count    int64
	sessions []int
}

// groupFindings counts findings by id, the worst first, then in order of appearance.
func groupFindings(ss []*trace.Session) []*findingGroup {
	var groups []*findingGroup
	byID := map[string]*findingGroup{}
	for _, s := range ss {
		for _, f := range s.Findings {
			g := byID[f.ID]
			if g == nil {
				g = &findingGroup{first: f}
				byID[f.ID] = g
				groups = append(groups, g)
			}
			g.count++
			if n := len(g.sessions); n == 0 || g.sessions[n-1] != s.ID {
				g.sessions = append(g.sessions, s.ID)
			}
		}
	}
	slices.SortStableFunc(groups, func(a, b *findingGroup) int { return cmp.Compare(b.first.Severity, a.first.Severity) })
	return groups
}

// WriteFindings prints what was found in sessions: each kind of finding, the worst first, explained once: what
// it is, why it matters, where that stands. It prints nothing where nothing was found.
func WriteFindings(w io.Writer, ss []*trace.Session, o Options) error {
	groups := groupFindings(ss)
	if len(groups) == 0 {
		return nil
	}
	for _, g := range groups {
		for _, line := range o.findingLines(g) {
			if _, err := io.WriteString(w, line+"\n"); err != nil {
				return err
			}
		}
	}
	return nil
}

// findingLines name a kind of finding, where it was found, and explain it.
func (o *Options) findingLines(g *findingGroup) []string {
	head := []string{o.t("severity."+g.first.Severity.String()) + " " + o.visible(g.first.ID), o.count("finding.times", g.count),
		o.t("finding.sessions", "list", o.numbers(g.sessions))}
	if g.first.Source != "" {
		head = append(head, o.visible(g.first.Source))
	}
	title, why := o.explained(g.first.ID)
	text := strings.TrimSpace(sentenceEnd(title) + " " + why)
	if title == "" {
		text = o.findingText(g.first)
	}
	return append(o.items(head, severityClass(g.first.Severity)), o.paragraph("  "+text, "  ", plainText)...)
}

const numbersMax = 6

func (o *Options) numbers(ns []int) string {
	var parts []string
	for i, n := range ns {
		if i == numbersMax {
			parts = append(parts, o.glyph().dots)
			break
		}
		parts = append(parts, strconv.Itoa(n))
	}
	return strings.Join(parts, ", ")
}
