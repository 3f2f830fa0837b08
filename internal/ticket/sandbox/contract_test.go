package sandbox_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"bellwether/internal/fault"
	"bellwether/internal/outbound"
	"bellwether/internal/secret"
	"bellwether/internal/ticket"
	"bellwether/internal/ticket/github"
	"bellwether/internal/ticket/jira"
	"bellwether/internal/ticket/sandbox"
	"bellwether/internal/ticket/tickettest"
)

type house struct {
	*sandbox.Server
	now    time.Time
	url    string
	client *http.Client
}

func open(t *testing.T) *house {
	t.Helper()
	h := &house{now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC), client: outbound.Guard{Private: true}.NewClient()}
	h.Server = sandbox.New(sandbox.Config{Now: h.clock, Lag: 10 * time.Second})
	server := httptest.NewServer(h.Server)
	t.Cleanup(server.Close)
	h.url = server.URL
	return h
}

func (h *house) clock() time.Time { return h.now }

func (h *house) github(t *testing.T, token string) ticket.Tracker {
	t.Helper()
	k, err := github.New(github.Config{BaseURL: h.url + "/github", Repo: sandbox.Repo, Token: secret.NewText(token), HTTP: h.client, Now: h.clock})
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func (h *house) jira(t *testing.T, token string) ticket.Tracker {
	t.Helper()
	k, err := jira.New(jira.Config{BaseURL: h.url + "/jira", Project: sandbox.Project, Email: sandbox.Email, Token: secret.NewText(token), HTTP: h.client, Now: h.clock})
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// show are the tickets as a person sees them.
func (h *house) show(kind string) (list []tickettest.Shown) {
	for _, i := range h.Issues(kind) {
		s := tickettest.Shown{Key: i.Key, Title: i.Title, Body: i.Body, Comments: i.Comments, State: ticket.Open}
		if i.Status == "closed" || i.Status == "done" {
			s.State = ticket.Done
		}
		list = append(list, s)
	}
	return list
}

func (h *house) room(kind string, tracker ticket.Tracker, writes ...string) tickettest.Room {
	n := 0
	return tickettest.Room{
		Tracker: tracker, Kind: kind, Now: h.clock, Pass: func(d time.Duration) { h.now = h.now.Add(d) },
		Show: func() []tickettest.Shown { return h.show(kind) },
		Lose: func() { // they are called in the order of writes
			h.Arm(kind, writes[n], "timeout_after_commit")
			n++
		},
	}
}

func TestGitHub(t *testing.T) {
	tickettest.Run(t, func(t *testing.T) tickettest.Room {
		h := open(t)
		return h.room(ticket.GitHub, h.github(t, sandbox.GitHubToken), "create", "comment", "set")
	})
}

func TestJira(t *testing.T) {
	tickettest.Run(t, func(t *testing.T) tickettest.Room {
		h := open(t)
		return h.room(ticket.Jira, h.jira(t, sandbox.JiraToken), "create", "comment", "transition")
	})
}

// TestFaults: each refusal has its kind, and its wait where one was told.
func TestFaults(t *testing.T) {
	for kind, want := range map[string]struct {
		is   fault.Kind
		wait time.Duration
	}{
		"timeout_before": {fault.Retryable, 0}, "partial": {fault.Retryable, 0}, "malformed": {fault.Retryable, 0}, "5xx": {fault.Retryable, 0},
		"throttled": {fault.Retryable, 30 * time.Second}, "limit": {fault.Retryable, 20 * time.Minute}, "secondary": {fault.Retryable, time.Minute},
		"denied": {fault.Denied, 0}, "not_found": {fault.NotFound, 0}, "invalid": {fault.Permanent, 0},
	} {
		h := open(t)
		for tracker, k := range map[string]ticket.Tracker{ticket.GitHub: h.github(t, sandbox.GitHubToken), ticket.Jira: h.jira(t, sandbox.JiraToken)} {
			if tracker == ticket.Jira && (kind == "limit" || kind == "secondary") {
				continue // GitHub's
			}
			h.Arm(tracker, "", kind)
			_, err := k.Create(t.Context(), ticket.Draft{IncidentID: "0198f1c2-6b00-5a10-8b3e-4c1d2e3f4a5b", Title: "x", OpenedAt: h.now})
			f, ok := err.(*fault.Error)
			if !ok || f.Kind != want.is || f.RetryAfter != want.wait {
				t.Errorf("%s, %s: %v (%+v)", tracker, kind, err, f)
			}
			if len(h.Issues(tracker)) > 0 {
				t.Errorf("%s, %s: made all the same", tracker, kind)
			}
		}
	}
}

func TestStrangers(t *testing.T) {
	h := open(t)
	for name, k := range map[string]ticket.Tracker{"github": h.github(t, "another"), "jira": h.jira(t, "another")} {
		if _, err := k.Create(t.Context(), ticket.Draft{Title: "x"}); !fault.Is(err, fault.Denied) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

// TestWebhooks: what the sandbox signs, the adapters read, and nothing else.
func TestWebhooks(t *testing.T) {
	h := open(t)
	key, id := secret.NewText("a secret"), "0198f1c2-6b00-5a10-8b3e-4c1d2e3f4a5b"
	hear := map[string]func([]byte, http.Header, secret.Text) (ticket.News, bool, error){ticket.GitHub: github.Hear, ticket.Jira: jira.Hear}
	for tracker, k := range map[string]ticket.Tracker{ticket.GitHub: h.github(t, sandbox.GitHubToken), ticket.Jira: h.jira(t, sandbox.JiraToken)} {
		ref, err := k.Create(t.Context(), ticket.Draft{IncidentID: id, Title: "x", OpenedAt: h.now})
		if err != nil {
			t.Fatal(err)
		}
		for _, state := range []ticket.State{ticket.Done, ticket.Open} {
			h.now = h.now.Add(time.Minute)
			i, ok := h.Set(tracker, ref.Key, state)
			body, header := sandbox.Delivery(i, key)
			n, told, err := hear[tracker](body, header, key)
			if !ok || !told || err != nil || n.IncidentID != id || n.Ref.Key != ref.Key || n.State != state || !n.At.Equal(h.now) {
				t.Errorf("%s: %+v, told %v, error %v", tracker, n, told, err)
			}
			if _, _, err := hear[tracker](body, header, secret.NewText("another")); !fault.Is(err, fault.Denied) {
				t.Errorf("%s: signed with another key: %v", tracker, err)
			}
			if _, _, err := hear[tracker](append(body, ' '), header, key); !fault.Is(err, fault.Denied) {
				t.Errorf("%s: changed on its way: %v", tracker, err)
			}
			if _, _, err := hear[tracker](body, http.Header{}, key); !fault.Is(err, fault.Denied) {
				t.Errorf("%s: not signed: %v", tracker, err)
			}
		}
	}
}

// TestGuard: an address within our own network is refused, for good.
func TestGuard(t *testing.T) {
	k, err := jira.New(jira.Config{BaseURL: "https://127.0.0.1", Project: "OPS", HTTP: outbound.Guard{}.NewClient(), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.State(t.Context(), ticket.Ref{Key: "OPS-1"}); !fault.Is(err, fault.Permanent) {
		t.Errorf("error %v", err)
	}
}
