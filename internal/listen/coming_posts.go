package listen

import (
	"context"
	"slices"
	"time"

	"bellwether/internal/post"
)

// Calendar reads posts by their time.
type Calendar interface {
	List(ctx context.Context, orgID string, from, to time.Time, limit int, after string) ([]post.Post, string, error)
}

// mostComing is how many posts are looked through for those of an account: a number in a text is enough.
const mostComing = 500

// coming are the posts that are to go out on the account within the time.
func coming(ctx context.Context, posts Calendar, orgID, integrationID string, from, to time.Time) ([]string, error) {
	ids := []string{}
	for seen, after := 0, ""; ; {
		page, next, err := posts.List(ctx, orgID, from, to, 100, after)
		if err != nil {
			return nil, err
		}
		for _, p := range page {
			if slices.ContainsFunc(p.Targets, func(t post.Target) bool { return t.IntegrationID == integrationID && t.State == post.Scheduled }) {
				ids = append(ids, p.ID)
			}
		}
		seen += len(page)
		if after = next; next == "" || seen >= mostComing {
			return ids, nil
		}
	}
}
