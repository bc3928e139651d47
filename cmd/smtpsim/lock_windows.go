package main

import (
	"errors"
	"os"
	"syscall"
)

// errorSharingViolation is what Windows says when somebody else has the file (ERROR_SHARING_VIOLATION).
const errorSharingViolation = syscall.Errno(32)

// lockFile opens a file that only one process has at a time: it is shared with nobody until the process ends.
func lockFile(path string) (*os.File, error) {
	name, err := syscall.UTF16PtrFromString(path)
	if err != nil {
		return nil, err
	}
	h, err := syscall.CreateFile(name, syscall.GENERIC_WRITE, 0, nil, syscall.OPEN_ALWAYS, syscall.FILE_ATTRIBUTE_NORMAL, 0)
	if errors.Is(err, errorSharingViolation) {
		return nil, errLocked
	}
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: path, Err: err}
	}
	return os.NewFile(uintptr(h), path), nil
}
