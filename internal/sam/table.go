package sam

import "go.yaml.in/yaml/v3"

// Table is the definition of a table, enough to create it.
type Table struct {
	LogicalID  string
	Name       string
	Attributes []Attribute
	Key        []KeyPart
	Indexes    []Index
	TTL        string // the attribute with the time of expiry; empty: items never expire
	StreamView string // "NEW_AND_OLD_IMAGES"; empty: no stream
	Line       int
}

// Attribute is an attribute that is part of a key; Type is S, N or B.
type Attribute struct{ Name, Type string }

// KeyPart is one part of a key; Kind is HASH or RANGE.
type KeyPart struct{ Attribute, Kind string }

// Index is a global secondary index.
type Index struct {
	Name       string
	Key        []KeyPart
	Projection string // KEYS_ONLY or ALL
}

func (r *reader) table(res resource, name string, properties *yaml.Node) {
	if properties == nil || !r.allow(properties, res.id, "TableName", "BillingMode", "DeletionProtectionEnabled",
		"AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "StreamSpecification",
		"TimeToLiveSpecification", "PointInTimeRecoverySpecification", "SSESpecification", "Tags") {
		return
	}
	t := Table{
		LogicalID: res.id, Name: name, Line: res.line,
		Key:        r.keyParts(get(properties, "KeySchema")),
		StreamView: r.string(get(properties, "StreamSpecification", "StreamViewType")),
	}
	if len(t.Key) == 0 {
		r.fail(res.node, "%s has no KeySchema", res.id)
	}
	if ttl := get(properties, "TimeToLiveSpecification"); r.flag(get(ttl, "Enabled")) {
		t.TTL = r.string(get(ttl, "AttributeName"))
	}
	for _, a := range items(get(properties, "AttributeDefinitions")) {
		t.Attributes = append(t.Attributes, Attribute{r.string(get(a, "AttributeName")), r.string(get(a, "AttributeType"))})
	}
	for _, index := range items(get(properties, "GlobalSecondaryIndexes")) {
		if !r.allow(index, "an index", "IndexName", "KeySchema", "Projection") {
			continue
		}
		projection := get(index, "Projection", "ProjectionType")
		if p := r.string(projection); p != "KEYS_ONLY" && p != "ALL" {
			r.fail(index, "the runner projects KEYS_ONLY or ALL, not %q", p)
		}
		t.Indexes = append(t.Indexes, Index{r.string(get(index, "IndexName")), r.keyParts(get(index, "KeySchema")), r.string(projection)})
	}
	r.out.Tables = append(r.out.Tables, t)
}

func (r *reader) keyParts(n *yaml.Node) []KeyPart {
	var parts []KeyPart
	for _, part := range items(n) {
		parts = append(parts, KeyPart{r.string(get(part, "AttributeName")), r.string(get(part, "KeyType"))})
	}
	return parts
}
