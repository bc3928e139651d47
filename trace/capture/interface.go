package capture

import (
	"fmt"
	"math"
	"math/bits"

	"github.com/smtpsim/smtpsim/trace"
)

// Options of an Interface Description Block (draft-ietf-opsawg-pcapng §4.2).
const (
	optionEnd      = 0
	optionTSResol  = 9
	optionTSOffset = 14
)

// describe reads an Interface Description Block.
func (p *pcapng) describe(at int64, b []byte) error {
	if len(b) < 8 {
		return &broken{at, fmt.Sprintf("an interface description has %s, expected at least 8", octets(len(b)))}
	}
	if len(p.ifaces) >= maxInterfaces {
		return &broken{at, fmt.Sprintf("a section describes more than %d interfaces", maxInterfaces)}
	}
	i := iface{link: linkType(p.order.Uint16(b)), snap: p.order.Uint32(b[4:]), unit: unitOf(6, 0)}
	resol, offset := byte(6), int64(0)
	for b = b[8:]; len(b) >= 4; {
		code, n := p.order.Uint16(b), int(p.order.Uint16(b[2:]))
		b = b[4:]
		if code == optionEnd || n > len(b) {
			break
		}
		switch {
		case code == optionTSResol && n == 1:
			resol = b[0]
		case code == optionTSOffset && n == 8:
			offset = int64(p.order.Uint64(b))
		}
		b = b[min(len(b), (n+3)&^3):]
	}
	i.unit = unitOf(resol, offset)
	p.r.linked(i.link)
	p.ifaces = append(p.ifaces, i)
	return nil
}

const second = int64(1_000_000_000) // in nanoseconds

// timeUnit turns an interface's time stamps into nanoseconds: stamp*mul/div + offset.
type timeUnit struct {
	mul, div uint64
	offset   int64 // nanoseconds
	bad      bool  // the unit or offset cannot be represented
}

// unitOf reads if_tsresol (the high bit: a power of 2, else of 10) and if_tsoffset (seconds).
func unitOf(resol byte, offset int64) timeUnit {
	u := timeUnit{mul: 1, div: 1}
	exp := int(resol & 0x7f)
	switch {
	case resol&0x80 != 0 && exp < 64:
		u.mul, u.div = 1e9, 1<<exp
	case resol&0x80 == 0 && exp <= 9:
		for ; exp < 9; exp++ {
			u.mul *= 10
		}
	case resol&0x80 == 0 && exp <= 9+19:
		for ; exp > 9; exp-- {
			u.div *= 10
		}
	default:
		u.bad = true
	}
	if offset > math.MaxInt64/second || offset < math.MinInt64/second {
		u.bad = true
	}
	u.offset = offset * second
	return u
}

// time converts a stamp; what lies outside of 1678 to 2262 is not known.
func (u *timeUnit) time(stamp uint64) trace.Time {
	if u.mul == 1 && u.div == 1 && u.offset == 0 && !u.bad && stamp <= math.MaxInt64 {
		return trace.Time(stamp)
	}
	hi, lo := bits.Mul64(stamp, u.mul)
	if u.bad || hi >= u.div {
		return 0
	}
	q, _ := bits.Div64(hi, lo, u.div)
	if q > math.MaxInt64 || (u.offset > 0 && int64(q) > math.MaxInt64-u.offset) {
		return 0
	}
	return trace.Time(int64(q) + u.offset)
}
