package persona

import (
	"math/rand/v2"
	"strconv"
	"sync/atomic"
	"time"
)

// IDStyle is how queue ids look.
type IDStyle uint8

const (
	HexID      IDStyle = iota // Postfix with short ids: microseconds and inode in hexadecimal, "41A8B4F5C94"
	Base62ID                  // Exim: time, process and fraction in base 62, "1xUpsm-0007o0-0L"
	Hex8ID                    // OpenSMTPD: 32 random bits in hexadecimal, "1d2f8c55"
	SendmailID                // Sendmail 8.10 and later: year, month, day, hour, minute, second, envelope and process, "6ALIWTs3012345"
	DecimalID                 // qmail: time and process, "1795286104 qp 12345"
)

//house:table constant
var idStyles = [...]string{"hex", "base62", "hex8", "sendmail", "decimal"}

// IDs makes the queue ids of one spool. Ids of one IDs differ for at least 2^22 messages, whatever the clock does.
type IDs struct {
	style IDStyle
	first uint32
	n     atomic.Uint32
}

// NewIDs begins a row of ids; r gives it a random start.
func (p *Persona) NewIDs(r *rand.Rand) *IDs { return &IDs{style: p.IDStyle, first: r.Uint32()} }

// Next is the next id; now is the host's clock.
func (ids *IDs) Next(now time.Time) string {
	n := ids.first + ids.n.Add(1)
	switch ids.style {
	case Base62ID:
		return base62ID(now, n)
	case Hex8ID:
		var b [8]byte
		return string(appendBase(b[:0], uint64(n*0x9E3779B1), 16, 8)) // an odd factor permutes the 32 bits
	case SendmailID:
		return sendmailID(now, n)
	case DecimalID:
		return strconv.FormatInt(now.Unix(), 10) + " qp " + strconv.FormatUint(uint64(n%(1<<23)), 10)
	}
	return hexID(now, n)
}

// sendmailID is seven digits of time in base 60, then two of the envelope in the second and the process (src/queue.c).
func sendmailID(now time.Time, n uint32) string {
	const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwx"
	now = now.UTC()
	at := [...]int{now.Year() % 60, int(now.Month()) - 1, now.Day(), now.Hour(), now.Minute(), now.Second(), int(n>>22) % 60}
	var b [14]byte
	for i, v := range at {
		b[i] = digits[v]
	}
	appendBase(b[:7], uint64(n%(1<<22)), 10, 7)
	return string(b[:])
}

// hexID is five digits of microseconds, then the "inode": six digits with the first not zero, as on a real disk.
func hexID(now time.Time, n uint32) string {
	var b [11]byte
	appendBase(b[:0], uint64(now.Nanosecond()/1000), 16, 5)
	inode := 0x800000 | n*0x9E3779&0x7FFFFF // an odd factor permutes the 23 bits
	appendBase(b[:5], uint64(inode), 16, 6)
	return string(b[:])
}

// base62ID is six digits of seconds, six of the process, two of the fraction of a second in 1/2000 (Exim 4.96).
func base62ID(now time.Time, n uint32) string {
	var b [16]byte
	appendBase(b[:0], uint64(now.Unix()), 62, 6)
	b[6] = '-'
	appendBase(b[:7], uint64(n%(1<<22)), 62, 6)
	b[13] = '-'
	appendBase(b[:14], uint64(now.Nanosecond()/500_000), 62, 2)
	return string(b[:])
}

// appendBase writes v with exactly width digits, the highest ones cut off.
func appendBase(dst []byte, v uint64, base uint64, width int) []byte {
	const hex, alnum = "0123456789ABCDEF", "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	digits := alnum
	if base == 16 {
		digits = hex
	}
	start := len(dst)
	dst = dst[:start+width]
	for i := start + width - 1; i >= start; i-- {
		dst[i] = digits[v%base]
		v /= base
	}
	return dst
}
