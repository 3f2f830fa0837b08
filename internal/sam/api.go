package sam

import (
	"path"

	"go.yaml.in/yaml/v3"
)

func (r *reader) api(res resource, properties *yaml.Node) {
	if properties == nil || !r.allow(properties, res.id,
		"Name", "Description", "FailOnWarnings", "DefaultRouteSettings", "AccessLogSettings", "Auth", "Tags") {
		return
	}
	auth := get(properties, "Auth")
	if auth == nil || !r.allow(auth, "Auth", "DefaultAuthorizer", "Authorizers") {
		return
	}
	list := get(auth, "Authorizers")
	name := get(auth, "DefaultAuthorizer")
	a := get(list, r.string(name))
	switch {
	case list == nil || len(list.Content) != 2 || a == nil:
		r.fail(auth, "the runner takes one authorizer, and it must be the default")
	case r.out.Authorizer != nil:
		r.fail(auth, "the runner takes one authorizer, and line %d has it", r.out.Authorizer.Line)
	default:
		r.authorizer(name, a)
	}
}

func (r *reader) authorizer(name, n *yaml.Node) {
	if !r.allow(n, name.Value, "FunctionArn", "AuthorizerPayloadFormatVersion", "EnableSimpleResponses",
		"EnableFunctionDefaultPermissions", "Identity") {
		return
	}
	if r.string(get(n, "AuthorizerPayloadFormatVersion")) != "2.0" || !r.flag(get(n, "EnableSimpleResponses")) {
		r.fail(n, "the runner speaks payload 2.0 with simple responses to an authorizer")
	}
	a := Authorizer{Line: name.Line}
	if id := r.target(get(n, "FunctionArn"), n, typeFunction); id != "" {
		a.Function = path.Base(path.Clean(r.string(r.resolve(get(r.resources[id].properties, "CodeUri")))))
	}
	identity := get(n, "Identity")
	if identity == nil || !r.allow(identity, "Identity", "Headers", "ReauthorizeEvery") {
		r.fail(n, "the authorizer needs an Identity: the header that it looks at")
		return
	}
	headers := items(get(identity, "Headers"))
	if len(headers) != 1 {
		r.fail(identity, "the runner takes one identity header")
		return
	}
	a.Header = r.string(headers[0])
	a.TTL = r.seconds(get(identity, "ReauthorizeEvery"), 0)
	r.out.Authorizer = &a
}
