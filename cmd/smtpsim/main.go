//go:debug cryptocustomrand=1

// Command smtpsim teaches and diagnoses SMTP.
//
//  1. main makes an [app] from the process: streams, environment, arguments.
//  2. [app.run] finds the language, builds the commands (a file and a function each), runs one and turns its error into
//     one line on standard error and an exit status: 0 done, 1 failed, 2 wrong usage.
//  3. What a command prints goes through an [output]: standard output, or --out FILE, which appears whole or not at all.
//
// Floor 7; read [app] first, then analyze.go.
package main

import (
	"fmt"
	"os"
)

func main() {
	a := &app{in: os.Stdin, out: os.Stdout, err: os.Stderr, env: os.Getenv, args: os.Args[1:], osLang: systemLanguage}
	os.Exit(guard(a))
}

// guard is the process wrapper: the only place that turns a defect into one line instead of a stack.
func guard(a *app) (status int) {
	defer func() {
		if r := recover(); r != nil {
			a.discard()
			fmt.Fprintln(a.err, oneLine("smtpsim: "+a.t("error.internal", "what", fmt.Sprint(r))))
			status = exitFailure
		}
	}()
	return a.run()
}
