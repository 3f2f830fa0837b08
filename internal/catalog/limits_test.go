package catalog_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"bellwether/internal/event"
)

// breach is a body that goes against its schema in one place.
type breach struct{ name, body string }

// refusedAs are the refusals that are neither 400 nor 422.
var refusedAs = map[string]int{"acceptInvitation": http.StatusNotFound} // no such token names an invitation

// What openapi.yaml says of a body is kept: whatever goes against it in one place is refused, and
// the organisation stays as it is.
func TestBodiesAgainstTheirSchemaAreRefused(t *testing.T) {
	w, doc, asked := newSeed(t).open(t), document(t), 0
	before := w.footprint(t, w.ours.org)
	for _, o := range operations(t) {
		schema := doc.requestSchema(o)
		if schema == nil || example(o, w.ours, w).body == "" { // a body that may be left out
			continue
		}
		for _, b := range doc.breaches(t, schema, example(o, w.ours, w).body) {
			r := example(o, w.ours, w)
			r.body = b.body
			a := w.call(t, &w.ours.owner, r)
			asked++
			refused := a.Status == http.StatusBadRequest || a.Status == http.StatusUnprocessableEntity || a.Status == refusedAs[o.id]
			if !refused || o.check(a) != "" {
				t.Errorf("%s with %s: status %d %s", o.pattern(), b.name, a.Status, o.check(a))
			}
		}
	}
	if w.footprint(t, w.ours.org) != before {
		t.Error("something was written")
	}
	if asked < 300 {
		t.Errorf("only %d requests: the schemas were not found", asked)
	}
}

// tree is openapi.yaml as it stands.
type tree map[string]any

func document(t testing.TB) tree {
	t.Helper()
	text, err := os.ReadFile("../api/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := yaml.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	return doc
}

// at is what stands at the path of names, nil where nothing does. References are followed.
func (d tree) at(node map[string]any, names ...string) map[string]any {
	for _, name := range names {
		node, _ = node[name].(map[string]any)
		node = d.resolve(node)
	}
	return node
}

func (d tree) resolve(node map[string]any) map[string]any {
	ref, ok := node["$ref"].(string)
	if !ok {
		return node
	}
	return d.at(d, strings.Split(strings.TrimPrefix(ref, "#/"), "/")...)
}

func (d tree) requestSchema(o operation) map[string]any {
	return d.at(d, "paths", o.path, strings.ToLower(o.method), "requestBody", "content", "application/json", "schema")
}

// breaches are the bodies that each go against the schema in one place.
func (d tree) breaches(t testing.TB, schema map[string]any, body string) []breach {
	t.Helper()
	var list []breach
	for at, bad := range d.bad(schema, "") {
		for _, value := range bad {
			var object map[string]any
			if err := json.Unmarshal([]byte(body), &object); err != nil {
				t.Fatal(err)
			}
			put(object, strings.Split(at, "."), value)
			text, err := json.Marshal(object)
			if err != nil {
				t.Fatal(err)
			}
			shown, _ := json.Marshal(value)
			list = append(list, breach{fmt.Sprintf("%s = %.40s", at, shown), string(text)})
		}
	}
	slices.SortFunc(list, func(a, b breach) int { return strings.Compare(a.name, b.name) })
	return list
}

// absent stands for a field that is left out.
type absent struct{}

// put sets the value at the path; the name "0" is the only item of a list.
func put(object map[string]any, path []string, value any) {
	name, rest := path[0], path[1:]
	switch {
	case len(rest) == 0 && value == absent{}:
		delete(object, name)
	case len(rest) == 0:
		object[name] = value
	case rest[0] == "0" && len(rest) == 1:
		object[name] = []any{value}
	case rest[0] == "0":
		item := map[string]any{}
		if items, ok := object[name].([]any); ok {
			item = items[0].(map[string]any)
		}
		put(item, rest[1:], value)
		object[name] = []any{item}
	default:
		child, ok := object[name].(map[string]any)
		if !ok {
			child = map[string]any{}
		}
		put(child, rest, value)
		object[name] = child
	}
}

// bad are values that the schema refuses, by where.
func (d tree) bad(schema map[string]any, at string) map[string][]any {
	if strings.Count(at, ".0") > 1 { // a schema may hold itself, in lists
		return map[string][]any{}
	}
	schema = d.resolve(schema)
	if options, ok := schema["anyOf"].([]any); ok {
		schema = d.resolve(options[0].(map[string]any)) // the other one is null
	}
	switch schema["type"] {
	case "object":
		return d.badObjects(schema, at)
	case "array":
		return d.badLists(schema, at)
	case "string":
		return map[string][]any{at: badTexts(schema)}
	case "integer":
		return map[string][]any{at: badNumbers(schema)}
	}
	return map[string][]any{at: {"true", 1}}
}

func (d tree) badObjects(schema map[string]any, at string) map[string][]any {
	inside := func(name string) string { return strings.TrimPrefix(at+"."+name, ".") }
	out := map[string][]any{inside("unheardOf"): {1}}
	properties, _ := schema["properties"].(map[string]any)
	for name, property := range properties {
		maps.Copy(out, d.bad(property.(map[string]any), inside(name)))
	}
	required, _ := schema["required"].([]any)
	for _, name := range required {
		out[inside(name.(string))] = append(out[inside(name.(string))], absent{})
	}
	return out
}

func (d tree) badLists(schema map[string]any, at string) map[string][]any {
	items := schema["items"].(map[string]any)
	out := d.bad(items, at+".0")
	out[at] = []any{"text", map[string]any{}}
	if n, ok := schema["maxItems"].(int); ok {
		out[at] = append(out[at], slices.Repeat([]any{d.good(items)}, n+1))
	}
	if _, ok := schema["minItems"]; ok {
		out[at] = append(out[at], []any{})
	}
	return out
}

func badTexts(schema map[string]any) []any {
	out := []any{1, true, []any{}}
	filler := "a"
	if schema["pattern"] != nil {
		filler = "9"
	}
	if n, ok := schema["maxLength"].(int); ok {
		out = append(out, strings.Repeat(filler, n+1))
	}
	if _, ok := schema["minLength"]; ok {
		out = append(out, "")
	}
	if schema["pattern"] != nil || schema["enum"] != nil || schema["format"] != nil {
		out = append(out, "no such thing", " ")
	}
	return out
}

func badNumbers(schema map[string]any) []any {
	out := []any{"1", 1.5}
	if n, ok := schema["minimum"].(int); ok {
		out = append(out, n-1)
	}
	if n, ok := schema["maximum"].(int); ok {
		out = append(out, n+1)
	}
	return out
}

// good is an item that the schema takes, for lists that are too long.
func (d tree) good(schema map[string]any) any {
	switch schema = d.resolve(schema); schema["type"] {
	case "integer":
		return 80
	case "object":
		return map[string]any{"platform": "google", "name": "Search", "date": "2026-11-29", "spend": "1"}
	}
	return event.Derive("somebody")
}
