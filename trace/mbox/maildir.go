package mbox

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
)

// MaxMaildir is how many files of a Maildir are listed.
const MaxMaildir = 1_000_000

// ErrNoMaildir says that a directory has no "cur" and "new" in it.
var ErrNoMaildir = errors.New("not a Maildir: it has no directories \"cur\" and \"new\"")

// Maildir lists the messages of the Maildir dir: slash-separated names below dir, "cur/.." before "new/..", each sorted, so
// oldest first where names begin with the time of delivery. The error wraps ErrNoMaildir or comes from fsys.
func Maildir(fsys fs.FS, dir string) ([]string, error) {
	var names []string
	for _, sub := range [...]string{"cur", "new"} {
		entries, err := fs.ReadDir(fsys, path.Join(dir, sub))
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%s: %w", dir, ErrNoMaildir)
		}
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if e.Name()[0] != '.' && !e.IsDir() {
				names = append(names, path.Join(sub, e.Name()))
			}
		}
		if len(names) > MaxMaildir {
			return nil, fmt.Errorf("%s: more than %d messages", dir, MaxMaildir)
		}
	}
	slices.Sort(names)
	return names, nil
}
