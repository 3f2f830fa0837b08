package github_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"bellwether/internal/fault"
	"bellwether/internal/outbound"
	"bellwether/internal/platform/platformtest"
	"bellwether/internal/secret"
	"bellwether/internal/ticket"
	"bellwether/internal/ticket/github"
)

type step = platformtest.Step

var (
	began = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	draft = ticket.Draft{
		IncidentID: "0198f1c2-6b00-5a10-8b3e-4c1d2e3f4a5b", Title: "Shop & Sons\nfails to sync", Severity: 2, OpenedAt: began,
		Lines: []string{"It began at noon & goes on.", "<!-- x --> [a](b) *c* @ada #1"}, Link: "https://api.example.com/v1/incidents/7",
	}
	twelve = ticket.Ref{Tracker: "github", Key: "acme/shop#12", URL: "https://github.com/acme/shop/issues/12"}
)

func wire(t *testing.T, steps ...step) *github.Tracker {
	t.Helper()
	k, err := github.New(github.Config{
		BaseURL: platformtest.Wire(t, steps...), Repo: "acme/shop", Token: secret.NewText("test-token"),
		HTTP: outbound.Guard{Private: true}.NewClient(), Now: func() time.Time { return began },
	})
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestCreate(t *testing.T) {
	k := wire(t, step{Request: "list", Response: "list_others.response.json"}, step{Request: "create", Response: "create.response.json", Status: 201},
		step{Request: "list", Response: "list_found.response.json"})
	for _, name := range []string{"made", "found"} {
		if got, err := k.Create(t.Context(), draft); err != nil || got != twelve {
			t.Errorf("%s: %+v, error %v", name, got, err)
		}
	}
}

func TestStates(t *testing.T) {
	k := wire(t, step{Request: "get", Response: "create.response.json"}, step{Request: "get", Response: "closed.response.json"},
		step{Request: "close", Response: "closed.response.json"}, step{Request: "reopen", Response: "create.response.json"})
	for _, want := range []ticket.State{ticket.Open, ticket.Done} {
		if got, err := k.State(t.Context(), twelve); err != nil || got != want {
			t.Errorf("%q, error %v, want %q", got, err, want)
		}
	}
	if err := k.Close(t.Context(), twelve); err != nil {
		t.Error(err)
	}
	if err := k.Reopen(t.Context(), twelve); err != nil {
		t.Error(err)
	}
}

func TestComment(t *testing.T) {
	k := wire(t, step{Request: "comments", Response: "comments.response.json"},
		step{Request: "comments", Response: "comments.response.json"}, step{Request: "comment", Response: "comment.response.json", Status: 201})
	if err := k.Comment(t.Context(), twelve, "e1", "It is over"); err != nil {
		t.Errorf("said before: %v", err)
	}
	if err := k.Comment(t.Context(), twelve, "e2", "It happened again"); err != nil {
		t.Error(err)
	}
}

func TestRefusals(t *testing.T) {
	tests := []struct {
		name   string
		step   step
		kind   fault.Kind
		wait   time.Duration
		saying string
	}{
		{"the hour's limit", step{Response: "limit.response.json", Status: 403, Header: http.Header{"X-Ratelimit-Remaining": {"0"}, "X-Ratelimit-Reset": {"1795435800"}}}, fault.Retryable, 10 * time.Minute, ""},
		{"a secondary limit", step{Response: "secondary.response.json", Status: 403}, fault.Retryable, 0, ""},
		{"a secondary limit with its wait", step{Response: "secondary.response.json", Status: 429, Header: http.Header{"Retry-After": {"60"}}}, fault.Retryable, time.Minute, ""},
		{"no access", step{Response: "forbidden.response.json", Status: 403, Header: http.Header{"X-Ratelimit-Remaining": {"4999"}, "X-Ratelimit-Reset": {"1795435800"}}}, fault.Denied, 0, "not accessible"},
		{"moved", step{Response: "moved.response.json", Status: 301, Header: http.Header{"Location": {"https://api.github.com/repositories/1/issues/12"}}}, fault.Permanent, 0, "new place"},
		{"deleted", step{Response: "deleted.response.json", Status: 410}, fault.NotFound, 0, "was deleted"},
		{"unwell", step{Response: "deleted.response.json", Status: 502}, fault.Retryable, 0, ""},
		{"no JSON", step{Response: "list.request"}, fault.Retryable, 0, ""},
	}
	for _, tt := range tests {
		_, err := wire(t, tt.step).State(t.Context(), twelve)
		f, ok := err.(*fault.Error)
		if !ok || f.Kind != tt.kind || f.RetryAfter != tt.wait || !strings.Contains(f.Message, tt.saying) || strings.Contains(err.Error(), "test-token") || strings.Contains(err.Error(), "http") {
			t.Errorf("%s: %v (%+v)", tt.name, err, f)
		}
	}
}

func TestWebhooks(t *testing.T) {
	key := secret.NewText("hook secret")
	for file, want := range map[string]ticket.News{
		"hook_closed.json":  {IncidentID: draft.IncidentID, Ref: twelve, State: ticket.Done, At: began.Add(time.Hour)},
		"hook_labeled.json": {}, "hook_foreign.json": {},
	} {
		body := []byte(platformtest.File(t, file))
		header := http.Header{"X-Github-Event": {"issues"}, "X-Hub-Signature-256": {ticket.Sign(body, key)}}
		got, ok, err := github.Hear(body, header, key)
		if err != nil || ok != (want.State != "") || (ok && got != want) {
			t.Errorf("%s: %+v, told %v, error %v", file, got, ok, err)
		}
		header.Set("X-Github-Event", "issue_comment")
		if _, ok, err := github.Hear(body, header, key); ok || err != nil {
			t.Errorf("%s as another event: told %v, error %v", file, ok, err)
		}
	}
	body := []byte("[")
	if _, _, err := github.Hear(body, http.Header{"X-Github-Event": {"issues"}, "X-Hub-Signature-256": {ticket.Sign(body, key)}}, key); !fault.Is(err, fault.Invalid) {
		t.Errorf("what can't be read: %v", err)
	}
}

func TestRepositories(t *testing.T) {
	for repo, good := range map[string]bool{"acme/shop": true, "acme/shop.js": true, "acme": false, "acme/..": false, "acme/shop/x": false, "a b/c": false, "acme/shop?x": false, "": false} {
		if err := github.CheckRepo(repo); (err == nil) != good {
			t.Errorf("%q: error %v", repo, err)
		}
	}
}
