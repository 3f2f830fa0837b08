package sam

import (
	"encoding/json"
	"strconv"
	"strings"
)

// Pattern is an event pattern of EventBridge, or a filter of a stream: an object whose leaves list
// what may stand there. All leaves must match, each by one of its list. It knows exact values,
// prefix, suffix, anything-but and exists; Load refuses the others.
//
// Unlike AWS, an array in the event matches nothing: our rules look at single values only, and one
// that didn't should be noticed here.
type Pattern struct{ fields []field }

type field struct {
	name  string
	inner *Pattern // an object
	tests []test   // or a leaf
}

// test is one entry of a leaf's list. There is no value where present is false.
type test struct {
	exact string // the text that it asks for, if it asks for one
	holds func(value any, present bool) bool
}

// Match reports whether the event matches. What is no JSON object does not.
func (p Pattern) Match(event []byte) bool {
	var object map[string]any
	if err := json.Unmarshal(event, &object); err != nil || object == nil {
		return false
	}
	return p.match(object)
}

func (p Pattern) match(object map[string]any) bool {
	for _, f := range p.fields {
		value, present := object[f.name]
		if f.inner != nil {
			// What is no object has no fields, as if it were absent.
			inner, _ := value.(map[string]any)
			if !f.inner.match(inner) {
				return false
			}
			continue
		}
		if !f.match(value, present) {
			return false
		}
	}
	return true
}

func (f field) match(value any, present bool) bool {
	for _, t := range f.tests {
		if t.holds(value, present) {
			return true
		}
	}
	return false
}

// Texts are the exact texts that the pattern lists under a path, in its order: the detail types of a
// rule are Texts("detail-type").
func (p Pattern) Texts(path ...string) []string {
	for _, f := range p.fields {
		if len(path) == 0 || f.name != path[0] {
			continue
		}
		if f.inner != nil && len(path) > 1 {
			return f.inner.Texts(path[1:]...)
		}
		var texts []string
		for _, t := range f.tests {
			if t.exact != "" {
				texts = append(texts, t.exact)
			}
		}
		return texts
	}
	return nil
}

// equals tests for one value: a text, a float64, a bool or nil.
func equals(want any) test {
	text, _ := want.(string)
	return test{exact: text, holds: func(value any, present bool) bool {
		return present && isScalar(value) && value == want
	}}
}

// anythingBut matches a value that is there and is none of those.
func anythingBut(values []any) test {
	return test{holds: func(value any, present bool) bool {
		if !present || !isScalar(value) {
			return false
		}
		for _, v := range values {
			if value == v {
				return false
			}
		}
		return true
	}}
}

// affix tests a text's beginning or end; has is strings.HasPrefix or strings.HasSuffix.
func affix(has func(s, affix string) bool, want string) test {
	return test{holds: func(value any, present bool) bool {
		text, ok := value.(string)
		return present && ok && has(text, want)
	}}
}

// exists tests whether a single value is there, or nothing at all.
func exists(want bool) test {
	return test{holds: func(value any, present bool) bool {
		if want {
			return present && isScalar(value)
		}
		return !present
	}}
}

func isScalar(value any) bool {
	switch value.(type) {
	case map[string]any, []any:
		return false
	}
	return true
}

// constant is a scalar of a pattern as encoding/json would decode it from an event.
func constant(tag, text string) (value any, ok bool) {
	switch tag {
	case "!!str":
		return text, true
	case "!!null":
		return nil, true
	case "!!bool":
		return strings.EqualFold(text, "true"), true
	case "!!int", "!!float":
		n, err := strconv.ParseFloat(text, 64)
		return n, err == nil
	}
	return nil, false
}
