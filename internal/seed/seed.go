// Package seed fills a running system with an organisation that lives: real results, sandbox accounts, posts,
// rules and an incident. It does so as a client would, by the API alone.
package seed

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// Email signs the owner of the organisation in.
const Email = "demo@example.com"

// Org is the organisation's name. It gets it last: who finds it knows that all else is there.
const Org = "Northwind Demo"

// Target is the system to fill.
type Target struct {
	API     http.Handler // of the runner
	Host    string       // where browsers reach it: "localhost:8080"
	Sandbox string       // of the ad platforms: "http://localhost:8081"; "" leaves out what needs it
	Now     func() time.Time
	// Settle waits until what was started has had its effects, and is called again while it has not.
	Settle func(ctx context.Context) error
}

// Fill makes the organisation, unless it is there. What a try that broke off left is found and kept.
func Fill(ctx context.Context, t Target) (done bool, err error) {
	s := &seeder{Target: t, client: client{handler: t.API, host: t.Host}, today: t.Now().UTC().Truncate(24 * time.Hour)}
	if err := s.signIn(ctx, Email); err != nil {
		return false, err
	}
	var org struct {
		Name    string `json:"name"`
		Version int64  `json:"version"`
	}
	if err := s.get(ctx, "/v1/org", &org); err != nil || org.Name == Org {
		return false, err
	}
	steps := []struct {
		name string
		do   func(context.Context) error
	}{
		{"members", s.members}, {"channel", s.channel}, {"campaigns", s.campaigns}, {"rules", s.rules}, {"accounts", s.accounts}, {"posts", s.posts}, {"incident", s.incident},
	}
	for _, step := range steps {
		if err := step.do(ctx); err != nil {
			return false, fmt.Errorf("seed the %s: %w", step.name, err)
		}
	}
	_, err = s.send(ctx, http.MethodPatch, "/v1/org", map[string]any{"name": Org}, nil)
	return err == nil, err
}

// seeder is one filling.
type seeder struct {
	Target
	client
	today time.Time
	found []account
}

// settled waits until the question is answered with yes, and gives up after a while.
func (s *seeder) settled(ctx context.Context, what string, ready func() (bool, error)) error {
	const tries = 600
	for range tries {
		ok, err := ready()
		if ok || err != nil {
			return err
		}
		if err := s.Settle(ctx); err != nil {
			return err
		}
	}
	return fmt.Errorf("%s did not come", what)
}
