package vnet

import (
	"slices"
	"strings"

	"github.com/smtpsim/smtpsim/sim/host"
)

// store is a host's disk in memory. A Put is whole or not at all; a crash does not touch it.
type store struct {
	host  *Host
	files map[string]folder // by what stands before the first slash: a busy spool is not slowed down by full mailboxes
	used  int64
	limit int64 // octets; 0: none
	fault func(file string) error
}

// folder is some of the files, under their full names.
type folder map[string][]byte

func (s *store) folder(name string) folder {
	top, _, _ := strings.Cut(name, "/")
	return s.files[top]
}

// Put writes a file whole and keeps data itself. ErrDiskFull leaves the old content; ErrClosed when the world has ended or
// the host is crashing.
func (s *store) Put(name string, data []byte) error {
	if s.host.gone() {
		return host.ErrClosed
	}
	if s.fault != nil {
		if err := s.fault(name); err != nil {
			return err
		}
	}
	f := s.folder(name)
	used := s.used - int64(len(f[name])) + int64(len(data))
	if s.limit > 0 && used > s.limit {
		return host.ErrDiskFull
	}
	if f == nil {
		f = folder{}
		top, _, _ := strings.Cut(name, "/")
		s.files[top] = f
	}
	f[name] = data
	s.used = used
	return nil
}

// Get gives a copy of a file, or ErrNotFound.
func (s *store) Get(name string) ([]byte, error) {
	data, ok := s.folder(name)[name]
	if !ok {
		return nil, host.ErrNotFound
	}
	return slices.Clone(data), nil
}

// Delete removes a file; ErrNotFound if there is none.
func (s *store) Delete(name string) error {
	f := s.folder(name)
	data, ok := f[name]
	switch {
	case s.host.gone():
		return host.ErrClosed
	case !ok:
		return host.ErrNotFound
	}
	s.used -= int64(len(data))
	delete(f, name)
	return nil
}

// List names the files that start with prefix, sorted.
func (s *store) List(prefix string) []string {
	var names []string
	for _, f := range s.files {
		for name := range f {
			if strings.HasPrefix(name, prefix) {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return names
}

// SetStoreLimit changes the size of a host's disk; what is there stays. 0 means no limit.
func (n *Network) SetStoreLimit(name string, octets int64) { n.mustHost(name).store.limit = octets }
