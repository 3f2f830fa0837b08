package sandbox

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"

	"bellwether/internal/ticket"
)

func (s *Server) github() http.Handler {
	mux := http.NewServeMux()
	const repo = "/repos/{owner}/{name}/issues"
	mux.HandleFunc("GET "+repo, s.githubKnown(s.githubList))
	mux.HandleFunc("POST "+repo, s.githubKnown(s.githubCreate))
	mux.HandleFunc("GET "+repo+"/{number}", s.githubKnown(s.githubGet))
	mux.HandleFunc("PATCH "+repo+"/{number}", s.githubKnown(s.githubSet))
	mux.HandleFunc("GET "+repo+"/{number}/comments", s.githubKnown(s.githubComments))
	mux.HandleFunc("POST "+repo+"/{number}/comments", s.githubKnown(s.githubComment))
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { githubFail(w, 404, "Not Found") })
	return mux
}

func githubFail(w http.ResponseWriter, status int, message string) {
	answer(w, status, map[string]string{"message": message, "documentation_url": "https://docs.github.com/rest", "status": strconv.Itoa(status)})
}

func (s *Server) githubKnown(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Header.Get("User-Agent") == "" || r.Header.Get("X-Github-Api-Version") != "2022-11-28":
			githubFail(w, 403, "Request forbidden by administrative rules.")
		case bearer(r, "Bearer") != GitHubToken:
			githubFail(w, 401, "Bad credentials")
		case r.PathValue("owner")+"/"+r.PathValue("name") != Repo:
			githubFail(w, 404, "Not Found")
		default:
			next(w, r)
		}
	}
}

// githubIssue is an issue in GitHub's words.
func githubIssue(i Issue) map[string]any {
	labels := []map[string]string{}
	for _, l := range i.Labels {
		labels = append(labels, map[string]string{"name": l})
	}
	out := map[string]any{
		"number": i.Number, "title": i.Title, "body": i.Body, "state": i.Status, "labels": labels,
		"html_url": "https://github.example/" + Repo + "/issues/" + strconv.Itoa(i.Number), "created_at": i.CreatedAt.Format(time.RFC3339), "updated_at": i.UpdatedAt.Format(time.RFC3339),
	}
	if i.Pull {
		out["pull_request"] = map[string]string{"html_url": "https://github.example/" + Repo + "/pull/" + strconv.Itoa(i.Number)}
	}
	return out
}

// page is the part of a list that the query asks for.
func page[T any](r *http.Request, list []T) []T {
	size, err := strconv.Atoi(r.FormValue("per_page"))
	if err != nil || size < 1 || size > 100 {
		size = 30
	}
	n, err := strconv.Atoi(r.FormValue("page"))
	if err != nil || n < 1 {
		n = 1
	}
	from := min((n-1)*size, len(list))
	return list[from:min(from+size, len(list))]
}

func (s *Server) githubList(w http.ResponseWriter, r *http.Request) {
	since, err := time.Parse(time.RFC3339, r.FormValue("since"))
	if r.FormValue("since") != "" && err != nil {
		githubFail(w, 422, "Validation Failed")
		return
	}
	list := slices.DeleteFunc(s.Issues(ticket.GitHub), func(i Issue) bool {
		return i.UpdatedAt.Before(since) || (r.FormValue("state") != "all" && i.Status != "open")
	})
	if r.FormValue("direction") != "asc" {
		slices.Reverse(list)
	}
	out := []map[string]any{}
	for _, i := range page(r, list) {
		out = append(out, githubIssue(i))
	}
	answer(w, 200, out)
}

func (s *Server) githubCreate(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Title  string   `json:"title"`
		Body   string   `json:"body"`
		Labels []string `json:"labels"`
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil || in.Title == "" || len([]rune(in.Title)) > 256 || len([]rune(in.Body)) > 65536 {
		githubFail(w, 422, "Validation Failed")
		return
	}
	i := s.Add(Issue{Tracker: ticket.GitHub, Title: in.Title, Body: in.Body, Labels: in.Labels, Status: "open"})
	answer(w, 201, githubIssue(i))
}

// named is the issue in the path; it answers when there is none.
func (s *Server) named(w http.ResponseWriter, r *http.Request) (Issue, bool) {
	i, ok := s.find(ticket.GitHub, Repo+"#"+r.PathValue("number"))
	if !ok {
		githubFail(w, 404, "Not Found")
	}
	return i, ok
}

func (s *Server) githubGet(w http.ResponseWriter, r *http.Request) {
	if i, ok := s.named(w, r); ok {
		answer(w, 200, githubIssue(i))
	}
}

func (s *Server) githubSet(w http.ResponseWriter, r *http.Request) {
	i, ok := s.named(w, r)
	if !ok {
		return
	}
	var in struct {
		State  string `json:"state"`
		Reason string `json:"state_reason"`
	}
	err := json.NewDecoder(r.Body).Decode(&in)
	good := (in.State == "closed" && (in.Reason == "completed" || in.Reason == "not_planned")) || (in.State == "open" && in.Reason == "reopened")
	if err != nil || !good {
		githubFail(w, 422, "Validation Failed")
		return
	}
	i, _ = s.change(ticket.GitHub, i.Key, func(i *Issue) { i.Status = in.State })
	answer(w, 200, githubIssue(i))
}

func (s *Server) githubComments(w http.ResponseWriter, r *http.Request) {
	if i, ok := s.named(w, r); ok {
		out := []map[string]string{}
		for _, text := range page(r, i.Comments) {
			out = append(out, map[string]string{"body": text})
		}
		answer(w, 200, out)
	}
}

func (s *Server) githubComment(w http.ResponseWriter, r *http.Request) {
	i, ok := s.named(w, r)
	if !ok {
		return
	}
	var in struct {
		Body string `json:"body"`
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil || in.Body == "" {
		githubFail(w, 422, "Validation Failed")
		return
	}
	s.change(ticket.GitHub, i.Key, func(i *Issue) { i.Comments = append(i.Comments, in.Body) })
	answer(w, 201, map[string]string{"body": in.Body})
}
