package scenario

import (
	"encoding/json"
	"reflect"
	"strings"

	"github.com/goccy/go-yaml"
)

// SchemaID names the JSON schema of scenario files.
const SchemaID = "https://smtpsim.example/scenario.schema.json"

// Schema is the JSON schema (draft 2020-12) of a scenario file, for editors. It is made of the structs in file.go.
func Schema() []byte {
	b := schemaBuilder{defs: map[string]any{}}
	root := b.object(reflect.TypeFor[file]())
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["$id"] = SchemaID
	root["title"] = "smtpsim scenario"
	root["required"] = []string{"scenario", "hosts"}
	root["$defs"] = b.defs
	out, err := json.MarshalIndent(root, "", "  ")
	if err != nil {
		panic("scenario: the schema does not marshal: " + err.Error()) // maps of plain values always do
	}
	return append(out, '\n')
}

// schemaBuilder makes a definition of each named struct.
type schemaBuilder struct{ defs map[string]any }

func (b *schemaBuilder) of(t reflect.Type) map[string]any {
	switch {
	case t.Kind() == reflect.Pointer:
		return b.of(t.Elem())
	case t == reflect.TypeFor[word]():
		return map[string]any{"type": []string{"string", "number", "boolean", "null"}}
	case reflect.PointerTo(t).Implements(reflect.TypeFor[yaml.NodeUnmarshaler]()):
		return map[string]any{} // reads what it likes
	case t.Kind() == reflect.Slice:
		return map[string]any{"type": []string{"array", "null"}, "items": b.of(t.Elem())}
	case t.Kind() == reflect.Map:
		return map[string]any{"type": []string{"object", "null"}, "additionalProperties": b.of(t.Elem())}
	case t.Name() == "":
		return b.object(t)
	}
	name := strings.TrimSuffix(t.Name(), "YAML")
	if _, known := b.defs[name]; !known {
		b.defs[name] = nil // it may hold itself
		b.defs[name] = b.object(t)
	}
	return map[string]any{"$ref": "#/$defs/" + name}
}

func (b *schemaBuilder) object(t reflect.Type) map[string]any {
	properties := map[string]any{}
	for _, k := range keysOf(t) {
		p := b.of(k.kind)
		if k.doc != "" {
			p["description"] = k.doc
		}
		properties[k.name] = p
	}
	return map[string]any{"type": []string{"object", "null"}, "properties": properties, "additionalProperties": false}
}

// key is one key of a struct of file.go.
type key struct {
	name, doc string
	kind      reflect.Type
}

// keysOf are the keys of a struct, as it lists them; inline structs lend theirs.
func keysOf(t reflect.Type) []key {
	var out []key
	for i := range t.NumField() {
		f := t.Field(i)
		name, rest, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if rest == "inline" {
			out = append(out, keysOf(f.Type)...)
		} else if name != "" {
			out = append(out, key{name, f.Tag.Get("doc"), f.Type})
		}
	}
	return out
}
