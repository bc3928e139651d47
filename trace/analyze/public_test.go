package analyze

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/smtpsim/smtpsim/codes"
	"github.com/smtpsim/smtpsim/trace"
)

// reading is what two other programs make of a capture: tshark and a short independent parser ("ref").
type reading struct {
	Streams []struct {
		Endpoints [2]string `json:"endpoints"`
		Ref       struct {
			Verbs    []string `json:"verbs"`
			Replies  []int    `json:"replies"`
			Messages []struct {
				Kind   string `json:"kind"`
				Bytes  int64  `json:"bytes"`
				SHA256 string `json:"sha256"`
			} `json:"messages"`
		} `json:"ref"`
	} `json:"streams"`
}

// publicCaptures lists the captures of others, relative to their directory.
func publicCaptures(t *testing.T) (dir string, files []string) {
	t.Helper()
	dir = shared(t, "captures", "public")
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() && !strings.HasSuffix(path, ".json") && !strings.HasSuffix(path, ".tsv") {
			rel, _ := filepath.Rel(dir, path)
			files = append(files, rel)
		}
		return err
	})
	if err != nil || len(files) == 0 {
		t.Fatal("no captures", err)
	}
	return dir, files
}

// TestPublicCaptures reads every capture of others: each shows sessions, or one of the reasons why not.
func TestPublicCaptures(t *testing.T) {
	dir, files := publicCaptures(t)
	reasons := map[string]int{}
	sessions := 0
	for _, f := range files {
		k, err := read(t, filepath.Join(dir, f), Options{Events: true, Workers: 2})
		sessions += len(k.sessions)
		if len(k.captures) != 1 {
			t.Errorf("%s: %d captures told", f, len(k.captures))
			continue
		}
		if len(k.sessions) > 0 {
			reasons["sessions"]++
			continue
		}
		found := ""
		for _, finding := range k.captures[0].Findings {
			switch finding.ID {
			case string(codes.FindingNotReadable), string(codes.FindingNotACapture), string(codes.FindingNoPackets), string(codes.FindingNoTCP), string(codes.FindingNoPayload), string(codes.FindingEncryptedOnly), string(codes.FindingNoSMTP):
				found = finding.ID
			}
		}
		if found == "" || found == string(codes.FindingNotReadable) {
			t.Errorf("%s: neither a session nor a reason: %v %v", f, k.captures[0].Findings, err)
		}
		reasons[found]++
		t.Logf("%-60s %s", f, found)
	}
	t.Logf("%d files, %d sessions: %v", len(files), sessions, reasons)
}

// TestPublicReference compares verbs, reply codes and texts with the independent parser's.
func TestPublicReference(t *testing.T) {
	dir, files := publicCaptures(t)
	var agree, all [3]int
	for _, f := range files {
		data, err := os.ReadFile(filepath.Join(dir, f) + ".tshark.json")
		if err != nil {
			continue // told by TestPublicCaptures alone
		}
		var want reading
		if err := json.Unmarshal(data, &want); err != nil {
			t.Errorf("%s: %v", f, err)
			continue
		}
		k, _ := read(t, filepath.Join(dir, f), Options{Events: true})
		used := map[*trace.Session]bool{}
		for i, stream := range want.Streams {
			s := k.between(stream.Endpoints, used)
			verbs, replies, mails := summary(s)
			var theirs []string
			for _, m := range stream.Ref.Messages {
				theirs = append(theirs, fmt.Sprintf("%s %d %.12s", m.Kind, m.Bytes, m.SHA256))
			}
			pairs := [3][2][]string{{verbs, stream.Ref.Verbs}, {replies, decimals(stream.Ref.Replies)}, {mails, theirs}}
			for n, p := range pairs {
				all[n]++
				if slices.EqualFunc(p[0], p[1], alike) {
					agree[n]++
					continue
				}
				what := [...]string{"verbs", "replies", "messages"}[n]
				key := fmt.Sprintf("%s#%d %s", f, i, what)
				if why := disagreements()[key]; why != "" {
					t.Logf("%s: %s", key, why)
					continue
				}
				t.Errorf("%s:\n we  %v\n ref %v", key, p[0], p[1])
			}
		}
	}
	for n, floor := range [3]int{145, 156, 147} {
		if agree[n] < floor {
			t.Errorf("fewer agree than before: %v, at least %d", agree, floor)
		}
	}
	t.Logf("verbs agree in %d of %d streams, replies in %d of %d, messages in %d of %d", agree[0], all[0], agree[1], all[1], agree[2], all[2])
}

// alike compares two words of a summary; of a text whose end is missing we give no hash.
func alike(ours, theirs string) bool {
	return ours == theirs || strings.HasPrefix(ours, "DATA ") && strings.HasSuffix(ours, " ") && strings.HasPrefix(theirs, ours)
}

// between finds the next session between two endpoints.
func (k *kept) between(ends [2]string, used map[*trace.Session]bool) *trace.Session {
	plain := strings.NewReplacer("[", "", "]", "")
	for _, s := range k.sessions {
		c, v := plain.Replace(s.Client), plain.Replace(s.Server)
		a, b := plain.Replace(ends[0]), plain.Replace(ends[1])
		if !used[s] && (c == a && v == b || c == b && v == a) {
			used[s] = true
			return s
		}
	}
	return nil
}

// summary is a session in the words of the reference.
func summary(s *trace.Session) (verbs, replies, mails []string) {
	if s == nil {
		return nil, nil, nil
	}
	for _, e := range s.Events {
		switch e.Kind {
		case trace.KindCommand:
			verb := e.Verb
			if verb == "" {
				verb, _, _ = strings.Cut(strings.ToUpper(strings.TrimSpace(e.Line)), " ")
			}
			verbs = append(verbs, verb)
		case trace.KindAuth:
			verbs = append(verbs, "<AUTH>")
		case trace.KindReply, trace.KindGreeting:
			replies = append(replies, fmt.Sprint(e.Code))
		}
	}
	for _, tx := range s.Transactions {
		if tx.Body != nil {
			sum := ""
			if tx.Body.SHA256 != nil {
				sum = *tx.Body.SHA256
			}
			mails = append(mails, fmt.Sprintf("%s %d %.12s", tx.Body.Via, tx.Body.Bytes, sum))
		}
	}
	return verbs, replies, mails
}

func decimals(n []int) []string {
	var out []string
	for _, c := range n {
		out = append(out, fmt.Sprint(c))
	}
	return out
}

// disagreements names where we and the reference differ, and why; each was looked at in the capture.
func disagreements() map[string]string {
	const (
		bareEnd   = "the text ends with a bare LF at the dot, and the server's replies show that it took that for the end"
		decrypted = "the capture was rewritten with plaintext after STARTTLS: no TLS record follows, so we read on; ref stops"
		cut       = "frames are cut: we tell a cut line by its verb or code, and a gap by the octets it has; ref loses step"
	)
	return map[string]string{
		"PcapPlusPlus/Smtp.pcap#0 verbs":                             "we know two lines for answers to 334 and hide them",
		"PcapPlusPlus/Smtp.pcap#0 replies":                           "ref does not see the 334 behind the gap",
		"arkime/smtp-decrypted.pcap#0 verbs":                         decrypted,
		"arkime/smtp-decrypted.pcap#0 replies":                       decrypted,
		"arkime/smtp-decrypted.pcap#0 messages":                      decrypted,
		"arkime/smtp-decrypted.pcap#1 verbs":                         decrypted,
		"arkime/smtp-decrypted.pcap#1 replies":                       decrypted,
		"arkime/smtp-decrypted.pcap#1 messages":                      decrypted,
		"arkime/smtp-subject-windows.pcap#0 verbs":                   bareEnd + "; the empty line behind it got a 500",
		"arkime/smtp-subject-windows.pcap#0 messages":                bareEnd,
		"arkime/socks5-smtp-503.pcap#0 verbs":                        "ref takes the SOCKS request for a command",
		"arkime/socks5-smtp-503.pcap#0 replies":                      "ref does not see the 220 behind the SOCKS answer",
		"crafted/bare-lf-commands.pcap#0 verbs":                      bareEnd,
		"crafted/bare-lf-commands.pcap#0 messages":                   bareEnd,
		"crafted/burl.pcap#0 messages":                               "the mail comes by BURL; its text is elsewhere",
		"crafted/proxy-protocol-v1.pcap#0 verbs":                     "ref takes the PROXY header for a command",
		"crafted/smuggle-lf-dot-crlf-accepted-twice.pcap#0 verbs":    bareEnd,
		"crafted/smuggle-lf-dot-crlf-accepted-twice.pcap#0 messages": bareEnd,
		"derived/multiaddr-lost-client.pcap#0 verbs":                 "DATA is in a gap: the 354 shows that text follows; ref reads text as commands",
		"derived/multiaddr-lost-client.pcap#0 messages":              "the same",
		"derived/multiaddr-snaplen96.pcap#0 verbs":                   cut,
		"derived/multiaddr-snaplen96.pcap#0 replies":                 cut,
		"derived/multiaddr-snaplen96.pcap#0 messages":                cut,
		"derived/multimail-snaplen200.pcap#0 verbs":                  cut,
		"derived/multimail-snaplen200.pcap#0 messages":               cut,
		"derived/multimail-snaplen96.pcap#0 verbs":                   cut,
		"derived/multimail-snaplen96.pcap#0 replies":                 cut,
		"derived/multimail-snaplen96.pcap#0 messages":                cut,
		"osi-model/smtp.pcapng#0 verbs":                              bareEnd,
		"osi-model/smtp.pcapng#0 messages":                           bareEnd,
		"snort3_demo/alert_before_server_response.pcap#0 verbs":      bareEnd,
		"snort3_demo/alert_before_server_response.pcap#0 messages":   bareEnd,
		"snort3_demo/appids_smtp.pcap#0 verbs":                       bareEnd,
		"snort3_demo/appids_smtp.pcap#0 messages":                    bareEnd,
		"zeek/connect-with-smtp.pcap#0 verbs":                        "ref takes the lines of the CONNECT for commands",
		"zeek/smtp-bdat-gap.pcap#0 verbs":                            "a BDAT ends in a gap: we go on at the next command, ref inside a line of the next text",
		"zeek/smtp-bdat-gap.pcap#0 messages":                         "the same",
	}
}
