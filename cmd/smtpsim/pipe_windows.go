package main

import (
	"errors"
	"syscall"
)

// isClosedPipe says that the reader of a pipe is gone.
func isClosedPipe(err error) bool {
	const errorNoData = syscall.Errno(232)
	return errors.Is(err, syscall.ERROR_BROKEN_PIPE) || errors.Is(err, errorNoData) || errors.Is(err, syscall.EPIPE)
}
