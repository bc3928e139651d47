package render

import (
	"strings"

	"github.com/smtpsim/smtpsim/trace"
)

// troubleWords say in German what the faults of a scenario are called in its file; English takes the file's words.
//
//house:table constant
var troubleWords = map[string]string{
	"reply": "falsche Antwort", "delay": "späte Antwort", "drip": "Antwort tröpfelt", "hang": "hängt", "drop-before": "Abbruch vor der Tat",
	"drop-after": "Abbruch nach der Tat", "close": "legt auf", "reset": "RST", "crash-after": "Absturz nach der Tat", "crash": "Absturz",
	"refuse": "niemand hört zu", "silent": "stumm", "loss": "Paketverlust", "duplicate": "Pakete doppelt", "reorder": "Pakete vertauscht",
	"partition": "getrennt", "clog": "verstopft", "disk-full": "Platte voll", "dns": "DNS", "clock": "Uhr falsch", "certificate": "Zertifikat",
}

// troubleText says what a fault of a scenario does. The entry's text is "HOST: KIND MORE" or "the link between A and B: KIND",
// with " has ended" behind it at the end.
func (o *Options) troubleText(e *trace.Entry) string {
	who, what, ok := strings.Cut(e.Text, ": ")
	if e.Code == "restart" && o.Lang == German {
		return o.domain(e.Host) + " läuft wieder"
	}
	if zones := "the zones change:"; o.Lang == German && strings.HasPrefix(e.Text, zones) {
		return strings.Replace(e.Text, zones, "die Zonen ändern sich:", 1)
	}
	if !ok || strings.HasPrefix(who, "the zones") {
		return e.Text
	}
	what, ended := strings.CutSuffix(what, " has ended")
	if strings.HasPrefix(who, "the link") {
		who = o.domain(e.Host) + " – " + o.domain(e.Peer)
	} else {
		who = o.domain(who)
	}
	if o.Lang != German {
		if ended {
			what += " has ended"
		}
		return who + ": " + what
	}
	kind, more, _ := strings.Cut(what, " ")
	if word := troubleWords[kind]; word != "" {
		kind = word
	}
	if stage, at := strings.CutPrefix(more, "at "); at {
		more = "bei " + stage
	}
	if ended {
		more = strings.TrimSpace(more + " – vorbei")
	}
	return strings.TrimSpace(who + ": " + kind + " " + more)
}
