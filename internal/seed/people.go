package seed

import (
	"context"
	"net/http"
	"slices"
)

// members are a manager and a viewer, invited and come.
func (s *seeder) members(ctx context.Context) error {
	var list struct {
		Items []struct {
			Email string `json:"email"`
		} `json:"items"`
	}
	if err := s.get(ctx, "/v1/org/members", &list); err != nil {
		return err
	}
	var org struct {
		ID string `json:"id"`
	}
	if err := s.get(ctx, "/v1/org", &org); err != nil {
		return err
	}
	for _, m := range []struct{ email, role string }{{"omar@example.com", "manager"}, {"vera@example.com", "viewer"}} {
		var invitation struct {
			Token string `json:"token"`
		}
		if slices.ContainsFunc(list.Items, func(i struct {
			Email string `json:"email"`
		}) bool {
			return i.Email == m.email
		}) {
			continue
		}
		// Without a key: the code is shown once, and a broken try has lost it.
		if _, err := s.send(ctx, http.MethodPost, "/v1/org/invitations", map[string]any{"email": m.email, "role": m.role}, &invitation); err != nil {
			return err
		}
		guest := client{handler: s.handler, host: s.host}
		if err := guest.signIn(ctx, m.email); err != nil {
			return err
		}
		if _, err := guest.send(ctx, http.MethodPost, "/v1/invitations/accept", map[string]any{"token": invitation.Token}, nil); err != nil {
			return err
		}
		if _, err := guest.send(ctx, http.MethodPost, "/v1/me/org", map[string]any{"orgId": org.ID}, nil); err != nil {
			return err
		}
	}
	return nil
}

// channel is a Slack channel, whose far end is the runner's own.
func (s *seeder) channel(ctx context.Context) error {
	_, err := s.named(ctx, "/v1/channels", map[string]any{"kind": "slack", "name": "Marketing", "url": "http://" + s.host + "/_local/sink/slack/1"})
	return err
}
