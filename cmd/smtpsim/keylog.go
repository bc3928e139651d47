package main

import (
	"fmt"
	"os"
	"strconv"

	"github.com/smtpsim/smtpsim/trace/tlsrec"
)

// readKeys reads the key logs named by --keylog. A line that is none is told and passed over: programs may still be writing them.
func (a *app) readKeys(files []string) (*tlsrec.Keys, error) {
	keys := tlsrec.NewKeys(nil)
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			return nil, a.fileError(name, err)
		}
		bad, err := keys.Read(f, 0)
		_ = f.Close() // it was only read
		if err != nil {
			return nil, a.fileError(name, err)
		}
		for _, b := range bad {
			fmt.Fprintln(a.err, oneLine("smtpsim: "+a.t("analyze.keylog.line", "file", name, "line", strconv.Itoa(b.Line), "why", b.Why)))
		}
	}
	return keys, nil
}
