package smtp

// State is how far a session has come, seen from the line: what the last commands and their replies have made of it.
type State uint8

const (
	StateConnected State = iota // the connection is open, the greeting has not come (RFC 5321 §3.1)
	StateGreeted                // 220 was said; the client has to introduce itself (§3.2). Also after STARTTLS (RFC 3207 §4.2)
	StateReady                  // after EHLO, HELO or LHLO; no transaction is open (§4.1.4)
	StateMail                   // a reverse-path is known (§3.3, first step)
	StateRcpt                   // at least one forward-path too (§3.3, second step)
	StateData                   // after 354: octets are mail data up to the end of data (§3.3, third step)
	StateBdat                   // a BDAT or BURL was taken, LAST has not come (RFC 3030 §2)
	StateAuth                   // after 334: the client's next line belongs to the exchange (RFC 4954 §4)
	StateTLS                    // after 220 to STARTTLS: the next octets are a TLS handshake (RFC 3207 §4)
	StateRefused                // the greeting was 554 or 521: only QUIT is of use (RFC 5321 §3.1, RFC 7504 §3)
	StateTurned                 // after TURN or ATRN: the roles are exchanged (RFC 2645 §5.2)
	StateClosed                 // after 221 or 421
	numStates
)

//house:table read only
var stateNames = [numStates]string{"connected", "greeted", "ready", "mail", "rcpt", "data", "bdat", "auth", "tls",
	"refused", "turned", "closed"}

// String is the state's lower-case name.
func (s State) String() string {
	if s < numStates {
		return stateNames[s]
	}
	return "unknown"
}

// States lists all states, in the order of a session's life.
func States() []State {
	all := make([]State, numStates)
	for i := range all {
		all[i] = State(i)
	}
	return all
}

// InTransaction says whether a mail transaction is open.
func (s State) InTransaction() bool {
	return s == StateMail || s == StateRcpt || s == StateData || s == StateBdat
}

// Rule says what may answer a verb in a state, and what the state is then.
type Rule struct {
	Success      []int  // 2yz
	Intermediate []int  // 3yz
	Error        []int  // 4yz and 5yz that the verb's definition names
	AlsoPossible []int  // that any command may get, or this one by another RFC
	Next         State  // after success; where there is only an intermediate reply, after that
	Allowed      bool   // whether the verb may come in this state at all; if not, Error says what answers it
	Source       string // "RFC 5321 §4.3.2": of the codes if it is allowed, of the order if not
}

// Permits says whether code is among those the rule names.
func (r Rule) Permits(code int) bool {
	for _, set := range [...][]int{r.Success, r.Intermediate, r.Error, r.AlsoPossible} {
		for _, c := range set {
			if c == code {
				return true
			}
		}
	}
	return false
}

// Lookup is the session table: the rule for a verb in a state. The slices are the table's own and must not be changed.
func Lookup(s State, v Verb) Rule {
	row := rowOf(v)
	if row == nil || s >= numStates {
		return Rule{Error: codesUnknown, AlsoPossible: codesAny, Next: s, Source: "RFC 5321 §4.2.4"}
	}
	if row.in&(1<<s) == 0 {
		return outOfOrder(s, row)
	}
	r := row.rule
	r.Next, r.Allowed = row.next(s), true
	return r
}

// outOfOrder is the rule for a verb in a state where it may not come.
func outOfOrder(s State, row *row) Rule {
	r := Rule{Error: codesBadSequence, AlsoPossible: codesAny, Next: s, Source: row.order}
	switch s {
	case StateConnected:
		r.Source = "RFC 5321 §4.3.1" // the client waits for the greeting
	case StateRefused:
		r.Source = "RFC 5321 §3.1" // 503 to everything but QUIT
	case StateClosed, StateTurned, StateTLS:
		r.Error, r.AlsoPossible, r.Source = nil, nil, "RFC 5321 §4.1.1.10"
	case StateData:
		r.Error, r.AlsoPossible, r.Source = nil, nil, "RFC 5321 §4.1.1.4" // a line is mail data, whatever it looks like
	case StateAuth:
		r.Error, r.Source = []int{501}, "RFC 4954 §4" // a line is a response, whatever it looks like
	}
	return r
}

// After is the state once the code of the reply to v is known. It asks what the server did, not whether it should have:
// a server that takes MAIL before EHLO is in a transaction; one that refuses what may not come "MUST stay in the same
// state" (RFC 5321 §4.1.4).
func (s State) After(v Verb, code int) State {
	if s == StateClosed || code == 421 || code == 221 { // 221 without QUIT happens: then too the server closes
		return StateClosed
	}
	row := rowOf(v)
	if row == nil {
		return s
	}
	switch code / 100 {
	case 2:
		return row.success(s)
	case 3:
		return row.intermediate(s)
	case 0:
		if v == Handshake { // nothing answers it
			return row.success(s)
		}
		return s
	}
	if row.in&(1<<s) == 0 {
		return s
	}
	return row.failure(s)
}

// Step is the name under which the session table knows the command: its verb, but [BDATLast] or [BURLLast] for a last
// chunk.
func (c *Command) Step() Verb {
	switch {
	case c.Last && c.Verb == BDAT:
		return BDATLast
	case c.Last && c.Verb == BURL:
		return BURLLast
	}
	return c.Verb
}
