package fault

import (
	"net/netip"
	"slices"
	"time"

	"github.com/smtpsim/smtpsim/codes/smtp"
)

// Kind is what goes wrong.
type Kind string

// In a session: a server does something else than it should at a stage.
const (
	Reply      Kind = "reply"       // answers with Fault.Reply instead of carrying out what was asked; in the text: and closes
	Delay      Kind = "delay"       // carries it out, and answers Wait later; in the text: stops reading for so long, once
	Drip       Kind = "drip"        // sends its reply octet by octet, Wait between them; in the text: reads so slowly
	Hang       Kind = "hang"        // does nothing for Wait (0: an hour, longer than any limit of RFC 5321 §4.5.3.2), then closes
	DropBefore Kind = "drop-before" // closes the connection instead of carrying it out
	DropAfter  Kind = "drop-after"  // carries it out and closes the connection instead of the reply (RFC 1047)
	Close      Kind = "close"       // carries it out, answers, and closes the connection
	Reset      Kind = "reset"       // breaks the connection with RST instead of carrying it out
	CrashAfter Kind = "crash-after" // carries it out; the host crashes before the reply is sent
	Crash      Kind = "crash"       // the host crashes: at a stage, or without one at a time
)

// In the world around the engines.
const (
	Refuse      Kind = "refuse"      // nobody listens: SYN is answered by RST
	Silent      Kind = "silent"      // SYN is not answered
	Loss        Kind = "loss"        // packets vanish
	Duplicate   Kind = "duplicate"   // packets come twice
	Reorder     Kind = "reorder"     // packets come later by Wait than those behind them
	Partition   Kind = "partition"   // nothing gets through
	Clog        Kind = "clog"        // almost nothing gets through: BitsPerSecond, and a short queue before it
	DiskFull    Kind = "disk-full"   // nothing more can be stored
	DNS         Kind = "dns"         // a name server fails, in the way of How
	Clock       Kind = "clock"       // a host's clock shows Offset too much and gains DriftPPB
	Certificate Kind = "certificate" // a server shows another certificate: How
	Zone        Kind = "zone"        // records are taken away and added; at the end of the window they are as before
)

// Kinds lists all kinds.
func Kinds() []Kind {
	return []Kind{Reply, Delay, Drip, Hang, DropBefore, DropAfter, Close, Reset, CrashAfter, Crash, Refuse, Silent, Loss, Duplicate,
		Reorder, Partition, Clog, DiskFull, DNS, Clock, Certificate, Zone}
}

// InSession reports whether the kind strikes at a stage of a session; Crash may.
func (k Kind) InSession() bool { return slices.Index(Kinds(), k) < slices.Index(Kinds(), Refuse) }

// OnLink reports whether the kind concerns the packets between two hosts.
func (k Kind) OnLink() bool {
	switch k {
	case Loss, Duplicate, Reorder, Partition, Clog:
		return true
	}
	return false
}

// The ways in which a name server fails (How of a DNS fault).
const (
	ServFail = "servfail" // it cannot reach the zone's data
	Timeout  = "timeout"  // it does not answer
	Lame     = "lame"     // it was named for the zone and refuses to answer for it (RFC 8499 §7)
	Stale    = "stale"    // it answers with the zones as they were when the fault began
)

// The certificates a server may show (How of a Certificate fault).
const (
	Expired   = "expired"
	WrongName = "wrong-name"
)

// Stage is where in a session a fault strikes: a command, or what has no command.
type Stage string

const (
	AtConnect  Stage = "CONNECT"  // the connection was accepted
	AtGreeting Stage = "GREETING" // the opening reply
	AtHello    Stage = "EHLO"     // and HELO, LHLO
	AtStartTLS Stage = "STARTTLS"
	AtAuth     Stage = "AUTH"
	AtMail     Stage = "MAIL"
	AtRcpt     Stage = "RCPT"
	AtData     Stage = "DATA"
	AtText     Stage = "TEXT" // the first octets of the mail data have come
	AtEnd      Stage = "END"  // of the mail data
	AtReset    Stage = "RSET"
	AtQuit     Stage = "QUIT"
)

// Stages lists them in the order of a session.
func Stages() []Stage {
	return []Stage{AtConnect, AtGreeting, AtHello, AtStartTLS, AtAuth, AtMail, AtRcpt, AtData, AtText, AtEnd, AtReset, AtQuit}
}

// StageOf is the stage of a command; "" for one that faults do not know.
func StageOf(v smtp.Verb) Stage {
	switch v {
	case smtp.HELO, smtp.EHLO, smtp.LHLO:
		return AtHello
	case smtp.MAIL, smtp.RCPT, smtp.DATA, smtp.RSET, smtp.QUIT, smtp.STARTTLS, smtp.AUTH:
		return Stage(v)
	}
	return ""
}

// CanStrike reports whether a fault of a session makes sense at a stage: before the greeting there is nothing to answer,
// and the text is followed by its end, whose reply is not the text's.
func (k Kind) CanStrike(at Stage) bool {
	switch k {
	case Reply, Drip, DropAfter, Close, CrashAfter:
		return at != AtConnect && (at != AtText || k == Reply || k == Drip)
	}
	return k.InSession()
}

// Million is the odds of what happens always.
const Million = 1_000_000

// Fault is one thing that goes wrong. Zero values mean what is written beside them.
type Fault struct {
	Kind  Kind
	At    time.Duration // true time since the start of the world
	Until time.Duration // 0: for good
	PPM   int64         // odds in a million; 0: always
	Times int           // so often, then no more; 0: always

	Host      string    // the server; of a zone: ""
	Link      [2]string // instead of Host, for faults of packets; with Host: all its links
	Port      uint16    // only this service; 0: all
	Command   Stage     // faults of a session; "": none, for a Crash at a time
	Recipient string    // RCPT only for this address, in any case; "": for all

	Reply         smtp.Reply
	Wait          time.Duration
	Down          time.Duration // of a crash: how long until the host is back; 0: for good
	QueueLost     bool          // of a crash: spool and mailboxes' states are gone
	BitsPerSecond int64
	How           string
	Name          string // of a DNS fault: the domain and all below it
	Offset        time.Duration
	DriftPPB      int64
	Remove, Add   []string // of a zone: "west.example. MX"; "west.example. 300 IN MX 10 mx2.west.example."
}

// InForce reports whether now lies in the window.
func (f *Fault) InForce(now time.Duration) bool {
	return now >= f.At && (f.Until == 0 || now < f.Until)
}

// Odds are the odds in a million.
func (f *Fault) Odds() int64 {
	if f.PPM == 0 {
		return Million
	}
	return f.PPM
}

// Moment is where a session is when a fault may strike.
type Moment struct {
	Local, Remote netip.AddrPort
	Stage         Stage
	Recipient     string // RCPT: the address
}

// Action is what strikes a session.
type Action struct {
	Kind  Kind
	Reply smtp.Reply
	Wait  time.Duration
	Crash func() // ends the host, and with it the caller when it next waits; Crash and CrashAfter only
}
