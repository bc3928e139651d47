package conform_test

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/conform"
	"github.com/smtpsim/smtpsim/sim/persona"
	"github.com/smtpsim/smtpsim/sim/realnet"
	"github.com/smtpsim/smtpsim/sim/smtpclient"
	"github.com/smtpsim/smtpsim/sim/vnet"
)

// job is what a script wants the client to do: Open, Send, Quit.
type job struct {
	cfg   smtpclient.Config
	env   smtp.Envelope
	text  []byte
	mails int
}

func clientJob(s *conform.Script, how setting) (*job, error) {
	_, roots := serverTLS()
	j := &job{text: []byte("Subject: x\r\n\r\nhi\r\n"), mails: 1}
	j.env.Reverse, _ = smtp.ParseReversePath("<carol@ws.example>", smtp.Tolerant)
	to := "alice@mx.example"
	for _, l := range s.All("text:") {
		text, err := unquote(l.Text)
		if err != nil {
			return nil, err
		}
		j.text = []byte(text)
	}
	var rcptParams []smtp.Param
	for _, word := range append(s.Words("config:"), how.config...) {
		key, value, _ := strings.Cut(word, "=")
		name, v, _ := strings.Cut(value, "=")
		switch key {
		case "to":
			to = value
		case "from":
			j.env.Reverse, _ = smtp.ParseReversePath("<"+value+">", smtp.Tolerant)
		case "param":
			j.env.Params = append(j.env.Params, smtp.Param{Name: name, Value: v})
		case "rcptparam":
			rcptParams = append(rcptParams, smtp.Param{Name: name, Value: v})
		case "mails":
			j.mails, _ = strconv.Atoi(value)
		case "tls":
			j.cfg.TLS = &tls.Config{RootCAs: roots, ServerName: "mx.example"}
			j.cfg.TLSRequired = value == "required"
		case "anycert":
			j.cfg.TLS.InsecureSkipVerify = true
		case "servername":
			j.cfg.TLS.ServerName = value
		default:
			if err := clientWord(&j.cfg, key, value); err != nil {
				return nil, fmt.Errorf("config %q: %w", word, err)
			}
		}
	}
	for address := range strings.SplitSeq(to, ",") {
		p, err := smtp.ParseForwardPath("<"+address+">", smtp.Tolerant)
		if err != nil {
			return nil, err
		}
		j.env.Recipients = append(j.env.Recipients, smtp.Recipient{Forward: p, Params: rcptParams})
	}
	return j, nil
}

func clientWord(cfg *smtpclient.Config, key, value string) error {
	d, _ := time.ParseDuration(value)
	switch key {
	case "name":
		cfg.Name = value
	case "auth": // mechanisms
		cfg.Auth = &smtpclient.Auth{Identity: "alice", Password: "secret", Mechanisms: strings.Split(value, ","), InClear: cfg.TLS == nil}
	case "lmtp":
		cfg.LMTP = true
	case "helo":
		cfg.HeloOnly = true
	case "chunking":
		cfg.Chunking = value != "false"
	case "without":
		cfg.Without |= keywords(value)
	case "greeting":
		cfg.Timeouts.Greeting = d
	case "mail":
		cfg.Timeouts.Mail = d
	case "rcpt":
		cfg.Timeouts.Rcpt = d
	case "data":
		cfg.Timeouts.Data = d
	case "end":
		cfg.Timeouts.End = d
	case "block":
		cfg.Timeouts.Block = d
	case "never-convert":
		cfg.Convert = persona.ConvertNever
	default:
		return errors.New("no such key")
	}
	return nil
}

// do opens a session, sends the mails and quits, and tells what came of it.
func (j *job) do(conn net.Conn) (told []string) {
	describe := func(err error) string {
		var e *smtpclient.Error
		if errors.As(err, &e) {
			return fmt.Sprintf("%v temporary=%v local=%v", err, e.Temporary(), e.Local)
		}
		return "ok"
	}
	c := smtpclient.New(conn, j.cfg)
	if err := c.Open(); err != nil {
		told = append(told, "Open: "+describe(err))
	} else {
		for range j.mails {
			r, err := c.Send(j.env, j.text)
			told = append(told, fmt.Sprintf("Send: %d of %d accepted: %s", r.Accepted(), len(r.Recipients), describe(err)))
			for i, to := range r.Recipients {
				told = append(told, fmt.Sprintf("%s %s: %s temporary=%v", j.env.Recipients[i].Forward, to.Stage, to.Reply,
					!to.Accepted && to.Temporary()))
			}
		}
	}
	if err := c.Quit(); err != nil {
		told = append(told, "Quit: "+describe(err))
	}
	return told
}

// runClient plays a script's server to our client.
func runClient(s *conform.Script, transport string, how setting) (*failure, error) {
	j, err := clientJob(s, how)
	if err != nil {
		return nil, err
	}
	server, _ := serverTLS()
	p := &player{mine: "S", tls: server}
	var told []string
	if transport == "tcp" {
		told, err = j.overTCP(p, s.All(dialogueMarks...))
	} else {
		told, err = j.overVnet(p, s.All(dialogueMarks...), how.mutations)
	}
	if err != nil || p.fail != nil {
		return p.fail, err
	}
	for _, l := range s.All("R:") {
		if what := matches(strings.Join(told, "\n"), l.Text); what != "" {
			return &failure{l, what}, nil
		}
	}
	return nil, nil
}

func (j *job) overVnet(p *player, lines []conform.Line, mutations []*conform.Mutation) (told []string, err error) {
	n := vnet.New(vnet.Options{Seed: 1})
	defer n.Close()
	mx := n.AddHost(vnet.HostConfig{Name: "mx.example", Addrs: []netip.Addr{netip.MustParseAddr("192.0.2.10")}}).Ports()
	ws := n.AddHost(vnet.HostConfig{Name: "ws.example", Addrs: []netip.Addr{netip.MustParseAddr("192.0.2.100")}}).Ports()
	wire := &conform.Wire{Host: ws, Mutations: mutations}
	wire.Attach()
	ln, err := mx.Listen(netip.AddrPortFrom(netip.IPv4Unspecified(), 25))
	if err != nil {
		return nil, err
	}
	p.host, j.cfg.Host = mx, ws
	mx.Go("script", func() {
		if p.conn, err = ln.Accept(); err == nil {
			p.play(lines)
		}
	})
	ws.Go("client", func() {
		conn, dialErr := ws.Dialer.Dial(netip.MustParseAddrPort("192.0.2.10:25"), 0)
		if err = dialErr; err == nil {
			told = j.do(conn)
		}
	})
	n.RunIdle()
	return told, err
}

func (j *job) overTCP(p *player, lines []conform.Line) (told []string, err error) {
	mx, ws := realnet.New(realnet.Options{Name: "mx.example"}), realnet.New(realnet.Options{Name: "ws.example"})
	ln, err := mx.Listen(netip.MustParseAddrPort("127.0.0.1:0"))
	if err != nil {
		return nil, err
	}
	defer ln.Close()
	p.host, p.wall, j.cfg.Host = mx, true, ws
	done := make(chan struct{})
	go func() {
		defer close(done)
		var acceptErr error
		if p.conn, acceptErr = ln.Accept(); acceptErr == nil {
			p.play(lines)
		}
	}()
	conn, err := ws.Dialer.Dial(ln.Addr(), time.Second)
	if err != nil {
		return nil, err
	}
	told = j.do(conn)
	<-done
	return told, nil
}
