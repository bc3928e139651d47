package vnet

import (
	"errors"
)

// Ports that a host gives out by itself: the range Linux uses.
const (
	firstPort = 32768
	portCount = 28232
)

var errNoPort = errors.New("cannot assign requested address: no free port")

// errInUse is what Listen and ListenUDP give for a port that is taken.
var errInUse = errors.New("address already in use")

// portSet knows which of the ports a host gives out are in use by connections.
type portSet struct {
	used [portCount/portPage + 1]*[portPage / 64]uint64 // pages of bits; nil: all are free
	last int
	busy int
}

// portPage is how many ports are noted in one piece of memory.
const portPage = 512

// take gives the next free port in a circle, so that a port rests as long as possible.
func (s *portSet) take() (uint16, bool) {
	if s.busy == portCount {
		return 0, false
	}
	for {
		s.last++
		if s.last >= firstPort+portCount {
			s.last = firstPort
		}
		i := s.last - firstPort
		page := &s.used[i/portPage]
		if *page == nil {
			*page = new([portPage / 64]uint64)
		}
		if word, bit := &(*page)[i%portPage/64], uint64(1)<<(i%64); *word&bit == 0 {
			*word |= bit
			s.busy++
			return uint16(s.last), true
		}
	}
}

func (s *portSet) release(port uint16) {
	i := int(port) - firstPort
	s.used[i/portPage][i%portPage/64] &^= 1 << (i % 64)
	s.busy--
}
