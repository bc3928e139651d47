package node

import (
	"slices"
	"strings"
	"sync"

	"github.com/smtpsim/smtpsim/codes/smtp"
)

// script is the scripted replies that are still to be given.
type script struct {
	mu      sync.Mutex
	replies []Reply
}

func (s *script) set(replies []Reply) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.replies = slices.Clone(replies)
}

// empty reports whether nothing is scripted.
func (s *script) empty() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.replies) == 0
}

// take is the first reply that applies; nil if none does. One that has been given often enough is taken out.
func (s *script) take(at Stage, recipient string) *smtp.Reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.replies {
		r := &s.replies[i]
		if r.At != at || r.Recipient != "" && !strings.EqualFold(r.Recipient, recipient) {
			continue
		}
		reply := r.Reply
		if r.Times > 0 {
			if r.Times--; r.Times == 0 {
				s.replies = slices.Delete(s.replies, i, i+1)
			}
		}
		return &reply
	}
	return nil
}
