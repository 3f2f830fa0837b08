// Package desk opens the tracker that an organisation uses.
package desk

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/secret"
	"bellwether/internal/ticket"
	"bellwether/internal/ticket/github"
	"bellwether/internal/ticket/jira"
)

// Settings keeps which tracker each organisation uses.
type Settings interface {
	Settings(ctx context.Context, orgID string) (ticket.Settings, error)
	Note(ctx context.Context, orgID, kind, text string, cause event.Cause) error
}

// Builtin keeps the tickets of organisations that use no other tracker.
type Builtin interface {
	Tracker(orgID string, cause event.Cause) ticket.Tracker
}

// Desk opens trackers. It is safe for concurrent use.
type Desk struct {
	Settings  Settings
	Builtin   Builtin
	Sealer    secret.Sealer
	GitHubURL string       // "": GitHub itself
	HTTP      *http.Client // of package outbound: the address of a Jira site is given by people
	Now       func() time.Time
}

// Open opens the organisation's tracker; kind "" is the one that it uses now. fault.NotFound when it does not
// use one of that kind any more.
func (d Desk) Open(ctx context.Context, orgID, kind string, cause event.Cause) (t ticket.Tracker, is string, err error) {
	if kind == ticket.Builtin {
		return d.Builtin.Tracker(orgID, cause), kind, nil
	}
	s, err := d.Settings.Settings(ctx, orgID)
	if err != nil {
		return nil, kind, err
	}
	if kind != "" && kind != s.Kind {
		return nil, kind, fault.New(fault.NotFound, "tracker_changed", "the organisation uses another tracker now")
	}
	switch s.Kind {
	case ticket.GitHub:
		keys, err := Unseal(ctx, d.Sealer, s)
		if err != nil {
			return nil, s.Kind, err
		}
		t, err = github.New(github.Config{BaseURL: d.GitHubURL, Repo: s.Project, Token: secret.NewText(keys.Token), HTTP: d.HTTP, Now: d.Now})
		return t, s.Kind, err
	case ticket.Jira:
		keys, err := Unseal(ctx, d.Sealer, s)
		if err != nil {
			return nil, s.Kind, err
		}
		t, err = jira.New(jira.Config{
			BaseURL: s.BaseURL, Project: s.Project, IssueType: s.IssueType, Email: s.Email, Token: secret.NewText(keys.Token), HTTP: d.HTTP, Now: d.Now,
		})
		return t, s.Kind, err
	}
	return d.Builtin.Tracker(orgID, cause), ticket.Builtin, nil
}

// Note writes what became of a call, for the organisation's admins to see.
func (d Desk) Note(ctx context.Context, orgID, kind, text string, cause event.Cause) error {
	if kind == ticket.Builtin {
		return nil
	}
	return d.Settings.Note(ctx, orgID, kind, text, cause)
}

// Unseal opens the keys of settings.
func Unseal(ctx context.Context, sealer secret.Sealer, s ticket.Settings) (k ticket.Keys, err error) {
	if len(s.Sealed) == 0 {
		return k, nil
	}
	plain, err := sealer.Open(ctx, s.Sealed, ticket.Binding(s.OrgID))
	if err != nil {
		return k, err
	}
	return k, fault.Wrap(json.Unmarshal(plain, &k), fault.Permanent, "bad_record", "the tracker's keys can't be read")
}

// Seal closes them.
func Seal(ctx context.Context, sealer secret.Sealer, orgID string, k ticket.Keys) ([]byte, error) {
	plain, err := json.Marshal(k)
	if err != nil {
		return nil, err
	}
	return sealer.Seal(ctx, plain, ticket.Binding(orgID))
}
