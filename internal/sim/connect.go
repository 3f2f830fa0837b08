package sim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"

	"bellwether/internal/integration"
	"bellwether/internal/platform"
	"bellwether/internal/platform/connectors"
	"bellwether/internal/platform/sandbox"
	"bellwether/internal/tenant"
)

// connectors are those of all platforms, over the sandbox behind the gate.
func (w *World) connectors() (platform.Connectors, error) {
	endpoints := map[string]platform.Endpoint{}
	for _, name := range sandbox.Platforms() {
		endpoints[name] = sandbox.Endpoint(name, "http://sandbox.example")
	}
	return connectors.New(endpoints, &http.Client{
		Transport:     transport{w.gate, w.Sandbox},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, w.Clock.Now)
}

// Connect connects an ad account for the principal, by the real round trip of a browser and without
// faults, and answers the integration's id.
func (w *World) Connect(p tenant.Principal, platformName, accountID string) (string, error) {
	body := fmt.Sprintf(`{"platform":%q,"accountId":%q}`, platformName, accountID)
	a, err := w.Do(p, Request{Function: "integrations-api", Method: "POST", Path: "/v1/integrations", Body: body}, nil)
	if err != nil || a.Status != http.StatusCreated {
		return "", fmt.Errorf("begin to connect: %v %+v", err, a)
	}
	var begun struct{ AuthorizationURL string }
	if err := json.Unmarshal([]byte(a.Body), &begun); err != nil {
		return "", err
	}
	back, err := w.comeBack(begun.AuthorizationURL)
	if err != nil {
		return "", err
	}
	a, err = w.Do(tenant.Principal{}, back, nil)
	if err != nil || a.Status != http.StatusOK {
		return "", fmt.Errorf("come back from %s: %v %+v", platformName, err, a)
	}
	return integration.IDOf(p.OrgID, platformName, accountID), nil
}

// comeBack is what a person's browser asks of us after it was sent to the address: it comes back from the
// platform, or fills in our own form where that has no page.
func (w *World) comeBack(address string) (Request, error) {
	u, err := url.Parse(address)
	if err != nil {
		return Request{}, err
	}
	if strings.HasSuffix(u.Path, "/sign-in") {
		form := url.Values{"state": {u.Query().Get("state")}, "handle": {"northwind.bsky.example"}, "password": {"sandbox-app-pass"}}
		return Request{Function: "integrations-api", Method: "POST", Path: u.Path, Type: "application/x-www-form-urlencoded", Body: form.Encode()}, nil
	}
	back, err := w.consent(address)
	if err != nil {
		return Request{}, err
	}
	return Request{Function: "integrations-api", Method: "GET", Path: back.Path, Query: back.RawQuery}, nil
}

// consent is a person's browser at the platform, who allows what is asked for.
func (w *World) consent(authorizationURL string) (*url.URL, error) {
	r := httptest.NewRequest(http.MethodPost, authorizationURL, strings.NewReader("decision=allow"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer := httptest.NewRecorder()
	w.Sandbox.ServeHTTP(answer, r)
	if answer.Code != http.StatusSeeOther {
		return nil, fmt.Errorf("the consent page answered %d: %s", answer.Code, answer.Body)
	}
	return url.Parse(answer.Header().Get("Location"))
}
