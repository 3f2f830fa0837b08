package sandbox

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"

	"bellwether/internal/ticket"
)

// jiraStatus is a status in Jira's words: its name is the site's, its category Jira's.
func jiraStatus(category string) map[string]any {
	names := map[string]string{"new": "Backlog", "indeterminate": "In the works", "done": "Shipped"}
	return map[string]any{"name": names[category], "statusCategory": map[string]string{"key": category}}
}

func (s *Server) jiraGet(w http.ResponseWriter, _ *http.Request, i Issue) {
	answer(w, 200, map[string]any{"key": i.Key, "fields": map[string]any{"status": jiraStatus(i.Status)}})
}

// jiraWays is the workflow: from each category, the ways with their ids, in the site's order.
var jiraWays = map[string][][2]string{
	"new":           {{"11", "indeterminate"}, {"31", "done"}},
	"indeterminate": {{"21", "new"}, {"31", "done"}},
	"done":          {{"11", "indeterminate"}, {"21", "new"}},
}

func (s *Server) jiraTransitions(w http.ResponseWriter, _ *http.Request, i Issue) {
	out := []map[string]any{}
	for _, way := range jiraWays[i.Status] {
		out = append(out, map[string]any{"id": way[0], "name": "To " + way[1], "to": jiraStatus(way[1])})
	}
	answer(w, 200, map[string]any{"transitions": out})
}

func (s *Server) jiraTransition(w http.ResponseWriter, r *http.Request, i Issue) {
	var in struct {
		Transition struct {
			ID string `json:"id"`
		} `json:"transition"`
	}
	err := json.NewDecoder(r.Body).Decode(&in)
	n := slices.IndexFunc(jiraWays[i.Status], func(way [2]string) bool { return way[0] == in.Transition.ID })
	if err != nil || n < 0 {
		jiraFail(w, 400, "It seems that you have tried to perform an illegal workflow operation.", nil)
		return
	}
	s.change(ticket.Jira, i.Key, func(i *Issue) { i.Status = jiraWays[i.Status][n][1] })
	w.WriteHeader(http.StatusNoContent)
}

func (s *Server) jiraComments(w http.ResponseWriter, r *http.Request, i Issue) {
	list := i.Comments
	if r.FormValue("orderBy") == "-created" {
		slices.Reverse(list)
	}
	from, _ := strconv.Atoi(r.FormValue("startAt"))
	most, err := strconv.Atoi(r.FormValue("maxResults"))
	if err != nil || most > 100 {
		most = 50
	}
	out := []map[string]any{}
	for _, text := range list[min(from, len(list)):min(from+most, len(list))] {
		out = append(out, map[string]any{"body": json.RawMessage(text)})
	}
	answer(w, 200, map[string]any{"startAt": from, "maxResults": most, "total": len(list), "comments": out})
}

func (s *Server) jiraComment(w http.ResponseWriter, r *http.Request, i Issue) {
	var in struct {
		Body json.RawMessage `json:"body"`
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil || !isDocument(in.Body) {
		jiraFail(w, 400, "", map[string]string{"comment": "Comment body is not valid!"})
		return
	}
	s.change(ticket.Jira, i.Key, func(i *Issue) { i.Comments = append(i.Comments, string(in.Body)) })
	answer(w, 201, map[string]any{"body": in.Body})
}
