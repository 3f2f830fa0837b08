package sam

import (
	"errors"
	"slices"
	"strconv"
	"time"

	"go.yaml.in/yaml/v3"
)

// The types of resources that the runner has something of its own for.
const (
	typeFunction     = "AWS::Serverless::Function"
	typeAPI          = "AWS::Serverless::HttpApi"
	typeTable        = "AWS::DynamoDB::Table"
	typeBus          = "AWS::Events::EventBus"
	typeQueue        = "AWS::SQS::Queue"
	typeTopic        = "AWS::SNS::Topic"
	typeSubscription = "AWS::SNS::Subscription"
	typeLogGroup     = "AWS::Logs::LogGroup"
	typeRole         = "AWS::IAM::Role"
	typeGroup        = "AWS::Scheduler::ScheduleGroup"
)

// inert are the types that change nothing on a laptop. Every other type is refused: it might be a
// way into a function that would be missing here.
var inert = []string{
	typeGroup, "AWS::CloudWatch::Alarm", "AWS::CloudWatch::Dashboard",
	"AWS::Cognito::UserPool", "AWS::Cognito::UserPoolClient", "AWS::Cognito::UserPoolDomain",
	"AWS::Events::Archive", "AWS::KMS::Alias", "AWS::KMS::Key", "AWS::SNS::TopicPolicy",
	"AWS::SQS::QueuePolicy", "AWS::SecretsManager::Secret",
}

// reader turns a checked document into a Template.
type reader struct {
	*document
	out     Template
	globals *yaml.Node // Globals.Function, resolved
	routes  map[string]int
}

func (d *document) read() (*Template, error) {
	r := &reader{document: d, out: Template{Kinds: map[string]string{}}, routes: map[string]int{}}
	if g := get(d.root, "Globals"); g != nil && r.allow(g, "Globals", "Function") {
		r.globals = r.resolve(get(g, "Function"))
		if r.globals != nil {
			r.allow(r.globals, "Globals.Function", functionProperties...)
		}
	}
	var subscriptions []resource
	for _, id := range d.order {
		res := d.resources[id]
		if c := get(res.node, "Condition"); c != nil && !d.holds(c, c.Value) {
			continue
		}
		if res.kind == typeSubscription {
			subscriptions = append(subscriptions, res)
			continue
		}
		r.resource(res)
	}
	for _, res := range subscriptions {
		r.subscription(res)
	}
	return &r.out, errors.Join(d.errs...)
}

func (r *reader) resource(res resource) {
	r.out.Kinds[res.id] = res.kind
	if slices.Contains(inert, res.kind) {
		return
	}
	name, line := r.nameOf(res.node, res.id), res.line
	properties := r.resolve(res.properties)
	switch res.kind {
	case typeFunction:
		r.function(res, properties)
	case typeAPI:
		r.api(res, properties)
	case typeTable:
		r.table(res, name, properties)
	case typeBus:
		if r.out.Bus != nil {
			r.fail(res.node, "the runner has one bus, and %s is there already", r.out.Bus.LogicalID)
		}
		r.out.Bus = &Bus{res.id, name, line}
	case typeQueue:
		r.queue(res, name, properties)
	case typeTopic:
		r.out.Topics = append(r.out.Topics, Topic{LogicalID: res.id, Name: name, ARN: r.arn(res.node, res.id), Line: line})
	case typeLogGroup:
		days := r.number(get(properties, "RetentionInDays"), 0)
		r.out.LogGroups = append(r.out.LogGroups, LogGroup{res.id, name, days, line})
	case typeRole:
		r.role(res, properties)
	default:
		r.fail(get(res.node, "Type"), "the runner has nothing for %s", res.kind)
	}
}

func (r *reader) subscription(res resource) {
	properties := r.resolve(res.properties)
	if properties == nil || !r.allow(properties, res.id, "TopicArn", "Protocol", "Endpoint", "FilterPolicy", "RawMessageDelivery") {
		return
	}
	topic := r.target(get(properties, "TopicArn"), res.node, typeTopic)
	for i, t := range r.out.Topics {
		if t.LogicalID == topic {
			s := Subscription{Protocol: r.string(get(properties, "Protocol")), Line: res.line}
			endpoint := get(properties, "Endpoint")
			if s.Protocol == "sqs" {
				s.Endpoint = r.target(endpoint, res.node, typeQueue)
			} else {
				s.Endpoint = r.string(endpoint)
			}
			if raw := get(properties, "RawMessageDelivery"); raw != nil {
				s.Raw = r.flag(raw)
			}
			if filter := get(properties, "FilterPolicy"); filter != nil {
				s.Filter, s.Filtered = r.pattern(filter), true
			}
			r.out.Topics[i].Subscriptions = append(t.Subscriptions, s)
		}
	}
}

// target is the logical id of the resource that n refers to; it must be of the given type.
func (r *reader) target(n, owner *yaml.Node, kind string) string {
	if n == nil {
		r.fail(owner, "a %s of this template is missing here", kind)
		return ""
	}
	ref, ok := r.refs[n]
	if !ok || r.resources[ref.id].kind != kind {
		r.fail(n, "this must refer to a %s of this template", kind)
		return ""
	}
	return ref.id
}

func (r *reader) number(n *yaml.Node, absent int) int {
	if n == nil {
		return absent
	}
	i, err := strconv.Atoi(n.Value)
	if err != nil {
		r.fail(n, "%q is no whole number", n.Value)
	}
	return i
}

func (r *reader) seconds(n *yaml.Node, absent time.Duration) time.Duration {
	return time.Duration(r.number(n, int(absent/time.Second))) * time.Second
}

func (r *reader) flag(n *yaml.Node) bool {
	if n == nil {
		return false
	}
	b, err := strconv.ParseBool(n.Value)
	if err != nil {
		r.fail(n, "%q is neither true nor false", n.Value)
	}
	return b
}

func (r *reader) string(n *yaml.Node) string {
	if n == nil {
		return ""
	}
	if n.Kind != yaml.ScalarNode {
		r.fail(n, "a text is wanted here")
	}
	return n.Value
}
