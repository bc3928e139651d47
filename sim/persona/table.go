package persona

import (
	"fmt"
	"strings"
	"time"
)

// Table writes what the catalog knows as Markdown, for the document on personalities.
func (c *Catalog) Table() string {
	var b strings.Builder
	b.WriteString("| name | stands for | greeting | offers | limits | habits |\n| --- | --- | --- | --- | --- | --- |\n")
	v := Values{Host: "HOST", Helo: "CLIENT", Client: "CLIENT"}
	for _, name := range c.names {
		p := c.all[name]
		greeting := strings.ReplaceAll(strings.Join(p.Reply(Greeting, &v).Lines, " / "), v.Now.Format("Mon, 02 Jan 2006 15:04:05 -0700"), "DATE")
		greeting = strings.ReplaceAll(greeting, "*", `\*`)
		fmt.Fprintf(&b, "| %s | %s | %d %s | %s | %s | %s |\n", name, p.About, p.Texts[Greeting].Code, greeting, p.keywords(), p.limits(), p.habits())
	}
	b.WriteString("\n| name | retry | delay report | give-up | client |\n| --- | --- | --- | --- | --- |\n")
	for _, name := range c.names {
		p := c.all[name]
		fmt.Fprintf(&b, "| %s | %s | %s | %s, reports %s | %s |\n", name, p.Retry.String(), span(p.DelayDSN), span(p.GiveUp), span(p.BounceGiveUp), p.Client.String())
	}
	return b.String()
}

// keywords are those it offers, in its order.
func (p *Persona) keywords() string {
	if p.NoEHLO {
		return "no EHLO"
	}
	var words []string
	for _, e := range p.Keywords {
		if p.Offers.Has(e) {
			words = append(words, e.Keyword())
		}
	}
	return strings.Join(words, " ")
}

func (p *Persona) limits() string {
	size := "any size"
	if p.SizeMax > 0 {
		size = fmt.Sprintf("%d octets", p.SizeMax)
	}
	errors := "any errors"
	if p.ErrorsMax > 0 {
		errors = fmt.Sprintf("%d errors", p.ErrorsMax)
	}
	return fmt.Sprintf("%s, %d recipients, %d octets a line, %s, %d hops, %s of silence", size, p.RecipientsMax, p.CommandLineMax, errors, p.HopLimit, span(p.CommandTimeout))
}

func (p *Persona) habits() string {
	habits := p.Customs.Names()
	habits = append(habits, "bare LF: "+p.Customs.BareLF.String())
	if p.Customs.Ends != 0 {
		habits = append(habits, "ends at: "+p.Customs.Ends.String())
	}
	return strings.Join(habits, ", ")
}

// String is the schedule as data files have it.
func (r *Retry) String() string {
	text := ""
	switch {
	case r.Doubling != nil:
		text = "double " + span(r.Doubling.Min) + " to " + span(r.Doubling.Max)
	case r.Squares > 0:
		text = span(r.Squares) + " times 1, 4, 9, .."
	case len(r.Steps) > 0:
		for _, s := range r.Steps {
			text += span(s) + ", "
		}
		text += ".."
	default:
		for _, x := range r.Rules {
			text += "up to " + span(x.Until) + ": " + span(x.Every)
			if x.Percent > 100 {
				text += fmt.Sprintf(" times %d.%02d", x.Percent/100, x.Percent%100)
			}
			text += "; "
		}
		text = strings.TrimSuffix(text, "; ")
	}
	if r.Run > 0 {
		text += ", queue run each " + span(r.Run)
	}
	return text
}

// String tells of the client in words.
func (c *Client) String() string {
	parts := []string{c.Split.String()}
	add := func(yes bool, text string) {
		if yes {
			parts = append(parts, text)
		}
	}
	add(c.Recipients > 0, fmt.Sprintf("%d recipients a transaction", c.Recipients))
	add(c.Mails == 1, "a session for each mail")
	add(c.Mails > 1, fmt.Sprintf("%d mails a session", c.Mails))
	add(c.Reset, "RSET between mails")
	add(c.ResetLast, "RSET after a mail that nobody gets")
	add(c.HeloOnly, "HELO only")
	add(c.LowerCase, "verbs in small letters")
	add(c.Chunking, "BDAT")
	add(c.PRDR, "PRDR")
	add(c.Early, "speaks early")
	parts = append(parts, "conversion: "+c.Convert.String())
	if t := c.Timeouts; t != (Timeouts{}) {
		parts = append(parts, fmt.Sprintf("waits %s for the greeting, %s MAIL, %s RCPT, %s DATA, %s a block, %s the end", asRFC(t.Greeting), asRFC(t.Mail), asRFC(t.Rcpt), asRFC(t.Data), asRFC(t.Block), asRFC(t.End)))
	}
	return strings.Join(parts, ", ")
}

// span writes a time in the largest unit that fits: "5d", "36h", "5m", "90s"; "never" for 0.
func span(d time.Duration) string {
	switch {
	case d == 0:
		return "never"
	case d%(24*time.Hour) == 0:
		return fmt.Sprintf("%dd", d/(24*time.Hour))
	case d%time.Hour == 0:
		return fmt.Sprintf("%dh", d/time.Hour)
	case d%time.Minute == 0:
		return fmt.Sprintf("%dm", d/time.Minute)
	}
	return fmt.Sprintf("%ds", d/time.Second)
}

// asRFC is span, for a wait whose 0 stands for RFC 5321 §4.5.3.2.
func asRFC(d time.Duration) string {
	if d == 0 {
		return "as the RFC"
	}
	return span(d)
}
