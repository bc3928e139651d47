package scenario

import (
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/token"
)

// maxNesting is how deep lists and mappings may lie in one another; a scenario needs five.
const maxNesting = 16

// bound refuses what would cost the YAML reader far more than a file's length: it takes the square of the nesting, and an
// alias (*name) is read again wherever it stands.
func bound(src []byte) error {
	open, inLine, line := 0, 0, 0
	for _, tk := range lexer.Tokenize(string(src)) {
		if tk.Position.Line != line {
			line, inLine = tk.Position.Line, 0
		}
		at := word{line: line, col: tk.Position.Column}
		switch tk.Type {
		case token.AliasType:
			return at.err("expected the value itself: aliases (*name) are not read")
		case token.SequenceStartType, token.MappingStartType:
			open++
		case token.SequenceEndType, token.MappingEndType:
			open--
		case token.SequenceEntryType, token.MappingKeyType: // "- - -" nests within a line
			inLine++
		}
		if open+inLine > maxNesting {
			return at.err("expected lists and mappings at most %d deep", maxNesting)
		}
	}
	return nil
}
