package smtp

// row is a verb's part of the session table.
type row struct {
	rule  Rule   // Next and Allowed are filled in by Lookup
	in    states // where the verb may come
	order string // the source of that
	ok    State  // after 2yz
	more  State  // after 3yz
	fail  State  // after 4yz and 5yz
}

type states uint16

// Marks for row.ok, more and fail.
const (
	same  = numStates + iota // the state stays
	reset                    // to StateReady, but not further than the session has come
)

const (
	inGreeted  states = 1 << StateGreeted
	inReady    states = 1 << StateReady
	inMail     states = 1 << StateMail
	inRcpt     states = 1 << StateRcpt
	inBdat     states = 1 << StateBdat
	inSession         = inGreeted | inReady | inMail | inRcpt | inBdat
	inRefused  states = 1 << StateRefused
	inData     states = 1 << StateData
	inAuth     states = 1 << StateAuth
	inTLS      states = 1 << StateTLS
	inConnect  states = 1 << StateConnected
	rfcOrder          = "RFC 5321 §4.1.4"
	rfcCodes          = "RFC 5321 §4.3.2"
	rfcOldSend        = "RFC 821 §4.3, RFC 5321 Appendix F.6"
)

func (r *row) next(s State) State {
	if len(r.rule.Success) == 0 && len(r.rule.Intermediate) > 0 {
		return r.intermediate(s)
	}
	return r.success(s)
}

func (r *row) success(s State) State      { return settle(s, r.ok) }
func (r *row) intermediate(s State) State { return settle(s, r.more) }
func (r *row) failure(s State) State      { return settle(s, r.fail) }

func settle(s, to State) State {
	switch {
	case to == same:
		return s
	case to == reset && s.InTransaction():
		return StateReady
	case to == reset:
		return s
	}
	return to
}

// Sets of codes that several rows share.
//
//house:table read only
var (
	codesUnknown     = []int{500, 502} // RFC 5321 §4.2.4
	codesBadSequence = []int{503}
	codesAny         = []int{500, 501, 421}
	codesSyntax      = []int{500, 501, 421, 530} // 530: RFC 3207 §4, RFC 4954 §6
	codesEndOfData   = []int{552, 554, 451, 452, 450, 550}
)

// rowOf finds the verb's row, nil for a verb that is not known.
func rowOf(v Verb) *row {
	if i := v.index(); i >= 0 {
		return &table[i]
	}
	return nil
}

// index is the verb's place in the table, -1 if it has none.
func (v Verb) index() int {
	for i := range tableVerbs {
		if tableVerbs[i] == v {
			return i
		}
	}
	return -1
}

// tableVerbs names the rows of table, the busiest first.
//
//house:table read only
var tableVerbs = [...]Verb{RCPT, MAIL, DATA, EndOfData, EHLO, QUIT, RSET, Connect, NOOP, HELO, BDAT, BDATLast, STARTTLS,
	Handshake, AUTH, AuthLine, LHLO, VRFY, EXPN, HELP, BURL, BURLLast, ETRN, ATRN, TURN, SEND, SOML, SAML, XCLIENT,
	XFORWARD, VERB, ONEX}

// table is the one table of legality. Columns as in RFC 5321 §4.3.2; a test holds it against the compiled sequences.
//
//house:table read only
var table = [len(tableVerbs)]row{
	{rule: Rule{Success: []int{250, 251}, Error: []int{550, 551, 552, 553, 450, 451, 452, 503, 455, 555, 556},
		AlsoPossible: codesSyntax, Source: "RFC 5321 §4.3.2, RFC 7504 §4"},
		in: inMail | inRcpt, order: "RFC 5321 §4.1.1.3", ok: StateRcpt, more: same, fail: same},
	mailRow([]int{552, 451, 452, 550, 553, 503, 455, 555}, codesSyntax, rfcCodes),
	{rule: Rule{Intermediate: []int{354}, Error: []int{503, 554}, AlsoPossible: codesSyntax, Source: rfcCodes},
		in: inRcpt, order: "RFC 5321 §3.3", ok: same, more: StateData, fail: same},
	// §4.1.1.4: the end of data consumes the buffers, whatever the reply says
	{rule: Rule{Success: []int{250}, Error: codesEndOfData, AlsoPossible: []int{421},
		Source: "RFC 5321 §4.3.2, RFC 2033 §4.2"},
		in: inData, order: "RFC 5321 §4.1.1.4", ok: StateReady, more: StateData, fail: StateReady},
	greetRow([]int{504, 550, 502}, "RFC 5321 §4.3.2, §4.1.4"),
	{rule: Rule{Success: []int{221}, AlsoPossible: []int{501, 421}, Source: rfcCodes},
		in: inSession | inRefused, order: rfcOrder, ok: StateClosed, more: same, fail: same},
	{rule: Rule{Success: []int{250}, AlsoPossible: []int{501, 421}, Source: rfcCodes},
		in: inSession, order: rfcOrder, ok: reset, more: same, fail: same},
	{rule: Rule{Success: []int{220}, Error: []int{554, 521}, AlsoPossible: []int{421},
		Source: "RFC 5321 §4.3.2, RFC 7504 §3"},
		in: inConnect, order: "RFC 5321 §3.1", ok: StateGreeted, more: same, fail: StateRefused},
	anywhereRow([]int{250}, nil, []int{500, 421}),
	greetRow([]int{504, 550, 502}, rfcCodes),
	// RFC 3030 §2: after a failed BDAT only RSET helps; after a failed last one the transaction is over, as after DATA
	bdatRow(StateBdat, same),
	bdatRow(StateReady, StateReady),
	{rule: Rule{Success: []int{220}, Error: []int{454, 501}, AlsoPossible: []int{503, 500, 502, 421},
		Source: "RFC 3207 §4"},
		in: inReady, order: rfcOrder, ok: StateTLS, more: same, fail: same},
	{rule: Rule{Source: "RFC 3207 §4.2"}, in: inTLS, order: "RFC 3207 §4", ok: StateGreeted, more: same, fail: same},
	{rule: Rule{Success: []int{235}, Intermediate: []int{334}, Error: codesAuth, AlsoPossible: []int{421},
		Source: "RFC 4954 §4, §6"},
		in: inReady, order: "RFC 4954 §4", ok: same, more: StateAuth, fail: same},
	{rule: Rule{Success: []int{235}, Intermediate: []int{334}, Error: codesAuth, AlsoPossible: []int{421},
		Source: "RFC 4954 §4, §6"},
		in: inAuth, order: "RFC 4954 §4", ok: StateReady, more: StateAuth, fail: StateReady},
	{rule: Rule{Success: []int{250}, Error: []int{500, 501, 504, 550}, AlsoPossible: []int{421},
		Source: "RFC 2033 §4.1"},
		in: inSession, order: rfcOrder, ok: StateReady, more: same, fail: same},
	anywhereRow([]int{250, 251, 252}, []int{550, 551, 553, 502, 504}, codesSyntax),
	anywhereRow([]int{250, 252}, []int{550, 500, 502, 504}, []int{501, 421, 530}),
	anywhereRow([]int{211, 214}, []int{502, 504}, codesSyntax),
	burlRow(StateBdat, same),
	burlRow(StateReady, StateReady),
	{rule: Rule{Success: []int{250, 251, 252, 253}, Error: []int{458, 459, 500, 501}, AlsoPossible: []int{421},
		Source: "RFC 1985 §5.1"},
		in: inReady, order: "RFC 1985 §4", ok: same, more: same, fail: same},
	{rule: Rule{Success: []int{250}, Error: []int{450, 451, 453, 502, 530}, AlsoPossible: []int{421},
		Source: "RFC 2645 §5.2.1, §7"},
		in: inReady, order: "RFC 2645 §5.2.1", ok: StateTurned, more: same, fail: same},
	{rule: Rule{Success: []int{250}, Error: []int{502, 503}, AlsoPossible: []int{500, 421},
		Source: "RFC 821 §4.3, RFC 5321 Appendix F.1"},
		in: inReady, order: "RFC 821 §3.8", ok: StateTurned, more: same, fail: same},
	mailRow([]int{552, 451, 452, 550}, []int{500, 501, 502, 421}, rfcOldSend),
	mailRow([]int{552, 451, 452, 550}, []int{500, 501, 502, 421}, rfcOldSend),
	mailRow([]int{552, 451, 452, 550}, []int{500, 501, 502, 421}, rfcOldSend),
	{rule: Rule{Success: []int{220}, Error: []int{501, 503, 550}, AlsoPossible: []int{500, 502, 421},
		Source: "Postfix XCLIENT_README"},
		in: inGreeted | inReady, order: "Postfix XCLIENT_README", ok: StateGreeted, more: same, fail: same},
	{rule: Rule{Success: []int{250}, Error: []int{501, 503, 550}, AlsoPossible: []int{500, 502, 421},
		Source: "Postfix XFORWARD_README"},
		in: inReady, order: "Postfix XFORWARD_README", ok: same, more: same, fail: same},
	anywhereRow([]int{250}, []int{500, 502}, []int{421}),
	anywhereRow([]int{250}, []int{500, 502}, []int{421}),
}

// codesAuth: 503 for a second AUTH and inside a transaction, 504 for an unknown mechanism. AUTH never gets 530.
//
//house:table read only
var codesAuth = []int{432, 454, 500, 534, 535, 538, 501, 503, 504}

// mailRow is for the verbs that open a transaction: RFC 5321 §4.1.4: after EHLO or HELO, and none is open.
func mailRow(errors, also []int, source string) row {
	return row{rule: Rule{Success: []int{250}, Error: errors, AlsoPossible: also, Source: source},
		in: inReady, order: rfcOrder, ok: StateMail, more: StateRcpt, fail: same} // 355: RFC 1845 §3
}

// greetRow is for EHLO and HELO. §4.1.4: at any time, and then they reset; refused, they change nothing.
func greetRow(errors []int, source string) row {
	return row{rule: Rule{Success: []int{250}, Error: errors, AlsoPossible: codesAny, Source: source},
		in: inSession, order: rfcOrder, ok: StateReady, more: same, fail: same}
}

// anywhereRow is for verbs of §4.1.4 that may come at any time, even before EHLO, and change nothing.
func anywhereRow(success, errors, also []int) row {
	return row{rule: Rule{Success: success, Error: errors, AlsoPossible: also, Source: rfcCodes},
		in: inSession, order: rfcOrder, ok: same, more: same, fail: same}
}

func bdatRow(ok, fail State) row {
	return row{rule: Rule{Success: []int{250}, Error: []int{503, 552, 554, 451, 452, 450, 550}, AlsoPossible: codesAny,
		Source: "RFC 3030 §2, RFC 5321 §4.3.2"},
		in: inRcpt | inBdat, order: "RFC 3030 §2", ok: ok, more: same, fail: fail}
}

func burlRow(ok, fail State) row {
	return row{rule: Rule{Success: []int{250}, Error: []int{503, 554, 552}, AlsoPossible: codesSyntax,
		Source: "RFC 4468 §3"},
		in: inRcpt | inBdat, order: "RFC 4468 §3.1", ok: ok, more: same, fail: fail}
}
