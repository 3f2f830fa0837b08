package sandbox

import (
	"bytes"
	"encoding/json"
	"net/http"

	"bellwether/internal/secret"
	"bellwether/internal/ticket"
)

// Hook is where a tracker tells of issues whose status changed.
type Hook struct {
	URL string
	Key secret.Text // that deliveries are signed with
}

// SetHook makes the tracker tell from now on.
func (s *Server) SetHook(tracker string, h Hook) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hooks[tracker] = h
}

// Delivery is the signed word on an issue as it is.
func Delivery(i Issue, key secret.Text) (body []byte, header http.Header) {
	header = http.Header{"Content-Type": {"application/json"}}
	if i.Tracker == ticket.Jira {
		body, _ = json.Marshal(map[string]any{
			"timestamp": i.UpdatedAt.UnixMilli(), "webhookEvent": "jira:issue_updated", "changelog": map[string]any{"items": []map[string]string{{"field": "status"}}},
			"issue": map[string]any{"key": i.Key, "fields": map[string]any{"labels": i.Labels, "status": jiraStatus(i.Status)}},
		})
		header.Set("X-Hub-Signature", ticket.Sign(body, key))
		return body, header
	}
	action := "reopened"
	if i.Status == "closed" {
		action = "closed"
	}
	body, _ = json.Marshal(map[string]any{"action": action, "issue": githubIssue(i), "repository": map[string]string{"full_name": Repo}})
	header.Set("X-Github-Event", "issues")
	header.Set("X-Hub-Signature-256", ticket.Sign(body, key))
	return body, header
}

// deliver tells once. A delivery that gets lost is not repeated, as with GitHub.
func (h Hook) deliver(client *http.Client, i Issue) {
	body, header := Delivery(i, h.Key)
	r, err := http.NewRequest(http.MethodPost, h.URL, bytes.NewReader(body))
	if err != nil {
		return
	}
	r.Header = header
	if answer, err := client.Do(r); err == nil {
		answer.Body.Close()
	}
}

// control is how a person at this machine handles the trackers: /_tickets shows all issues.
func (s *Server) control() {
	s.mux.HandleFunc("GET /_tickets", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, 200, append(s.Issues(ticket.GitHub), s.Issues(ticket.Jira)...))
	})
	type order struct{ Tracker, Key, State, URL, Secret, Op, Kind string }
	take := func(path string, do func(order) bool) {
		s.mux.HandleFunc("POST /_tickets/"+path, func(w http.ResponseWriter, r *http.Request) {
			var in order
			if json.NewDecoder(r.Body).Decode(&in) != nil || (in.Tracker != ticket.GitHub && in.Tracker != ticket.Jira) || !do(in) {
				answer(w, 400, map[string]string{"error": "that can't be done"})
				return
			}
			w.WriteHeader(http.StatusNoContent)
		})
	}
	take("state", func(in order) bool {
		_, ok := s.Set(in.Tracker, in.Key, ticket.State(in.State))
		return ok
	})
	take("hook", func(in order) bool {
		s.SetHook(in.Tracker, Hook{in.URL, secret.NewText(in.Secret)})
		return in.URL != ""
	})
	take("faults", func(in order) bool {
		s.Arm(in.Tracker, in.Op, in.Kind)
		return true
	})
}
