package sam

import (
	"errors"
	"fmt"
	"iter"
	"strings"

	"go.yaml.in/yaml/v3"
)

// document is a template as it is written, and what was found wrong with it so far.
type document struct {
	path       string
	root       *yaml.Node
	parameters map[string]*string // nil: no default
	resources  map[string]resource
	order      []string // of the resources
	conditions map[string]*yaml.Node
	refs       map[*yaml.Node]reference // which resource a resolved value came from
	resolving  map[string]bool          // conditions and names that are being worked out
	errs       []error
}

// resource is one entry of Resources.
type resource struct {
	id         string
	line       int // of the logical id
	kind       string
	node       *yaml.Node
	properties *yaml.Node // nil when it has none
}

// parse reads the YAML and finds the template's parts.
func parse(path string, source []byte) (*document, error) {
	d := &document{
		path: path, parameters: map[string]*string{}, resources: map[string]resource{},
		conditions: map[string]*yaml.Node{}, refs: map[*yaml.Node]reference{}, resolving: map[string]bool{},
	}
	var file yaml.Node
	if err := yaml.Unmarshal(source, &file); err != nil {
		return nil, syntaxError(path, err)
	}
	if len(file.Content) == 0 || file.Content[0].Kind != yaml.MappingNode {
		return nil, &Error{path, 1, "this is no template"}
	}
	d.root = file.Content[0]
	d.checkShape(d.root)
	for name, p := range pairs(get(d.root, "Parameters")) {
		d.parameters[name.Value] = nil
		if v := get(p, "Default"); v != nil {
			d.parameters[name.Value] = &v.Value
		}
	}
	for name, c := range pairs(get(d.root, "Conditions")) {
		d.conditions[name.Value] = c
	}
	for id, node := range pairs(get(d.root, "Resources")) {
		r := resource{id: id.Value, line: id.Line, node: node, properties: get(node, "Properties")}
		if kind := get(node, "Type"); kind != nil {
			r.kind = kind.Value
		} else {
			d.fail(id, "%s has no Type", id.Value)
		}
		d.resources[r.id] = r
		d.order = append(d.order, r.id)
	}
	return d, errors.Join(d.errs...)
}

// syntaxError takes the line out of the parser's message.
func syntaxError(path string, err error) error {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	line := 1
	if n, _ := fmt.Sscanf(text, "line %d:", &line); n == 1 {
		_, text, _ = strings.Cut(text, ": ")
	}
	return &Error{path, line, text}
}

func (d *document) fail(at *yaml.Node, format string, args ...any) {
	d.errs = append(d.errs, &Error{d.path, at.Line, fmt.Sprintf(format, args...)})
}

// checkShape refuses what YAML allows and CloudFormation doesn't, or reads in its own way.
func (d *document) checkShape(n *yaml.Node) {
	if n.Kind == yaml.AliasNode || n.Anchor != "" {
		d.fail(n, "CloudFormation knows no anchors and aliases")
		return
	}
	if n.Kind == yaml.MappingNode {
		seen := map[string]int{}
		for key := range pairs(n) {
			if line, twice := seen[key.Value]; twice {
				d.fail(key, "%s is given twice, first in line %d", key.Value, line)
			}
			seen[key.Value] = key.Line
		}
	}
	for _, c := range n.Content {
		d.checkShape(c)
	}
}

// allow refuses the keys of a mapping that are not listed. It answers false when n is no mapping.
func (d *document) allow(n *yaml.Node, what string, keys ...string) bool {
	if n.Kind != yaml.MappingNode {
		d.fail(n, "%s must be a mapping", what)
		return false
	}
	known := map[string]bool{}
	for _, k := range keys {
		known[k] = true
	}
	for key := range pairs(n) {
		if !known[key.Value] {
			d.fail(key, "%s: the runner can't honour %s", what, key.Value)
		}
	}
	return true
}

// get is the value under a key of a mapping, nil when there is none.
func get(n *yaml.Node, path ...string) *yaml.Node {
	for _, want := range path {
		var found *yaml.Node
		for key, value := range pairs(n) {
			if key.Value == want {
				found = value
			}
		}
		n = found
	}
	return n
}

// pairs walks a mapping; anything else has no pairs.
func pairs(n *yaml.Node) iter.Seq2[*yaml.Node, *yaml.Node] {
	return func(yield func(key, value *yaml.Node) bool) {
		if n == nil || n.Kind != yaml.MappingNode {
			return
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			if !yield(n.Content[i], n.Content[i+1]) {
				return
			}
		}
	}
}

// items walks a sequence; anything else has no items.
func items(n *yaml.Node) []*yaml.Node {
	if n == nil || n.Kind != yaml.SequenceNode {
		return nil
	}
	return n.Content
}
