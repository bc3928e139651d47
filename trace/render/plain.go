package render

import (
	"math"
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/trace"
)

// sentences are the lines of an item for a screen reader: number, moment, who did what to whom, what it means.
func (l *Ladder) sentences(it item) []string {
	e := it.first()
	head := ""
	if e.N > 0 {
		head = itoa(int64(e.N)) + ". "
	}
	if e.Time != 0 {
		head += l.o.t("plain.at", "time", spokenSpan(e.Time.Sub(l.o.Start))) + " "
	}
	if e.Kind == trace.EntryEvent && e.Event.Packets[0] > 0 {
		head += l.o.t("plain.packet", "n", itoa(e.Event.Packets[0])) + " "
	}
	var body, note string
	if len(it) > 1 {
		r := l.foldedRow(it)
		key := "plain.fold"
		if n := len(it); n == 2 && it[1].Event.Kind == trace.KindReply {
			key = "plain.fold.one"
		}
		body = l.o.t(key, "from", l.o.short(r.from), "to", l.o.short(r.to), "what", r.label[0], "last", itoa(int64(it.last().N)),
			"code", itoa(int64(it.last().Event.Code)))
	} else {
		body, note = l.sentence(e), l.o.meaning(e)
	}
	line := head + body
	if note != "" && note != body {
		line += " " + l.o.t("plain.means", "note", note)
	}
	lines := []string{sentenceEnd(line)}
	for _, b := range l.below(it) {
		lines = append(lines, "   "+b.text)
	}
	return lines
}

// upperFirst begins a sentence.
func upperFirst(s string) string {
	if s != "" && s[0] >= 'a' && s[0] <= 'z' {
		return string(s[0]-'a'+'A') + s[1:]
	}
	return s
}

func sentenceEnd(s string) string {
	if strings.HasSuffix(s, ".") || strings.HasSuffix(s, "?") {
		return s
	}
	return s + "."
}

// sentence says what e is, with its actor.
func (l *Ladder) sentence(e *trace.Entry) string {
	from, to := ends(e)
	from, to = l.o.short(from), l.o.short(to)
	r := row{}
	key := "plain." + string(e.Kind)
	switch e.Kind {
	case trace.EntryEvent:
		return l.eventSentence(e, from, to)
	case trace.EntryConnect:
		key += "." + e.Code
	case trace.EntryDNS:
		l.queryRow(&r, e)
	case trace.EntryAnswer:
		l.answerRow(&r, e)
	case trace.EntryQueue:
		if d, ok := waitOf(e); ok {
			return l.o.t("plain.queue.next", "from", from, "name", l.o.visible(e.Name), "wait", span(d))
		}
	case trace.EntryFault:
		return l.o.visible(l.o.faultText(e))
	case trace.EntryLearner, trace.EntryTrack, entryEnd:
		return l.o.visible(e.Text)
	}
	what := ""
	if len(r.label) > 0 {
		what = r.label[0]
	}
	return l.o.t(key, "from", from, "to", to, "name", l.o.visible(e.Name), "what", what)
}

func (l *Ladder) eventSentence(e *trace.Entry, from, to string) string {
	v := e.Event
	what := ""
	key := "plain.event"
	switch v.Kind {
	case trace.KindReply, trace.KindGreeting:
		lines := make([]string, 0, len(v.Lines))
		for i, s := range l.o.replyLines(v, true) {
			if i > 0 && len(s) > 4 {
				s = s[4:]
			}
			lines = append(lines, s)
		}
		key, what = "plain."+string(v.Kind), strings.Join(lines, "; ")
	case trace.KindCommand:
		key, what = "plain.command", l.o.visible(v.Line)
		if v.Line == "" {
			what = l.o.visible(v.Verb)
		}
	default:
		what = l.o.spoken(v)
	}
	return l.o.t(key, "from", from, "to", to, "what", what)
}

// spokenSpan is a moment as one says it: 0.324 s, 5 min 0.600 s, 26 h 3 min.
func spokenSpan(d time.Duration) string {
	if d < 0 {
		return "-" + spokenSpan(-max(d, -math.MaxInt64))
	}
	ms := int64(d / time.Millisecond)
	s := ms / 1000
	switch {
	case s < 60:
		return clock(d) + " s"
	case s < 3600:
		return itoa(s/60) + " min " + itoa(s%60) + "." + digits(ms%1000, 3) + " s"
	case s < 2*86400:
		return itoa(s/3600) + " h " + itoa(s/60%60) + " min"
	}
	return itoa(s/86400) + " d " + itoa(s/3600%24) + " h"
}
