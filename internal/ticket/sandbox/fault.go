package sandbox

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"time"

	"bellwether/internal/ticket"
)

// fault is one that waits for its call.
type fault struct{ tracker, op, kind string }

// Kinds of faults.
var Kinds = []string{
	"timeout_before", "timeout_after_commit", "partial", "malformed", "5xx", "throttled", "limit", "secondary", "denied", "not_found", "invalid",
}

// Arm makes the tracker's next call of the kind meet a fault; op "" is any call, otherwise one of list, create,
// get, set, comments, comment, search, transitions and transition.
func (s *Server) Arm(tracker, op, kind string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.armed = append(s.armed, fault{tracker, op, kind})
}

func (s *Server) take(tracker, op string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := slices.IndexFunc(s.armed, func(f fault) bool { return f.tracker == tracker && (f.op == "" || f.op == op) })
	if n < 0 {
		return ""
	}
	kind := s.armed[n].kind
	s.armed = slices.Delete(s.armed, n, n+1)
	return kind
}

// opOf is which call it is.
func opOf(r *http.Request) string {
	read, path := r.Method == http.MethodGet, r.URL.Path
	last := path[strings.LastIndexByte(path, '/')+1:]
	switch {
	case last == "jql":
		return "search"
	case last == "issues" && read:
		return "list"
	case last == "issues" || last == "issue":
		return "create"
	case last == "transitions" && read, last == "comments" && read:
		return last
	case last == "comment" && read:
		return "comments"
	case last == "transitions" || last == "comments" || last == "comment":
		return strings.TrimSuffix(last, "s")
	case read:
		return "get"
	}
	return "set"
}

// under serves a tracker with its faults.
func (s *Server) under(tracker string, serve http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch kind := s.take(tracker, opOf(r)); kind {
		case "":
			serve.ServeHTTP(w, r)
		case "timeout_before":
			panic(http.ErrAbortHandler)
		case "timeout_after_commit":
			serve.ServeHTTP(httptest.NewRecorder(), r)
			panic(http.ErrAbortHandler)
		case "partial":
			good := httptest.NewRecorder()
			serve.ServeHTTP(good, r)
			w.WriteHeader(good.Code)
			_, _ = w.Write(good.Body.Bytes()[:good.Body.Len()/2])
		case "malformed":
			w.Header().Set("Content-Type", "text/html")
			_, _ = w.Write([]byte("<html><body>We'll be back soon</body></html>"))
		case "5xx":
			http.Error(w, "upstream connect error", http.StatusServiceUnavailable)
		default:
			s.refuse(w, tracker, kind)
		}
	})
}

// refuse answers a fault in the tracker's own words.
func (s *Server) refuse(w http.ResponseWriter, tracker, kind string) {
	fail := githubFail
	if tracker == ticket.Jira {
		fail = func(w http.ResponseWriter, status int, message string) { jiraFail(w, status, message, nil) }
	}
	switch kind {
	case "throttled":
		w.Header().Set("Retry-After", "30")
		fail(w, 429, "Rate limit exceeded")
	case "limit":
		w.Header().Set("X-RateLimit-Remaining", "0")
		w.Header().Set("X-RateLimit-Reset", strconv.FormatInt(s.c.Now().Add(20*time.Minute).Unix(), 10))
		fail(w, 403, "API rate limit exceeded for user ID 1.")
	case "secondary":
		w.Header().Set("Retry-After", "60")
		fail(w, 403, "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.")
	case "denied":
		fail(w, 403, "Resource not accessible by personal access token")
	case "not_found":
		fail(w, 404, "Not Found")
	default:
		fail(w, 422, "Validation Failed")
	}
}
