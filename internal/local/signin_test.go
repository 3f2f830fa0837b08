package local

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

const verifier = "a-verifier-that-is-long-enough-to-be-one-0123456789"

// attempt is a request to sign in as the dashboard makes it.
func attempt(changes ...string) url.Values {
	sum := sha256.Sum256([]byte(verifier))
	q := url.Values{
		"client_id": {Audience}, "response_type": {"code"}, "redirect_uri": {"http://localhost:8080/app/signed-in"}, "state": {"s"}, "nonce": {"n"},
		"code_challenge_method": {"S256"}, "code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])},
	}
	for i := 0; i+1 < len(changes); i += 2 {
		q.Set(changes[i], changes[i+1])
	}
	return q
}

// code signs Ada in, and answers with the code.
func (r *running) code() string {
	r.t.Helper()
	w := r.send("POST", "/_local/issuer/authorize?"+attempt().Encode(), "email=ada@example.com")
	back, err := url.Parse(w.Header().Get("Location"))
	if err != nil || w.Code != http.StatusSeeOther || back.Host != "localhost:8080" || back.Query().Get("state") != "s" {
		r.t.Fatalf("%d %s", w.Code, w.Header().Get("Location"))
	}
	return back.Query().Get("code")
}

// redeem asks the token endpoint as a function would.
func (r *running) redeem(form url.Values) (int, map[string]any) {
	r.t.Helper()
	w, err := r.issuer.client().PostForm(IssuerURL+tokenPath, form)
	if err != nil {
		r.t.Fatal(err)
	}
	defer w.Body.Close()
	var answer map[string]any
	if err := json.NewDecoder(w.Body).Decode(&answer); err != nil {
		r.t.Fatal(err)
	}
	return w.StatusCode, answer
}

func grant(code string, changes ...string) url.Values {
	form := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "code_verifier": {verifier}, "client_id": {Audience}, "redirect_uri": {"http://localhost:8080/app/signed-in"}}
	for i := 0; i+1 < len(changes); i += 2 {
		form.Set(changes[i], changes[i+1])
	}
	return form
}

func TestCodeFlow(t *testing.T) {
	c := newClock()
	r := start(t, t.TempDir(), c)
	wantText(t, "the page", r.do("GET", "/_local/issuer/authorize?"+attempt().Encode(), "", http.StatusOK), "demo@example.com")
	code := r.code()
	status, answer := r.redeem(grant(code))
	token, _ := answer["id_token"].(string)
	if status != http.StatusOK || token == "" {
		t.Fatalf("%d %v", status, answer)
	}
	r.token = token
	wantText(t, "who it is", r.do("GET", "/v1/me", "", http.StatusOK), "ada@example.com")
	if status, _ := r.redeem(grant(code)); status != http.StatusBadRequest {
		t.Errorf("a code was good twice: %d", status)
	}
	refresh, _ := answer["refresh_token"].(string)
	if status, again := r.redeem(url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refresh}, "client_id": {Audience}}); status != http.StatusOK || again["id_token"] == nil {
		t.Errorf("renewing: %d %v", status, again)
	}
	r.token = refresh
	r.do("GET", "/v1/me", "", http.StatusForbidden)
	c.Add(31 * 24 * time.Hour)
	if status, _ := r.redeem(url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refresh}}); status != http.StatusBadRequest {
		t.Errorf("renewing after a month: %d", status)
	}
}

func TestCodesAreForWhomTheyWereMade(t *testing.T) {
	c := newClock()
	r := start(t, t.TempDir(), c)
	for name, form := range map[string]url.Values{
		"another verifier": grant(r.code(), "code_verifier", "another"), "another client": grant(r.code(), "client_id", "x"),
		"another way back": grant(r.code(), "redirect_uri", "http://localhost:8080/x"), "a made-up code": grant("x"), "another grant": grant(r.code(), "grant_type", "password"),
	} {
		if status, answer := r.redeem(form); status != http.StatusBadRequest || answer["error"] == nil {
			t.Errorf("%s: %d %v", name, status, answer)
		}
	}
	late := r.code()
	c.Add(2 * time.Minute)
	if status, _ := r.redeem(grant(late)); status != http.StatusBadRequest {
		t.Errorf("an old code: %d", status)
	}
	for _, change := range [][]string{
		{"redirect_uri", "http://evil.example/app"}, {"client_id", "x"}, {"response_type", "token"}, {"code_challenge_method", "plain"}, {"code_challenge", ""},
	} {
		if w := r.send("POST", "/_local/issuer/authorize?"+attempt(change...).Encode(), "email=ada@example.com"); w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), change[0][:5]) && change[0][:4] != "code" && change[0] != "response_type" {
			t.Errorf("%v: %d %s", change, w.Code, w.Body)
		}
	}
}

func TestGreedyRoutesComeLast(t *testing.T) {
	p := plan{routes: []route{
		{method: "GET", segments: strings.Split("/app/{page+}", "/"), function: "web"}, {method: "GET", segments: strings.Split("/app", "/"), function: "app"},
		{method: "GET", segments: strings.Split("/app/{one}", "/"), function: "one"}, {method: "GET", segments: strings.Split("/app/b/{rest+}", "/"), function: "b"},
		{method: "GET", segments: strings.Split("/", "/"), function: "root"},
	}}
	for path, want := range map[string]string{"/app": "app", "/app/x": "one", "/app/x/y": "web", "/app/b/c/d": "b", "/": "root", "/app/": "", "/other": ""} {
		found, params, ok := p.route("GET", path)
		if ok != (want != "") || found.function != want {
			t.Errorf("%s goes to %q, want %q", path, found.function, want)
		}
		if path == "/app/x/y" && params["page"] != "x/y" {
			t.Errorf("the rest is %v", params)
		}
	}
}
