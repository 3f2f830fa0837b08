// Package authorize is the Lambda authorizer of the HTTP API: it finds out who makes a request, by
// a token of the identity provider or by an API key, and hands the organisation, the person or
// key, and the role on to the function behind the route.
package authorize

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"bellwether/internal/fault"
	"bellwether/internal/obs"
	"bellwether/internal/tenant"
)

// Verifier checks a token of the identity provider. A token that is not good is fault.Denied; any
// other error says that this could not be found out.
type Verifier interface {
	Verify(ctx context.Context, token string) (tenant.Identity, error)
}

// Tenants finds principals.
type Tenants interface {
	SignIn(ctx context.Context, id tenant.Identity, now time.Time) (tenant.Principal, error)
	// PrincipalOfKey is fault.NotFound for a key that was never given, is revoked or has expired.
	PrincipalOfKey(ctx context.Context, key string) (tenant.Principal, error)
}

// Authorizer is the handler of the function authorize.
type Authorizer struct {
	verifier Verifier
	tenants  Tenants
	now      func() time.Time
}

// New makes the authorizer.
func New(verifier Verifier, tenants Tenants, now func() time.Time) *Authorizer {
	return &Authorizer{verifier, tenants, now}
}

type request struct {
	Headers map[string]string `json:"headers"`
}

// response is the simple response of payload format 2.0. What is in it is cached by the gateway
// for up to a minute and reaches the function behind the route; the client sees none of it.
type response struct {
	IsAuthorized bool           `json:"isAuthorized"`
	Context      map[string]any `json:"context,omitempty"`
}

// Invoke implements lambda.Handler. Who can't be identified is refused, without a reason; when
// that can't be found out, the error makes the gateway answer 500: an outage must not sign people out.
func (a *Authorizer) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	var in request
	if err := json.Unmarshal(payload, &in); err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "bad_payload", "this is no request to an authorizer")
	}
	principal, err := a.identify(ctx, bearer(in.Headers))
	switch {
	case err == nil:
		return json.Marshal(response{IsAuthorized: true, Context: principal.AuthorizerContext()})
	case fault.Is(err, fault.Denied):
		obs.Note(ctx, "refused", err.Error())
		return json.Marshal(response{})
	default:
		return nil, err
	}
}

func (a *Authorizer) identify(ctx context.Context, credential string) (tenant.Principal, error) {
	switch {
	case credential == "":
		return tenant.Principal{}, denied("no credential")
	case tenant.LooksLikeKey(credential):
		p, err := a.tenants.PrincipalOfKey(ctx, credential)
		if fault.Is(err, fault.NotFound) {
			return p, denied("no such API key")
		}
		return p, err
	}
	identity, err := a.verifier.Verify(ctx, credential)
	if err != nil {
		return tenant.Principal{}, err
	}
	return a.tenants.SignIn(ctx, identity, a.now())
}

// bearer is what the Authorization header holds behind the scheme, "" without one.
func bearer(headers map[string]string) string {
	for name, value := range headers {
		if !strings.EqualFold(name, "Authorization") {
			continue
		}
		if scheme, credential, ok := strings.Cut(value, " "); ok && strings.EqualFold(scheme, "Bearer") {
			return credential
		}
	}
	return ""
}

func denied(why string) error { return fault.New(fault.Denied, "bad_credential", why) }
