package sam

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// resolve works out the intrinsic functions below n. It answers nil for AWS::NoValue, and where it
// has reported a failure.
func (d *document) resolve(n *yaml.Node) *yaml.Node {
	if n == nil {
		return nil
	}
	if name, arg, ok := intrinsic(n); ok {
		return d.call(n, name, arg)
	}
	out := *n
	out.Content = nil
	if n.Kind == yaml.MappingNode {
		for key, value := range pairs(n) {
			if v := d.resolve(value); v != nil {
				out.Content = append(out.Content, key, v)
			}
		}
		return &out
	}
	for _, c := range n.Content {
		if v := d.resolve(c); v != nil {
			out.Content = append(out.Content, v)
		}
	}
	return &out
}

func (d *document) call(n *yaml.Node, name string, arg *yaml.Node) *yaml.Node {
	switch name {
	case "Ref":
		return d.ref(arg)
	case "GetAtt":
		id, attr := attribute(arg)
		out := scalar(n, d.attributeOf(n, id, attr))
		d.refs[out] = reference{id, attr}
		return out
	case "Sub":
		if arg.Kind == yaml.ScalarNode {
			return scalar(n, d.substitute(arg))
		}
	case "If":
		if d.holds(arg, arg.Content[0].Value) {
			return d.resolve(arg.Content[1])
		}
		return d.resolve(arg.Content[2])
	}
	d.fail(n, "the runner can't work out Fn::%s here", name)
	return nil
}

func (d *document) ref(arg *yaml.Node) *yaml.Node {
	if arg.Value == noValue {
		return nil
	}
	out := scalar(arg, d.valueOf(arg, arg.Value))
	if _, ok := d.resources[arg.Value]; ok {
		d.refs[out] = reference{id: arg.Value}
	}
	return out
}

// valueOf is what Ref gives for a name.
func (d *document) valueOf(at *yaml.Node, name string) string {
	if value, ok := pseudo[name]; ok {
		return value
	}
	if value, ok := d.parameters[name]; ok {
		if value == nil {
			d.fail(at, "the parameter %s has no default", name)
			return ""
		}
		return *value
	}
	if d.resources[name].kind == typeTopic {
		return d.arn(at, name)
	}
	return d.nameOf(at, name)
}

func (d *document) attributeOf(at *yaml.Node, id, attr string) string {
	switch attr {
	case "Arn", "TopicArn":
		return d.arn(at, id)
	case "QueueName", "TopicName", "Name":
		return d.nameOf(at, id)
	}
	return id + "." + attr
}

func (d *document) substitute(arg *yaml.Node) string {
	text := placeholder.ReplaceAllStringFunc(arg.Value, func(match string) string {
		name := match[2 : len(match)-1]
		if id, attr, ok := strings.Cut(name, "."); ok {
			return d.attributeOf(arg, id, attr)
		}
		return d.valueOf(arg, name)
	})
	return strings.ReplaceAll(text, "${!", "${")
}

// naming says where the name of a resource stands, and what its ARN begins with.
var naming = map[string]struct{ property, arn string }{
	typeFunction: {"FunctionName", "arn:aws:lambda:" + region + ":" + account + ":function:"},
	typeTable:    {"TableName", "arn:aws:dynamodb:" + region + ":" + account + ":table/"},
	typeBus:      {"Name", "arn:aws:events:" + region + ":" + account + ":event-bus/"},
	typeQueue:    {"QueueName", "arn:aws:sqs:" + region + ":" + account + ":"},
	typeTopic:    {"TopicName", "arn:aws:sns:" + region + ":" + account + ":"},
	typeRole:     {"RoleName", "arn:aws:iam::" + account + ":role/"},
	typeLogGroup: {"LogGroupName", "arn:aws:logs:" + region + ":" + account + ":log-group:"},
	typeGroup:    {"Name", "arn:aws:scheduler:" + region + ":" + account + ":schedule-group/"},
}

// nameOf is a resource's own name; its logical id when it leaves the choice to AWS.
func (d *document) nameOf(at *yaml.Node, id string) string {
	r := d.resources[id]
	property := get(r.properties, naming[r.kind].property)
	if property == nil {
		return id
	}
	if d.resolving[id] {
		d.fail(at, "%s is named after itself", id)
		return id
	}
	d.resolving[id] = true
	defer delete(d.resolving, id)
	if name := d.resolve(property); name != nil {
		return name.Value
	}
	return id
}

func (d *document) arn(at *yaml.Node, id string) string {
	prefix := naming[d.resources[id].kind].arn
	if prefix == "" {
		prefix = "arn:aws:local:" + region + ":" + account + ":"
	}
	return prefix + d.nameOf(at, id)
}

// holds reports whether a condition holds.
func (d *document) holds(at *yaml.Node, name string) bool {
	key := "condition " + name
	if d.resolving[key] {
		d.fail(at, "the condition %s depends on itself", name)
		return false
	}
	d.resolving[key] = true
	defer delete(d.resolving, key)
	return d.truth(d.conditions[name])
}

func (d *document) truth(n *yaml.Node) bool {
	name, arg, ok := intrinsic(n)
	list := items(arg)
	switch {
	case ok && name == "Condition":
		return d.holds(n, arg.Value)
	case ok && name == "Equals" && len(list) == 2:
		a, b := d.resolve(list[0]), d.resolve(list[1])
		return a != nil && b != nil && a.Value == b.Value
	case ok && name == "Not" && len(list) == 1:
		return !d.truth(list[0])
	case ok && name == "And":
		return !slices.ContainsFunc(list, func(n *yaml.Node) bool { return !d.truth(n) })
	case ok && name == "Or":
		return slices.ContainsFunc(list, d.truth)
	}
	d.fail(n, "this is no condition that the runner can work out")
	return false
}

// scalar is a text that stands where at stands.
func scalar(at *yaml.Node, value string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: value, Line: at.Line}
}
