package sim

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	gosmtp "github.com/emersion/go-smtp"
)

// BenchmarkBeside sends messages of 1 KB, in sessions of one and of ten, 16 at a time, with others' programs over loopback:
// go-smtp's client to its server, which throws them away, and Postfix's smtp-source to its smtp-sink, which has either one
// message in a session or all. They queue nothing, look nothing up, and store nothing; BenchmarkHosts does all of it, and
// is to be run beside.
func BenchmarkBeside(b *testing.B) {
	for _, session := range []int{1, 10} {
		b.Run(fmt.Sprintf("go-smtp-x%d", session), func(b *testing.B) { besideGoSMTP(b, session) })
	}
	b.Run("postfix-x1", func(b *testing.B) { besidePostfix(b) })
	b.Run("postfix-all-in-16-sessions", func(b *testing.B) { besidePostfix(b, "-d") })
}

// besideSessions is how many sessions are open at a time.
const besideSessions = 16

// hole takes mail and throws it away.
type hole struct{}

func (hole) NewSession(*gosmtp.Conn) (gosmtp.Session, error) { return hole{}, nil }
func (hole) Mail(string, *gosmtp.MailOptions) error          { return nil }
func (hole) Rcpt(string, *gosmtp.RcptOptions) error          { return nil }
func (hole) Reset()                                          {}
func (hole) Logout() error                                   { return nil }

func (hole) Data(r io.Reader) error {
	_, err := io.Copy(io.Discard, r)
	return err
}

func besideGoSMTP(b *testing.B, session int) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Skip("no loopback: ", err)
	}
	server := gosmtp.NewServer(hole{})
	server.Domain = "mx.example"
	go func() { _ = server.Serve(ln) }()
	defer server.Close()
	text := "Subject: x\r\n\r\n" + strings.ReplaceAll(benchBody(), "\n", "\r\n")
	resetPeak()
	b.ReportAllocs()
	b.ResetTimer()
	began := cpuTime()
	var all sync.WaitGroup
	failed := make([]error, besideSessions)
	for i := range besideSessions {
		count := b.N*(i+1)/besideSessions - b.N*i/besideSessions
		all.Go(func() {
			for ; count > 0 && failed[i] == nil; count -= session {
				failed[i] = goSMTP(ln.Addr().String(), text, min(session, count))
			}
		})
	}
	all.Wait()
	b.StopTimer()
	if err := errors.Join(failed...); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "msg/s")
	b.ReportMetric(float64(b.N)/(cpuTime()-began).Seconds(), "msg/core-s")
	b.ReportMetric(float64(peak())/1e6, "peak-MB")
}

// goSMTP sends count messages in one session.
func goSMTP(server, text string, count int) error {
	c, err := gosmtp.Dial(server)
	if err != nil {
		return err
	}
	defer c.Close()
	for range count {
		if err := c.SendMail("bob@d0.example", []string{"bob@d1.example"}, strings.NewReader(text)); err != nil {
			return err
		}
	}
	return c.Quit()
}

// besidePostfix runs smtp-source against smtp-sink.
func besidePostfix(b *testing.B, options ...string) {
	sink, err := exec.LookPath("smtp-sink")
	source, err2 := exec.LookPath("smtp-source")
	if err = errors.Join(err, err2); err != nil {
		b.Skip("Postfix's test programs are not installed: ", err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Skip("no loopback: ", err)
	}
	address := ln.Addr().String() // free in a moment
	ln.Close()
	server := exec.Command(sink, "-u", "nobody", "-h", "mx.example", address, "256")
	if err := server.Start(); err != nil {
		b.Skip("smtp-sink: ", err)
	}
	defer func() { _, _ = server.Process.Kill(), server.Wait() }()
	if err := greeted(address); err != nil {
		b.Skip("smtp-sink does not greet: ", err)
	}
	args := append(options, "-s", strconv.Itoa(besideSessions), "-m", strconv.Itoa(b.N), "-l", strconv.Itoa(len(benchBody())),
		"-f", "bob@d0.example", "-t", "bob@d1.example", address)
	b.ResetTimer()
	if out, err := exec.Command(source, args...).CombinedOutput(); err != nil {
		b.Fatalf("smtp-source: %v: %s", err, out)
	}
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "msg/s")
}

// greeted waits for a server's greeting.
func greeted(address string) error {
	var last error
	for range 100 {
		c, err := net.Dial("tcp", address)
		if err == nil {
			_, err = bufio.NewReader(c).ReadString('\n')
			c.Close()
		}
		if last = err; err == nil {
			return nil
		}
		time.Sleep(20 * time.Millisecond)
	}
	return last
}
