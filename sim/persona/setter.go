package persona

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/trace/field"
)

// setter puts the lines of one file into p.
type setter struct {
	p     *Persona
	keys  map[string]Situation
	said  [situations]bool
	seen  []string  // of the other keys
	reply Situation // whose lines are being read
	open  bool      // more lines of it must follow
}

func (s *setter) line(line string) error {
	if trimmed := strings.TrimSpace(line); trimmed == "" || trimmed[0] == '#' {
		return nil
	}
	key, value, ok := strings.Cut(line, ":")
	if !ok {
		return fmt.Errorf(`expected "key: value", found %q`, line)
	}
	value = strings.TrimSpace(value)
	if at, ok := s.keys[key]; ok {
		return s.text(at, value)
	}
	if err := s.finish(); err != nil {
		return err
	}
	if slices.Contains(s.seen, key) {
		return fmt.Errorf("%q stands twice", key)
	}
	s.seen = append(s.seen, key)
	if err := s.set(key, withoutComment(value)); err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	return nil
}

// finish says whether all that was begun has its end.
func (s *setter) finish() error {
	if s.open {
		return fmt.Errorf("%s: the last line of a reply has a space behind the code", s.reply)
	}
	return nil
}

// text reads one line of a reply as it stands on the wire; "+ text" is a line that is added to another reply.
func (s *setter) text(at Situation, value string) error {
	if s.open && at != s.reply {
		return s.finish()
	}
	t := &s.p.Texts[at]
	if !s.open {
		if s.said[at] {
			return fmt.Errorf("%q stands twice; a reply of several lines has hyphens behind the codes", at)
		}
		s.said[at] = true
		*t = Text{}
	}
	if text, ok := strings.CutPrefix(value, "+ "); ok && at == TooManyErrors {
		t.Lines = []string{text}
		return nil
	}
	code, err := strconv.Atoi(value[:min(3, len(value))])
	if err != nil || code < 200 || code > 599 || len(value) > 3 && value[3] != ' ' && value[3] != '-' {
		return fmt.Errorf(`expected a reply such as "250 2.1.0 Ok", found %q`, value)
	}
	s.reply, s.open = at, len(value) > 3 && value[3] == '-'
	rest := value[min(4, len(value)):]
	enhanced, n := smtp.CutEnhanced(rest)
	if n > 0 {
		rest = strings.TrimPrefix(rest[n:], " ")
	}
	if len(t.Lines) > 0 && (code != t.Code || enhanced != t.Enhanced) {
		return errors.New("all lines of a reply have the same codes")
	}
	t.Code, t.Enhanced, t.Lines = code, enhanced, append(t.Lines, rest)
	return nil
}

// set is one key that is no reply.
func (s *setter) set(key, value string) (err error) {
	p := s.p
	switch key {
	case "like":
		if len(s.seen) > 1 {
			return errors.New("must come first")
		}
	case "about":
		p.About = value
	case "software":
		p.Software = value
	case "received":
		p.Received = field.Style(value)
		if value == "plain" {
			p.Received = field.StylePlain
		} else if p.Received.Product() == "" {
			return fmt.Errorf("no style of trace fields is called %q", value)
		}
	case "queue-id":
		p.IDStyle, err = choice[IDStyle](value, idStyles[:])
	case "bare-lf":
		p.Customs.BareLF, err = choice[BareLF](value, bareLFNames[:])
	case "reader":
		p.Customs.Reader, err = choice[Reader](value, readerNames[:])
	case "ends":
		return s.ends(value)
	case "offers":
		return s.extensions(&p.Offers, value)
	case "keywords":
		return s.keywords(value)
	case "customs":
		return s.customs(value)
	case "takes":
		return s.takes(value)
	case "retry":
		return p.Retry.parse(value)
	default:
		return s.measure(key, value)
	}
	return err
}

// measure is a number, a time or a switch.
func (s *setter) measure(key, value string) error {
	if n := s.p.number(key); n != nil {
		v, err := strconv.Atoi(value)
		if err != nil || v < 0 {
			return fmt.Errorf("expected a number, found %q", value)
		}
		*n = v
		return nil
	}
	if d := s.p.duration(key); d != nil {
		return parseSpan(d, value)
	}
	switch key {
	case "size-max":
		v, err := strconv.ParseInt(value, 10, 64)
		if err != nil || v < 0 {
			return fmt.Errorf("expected a number of octets, found %q", value)
		}
		s.p.SizeMax = v
		return nil
	case "with-lower":
		return parseSwitch(&s.p.WithLower, value)
	case "no-ehlo":
		return parseSwitch(&s.p.NoEHLO, value)
	}
	return s.p.Client.set(key, value)
}

func (p *Persona) number(key string) *int {
	switch key {
	case "recipients-max":
		return &p.RecipientsMax
	case "command-line-max":
		return &p.CommandLineMax
	case "errors-max":
		return &p.ErrorsMax
	case "hop-limit":
		return &p.HopLimit
	case "client-recipients":
		return &p.Client.Recipients
	case "client-mails":
		return &p.Client.Mails
	}
	return nil
}

func (p *Persona) duration(key string) *time.Duration {
	switch key {
	case "command-timeout":
		return &p.CommandTimeout
	case "greeting-pause":
		return &p.GreetingPause
	case "queue-run":
		return &p.Retry.Run
	case "delay-dsn":
		return &p.DelayDSN
	case "give-up":
		return &p.GiveUp
	case "bounce-give-up":
		return &p.BounceGiveUp
	case "client-timeout-greeting":
		return &p.Client.Timeouts.Greeting
	case "client-timeout-mail":
		return &p.Client.Timeouts.Mail
	case "client-timeout-rcpt":
		return &p.Client.Timeouts.Rcpt
	case "client-timeout-data":
		return &p.Client.Timeouts.Data
	case "client-timeout-block":
		return &p.Client.Timeouts.Block
	case "client-timeout-end":
		return &p.Client.Timeouts.End
	}
	return nil
}

// parseSpan reads "5m", "300s", "4d" or "never".
func parseSpan(d *time.Duration, value string) error {
	if value == "never" {
		*d = 0
		return nil
	}
	text := value
	if days, ok := strings.CutSuffix(value, "d"); ok {
		n, err := strconv.Atoi(days)
		if err != nil {
			return fmt.Errorf("expected a time such as 5m, 24h or 4d, found %q", value)
		}
		text = strconv.Itoa(24*n) + "h"
	}
	v, err := time.ParseDuration(text)
	if err != nil || v <= 0 {
		return fmt.Errorf("expected a time such as 5m, 24h or 4d, found %q", value)
	}
	*d = v
	return nil
}

func parseSwitch(b *bool, value string) error {
	if value != "yes" && value != "no" {
		return fmt.Errorf("expected yes or no, found %q", value)
	}
	*b = value == "yes"
	return nil
}

// choice is the position of value among names.
func choice[T ~uint8](value string, names []string) (T, error) {
	at := slices.Index(names, value)
	if at < 0 {
		return 0, fmt.Errorf("expected one of %s, found %q", strings.Join(names, ", "), value)
	}
	return T(at), nil
}
