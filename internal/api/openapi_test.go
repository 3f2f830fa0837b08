package api_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"bellwether/internal/tenant"
)

// document is openapi.yaml with its references resolved.
func document(t *testing.T) *openapi3.T {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromFile("openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestTheDocumentIsValid(t *testing.T) {
	doc := document(t)
	if err := doc.Validate(t.Context()); err != nil {
		t.Error(err)
	}
	if !doc.IsOpenAPI31OrLater() {
		t.Errorf("it is of version %s", doc.OpenAPI)
	}
}

// Each operation says what a client and a generator of clients count on.
func TestOperationsAreComplete(t *testing.T) {
	doc, ids := document(t), map[string]string{}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			t.Run(method+" "+path, func(t *testing.T) {
				if op.OperationID == "" || ids[op.OperationID] != "" {
					t.Errorf("operationId %q is empty, or that of %s too", op.OperationID, ids[op.OperationID])
				}
				ids[op.OperationID] = method + " " + path
				public := tenant.Public(method + " " + path)
				if secured(doc, op) == public {
					t.Errorf("open to everybody: %v; it asks for a bearer: %v", public, secured(doc, op))
				}
				checkHeaders(t, method, op, public)
				checkProblems(t, method, path, op, public)
				checkBody(t, op)
			})
		}
	}
}

func secured(doc *openapi3.T, op *openapi3.Operation) bool {
	wanted := doc.Security
	if op.Security != nil {
		wanted = *op.Security
	}
	return len(wanted) > 0 && !slices.ContainsFunc(wanted, func(r openapi3.SecurityRequirement) bool {
		_, ok := r["bearer"]
		return !ok
	})
}

// checkHeaders wants what makes a repeat and a late change harmless.
func checkHeaders(t *testing.T, method string, op *openapi3.Operation, public bool) {
	if has := op.Parameters.GetByInAndName("header", "Idempotency-Key") != nil; has != (method == "POST" && !public) {
		t.Errorf("Idempotency-Key: %v", has)
	}
	matches := op.Parameters.GetByInAndName("header", "If-Match") != nil
	if refuses := op.Responses.Value("412") != nil; matches != refuses {
		t.Errorf("If-Match: %v, 412: %v", matches, refuses)
	}
	for status, r := range op.Responses.Map() {
		if matches && status < "300" && r.Value.Headers["ETag"] == nil {
			t.Errorf("If-Match, but no ETag in %s", status)
		}
	}
}

// checkProblems wants each failure that can happen, as problem+json and nothing else, or as a page
// where people are answered.
func checkProblems(t *testing.T, method, path string, op *openapi3.Operation, public bool) {
	want := []string{"500", "502", "503"}
	if strings.Contains(path, "{") {
		want = append(want, "404")
	}
	if op.RequestBody != nil {
		want = append(want, "400", "413")
	}
	if !public {
		want = append(want, mannersProblems(method, op)...)
	}
	for _, status := range want {
		if op.Responses.Value(status) == nil {
			t.Errorf("no %s", status)
		}
	}
	page := public && op.Responses.Value("200").Value.Content["text/html"] != nil
	for status, r := range op.Responses.Map() {
		kinds := slices.Collect(maps.Keys(r.Value.Content))
		forPeople := page && slices.Equal(kinds, []string{"text/html"})
		if status >= "400" && !forPeople && !slices.Equal(kinds, []string{"application/problem+json"}) {
			t.Errorf("%s answers %v", status, kinds)
		}
	}
}

// mannersProblems are the failures of those who must sign in, and of what they send.
func mannersProblems(method string, op *openapi3.Operation) []string {
	want := []string{"401", "403"}
	if method == "POST" {
		want = append(want, "400", "409", "422") // by the Idempotency-Key
	}
	byQuery := slices.ContainsFunc(op.Parameters, func(p *openapi3.ParameterRef) bool { return p.Value.In == "query" })
	if op.RequestBody != nil || byQuery {
		want = append(want, "422")
	}
	return want
}

// checkBody wants unknown fields refused, wherever they stand.
func checkBody(t *testing.T, op *openapi3.Operation) {
	if op.RequestBody == nil {
		return
	}
	for _, media := range op.RequestBody.Value.Content {
		for at, schema := range objects(media.Schema, "body") {
			if schema.AdditionalProperties.Has == nil || *schema.AdditionalProperties.Has {
				t.Errorf("%s takes unknown fields", at)
			}
		}
	}
}

// objects are the objects in a schema, by where they stand.
func objects(ref *openapi3.SchemaRef, at string) map[string]*openapi3.Schema {
	found := map[string]*openapi3.Schema{}
	if ref == nil || strings.Count(at, "[]") > 3 { // a schema may hold itself, in lists
		return found
	}
	if ref.Value.Type.Is("object") {
		found[at] = ref.Value
	}
	maps.Copy(found, objects(ref.Value.Items, at+"[]"))
	for _, option := range ref.Value.AnyOf {
		maps.Copy(found, objects(option, at))
	}
	for name, property := range ref.Value.Properties {
		maps.Copy(found, objects(property, at+"."+name))
	}
	return found
}
