package render

import (
	"io"
	"strings"
	"testing"

	"github.com/smtpsim/smtpsim/trace"
)

func several() []*trace.Session {
	a, b := captured(), hostile()
	c := dialogue(&trace.Session{ID: 3, Client: "198.51.100.7:25001", Server: "203.0.113.9:587", End: trace.SessionServerClose, ImplicitTLS: true,
		Phases: []trace.Phase{{TLS: &trace.TLSInfo{Version: "TLSv1.3"}}}}, "0 30 G: 220 hi\n90 31 C: QUIT")
	c.Transactions = []*trace.Transaction{
		{N: 1, ReversePath: ptr(""), Outcome: trace.Refused, RefusedAt: "MAIL", Reply: &trace.ReplyRef{Code: 530, Enhanced: "5.7.0", Text: "5.7.0 Must issue STARTTLS first"}}}
	return []*trace.Session{a, b, c}
}

func TestTables(t *testing.T) {
	for _, c := range []struct {
		name string
		o    Options
	}{{"tables", Options{}}, {"tables_60_de", Options{Width: 60, Lang: German}}, {"tables_ascii", Options{Glyphs: ASCII}},
		{"tables_plain", Options{Plain: true}}, {"tables_color", Options{Color: true, Width: 120}}} {
		var b strings.Builder
		for _, write := range []func(io.Writer, []*trace.Session, Options) error{WriteSessions, WriteRecipients, WriteFindings} {
			if err := write(&b, several(), c.o); err != nil {
				t.Fatal(err)
			}
			b.WriteString("\n")
		}
		golden(t, c.name, b.String())
	}
}
