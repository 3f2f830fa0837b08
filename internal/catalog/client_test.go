package catalog_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"bellwether/internal/local"
)

// moving is a time that goes by.
type moving struct {
	mu sync.Mutex
	at time.Time
}

func (m *moving) Now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.at = m.at.Add(time.Microsecond)
	return m.at
}

func (m *moving) add(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.at = m.at.Add(d)
}

// client is a person at the running system.
type client struct {
	t      testing.TB
	system *local.System
	token  string
}

func (c *client) send(r request) *httptest.ResponseRecorder {
	target := r.path
	if r.query != "" {
		target += "?" + r.query
	}
	req := httptest.NewRequest(r.method, target, strings.NewReader(r.body))
	req.Host = "localhost"
	for name, value := range r.header {
		req.Header.Set(name, value)
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	w := httptest.NewRecorder()
	c.system.Handler().ServeHTTP(w, req)
	return w
}

// must wants success, and answers the JSON.
func (c *client) must(method, path, body string) map[string]any {
	c.t.Helper()
	w := c.send(request{method: method, path: path, body: body, header: map[string]string{"Content-Type": "application/json"}})
	var out map[string]any
	if w.Code >= 300 || json.Unmarshal(w.Body.Bytes(), &out) != nil {
		c.t.Fatalf("%s %s: %d %s", method, path, w.Code, w.Body)
	}
	return out
}

func (c *client) signIn(email string) {
	c.t.Helper()
	w := c.send(request{method: "POST", path: "/_local/token", body: "email=" + email, header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"}})
	if c.token = w.Body.String(); w.Code != http.StatusOK {
		c.t.Fatalf("sign in: %d %s", w.Code, w.Body)
	}
}

func (c *client) drain() {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), time.Minute)
	defer cancel()
	if err := c.system.Drain(ctx); err != nil {
		c.t.Fatal(err)
	}
}

// furnish fills the person's organisation with one of everything: a spent campaign, whose alert is
// the notice.
func (c *client) furnish(other string) (full tenancy) {
	c.t.Helper()
	text := func(m map[string]any, name string) string { s, _ := m[name].(string); return s }
	full.campaign = text(c.must("POST", "/v1/campaigns", `{"name":"Launch","objective":"sales","currency":"USD","timeZone":"UTC","activate":true,
		"budget":{"amount":"100","period":"monthly"},"placements":[{"platform":"meta","name":"Feed","externalId":"1"}]}`), "id")
	c.must("PUT", "/v1/campaigns/"+full.campaign+"/metrics", `{"rows":[{"date":"2026-11-28","spend":"100"}]}`)
	c.drain()
	full.rule = text(c.must("POST", "/v1/automations", spendRule("shadow")), "id")
	c.must("PUT", "/v1/automations/"+full.rule, spendRule("approve"))
	watched := text(c.must("POST", "/v1/campaigns", `{"name":"Watched","objective":"sales","currency":"USD","timeZone":"UTC","activate":true,"placements":[{"platform":"meta","name":"Feed","externalId":"2"}]}`), "id")
	c.must("PUT", "/v1/campaigns/"+watched+"/metrics", `{"rows":[{"date":"2026-11-28","spend":"100","impressions":10000,"clicks":1},
		{"date":"2026-11-27","spend":"0","impressions":10000,"clicks":1},{"date":"2026-11-26","spend":"0","impressions":10000,"clicks":1},{"date":"2026-11-25","spend":"0","impressions":10000,"clicks":1}]}`)
	c.drain()
	if advice, _ := c.must("GET", "/v1/recommendations", "")["items"].([]any); len(advice) > 0 {
		full.recommendation = text(advice[0].(map[string]any), "id")
	}
	if actions, _ := c.must("GET", "/v1/actions", "")["items"].([]any); len(actions) > 0 {
		full.action = text(actions[0].(map[string]any), "id")
	}
	full.invitation = text(c.must("POST", "/v1/org/invitations", `{"email":"later@example.com","role":"viewer"}`), "id")
	full.joinToken = text(c.must("POST", "/v1/org/invitations", `{"email":"`+other+`","role":"viewer"}`), "token")
	full.key = text(c.must("POST", "/v1/org/api-keys", `{"name":"CI","role":"viewer"}`), "id")
	inbox, _ := c.must("GET", "/v1/inbox", "")["items"].([]any)
	if len(inbox) == 0 {
		c.t.Fatal("there is no notice")
	}
	full.notice = text(inbox[0].(map[string]any), "id")
	full.channel = text(c.must("POST", "/v1/channels", `{"kind":"webhook","name":"Ops","url":"https://hooks.example.com/in","from":"low"}`), "id")
	tried := c.must("POST", "/v1/channels/"+full.channel+"/test", `{}`)
	full.alert, full.delivery, full.contact = text(tried, "alertId"), text(tried, "id"), "email"
	c.must("PUT", "/v1/me/contacts/email", `{"address":"`+other+`"}`)
	c.drain()
	return full
}
