package scenario

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// TestSchemaHasEveryKey: each key of each struct of file.go is in the schema, and each has a sentence.
func TestSchemaHasEveryKey(t *testing.T) {
	schema := string(Schema())
	seen := map[reflect.Type]bool{}
	var walk func(path string, kind reflect.Type)
	walk = func(path string, kind reflect.Type) {
		for kind.Kind() == reflect.Pointer || kind.Kind() == reflect.Slice || kind.Kind() == reflect.Map {
			kind = kind.Elem()
		}
		if kind.Kind() != reflect.Struct || kind == reflect.TypeFor[word]() || seen[kind] {
			return
		}
		seen[kind] = true
		for _, k := range keysOf(kind) {
			if !strings.Contains(schema, fmt.Sprintf("%q: {", k.name)) {
				t.Errorf("%s%s is not in the schema", path, k.name)
			}
			if k.doc == "" {
				t.Errorf("%s%s: expected a sentence in sim/scenario/file.go: doc:\"what it says, its unit\"", path, k.name)
			}
			walk(path+k.name+".", k.kind)
		}
	}
	walk("", reflect.TypeFor[file]())
}

// TestSchemaTakesTheFiles: what the reader takes, the schema takes; what has a wrong key or shape, it refuses.
func TestSchemaTakesTheFiles(t *testing.T) {
	var schema map[string]any
	if err := json.Unmarshal(Schema(), &schema); err != nil {
		t.Fatal(err)
	}
	files, _ := filepath.Glob("gallery/*.yaml")
	more, _ := filepath.Glob("../../docs/scenarios/*.yaml")
	for _, name := range slices.Concat(files, more, []string{"testdata/all.yaml"}) {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if why := valid(schema, src); why != "" {
			t.Errorf("%s: the schema refuses %s", name, why)
		}
	}
	for _, src := range []string{"scenario: x\nhots: []\nhosts: []", "hosts: []", "scenario: x\nhosts: {}", "scenario: [x]\nhosts: []",
		"scenario: x\nhosts:\n  - {name: [a]}", "scenario: x\nhosts: []\nexpect:\n  - never: {never: {replay: 3}}"} {
		if valid(schema, []byte(src)) == "" {
			t.Errorf("the schema takes %q", src)
		}
	}
}

// valid is the part of JSON Schema that Schema uses; "" is valid.
func valid(schema map[string]any, src []byte) string {
	var v any
	if err := yaml.Unmarshal(src, &v); err != nil {
		return err.Error()
	}
	return wrong(schema, schema, v, "")
}

func wrong(root, s map[string]any, v any, path string) string {
	if ref, ok := s["$ref"].(string); ok {
		return wrong(root, root["$defs"].(map[string]any)[strings.TrimPrefix(ref, "#/$defs/")].(map[string]any), v, path)
	}
	if types, ok := s["type"].([]any); ok && !slices.Contains(types, any(jsonType(v))) {
		return fmt.Sprintf("%s: %s", path, jsonType(v))
	}
	switch v := v.(type) {
	case []any:
		for i, x := range v {
			if why := wrong(root, s["items"].(map[string]any), x, fmt.Sprintf("%s[%d]", path, i)); why != "" {
				return why
			}
		}
	case map[string]any:
		properties, _ := s["properties"].(map[string]any)
		for k, x := range v {
			sub, ok := properties[k].(map[string]any)
			if !ok {
				if sub, ok = s["additionalProperties"].(map[string]any); !ok {
					return path + "." + k
				}
			}
			if why := wrong(root, sub, x, path+"."+k); why != "" {
				return why
			}
		}
		required, _ := s["required"].([]any)
		for _, k := range required {
			if _, ok := v[k.(string)]; !ok {
				return fmt.Sprintf("%s without %s", path, k)
			}
		}
	}
	return ""
}

func jsonType(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case string:
		return "string"
	case bool:
		return "boolean"
	case []any:
		return "array"
	case map[string]any:
		return "object"
	}
	return "number"
}
