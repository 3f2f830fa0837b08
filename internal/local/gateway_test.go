package local

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
)

func TestGatewayAnswersLikeTheRealOne(t *testing.T) {
	r := start(t, t.TempDir(), newClock())
	good := r.token
	tests := []struct {
		name, token, method, path string
		status                    int
		text                      string
	}{
		{"no credential", "", "GET", "/v1/me", 401, `{"message":"Unauthorized"}`},
		{"a bad token", "nonsense", "GET", "/v1/me", 403, `{"message":"Forbidden"}`},
		{"no such route", good, "GET", "/v1/nothing", 404, `{"message":"Not Found"}`},
		{"no such method", good, "DELETE", "/v1/me", 404, `{"message":"Not Found"}`},
		{"a preflight of a browser", "", "OPTIONS", "/v1/me", 404, `{"message":"Not Found"}`},
		{"nothing for a variable", good, "GET", "/v1/campaigns/", 404, `{"message":"Not Found"}`},
		{"a path beside the runner's own", good, "GET", "/_localstate", 404, `{"message":"Not Found"}`},
		{"a campaign that is not there", good, "GET", "/v1/campaigns/0198f1c2-7c10-7b21-9c4f-5d2e3f4a5b6c", 404, `"campaign_not_found"`},
		{"a path in a path", good, "GET", "/v1/campaigns/..%2F..%2Fetc", 404, `"no_such_route"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r.t, r.token = t, tt.token
			wantText(t, "the answer", r.do(tt.method, tt.path, "", tt.status), tt.text)
		})
	}
}

func TestGatewayTellsNothingOfAFailure(t *testing.T) {
	broken := handler(func(context.Context, []byte) ([]byte, error) { return nil, errors.New("secret reason") })
	tests := []struct {
		name, function string
		inner          lambda.Handler
	}{
		{"the function fails", "orgs-api", broken},
		{"the function panics", "orgs-api", handler(func(context.Context, []byte) ([]byte, error) { panic("secret reason") })},
		{"the function talks nonsense", "orgs-api", handler(func(context.Context, []byte) ([]byte, error) { return []byte("secret reason"), nil })},
		{"the authorizer fails", "authorize", broken},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := start(t, t.TempDir(), newClock(), over(tt.function, func(lambda.Handler) lambda.Handler { return tt.inner }))
			if got := r.do("GET", "/v1/me", "", 500); got != "{\"message\":\"Internal Server Error\"}\n" {
				t.Errorf("the answer is %s", got)
			}
		})
	}
}

// A removed member is out once the gateway's minute is over; a failure of the authorizer is not kept.
func TestAuthorizerIsAskedOnceAMinute(t *testing.T) {
	var f flaky
	r := start(t, t.TempDir(), newClock(), f.over("authorize"))
	f.broken.Store(true)
	r.do("GET", "/v1/me", "", 500)
	f.broken.Store(false)
	for _, path := range []string{"/v1/me", "/v1/org", "/v1/inbox"} {
		r.do("GET", path, "", 200)
	}
	r.clock.Add(59 * time.Second)
	r.do("GET", "/v1/me", "", 200)
	if n := f.calls.Load(); n != 2 {
		t.Errorf("the authorizer was asked %d times within a minute, want 2", n)
	}
	r.clock.Add(2 * time.Second)
	r.do("GET", "/v1/me", "", 200)
	if n := f.calls.Load(); n != 3 {
		t.Errorf("the authorizer was asked %d times after a minute, want 3", n)
	}
}

// What a function gets is a request of API Gateway in payload format 2.0.
func TestRequestEvent(t *testing.T) {
	var got events.APIGatewayV2HTTPRequest
	var asked events.APIGatewayV2CustomAuthorizerV2Request
	keep := func(into any, name string) func(*Config) {
		return over(name, func(inner lambda.Handler) lambda.Handler {
			return handler(func(ctx context.Context, payload []byte) ([]byte, error) {
				if err := json.Unmarshal(payload, into); err != nil {
					t.Error(err)
				}
				return inner.Invoke(ctx, payload)
			})
		})
	}
	r := start(t, t.TempDir(), newClock(), keep(&got, "metrics-api"), keep(&asked, "authorize"))
	r.send("POST", "/v1/campaigns/a%20b/metrics/import?x=1&x=2&y=%26", "\xff", "Cookie", "a=1; b=2", "X-Two", "three")
	for _, c := range []struct{ what, got, want string }{
		{"version", got.Version, "2.0"},
		{"routeKey", got.RouteKey, "POST /v1/campaigns/{campaignId}/metrics/import"},
		{"rawPath", got.RawPath, "/v1/campaigns/a%20b/metrics/import"},
		{"rawQueryString", got.RawQueryString, "x=1&x=2&y=%26"},
		{"pathParameters", got.PathParameters["campaignId"], "a b"},
		{"queryStringParameters x", got.QueryStringParameters["x"], "1,2"},
		{"queryStringParameters y", got.QueryStringParameters["y"], "&"},
		{"headers", got.Headers["x-two"], "three"},
		{"no cookie among the headers", got.Headers["cookie"], ""},
		{"cookies", got.Cookies[1], "b=2"},
		{"body", got.Body, "/w=="},
		{"method", got.RequestContext.HTTP.Method, "POST"},
		{"sourceIp", got.RequestContext.HTTP.SourceIP, "192.0.2.1"},
		{"the authorizer's routeArn", asked.RouteArn, "arn:aws:execute-api:local:000000000000:local/$default/POST/v1/campaigns/a%20b/metrics/import"},
		{"the authorizer's identitySource", asked.IdentitySource[0], "Bearer " + r.token},
	} {
		if c.got != c.want {
			t.Errorf("%s is %q, want %q", c.what, c.got, c.want)
		}
	}
	if !got.IsBase64Encoded || got.RequestContext.Authorizer == nil || got.RequestContext.Authorizer.Lambda["role"] != "owner" {
		t.Errorf("the request is %+v", got)
	}
}

func TestRunnersOwnPagesAreForThisMachine(t *testing.T) {
	r := start(t, t.TempDir(), newClock())
	for _, host := range []string{"localhost:8080", "127.0.0.1:8080", "[::1]:8080", "[::1]", "bellwether:8080", "host.docker.internal:8080"} {
		r.host = host
		r.do("GET", "/_local", "", http.StatusOK)
	}
	// Another site's name can be made to lead here.
	r.host = "rebound.example.com:8080"
	r.do("GET", "/_local", "", http.StatusForbidden)
	r.do("POST", "/_local/token", "email=ada@example.com", http.StatusForbidden)
	r.host = "localhost:8080"
	r.do("POST", "/_local/token", "email=ada@example.com", http.StatusForbidden, "Sec-Fetch-Site", "cross-site")
	wantText(t, "a bad address", r.do("POST", "/_local/token", "email=ada", http.StatusBadRequest), "email must be")
}
