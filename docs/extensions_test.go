package docs

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/smtpsim/smtpsim/codes/sasl"
	"github.com/smtpsim/smtpsim/sim/persona"
)

// extensionRow is an extension as docs/extensions.md lists it.
type extensionRow struct {
	keyword string
	source  string // where it is written
	server  string // file below sim that is the server's part
	client  string // files below sim that are the part of who asks for it
	wire    string // what a client's line has that uses it; "": names tell, see [exhibits.find]
}

// extensionRows has a row for each of persona.Keywords, in their order.
func extensionRows() []extensionRow {
	return []extensionRow{
		{"PIPELINING", "RFC 2920", "smtpserver/pipelining.go", "smtpclient/pipelining.go", ""},
		{"SIZE", "RFC 1870", "smtpserver/size.go", "smtpclient/size.go", `SIZE=`},
		{"8BITMIME", "RFC 6152", "smtpserver/eightbitmime.go", "smtpclient/eightbitmime.go", `BODY=8BITMIME`},
		{"ENHANCEDSTATUSCODES", "RFC 2034", "smtpserver/enhancedstatuscodes.go", "smtpclient/reply.go", ""},
		{"STARTTLS", "RFC 3207", "smtpserver/starttls.go", "smtpclient/starttls.go", `STARTTLS`},
		{"CHUNKING", "RFC 3030", "smtpserver/chunking.go", "smtpclient/chunking.go", `BDAT `},
		{"DSN", "RFC 3461", "smtpserver/dsn.go", "queue/compose.go", `NOTIFY=|RET=|ENVID=|ORCPT=`},
		{"VRFY", "RFC 5321 §3.5", "smtpserver/verbs.go", "", `VRFY `},
		{"EXPN", "RFC 5321 §3.5", "smtpserver/verbs.go", "", `EXPN `},
		{"HELP", "RFC 5321 §4.1.1.8", "smtpserver/verbs.go", "", `HELP\b`},
		{"AUTH", "RFC 4954", "smtpserver/auth.go", "smtpclient/auth.go", `AUTH `},
		{"BINARYMIME", "RFC 3030 §3", "smtpserver/binarymime.go", "smtpclient/eightbitmime.go", `BODY=BINARYMIME`},
		{"SMTPUTF8", "RFC 6531", "smtpserver/smtputf8.go", "smtpclient/smtputf8.go", ` SMTPUTF8`},
		{"DELIVERBY", "RFC 2852", "smtpserver/deliverby.go", "smtpclient/deliverby.go queue/deliverby.go", ` BY=`},
		{"ETRN", "RFC 1985", "smtpserver/etrn.go", "node/turn.go", `ETRN `},
		{"ATRN", "RFC 2645", "smtpserver/atrn.go", "smtpclient/turn.go node/turn.go", `\bATRN`},
		{"TURN", "RFC 821 §3.8", "smtpserver/turn.go", "smtpclient/turn.go node/turn.go", `\bTURN`},
		{"CHECKPOINT", "RFC 1845", "smtpserver/checkpoint.go", "smtpclient/checkpoint.go queue/checkpoint.go", `TRANSID=`},
		{"MTRK", "RFC 3885", "smtpserver/mtrk.go", "queue/mtrk.go mtqp/client.go", `MTRK=`},
		{"CONPERM", "RFC 4141 §5", "smtpserver/conperm.go", "smtpclient/conperm.go", `CONPERM`},
		{"CONNEG", "RFC 4141 §6", "smtpserver/conneg.go", "smtpclient/conneg.go", `CONNEG`},
		{"FUTURERELEASE", "RFC 4865", "smtpserver/futurerelease.go", "smtpclient/futurerelease.go queue/futurerelease.go", `HOLD(FOR|UNTIL)=`},
		{"MT-PRIORITY", "RFC 6710", "smtpserver/mtpriority.go", "queue/mtpriority.go", `MT-PRIORITY=`},
		{"REQUIRETLS", "RFC 8689", "smtpserver/requiretls.go", "smtpclient/requiretls.go", ` REQUIRETLS`},
		{"RRVS", "RFC 7293", "smtpserver/rrvs.go", "smtpclient/rrvs.go queue/rrvs.go", `RRVS=`},
		{"LIMITS", "RFC 9422", "smtpserver/limits.go", "smtpclient/limits.go", ""},
		{"BURL", "RFC 4468", "smtpserver/burl.go", "smtpclient/burl.go", `BURL `},
		{"NO-SOLICITING", "RFC 3865", "smtpserver/nosoliciting.go", "smtpclient/nosoliciting.go", `SOLICIT=`},
		{"PRDR", "draft-hall-prdr-00, Exim", "smtpserver/prdr.go", "smtpclient/prdr.go", `PRDR`},
		{"PIPECONNECT", "Exim: PIPECONNECT", "smtpserver/pipeconnect.go", "smtpclient/pipeconnect.go", ""},
		{"XCLIENT", "Postfix: XCLIENT_README", "smtpserver/xclient.go", "", `XCLIENT`},
		{"XFORWARD", "Postfix: XFORWARD_README", "smtpserver/xclient.go", "", `XFORWARD`},
		{"XVERP", "Postfix: VERP_README", "smtpserver/xverp.go", "queue/xverp.go", `XVERP`},
		{"SEND", "RFC 821 §3.4", "smtpserver/send.go", "", `SEND FROM`},
		{"SOML", "RFC 821 §3.4", "smtpserver/send.go", "", `SOML FROM`},
		{"SAML", "RFC 821 §3.4", "smtpserver/send.go", "", `SAML FROM`},
	}
}

// mechanismSources says where each mechanism of AUTH is written, and its file below codes/sasl.
func mechanismSources() map[string][2]string {
	return map[string][2]string{
		"SCRAM-SHA-256-PLUS": {"RFC 7677, RFC 9266", "scram.go"}, "SCRAM-SHA-1-PLUS": {"RFC 5802, RFC 9266", "scram.go"},
		"SCRAM-SHA-256": {"RFC 7677", "scram.go"}, "SCRAM-SHA-1": {"RFC 5802", "scram.go"},
		"EXTERNAL": {"RFC 4422 Appendix A", "external.go"}, "OAUTHBEARER": {"RFC 7628", "oauth.go"}, "XOAUTH2": {"Google, Microsoft", "oauth.go"},
		"DIGEST-MD5": {"RFC 2831", "digestmd5.go"}, "CRAM-MD5": {"RFC 2195", "crammd5.go"}, "NTLM": {"MS-SMTPNTLM, MS-NLMP", "ntlm.go"},
		"PLAIN": {"RFC 4616", "plain.go"}, "LOGIN": {"draft-murchison-sasl-login-00", "login.go"},
	}
}

// TestExtensions holds docs/extensions.md: each extension and each mechanism has its code, a dialogue and a scenario.
func TestExtensions(t *testing.T) {
	x := exhibit(t)
	var b strings.Builder
	b.WriteString("# Every extension: where it is, what shows it\n\nMade by `go test ./docs -run TestExtensions -update`, which fails where an " +
		"extension has no dialogue or no scenario.\nServer and client are files below `sim`; client is who asks for it (– : nobody but somebody " +
		"who types). Dialogues are `C:`/`S:` scripts:\n`server` in [sim/smtpserver/testdata/dialogues](../sim/smtpserver/testdata/dialogues), `client` in " +
		"[sim/smtpclient/testdata/dialogues](../sim/smtpclient/testdata/dialogues),\n`suite` in [sim/conform/testdata](../sim/conform/testdata). " +
		"Scenarios: `smtpsim run NAME`.\n\n## EHLO keywords\n\n" +
		"| keyword | source | server | client | dialogues | scenarios | offered by |\n| --- | --- | --- | --- | --- | --- | --- |\n")
	rows := extensionRows()
	keywords := persona.Keywords()
	if len(rows) != len(keywords) {
		t.Fatalf("%d rows for %d keywords", len(rows), len(keywords))
	}
	for i, r := range rows {
		if r.keyword != keywords[i] {
			t.Fatalf("row %d is of %s, the keyword %s", i, r.keyword, keywords[i])
		}
		for file := range strings.FieldsSeq(r.server + " " + r.client) {
			if _, err := os.Stat(filepath.Join("..", "sim", file)); err != nil {
				t.Errorf("%s: sim/%s is not there", r.keyword, file)
			}
		}
		client := "–"
		if r.client != "" {
			client = strings.ReplaceAll(r.client, " ", ", ")
		}
		dialogues, scenarios := x.find(t, r.keyword, r.wire)
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %s |\n", r.keyword, r.source, r.server, client, dialogues, scenarios, offeredBy(r.keyword))
	}
	b.WriteString("\n## Mechanisms of AUTH\n\n| mechanism | source | code | dialogues | scenarios |\n| --- | --- | --- | --- | --- |\n")
	sources := mechanismSources()
	for _, m := range sasl.Mechanisms() {
		s := sources[m]
		if _, err := os.Stat(filepath.Join("..", "codes", "sasl", s[1])); s[1] == "" || err != nil {
			t.Errorf("%s: codes/sasl/%s is not there", m, s[1])
		}
		dialogues, scenarios := x.find(t, m, "AUTH "+m+`(["\s,]|$)`)
		fmt.Fprintf(&b, "| %s | %s | codes/sasl/%s | %s | %s |\n", m, s[0], s[1], dialogues, scenarios)
	}
	generated(t, "extensions.md", b.String())
}

// generated compares a file of docs with what it must be, or writes it.
func generated(t *testing.T, name, want string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, []byte(want), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if have, err := os.ReadFile(name); err != nil || string(have) != want {
		t.Errorf("docs/%s is not up to date: go test ./docs -run %s -update", name, t.Name())
	}
}

func offeredBy(keyword string) string {
	var names []string
	for _, name := range persona.Names() {
		if persona.ByName(name).Offers.Has(persona.ByKeyword(keyword)) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return "who is told to"
	}
	return strings.Join(names, ", ")
}

// exhibits are the scripts and scenarios that may show something, in the order of their names.
type exhibits struct{ dialogues, scenarios []shownFile }

type shownFile struct{ name, text string }

func exhibit(t *testing.T) *exhibits {
	t.Helper()
	x := &exhibits{scenarios: filesOf(t, "", "../sim/scenario/gallery/*.yaml")}
	for i, f := range x.scenarios { // what it asks for does not count, what it types and expects does
		at := strings.Index(f.text, "\nscript:\n")
		if at < 0 {
			at = max(strings.Index(f.text, "\nexpect:\n"), 0)
		}
		x.scenarios[i].text = f.text[at:]
	}
	for _, place := range [][2]string{{"server ", "../sim/smtpserver/testdata/dialogues/*.txt"}, {"client ", "../sim/smtpclient/testdata/dialogues/*.txt"},
		{"suite server/", "../sim/conform/testdata/server/*.txt"}, {"suite client/", "../sim/conform/testdata/client/*.txt"},
		{"suite network/", "../sim/conform/testdata/network/*.txt"}} {
		x.dialogues = append(x.dialogues, filesOf(t, place[0], place[1])...)
	}
	return x
}

func filesOf(t *testing.T, place, pattern string) (files []shownFile) {
	t.Helper()
	names, err := filepath.Glob(filepath.FromSlash(pattern))
	if err != nil || len(names) == 0 {
		t.Fatalf("%s: nothing there (%v)", pattern, err)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		base := filepath.Base(name)
		files = append(files, shownFile{place + strings.TrimSuffix(base, filepath.Ext(base)), string(text)})
	}
	return files
}

const shownMax = 3 // names of one kind in a cell

// find lists what shows a keyword. A dialogue shows it if a client's line in it has what the wire would; a scenario, if its
// script or its expectations have. Where the wire has nothing of its own, what is named after the keyword shows it.
func (x *exhibits) find(t *testing.T, keyword, wire string) (dialogues, scenarios string) {
	t.Helper()
	named := strings.ToLower(strings.ReplaceAll(keyword, "-", ""))
	if named == "enhancedstatuscodes" {
		named = "enhanced"
	}
	says := func(line string) *regexp.Regexp {
		if wire == "" {
			return regexp.MustCompile(`$^`)
		}
		return regexp.MustCompile(`(?m)^` + line + `(` + wire + `)`)
	}
	pick := func(files []shownFile, line *regexp.Regexp) string {
		var first, more []string
		for _, f := range files {
			_, base, _ := strings.Cut(strings.ReplaceAll(f.name, "-", ""), " ")
			if base == "" {
				base = strings.ReplaceAll(f.name, "-", "")
			}
			switch isNamed := strings.HasPrefix(base[strings.LastIndexByte(base, '/')+1:], named); {
			case isNamed && (wire == "" || line.MatchString(f.text)):
				first = append(first, f.name)
			case line.MatchString(f.text):
				more = append(more, f.name)
			}
		}
		all := append(first, more...)
		if len(all) == 0 {
			return ""
		}
		if len(all) > shownMax {
			return strings.Join(all[:shownMax], ", ") + " …"
		}
		return strings.Join(all, ", ")
	}
	dialogues, scenarios = pick(x.dialogues, says(`C:.*`)), pick(x.scenarios, says(`.*`))
	if dialogues == "" {
		t.Errorf("%s: no dialogue shows it", keyword)
	}
	if scenarios == "" {
		t.Errorf("%s: no scenario of the gallery expects it", keyword)
	}
	return dialogues, scenarios
}
