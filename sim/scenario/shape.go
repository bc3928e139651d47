package scenario

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
)

// shaper holds the YAML to the structs of file.go: which keys there are, and what is a list, a mapping or a single value.
type shaper struct{ errs []error }

func (s *shaper) fail(n ast.Node, format string, args ...any) {
	s.errs = append(s.errs, at(n).err(format, args...))
}

func at(n ast.Node) word {
	if tk := n.GetToken(); tk != nil && tk.Position != nil {
		return word{line: tk.Position.Line, col: tk.Position.Column}
	}
	return word{line: 1, col: 1}
}

// kindOf says what a node is, in words for people.
func kindOf(n ast.Node) string {
	switch n.(type) {
	case *ast.SequenceNode:
		return "a list"
	case *ast.MappingNode, *ast.MappingValueNode:
		return "keys with values"
	}
	return "a single value"
}

// check holds n to a type of file.go. What is wrong within n is taken out of it, so that the rest can be read; false means
// that n itself is wrong.
func (s *shaper) check(n ast.Node, t reflect.Type) bool {
	switch x := n.(type) {
	case *ast.NullNode:
		return true
	case *ast.AnchorNode:
		return s.check(x.Value, t)
	case *ast.TagNode:
		s.fail(n, "expected the value itself: tags (%s) are not read", x.Start.Value)
		return false
	}
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case reflect.PointerTo(t).Implements(reflect.TypeFor[yaml.NodeUnmarshaler]()):
		if t == reflect.TypeFor[word]() && kindOf(n) != "a single value" {
			s.fail(n, "expected a single value here, found %s", kindOf(n))
			return false
		}
	case t.Kind() == reflect.Slice:
		seq, ok := n.(*ast.SequenceNode)
		if !ok {
			s.fail(n, "expected a list here ([a, b], or lines that begin with \"- \"), found %s", kindOf(n))
			return false
		}
		seq.Values = slices.DeleteFunc(seq.Values, func(v ast.Node) bool { return !s.check(v, t.Elem()) })
	case t.Kind() == reflect.Map:
		return s.entries(n, func(*ast.MappingValueNode, string) reflect.Type { return t.Elem() })
	case t.Kind() == reflect.Struct:
		fields := fieldsOf(t)
		return s.entries(n, func(v *ast.MappingValueNode, key string) reflect.Type {
			if f, ok := fields[key]; ok {
				return f
			}
			s.unknown(v, key, fields)
			return nil
		})
	}
	return true
}

// entries looks at each entry of a mapping once; typeOf says what its value is to be, nil if that does not matter. False
// means that n is no mapping.
func (s *shaper) entries(n ast.Node, typeOf func(v *ast.MappingValueNode, key string) reflect.Type) bool {
	var values []*ast.MappingValueNode
	switch x := n.(type) {
	case *ast.MappingNode:
		values = x.Values
	case *ast.MappingValueNode:
		values = []*ast.MappingValueNode{x}
	default:
		s.fail(n, "expected keys with values here (key: value), found %s", kindOf(n))
		return false
	}
	seen := map[string]bool{}
	for _, v := range values {
		key := v.Key.String()
		if name, ok := v.Key.(*ast.StringNode); ok {
			key = name.Value
		}
		if seen[key] {
			s.fail(v.Key, "expected each key once: %s stands above already", key)
			continue
		}
		seen[key] = true
		if t := typeOf(v, key); t != nil && !s.check(v.Value, t) {
			v.Value = ast.Null(v.Value.GetToken())
		}
	}
	return true
}

// unknown names the key that may have been meant, or all there are.
func (s *shaper) unknown(v *ast.MappingValueNode, key string, fields map[string]reflect.Type) {
	names := sortedKeys(fields)
	for most := 1; most <= 2 && len(key) > most; most++ {
		for _, name := range names {
			if distance(key, name) <= most {
				s.fail(v.Key, "expected another key than %q here; did you mean %s?", clip(key), name)
				return
			}
		}
	}
	s.fail(v.Key, "expected one of the keys %s, found %q", strings.Join(names, ", "), clip(key))
}

func clip(s string) string {
	const most = 40
	if len(s) > most {
		return s[:most] + "…"
	}
	return s
}

// Near reports whether two names differ so little that one may have been meant by the other.
func Near(a, b string) bool { return min(len(a), len(b)) > 2 && distance(a, b) <= 2 }

// distance is how many letters differ (Levenshtein).
func distance(a, b string) int {
	if len(a)-len(b) > 2 || len(b)-len(a) > 2 {
		return 3
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		last := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := last
			if a[i] != b[j] {
				cost++
			}
			last = row[j+1]
			row[j+1] = min(cost, row[j]+1, last+1)
		}
	}
	return row[len(b)]
}

// fieldsOf are the keys of a struct of file.go with the types of their values.
func fieldsOf(t reflect.Type) map[string]reflect.Type {
	out := map[string]reflect.Type{}
	for _, k := range keysOf(t) {
		out[k.name] = k.kind
	}
	return out
}

// plainer says in words for people what the YAML reader complains of.
func plainer(message string) string {
	for _, x := range []struct{ theirs, ours string }{
		{"character corresponding to", "expected no closing bracket here: none was opened"},
		{"mapping value is not allowed", "expected a text without \": \" or a text in quotes"},
		{"',' or ']'", "expected a comma, or the ] that ends the list"},
		{"',' or '}'", "expected a comma, or the } that ends the keys"},
		{"sequence end token", "expected a ] that ends this list"},
		{"flow mapping end token", "expected a } that ends these keys"},
		{`character '\t'`, "expected spaces: YAML is not indented with tabs"},
		{"character '\t'", "expected spaces: YAML is not indented with tabs"},
		{"end character of", "expected a closing quote for this text"},
		{"value is not allowed in this context", "expected the same indentation as the lines above"},
	} {
		if strings.Contains(message, x.theirs) {
			return x.ours
		}
	}
	return fmt.Sprintf("expected YAML that can be read: %s", oneLine(message))
}

// byPosition sorts errors as a reader of the file meets them, and leaves one for each place.
func byPosition(errs []*Error) []*Error {
	slices.SortStableFunc(errs, func(x, y *Error) int {
		if x.Line != y.Line {
			return x.Line - y.Line
		}
		return x.Column - y.Column
	})
	return slices.CompactFunc(errs, func(x, y *Error) bool { return x.Line == y.Line && x.Column == y.Column && x.Want == y.Want })
}
