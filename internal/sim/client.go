package sim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"bellwether/internal/tenant"
)

// Request is one request of a client.
type Request struct {
	Function string // the function behind the route
	Method   string
	Path     string
	Query    string
	Type     string // content type; "" for JSON
	Body     string
	Key      string // Idempotency-Key
}

// Answer is what came back.
type Answer struct {
	Status int
	Body   string
}

// Do makes the request once as the principal.
func (w *World) Do(p tenant.Principal, r Request, choose func(int, string) Fault) (Answer, error) {
	headers := map[string]string{"content-type": "application/json"}
	if r.Type != "" {
		headers["content-type"] = r.Type
	}
	if r.Key != "" {
		headers["idempotency-key"] = r.Key
	}
	payload, err := json.Marshal(map[string]any{
		"version": "2.0", "rawPath": r.Path, "rawQueryString": r.Query, "headers": headers, "body": r.Body,
		"requestContext": map[string]any{
			"requestId": "sim", "stage": "$default", "http": map[string]any{"method": r.Method, "path": r.Path, "sourceIp": "192.0.2.1"},
			"authorizer": map[string]any{"lambda": p.AuthorizerContext()},
		},
	})
	if err != nil {
		return Answer{}, err
	}
	out, err := w.invoke(w.functions[r.Function].Handler, payload, choose)
	if err != nil {
		return Answer{}, err
	}
	var answer struct {
		Status int    `json:"statusCode"`
		Body   string `json:"body"`
	}
	if err := json.Unmarshal(out, &answer); err != nil {
		return Answer{}, err
	}
	a := Answer{answer.Status, answer.Body}
	if unsure(a) {
		return a, fmt.Errorf("answered %d: %s", a.Status, a.Body)
	}
	return a, nil
}

// unsure reports whether a client has to ask again: the answer does not say what happened.
func unsure(a Answer) bool {
	return a.Status >= http.StatusInternalServerError || strings.Contains(a.Body, `"request_running"`)
}

// SignIn is the person's principal, by the production authorizer and without faults.
func (w *World) SignIn(email string) (tenant.Principal, error) {
	payload := fmt.Sprintf(`{"version":"2.0","type":"REQUEST","headers":{"authorization":"Bearer %s"}}`, email)
	out, err := w.invoke(w.functions["authorize"].Handler, []byte(payload), nil)
	if err != nil {
		return tenant.Principal{}, err
	}
	var answer struct {
		Context map[string]any `json:"context"`
	}
	if err := json.Unmarshal(out, &answer); err != nil {
		return tenant.Principal{}, err
	}
	p, ok := tenant.FromAuthorizer(answer.Context)
	if !ok {
		return p, fmt.Errorf("the authorizer refused %s", email)
	}
	return p, nil
}
