package sam

import (
	"errors"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// pseudo are the parameters that AWS sets itself. The runner has no account; LocalStack's is of
// the same digits.
var pseudo = map[string]string{
	"AWS::AccountId": account,
	"AWS::Partition": "aws",
	"AWS::Region":    region,
	"AWS::StackId":   "arn:aws:cloudformation:" + region + ":" + account + ":stack/bellwether/local",
	"AWS::StackName": "bellwether",
	"AWS::URLSuffix": "amazonaws.com",
	noValue:          "",
}

const (
	noValue = "AWS::NoValue"
	account = "000000000000"
	region  = "us-east-1"
)

// reference is a resource, or an attribute of it.
type reference struct{ id, attribute string }

// placeholder is a ${Name} or ${Resource.Attribute} of Fn::Sub; ${!Name} is not one.
var placeholder = regexp.MustCompile(`\$\{([^!}][^}]*)\}`)

// intrinsic tells a function call in its short form (!Ref) or its long one ({Ref: ...}).
func intrinsic(n *yaml.Node) (name string, arg *yaml.Node, ok bool) {
	if strings.HasPrefix(n.Tag, "!") && !strings.HasPrefix(n.Tag, "!!") {
		plain := *n
		plain.Tag = ""
		return n.Tag[1:], &plain, true
	}
	if n.Kind != yaml.MappingNode || len(n.Content) != 2 {
		return "", nil, false
	}
	key, arg := n.Content[0].Value, n.Content[1]
	if rest, long := strings.CutPrefix(key, "Fn::"); long {
		return rest, arg, true
	}
	if key == "Ref" || key == "Condition" && arg.Kind == yaml.ScalarNode {
		return key, arg, true
	}
	return "", nil, false
}

// check refuses what refers to nothing, everywhere in the template.
func (d *document) check() error {
	d.allow(d.root, "the template", "AWSTemplateFormatVersion", "Transform", "Description", "Metadata",
		"Parameters", "Rules", "Conditions", "Globals", "Resources", "Outputs")
	known := d.names()
	d.checkRefs(d.root, known)
	for _, id := range d.order {
		node := d.resources[id].node
		depends := get(node, "DependsOn")
		if depends != nil && depends.Kind == yaml.ScalarNode {
			d.checkName(depends, depends.Value, known)
		}
		for _, other := range items(depends) {
			d.checkName(other, other.Value, known)
		}
		d.checkCondition(get(node, "Condition"))
	}
	for _, output := range pairs(get(d.root, "Outputs")) {
		d.checkCondition(get(output, "Condition"))
	}
	return errors.Join(d.errs...)
}

// names are all that a Ref may name: also the resources that SAM will make.
func (d *document) names() map[string]bool {
	known := map[string]bool{}
	for name := range pseudo {
		known[name] = true
	}
	for name := range d.parameters {
		known[name] = true
	}
	for id, r := range d.resources {
		known[id] = true
		if r.kind != typeFunction {
			continue
		}
		for event := range pairs(get(r.properties, "Events")) {
			known[id+event.Value] = true
		}
	}
	return known
}

func (d *document) checkRefs(n *yaml.Node, known map[string]bool) {
	name, arg, ok := intrinsic(n)
	if !ok {
		for _, c := range n.Content {
			d.checkRefs(c, known)
		}
		return
	}
	switch name {
	case "Ref":
		d.checkName(arg, arg.Value, known)
	case "GetAtt":
		id, _ := attribute(arg)
		d.checkName(arg, id, known)
	case "Condition":
		d.checkCondition(arg)
	case "Sub":
		d.checkSub(arg, known)
	case "If":
		if len(items(arg)) != 3 {
			d.fail(arg, "Fn::If takes a condition and two values")
			return
		}
		d.checkCondition(arg.Content[0])
	}
	for _, c := range arg.Content {
		d.checkRefs(c, known)
	}
}

func (d *document) checkSub(arg *yaml.Node, known map[string]bool) {
	text := arg
	var own []string // names that the second argument defines
	if list := items(arg); len(list) == 2 {
		text = list[0]
		for key := range pairs(list[1]) {
			own = append(own, key.Value)
		}
	}
	for _, match := range placeholder.FindAllStringSubmatch(text.Value, -1) {
		id, _, _ := strings.Cut(match[1], ".")
		if !slices.Contains(own, match[1]) {
			d.checkName(text, id, known)
		}
	}
}

func (d *document) checkName(at *yaml.Node, name string, known map[string]bool) {
	if !known[name] {
		d.fail(at, "there is no parameter or resource %q", name)
	}
}

func (d *document) checkCondition(n *yaml.Node) {
	if n != nil && d.conditions[n.Value] == nil {
		d.fail(n, "there is no condition %q", n.Value)
	}
}

// attribute splits the argument of Fn::GetAtt, "Table.Arn" or [Table, Arn].
func attribute(arg *yaml.Node) (id, name string) {
	if list := items(arg); len(list) == 2 {
		return list[0].Value, list[1].Value
	}
	id, name, _ = strings.Cut(arg.Value, ".")
	return id, name
}
