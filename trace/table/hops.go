package table

import (
	"strings"

	"github.com/smtpsim/smtpsim/trace"
	"github.com/smtpsim/smtpsim/trace/hops"
)

// Hops has a row for each hop of each message, first in time first.
func Hops(ms []hops.Message) Table {
	t := Table{Name: "hops", Columns: []Column{
		{"file", Text}, {"message", Number}, {"message_id", Text}, {"hop", Number}, {"line", Number},
		{"from_name", Text}, {"from_helo", Text}, {"from_rdns", Text}, {"from_ip", Text},
		{"by_host", Text}, {"with", Text}, {"tls_version", Text}, {"id", Text}, {"for", Text}, {"time", Moment},
		{"time_raw", Text}, {"delay_seconds", Seconds}, {"trust", Word}, {"findings", Text}}}
	for i := range ms {
		m := &ms[i]
		for k := range m.Hops {
			row := []string{Visible(m.File), number(int64(m.Index)), Visible(m.MessageID)}
			t.Rows = append(t.Rows, append(row, hopRow(&m.Hops[k])...))
		}
	}
	return t
}

func hopRow(h *trace.Hop) []string {
	version := ""
	if h.TLS != nil {
		version = h.TLS.Version
	}
	ids := make([]string, len(h.Findings))
	for i, f := range h.Findings {
		ids[i] = f.ID
	}
	return []string{number(int64(h.N)), number(int64(h.Line)), Visible(h.From.Name), Visible(h.From.Helo),
		Visible(h.From.RDNS), Visible(h.From.IP), Visible(h.By.Host), Visible(h.With), Visible(version), Visible(h.ID),
		Visible(strings.Join(h.For, " ")), h.Time.String(), Visible(h.TimeRaw), seconds(h.Delay), h.Trust,
		strings.Join(ids, " ")}
}
