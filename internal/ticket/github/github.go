// Package github keeps tickets as issues of a GitHub repository, by the REST API of version 2022-11-28.
package github

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"bellwether/internal/fault"
	"bellwether/internal/secret"
	"bellwether/internal/ticket"
	"bellwether/internal/ticket/rest"
)

// BaseURL is where the API is.
const BaseURL = "https://api.github.com"

// Config says which repository it is, and who we are there.
type Config struct {
	BaseURL string // "": the one above
	Repo    string // "acme/shop"
	Token   secret.Text
	HTTP    *http.Client // of package outbound
	Now     func() time.Time
}

// Tracker is a repository's issues. It is safe for concurrent use.
type Tracker struct {
	client rest.Client
	root   string // of the repository
	repo   string
}

var _ ticket.Tracker = (*Tracker)(nil)

var repoForm = regexp.MustCompile(`^[A-Za-z0-9-]{1,39}/[A-Za-z0-9._-]{1,100}$`)

// CheckRepo refuses what can't be the name of a repository.
func CheckRepo(repo string) error {
	if _, name, _ := strings.Cut(repo, "/"); !repoForm.MatchString(repo) || name == "." || name == ".." {
		return fault.InvalidFields(fault.Field{Name: "project", Message: `must be a repository: "owner/name"`})
	}
	return nil
}

// New makes a tracker.
func New(c Config) (*Tracker, error) {
	if err := CheckRepo(c.Repo); err != nil {
		return nil, err
	}
	if c.BaseURL == "" {
		c.BaseURL = BaseURL
	}
	return &Tracker{repo: c.Repo, root: c.BaseURL + "/repos/" + c.Repo, client: rest.Client{
		Name: "GitHub", HTTP: c.HTTP, Now: c.Now, Secret: c.Token, Throttled: throttled, Text: words,
		Header: http.Header{
			"Accept": {"application/vnd.github+json"}, "X-Github-Api-Version": {"2022-11-28"}, "User-Agent": {"bellwether"},
			"Authorization": {"Bearer " + c.Token.Reveal()},
		},
	}}, nil
}

// throttled tells the limits from a refusal: both have status 403. The secondary ones are told by a wait, or
// by words alone.
func throttled(a rest.Answer) bool {
	return a.Header.Get("Retry-After") != "" || a.Header.Get("X-Ratelimit-Remaining") == "0" ||
		strings.Contains(strings.ToLower(words(a.Body)), "rate limit")
}

func words(body []byte) string {
	var in struct {
		Message string `json:"message"`
	}
	_ = json.Unmarshal(body, &in) // a page has none
	return in.Message
}

// issue is what we read of one.
type issue struct {
	Number int             `json:"number"`
	URL    string          `json:"html_url"`
	State  string          `json:"state"`
	Body   string          `json:"body"`
	Pull   json.RawMessage `json:"pull_request"` // of pull requests only, which the list has too
}

func (i issue) state() ticket.State {
	if i.State == "closed" {
		return ticket.Done
	}
	return ticket.Open
}

func (t *Tracker) ref(i issue) ticket.Ref {
	return ticket.Ref{Tracker: ticket.GitHub, Key: t.repo + "#" + strconv.Itoa(i.Number), URL: i.URL}
}

const (
	pageSize = 100
	maxPages = 10
	// label is what people find our issues by. It is dropped in silence when the token may not set labels, so
	// nothing of ours depends on it.
	label    = "bellwether"
	maxTitle = 256
	// clocks of two machines differ.
	skew = 10 * time.Minute
)

// Create implements ticket.Tracker. The list is read, not the search: that one is behind by an index.
func (t *Tracker) Create(ctx context.Context, d ticket.Draft) (ticket.Ref, error) {
	found, ok, err := t.find(ctx, d)
	if err != nil || ok {
		return found, err
	}
	var made issue
	err = t.client.Call(ctx, http.MethodPost, t.root+"/issues", struct {
		Title  string   `json:"title"`
		Body   string   `json:"body"`
		Labels []string `json:"labels"`
	}{ticket.Cut(oneLine(d.Title), maxTitle), draftBody(d), []string{label, "severity-" + strconv.Itoa(d.Severity)}}, &made)
	if err != nil {
		return ticket.Ref{}, err
	}
	if made.Number == 0 {
		return ticket.Ref{}, fault.New(fault.Retryable, ticket.CodeUnreadable, "GitHub's answer names no issue")
	}
	return t.ref(made), nil
}

// find looks for the incident's issue among those that were touched since it was opened.
func (t *Tracker) find(ctx context.Context, d ticket.Draft) (ref ticket.Ref, ok bool, err error) {
	query := url.Values{
		"state": {"all"}, "sort": {"created"}, "direction": {"asc"}, "per_page": {strconv.Itoa(pageSize)},
		"since": {d.OpenedAt.Add(-skew).UTC().Format(time.RFC3339)},
	}
	for page := 1; page <= maxPages; page++ {
		query.Set("page", strconv.Itoa(page))
		var issues []issue
		if err := t.client.Call(ctx, http.MethodGet, t.root+"/issues?"+query.Encode(), nil, &issues); err != nil {
			return ref, false, err
		}
		for _, i := range issues {
			if i.Pull == nil && incidentOf(i.Body) == d.IncidentID {
				return t.ref(i), true, nil
			}
		}
		if len(issues) < pageSize {
			return ref, false, nil
		}
	}
	return ref, false, fault.New(fault.Permanent, "tracker_too_busy", "the repository has more new issues than can be looked through")
}

// path is where the issue is.
func (t *Tracker) path(r ticket.Ref) (string, error) {
	repo, text, _ := strings.Cut(r.Key, "#")
	number, err := strconv.Atoi(text)
	if err != nil || number < 1 || !strings.EqualFold(repo, t.repo) {
		return "", fault.Newf(fault.NotFound, "tracker_not_found", "%s is no issue of %s", r.Key, t.repo)
	}
	return fmt.Sprintf("%s/issues/%d", t.root, number), nil
}

// State implements ticket.Tracker.
func (t *Tracker) State(ctx context.Context, r ticket.Ref) (ticket.State, error) {
	path, err := t.path(r)
	if err != nil {
		return "", err
	}
	var i issue
	err = t.client.Call(ctx, http.MethodGet, path, nil, &i)
	return i.state(), err
}

// Close implements ticket.Tracker.
func (t *Tracker) Close(ctx context.Context, r ticket.Ref) error {
	return t.set(ctx, r, "closed", "completed")
}

// Reopen implements ticket.Tracker.
func (t *Tracker) Reopen(ctx context.Context, r ticket.Ref) error {
	return t.set(ctx, r, "open", "reopened")
}

func (t *Tracker) set(ctx context.Context, r ticket.Ref, state, reason string) error {
	path, err := t.path(r)
	if err != nil {
		return err
	}
	return t.client.Call(ctx, http.MethodPatch, path, map[string]string{"state": state, "state_reason": reason}, nil)
}
