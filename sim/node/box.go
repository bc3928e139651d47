package node

import (
	"slices"
	"strings"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
	"github.com/smtpsim/smtpsim/sim/persona"
	"github.com/smtpsim/smtpsim/sim/smtpserver"
	"github.com/smtpsim/smtpsim/trace/field"
)

// Box is what a host knows of one mailbox beyond its name.
type Box struct {
	Since        time.Time // since when it has its owner (RFC 7293 §5); zero: not recorded
	NoSoliciting []string  // classes of mail that its owner does not want (RFC 3865 §2.3)
	Features     string    // what the device behind it can show: a filter of RFC 2533 (RFC 4141 §5)
}

// wholeDomain is the name under which Boxes tell of the host's domains themselves.
const wholeDomain = "*"

// box is what is known of the mailbox or alias of an address here.
func (n *Node) box(m smtp.Mailbox) Box { return n.cfg.Boxes[lower(m.Local)] }

// Features tells CONNEG what a recipient can use (RFC 4141 §5.2).
func (s *session) Features(m smtp.Mailbox) string {
	if domain := lower(m.Domain); domain != "" && !s.node.domains[domain] {
		return ""
	}
	return s.node.box(m).Features
}

// wanted refuses a recipient of this host who is not, or no longer, the one whom the mail is for, and mail that the
// recipient has said not to want. Accounts of a role are never out of date (RFC 7293 §5.1).
func (s *session) wanted(t *smtpserver.Transaction, r *smtp.Recipient) *smtp.Reply {
	n, m := s.node, r.Forward.Mailbox
	if value, found := smtp.FindParam(r.Params, "RRVS"); found && !isRole(m) {
		rrvs, _ := smtp.ParseRRVS(value) // the server has checked it
		if refusal := n.validSince(m, rrvs.Since); refusal != nil {
			return refusal
		}
	}
	classes, _ := smtp.FindParam(t.Envelope.Params, "SOLICIT")
	if both := smtp.Solicited(classes, n.box(m).NoSoliciting); both != "" {
		reply := smtpserver.Solicitation(both)
		return &reply
	}
	return nil
}

// validSince refuses where the mailbox had another owner at a time (RFC 7293 §5.1, §15.3). A host without mailboxes leaves
// the question to the next one (§5.1.1).
func (n *Node) validSince(m smtp.Mailbox, at time.Time) *smtp.Reply {
	since, domain := n.box(m).Since, n.cfg.Boxes[wholeDomain].Since
	if since.IsZero() && domain.IsZero() && !n.cfg.is(MDA) {
		return nil
	}
	switch {
	case domain.After(at):
		return refused(550, "5.7.18", "<"+m.String()+">: the domain has had another owner since")
	case since.IsZero():
		return refused(550, "5.7.19", "<"+m.String()+">: since when the mailbox has its owner is not recorded here")
	case since.After(at):
		return refused(550, "5.7.17", "<"+m.String()+"> is no longer valid")
	}
	return nil
}

// isRole knows the mailboxes of services and roles (RFC 2142).
func isRole(m smtp.Mailbox) bool {
	return slices.Contains([]string{"abuse", "ftp", "hostmaster", "info", "list", "marketing", "news", "noc", "postmaster",
		"sales", "security", "support", "trouble", "usenet", "uucp", "webmaster", "www"}, lower(m.Local))
}

// careful are the extensions that have a header field beside their parameter.
const careful = persona.RRVS | persona.NoSoliciting | persona.MTPriority

// headerAsks takes what header fields ask for where the client did not use the parameter, because a host on the way did
// not know it (RFC 7293 §5.2, RFC 3865 §2.3, RFC 6758 §3.1). A reply refuses the mail.
func (s *session) headerAsks(t *smtpserver.Transaction, env *smtp.Envelope, text []byte) ([]byte, *smtp.Reply) {
	n := s.node
	head := field.ReadSection(text)
	if n.speaks.Has(persona.NoSoliciting) {
		if refusal := n.solicits(env, &head); refusal != nil {
			return text, refusal
		}
	}
	if n.speaks.Has(persona.MTPriority) {
		s.headerPriority(t, env, &head)
	}
	if n.speaks.Has(persona.RRVS) {
		return n.headerValidSince(env, text, &head)
	}
	return text, nil
}

// solicits refuses a mail of a class that one of its recipients, or everybody here, does not want: "a receiving MTA SHOULD
// NOT deliver a message where the Solicitation: matches" (RFC 3865 §2.3).
func (n *Node) solicits(env *smtp.Envelope, head *field.Section) *smtp.Reply {
	f, found := head.First("Solicitation")
	classes := strings.TrimSpace(f.Body())
	if !found || !smtp.IsSolicitation(classes) {
		return nil
	}
	refusedClasses := slices.Clone(n.cfg.Terms.NoSoliciting)
	for _, r := range env.Recipients {
		if n.domains[lower(r.Forward.Domain)] {
			refusedClasses = append(refusedClasses, n.box(r.Forward.Mailbox).NoSoliciting...)
		}
	}
	if both := smtp.Solicited(classes, refusedClasses); both != "" {
		reply := smtpserver.Solicitation(both)
		return &reply
	}
	return nil
}

// headerValidSince checks the fields of recipients without RRVS. Where the mail goes on, the parameter takes the field's
// place (RFC 7293 §5.2, §6.1), with "C": the field alone gives no right to refuse on the way.
func (n *Node) headerValidSince(env *smtp.Envelope, text []byte, head *field.Section) ([]byte, *smtp.Reply) {
	const name = "Require-Recipient-Valid-Since"
	found := false
	for _, f := range head.All(name) {
		address, date, _ := strings.Cut(f.Body(), ";")
		m, err := smtp.ParseMailbox(strings.TrimSpace(address), smtp.Strict)
		at, good := field.ParseDate(strings.TrimSpace(date))
		if err != nil || !good || isRole(m) {
			continue
		}
		for i := range env.Recipients {
			r := &env.Recipients[i]
			_, has := smtp.FindParam(r.Params, "RRVS")
			if has || !strings.EqualFold(r.Forward.Address(), m.String()) {
				continue
			}
			found = true
			if n.domains[lower(m.Domain)] {
				if refusal := n.validSince(m, at.Time); refusal != nil {
					return text, refusal
				}
				continue
			}
			param := smtp.Param{Name: "RRVS", Value: smtp.RRVS{Since: at.Time.UTC(), Continue: true}.String()}
			r.Params = append(slices.Clone(r.Params), param)
		}
	}
	if found {
		text = field.Without(text, name)
	}
	return text, nil
}
