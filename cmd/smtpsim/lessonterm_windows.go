package main

import (
	"os"
	"syscall"
)

// enableEscapes is the bit of a console's mode for output with escape sequences (ENABLE_VIRTUAL_TERMINAL_PROCESSING).
const enableEscapes = 0x0004

// escapes asks the console to obey escape sequences, which line editing needs; false: this one is too old.
func escapes(screen *os.File) bool {
	var mode uint32
	if err := syscall.GetConsoleMode(syscall.Handle(screen.Fd()), &mode); err != nil {
		return false
	}
	set := syscall.NewLazyDLL("kernel32.dll").NewProc("SetConsoleMode")
	ok, _, _ := set.Call(screen.Fd(), uintptr(mode|enableEscapes))
	return ok != 0
}
