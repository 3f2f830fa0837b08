package jira_test

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
	"bellwether/internal/ticket/jira"
)

type step = platformtest.Step

var (
	began = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	draft = ticket.Draft{
		IncidentID: "0198f1c2-6b00-5a10-8b3e-4c1d2e3f4a5b", Title: "Shop & Sons\nfails to sync", Severity: 2, OpenedAt: began,
		Lines: []string{"It began at noon.", ""}, Link: "https://api.example.com/v1/incidents/7",
	}
	seven = ticket.Ref{Tracker: "jira", Key: "OPS-7"}
)

func wire(t *testing.T, steps ...step) (k *jira.Tracker, base string) {
	t.Helper()
	base = platformtest.Wire(t, steps...)
	k, err := jira.New(jira.Config{
		BaseURL: base + "/", Project: "OPS", Email: "ada@example.com", Token: secret.NewText("test-token"),
		HTTP: outbound.Guard{Private: true}.NewClient(), Now: func() time.Time { return began },
	})
	if err != nil {
		t.Fatal(err)
	}
	return k, base
}

func TestCreate(t *testing.T) {
	k, base := wire(t, step{Request: "search", Response: "search_none.response.json"}, step{Request: "create", Response: "create.response.json", Status: 201},
		step{Request: "search", Response: "search.response.json"})
	for _, name := range []string{"made", "found"} {
		got, err := k.Create(t.Context(), draft)
		if want := (ticket.Ref{Tracker: "jira", Key: "OPS-7", URL: base + "/browse/OPS-7"}); err != nil || got != want {
			t.Errorf("%s: %+v, error %v", name, got, err)
		}
	}
}

// TestUnsettled: as long as the index may not know of an earlier try, nothing is made.
func TestUnsettled(t *testing.T) {
	k, _ := wire(t, step{Request: "search", Response: "search_none.response.json"}, step{Request: "search", Response: "search_none.response.json"},
		step{Request: "create", Response: "create.response.json", Status: 201})
	d := draft
	d.TriedAt = began.Add(-90 * time.Second)
	_, err := k.Create(t.Context(), d)
	if f, ok := err.(*fault.Error); !ok || f.Kind != fault.Retryable || f.RetryAfter != 30*time.Second {
		t.Errorf("error %v (%+v)", err, f)
	}
	d.TriedAt = began.Add(-2 * time.Minute)
	if got, err := k.Create(t.Context(), d); err != nil || got.Key != "OPS-7" {
		t.Errorf("%+v, error %v", got, err)
	}
}

// TestStates: statuses have any name; what counts is their category.
func TestStates(t *testing.T) {
	k, _ := wire(t,
		step{Request: "get", Response: "get_open.response.json"}, step{Request: "transitions", Response: "transitions.response.json"}, step{Request: "close", Response: "empty.response.json", Status: 204},
		step{Request: "get", Response: "get_done.response.json"},
		step{Request: "get", Response: "get_done.response.json"}, step{Request: "transitions", Response: "transitions.response.json"}, step{Request: "reopen", Response: "empty.response.json", Status: 204},
		step{Request: "get", Response: "get_open.response.json"}, step{Request: "transitions", Response: "transitions_none.response.json"},
	)
	for _, do := range []func() error{
		func() error { return k.Close(t.Context(), seven) },
		func() error { return k.Close(t.Context(), seven) }, // it is closed
		func() error { return k.Reopen(t.Context(), seven) },
	} {
		if err := do(); err != nil {
			t.Error(err)
		}
	}
	if err := k.Close(t.Context(), seven); !fault.Is(err, fault.Permanent) {
		t.Errorf("without a way: %v", err)
	}
}

func TestComment(t *testing.T) {
	k, _ := wire(t, step{Request: "comments", Response: "comments.response.json"},
		step{Request: "comments", Response: "comments.response.json"}, step{Request: "comment", Response: "comment.response.json", Status: 201})
	if err := k.Comment(t.Context(), seven, "e1", "It is over"); err != nil {
		t.Errorf("said before: %v", err)
	}
	if err := k.Comment(t.Context(), seven, "e2", "It happened again"); err != nil {
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
		{"invalid", step{Response: "invalid.response.json", Status: 400}, fault.Permanent, 0, "project: valid project is required; summary: You must"},
		{"gone", step{Response: "not_found.response.json", Status: 404}, fault.NotFound, 0, "does not exist"},
		{"who are you", step{Response: "empty.response.json", Status: 401}, fault.Denied, 0, ""},
		{"not you", step{Response: "empty.response.json", Status: 403, Header: http.Header{"Retry-After": {"30"}}}, fault.Denied, 0, ""},
		{"wait", step{Response: "empty.response.json", Status: 429, Header: http.Header{"Retry-After": {"17"}}}, fault.Retryable, 17 * time.Second, ""},
		{"unwell", step{Response: "empty.response.json", Status: 503}, fault.Retryable, 0, ""},
		{"no JSON", step{Response: "empty.response.json"}, fault.Retryable, 0, ""},
		{"no status", step{Response: "create.response.json"}, fault.Retryable, 0, ""},
	}
	for _, tt := range tests {
		k, base := wire(t, tt.step)
		_, err := k.State(t.Context(), seven)
		f, ok := err.(*fault.Error)
		if !ok || f.Kind != tt.kind || f.RetryAfter != tt.wait || !strings.Contains(f.Message, tt.saying) || strings.Contains(err.Error(), base) {
			t.Errorf("%s: %v (%+v)", tt.name, err, f)
		}
	}
}

func TestWebhooks(t *testing.T) {
	key := secret.NewText("hook secret")
	for file, want := range map[string]ticket.News{
		"hook_done.json":    {IncidentID: draft.IncidentID, Ref: seven, State: ticket.Done, At: time.Date(2026, 11, 23, 13, 0, 0, 0, time.UTC)},
		"hook_renamed.json": {}, "hook_foreign.json": {},
	} {
		body := []byte(platformtest.File(t, file))
		got, ok, err := jira.Hear(body, http.Header{"X-Hub-Signature": {ticket.Sign(body, key)}}, key)
		if err != nil || ok != (want.State != "") || (ok && got != want) {
			t.Errorf("%s: %+v, told %v, error %v", file, got, ok, err)
		}
	}
}

func TestProjects(t *testing.T) {
	for key, good := range map[string]bool{"OPS": true, "A1_B": true, "ops": false, "O": false, `O" OR 1`: false, "OPS-1": false, "": false} {
		if err := jira.CheckProject(key); (err == nil) != good {
			t.Errorf("%q: error %v", key, err)
		}
	}
}
