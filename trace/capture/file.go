package capture

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// File is a capture file under construction: nobody sees it at its place before Commit, and an old one stays until then.
type File struct {
	*Writer
	out  *os.File
	path string // where it will be
	temp string // where it is; "": written in place (a pipe or a device)
}

// CreateFile begins a capture file that will appear at path.
func CreateFile(path string, opts WriterOptions) (*File, error) {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real // renaming would replace the link
	}
	f := &File{path: path}
	var err error
	if info, e := os.Stat(path); e == nil && info.IsDir() {
		return nil, &fs.PathError{Op: "write", Path: path, Err: errors.New("is a directory, expected a file name")}
	} else if e == nil && !info.Mode().IsRegular() {
		f.out, err = os.OpenFile(path, os.O_WRONLY, 0)
	} else {
		err = f.temporary()
	}
	if err != nil {
		return nil, err
	}
	f.Writer = NewWriter(f.out, opts)
	return f, nil
}

// temporary makes a file of a name that nobody uses, beside path so that renaming is atomic.
func (f *File) temporary() (err error) {
	for i := range 100 {
		f.temp = fmt.Sprintf("%s.part%d", f.path, i)
		f.out, err = os.OpenFile(f.temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if !errors.Is(err, fs.ErrExist) {
			break
		}
	}
	if pe := (*fs.PathError)(nil); errors.As(err, &pe) {
		return &fs.PathError{Op: "create", Path: f.path, Err: pe.Err}
	}
	return err
}

// Commit lets the file appear whole; if anything failed before or fails now, it does not appear at all.
func (f *File) Commit() error {
	err := f.Flush()
	if e := f.out.Close(); err == nil {
		err = e
	}
	if err == nil && f.temp != "" {
		err = os.Rename(f.temp, f.path)
	}
	if err != nil {
		f.discard()
	}
	return err
}

// Abort throws the file away.
func (f *File) Abort() {
	_ = f.out.Close() // what was written does not count
	f.discard()
}

func (f *File) discard() {
	if f.temp != "" {
		_ = os.Remove(f.temp) // the error that led here matters more
	}
}

// WriteFile makes a capture file of what fill writes; if fill fails there is no file.
func WriteFile(path string, opts WriterOptions, fill func(*Writer) error) error {
	f, err := CreateFile(path, opts)
	if err != nil {
		return err
	}
	if err := fill(f.Writer); err != nil {
		f.Abort()
		return err
	}
	return f.Commit()
}
