package main

import (
	"fmt"
	"os"
	"strconv"
	"time"
)

const (
	progressAfter = time.Second // quicker work needs no progress
	progressEvery = 200 * time.Millisecond
)

// progress tells on standard error, if that is a terminal, how far long work has come.
type progress struct {
	a       *app
	started time.Time
	last    time.Time
	shown   bool
}

func (a *app) progress() *progress { return &progress{a: a, started: time.Now()} }

// tell shows how much of a file is read; it has the form of analyze.Options.Progress.
func (p *progress) tell(file string, read int64, sessions int) {
	now := time.Now()
	if terminal(p.a.err) == nil || p.a.env("TERM") == "dumb" || now.Sub(p.started) < progressAfter || now.Sub(p.last) < progressEvery {
		return
	}
	p.last, p.shown = now, true
	percent := "?"
	if info, err := os.Stat(file); err == nil && info.Mode().IsRegular() && info.Size() > 0 {
		percent = strconv.FormatInt(min(100*read/info.Size(), 100), 10)
	}
	fmt.Fprintf(p.a.err, "\r\x1b[K%s", oneLine(p.a.t("analyze.progress", "file", file, "percent", percent, "sessions", strconv.Itoa(sessions))))
}

// clear takes the line away.
func (p *progress) clear() {
	if p.shown {
		fmt.Fprint(p.a.err, "\r\x1b[K")
	}
}
