package render

import (
	"cmp"
	"io"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

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
	moment := momentOf(ss)
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
			{text: moment(s.Started), cl: dim}, {text: o.visible(lasted)}, {text: o.visible(secure)}, {text: mails, cl: cl},
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

// momentOf is how the table writes when a session began: the time of day, and the date where they are not all of one day.
func momentOf(ss []*trace.Session) func(trace.Time) string {
	day := ""
	for _, s := range ss {
		if s.Started == 0 {
			continue
		}
		d := s.Started.Std().Format(time.DateOnly)
		if day != "" && d != day {
			return func(t trace.Time) string {
				if t == 0 {
					return ""
				}
				return t.Std().Format("01-02 15:04")
			}
		}
		day = d
	}
	return timeOfDay
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
	return gridCell{text: strings.Join(parts, ", "), cl: cl}
}

// WriteRecipients prints the mails: a row for each recipient with what became of its copy.
func WriteRecipients(w io.Writer, ss []*trace.Session, o Options) error {
	cols := []gridColumn{
		{title: "#", right: true},
		{title: o.t("col.from"), min: 12},
		{title: o.t("col.to"), min: 18, wrap: true},
		{title: o.t("col.size"), right: true, drop: 1},
		{title: o.t("col.outcome"), min: 8},
		{title: o.t("col.reply"), min: 14, wrap: true},
	}
	var rows [][]gridCell
	for _, s := range ss {
		for _, tr := range s.Transactions {
			rows = append(rows, o.fewRows(o.recipientRows(s, tr))...)
		}
	}
	o.readOnce(rows)
	if slices.ContainsFunc(rows, func(row []gridCell) bool { return !row[replyColumn].once }) {
		cols[replyColumn].min = 20 // a refusal is read whole
	}
	return o.grid(w, cols, rows)
}

// readOnce leaves a long reply whole where it is first, and one line where it comes again.
func (o *Options) readOnce(rows [][]gridCell) {
	seen := map[string]bool{}
	for _, row := range rows {
		reply := &row[replyColumn]
		reply.once = reply.once || seen[reply.text] && !o.Whole
		seen[reply.text] = true
	}
}

// Columns of the table of recipients that are looked at again.
const (
	toColumn      = 2
	outcomeColumn = 4
	replyColumn   = 5
)

// rowsAlike is how many recipients of one mail with the same outcome are listed.
const rowsAlike = 4

// fewRows shortens runs of recipients of one mail that fared alike: the first ones, then how many more there are.
func (o *Options) fewRows(rows [][]gridCell) [][]gridCell {
	if o.Whole || o.Plain {
		return rows
	}
	var out [][]gridCell
	for len(rows) > 0 {
		n := 1
		for n < len(rows) && rows[n][outcomeColumn] == rows[0][outcomeColumn] && rows[n][replyColumn].once == rows[0][replyColumn].once {
			n++
		}
		if n > rowsAlike+1 {
			more := slices.Clone(rows[n-1])
			more[toColumn] = gridCell{text: o.t("mail.alike.more", "n", itoa(int64(n-rowsAlike))), cl: dim, once: true}
			more[replyColumn] = gridCell{once: true}
			out = append(append(out, rows[:rowsAlike]...), more)
		} else {
			out = append(out, rows[:n]...)
		}
		rows = rows[n:]
	}
	return out
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
			{text: o.outcomeWord(tr.Outcome, refusalCode(tr)), cl: outcomeClass(tr.Outcome)}, {text: reply}}}
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
			{text: o.outcomeWord(out, last.Code), cl: outcomeClass(out)},
			{text: o.replyText(last.Code, last.Enhanced, last.Text), once: out == trace.Accepted && !o.Whole}})
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
	case r.Code == 503 && tr.Reply != nil && tr.Reply.Code >= 400: // pipelined behind a MAIL that was refused: that is the reason
		return *tr.Reply
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
