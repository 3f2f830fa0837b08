package api_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"bellwether/internal/api"
	"bellwether/internal/tenant"
)

// operation is one operation of openapi.yaml.
type operation struct {
	Pattern  string // "GET /v1/org"
	ID       string `yaml:"operationId"`
	Security *[]any `yaml:"security"` // empty: open to everybody
}

// operations are those of openapi.yaml, sorted by pattern.
func operations(t *testing.T) []operation {
	t.Helper()
	text, err := os.ReadFile("openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var spec struct {
		Paths map[string]map[string]operation `yaml:"paths"`
	}
	if err := yaml.Unmarshal(text, &spec); err != nil {
		t.Fatal(err)
	}
	var list []operation
	for path, methods := range spec.Paths {
		for method, op := range methods {
			op.Pattern = strings.ToUpper(method) + " " + path
			list = append(list, op)
		}
	}
	slices.SortFunc(list, func(a, b operation) int { return strings.Compare(a.Pattern, b.Pattern) })
	return list
}

// The generated types are those of openapi.yaml.
func TestTypesAreGenerated(t *testing.T) {
	config, err := os.ReadFile("oapi-codegen.yaml")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	out, elsewhere := filepath.Join(dir, "types.gen.go"), filepath.Join(dir, "oapi-codegen.yaml")
	config = bytes.Replace(config, []byte("output: types.gen.go"), []byte("output: "+out), 1)
	if err := os.WriteFile(elsewhere, config, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "go", "tool", "oapi-codegen", "-config", elsewhere, "openapi.yaml")
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	want, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("types.gen.go")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("types.gen.go is stale: run make generate")
	}
}

func TestEveryRouteIsInTheTableOfRoles(t *testing.T) {
	var specified, open []string
	for _, op := range operations(t) {
		if op.Security == nil {
			specified = append(specified, op.Pattern)
		} else {
			open = append(open, op.Pattern)
		}
	}
	if public := tenant.PublicRoutes(); !slices.Equal(open, public) {
		t.Errorf("open to everybody by openapi.yaml: %v, by package tenant: %v", open, public)
	}
	inTable := tenant.Routes()
	slices.Sort(inTable)
	for _, pattern := range inTable {
		if !slices.Contains(specified, pattern) {
			t.Errorf("%s is in the table of roles, not in openapi.yaml", pattern)
		}
	}
	for _, pattern := range specified {
		if !slices.Contains(inTable, pattern) {
			t.Errorf("%s is in openapi.yaml, not in the table of roles", pattern)
		}
	}
}

// caller is somebody who makes a request.
type caller struct {
	name      string
	principal tenant.Principal
	signedIn  bool
}

func callers() []caller {
	person := tenant.Principal{ID: "0198f1c2-6b00-7a10-8b3e-4c1d2e3f4a5b", Actor: "user/0198f1c2-6b00-7a10-8b3e-4c1d2e3f4a5b"}
	list := []caller{{name: "nobody"}, {"stranger", person, true}}
	for _, role := range []tenant.Role{tenant.Viewer, tenant.Analyst, tenant.Manager, tenant.Admin, tenant.Owner, "king"} {
		p := person
		p.OrgID, p.Role = "0198f1c2-6b00-7a10-8b3e-4c1d2e3f4a5c", role
		list = append(list, caller{string(role), p, true})
	}
	return list
}

// G9: who may use which route is what testdata/access.txt says, a line a route. Somebody who did
// not sign in is answered 401, one whose role does not suffice 403.
func TestRolesByRoute(t *testing.T) {
	var matrix strings.Builder
	for _, op := range operations(t) {
		handler := manners(t).Handler(api.Route{Pattern: op.Pattern, Public: op.Security != nil, Handle: func(w http.ResponseWriter, _ *http.Request) error {
			w.WriteHeader(http.StatusNoContent)
			return nil
		}})
		var allowed []string
		for _, c := range callers() {
			switch status := ask(handler, op.Pattern, c).Code; {
			case status == http.StatusNoContent:
				allowed = append(allowed, c.name)
			case !c.signedIn && status == http.StatusUnauthorized, c.signedIn && status == http.StatusForbidden:
			default:
				t.Errorf("%s by %s: status %d", op.Pattern, c.name, status)
			}
		}
		fmt.Fprintf(&matrix, "%s: %s\n", op.Pattern, strings.Join(allowed, " "))
	}
	want, err := os.ReadFile("testdata/access.txt")
	if err != nil {
		t.Fatal(err)
	}
	if matrix.String() != string(want) {
		t.Errorf("testdata/access.txt differs; now it is\n%s", matrix.String())
	}
}

func TestARouteMissingInTheTableIsDenied(t *testing.T) {
	handler := manners(t).Handler(api.Route{Pattern: "GET /v1/new", Handle: func(w http.ResponseWriter, _ *http.Request) error {
		t.Error("it was let through")
		return nil
	}})
	for _, c := range callers() {
		if status := ask(handler, "GET /v1/new", c).Code; status != http.StatusForbidden && status != http.StatusUnauthorized {
			t.Errorf("%s: status %d", c.name, status)
		}
	}
}

// A route is open to everybody only when both its function and the list of such routes say so.
func TestPublicRoutesAreDeniedByDefault(t *testing.T) {
	cases := map[string]api.Route{
		"listed, but not made public":        {Pattern: "POST /v1/webhooks/{platform}"},
		"made public, but not listed":        {Pattern: "GET /v1/new", Public: true},
		"made public, but a route of a role": {Pattern: "GET /v1/org/members", Public: true},
	}
	for name, route := range cases {
		t.Run(name, func(t *testing.T) {
			route.Handle = func(w http.ResponseWriter, _ *http.Request) error {
				t.Error("it was let through")
				return nil
			}
			if status := ask(manners(t).Handler(route), route.Pattern, caller{}).Code; status != http.StatusUnauthorized {
				t.Errorf("status %d", status)
			}
		})
	}
}

// Behind a public route there is no principal: events name where the request came from, and an
// Idempotency-Key, which would be everybody's, plays no part.
func TestPublicRoutesHaveNoPrincipal(t *testing.T) {
	cases := map[string]string{"POST /v1/webhooks/meta": "platform/meta", "GET /v1/integrations/callback": "browser"}
	for request, actor := range cases {
		t.Run(request, func(t *testing.T) {
			var actors []string
			handle := func(w http.ResponseWriter, r *http.Request) error {
				actors = append(actors, api.RequestCause(r).Actor)
				return nil
			}
			h := manners(t).Handler(
				api.Route{Pattern: "POST /v1/webhooks/{platform}", Public: true, Handle: handle},
				api.Route{Pattern: "GET /v1/integrations/callback", Public: true, Handle: handle})
			method, path, _ := strings.Cut(request, " ")
			for range 2 {
				r := httptest.NewRequest(method, path, nil)
				r.Header.Set("Idempotency-Key", "k")
				w := httptest.NewRecorder()
				h.ServeHTTP(w, r)
				if w.Code != http.StatusOK || w.Header().Get(api.RequestIDHeader) == "" {
					t.Errorf("status %d, header %v", w.Code, w.Header())
				}
			}
			if !slices.Equal(actors, []string{actor, actor}) {
				t.Errorf("actors %v", actors)
			}
		})
	}
}

// ask makes the request of a pattern, with an id for each of its parameters.
func ask(h http.Handler, pattern string, c caller) *httptest.ResponseRecorder {
	method, path, _ := strings.Cut(pattern, " ")
	parts := strings.Split(path, "/")
	for i, part := range parts {
		if strings.HasPrefix(part, "{") {
			parts[i] = "0198f1c2-6b00-7a10-8b3e-4c1d2e3f4a5d"
		}
	}
	r := httptest.NewRequest(method, strings.Join(parts, "/"), nil)
	if c.signedIn {
		r = r.WithContext(tenant.WithPrincipal(r.Context(), c.principal))
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}
