package render

import (
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/smtpsim/smtpsim/trace"
	"github.com/smtpsim/smtpsim/trace/hops"
)

// WriteHopsJSON prints what next gives until it says that there is no more. Nothing needs all messages in memory.
func WriteHopsJSON(out io.Writer, next func() (*hops.Message, bool)) error {
	w := &jsonWriter{out: out, pretty: true}
	w.object("", func() {
		w.integer("version", Version)
		w.array("messages", func() {
			for {
				m, ok := next()
				if !ok {
					return
				}
				w.object("", func() { w.message(m) })
			}
		})
	})
	w.b = append(w.b, '\n')
	w.flush()
	return w.err
}

func (w *jsonWriter) message(m *hops.Message) {
	w.text("file", m.File)
	w.integer("index", int64(m.Index))
	w.textOrNull("message_id", m.MessageID)
	w.textOrNull("subject", m.Subject)
	w.time("date", m.Date)
	if m.ReturnPath == nil {
		w.null("return_path")
	} else {
		w.text("return_path", *m.ReturnPath)
	}
	w.seconds("elapsed_seconds", m.Elapsed)
	w.array("hops", func() {
		for i := range m.Hops {
			w.object("", func() { w.hop(&m.Hops[i]) })
		}
	})
	w.known("border", int64(m.Border))
	if m.Origin == nil {
		w.null("origin")
	} else {
		w.object("origin", func() {
			w.textOrNull("ip", m.Origin.IP)
			w.text("vouched_by", m.Origin.VouchedBy)
		})
	}
	w.array("clocks", func() {
		for _, c := range m.Clocks {
			w.object("", func() {
				w.text("host", c.Host)
				w.seconds("offset_seconds", &c.Offset)
				w.seconds("tolerance_seconds", &c.Tolerance)
				w.text("basis", c.Basis)
			})
		}
	})
	w.array("loops", func() {
		for _, l := range m.Loops {
			w.object("", func() { w.loop(l) })
		}
	})
	w.array("authentication", func() {
		for _, a := range m.Authentication {
			w.object("", func() { w.authentication(a) })
		}
	})
	if m.Report != nil {
		w.object("report", func() { w.report(m.Report) })
	}
	w.findings(m.Findings)
}

func (w *jsonWriter) loop(l hops.Loop) {
	w.text("kind", l.Kind)
	w.textOrNull("by", l.By)
	w.textIf("id", l.ID)
	w.array("hops", func() {
		for _, n := range l.Hops {
			w.integer("", int64(n))
		}
	})
}

func (w *jsonWriter) authentication(a hops.Authentication) {
	w.integer("line", int64(a.Line))
	w.text("authserv_id", a.Server)
	w.known("hop", int64(a.Hop))
	w.textOrNull("trust", a.Trust)
	w.array("results", func() {
		for _, r := range a.Results {
			w.object("", func() {
				w.text("method", r.Method)
				w.text("result", r.Result)
				w.stringMap("properties", r.Properties)
			})
		}
	})
}

// stringMap leaves an empty map out; keys are somebody else's text too.
func (w *jsonWriter) stringMap(key string, m map[string]string) {
	if len(m) == 0 {
		return
	}
	w.object(key, func() {
		for _, k := range slices.Sorted(maps.Keys(m)) {
			w.text(strings.ToValidUTF8(k, "\ufffd"), m[k])
		}
	})
}

func (w *jsonWriter) report(r *hops.Report) {
	w.text("kind", r.Kind)
	w.textIf("reporting_mta", r.ReportingMTA)
	w.array("recipients", func() {
		for _, one := range r.Recipients {
			w.object("", func() {
				w.textOrNull("final_recipient", one.FinalRecipient)
				w.textOrNull("action", one.Action)
				w.textOrNull("status", one.Status)
				w.textIf("remote_mta", one.RemoteMTA)
				w.textIf("diagnostic", one.Diagnostic)
			})
		}
	})
	w.stringMap("fields", r.Fields)
	if r.Message != nil {
		w.object("message", func() { w.message(r.Message) })
	}
}

func (w *jsonWriter) hop(h *trace.Hop) {
	w.integer("n", int64(h.N))
	w.integer("line", int64(h.Line))
	w.object("from", func() {
		w.textOrNull("name", h.From.Name)
		w.textOrNull("helo", h.From.Helo)
		w.textOrNull("rdns", h.From.RDNS)
		w.textOrNull("ip", h.From.IP)
		w.textOrNull("port", h.From.Port)
		w.textOrNull("user", h.From.User)
	})
	w.object("by", func() {
		w.textOrNull("host", h.By.Host)
		w.textOrNull("software", h.By.Software)
		w.textOrNull("ip", h.By.IP)
	})
	w.textOrNull("via", h.Via)
	w.textOrNull("with", h.With)
	w.textOrNull("id", h.ID)
	w.texts("for", h.For)
	if h.EnvelopeFrom == nil {
		w.null("envelope_from")
	} else {
		w.text("envelope_from", *h.EnvelopeFrom)
	}
	w.stringMap("clauses", h.Clauses)
	if h.TLS != nil {
		w.object("tls", func() {
			w.textOrNull("version", h.TLS.Version)
			w.textOrNull("cipher", h.TLS.Cipher)
			w.known("bits", int64(h.TLS.Bits))
			if h.TLS.Verified == nil {
				w.null("verified")
			} else {
				w.boolean("verified", *h.TLS.Verified)
			}
		})
	}
	w.time("time", h.Time)
	w.textOrNull("time_raw", h.TimeRaw)
	w.textOrNull("zone", h.Zone)
	if h.TimeCorrected != 0 {
		w.time("time_corrected", h.TimeCorrected)
	}
	w.seconds("delay_seconds", h.Delay)
	w.hopText(h)
	w.textOrNull("trust", h.Trust)
	w.textOrNull("group", h.Group)
	if h.Witness != nil {
		w.object("witness", func() {
			w.integer("session", int64(h.Witness.Session))
			w.integer("transaction", int64(h.Witness.Transaction))
		})
	}
	w.findings(h.Findings)
}

// hopText is the field as it stands in the message, and where.
func (w *jsonWriter) hopText(h *trace.Hop) {
	w.texts("comments", h.Comments)
	w.texts("unparsed", h.Unparsed)
	w.text("raw", h.Raw)
	w.member("span")
	w.b = appendSpan(w.b, h.Span)
	if len(h.Spans) == 0 {
		return
	}
	w.object("spans", func() {
		for _, k := range slices.Sorted(maps.Keys(h.Spans)) {
			w.member(k)
			w.b = appendSpan(w.b, h.Spans[k])
		}
	})
}

func appendSpan(b []byte, s [2]int) []byte {
	return append(b, "["+itoa(int64(s[0]))+","+itoa(int64(s[1]))+"]"...)
}
