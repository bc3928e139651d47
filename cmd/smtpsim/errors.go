package main

import (
	"errors"
	"io/fs"
	"os"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// usageError is a call that cannot be meant: exit status 2.
type usageError struct{ text string }

func (e *usageError) Error() string { return e.text }

func (a *app) usage(key string, pairs ...string) error {
	return &usageError{a.t(key, pairs...)}
}

// failure is a text for the user with its cause: exit status 1.
type failure struct {
	text  string
	cause error
}

func (e *failure) Error() string { return e.text }
func (e *failure) Unwrap() error { return e.cause }

func (a *app) fail(cause error, key string, pairs ...string) error {
	return &failure{a.t(key, pairs...), cause}
}

// explain says err in the user's language where it is one of the operating system's.
func (a *app) explain(err error) string {
	var known *failure
	if errors.As(err, &known) {
		return known.text
	}
	var path *fs.PathError
	if errors.As(err, &path) && path.Op == "write" {
		return a.t("error.write", "where", a.destination(path.Path), "why", a.why(path))
	}
	return err.Error()
}

// destination is what the user calls the file that output goes to.
func (a *app) destination(path string) string {
	switch {
	case path == os.Stdout.Name():
		return a.t("output.standard")
	case a.flags.out != "":
		return "--out " + a.flags.out
	}
	return path
}

// fileError says what is wrong with a file, and what to do.
func (a *app) fileError(name string, err error) error {
	var path *fs.PathError
	why := err
	if errors.As(err, &path) {
		why = path.Err
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return a.fail(err, "error.file.missing", "file", name)
	case errors.Is(err, fs.ErrPermission):
		return a.fail(err, "error.file.permission", "file", name)
	case errors.Is(err, syscall.EISDIR):
		return a.fail(err, "error.file.directory", "file", name)
	}
	return a.fail(err, "error.file", "file", name, "why", why.Error())
}

// flagError says a mistake in a flag in the user's language, and where help is.
func (a *app) flagError(cmd *cobra.Command, err error) error {
	help := "smtpsim"
	if cmd != nil {
		help = cmd.CommandPath()
	}
	var missing *pflag.NotExistError
	var valueless *pflag.ValueRequiredError
	var invalid *pflag.InvalidValueError
	switch {
	case errors.As(err, &missing):
		name := "--" + missing.GetSpecifiedName()
		if short := missing.GetSpecifiedShortnames(); short != "" {
			name = "-" + short
		}
		return a.usage("error.flag.unknown", "flag", name, "command", help)
	case errors.As(err, &valueless):
		return a.usage("error.flag.value", "flag", "--"+valueless.GetSpecifiedName(), "command", help)
	case errors.As(err, &invalid):
		return a.usage("error.flag.invalid", "flag", "--"+invalid.GetFlag().Name, "value", invalid.GetValue(), "command", help)
	}
	return a.usage("error.flag", "why", err.Error(), "command", help)
}

// oneOf checks a flag that takes one of a few words.
func (a *app) oneOf(flag, value string, words ...string) error {
	list := ""
	for i, w := range words {
		if w == value {
			return nil
		}
		if i > 0 {
			list += ", "
		}
		list += w
	}
	return a.usage("error.flag.word", "flag", flag, "value", value, "words", list)
}
