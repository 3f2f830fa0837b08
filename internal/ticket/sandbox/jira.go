package sandbox

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strconv"

	"bellwether/internal/ticket"
)

func (s *Server) jira() http.Handler {
	mux := http.NewServeMux()
	const issue = "/rest/api/3/issue"
	mux.HandleFunc("POST /rest/api/3/search/jql", s.jiraKnown(s.jiraSearch))
	mux.HandleFunc("POST "+issue, s.jiraKnown(s.jiraCreate))
	mux.HandleFunc("GET "+issue+"/{key}", s.jiraIssue(s.jiraGet))
	mux.HandleFunc("GET "+issue+"/{key}/transitions", s.jiraIssue(s.jiraTransitions))
	mux.HandleFunc("POST "+issue+"/{key}/transitions", s.jiraIssue(s.jiraTransition))
	mux.HandleFunc("GET "+issue+"/{key}/comment", s.jiraIssue(s.jiraComments))
	mux.HandleFunc("POST "+issue+"/{key}/comment", s.jiraIssue(s.jiraComment))
	mux.HandleFunc("/", http.NotFound)
	return mux
}

func jiraFail(w http.ResponseWriter, status int, message string, fields map[string]string) {
	messages := []string{}
	if message != "" {
		messages = append(messages, message)
	}
	answer(w, status, map[string]any{"errorMessages": messages, "errors": fields})
}

func (s *Server) jiraKnown(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if bearer(r, "Basic") != base64.StdEncoding.EncodeToString([]byte(Email+":"+JiraToken)) {
			jiraFail(w, 401, "You are not authenticated. Authentication required to perform this operation.", nil)
			return
		}
		next(w, r)
	}
}

// jiraIssue lets calls through that name an issue.
func (s *Server) jiraIssue(next func(http.ResponseWriter, *http.Request, Issue)) http.HandlerFunc {
	return s.jiraKnown(func(w http.ResponseWriter, r *http.Request) {
		i, ok := s.find(ticket.Jira, r.PathValue("key"))
		if !ok {
			jiraFail(w, 404, "Issue does not exist or you do not have permission to see it.", nil)
			return
		}
		next(w, r, i)
	})
}

// jiraQuery is the one form of queries that the sandbox reads.
var jiraQuery = regexp.MustCompile(`^project = "([A-Z0-9_]+)" AND labels = "([a-z0-9-]+)" ORDER BY created ASC$`)

// jiraSearch answers by an index that is behind.
func (s *Server) jiraSearch(w http.ResponseWriter, r *http.Request) {
	var in struct {
		JQL    string   `json:"jql"`
		Fields []string `json:"fields"`
		Max    int      `json:"maxResults"`
	}
	err := json.NewDecoder(r.Body).Decode(&in)
	parts := jiraQuery.FindStringSubmatch(in.JQL)
	switch {
	case err != nil || parts == nil || in.Max < 1:
		jiraFail(w, 400, "Error in the JQL Query", nil)
		return
	case parts[1] != Project:
		jiraFail(w, 400, "The value '"+parts[1]+"' does not exist for the field 'project'.", nil)
		return
	}
	found := []map[string]any{}
	for _, i := range s.Issues(ticket.Jira) {
		if known := !s.c.Now().Before(i.CreatedAt.Add(s.c.Lag)); known && slices.Contains(i.Labels, parts[2]) && len(found) < in.Max {
			found = append(found, map[string]any{"id": strconv.Itoa(10000 + i.Number), "key": i.Key})
		}
	}
	answer(w, 200, map[string]any{"issues": found, "isLast": true})
}

func (s *Server) jiraCreate(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Fields struct {
			Project struct {
				Key string `json:"key"`
			} `json:"project"`
			Type struct {
				Name string `json:"name"`
			} `json:"issuetype"`
			Summary     string          `json:"summary"`
			Description json.RawMessage `json:"description"`
			Labels      []string        `json:"labels"`
		} `json:"fields"`
	}
	err := json.NewDecoder(r.Body).Decode(&in)
	f := in.Fields
	wrong := map[string]string{}
	if f.Project.Key != Project {
		wrong["project"] = "valid project is required"
	}
	if f.Type.Name != "Task" {
		wrong["issuetype"] = "Specify a valid issue type"
	}
	if f.Summary == "" || len([]rune(f.Summary)) > 255 {
		wrong["summary"] = "Summary must be 1 to 255 characters."
	}
	if !isDocument(f.Description) {
		wrong["description"] = "Operation value must be an Atlassian Document (see the Atlassian Document Format)"
	}
	if err != nil || len(wrong) > 0 {
		jiraFail(w, 400, "", wrong)
		return
	}
	i := s.Add(Issue{Tracker: ticket.Jira, Title: f.Summary, Body: string(f.Description), Labels: f.Labels, Status: "new"})
	answer(w, 201, map[string]string{"id": strconv.Itoa(10000 + i.Number), "key": i.Key, "self": "https://jira.example/rest/api/3/issue/" + i.Key})
}

func isDocument(text json.RawMessage) bool {
	var doc struct {
		Type    string `json:"type"`
		Version int    `json:"version"`
	}
	return json.Unmarshal(text, &doc) == nil && doc.Type == "doc" && doc.Version == 1
}
