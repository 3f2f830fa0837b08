package sam

import (
	"os"
	"path"
	"path/filepath"
	"time"

	"go.yaml.in/yaml/v3"
)

// functionProperties are those that the runner honours, or that change nothing on a laptop.
var functionProperties = []string{
	"Architectures", "CodeUri", "Description", "Environment", "EventInvokeConfig", "Events", "FunctionName",
	"Handler", "LoggingConfig", "MemorySize", "ReservedConcurrentExecutions", "Role", "Runtime", "Tags", "Timeout", "Tracing",
}

// Lambda's own defaults.
const (
	defaultTimeout      = 3 * time.Second
	defaultAsyncRetries = 2
	defaultAsyncAge     = 6 * time.Hour
)

func (r *reader) function(res resource, properties *yaml.Node) {
	if properties == nil || !r.allow(properties, res.id, functionProperties...) {
		return
	}
	f := Function{
		LogicalID: res.id, Line: res.line,
		Timeout: r.seconds(r.property(properties, "Timeout"), defaultTimeout),
		Env:     map[string]string{},
		Async:   r.async(res, get(properties, "EventInvokeConfig")),
	}
	r.codeURI(&f, res, get(properties, "CodeUri"))
	for _, scope := range []*yaml.Node{r.globals, properties} {
		for name, value := range pairs(get(scope, "Environment", "Variables")) {
			f.Env[name.Value] = r.string(value)
		}
	}
	if group := get(properties, "LoggingConfig", "LogGroup"); group != nil {
		f.LogGroup = r.target(group, group, typeLogGroup)
	}
	if role := get(properties, "Role"); role != nil {
		f.Role = r.target(role, role, typeRole)
	}
	for name, event := range pairs(get(properties, "Events")) {
		r.event(&f, name, event)
	}
	r.out.Functions = append(r.out.Functions, f)
}

// property is a function's own value, or the one for all functions.
func (r *reader) property(properties *yaml.Node, name string) *yaml.Node {
	if own := get(properties, name); own != nil {
		return own
	}
	return get(r.globals, name)
}

func (r *reader) codeURI(f *Function, res resource, n *yaml.Node) {
	if n == nil || r.string(n) == "" {
		r.fail(res.node, "%s has no CodeUri", res.id)
		return
	}
	f.CodeURI = n.Value
	f.Name = path.Base(path.Clean(n.Value))
	if info, err := os.Stat(filepath.Join(filepath.Dir(r.path), filepath.FromSlash(n.Value))); err != nil || !info.IsDir() {
		r.fail(n, "there is no folder %s", n.Value)
	}
	if other, taken := r.out.Function(f.Name); taken {
		r.fail(n, "%s is the code of %s already", n.Value, other.LogicalID)
	}
}

func (r *reader) async(res resource, n *yaml.Node) Async {
	a := Async{Retries: defaultAsyncRetries, MaxAge: defaultAsyncAge}
	if n == nil || !r.allow(n, "EventInvokeConfig", "MaximumRetryAttempts", "MaximumEventAgeInSeconds", "DestinationConfig") {
		return a
	}
	a.Retries = r.number(get(n, "MaximumRetryAttempts"), a.Retries)
	a.MaxAge = r.seconds(get(n, "MaximumEventAgeInSeconds"), a.MaxAge)
	a.OnFailure = r.onFailure(get(n, "DestinationConfig"))
	return a
}

// onFailure reads a DestinationConfig.
func (r *reader) onFailure(n *yaml.Node) string {
	if n == nil || !r.allow(n, "DestinationConfig", "OnFailure") {
		return ""
	}
	target := get(n, "OnFailure")
	if target == nil || !r.allow(target, "OnFailure", "Type", "Destination") {
		return ""
	}
	if kind := get(target, "Type"); kind != nil && r.string(kind) != "SQS" {
		r.fail(kind, "the runner keeps failures in queues (SQS), not in %s", kind.Value)
		return ""
	}
	return r.target(get(target, "Destination"), target, typeQueue)
}
