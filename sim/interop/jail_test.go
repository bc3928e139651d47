package interop

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// jail is a root directory of a server's own: OpenSMTPD and Exim have paths and users compiled in.
type jail struct {
	dir string
}

// program is a server that .ci/run has unpacked.
func program(t *testing.T, name string) string {
	t.Helper()
	place := os.Getenv("SMTPSIM_MTA")
	if place == "" {
		place = "/opt/smtpsim-mta"
	}
	path := filepath.Join(place, name)
	if _, err := os.Stat(path); err != nil {
		missing(t, path+" is not there: .ci/run unpacks it")
	}
	if os.Getuid() != 0 {
		missing(t, name+" can only be started by root")
	}
	return path
}

// libraries are the shared ones as ldd tells them.
var libraries = regexp.MustCompile(`(/\S+) \(0x`)

// install copies programs and the libraries that they need: each is where it comes from and where it goes to.
func (j *jail) install(t *testing.T, programs map[string]string) {
	t.Helper()
	for from, to := range programs {
		out, err := exec.Command("ldd", from).CombinedOutput()
		if err != nil || strings.Contains(string(out), "not found") {
			missing(t, from+": a library is missing:\n"+string(out))
		}
		j.copy(t, from, to)
		for _, lib := range libraries.FindAllStringSubmatch(string(out), -1) {
			j.copy(t, lib[1], lib[1])
		}
	}
}

func (j *jail) copy(t *testing.T, from, to string) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(j.dir, to)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o755); err != nil {
		t.Fatal(err)
	}
}

// folder makes a directory that uid owns.
func (j *jail) folder(t *testing.T, path string, uid int, mode os.FileMode) {
	t.Helper()
	path = filepath.Join(j.dir, path)
	if err := os.MkdirAll(path, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(path, uid, uid); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

// command is one that runs inside.
func (j *jail) command(args ...string) *exec.Cmd {
	return &exec.Cmd{Path: args[0], Args: args, Dir: "/", Env: []string{"PATH=/usr/sbin:/bin"},
		SysProcAttr: &syscall.SysProcAttr{Chroot: j.dir}}
}

// start runs a server inside until the test ends; what it says goes to a file.
func (j *jail) start(t *testing.T, log string, args ...string) {
	t.Helper()
	out, err := os.Create(filepath.Join(j.dir, log))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	c := j.command(args...)
	c.Stdout, c.Stderr = out, out
	if err := c.Start(); err != nil {
		missing(t, "no root directory of one's own: "+err.Error())
	}
	t.Cleanup(func() {
		_ = c.Process.Signal(syscall.SIGTERM)
		done := make(chan struct{})
		go func() { _ = c.Wait(); close(done) }()
		select {
		case <-done:
		case <-time.After(5 * time.Second):
		}
		for range 50 { // its children, however they have detached themselves
			if j.kill() == 0 {
				break
			}
			time.Sleep(20 * time.Millisecond)
		}
		<-done
	})
}

// kill ends the processes whose root directory is in the jail, and counts them.
func (j *jail) kill() (n int) {
	all, _ := filepath.Glob("/proc/[0-9]*/root")
	for _, link := range all {
		root, err := os.Readlink(link)
		if err != nil || root != j.dir && !strings.HasPrefix(root, j.dir+"/") {
			continue
		}
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(link))); err == nil {
			_ = syscall.Kill(pid, syscall.SIGKILL)
			n++
		}
	}
	return n
}

func (j *jail) chmod(t *testing.T, path string, mode uint32) {
	t.Helper()
	if err := syscall.Chmod(filepath.Join(j.dir, path), mode); err != nil { // not os.Chmod: its mode has no plain setuid bit
		t.Fatal(err)
	}
}
