//go:build !windows

package main

import (
	"errors"
	"syscall"
)

// isClosedPipe says that the reader of a pipe is gone. On standard output the signal SIGPIPE ends the process before.
func isClosedPipe(err error) bool { return errors.Is(err, syscall.EPIPE) }
