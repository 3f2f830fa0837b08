// Package sandbox mimics the two trackers outside: the issues of GitHub and of Jira Cloud, with a state of
// their own, their ways to refuse, and their webhooks. It is what the local runner and the tests meet in
// place of the real ones. The state is in memory.
package sandbox

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"bellwether/internal/secret"
	"bellwether/internal/ticket"
)

// What the sandbox has, and who may use it.
const (
	Repo        = "acme/shop"
	Project     = "OPS"
	Email       = "ops@acme.example"
	GitHubToken = "sandbox-github-token"
	JiraToken   = "sandbox-jira-token"
)

// Config says what the sandbox runs on.
type Config struct {
	Now func() time.Time
	// Lag is how long Jira's search does not know of what was made.
	Lag time.Duration
	// HTTP delivers webhooks; nil: none are delivered.
	HTTP *http.Client
}

// Issue is an issue of either tracker.
type Issue struct {
	Tracker   string    `json:"tracker"`
	Number    int       `json:"number"`
	Key       string    `json:"key"`
	Title     string    `json:"title"`
	Body      string    `json:"body"` // Markdown, or a document as JSON
	Labels    []string  `json:"labels"`
	Status    string    `json:"status"` // open or closed; Jira: new, indeterminate or done
	Comments  []string  `json:"comments"`
	CreatedAt time.Time `json:"createdAt"`
	UpdatedAt time.Time `json:"updatedAt"`
	Pull      bool      `json:"pull,omitempty"`
}

// Server is both trackers under one handler: /github/... and /jira/..., and the control under /_tickets.
// It is safe for concurrent use.
type Server struct {
	c     Config
	mu    sync.Mutex
	all   []Issue
	hooks map[string]Hook
	armed []fault
	mux   *http.ServeMux
}

// New makes a sandbox.
func New(c Config) *Server {
	s := &Server{c: c, hooks: map[string]Hook{}, mux: http.NewServeMux()}
	s.mux.Handle("/github/", http.StripPrefix("/github", s.under(ticket.GitHub, s.github())))
	s.mux.Handle("/jira/", http.StripPrefix("/jira", s.under(ticket.Jira, s.jira())))
	s.control()
	return s
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// Issues are a tracker's, in the order of their making.
func (s *Server) Issues(tracker string) []Issue {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []Issue
	for _, i := range s.all {
		if i.Tracker == tracker {
			i.Labels, i.Comments = slices.Clone(i.Labels), slices.Clone(i.Comments)
			list = append(list, i)
		}
	}
	return list
}

// Add puts an issue of somebody else's into a tracker.
func (s *Server) Add(i Issue) Issue {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, other := range s.all {
		if other.Tracker == i.Tracker {
			i.Number = max(i.Number, other.Number)
		}
	}
	i.Number++
	i.Key = Repo + "#" + strconv.Itoa(i.Number)
	if i.Tracker == ticket.Jira {
		i.Key = Project + "-" + strconv.Itoa(i.Number)
	}
	i.CreatedAt, i.UpdatedAt = s.c.Now().UTC(), s.c.Now().UTC()
	s.all = append(s.all, i)
	return i
}

// find is an issue by its key; false when there is none.
func (s *Server) find(tracker, key string) (Issue, bool) {
	list := s.Issues(tracker)
	n := slices.IndexFunc(list, func(i Issue) bool { return i.Key == key })
	if n < 0 {
		return Issue{}, false
	}
	return list[n], true
}

// change changes an issue; false when there is none. When its status is another one after that, the hook
// is called.
func (s *Server) change(tracker, key string, change func(*Issue)) (after Issue, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := slices.IndexFunc(s.all, func(i Issue) bool { return i.Tracker == tracker && i.Key == key })
	if n < 0 {
		return after, false
	}
	before := s.all[n].Status
	change(&s.all[n])
	s.all[n].UpdatedAt = s.c.Now().UTC()
	after = s.all[n]
	if hook, ok := s.hooks[tracker]; ok && after.Status != before && s.c.HTTP != nil {
		go hook.deliver(s.c.HTTP, after)
	}
	return after, true
}

// Set brings an issue to a state by hand, as a person would.
func (s *Server) Set(tracker, key string, to ticket.State) (Issue, bool) {
	words := map[string]map[ticket.State]string{
		ticket.GitHub: {ticket.Open: "open", ticket.Done: "closed"},
		ticket.Jira:   {ticket.Open: "new", ticket.Done: "done"},
	}
	return s.change(tracker, key, func(i *Issue) { i.Status = words[tracker][to] })
}

// Tokens are who may use the trackers.
func Token(tracker string) secret.Text {
	if tracker == ticket.Jira {
		return secret.NewText(JiraToken)
	}
	return secret.NewText(GitHubToken)
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if v != nil {
		_ = json.NewEncoder(w).Encode(v)
	}
}

// bearer is what stands after the word in the header Authorization.
func bearer(r *http.Request, word string) string {
	text, _ := strings.CutPrefix(r.Header.Get("Authorization"), word+" ")
	return text
}
