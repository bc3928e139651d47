package main

import "syscall"

// systemLanguage asks Windows for the language of its menus: the low ten bits of the identifier are the language.
func systemLanguage() string {
	id, _, _ := syscall.NewLazyDLL("kernel32.dll").NewProc("GetUserDefaultUILanguage").Call()
	if id&0x3ff == 0x07 {
		return "de"
	}
	return "en"
}
