package dialogue

import "github.com/smtpsim/smtpsim/trace"

// Options bound what a Dialogue keeps. Zero values mean the defaults given here; all sizes are octets.
type Options struct {
	// Mail says that the connection is known to be SMTP or LMTP: nothing is held back to find out.
	Mail bool
	// Silent says that nobody wants events: none is made, Recorder.Event is never called.
	Silent bool
	// Lend says that the Recorder keeps no event: each is valid during the call only, and none is put into the session.
	Lend bool
	// Texts remembers what is said again and again, over all Dialogues of one goroutine that are given it; nil: nothing is.
	Texts *Texts
	// Upgrader opens TLS; nil: what comes after a handshake is opaque.
	Upgrader Upgrader

	MaxLine         int // kept of one line; 16 KiB, which holds the longest AUTH line (RFC 4954 §4)
	MaxPending      int // held back of the client while a reply must decide; 64 KiB
	MaxHeader       int // of a header section, read for Transaction.Message; 64 KiB
	MaxExpected     int // commands that wait for their reply; 4096
	MaxEvents       int // kept in Session.Events; 20,000; negative: none. Recorder.Event is told of all
	MaxTransactions int // kept in a session; 10,000
	MaxRecipients   int // kept in a transaction; 10,000
	MaxChunks       int // BDAT sizes kept in a body; 1,000
	MaxFindings     int // kept in a session; 100
	MaxKept         int // octets of lines and texts kept in a session; 16 MiB
}

func (o Options) withDefaults() Options {
	set := func(field *int, value int) {
		if *field == 0 {
			*field = value
		}
	}
	set(&o.MaxLine, 16<<10)
	set(&o.MaxPending, 64<<10)
	set(&o.MaxHeader, 64<<10)
	set(&o.MaxExpected, 4096)
	set(&o.MaxEvents, 20_000)
	set(&o.MaxTransactions, 10_000)
	set(&o.MaxRecipients, 10_000)
	set(&o.MaxChunks, 1_000)
	set(&o.MaxFindings, 100)
	set(&o.MaxKept, 16<<20)
	return o
}

// Upgrader opens TLS connections (trace/tlsrec implements it from secrets).
type Upgrader interface {
	// Upgrade is called when TLS begins on a connection; nil: it stays opaque.
	Upgrade(trace.Flow) Opener
}

// Witness is an Opener that knows more of the handshake than the hellos show.
type Witness interface {
	// Finish is called once, at the end of the connection: it adds to info, and gives the description of an encrypted alert
	// (RFC 8446 §6; 0: none) and findings.
	Finish(info *trace.TLSInfo) (alert byte, found []trace.Finding)
}

// Opener turns the ciphertext of one connection into its plaintext.
type Opener interface {
	// Open takes the next chunk of ciphertext and appends what has become readable, in order, to dst: chunks of
	// the same packets with TLS set, valid until the next call. ok is false when it cannot follow any more.
	Open(dst []trace.Chunk, c trace.Chunk) (plain []trace.Chunk, ok bool)
}
