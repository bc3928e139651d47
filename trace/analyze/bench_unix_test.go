//go:build unix

package analyze

import (
	"syscall"
	"time"
)

// cpuTime is what the process has used of processors so far: other work on the machine does not count.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
