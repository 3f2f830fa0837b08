package catalog_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"
)

// operation is one operation of openapi.yaml, with what it may answer.
type operation struct {
	method, path, id string
	public           bool // no credential of ours is wanted
	success          int
	answers          map[int]*jsonschema.Schema // by status; nil: no body, or none that a schema describes
	texts            map[int][]string           // the content types of answers that are no JSON
}

func (o operation) pattern() string { return o.method + " " + o.path }

type spec struct {
	doc      map[string]any
	compiler *jsonschema.Compiler
}

// operations reads openapi.yaml, in order of pattern. Its schemas are JSON Schema 2020-12 as they stand.
func operations(t testing.TB) []operation {
	t.Helper()
	text, err := os.ReadFile("../api/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var tree any
	if err := yaml.Unmarshal(text, &tree); err != nil {
		t.Fatal(err)
	}
	asJSON, err := json.Marshal(tree)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(asJSON))
	if err != nil {
		t.Fatal(err)
	}
	s := spec{doc.(map[string]any), jsonschema.NewCompiler()}
	s.compiler.AssertFormat()
	if err := s.compiler.AddResource("openapi.json", doc); err != nil {
		t.Fatal(err)
	}
	var list []operation
	for path, methods := range s.doc["paths"].(map[string]any) {
		for method, op := range methods.(map[string]any) {
			list = append(list, s.operation(t, strings.ToUpper(method), path, op.(map[string]any)))
		}
	}
	slices.SortFunc(list, func(a, b operation) int { return strings.Compare(a.pattern(), b.pattern()) })
	return list
}

func (s spec) operation(t testing.TB, method, path string, op map[string]any) operation {
	t.Helper()
	o := operation{method: method, path: path, id: op["operationId"].(string), answers: map[int]*jsonschema.Schema{}, texts: map[int][]string{}}
	if security, ok := op["security"].([]any); ok && len(security) == 0 {
		o.public = true
	}
	escaped := strings.NewReplacer("~", "~0", "/", "~1").Replace(path)
	for code, response := range op["responses"].(map[string]any) {
		status, err := strconv.Atoi(code)
		if err != nil {
			t.Fatal(err)
		}
		at := fmt.Sprintf("#/paths/%s/%s/responses/%s", escaped, strings.ToLower(method), code)
		if ref, ok := response.(map[string]any)["$ref"].(string); ok {
			at = ref
			response = s.doc["components"].(map[string]any)["responses"].(map[string]any)[strings.TrimPrefix(ref, "#/components/responses/")]
		}
		content, _ := response.(map[string]any)["content"].(map[string]any)
		for media := range content {
			if strings.HasPrefix(media, "text/") {
				o.texts[status] = slices.Collect(maps.Keys(content))
			}
		}
		if o.texts[status] == nil {
			o.answers[status] = s.body(t, at, response.(map[string]any))
		}
		if status < 300 {
			o.success = status
		}
	}
	return o
}

// body is the schema of a response's JSON body, nil when it has none.
func (s spec) body(t testing.TB, at string, response map[string]any) *jsonschema.Schema {
	t.Helper()
	content, _ := response["content"].(map[string]any)
	if len(content) == 0 {
		return nil
	}
	if len(content) > 1 {
		t.Fatalf("%s: more than one kind of answer", at)
	}
	media := slices.Collect(maps.Keys(content))[0]
	schema, err := s.compiler.Compile("openapi.json" + at + "/content/" + strings.ReplaceAll(media, "/", "~1") + "/schema")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// check says what about the answer is not as openapi.yaml has it; "" for nothing.
func (o operation) check(a answer) string {
	schema, documented := o.answers[a.Status]
	media, _, _ := strings.Cut(a.Headers["content-type"], ";")
	switch {
	case slices.Contains(o.texts[a.Status], media):
		return ""
	case o.texts[a.Status] != nil:
		return "Content-Type " + media
	case !documented:
		return fmt.Sprintf("status %d is not documented", a.Status)
	case schema == nil && a.Body != "":
		return "there is a body"
	case schema == nil:
		return ""
	}
	if want := "application/json"; a.Status >= 400 && a.Headers["content-type"] != "application/problem+json" || a.Status < 400 && a.Headers["content-type"] != want {
		return "Content-Type " + a.Headers["content-type"]
	}
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(a.Body))
	if err == nil {
		err = schema.Validate(value)
	}
	if err != nil {
		return err.Error()
	}
	return ""
}
