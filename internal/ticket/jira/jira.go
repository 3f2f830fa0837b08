// Package jira keeps tickets as issues of a Jira Cloud project, by its REST API of version 3.
package jira

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"bellwether/internal/fault"
	"bellwether/internal/secret"
	"bellwether/internal/ticket"
	"bellwether/internal/ticket/rest"
)

// Config says which project it is, and who we are there.
type Config struct {
	BaseURL   string // of the site, which its owner gave: "https://acme.atlassian.net"
	Project   string // "OPS"
	IssueType string // "": Task
	Email     string // of the account that the token is of
	Token     secret.Text
	HTTP      *http.Client // of package outbound
	Now       func() time.Time
}

// Tracker is a project's issues. It is safe for concurrent use.
type Tracker struct {
	client rest.Client
	c      Config
}

var _ ticket.Tracker = (*Tracker)(nil)

var (
	projectForm = regexp.MustCompile(`^[A-Z][A-Z0-9_]{1,254}$`)
	keyForm     = regexp.MustCompile(`^[A-Z][A-Z0-9_]{1,254}-[1-9][0-9]{0,9}$`)
)

// CheckProject refuses what can't be the key of a project.
func CheckProject(key string) error {
	if !projectForm.MatchString(key) {
		return fault.InvalidFields(fault.Field{Name: "project", Message: `must be a project's key: "OPS"`})
	}
	return nil
}

// New makes a tracker.
func New(c Config) (*Tracker, error) {
	if err := CheckProject(c.Project); err != nil {
		return nil, err
	}
	if c.IssueType == "" {
		c.IssueType = "Task"
	}
	c.BaseURL = strings.TrimRight(c.BaseURL, "/")
	basic := base64.StdEncoding.EncodeToString([]byte(c.Email + ":" + c.Token.Reveal()))
	return &Tracker{c: c, client: rest.Client{
		Name: "Jira", HTTP: c.HTTP, Now: c.Now, Secret: c.Token, Text: words,
		Header: http.Header{"Accept": {"application/json"}, "Authorization": {"Basic " + basic}},
	}}, nil
}

func words(body []byte) string {
	var in struct {
		Messages []string          `json:"errorMessages"`
		Errors   map[string]string `json:"errors"`
	}
	_ = json.Unmarshal(body, &in) // a page has none
	all := in.Messages
	for field, text := range in.Errors {
		all = append(all, field+": "+text)
	}
	slices.Sort(all)
	return strings.Join(all, "; ")
}

const (
	api      = "/rest/api/3"
	label    = "bellwether"
	maxTitle = 255
	// settle is how long the search may not know of what was made: its index is behind, mostly by seconds, and
	// its documentation speaks of minutes. There is no read that is not.
	settle = 2 * time.Minute
)

func labelOf(incidentID string) string { return label + "-" + incidentID }

// Create implements ticket.Tracker. While the index may not know of an earlier try, it waits instead of
// making another: a second look, later, tells.
func (t *Tracker) Create(ctx context.Context, d ticket.Draft) (ticket.Ref, error) {
	key, err := t.find(ctx, d.IncidentID)
	if err != nil || key != "" {
		return t.ref(key), err
	}
	if left := settle - t.c.Now().Sub(d.TriedAt); !d.TriedAt.IsZero() && left > 0 {
		err := fault.New(fault.Retryable, "tracker_unsettled", "Jira's search may not know yet of a ticket that was just made")
		err.RetryAfter = left
		return ticket.Ref{}, err
	}
	var made struct {
		Key string `json:"key"`
	}
	err = t.client.Call(ctx, http.MethodPost, t.c.BaseURL+api+"/issue", map[string]any{"fields": map[string]any{
		"project": map[string]string{"key": t.c.Project}, "issuetype": map[string]string{"name": t.c.IssueType},
		"summary": ticket.Cut(strings.Join(strings.Fields(d.Title), " "), maxTitle), "description": draftBody(d),
		"labels": []string{label, labelOf(d.IncidentID)},
	}}, &made)
	if err == nil && !keyForm.MatchString(made.Key) {
		err = fault.New(fault.Retryable, ticket.CodeUnreadable, "Jira's answer names no issue")
	}
	return t.ref(made.Key), err
}

func (t *Tracker) ref(key string) ticket.Ref {
	if key == "" {
		return ticket.Ref{}
	}
	return ticket.Ref{Tracker: ticket.Jira, Key: key, URL: t.c.BaseURL + "/browse/" + key}
}

// find is the key of the incident's issue, "" while none is known. Of two it is the first.
func (t *Tracker) find(ctx context.Context, incidentID string) (string, error) {
	var out struct {
		Issues []struct {
			Key string `json:"key"`
		} `json:"issues"`
	}
	err := t.client.Call(ctx, http.MethodPost, t.c.BaseURL+api+"/search/jql", map[string]any{
		"jql":    `project = "` + t.c.Project + `" AND labels = "` + labelOf(incidentID) + `" ORDER BY created ASC`,
		"fields": []string{"key"}, "maxResults": 1,
	}, &out)
	if err != nil || len(out.Issues) == 0 {
		return "", err
	}
	if !keyForm.MatchString(out.Issues[0].Key) {
		return "", fault.New(fault.Retryable, ticket.CodeUnreadable, "Jira's answer names no issue")
	}
	return out.Issues[0].Key, nil
}

// path is where the issue is.
func (t *Tracker) path(r ticket.Ref) (string, error) {
	if !keyForm.MatchString(r.Key) {
		return "", fault.Newf(fault.NotFound, "tracker_not_found", "%s is no issue of Jira's", r.Key)
	}
	return t.c.BaseURL + api + "/issue/" + r.Key, nil
}
