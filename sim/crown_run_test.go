package sim

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/scenario"
	"github.com/smtpsim/smtpsim/sim/vnet"
	"github.com/smtpsim/smtpsim/trace"
	"github.com/smtpsim/smtpsim/trace/capture"
)

// crowned is a scenario of the crown test and what is special about it.
type crowned struct {
	file    string // in docs/scenarios
	with    string // what is changed, "" for nothing
	changes []change
	tls     bool   // our own reading ends at the handshake; bytes may change with the Go release
	loss    bool   // Wireshark has something true to complain about
	says    string // one warning of Wireshark that is true
}

func crown() []crowned {
	return []crowned{
		{file: "one-mail"}, {file: "three-recipients"}, {file: "mx-failover", says: "Connection reset (RST)"}, {file: "bounce"},
		{file: "starttls", tls: true}, {file: "ipv6"}, {file: "loss", loss: true}, {file: "clock-skew"}, {file: "greylisting"},
		{file: "five-days"}, {file: "two-at-once"}, {file: "backup-mx"}, {file: "null-mx"},
		{file: "one-mail", with: "long", changes: []change{longMail}},
		{file: "ipv6", with: "long+loss", changes: []change{longMail, lossy}, loss: true},
		{file: "starttls", with: "long+loss", changes: []change{longMail, lossy}, tls: true, loss: true},
		{file: "three-recipients", with: "many", changes: []change{manyRecipients}},
	}
}

// name is how the run is called.
func (c *crowned) name() string { return strings.TrimSuffix(c.file+"+"+c.with, "+") }

// observe runs the scenario to its end under the eyes of all witnesses.
func (c *crowned) observe(t testing.TB, seed uint64, more ...change) *sight {
	t.Helper()
	return observe(t, c.file, seed, append(slices.Clone(c.changes), more...)...)
}

// change alters a scenario before it is opened.
type change func(*scenario.Scenario)

// longMail makes the text fill many segments, with dots, eight bits, and lines that are as long as they may be.
func longMail(sc *scenario.Scenario) {
	var b strings.Builder
	for n := range 600 {
		fmt.Fprintf(&b, ".%d\n..\n%s grüße\n", n, strings.Repeat("x", n%900))
	}
	sc.Mail[0].Body = b.String() + "no line end"
}

// lossy loses packets on every link.
func lossy(sc *scenario.Scenario) {
	sc.Default.LossPPM, sc.Default.Jitter, sc.Default.BitsPerSecond = 30_000, 3*time.Millisecond, 1_000_000
	sc.Mail[0].Count, sc.Mail[0].Every = 3, time.Minute // so that one of the mails gets out of the mail program
}

// manyRecipients writes to more than fit into one transaction of the queue (RFC 5321 §4.5.3.1.8), every seventh unknown.
func manyRecipients(sc *scenario.Scenario) {
	mx, _ := sc.Host("mx1.west.example")
	sc.Mail[0].To = nil
	for n := range 230 {
		user := fmt.Sprintf("user%d", n)
		sc.Mail[0].To = append(sc.Mail[0].To, user+"@west.example")
		if n%7 != 0 {
			mx.Users = append(mx.Users, user)
		}
	}
}

// seeds are those of a crown test: 1 with -short, SMTPSIM_SEEDS of them if set, else five.
func seeds(t *testing.T) []uint64 {
	n := 5
	if testing.Short() {
		n = 1
	}
	if s := os.Getenv("SMTPSIM_SEEDS"); s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil || n < 1 {
			t.Fatalf("SMTPSIM_SEEDS=%q: expected a number of seeds from 1", s)
		}
	}
	var out []uint64
	for i := range n {
		out = append(out, uint64(i+1))
	}
	return out
}

// sight is everything that the witnesses of one run have: none of them knows another.
type sight struct {
	scenario  *scenario.Scenario
	claims    []host.Claim
	sessions  []*trace.Session // of the tap, in the order of their ends
	frames    []frame
	pcapng    []byte
	spooled   map[string]string // "host id": SHA-256 of what lies in the spool without the host's own trace field
	mailboxes []mailbox
	timeline  *trace.Timeline
	digest    string
	stuck     []string
}

// frame is what the tap says of a packet.
type frame struct {
	t     trace.Time
	host  string
	bytes int
}

type mailbox struct {
	host, user string
	text       []byte
}

// watch collects what a world says; it is all of its sinks.
type watch struct {
	*sight
	world  *World
	file   bytes.Buffer
	writer *capture.Writer
	ifaces map[string]int
}

// withoutPipelining takes PIPELINING out of what the servers offer: tshark 4.0 misreads several commands in one segment.
func withoutPipelining(sc *scenario.Scenario) {
	for i := range sc.Hosts {
		h := &sc.Hosts[i]
		h.Extensions = []string{"SIZE", "8BITMIME", "ENHANCEDSTATUSCODES"}
		if h.TLS.Offer {
			h.Extensions = append(h.Extensions, "STARTTLS")
		}
	}
}

// observe runs a scenario to its end under the eyes of all witnesses.
func observe(t testing.TB, name string, seed uint64, changes ...change) *sight {
	t.Helper()
	sc := example(t, name)
	for _, c := range changes {
		c(sc)
	}
	w := &watch{sight: &sight{scenario: sc, spooled: map[string]string{}}, ifaces: map[string]int{}}
	world, err := Open(sc, Options{Seed: &seed}, w.sinks())
	if err != nil {
		t.Fatal(err)
	}
	defer world.Close()
	w.world = world
	world.RunIdle()
	w.finish(t)
	return w.sight
}

func (w *watch) sinks() Sinks {
	w.writer = capture.NewWriter(&w.file, capture.WriterOptions{})
	return Sinks{Recorder: w, Claims: w, Packet: w.packet, Secrets: func(line []byte) { _ = w.writer.WriteSecrets(line) }}
}

func (w *watch) packet(p vnet.PacketInfo) {
	w.frames = append(w.frames, frame{p.T, p.Host, len(p.Data)})
	i, ok := w.ifaces[p.Host]
	if !ok { // an interface for each host that sends, as smtpsim run --pcap has it
		i = w.writer.AddInterface(p.Host)
		w.ifaces[p.Host] = i
	}
	_ = w.writer.WritePacket(p.T, i, p.Data) // the first error stays, Flush tells it
}

// Event implements trace.Recorder: the sessions hold the events too.
func (w *watch) Event(*trace.Session, *trace.Event) {}

// Session implements trace.Recorder.
func (w *watch) Session(s *trace.Session) { w.sessions = append(w.sessions, s) }

// Claim implements host.Claims. When a server says that it has stored a mail, its disk is looked at, there and then.
func (w *watch) Claim(c host.Claim) {
	c.Texts = slices.Clone(c.Texts)
	w.claims = append(w.claims, c)
	if c.Kind != host.ClaimStored || c.Role != host.RoleServer {
		return
	}
	file, err := w.world.net.Host(c.Host).Ports().Store.Get("spool/" + c.MailID)
	if err != nil {
		w.spooled[c.Host+" "+c.MailID] = err.Error()
		return
	}
	_, text, _ := bytes.Cut(file, []byte("\nDATA\n"))
	w.spooled[c.Host+" "+c.MailID] = hexSum(afterField(text))
}

// afterField is what follows the first field of a message.
func afterField(text []byte) []byte {
	for {
		end := bytes.IndexByte(text, '\n')
		if end < 0 {
			return nil
		}
		text = text[end+1:]
		if len(text) == 0 || text[0] != ' ' && text[0] != '\t' {
			return text
		}
	}
}

func hexSum(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func (w *watch) finish(t testing.TB) {
	t.Helper()
	if err := w.writer.Flush(); err != nil {
		t.Fatal(err)
	}
	w.pcapng = w.file.Bytes()
	w.timeline, w.stuck = w.world.Timeline(), w.world.Stuck()
	if n := len(w.world.Journal().Acts); n > 0 {
		w.digest = w.world.Journal().Acts[n-1].Digest
	}
	for _, b := range w.world.Mailboxes() {
		for _, m := range b.Messages {
			w.mailboxes = append(w.mailboxes, mailbox{b.Host, b.User, m})
		}
	}
}

// sums are the digests of what three witnesses saw: capture, claims, timeline.
func (s *sight) sums() [3]string {
	var claims []byte
	for i := range s.claims {
		line, err := json.Marshal(&s.claims[i])
		if err != nil {
			panic(err) // a plain struct
		}
		claims = append(append(claims, line...), '\n')
	}
	return [3]string{hexSum(s.pcapng), hexSum(claims), s.digest}
}
