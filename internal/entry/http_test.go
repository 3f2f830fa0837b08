package entry_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"bellwether/internal/entry"
	"bellwether/internal/tenant"
)

// request is the sample request with a change.
func request(t *testing.T, change func(*events.APIGatewayV2HTTPRequest)) []byte {
	t.Helper()
	var in events.APIGatewayV2HTTPRequest
	if err := json.Unmarshal(payload(t, "httpapi.json"), &in); err != nil {
		t.Fatal(err)
	}
	change(&in)
	b, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func serve(t *testing.T, given []byte, h http.HandlerFunc) events.APIGatewayV2HTTPResponse {
	t.Helper()
	answer, err := entry.NewHTTP(h).Invoke(t.Context(), given)
	if err != nil {
		t.Fatal(err)
	}
	var out events.APIGatewayV2HTTPResponse
	d := json.NewDecoder(bytes.NewReader(answer))
	d.DisallowUnknownFields()
	if err := d.Decode(&out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestHTTPHandsOnTheRequest(t *testing.T) {
	served := false
	serve(t, payload(t, "httpapi.json"), func(_ http.ResponseWriter, r *http.Request) {
		served = true
		body, err := io.ReadAll(r.Body)
		if err != nil || string(body) != `{"note":"café 100 %"}` {
			t.Errorf("body %q, error %v", body, err)
		}
		session, err := r.Cookie("session")
		if err != nil || session.Value != "s1" || len(r.Cookies()) != 2 {
			t.Errorf("cookies %v, error %v", r.Cookies(), err)
		}
		p, ok := tenant.FromContext(r.Context())
		want := tenant.Principal{
			ID: "5f0c6a52-2a7e-5d0b-9a53-0d0a6f6d2b11", OrgID: "0198f1c2-6b00-7a10-8b3e-4c1d2e3f4a5b",
			Role: "manager", Actor: "user/5f0c6a52-2a7e-5d0b-9a53-0d0a6f6d2b11", Email: "kim@example.com", Name: "Kim",
		}
		if !ok || p != want {
			t.Errorf("principal %+v", p)
		}
		for _, c := range []struct{ what, got, want string }{
			{"method", r.Method, "POST"},
			{"path", r.URL.Path, "/v1/campaigns/0198f1c2-7c10-7b21-9c4f-5d2e3f4a5b6c/metrics"},
			{"query", fmt.Sprint(r.URL.Query()), "map[empty:[] tag:[a b c]]"},
			{"content type", r.Header.Get("Content-Type"), "application/json"},
			{"idempotency key", r.Header.Get("Idempotency-Key"), "import-2026-11-20"},
			{"request id", r.Header.Get(entry.RequestIDHeader), "BkQ2XhVZFiAEMvQ="},
			{"host", r.Host, "a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com"},
			{"address", r.RemoteAddr, "203.0.113.7:0"},
		} {
			if c.got != c.want {
				t.Errorf("%s is %q, want %q", c.what, c.got, c.want)
			}
		}
	})
	if !served {
		t.Error("the handler was not called")
	}
}

func TestHTTPKeepsThePathsEscapes(t *testing.T) {
	tests := []struct{ stage, given, pattern, want string }{
		{"$default", "/v1/x/a%2Fb", "GET /v1/x/{id}", "a/b"},
		{"$default", "/v1/x/a%20b", "GET /v1/x/{id}", "a b"},
		{"$default", "/v1/x/a b", "GET /v1/x/{id}", "a b"},
		{"$default", "/v1/x/100%", "GET /v1/x/{id}", "100%"},
		{"$default", "/v1/x/caf%C3%A9", "GET /v1/x/{id}", "café"},
		{"dev", "/dev/v1/x/1", "GET /v1/x/{id}", "1"},
		{"dev", "/device/1", "GET /device/{id}", "1"},
		{"dev", "/dev", "GET /{id...}", ""},
		{"", "", "GET /{id...}", ""},
	}
	for _, tt := range tests {
		t.Run(tt.given, func(t *testing.T) {
			given := request(t, func(in *events.APIGatewayV2HTTPRequest) {
				in.RawPath, in.RequestContext.Stage, in.RequestContext.HTTP.Method = tt.given, tt.stage, "GET"
			})
			mux := http.NewServeMux()
			mux.HandleFunc(tt.pattern, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "id="+r.PathValue("id")) })
			if out := serve(t, given, mux.ServeHTTP); out.StatusCode != 200 || out.Body != "id="+tt.want {
				t.Errorf("answered %d %q", out.StatusCode, out.Body)
			}
		})
	}
}

func TestHTTPWithoutAnAuthorizerHasNoPrincipal(t *testing.T) {
	for name, authorizer := range map[string]*events.APIGatewayV2HTTPRequestContextAuthorizerDescription{
		"none":               nil,
		"empty":              {Lambda: map[string]any{}},
		"not texts":          {Lambda: map[string]any{"id": 7, "orgId": true, "role": nil}},
		"another authorizer": {JWT: &events.APIGatewayV2HTTPRequestContextAuthorizerJWTDescription{Claims: map[string]string{"id": "x"}}},
	} {
		t.Run(name, func(t *testing.T) {
			given := request(t, func(in *events.APIGatewayV2HTTPRequest) { in.RequestContext.Authorizer = authorizer })
			serve(t, given, func(_ http.ResponseWriter, r *http.Request) {
				if p, ok := tenant.FromContext(r.Context()); ok {
					t.Errorf("principal %+v", p)
				}
			})
		})
	}
}

func TestHTTPAnswers(t *testing.T) {
	out := serve(t, payload(t, "httpapi.json"), func(w http.ResponseWriter, _ *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "a", Value: "1"})
		http.SetCookie(w, &http.Cookie{Name: "b", Value: "2"})
		w.Header().Add("Vary", "Accept")
		w.Header().Add("Vary", "Origin")
		w.WriteHeader(http.StatusCreated)
		w.WriteHeader(http.StatusTeapot)
		w.Header().Set("Too-Late", "yes")
		io.WriteString(w, "é")
	})
	if out.StatusCode != 201 || out.Body != "é" || out.IsBase64Encoded || out.Headers["vary"] != "Accept, Origin" ||
		fmt.Sprint(out.Cookies) != "[a=1 b=2]" || out.Headers["too-late"] != "" || out.Headers["x-request-id"] != "BkQ2XhVZFiAEMvQ=" {
		t.Errorf("answered %+v", out)
	}
	binary := serve(t, payload(t, "httpapi.json"), func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte{0xff, 0xfe}) })
	if !binary.IsBase64Encoded || binary.Body != "//4=" || binary.StatusCode != 200 {
		t.Errorf("answered %+v", binary)
	}
	if empty := serve(t, payload(t, "httpapi.json"), func(http.ResponseWriter, *http.Request) {}); empty.StatusCode != 200 || empty.Body != "" {
		t.Errorf("answered %+v", empty)
	}
}

func TestHTTPRefusesBodies(t *testing.T) {
	exactly := strings.Repeat("x", entry.MaxBody)
	tests := []struct {
		name   string
		body   string
		base64 bool
		status int
		code   string
	}{
		{"at the limit", exactly, false, 200, ""},
		{"over the limit", exactly + "x", false, 413, "body_too_large"},
		{"at the limit when decoded", base64.StdEncoding.EncodeToString([]byte(exactly)), true, 200, ""},
		{"over the limit when decoded", base64.StdEncoding.EncodeToString([]byte(exactly + "x")), true, 413, "body_too_large"},
		{"broken base64", "?", true, 400, "bad_body"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			given := request(t, func(in *events.APIGatewayV2HTTPRequest) { in.Body, in.IsBase64Encoded = tt.body, tt.base64 })
			served := false
			out := serve(t, given, func(http.ResponseWriter, *http.Request) { served = true })
			if out.StatusCode != tt.status || served != (tt.status == 200) {
				t.Fatalf("answered %d, served %v", out.StatusCode, served)
			}
			if tt.code != "" {
				checkProblem(t, out, tt.code, "BkQ2XhVZFiAEMvQ=")
			}
		})
	}
}

func TestHTTPNeverTellsAPanic(t *testing.T) {
	h := entry.NewHTTP(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set(entry.RequestIDHeader, "0198f1c3")
		w.Header().Set("ETag", `"7"`)
		io.WriteString(w, `{"half":`)
		panic("the password is 42")
	}))
	answer, lines, _, err := invoke(t.Context(), t, "campaigns-api", h, payload(t, "httpapi.json"))
	if err != nil {
		t.Fatal(err)
	}
	var out events.APIGatewayV2HTTPResponse
	if err := json.Unmarshal(answer, &out); err != nil {
		t.Fatal(err)
	}
	if out.StatusCode != 500 || out.Headers["etag"] != "" {
		t.Errorf("answered %+v", out)
	}
	checkProblem(t, out, "internal", "0198f1c3")
	for _, inside := range []string{"password", "goroutine", ".go:", "half"} {
		if strings.Contains(string(answer), inside) {
			t.Errorf("the client is told %q", inside)
		}
	}
	stack, _ := lines[0]["stack"].(string)
	if lines[0]["level"] != "WARN" || !strings.Contains(stack, "http_test.go") || lines[0]["http"] != "POST 500" {
		t.Errorf("logged %v", lines[0])
	}
}

func TestHTTPDoesNotSendWhatLambdaCanNot(t *testing.T) {
	out := serve(t, payload(t, "httpapi.json"), func(w http.ResponseWriter, _ *http.Request) { w.Write(make([]byte, 5<<20)) })
	if out.StatusCode != 500 {
		t.Errorf("answered %d", out.StatusCode)
	}
	checkProblem(t, out, "internal", "BkQ2XhVZFiAEMvQ=")
}

func checkProblem(t *testing.T, out events.APIGatewayV2HTTPResponse, code, requestID string) {
	t.Helper()
	var p struct {
		Type, Title, Code, Detail, RequestID string
		Status                               int
	}
	if err := json.Unmarshal([]byte(out.Body), &p); err != nil {
		t.Fatal(err)
	}
	if out.Headers["content-type"] != "application/problem+json" || p.Code != code || p.Status != out.StatusCode ||
		p.RequestID != requestID || out.Headers["x-request-id"] != requestID || p.Title == "" || p.Detail == "" {
		t.Errorf("the problem is %+v, headers %v", p, out.Headers)
	}
}

func TestHTTPCarriesTheContext(t *testing.T) {
	type key struct{}
	ctx := context.WithValue(t.Context(), key{}, "kept")
	h := entry.NewHTTP(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.Context().Value(key{}) != "kept" {
			t.Error("the invocation's context is lost")
		}
	}))
	if _, err := h.Invoke(ctx, payload(t, "httpapi.json")); err != nil {
		t.Fatal(err)
	}
}
