package analyze

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/smtpsim/smtpsim/trace"
)

// checkTranscripts holds sessions against what the clients noted: what they read line by line, and what they sent in order.
func (r *recording) checkTranscripts(t *testing.T) {
	for _, file := range r.files {
		used := map[*trace.Session]bool{}
		for i := range r.Clients {
			c := &r.Clients[i]
			read, sent := c.lines()
			if len(read)+len(sent) == 0 {
				continue // tools that keep no dialogue
			}
			why, n := "no session is left", 0
			for _, s := range r.sessions[file] {
				if used[s] || c.Server != "" && s.Server != c.Server {
					continue
				}
				if complaint, k := compareTranscript(s, read, sent, strings.HasPrefix(c.Tool, "Python")); complaint == "" {
					used[s] = true
					r.count(file, "client lines", k)
					if c.Events != nil {
						r.count(file, "client octets", c.octets())
					}
					why = ""
					break
				} else if k >= n {
					why, n = fmt.Sprintf("closest %s > %s: %s", s.Client, s.Server, complaint), k
				}
			}
			if why != "" && !r.elsewhere(file, c) {
				t.Errorf("%s: transcript %d (%.60s %s): %s", file, i, c.Tool, c.Note, why)
			}
		}
	}
}

// elsewhere says that a transcript's session was recorded in another file of the recording, or not at all.
func (r *recording) elsewhere(file string, c *transcript) bool {
	switch r.Name {
	case "18-size-exceeded":
		return strings.Contains(file, ".pf1.")
	case "32-ipv6-sessions":
		return strings.Contains(file, ".ex1.") == strings.Contains(c.Tool, "2001:db8:2::10 ")
	case "34a-journey-clear", "34b-journey-tls-first-hop":
		return !strings.Contains(file, ".pf1.") && !strings.Contains(file, ".sw-any.")
	}
	return false
}

// lines is what the client read and sent, as far as its notes tell; of text sent the lines as well.
func (c *transcript) lines() (read, sent []string) {
	for _, e := range c.Events {
		if e.text == "<EOF>" || e.text == "<close>" || e.who == "!" {
			continue
		}
		lines := strings.Split(strings.TrimSuffix(strings.ReplaceAll(e.text, "\r\n", "\n"), "\n"), "\n")
		if e.who == "S" {
			read = append(read, lines...)
		} else {
			sent = append(sent, lines...)
		}
	}
	for _, l := range c.Transcript {
		switch {
		case strings.HasPrefix(l, "<-  "), strings.HasPrefix(l, "<** "):
			read = append(read, l[4:])
		case strings.HasPrefix(l, " -> "), strings.HasPrefix(l, " ** "):
			sent = append(sent, l[4:])
		case strings.HasPrefix(l, "* Connection #0 to host "): // "left intact": curl says QUIT silently
			sent = append(sent, "QUIT")
		case strings.HasPrefix(l, "< "):
			read = append(read, l[2:])
		case strings.HasPrefix(l, "> "):
			sent = append(sent, l[2:])
		case strings.Contains(l, " reply: b'"), strings.Contains(l, ` reply: b"`):
			read = append(read, python(l))
		case strings.Contains(l, " send: '"):
			sent = append(sent, python(l))
		}
	}
	return read, sent
}

// python reads the literal at the end of a line of smtplib's debug output.
func python(l string) string {
	at := strings.IndexAny(l, `'"`)
	text := strings.ReplaceAll(l[at+1:len(l)-1], `\'`, "'")
	if s, err := strconv.Unquote(`"` + strings.ReplaceAll(text, `"`, `\"`) + `"`); err == nil {
		text = s
	}
	return strings.TrimSuffix(text, "\r\n")
}

func (c *transcript) octets() int {
	n := 0
	for _, e := range c.Events {
		if e.who == "C" && e.text != "<close>" {
			n += len(e.text)
		}
	}
	return n
}

// compareTranscript holds s against a client's notes. What the client read is a beginning of what the server said (it may have
// left before the end); our commands are among what it sent, in order. smtplib does not note the greeting.
func compareTranscript(s *trace.Session, read, sent []string, smtplib bool) (why string, lines int) {
	ours := speech(s, false)
	said := side(ours, "S")
	if smtplib && len(said) > 0 {
		said = said[1:]
	}
	for i, l := range read {
		if i >= len(said) {
			return fmt.Sprintf("only the client read %q", l), lines
		}
		if !same(said[i], l) {
			return fmt.Sprintf("we say %q, the client read %q", said[i], l), lines
		}
		lines++
	}
	if len(said) > len(read)+2 {
		return fmt.Sprintf("%d lines were not read", len(said)-len(read)), lines
	}
	at := 0
	for _, l := range side(ours, "C") {
		for at < len(sent) && !same(l, sent[at]) {
			at++
		}
		if at == len(sent) {
			return fmt.Sprintf("the client did not send %q there", l), lines
		}
		at++
		lines++
	}
	return "", lines
}

// checkBodies holds the hashes of texts against those of what raw clients sent between 354 and the dot.
func (r *recording) checkBodies(t *testing.T) {
	for _, file := range r.files {
		sums := map[string]bool{}
		for i := range r.Clients {
			for _, text := range r.Clients[i].texts() {
				sums[hexSum(text)] = true
			}
		}
		if len(sums) == 0 {
			continue
		}
		for _, s := range r.sessions[file] {
			for _, tx := range s.Transactions {
				if tx.Body == nil || tx.Body.SHA256 == nil || !strings.HasPrefix(s.Client, "192.0.2.10") || strings.HasPrefix(s.Client, "192.0.2.10:") {
					continue
				}
				if !sums[*tx.Body.SHA256] {
					t.Errorf("%s: %s: the text of %d octets (%s) is not among those sent", file, s.Client, tx.Body.Bytes, tx.Outcome)
				}
				r.count(file, "bodies", 1)
			}
		}
	}
}

// texts is every text that may have been in the octets sent: from each 354 to each possible end, dots taken away.
func (c *transcript) texts() []string {
	var all []string
	sent, open := "", false
	for _, e := range c.Events {
		switch {
		case e.who == "S" && strings.HasPrefix(e.text, "354"), e.who == "S" && strings.Contains(e.text, "\n354"):
			open, sent = true, ""
		case e.who == "C" && open:
			sent += e.text
		}
		for _, from := range []string{"", "DATA\r\n"} {
			_, text, found := strings.Cut(sent, from)
			if !found {
				continue
			}
			for _, end := range []string{"\r\n.\r\n", "\n.\n", "\n.\r\n", "\r\n.\n"} {
				before, _, found := strings.Cut("\r\n"+text, end)
				if found {
					before += end[:strings.IndexByte(end, '.')]
					all = append(all, strings.TrimPrefix(strings.ReplaceAll(before, "\r\n.", "\r\n"), "\r\n"))
				}
			}
		}
	}
	all = append(all, c.swaksText()...)
	return append(all, c.chunks()...)
}

// chunks is what raw clients sent with BDAT.
func (c *transcript) chunks() []string {
	sent := ""
	for _, e := range c.Events {
		if e.who == "C" {
			sent += e.text
		}
	}
	var all []string
	whole := ""
	for {
		_, after, found := strings.Cut(sent, "BDAT ")
		if !found {
			return all
		}
		line, rest, _ := strings.Cut(after, "\r\n")
		n, err := strconv.Atoi(strings.Fields(line + " x")[0])
		if err != nil || n < 0 || n > len(rest) {
			sent = after
			continue
		}
		whole += rest[:n]
		if strings.HasSuffix(line, "LAST") {
			all = append(all, whole)
			whole = ""
		}
		sent = rest[n:]
	}
}

// swaksText is the text in swaks's own log.
func (c *transcript) swaksText() (all []string) {
	text, open := "", false
	for _, l := range c.Transcript {
		switch {
		case strings.HasPrefix(l, "<-  354"):
			open = true
		case strings.Contains(l, " send: b'"), strings.Contains(l, ` send: b"`):
			text := python(l) // smtplib
			all = append(all, strings.ReplaceAll("\r\n"+strings.TrimSuffix(text, "."), "\r\n.", "\r\n")[2:])
		case l == " -> ." && open:
			all = append(all, strings.ReplaceAll("\r\n"+text, "\r\n.", "\r\n")[2:])
			text, open = "", false
		case open && strings.HasPrefix(l, " -> "):
			text += l[4:] + "\r\n"
		}
	}
	return all
}

func hexSum(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

// checkStored holds the hashes of texts against the mails that the servers stored: a stored mail is the text that was
// sent behind lines that the server added.
func (r *recording) checkStored(t *testing.T) {
	for _, eml := range r.EML {
		path := filepath.Join(shared(t, "mail", "real"), filepath.Base(eml))
		data, err := os.ReadFile(path)
		if err != nil {
			continue // of mails that differ in nothing only one was kept
		}
		tails := map[string]bool{}
		text := strings.ReplaceAll(strings.ReplaceAll(string(data), "\r\n", "\n"), "\n", "\r\n")
		for at := 0; at >= 0; {
			tails[hexSum(text[at:])] = true
			next := strings.Index(text[at:], "\r\n")
			if next < 0 || strings.HasPrefix(text[at:], "\r\n") {
				break
			}
			at += next + 2
		}
		for _, file := range r.files {
			for _, s := range r.sessions[file] {
				for _, tx := range s.Transactions {
					if tx.Body != nil && tx.Body.SHA256 != nil && tails[*tx.Body.SHA256] {
						r.count(file, "stored mails", 1)
					}
				}
			}
		}
	}
}
