package dns

import (
	"net/netip"
	"time"

	"github.com/smtpsim/smtpsim/sim/host"
)

// Outcome is what an asker needs to know of an answer; the five are never mixed up.
type Outcome uint8

const (
	Found    Outcome = iota
	NoData           // the name exists, but has no such record: permanent
	NoName           // NXDOMAIN: the name does not exist: permanent
	Failed           // SERVFAIL, REFUSED or nonsense: temporary
	Timeout          // nobody answered: temporary
	outcomes = int(Timeout) + 1
)

// String is the word for it.
func (o Outcome) String() string {
	return [outcomes]string{"found", "no data", "no such name", "server failure", "no answer"}[min(int(o), outcomes-1)]
}

// Temporary reports whether asking again later may bring something else.
func (o Outcome) Temporary() bool { return o == Failed || o == Timeout }

// Answer is what a resolver found out about one name and type.
type Answer struct {
	Name    string // canonical, as asked
	Type    Type
	Outcome Outcome
	Rcode   Rcode         // of the last response; NoError after a Timeout
	Aliases []Record      // the CNAMEs on the way, in order
	Records []Record      // of Type, TTLs as left now
	TTL     time.Duration // how long all this holds; 0: not cached
	Cached  bool          // no packet was sent for it
	Secure  bool          // the server has validated it all (AD); only where Options.Secure asked for that
	age     time.Duration // of a cached one
}

// Options say how a resolver asks.
type Options struct {
	Servers []netip.AddrPort // asked in this order
	Timeout time.Duration    // for one answer; 0: 5 s, as resolv.conf has it
	Rounds  int              // over all servers; 0: 2, as resolv.conf has it
	MaxTTL  time.Duration    // nothing is cached longer; 0: a day (RFC 1035 §7.3 advises a limit)
	MaxSize int              // answers in the cache; 0: 10,000
	Secure  bool             // ask whether answers are validated (RFC 6840 §5.7), for DANE
}

// Limits against hostile answers.
const (
	maxStrays   = 100           // datagrams that do not belong to the question, per try
	maxNegative = 3 * time.Hour // RFC 2308 §5: negative answers one to three hours
)

// Resolver asks servers on behalf of one host and remembers answers by their TTL. All processes of the host may use it.
type Resolver struct {
	host     *host.Host
	opts     Options
	families []Type // of the host's addresses, in the order in which they are asked for
	cache    cache
}

// NewResolver makes a resolver for h.
func NewResolver(h *host.Host, opts Options) *Resolver {
	if opts.Timeout == 0 {
		opts.Timeout = 5 * time.Second
	}
	if opts.Rounds == 0 {
		opts.Rounds = 2
	}
	if opts.MaxTTL == 0 {
		opts.MaxTTL = 24 * time.Hour
	}
	if opts.MaxSize == 0 {
		opts.MaxSize = 10000
	}
	return &Resolver{host: h, opts: opts, families: families(h.Addrs), cache: cache{max: opts.MaxSize, answers: map[question]cached{}}}
}

// Flush forgets everything.
func (r *Resolver) Flush() { r.cache.flush() }

// Query asks for one type of name. An invalid name is NoName without a packet.
func (r *Resolver) Query(name string, kind Type) Answer { return r.query(name, kind, 0).aged() }

// query is Query at some depth of looking up the servers that a referral names.
func (r *Resolver) query(name string, kind Type, depth int) Answer {
	if a, ok := r.cache.get(name, kind, r.host.Clock.Now()); ok {
		return a
	}
	q := question{CanonicalName(name), kind}
	out := Answer{Name: q.name, Type: kind}
	ttl := r.opts.MaxTTL
	out.Secure = r.opts.Secure
	for next := q; ; {
		if ValidName(next.name) != nil {
			out.Outcome = NoName
			return out
		}
		m, ok := r.resolve(next, depth)
		if !ok {
			out.Outcome, out.Rcode = Timeout, NoError
			return out
		}
		out.Rcode, out.Secure = m.rcode, out.Secure && m.authentic
		if m.rcode != NoError && m.rcode != NXDomain {
			out.Outcome = Failed
			return out
		}
		end, settled := follow(&out, m, next, &ttl)
		if len(out.Aliases) > maxAliases {
			out.Outcome = Failed
			return out
		}
		if settled {
			break
		}
		next.name = end // the chain leaves what this server knows
	}
	switch {
	case len(out.Records) > 0:
		out.Outcome = Found
	case out.Rcode == NXDomain:
		out.Outcome = NoName
	default:
		out.Outcome = NoData
	}
	out.TTL = ttl
	r.cache.put(q, out, r.host.Clock.Now())
	return out
}

// follow takes from m what belongs to q: aliases in order, then records, each name only as the one before led to it, so
// that nothing else in the answer is believed (RFC 2181 §5.4.1). It lowers ttl and returns the name at the chain's end
// and whether m settles the question.
func follow(out *Answer, m message, q question, ttl *time.Duration) (end string, settled bool) {
	name := q.name
	for range maxAliases + 1 {
		alias := ""
		for _, rec := range m.answer {
			if rec.Name != name {
				continue
			}
			switch {
			case rec.Type == q.kind || q.kind == TypeANY:
				out.Records = append(out.Records, rec)
				*ttl = min(*ttl, rec.Lifetime())
			case rec.Type == TypeCNAME && alias == "":
				alias = rec.Target
				out.Aliases = append(out.Aliases, rec)
				*ttl = min(*ttl, rec.Lifetime())
			}
		}
		if len(out.Records) > 0 {
			return name, true
		}
		if alias == "" {
			break
		}
		name = alias
	}
	negative, signed := negativeTTL(m, name)
	if settled = signed || name == q.name || m.rcode == NXDomain; settled {
		*ttl = min(*ttl, negative)
	}
	return name, settled
}

// negativeTTL is how long "there is none" holds: the SOA's TTL or MINIMUM, the smaller (RFC 2308 §5); without a SOA it is
// not kept at all.
func negativeTTL(m message, name string) (ttl time.Duration, found bool) {
	for _, rec := range m.authority {
		if rec.Type == TypeSOA && InZone(name, rec.Name) {
			return min(time.Duration(min(rec.TTL, rec.SOA.Minimum))*time.Second, maxNegative), true
		}
	}
	return 0, false
}
