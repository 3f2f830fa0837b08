package sam

import (
	"regexp"
	"slices"
	"time"

	"go.yaml.in/yaml/v3"
)

// EventBridge's and Lambda's own defaults.
const (
	defaultRuleRetries = 185
	defaultRuleAge     = 24 * time.Hour
	defaultBatch       = 100
)

func (r *reader) event(f *Function, name, n *yaml.Node) {
	if !r.allow(n, name.Value, "Type", "Properties") {
		return
	}
	kind, properties := r.string(get(n, "Type")), get(n, "Properties")
	if properties == nil {
		r.fail(name, "%s has no Properties", name.Value)
		return
	}
	switch kind {
	case "HttpApi":
		r.route(f, name, properties)
	case "EventBridgeRule":
		r.rule(f, name, properties)
	case "DynamoDB":
		r.stream(f, name, properties)
	case "SQS":
		r.queueEvent(f, name, properties)
	case "ScheduleV2":
		r.schedule(f, name, properties)
	default:
		r.fail(name, "%s: the runner has no event of type %q", name.Value, kind)
	}
}

var (
	methods   = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
	routePath = regexp.MustCompile(`^(/|(/([A-Za-z0-9._~-]+|\{[A-Za-z][A-Za-z0-9]*\}))+(/\{[A-Za-z][A-Za-z0-9]*\+\})?)$`)
	parameter = regexp.MustCompile(`\{[^}]*\}`)
)

func (r *reader) route(f *Function, name, n *yaml.Node) {
	if !r.allow(n, name.Value, "ApiId", "Method", "Path", "Auth") {
		return
	}
	r.target(get(n, "ApiId"), n, typeAPI)
	route := Route{Method: r.string(get(n, "Method")), Path: r.string(get(n, "Path")), Line: name.Line}
	if !slices.Contains(methods, route.Method) {
		r.fail(name, "%s: %q is no method that the runner routes", name.Value, route.Method)
	}
	if !routePath.MatchString(route.Path) {
		r.fail(name, "%s: %q is no path that the runner routes", name.Value, route.Path)
	}
	if auth := get(n, "Auth"); auth != nil && r.allow(auth, "Auth", "Authorizer") {
		route.Public = r.string(get(auth, "Authorizer")) == "NONE"
		if !route.Public {
			r.fail(auth, "a route takes the default authorizer, or NONE")
		}
	}
	// Two routes that differ in a parameter's name only take the same requests.
	key := route.Method + " " + parameter.ReplaceAllString(route.Path, "{}")
	if line, taken := r.routes[key]; taken {
		r.fail(name, "%s %s is routed in line %d already", route.Method, route.Path, line)
	}
	r.routes[key] = name.Line
	f.Routes = append(f.Routes, route)
}

func (r *reader) rule(f *Function, name, n *yaml.Node) {
	if !r.allow(n, name.Value, "EventBusName", "Pattern", "RetryPolicy", "DeadLetterConfig") {
		return
	}
	rule := Rule{Name: name.Value, Retries: defaultRuleRetries, MaxAge: defaultRuleAge, Line: name.Line}
	r.target(get(n, "EventBusName"), n, typeBus)
	if p := get(n, "Pattern"); p != nil {
		rule.Pattern = r.pattern(p)
	} else {
		r.fail(name, "%s has no Pattern", name.Value)
	}
	if p := get(n, "RetryPolicy"); p != nil && r.allow(p, "RetryPolicy", "MaximumRetryAttempts", "MaximumEventAgeInSeconds") {
		rule.Retries = r.number(get(p, "MaximumRetryAttempts"), rule.Retries)
		rule.MaxAge = r.seconds(get(p, "MaximumEventAgeInSeconds"), rule.MaxAge)
	}
	if c := get(n, "DeadLetterConfig"); c != nil && r.allow(c, "DeadLetterConfig", "Arn") {
		rule.DeadLetters = r.target(get(c, "Arn"), c, typeQueue)
	}
	f.Rules = append(f.Rules, rule)
}

func (r *reader) stream(f *Function, name, n *yaml.Node) {
	if !r.allow(n, name.Value, "Stream", "StartingPosition", "BatchSize", "MaximumBatchingWindowInSeconds",
		"ParallelizationFactor", "BisectBatchOnFunctionError", "MaximumRetryAttempts", "MaximumRecordAgeInSeconds",
		"FunctionResponseTypes", "FilterCriteria", "DestinationConfig") {
		return
	}
	s := Stream{
		Name: name.Value, Line: name.Line,
		Table:     r.target(get(n, "Stream"), n, typeTable),
		BatchSize: r.number(get(n, "BatchSize"), defaultBatch),
		Window:    r.seconds(get(n, "MaximumBatchingWindowInSeconds"), 0),
		Parallel:  r.number(get(n, "ParallelizationFactor"), 1),
		Retries:   r.number(get(n, "MaximumRetryAttempts"), -1),
		MaxAge:    r.seconds(get(n, "MaximumRecordAgeInSeconds"), 24*time.Hour),
		Bisect:    r.flag(get(n, "BisectBatchOnFunctionError")),
		OnFailure: r.onFailure(get(n, "DestinationConfig")),
	}
	for _, response := range items(get(n, "FunctionResponseTypes")) {
		s.PartialFailure = response.Value == "ReportBatchItemFailures"
	}
	if c := get(n, "FilterCriteria"); c != nil && r.allow(c, "FilterCriteria", "Filters") {
		for _, filter := range items(get(c, "Filters")) {
			if !r.allow(filter, "a filter", "Pattern") {
				continue
			}
			if p := get(filter, "Pattern"); p != nil {
				s.Filters = append(s.Filters, r.textPattern(p))
			}
		}
	}
	f.Streams = append(f.Streams, s)
}
