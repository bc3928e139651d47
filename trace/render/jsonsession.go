package render

import (
	"github.com/smtpsim/smtpsim/trace"
)

func (w *jsonWriter) session(s *trace.Session, events bool) {
	w.integer("id", int64(s.ID))
	w.integer("capture", int64(s.Capture)+1) // as captures are told, from 1
	w.pair("packets", s.Packets)
	w.text("client", s.Client)
	w.text("server", s.Server)
	w.text("protocol", s.Protocol)
	w.boolean("implicit_tls", s.ImplicitTLS)
	w.proxies(s)
	w.time("started", s.Started)
	w.time("ended", s.Ended)
	w.textOrNull("end", string(s.End))
	w.boolean("midstream", s.Midstream)
	w.integer("gap_bytes", s.GapBytes)
	w.known("attempts", int64(s.Attempts)) // no SYN seen: not known
	w.lookups(s.DNS)
	w.object("timing", func() {
		w.seconds("connect", s.Timing.Connect)
		w.seconds("greeting", s.Timing.Greeting)
		w.seconds("total", s.Timing.Total)
		w.seconds("think_total", s.Timing.Think)
	})
	w.array("phases", func() {
		for i := range s.Phases {
			w.object("", func() { w.phase(&s.Phases[i]) })
		}
	})
	w.textOrNull("starttls", s.StartTLS)
	w.array("auth", func() {
		for _, a := range s.Auth {
			w.object("", func() {
				w.text("mechanism", a.Mechanism)
				w.textOrNull("identity", a.Identity)
				w.text("outcome", a.Outcome)
			})
		}
	})
	if events {
		w.array("events", func() {
			for _, e := range s.Events {
				w.object("", func() { w.event(e) })
			}
		})
	}
	w.array("transactions", func() {
		for _, t := range s.Transactions {
			w.object("", func() { w.transaction(t) })
		}
	})
	w.findings(s.Findings)
}

// proxies says what stood in front of the session, where something did.
func (w *jsonWriter) proxies(s *trace.Session) {
	if p := s.Proxy; p != nil {
		w.object("proxy", func() {
			w.text("kind", p.Kind)
			w.textOrNull("source", p.Source)
			w.textOrNull("destination", p.Destination)
		})
	}
	if c := s.EffectiveClient; c != nil {
		w.object("effective_client", func() {
			w.textOrNull("addr", c.Addr)
			w.textOrNull("name", c.Name)
			w.textOrNull("helo", c.Helo)
			w.textOrNull("login", c.Login)
		})
	}
}

// lookups are what was asked of the DNS; no answer seen: rcode is null.
func (w *jsonWriter) lookups(all []*trace.Lookup) {
	w.array("dns", func() {
		for _, l := range all {
			w.object("", func() {
				w.known("packet", l.Packet)
				w.time("time", l.Time)
				w.text("name", l.Name)
				w.text("type", l.Type)
				w.textOrNull("rcode", l.Rcode)
				w.texts("answers", l.Answers)
			})
		}
	})
}

func (w *jsonWriter) phase(p *trace.Phase) {
	w.text("why", p.Why)
	w.textOrNull("greeting", p.Greeting)
	if p.Helo == nil {
		w.null("helo")
	} else {
		w.object("helo", func() {
			w.text("verb", p.Helo.Verb)
			w.text("name", p.Helo.Name)
		})
	}
	w.texts("extensions", p.Extensions)
	if p.TLS == nil {
		return
	}
	w.object("tls", func() {
		w.textOrNull("version", p.TLS.Version)
		w.textOrNull("cipher", p.TLS.Cipher)
		w.textOrNull("server_name", p.TLS.ServerName)
		w.boolean("resumed", p.TLS.Resumed)
		w.boolean("decrypted", p.TLS.Decrypted)
		w.textOrNull("alert", p.TLS.Alert)
		if c := p.TLS.Certificate; c != nil {
			w.object("certificate", func() {
				w.text("subject", c.Subject)
				w.text("issuer", c.Issuer)
				w.texts("names", c.Names)
				w.text("not_before", c.NotBefore)
				w.text("not_after", c.NotAfter)
				w.null("verified") // by whom, and when?
			})
		}
	})
}

// event leaves out what its kind does not have.
func (w *jsonWriter) event(e *trace.Event) {
	w.integer("n", int64(e.N))
	w.pair("packets", e.Packets)
	w.integer("offset", e.Offset)
	w.time("time", e.Time)
	w.text("from", e.From.String())
	w.boolean("tls", e.TLS)
	w.boolean("early", e.Early)
	w.text("kind", string(e.Kind))
	if e.Kind == trace.KindCommand {
		w.textOrNull("verb", e.Verb)
	} else {
		w.textIf("verb", e.Verb)
	}
	if e.Kind == trace.KindCommand {
		w.text("line", e.Line)
	} else {
		w.textIf("line", e.Line)
	}
	if e.Kind == trace.KindReply || e.Kind == trace.KindGreeting {
		w.integer("code", int64(e.Code))
		w.textOrNull("enhanced", e.Enhanced)
		w.texts("lines", e.Lines)
		w.boolean("interim", e.Interim)
		w.known("answers", int64(e.Answers))
	}
	if e.Recipient != 0 {
		w.integer("recipient", int64(e.Recipient))
	}
	if e.Bytes != 0 || e.Kind == trace.KindData || e.Kind == trace.KindChunk {
		w.integer("bytes", e.Bytes)
	}
	w.textIf("note", e.Note)
}

func (w *jsonWriter) reply(key string, r *trace.ReplyRef) {
	if r == nil {
		w.null(key)
		return
	}
	w.object(key, func() {
		w.integer("code", int64(r.Code))
		w.textOrNull("enhanced", r.Enhanced)
		w.text("text", r.Text)
	})
}

func (w *jsonWriter) parameters(ps []trace.Parameter) {
	w.array("parameters", func() {
		for _, p := range ps {
			w.object("", func() {
				w.text("name", p.Name)
				w.textIf("value", p.Value)
				w.textIf("decoded", p.Decoded)
			})
		}
	})
}

func (w *jsonWriter) transaction(t *trace.Transaction) {
	w.integer("n", int64(t.N))
	w.textOrNull("opened_by", t.OpenedBy)
	if t.ReversePath == nil {
		w.null("reverse_path")
	} else {
		w.text("reverse_path", *t.ReversePath)
	}
	w.parameters(t.Parameters)
	w.reply("reply", t.Reply)
	w.array("recipients", func() {
		for _, r := range t.Recipients {
			w.object("", func() { w.recipient(r) })
		}
	})
	if t.DataReply != nil {
		w.reply("data_reply", t.DataReply)
	}
	w.textIf("refused_at", t.RefusedAt)
	w.body(t.Body)
	w.reply("final", t.Final)
	w.textOrNull("queue_id", t.QueueID)
	w.text("outcome", string(t.Outcome))
	if m := t.Message; m != nil {
		w.object("message", func() {
			w.textOrNull("message_id", m.MessageID)
			w.textOrNull("from", m.From)
			w.textOrNull("to", m.To)
			w.textOrNull("cc", m.Cc)
			w.textOrNull("subject", m.Subject)
			w.textOrNull("date", m.Date)
			w.texts("received", m.Received)
		})
	}
}

func (w *jsonWriter) recipient(r *trace.Recipient) {
	w.text("forward_path", r.ForwardPath)
	w.parameters(r.Parameters)
	w.known("code", int64(r.Code))
	w.textOrNull("enhanced", r.Enhanced)
	w.textOrNull("text", r.Text)
	w.boolean("answered", r.Answered)
	if r.Final != nil {
		w.reply("final", r.Final)
	}
}

func (w *jsonWriter) body(b *trace.Body) {
	if b == nil {
		w.null("body")
		return
	}
	w.object("body", func() {
		w.textOrNull("via", b.Via)
		w.integer("bytes", b.Bytes)
		if b.SHA256 == nil {
			w.null("sha256")
		} else {
			w.text("sha256", *b.SHA256)
		}
		if len(b.Chunks) > 0 {
			w.array("chunks", func() {
				for _, n := range b.Chunks {
					w.integer("", n)
				}
			})
		}
		if b.DeclaredSize != 0 {
			w.integer("declared_size", b.DeclaredSize)
		}
		w.boolean("complete", b.Complete)
		w.integer("gap_bytes", b.GapBytes)
	})
}
