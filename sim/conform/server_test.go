package conform_test

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/netip"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/conform"
	"github.com/smtpsim/smtpsim/sim/host"
	"github.com/smtpsim/smtpsim/sim/persona"
	"github.com/smtpsim/smtpsim/sim/realnet"
	"github.com/smtpsim/smtpsim/sim/smtpserver"
	"github.com/smtpsim/smtpsim/sim/vnet"
)

// setting is how one script is run: the changes of one deviation, if there is one.
type setting struct {
	config    []string // further words of config:
	edits     []string // further edits of the scenario
	mutations []*conform.Mutation
}

// rfc is a server without habits beside the letter of RFC 5321.
func rfc() *persona.Persona {
	p := persona.Postfix()
	p.Name, p.Customs, p.ErrorsMax, p.SizeMax = "rfc", persona.Customs{BareLF: persona.BareLFKeep}, 0, 100000
	p.Offers |= persona.DSN | persona.Help
	p.RecipientsMax, p.HopLimit = 100, 100
	p.CommandLineMax = 2048
	for s, t := range map[persona.Situation]string{
		persona.AuthUnknown: "504 5.5.4 Unrecognized authentication type", persona.AuthSyntax: "501 5.5.2 Cannot decode",
		persona.RelayDenied: "550 5.7.1 <{arg}>: Relay access denied", persona.ExpandOff: "502 5.5.1 EXPN is not implemented",
	} {
		setText(p, s, t)
	}
	return p
}

func setText(p *persona.Persona, s persona.Situation, line string) {
	code, _ := strconv.Atoi(line[:3])
	enhanced, text, _ := strings.Cut(strings.TrimPrefix(line[3:], " "), " ")
	if _, n := smtp.CutEnhanced(enhanced); n == 0 {
		enhanced, text = "", strings.TrimPrefix(line[3:], " ")
	}
	r := smtp.NewReply(code, enhanced, strings.Split(text, "|")...)
	p.Texts[s] = persona.Text{Code: r.Code, Enhanced: r.Enhanced, Lines: r.Lines}
}

// situations are the names that config: text.NAME=.. knows.
func situations() map[string]persona.Situation {
	return map[string]persona.Situation{"Greeting": persona.Greeting, "GreetingRefused": persona.GreetingRefused, "HelloOK": persona.HelloOK,
		"HeloOK": persona.HeloOK, "VerbOff": persona.VerbOff, "VerbUnknown": persona.VerbUnknown, "HelpOK": persona.HelpOK,
		"VerifyOK": persona.VerifyOK, "ExpandOff": persona.ExpandOff, "MailOK": persona.MailOK, "RcptTooMany": persona.RcptTooMany,
		"NoMail": persona.NoMail, "TimedOut": persona.TimedOut, "AuthRefused": persona.AuthRefused, "AuthUnknown": persona.AuthUnknown,
		"Accepted": persona.Accepted, "RelayDenied": persona.RelayDenied, "UserUnknown": persona.UserUnknown, "NoopOK": persona.NoopOK}
}

// serverConfig makes the server of a script.
func serverConfig(words []string) (smtpserver.Config, *box, error) {
	cfg := smtpserver.Config{Name: "mx.example", Persona: rfc()}
	b := newBox()
	for _, word := range words {
		key, value, _ := strings.Cut(word, "=")
		if err := serverWord(&cfg, b, key, value); err != nil {
			return cfg, b, fmt.Errorf("config %q: %w", word, err)
		}
	}
	b.persona = cfg.Persona
	cfg.Backend = b
	return cfg, b, nil
}

func serverWord(cfg *smtpserver.Config, b *box, key, value string) error {
	n, _ := strconv.Atoi(value)
	switch key {
	case "persona":
		if cfg.Persona = persona.ByName(value); cfg.Persona == nil {
			return fmt.Errorf("no such persona")
		}
	case "with":
		cfg.With |= keywords(value)
	case "without":
		cfg.Without |= keywords(value)
	case "lmtp":
		cfg.LMTP = true
	case "old":
		cfg.OldServer = true
	case "authinclear":
		cfg.AuthInClear = true
	case "mechanisms":
		cfg.Mechanisms = strings.Split(value, ",")
	case "requireauth":
		cfg.RequireAuth = value != "false"
	case "requiretls":
		cfg.RequireTLS = true
	case "byleast":
		cfg.Terms.DeliverByMin = time.Duration(n) * time.Second
	case "tls":
		cfg.TLS, _ = serverTLS()
	case "barelf":
		for _, p := range []persona.BareLF{persona.BareLFKeep, persona.BareLFNormalize, persona.BareLFReject, persona.BareLFEnds} {
			if p.String() == value {
				cfg.Persona.Customs.BareLF = p
			}
		}
	case "refuse":
		b.refuse = value
	case "moved":
		b.moved = value
	case "flaw":
		b.flaw = value
	case "users":
		b.users = strings.Split(value, ",")
	case "size":
		cfg.Persona.SizeMax = int64(n)
	case "recipients":
		cfg.Persona.RecipientsMax = n
	case "errors":
		cfg.Persona.ErrorsMax = n
	case "hops":
		cfg.Persona.HopLimit = n
	case "line":
		cfg.Persona.CommandLineMax = n
	case "sessions":
		cfg.SessionsMax = n
	case "timeout":
		d, err := time.ParseDuration(value)
		cfg.Persona.CommandTimeout = d
		return err
	default:
		return customWord(cfg, key, value)
	}
	return nil
}

// customWord sets customs.NAME=true, customs.Takes=a,b and text.NAME=250_2.0.0_Ok.
func customWord(cfg *smtpserver.Config, key, value string) error {
	name, isText := strings.CutPrefix(key, "text.")
	if isText {
		s, ok := situations()[name]
		if !ok {
			return fmt.Errorf("no such situation")
		}
		setText(cfg.Persona, s, strings.ReplaceAll(value, "_", " "))
		return nil
	}
	name, ok := strings.CutPrefix(key, "customs.")
	if !ok {
		return fmt.Errorf("no such key")
	}
	if name == "Takes" {
		for word := range strings.SplitSeq(value, ",") {
			cfg.Persona.Customs.Takes = append(cfg.Persona.Customs.Takes, smtp.Tolerance(word))
		}
		return nil
	}
	field := reflect.ValueOf(&cfg.Persona.Customs).Elem().FieldByName(name)
	if !field.IsValid() || field.Kind() != reflect.Bool {
		return fmt.Errorf("no such custom")
	}
	field.SetBool(value != "false")
	return nil
}

func keywords(list string) (e persona.Extensions) {
	for word := range strings.SplitSeq(list, ",") {
		e |= persona.ByKeyword(word)
	}
	return e
}

// dialogueMarks are the lines that a player plays.
//
//house:table constant
var dialogueMarks = []string{"C:", "C=", "C~", "S:", "S=", "!", "C!", "S!", "T:"}

// runServer plays a script against our server; the failure is nil if all holds.
func runServer(s *conform.Script, transport string, how setting) (*failure, error) {
	cfg, b, err := serverConfig(append(s.Words("config:"), how.config...))
	if err != nil {
		return nil, err
	}
	_, roots := serverTLS()
	p := &player{mine: "C", tls: &tls.Config{RootCAs: roots, ServerName: "mx.example"}}
	lines := s.All(dialogueMarks...)
	if transport == "tcp" {
		err = serveTCP(p, cfg, lines)
	} else {
		err = serveVnet(p, cfg, lines, how.mutations)
	}
	if err != nil || p.fail != nil {
		return p.fail, err
	}
	if f := judgeBox(s, b.all()); f != nil {
		return f, nil
	}
	for _, l := range s.All("P:") {
		if what := matches(strings.Join(p.pieces, " "), l.Text); what != "" && transport != "tcp" {
			return &failure{l, what}, nil
		}
	}
	return lint(s, p.texts), nil
}

func serveVnet(p *player, cfg smtpserver.Config, lines []conform.Line, mutations []*conform.Mutation) error {
	n := vnet.New(vnet.Options{Seed: 1})
	defer n.Close()
	mx := n.AddHost(vnet.HostConfig{Name: "mx.example", Addrs: []netip.Addr{netip.MustParseAddr("192.0.2.10")}}).Ports()
	ws := n.AddHost(vnet.HostConfig{Name: "ws.example", Addrs: []netip.Addr{netip.MustParseAddr("192.0.2.100")}}).Ports()
	wire := &conform.Wire{Host: mx, Mutations: mutations, Piece: func(octets []byte) { p.pieces = append(p.pieces, codes(octets)) }}
	wire.Attach()
	ln, err := mx.Listen(netip.AddrPortFrom(netip.IPv4Unspecified(), 25))
	if err != nil {
		return err
	}
	srv := smtpserver.New(mx, cfg)
	mx.Go("smtp", func() { _ = srv.Run(ln, mx.Go) })
	p.host, p.on = ws, shutdown(srv)
	p.dial = func() (net.Conn, error) { return ws.Dialer.Dial(netip.MustParseAddrPort("192.0.2.10:25"), 0) }
	ws.Go("client", func() {
		if p.conn, err = p.dial(); err == nil {
			p.play(lines)
		}
	})
	n.RunIdle()
	return err
}

// codes are those of the replies in a piece: "250+250+354".
func codes(octets []byte) string {
	var all []string
	for line := range strings.Lines(string(octets)) {
		if len(line) > 3 && line[3] == ' ' {
			all = append(all, line[:3])
		}
	}
	return strings.Join(all, "+")
}

func shutdown(srv *smtpserver.Server) func(string) bool {
	return func(action string) bool {
		if action == "shutdown" {
			srv.Shutdown()
		}
		return action == "shutdown"
	}
}

func serveTCP(p *player, cfg smtpserver.Config, lines []conform.Line) error {
	mx := realnet.New(realnet.Options{Name: "mx.example"})
	ln, err := mx.Listen(netip.MustParseAddrPort("127.0.0.1:0"))
	if err != nil {
		return err
	}
	srv := smtpserver.New(mx, cfg)
	served := make(chan struct{}, 16)
	go func() {
		_ = srv.Run(ln, func(_ string, f func()) { go func() { f(); served <- struct{}{} }() })
	}()
	defer ln.Close()
	dials := 0
	p.host, p.wall, p.on = mx, true, shutdown(srv)
	p.dial = func() (net.Conn, error) { dials++; return mx.Dialer.Dial(ln.Addr(), time.Second) }
	if p.conn, err = p.dial(); err != nil {
		return err
	}
	p.play(lines)
	for range dials {
		<-served
	}
	return nil
}

// judgeBox holds the D: lines: what was delivered, in order; "D: none" for nothing. Without D: nobody looks.
func judgeBox(s *conform.Script, mails []mail) *failure {
	want := s.All("D:")
	if len(want) == 0 {
		return nil
	}
	n := 0
	for _, l := range want {
		if l.Text == "none" {
			continue
		}
		if n >= len(mails) {
			return &failure{l, fmt.Sprintf("only %d messages were delivered", len(mails))}
		}
		envelope, expr, match := strings.Cut(l.Text, " ~ ")
		if mails[n].envelope != envelope {
			return &failure{l, "got " + mails[n].envelope}
		}
		if what := matches(mails[n].text, "~ "+expr); match && what != "" {
			return &failure{l, what}
		}
		n++
	}
	if n < len(mails) {
		return &failure{want[len(want)-1], fmt.Sprintf("%d messages were delivered, want %d: %s", len(mails), n, mails[n].envelope)}
	}
	return nil
}

// virtual says that a script needs virtual time: it waits, or its server does.
func virtual(s *conform.Script) bool {
	return s.Side == "network" || slices.ContainsFunc(s.Lines, func(l conform.Line) bool {
		return strings.HasPrefix(l.Text, "wait ") || strings.HasPrefix(l.Text, "patience ") || strings.Contains(l.Text, "timeout=") || l.Mark == "!" && strings.HasPrefix(l.Text, "closed ")
	})
}

var _ host.Claims = host.NoClaims{}
