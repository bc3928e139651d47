package vnet

import (
	"slices"
	"strings"

	"github.com/smtpsim/smtpsim/sim/host"
)

// store is a host's disk in memory. A Put is whole or not at all; a crash does not touch it.
type store struct {
	host  *Host
	files map[string][]byte
	used  int64
	limit int64 // octets; 0: none
}

// Put writes a file whole and keeps data itself. ErrDiskFull leaves the old content; ErrClosed when the world has ended or the host is crashing.
func (s *store) Put(name string, data []byte) error {
	if s.host.gone() {
		return host.ErrClosed
	}
	used := s.used - int64(len(s.files[name])) + int64(len(data))
	if s.limit > 0 && used > s.limit {
		return host.ErrDiskFull
	}
	s.files[name] = data
	s.used = used
	return nil
}

// Get gives a copy of a file, or ErrNotFound.
func (s *store) Get(name string) ([]byte, error) {
	data, ok := s.files[name]
	if !ok {
		return nil, host.ErrNotFound
	}
	return slices.Clone(data), nil
}

// Delete removes a file; ErrNotFound if there is none.
func (s *store) Delete(name string) error {
	data, ok := s.files[name]
	switch {
	case s.host.gone():
		return host.ErrClosed
	case !ok:
		return host.ErrNotFound
	}
	s.used -= int64(len(data))
	delete(s.files, name)
	return nil
}

// List names the files that start with prefix, sorted.
func (s *store) List(prefix string) []string {
	var names []string
	for name := range s.files {
		if strings.HasPrefix(name, prefix) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// SetStoreLimit changes the size of a host's disk; what is there stays. 0 means no limit.
func (n *Network) SetStoreLimit(name string, octets int64) { n.mustHost(name).store.limit = octets }
