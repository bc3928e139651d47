package node

import (
	"errors"
	"strings"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
	"github.com/smtpsim/smtpsim/sim/smtpclient"
	"github.com/smtpsim/smtpsim/sim/smtpserver"
)

// Sending is how a host gives mail to others, beside what its persona does anyway.
type Sending struct {
	Convert   *persona.Conversion // of mail that the next host does not take as it is; nil: the persona's
	Chunking  bool                // BDAT where CHUNKING is offered
	ChunkSize int                 // octets of one BDAT; 0: the whole text is one
	PRDR      bool                // a reply for each recipient where PRDR is offered
	Early     bool                // speak before the greeting where PIPECONNECT was offered last time
}

// client is what the host's clients have in common.
func (s *Sending) client(p *persona.Client, cfg smtpclient.Config) smtpclient.Config {
	cfg.Convert = p.Convert
	if s.Convert != nil {
		cfg.Convert = *s.Convert
	}
	cfg.Chunking = s.Chunking || p.Chunking
	cfg.ChunkSize = s.ChunkSize
	cfg.PRDR = s.PRDR || p.PRDR
	cfg.HeloOnly = cfg.HeloOnly || p.HeloOnly
	cfg.LowerCase, cfg.ResetFirst, cfg.ResetLast = p.LowerCase, p.Reset, p.ResetLast
	if cfg.Timeouts == (smtpclient.Timeouts{}) {
		cfg.Timeouts = smtpclient.Timeouts(p.Timeouts)
	}
	if s.Early || p.Early {
		cfg.Offers = &smtpclient.Offers{}
	}
	return cfg
}

// domainSet is set, for domains.
func domainSet(domains []string) map[string]bool {
	out := map[string]bool{}
	for _, d := range domains {
		out[domainKey(d)] = true
	}
	return out
}

// domainKey is a domain as this host knows it: in lower case and, where there are letters that are not ASCII, in A-labels
// (RFC 5890 §2.3.2.4: both forms are one name).
func domainKey(domain string) string { return strings.ToLower(smtp.ALabels(domain)) }

// announced are the extensions that follow from what a host is set to announce, and those that this service must not have.
func (c *Config) announced(p policy) (with, without persona.Extensions) {
	if c.Terms.Limits != (smtp.Announced{}) {
		with |= persona.Limits
	}
	if len(c.StoreURLs) > 0 {
		with |= persona.BURL
	}
	if p != submissionPolicy || len(c.StoreURLs) == 0 { // RFC 4468 §3.1: "MUST NOT be advertised by a regular SMTP server on port 25"
		with &^= persona.BURL
		without |= persona.BURL
	}
	return with, without
}

// Fetch is BURL's message store (RFC 4468): what the scenario says that its URLs name.
func (s *session) Fetch(_ *smtpserver.Transaction, url string) ([]byte, *smtp.Reply) {
	text, ok := s.node.cfg.StoreURLs[url]
	if !ok {
		return nil, nil
	}
	return appendLines(nil, text), nil
}

// DataEach answers for each recipient of a transaction with PRDR: scripted replies to the end of data may be for one of
// them. Those who are left get the mail, in one copy.
func (s *session) DataEach(t *smtpserver.Transaction, text []byte) []*smtp.Reply {
	replies := make([]*smtp.Reply, len(t.Envelope.Recipients))
	left := *t
	left.Envelope.Recipients = nil
	for i := range t.Envelope.Recipients {
		r := t.Envelope.Recipients[i]
		if replies[i] = s.node.script.take(AtEnd, r.Forward.Address()); replies[i] == nil || replies[i].Positive() {
			left.Envelope.Recipients = append(left.Envelope.Recipients, r)
		}
	}
	if len(left.Envelope.Recipients) == 0 {
		return replies
	}
	if refusal := s.Data(&left, text); refusal != nil {
		for i := range replies {
			if replies[i] == nil || replies[i].Positive() {
				replies[i] = refusal
			}
		}
	}
	return replies
}

// ErrNoURL is a mail to be fetched that this host cannot ask anybody to fetch.
var ErrNoURL = errors.New("only a mail program can ask for a mail to be fetched")

// SubmitURL asks the MSA to fetch a mail and to send it (RFC 4468); it is called in a process of an MUA.
func (n *Node) SubmitURL(env smtp.Envelope, url string) (smtpclient.Result, error) {
	if !n.cfg.is(MUA) {
		return smtpclient.Result{}, ErrNoURL
	}
	session, err := n.submission()
	if err != nil {
		return smtpclient.Result{}, err
	}
	asks, ok := session.(interface {
		SendURL(smtp.Envelope, string) (smtpclient.Result, error)
	})
	if !ok {
		return smtpclient.Result{}, ErrNoURL
	}
	result, err := asks.SendURL(env, url)
	_ = session.Quit() // what became of the mail is known
	return result, err
}

// isASCII says whether no address of the envelope needs SMTPUTF8.
func isASCII(env *smtp.Envelope) bool {
	ascii := env.Reverse.IsASCII()
	for i := range env.Recipients {
		ascii = ascii && env.Recipients[i].Forward.IsASCII()
	}
	return ascii
}
