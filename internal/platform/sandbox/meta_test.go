package sandbox_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"bellwether/internal/platform"
)

// signed is a query with a token, and its proof by the key.
func signed(token, key string, more ...string) string {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(token))
	q := url.Values{"access_token": {token}, "appsecret_proof": {hex.EncodeToString(mac.Sum(nil))}}
	for i := 0; i < len(more); i += 2 {
		q.Set(more[i], more[i+1])
	}
	return q.Encode()
}

// TestMetaRefuses what Meta would, under 400 and in its own words.
func TestMetaRefuses(t *testing.T) {
	v := open(t, platform.Meta)
	token, key := v.Grant.Access.Reveal(), v.Endpoint.ClientSecret.Reveal()
	good := signed(token, key)
	tests := []struct{ name, method, path, query, want string }{
		{"no proof", "GET", "/v25.0/me/adaccounts", "access_token=" + url.QueryEscape(token), "appsecret_proof"},
		{"a proof by another secret", "GET", "/v25.0/me/adaccounts", signed(token, "another"), "appsecret_proof"},
		{"a token of nobody", "GET", "/v25.0/me/adaccounts", signed("nobody", key), `"code":190`},
		{"a version that is over", "GET", "/v19.0/me/adaccounts", good, `"code":2635`},
		{"a path that is none", "GET", "/v25.0/me/adaccounts/2", good, "Unknown path"},
		{"an account of others", "GET", "/v25.0/act_1/campaigns", good, `"error_subcode":33`},
		{"an account without its prefix", "GET", "/v25.0/1019283746/campaigns", good, `"error_subcode":33`},
		{"a campaign that is none", "GET", "/v25.0/1", good, `"error_subcode":33`},
		{"results of no days", "GET", "/v25.0/act_1019283746/insights", good, "time_range"},
		{"a status that is none", "POST", "/v25.0/120210000000011", signed(token, key, "status", "STOPPED"), `"code":100`},
		{"a budget in major units", "POST", "/v25.0/120210000000011", signed(token, key, "daily_budget", "75.50"), `"code":100`},
		{"a budget of the other kind", "POST", "/v25.0/120210000000011", signed(token, key, "lifetime_budget", "7550"), `"code":100`},
		{"a budget where there is none", "POST", "/v25.0/120210000000002", signed(token, key, "daily_budget", "7550"), `"code":100`},
		{"another client", "GET", "/oauth/access_token", "client_id=another&client_secret=another&code=1", "client secret"},
	}
	for _, tt := range tests {
		status, text := send(t, v, tt.method, v.Endpoint.BaseURL+tt.path+"?"+tt.query, "", nil)
		if status != http.StatusBadRequest || !strings.Contains(text, tt.want) {
			t.Errorf("%s: %d %s", tt.name, status, text)
		}
	}
	if log := v.World().Log(); len(log) > 0 {
		t.Errorf("log %v", log)
	}
}

// TestMetaHides archived campaigns from those who don't ask for them.
func TestMetaHides(t *testing.T) {
	v := open(t, platform.Meta)
	token, key := v.Grant.Access.Reveal(), v.Endpoint.ClientSecret.Reveal()
	const control = `{"platform":"meta","campaignId":"120210000000001","status":"ARCHIVED"}`
	if status, text := send(t, v, http.MethodPost, strings.TrimSuffix(v.Endpoint.BaseURL, "/meta")+"/_sandbox/campaigns/status", control, nil); status != http.StatusNoContent {
		t.Fatalf("%d %s", status, text)
	}
	address := v.Endpoint.BaseURL + "/v25.0/act_1019283746/campaigns?"
	if status, text := send(t, v, http.MethodGet, address+signed(token, key), "", nil); status != 200 || strings.Contains(text, "120210000000001") {
		t.Errorf("%d %s", status, text)
	}
	if status, text := send(t, v, http.MethodGet, address+signed(token, key, "effective_status", `["ARCHIVED"]`), "", nil); status != 200 || !strings.Contains(text, "120210000000001") {
		t.Errorf("%d %s", status, text)
	}
}
