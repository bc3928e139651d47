package realnet

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/smtpsim/smtpsim/sim/host"
)

// nameMax is the longest file name that common file systems take, in octets.
const nameMax = 255

const hexDigits = "0123456789ABCDEF"

// store keeps each name in a file of one flat directory. Names may come from mail addresses, so all but a few characters
// are written as %XX: no name leads out of the directory, none starts with a dot.
type store struct{ dir string }

func fileName(name string) string {
	var b strings.Builder
	for i := range len(name) {
		c := name[i]
		switch {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', strings.IndexByte("-_@+=,", c) >= 0, c == '.' && i > 0:
			b.WriteByte(c)
		default: // upper case too: there are file systems that do not tell cases apart
			b.WriteByte('%')
			b.WriteByte(hexDigits[c>>4])
			b.WriteByte(hexDigits[c&15])
		}
	}
	return b.String()
}

func realName(file string) (string, bool) {
	var b strings.Builder
	for i := 0; i < len(file); i++ {
		if file[i] != '%' {
			b.WriteByte(file[i])
			continue
		}
		if i+2 >= len(file) {
			return "", false
		}
		hi, lo := strings.IndexByte(hexDigits, file[i+1]), strings.IndexByte(hexDigits, file[i+2])
		if hi < 0 || lo < 0 {
			return "", false
		}
		b.WriteByte(byte(hi<<4 | lo))
		i += 2
	}
	return b.String(), file != "" && file[0] != '.'
}

func (s *store) path(name string) (string, error) {
	file := fileName(name)
	switch {
	case s.dir == "":
		return "", errors.New("this host has no directory to store in")
	case file == "" || len(file) > nameMax:
		return "", fmt.Errorf("store: name of %d octets, want 1 to %d (as %%XX)", len(name), nameMax)
	}
	return filepath.Join(s.dir, file), nil
}

// Put writes a new file beside the old one, makes it safe and renames it.
func (s *store) Put(name string, data []byte) error {
	path, err := s.path(name)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return storeError(err)
	}
	f, err := os.CreateTemp(s.dir, ".put-*")
	if err != nil {
		return storeError(err)
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
		return storeError(err)
	}
	if d, err := os.Open(s.dir); err == nil { // the rename itself; not all systems can
		d.Sync()
		d.Close()
	}
	return nil
}

func (s *store) Get(name string) ([]byte, error) {
	path, err := s.path(name)
	if err != nil {
		return nil, err
	}
	data, err := os.ReadFile(path)
	return data, storeError(err)
}

func (s *store) Delete(name string) error {
	path, err := s.path(name)
	if err != nil {
		return err
	}
	return storeError(os.Remove(path))
}

// List gives the names with prefix, sorted; what else lies in the directory is passed over.
func (s *store) List(prefix string) []string {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return nil
	}
	var names []string
	for _, e := range entries {
		if name, ok := realName(e.Name()); ok && e.Type().IsRegular() && strings.HasPrefix(name, prefix) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func storeError(err error) error {
	switch {
	case errors.Is(err, os.ErrNotExist):
		return fmt.Errorf("%w: %w", host.ErrNotFound, err)
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return fmt.Errorf("%w: %w", host.ErrDiskFull, err)
	}
	return err
}
