package node

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/dns"
	"github.com/smtpsim/smtpsim/sim/policy/auth"
	"github.com/smtpsim/smtpsim/sim/smtpserver"
)

// Stand is what a host does with what a check came to.
type Stand uint8

const (
	Ignore  Stand = iota // no check
	Report               // the result is written down
	Enforce              // and mail that fails is refused
)

// Authentication is how a host knows whom mail is from, and how others know its own. Mail from outside is checked; mail of those
// whose mail it relays is signed.
type Authentication struct {
	SPF         Stand
	DKIM        bool
	DMARC       Stand
	ARC         bool
	ReceivedSPF bool         // a Received-SPF field as well (RFC 7208 §9.1)
	Trust       []string     // domains whose word on mail they passed on counts where DMARC fails (RFC 8617 §9)
	Sign        *auth.Signer // nil: nothing is signed or sealed
	Footer      string       // lines below mail from outside that goes on elsewhere, as lists have them
	Reports     bool         // aggregate reports to those who ask for them, at midnight (RFC 9989 §5.3.8)
}

// checkSender is SPF at MAIL (RFC 7208 §2.5: during the SMTP transaction). A reply refuses the mail.
func (s *session) checkSender(t *smtpserver.Transaction) *smtp.Reply {
	a := s.node.cfg.Auth
	if s.spf = nil; a.SPF == Ignore && a.DMARC == Ignore || s.relays(t) {
		return nil
	}
	c := s.client(t)
	s.spf = &senderCheck{from: auth.CheckSPF(c, s.node.records())}
	if c.From != "" { // RFC 7208 §2.3; of <>, the MAIL FROM identity is made of the HELO name anyway
		s.spf.helo = auth.CheckHelo(c, s.node.records())
	}
	if a.SPF != Enforce {
		return nil
	}
	for _, check := range [...]auth.SPF{s.spf.helo, s.spf.from} {
		if r := refuseSPF(c, check); r != nil {
			return r
		}
	}
	return nil
}

// senderCheck is what SPF said to MAIL.
type senderCheck struct {
	helo auth.SPF // Result "" where it was not checked
	from auth.SPF
}

// client is who speaks, for SPF.
func (s *session) client(t *smtpserver.Transaction) auth.Client {
	return auth.Client{IP: t.Remote.Addr(), Helo: t.Helo, From: t.Envelope.Reverse.Address(), Receiver: s.node.host.Name, Now: s.node.host.Clock.Now()}
}

// refuseSPF is the reply to a mail whose sender may not send it; nil: it may come.
func refuseSPF(c auth.Client, check auth.SPF) *smtp.Reply {
	identity := map[string]string{auth.Helo: "HELO", auth.MailFrom: "MAIL FROM"}[check.Identity]
	switch check.Result {
	case auth.Fail: // RFC 7208 §8.4, RFC 7372 §3.2
		lines := []string{fmt.Sprintf("SPF %s check failed: %s may not send for %s", identity, c.IP, check.Domain)}
		if check.Explanation != "" {
			lines = append(lines, "The domain "+check.Domain+" explains: "+check.Explanation)
		}
		r := smtp.NewReply(550, "5.7.23", lines...)
		return &r
	case auth.TempError: // RFC 7208 §8.6
		r := smtp.NewReply(451, "4.7.24", fmt.Sprintf("SPF %s check of %s is not possible now", identity, check.Domain))
		return &r
	}
	return nil
}

// records is what the checks ask.
func (n *Node) records() auth.Resolver {
	if n.resolver == nil {
		return noResolver{}
	}
	return n.resolver
}

// Query finds nothing out.
func (noResolver) Query(name string, kind dns.Type) dns.Answer {
	return dns.Answer{Name: name, Type: kind, Outcome: dns.Timeout}
}

// judgement is what a host found out about one mail.
type judgement struct {
	sender  senderCheck
	dkim    []auth.Verification
	chain   auth.Chain
	dmarc   auth.DMARC
	rescued string           // the domain whose word saved the mail from DMARC
	does    auth.Disposition // what becomes of the mail
}

// authenticated checks a mail from outside, or signs one of our own. It gives the fields for the top of the mail and the text that goes
// on; a reply refuses it.
func (s *session) authenticated(t *smtpserver.Transaction, to []smtp.Recipient, text []byte) (head string, out []byte, refusal *smtp.Reply) {
	n := s.node
	if s.relays(t) {
		signed, refusal := n.signed(text)
		return "", signed, refusal
	}
	v := s.judge(text)
	n.remember(t, &v)
	if refusal = n.refuse(&v); refusal != nil {
		return "", nil, refusal
	}
	results := n.results(&v)
	if results.Methods != nil {
		head = results.Format()
	}
	if n.cfg.Auth.ReceivedSPF && s.spf != nil {
		head = v.sender.from.ReceivedSPF(s.client(t)) + head
	}
	if v.does == auth.Quarantine {
		head = "X-Quarantine: dmarc=" + string(v.dmarc.Result) + " policy=quarantine from=" + v.dmarc.Author + "\r\n" + head
	}
	text, _ = auth.StripResults(text, n.isOwnID)
	if !slices.ContainsFunc(to, func(r smtp.Recipient) bool { return !n.isHere(r) }) {
		return head, text, nil
	}
	sealed, refusal := n.passOn(text, results, v.chain)
	return head, sealed, refusal
}

// judge makes the checks of the whole mail.
func (s *session) judge(text []byte) judgement {
	n, now := s.node, s.node.host.Clock.Now()
	a := n.cfg.Auth
	v := judgement{does: auth.Deliver, chain: auth.Chain{Result: auth.None}}
	if s.spf != nil {
		v.sender = *s.spf
	}
	if a.DKIM || a.DMARC != Ignore {
		v.dkim = auth.VerifyDKIM(text, now, n.records())
	}
	if a.ARC {
		v.chain = auth.ValidateARC(text, now, n.records())
	}
	if a.DMARC == Ignore {
		return v
	}
	v.dmarc = auth.CheckDMARC(text, v.sender.from, v.dkim, n.records())
	if v.dmarc.Result == auth.Fail {
		v.rescued = a.vouches(v.chain)
	}
	if a.DMARC == Enforce && v.rescued == "" {
		v.does = v.dmarc.Asked
	}
	return v
}

// vouches is the domain that saw a mail pass DMARC before it was changed; "" if there is none. All who sealed it must be trusted, since
// each of them could have made the rest up (RFC 8617 §9).
func (a *Authentication) vouches(chain auth.Chain) string {
	if chain.Result != auth.Pass || len(chain.Sets) == 0 || chain.Sets[0].Results.Find("dmarc") != auth.Pass {
		return ""
	}
	for _, set := range chain.Sets {
		if !slices.Contains(a.Trust, set.Domain) {
			return ""
		}
	}
	return chain.Sets[0].Domain
}

// refuse is the reply to mail that is not taken; nil: it is. Errors that may pass let mail in (RFC 9989 §4.10.1, "fail open").
func (n *Node) refuse(v *judgement) *smtp.Reply {
	var r smtp.Reply
	switch {
	case v.does == auth.Reject: // RFC 9989 §7.2, with the code of RFC 7372 §3.4: SPF and DKIM have both not helped
		r = smtp.NewReply(550, "5.7.26", "Email rejected per DMARC policy for "+v.dmarc.Author)
	case n.cfg.Auth.DMARC == Enforce && v.dmarc.Result == auth.PermError: // RFC 9989 §11.5
		r = smtp.NewReply(550, "5.7.1", "DMARC cannot be applied: "+v.dmarc.Reason)
	default:
		return nil
	}
	return &r
}

// isHere reports whether mail for a recipient ends at this site.
func (n *Node) isHere(r smtp.Recipient) bool {
	domain := lower(r.Forward.Domain)
	return domain == "" || n.domains[domain] || n.isOwnLiteral(domain)
}

// isOwnID reports whether an authserv-id is this host's, or one of its domains (RFC 7601 §2.5).
func (n *Node) isOwnID(id string) bool {
	id = lower(id)
	return id == lower(n.host.Name) || n.domains[id]
}

// signed is a text with a signature of this host's domain in front, where it signs.
func (n *Node) signed(text []byte) ([]byte, *smtp.Reply) {
	a := n.cfg.Auth
	if a == nil || a.Sign == nil {
		return text, nil
	}
	field, err := a.Sign.Sign(text, n.host.Clock.Now())
	if err != nil {
		return nil, cannotSign(err)
	}
	return append([]byte(field), text...), nil
}

// resent is a text that begins its way on this host: with a signature, and where it has come from outside before, as the mail of a
// list has, with an ARC set that says what was found then.
func (n *Node) resent(text []byte) ([]byte, *smtp.Reply) {
	a := n.cfg.Auth
	text, refusal := n.signed(text)
	if refusal != nil || a == nil || !a.ARC || a.Sign == nil {
		return text, refusal
	}
	results, came := auth.FindResults(text, n.isOwnID)
	if !came {
		return text, nil
	}
	return n.seal(text, results, auth.ArrivedChain(text, results.Find("arc")))
}

// cannotSign is said when a key does not work.
func cannotSign(err error) *smtp.Reply {
	r := smtp.NewReply(451, "4.7.5", "Cannot sign: "+err.Error()) // RFC 3463 §3.8, X.7.5: cryptographic failure
	return &r
}

// passOn is a text from outside as it goes on elsewhere: with the footer, and with an ARC set on top (RFC 8617 §5.1: after all changes).
func (n *Node) passOn(text []byte, results auth.Results, chain auth.Chain) ([]byte, *smtp.Reply) {
	a := n.cfg.Auth
	if a.Footer != "" {
		text = appendLines(slices.Clone(text), a.Footer)
	}
	if !a.ARC || a.Sign == nil {
		return text, nil
	}
	return n.seal(text, results, chain)
}

// seal puts an ARC set on top of a text.
func (n *Node) seal(text []byte, results auth.Results, chain auth.Chain) ([]byte, *smtp.Reply) {
	set, err := n.cfg.Auth.Sign.Seal(text, results, chain, n.host.Clock.Now())
	if err != nil {
		return nil, cannotSign(err)
	}
	return append([]byte(set), text...), nil
}

// results is what the host tells later readers (RFC 7601 §2.7, RFC 8617 §6, RFC 9989 §5.4).
func (n *Node) results(v *judgement) auth.Results {
	out := auth.Results{ServID: n.host.Name}
	add := func(method string, result auth.Result, reason string, props ...string) {
		m := auth.Method{Name: method, Result: result, Reason: reason}
		for i := 0; i+2 < len(props); i += 3 {
			m.Props = append(m.Props, auth.Prop{Type: props[i], Name: props[i+1], Value: props[i+2]})
		}
		out.Methods = append(out.Methods, m)
	}
	for _, check := range [...]auth.SPF{v.sender.helo, v.sender.from} {
		if check.Result != "" && (check.Identity == auth.MailFrom || check.Result != auth.None) {
			add("spf", check.Result, "", "smtp", check.Identity, check.Domain) // RFC 7601 §2.7.2: without the local part
		}
	}
	if n.cfg.Auth.DKIM && len(v.dkim) == 0 {
		add("dkim", auth.None, "")
	}
	for _, d := range v.dkim {
		props := []string{"header", "d", d.Domain, "header", "s", d.Selector}
		if d.ID != "" {
			props = append(props, "header", "b", d.ID) // RFC 6008 §4
		}
		add("dkim", d.Result, d.Reason, props...)
	}
	if n.cfg.Auth.ARC {
		var props []string
		if v.chain.Result == auth.Pass {
			props = []string{"header", "oldest-pass", strconv.Itoa(v.chain.OldestPass)}
		}
		add("arc", v.chain.Result, v.chain.Reason, props...)
	}
	if v.dmarc.Result == "" {
		return out
	}
	reason := v.dmarc.Reason
	if v.rescued != "" {
		reason = v.rescued + " saw it pass (ARC)"
	}
	var props []string
	if v.dmarc.Author != "" {
		props = []string{"header", "from", v.dmarc.Author}
	}
	add("dmarc", v.dmarc.Result, reason, props...)
	return out
}
