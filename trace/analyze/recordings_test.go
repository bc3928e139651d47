package analyze

import (
	"fmt"
	"strings"
	"testing"

	"github.com/smtpsim/smtpsim/codes"
	"github.com/smtpsim/smtpsim/trace"
)

// kinds are the columns of the table that TestRecordings prints: what was compared for each file.
var kinds = []string{"log lines", "client lines", "client octets", "bodies", "stored mails", "expected", "facts", "tls", "lines without log"}

// TestRecordings holds what is understood of each recording against everything that is known of it: the logs of its servers
// and clients, what the clients sent, what was delivered, what was expected. No file goes without an assertion.
func TestRecordings(t *testing.T) {
	sum := map[string]int{}
	var rows []string
	for _, r := range loadRecordings(t) {
		t.Run(r.Name, func(t *testing.T) {
			r.checkDialogues(t)
			r.checkTranscripts(t)
			r.checkBodies(t)
			r.checkStored(t)
			r.checkExpected(t)
			r.checkFacts(t)
			r.checkTLS(t)
		})
		for _, file := range r.files {
			row := fmt.Sprintf("%-45s", file)
			done := 0
			for _, k := range kinds {
				n := r.table[file][k]
				sum[k] += n
				row += fmt.Sprintf("%8d", n)
				if k != "lines without log" {
					done += n
				}
			}
			rows = append(rows, row)
			if done == 0 {
				t.Errorf("%s: nothing was compared", file)
			}
		}
	}
	head, foot := fmt.Sprintf("%-45s", "file"), fmt.Sprintf("%-45s", "all")
	for _, k := range kinds {
		words := strings.Fields(k)
		head += fmt.Sprintf("%8s", words[len(words)-1])
		foot += fmt.Sprintf("%8d", sum[k])
	}
	t.Logf("compared: %s\n%s\n%s\n%s", strings.Join(kinds, ", "), head, strings.Join(rows, "\n"), foot)
	for k, floor := range map[string]int{"log lines": 10800, "client lines": 8700, "bodies": 60, "stored mails": 60, "expected": 10, "tls": 10} {
		if sum[k] < floor {
			t.Errorf("only %d %s compared, at least %d before", sum[k], k, floor)
		}
	}
}

// checkExpected holds the sessions against those that were expected when the recording was made.
func (r *recording) checkExpected(t *testing.T) {
	for _, file := range r.files {
		from := 0
		for i, want := range r.Expected {
			why := "there is no such session"
			for n, s := range r.sessions[file][from:] {
				if !strings.HasPrefix(s.Client, want.Client+":") || !strings.HasPrefix(s.Server, want.Server+":") {
					continue
				}
				if why = want.of(s); why == "" {
					from += n + 1
					r.count(file, "expected", 1)
					break
				}
			}
			if why != "" {
				t.Errorf("%s: expected session %d (%s > %s): %s", file, i, want.Client, want.Server, why)
			}
		}
	}
}

// of says in what s is not as expected; "" if it is.
func (e *expectation) of(s *trace.Session) string {
	if e.Result != "" {
		if s.End != trace.SessionRefused {
			return "it ended with " + string(s.End)
		}
		return ""
	}
	accepted, bdat := 0, false
	codes := map[string]int{}
	for _, tx := range s.Transactions {
		if tx.Outcome == trace.Accepted || tx.Outcome == trace.Partial {
			accepted++
		}
		bdat = bdat || tx.Body != nil && tx.Body.Via == "BDAT"
		for _, rcpt := range tx.Recipients {
			codes[rcpt.ForwardPath] = rcpt.Code
		}
		if e.From != nil && (tx.ReversePath == nil || *tx.ReversePath != *e.From) {
			return "the reverse-path is another"
		}
	}
	for _, want := range e.Rcpts {
		if codes[want[0].(string)] != int(want[1].(float64)) {
			return fmt.Sprintf("RCPT %v got %d", want, codes[want[0].(string)])
		}
	}
	switch {
	case len(codes) != len(e.Rcpts):
		return fmt.Sprintf("recipients %v", codes)
	case e.Messages != nil && accepted != *e.Messages:
		return fmt.Sprintf("%d messages", accepted)
	case e.BDAT != bdat:
		return "BDAT or not"
	case e.Pipeline && !grouped(s):
		return "no commands in one group"
	case s.End != trace.SessionQuit:
		return "it ended with " + string(s.End)
	}
	return ""
}

// grouped says whether MAIL and RCPT came in one packet.
func grouped(s *trace.Session) bool {
	for i, e := range s.Events[1:] {
		if e.Verb == "RCPT" && s.Events[i].Verb == "MAIL" && s.Events[i].Packets == e.Packets {
			return true
		}
	}
	return false
}

// checkFacts looks at what is special about single recordings.
func (r *recording) checkFacts(t *testing.T) {
	for _, file := range r.files {
		ss := r.sessions[file]
		ok := true
		switch {
		case r.Name == "11-null-mx": // RFC 7505: nobody connects
			f := r.captures[file].Findings
			ok = len(ss) == 0 && len(f) == 2 && f[0].ID == string(codes.FindingNullMX) && f[1].ID == string(codes.FindingNoTCP)
		case r.Name == "12-mail-loop":
			same := 0
			for _, rel := range r.rels[file] {
				if rel.Kind == trace.SameMessage {
					same++
				}
			}
			ok = same >= 13
		case r.Name == "06-greylist-451-then-retry":
			ok = len(r.rels[file]) == 1 && r.rels[file][0].Kind == trace.Greylisted
		case r.Name == "08-mx-failover-rst":
			ok = len(r.rels[file]) == 1 && r.rels[file][0].Kind == trace.NextMX
		case r.Name == "15-dsn-delay":
			ok = len(ss) == 4 && ss[1].End == trace.SessionRefused && ss[3].End == trace.SessionRefused
		case r.Name == "31a-loss-reorder-2MB":
			tx := ss[0].Transactions[0]
			ok = len(ss) == 1 && ss[0].GapBytes == 0 && tx.Body.Complete && tx.Body.Bytes == 2737477 && tx.Body.SHA256 != nil &&
				*tx.Body.SHA256 == *r.sessions[r.files[0]][0].Transactions[0].Body.SHA256 // both ends of a lossy link
		case strings.HasPrefix(r.Name, "21"): // the user of every accepted exchange
			for _, s := range ss {
				for _, a := range s.Auth {
					ok = ok && (a.Outcome != "accepted" || a.Identity == "alice")
				}
			}
		case r.Name == "35c-snaplen-96":
			s := ss[0]
			ok = len(ss) == 1 && s.GapBytes == 710 && s.Phases[0].Helo != nil && s.Phases[0].Helo.Name == "mx.epsilon.example" &&
				len(s.Transactions) == 1 && s.Transactions[0].Outcome == trace.Unknown
		case r.Name == "37-xclient-postfix":
			e := ss[0].EffectiveClient
			ok = len(ss[0].Phases) == 2 && ss[0].Phases[1].Why == "xclient" && e != nil && e.Addr == "203.0.113.9" && e.Name == "mail.outside.test"
		case strings.HasPrefix(r.Name, "28") && r.Name < "28f":
			ok = r.smuggled(file)
		default:
			continue
		}
		if !ok {
			t.Errorf("%s: the facts of the recording are not seen", file)
		}
		r.count(file, "facts", 1)
	}
}

// smuggled holds the mails seen against those that were delivered at Postfix (two), Exim (one) and OpenSMTPD (none).
func (r *recording) smuggled(file string) bool {
	want := map[string]int{"192.0.2.10:25": 2, "192.0.2.20:25": 1, "192.0.2.30:25": 0, "192.0.2.40:25": 0}
	for _, s := range r.sessions[file] {
		accepted, told := 0, false
		for _, tx := range s.Transactions {
			if tx.Outcome == trace.Accepted {
				accepted++
			}
		}
		for _, f := range s.Findings {
			told = told || f.ID == "smuggled-end"
		}
		if accepted != want[s.Server] || told != (want[s.Server] == 2) {
			return false
		}
	}
	return len(r.sessions[file]) == 4
}

// checkTLS holds what is seen of handshakes against the version and cipher that both sides logged.
func (r *recording) checkTLS(t *testing.T) {
	want := map[string][2]string{
		"22a-starttls-tls13-curl":             {"TLSv1.3", "TLS_AES_256_GCM_SHA384"},
		"22c-starttls-tls12-exim-exim":        {"TLSv1.2", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"}, // Exim: TLS1.2:ECDHE_SECP256R1__RSA_SHA256__AES_256_GCM
		"22c-starttls-tls13-exim-exim":        {"TLSv1.3", "TLS_AES_256_GCM_SHA384"},
		"22d-starttls-postfix-postfix-nokeys": {"TLSv1.3", "TLS_AES_256_GCM_SHA384"},
		"22e-starttls-s_client-tls13":         {"TLSv1.3", "TLS_AES_256_GCM_SHA384"},
		"23a-implicit-tls12-465-curl":         {"TLSv1.2", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"}, // OpenSSL: ECDHE-RSA-AES256-GCM-SHA384
		"23a-implicit-tls13-465-curl":         {"TLSv1.3", "TLS_AES_256_GCM_SHA384"},
		"24c-sendmail-queue-run-multi":        {"TLSv1.3", "TLS_AES_256_GCM_SHA384"},
		"34b-journey-tls-first-hop":           {"TLSv1.3", "TLS_AES_256_GCM_SHA384"},
	}[r.Name]
	for _, file := range r.files {
		for _, s := range r.sessions[file] {
			p := s.Phases[len(s.Phases)-1]
			if p.TLS == nil {
				continue
			}
			r.count(file, "tls", 1)
			if p.TLS.Version != want[0] || p.TLS.Cipher != want[1] {
				t.Errorf("%s: %s > %s: TLS %+v, logged %v", file, s.Client, s.Server, p.TLS, want)
			}
			open := keysOf(t, file) != nil || strings.Contains(file, ".dsb.")
			if p.TLS.Decrypted != open || open == (s.End == trace.SessionTLSOpaque) || (p.TLS.Certificate != nil) != open {
				t.Errorf("%s: %s > %s: it ends with %s, TLS %+v; secrets are there: %t", file, s.Client, s.Server, s.End, p.TLS, open)
			}
			if s.ImplicitTLS != strings.HasPrefix(r.Name, "23a") || !s.ImplicitTLS && s.StartTLS != "accepted" {
				t.Errorf("%s: %s > %s: implicit %t, STARTTLS %s", file, s.Client, s.Server, s.ImplicitTLS, s.StartTLS)
			}
		}
	}
}
