package scenario

import (
	_ "embed"
	"strings"
)

// template is a network to begin with; its name is "my-network".
//
//house:table read, never written
//go:embed template.yaml
var template string

// Template is a small scenario with comments, to begin with.
func Template(name string) []byte {
	return []byte(strings.Replace(template, "scenario: my-network", "scenario: "+quoted(name), 1))
}

// quoted is a name as YAML takes it.
func quoted(name string) string {
	plain := func(c rune) bool {
		return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_'
	}
	if name != "" && strings.IndexFunc(name, func(c rune) bool { return !plain(c) }) < 0 {
		return name
	}
	name = strings.Map(func(c rune) rune {
		if c < ' ' {
			return ' '
		}
		return c
	}, name)
	return "'" + strings.ReplaceAll(name, "'", "''") + "'"
}
