package main

import (
	"bufio"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"
)

// output is where a command prints: standard output, or a file that gets its name only when it is whole.
type output struct {
	*bufio.Writer
	file *os.File // nil: standard output
	path string   // the name it will get
	part bool     // file is to be renamed
	stop func()   // no longer wait for an interrupt
}

const outputBuffer = 64 << 10

// open gives the stream to print to; run closes it. inputs are files that --out must not replace.
func (a *app) open(inputs ...string) (io.Writer, error) {
	if a.flags.out == "" || a.flags.out == "-" {
		a.output = &output{Writer: bufio.NewWriterSize(a.out, outputBuffer)}
		return a.output, nil
	}
	path := a.flags.out
	if real, err := filepath.EvalSymlinks(path); err == nil { // keep the link, replace what it names
		path = real
	}
	old, err := os.Stat(path)
	switch {
	case err == nil && old.IsDir():
		return nil, a.fail(nil, "error.out.directory", "file", a.flags.out)
	case err == nil && !old.Mode().IsRegular(): // a device or a pipe takes what comes
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return nil, a.fileError(a.flags.out, err)
		}
		a.output = &output{Writer: bufio.NewWriterSize(f, outputBuffer), file: f, path: path}
		return a.output, nil
	case err == nil:
		for _, in := range inputs {
			if other, err := os.Stat(in); err == nil && os.SameFile(old, other) {
				return nil, a.usage("error.out.input", "file", a.flags.out)
			}
		}
	}
	f, err := createPart(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, a.fail(err, "error.out.missing", "file", a.flags.out)
	}
	if err != nil {
		return nil, a.fileError(a.flags.out, err)
	}
	a.output = &output{Writer: bufio.NewWriterSize(f, outputBuffer), file: f, path: path, part: true}
	a.output.stop = a.removeOnInterrupt(f.Name())
	return a.output, nil
}

// createPart makes a new file beside path, with the permissions that a new file gets.
func createPart(path string) (*os.File, error) {
	var f *os.File
	var err error
	for i := range 100 {
		name := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".part"+strconv.Itoa(i))
		f, err = os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if !os.IsExist(err) {
			return f, err
		}
	}
	return f, err
}

// removeOnInterrupt sees to it that Ctrl-C leaves no unfinished file.
func (a *app) removeOnInterrupt(name string) (stop func()) {
	signals, done := make(chan os.Signal, 1), make(chan struct{})
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		select {
		case <-signals:
			os.Remove(name)
			os.Exit(130)
		case <-done:
		}
	}()
	return func() {
		signal.Stop(signals)
		close(done)
	}
}

// commit ends the output: everything is written, a file gets its name.
func (a *app) commit() error {
	o := a.output
	if o == nil {
		return nil
	}
	err := o.Flush()
	if o.file == nil {
		a.output = nil
		return err
	}
	if closing := o.file.Close(); err == nil {
		err = closing
	}
	if err == nil && o.part {
		err = os.Rename(o.file.Name(), o.path)
	}
	if err != nil {
		return a.fileError(a.flags.out, err)
	}
	a.release()
	return nil
}

// discard forgets an output that was not committed: no half-written file stays.
func (a *app) discard() {
	if o := a.output; o != nil && o.part {
		o.file.Close()
		os.Remove(o.file.Name())
	}
	a.release()
}

func (a *app) release() {
	if a.output != nil && a.output.stop != nil {
		a.output.stop()
	}
	a.output = nil
}
