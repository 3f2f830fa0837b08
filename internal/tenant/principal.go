package tenant

import (
	"context"
	"strings"
)

// Role is what a member may do in an organisation; see the route x role table.
type Role string

// The roles, from most to least.
const (
	Owner   Role = "owner"
	Admin   Role = "admin"
	Manager Role = "manager"
	Analyst Role = "analyst"
	Viewer  Role = "viewer"
)

// Principal is who makes a request, as the authorizer verified it: the only source of
// the organisation and the role.
type Principal struct {
	ID    string // the person's or the API key's id
	OrgID string
	Role  Role
	Actor string // "user/<id>" or "key/<id>", as events name it
	Email string // empty for an API key
	Name  string
}

// IsPerson reports whether a signed-in person, not an API key, makes the request.
func (p Principal) IsPerson() bool { return strings.HasPrefix(p.Actor, "user/") }

// AuthorizerContext is p as a Lambda authorizer hands it on: API Gateway carries texts only.
func (p Principal) AuthorizerContext() map[string]any {
	return map[string]any{
		"id": p.ID, "orgId": p.OrgID, "role": string(p.Role), "actor": p.Actor, "email": p.Email, "name": p.Name,
	}
}

// FromAuthorizer reads what AuthorizerContext wrote. There is no principal without an id.
func FromAuthorizer(context map[string]any) (Principal, bool) {
	text := func(key string) string {
		s, _ := context[key].(string)
		return s
	}
	p := Principal{
		ID: text("id"), OrgID: text("orgId"), Role: Role(text("role")),
		Actor: text("actor"), Email: text("email"), Name: text("name"),
	}
	return p, p.ID != ""
}

type principalKey struct{}

// WithPrincipal puts p into ctx.
func WithPrincipal(ctx context.Context, p Principal) context.Context {
	return context.WithValue(ctx, principalKey{}, p)
}

// FromContext is the principal that WithPrincipal put into ctx.
func FromContext(ctx context.Context) (Principal, bool) {
	p, ok := ctx.Value(principalKey{}).(Principal)
	return p, ok
}
