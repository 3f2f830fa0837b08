package sam

import (
	"encoding/json"
	"strings"

	"go.yaml.in/yaml/v3"
)

// pattern reads a pattern that is written as YAML.
func (d *document) pattern(n *yaml.Node) Pattern {
	var p Pattern
	if n.Kind != yaml.MappingNode || len(n.Content) == 0 {
		d.fail(n, "a pattern must be an object with fields")
		return p
	}
	for key, value := range pairs(n) {
		f := field{name: key.Value}
		switch {
		case strings.HasPrefix(key.Value, "$"):
			d.fail(key, "unknown pattern operator %q", key.Value)
		case value.Kind == yaml.MappingNode:
			inner := d.pattern(value)
			f.inner = &inner
		case len(items(value)) == 0:
			d.fail(value, "%s: a pattern lists what may stand here, at least one value", key.Value)
		default:
			for _, item := range value.Content {
				f.tests = append(f.tests, d.test(item))
			}
		}
		p.fields = append(p.fields, f)
	}
	return p
}

// textPattern reads a pattern that is written as a JSON text, as a stream's filter is. All that is
// wrong with it is reported at the text's own line.
func (d *document) textPattern(n *yaml.Node) Pattern {
	var object yaml.Node
	if !json.Valid([]byte(n.Value)) || yaml.Unmarshal([]byte(n.Value), &object) != nil || len(object.Content) == 0 {
		d.fail(n, "the filter's pattern is not valid JSON")
		return Pattern{}
	}
	moveTo(n.Line, &object)
	d.checkShape(object.Content[0])
	return d.pattern(object.Content[0])
}

func moveTo(line int, n *yaml.Node) {
	n.Line = line
	for _, c := range n.Content {
		moveTo(line, c)
	}
}

func (d *document) test(n *yaml.Node) test {
	if n.Kind == yaml.ScalarNode {
		return equals(d.constant(n))
	}
	if n.Kind != yaml.MappingNode || len(n.Content) != 2 {
		d.fail(n, "a pattern lists values, or objects of one operator")
		return exists(false)
	}
	operator, arg := n.Content[0], n.Content[1]
	switch operator.Value {
	case "prefix":
		return affix(strings.HasPrefix, d.text(arg))
	case "suffix":
		return affix(strings.HasSuffix, d.text(arg))
	case "exists":
		want, ok := d.constant(arg).(bool)
		if !ok {
			d.fail(arg, "exists takes true or false")
		}
		return exists(want)
	case "anything-but":
		return anythingBut(d.butValues(arg))
	}
	d.fail(operator, "unknown pattern operator %q", operator.Value)
	return exists(false)
}

func (d *document) butValues(n *yaml.Node) []any {
	list := items(n)
	if n.Kind == yaml.ScalarNode {
		list = []*yaml.Node{n}
	}
	var values []any
	for _, item := range list {
		values = append(values, d.constant(item))
	}
	if len(values) == 0 {
		d.fail(n, "anything-but takes values here, at least one")
	}
	return values
}

func (d *document) constant(n *yaml.Node) any {
	value, ok := constant(n.ShortTag(), n.Value)
	if n.Kind != yaml.ScalarNode || !ok {
		d.fail(n, "%q is no value that a pattern can hold", n.Value)
	}
	return value
}

func (d *document) text(n *yaml.Node) string {
	text, ok := d.constant(n).(string)
	if !ok {
		d.fail(n, "a text is wanted here")
	}
	return text
}
