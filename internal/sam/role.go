package sam

import "go.yaml.in/yaml/v3"

func (r *reader) role(res resource, properties *yaml.Node) {
	role := Role{LogicalID: res.id, Line: res.line}
	for _, policy := range list(get(properties, "ManagedPolicyArns")) {
		role.Managed = append(role.Managed, r.string(policy))
	}
	for _, policy := range list(get(properties, "Policies")) {
		for _, statement := range list(get(policy, "PolicyDocument", "Statement")) {
			role.Grants = append(role.Grants, r.grants(statement)...)
		}
	}
	r.out.Roles = append(r.out.Roles, role)
}

// grants takes a statement apart: each action on each resource.
func (r *reader) grants(statement *yaml.Node) (all []Grant) {
	if !r.allow(statement, "a statement", "Sid", "Effect", "Action", "Resource", "Condition") {
		return nil
	}
	if effect := get(statement, "Effect"); r.string(effect) != "Allow" {
		r.fail(statement, "a role of ours allows, and says no more")
	}
	for _, action := range list(get(statement, "Action")) {
		for _, on := range list(get(statement, "Resource")) {
			all = append(all, Grant{r.string(action), r.string(on), statement.Line})
		}
	}
	return all
}

// list is a sequence, or the one value that may stand in its place.
func list(n *yaml.Node) []*yaml.Node {
	if n == nil || n.Kind == yaml.SequenceNode {
		return items(n)
	}
	return []*yaml.Node{n}
}
