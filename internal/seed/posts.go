package seed

import (
	"context"
	"strings"
	"time"

	"bellwether/internal/replay"
)

// posts are some of the next days, a draft, and one that goes out within minutes.
func (s *seeder) posts(ctx context.Context) error {
	if s.Sandbox == "" {
		return nil
	}
	if err := s.list(ctx); err != nil {
		return err
	}
	facebook := map[string]any{"integrationId": s.account("facebook").ID}
	mastodon := map[string]any{"integrationId": s.account("mastodon").ID}
	for _, p := range []struct {
		text    string
		at      string
		targets []any
	}{
		{"Doors open at nine. Come early for the first hundred.", s.Now().UTC().Truncate(time.Minute).Add(3 * time.Minute).Format(time.RFC3339), []any{facebook, mastodon}},
		{"What our buyers are wearing this week", s.day(1) + "T10:00", []any{facebook}},
		{"A look into the workshop", s.day(2) + "T15:30", []any{facebook, mastodon}},
		{"Free returns until the end of the month", s.day(4) + "T09:00", []any{mastodon}},
		{"Gift ideas under 50", s.day(8) + "T18:00", []any{facebook, mastodon}},
		{"The winter collection: a first draft", "", []any{facebook}},
	} {
		in := map[string]any{"content": map[string]any{"text": p.text}, "targets": p.targets, "timeZone": "UTC"}
		if p.at == "" {
			in["draft"] = true
		} else {
			in["publishAt"] = p.at
		}
		// A key that was used for another moment is a post that a broken try has made.
		if err := s.post(ctx, "/v1/posts", "seed-"+p.text, in); err != nil && !strings.Contains(err.Error(), replay.CodeReused) {
			return err
		}
	}
	return nil
}
