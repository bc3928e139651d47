package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"

	"github.com/smtpsim/smtpsim/sim"
	"github.com/smtpsim/smtpsim/trace"
)

// runFiles are the files that a run writes beside what it prints. Both are begun before anything happens, so that a name that
// cannot be written costs no run, and appear whole at its end.
type runFiles struct {
	packets *worldCapture // nil: no --pcap
	journal *wholeFile    // nil: no --journal
	release func()        // an interrupt no longer takes them away and ends the program
}

func (a *app) openRunFiles(f runFlags) (*runFiles, error) {
	r := &runFiles{}
	r.release = sync.OnceFunc(onInterrupt(r.abort))
	if f.pcap != "" {
		r.packets = &worldCapture{path: f.pcap}
		if err := r.packets.open(); err != nil {
			r.release()
			return nil, a.outputError("--pcap", f.pcap, err)
		}
	}
	if f.journal != "" {
		var err error
		if r.journal, err = createWhole(f.journal); err != nil {
			r.abort()
			r.release()
			return nil, a.outputError("--journal", f.journal, err)
		}
	}
	return r, nil
}

// sinks are what the capture is fed from.
func (r *runFiles) sinks() sim.Sinks {
	if r.packets == nil {
		return sim.Sinks{}
	}
	return sim.Sinks{Packet: r.packets.packet, Secrets: r.packets.secrets}
}

// commit writes what a world leaves and lets the files appear.
func (r *runFiles) commit(a *app, w *sim.World) error {
	if r.packets != nil {
		if err := r.packets.commit(); err != nil {
			return a.outputError("--pcap", r.packets.path, err)
		}
	}
	if r.journal != nil {
		if err := r.journal.commit(w.Journal().Append(nil)); err != nil {
			return a.outputError("--journal", r.journal.path, err)
		}
	}
	return nil
}

// abort takes away what was not committed.
func (r *runFiles) abort() {
	if r.packets != nil {
		r.packets.abort()
	}
	if r.journal != nil {
		r.journal.abort()
	}
}

// captures describes the capture that was written, for JSON.
func (r *runFiles) captures() []trace.Capture {
	if r.packets == nil {
		return nil
	}
	return []trace.Capture{r.packets.describe()}
}

// wholeFile is a file that appears whole or not at all.
type wholeFile struct {
	path string
	part *os.File // nil: committed or given up
	real string   // path without symbolic links: the link stays
}

func createWhole(path string) (*wholeFile, error) {
	w := &wholeFile{path: path, real: path}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		w.real = real
	}
	if st, err := os.Stat(w.real); err == nil && st.IsDir() {
		return nil, &fs.PathError{Op: "write", Path: path, Err: syscall.EISDIR}
	}
	var err error
	w.part, err = createPart(w.real)
	return w, err
}

// commit writes everything and gives the file its name.
func (w *wholeFile) commit(b []byte) error {
	f := w.part
	w.part = nil
	_, err := f.Write(b)
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), w.real)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}

func (w *wholeFile) abort() {
	if w.part != nil {
		w.part.Close()
		os.Remove(w.part.Name())
		w.part = nil
	}
}

// outputError says what is wrong with a file that a flag wants written.
func (a *app) outputError(flag, name string, err error) error {
	st, statErr := os.Stat(name)
	switch {
	case statErr == nil && st.IsDir():
		return a.fail(err, "error.output.directory", "flag", flag, "file", name)
	case errors.Is(err, fs.ErrNotExist):
		return a.fail(err, "error.output.missing", "flag", flag, "file", name)
	case errors.Is(err, fs.ErrPermission):
		return a.fail(err, "error.output.permission", "flag", flag, "file", name)
	}
	return a.fail(err, "error.output", "flag", flag, "file", name, "why", a.why(err))
}

// why is the cause of an error of the file system without the operation and the name.
func (a *app) why(err error) string {
	var path *fs.PathError
	var link *os.LinkError
	switch {
	case errors.Is(err, fs.ErrPermission):
		return a.t("why.permission")
	case errors.Is(err, syscall.ENOTDIR):
		return a.t("why.notdir")
	case errors.Is(err, syscall.EROFS):
		return a.t("why.readonly")
	case errors.Is(err, syscall.ENOSPC):
		return a.t("why.full")
	case errors.As(err, &path):
		return path.Err.Error()
	case errors.As(err, &link):
		return link.Err.Error()
	}
	return err.Error()
}

// namedFile is a file that a flag has written.
type namedFile struct{ flag, name string }

// distinct refuses to write one file twice, or one that is an input. Files that are not given have no name, "-" is no file.
func (a *app) distinct(written []namedFile, inputs ...string) error {
	for i, f := range written {
		others := slices.Clone(inputs)
		for _, o := range written[:i] {
			others = append(others, o.name)
		}
		for _, o := range others {
			if f.name != "" && f.name != "-" && o != "" && o != "-" && sameFile(f.name, o) {
				return a.usage("error.output.same", "flag", f.flag, "file", f.name)
			}
		}
	}
	return nil
}

// sameFile reports whether two names are of one file, or will be.
func sameFile(x, y string) bool {
	sx, errX := os.Stat(x)
	sy, errY := os.Stat(y)
	if errX == nil && errY == nil {
		return sx.Mode().IsRegular() && os.SameFile(sx, sy) // two times /dev/null is no mistake
	}
	ax, errX := filepath.Abs(x)
	ay, errY := filepath.Abs(y)
	return errX == nil && errY == nil && ax == ay
}
