package jira

import (
	"cmp"
	"context"
	"net/http"
	"slices"

	"bellwether/internal/fault"
	"bellwether/internal/ticket"
)

// status is where an issue stands. Statuses are each site's own; their categories are Jira's.
type status struct {
	Category struct {
		Key string `json:"key"` // new, indeterminate, done
	} `json:"statusCategory"`
}

func (s status) state() ticket.State {
	if s.Category.Key == "done" {
		return ticket.Done
	}
	return ticket.Open
}

// State implements ticket.Tracker.
func (t *Tracker) State(ctx context.Context, r ticket.Ref) (ticket.State, error) {
	path, err := t.path(r)
	if err != nil {
		return "", err
	}
	var issue struct {
		Fields struct {
			Status status `json:"status"`
		} `json:"fields"`
	}
	if err := t.client.Call(ctx, http.MethodGet, path+"?fields=status", nil, &issue); err != nil {
		return "", err
	}
	if issue.Fields.Status.Category.Key == "" {
		return "", fault.New(fault.Retryable, ticket.CodeUnreadable, "Jira's answer names no status")
	}
	return issue.Fields.Status.state(), nil
}

// Close implements ticket.Tracker.
func (t *Tracker) Close(ctx context.Context, r ticket.Ref) error { return t.bring(ctx, r, ticket.Done) }

// Reopen implements ticket.Tracker.
func (t *Tracker) Reopen(ctx context.Context, r ticket.Ref) error {
	return t.bring(ctx, r, ticket.Open)
}

type transition struct {
	ID string `json:"id"`
	To status `json:"to"`
}

// bring takes the first way that the project's workflow has to the state.
func (t *Tracker) bring(ctx context.Context, r ticket.Ref, want ticket.State) error {
	is, err := t.State(ctx, r)
	if err != nil || is == want {
		return err
	}
	path, err := t.path(r)
	if err != nil {
		return err
	}
	var out struct {
		Transitions []transition `json:"transitions"`
	}
	if err := t.client.Call(ctx, http.MethodGet, path+"/transitions", nil, &out); err != nil {
		return err
	}
	ways := slices.DeleteFunc(out.Transitions, func(w transition) bool { return w.To.state() != want })
	if len(ways) == 0 {
		return fault.Newf(fault.Permanent, "tracker_no_way", "the project's workflow has no way from where %s is to %s", r.Key, want)
	}
	// What is opened again has to be looked at anew, so "to do" comes before "in progress".
	way := slices.MinFunc(ways, func(a, b transition) int { return cmp.Compare(order(a), order(b)) })
	return t.client.Call(ctx, http.MethodPost, path+"/transitions", map[string]any{"transition": map[string]string{"id": way.ID}}, nil)
}

func order(t transition) int {
	if t.To.Category.Key == "new" {
		return 0
	}
	return 1
}
