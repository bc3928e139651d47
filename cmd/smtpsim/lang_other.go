//go:build !windows

package main

// systemLanguage is for systems that say their language in the environment.
func systemLanguage() string { return "" }
