package campaigns_test

import (
	"strings"
	"testing"
	"time"

	"bellwether/internal/api"
	"bellwether/internal/fault"
	"bellwether/internal/post"
)

// withPosts is a campaign with posts on the account for posts.
func withPosts(activate, posts string) string {
	return `{"name":"Launch","objective":"sales","currency":"USD","timeZone":"Europe/Berlin","activate":` + activate + `,
		"placements":[{"platform":"meta","name":"Feed","externalId":"77","integrationId":"` + dollars + `"}],"content":{"posts":[` + posts + `]}}`
}

func onPage(text, at string) string {
	return `{"content":{"text":"` + text + `"},"targets":[{"integrationId":"` + page + `"}],"publishAt":"` + at + `"}`
}

// One request makes a campaign with its ads and its posts; times are those of its zone.
func TestACampaignBringsItsPosts(t *testing.T) {
	h := newHouse(t)
	var c api.Campaign
	h.send("POST", "/v1/campaigns", withPosts("true", onPage("One", "2026-12-01T09:00")+","+onPage("Two", "2026-12-02T09:00")), 201, &c)
	if c.PostIds == nil || len(*c.PostIds) != 2 {
		t.Fatalf("posts %v", c.PostIds)
	}
	for n, id := range *c.PostIds {
		p, err := h.posts.Get(t.Context(), orgID, id)
		if err != nil || p.CampaignID != c.Id || p.Status() != post.StatusScheduled || p.PublishAt.Format(time.RFC3339) != []string{"2026-12-01T08:00:00Z", "2026-12-02T08:00:00Z"}[n] {
			t.Errorf("%+v, error %v", p, err)
		}
	}
}

// A draft starts nothing, its posts included.
func TestADraftsPostsAreDrafts(t *testing.T) {
	h := newHouse(t)
	var c api.Campaign
	h.send("POST", "/v1/campaigns", withPosts("false", onPage("One", "2026-12-01T09:00")), 201, &c)
	if p, err := h.posts.Get(t.Context(), orgID, (*c.PostIds)[0]); err != nil || p.Status() != post.StatusDraft || p.Open() {
		t.Errorf("%+v, error %v", p, err)
	}
}

// All or nothing: what is wrong with one post is told by where it stands, and nothing is made.
func TestABadPostMakesNothing(t *testing.T) {
	h := newHouse(t)
	good := onPage("One", "2026-12-01T09:00")
	for name, tt := range map[string]struct{ posts, field string }{
		"a time that is past": {good + "," + onPage("Two", "2026-01-01T09:00"), "content.posts[1].publishAt"},
		"an ad account":       {good + "," + strings.Replace(good, page, dollars, 1), "content.posts[1].targets[0].integrationId"},
		"no account":          {good + "," + strings.Replace(good, page, orgID, 1), "content.posts[1].targets[0].integrationId"},
		"nothing in it":       {onPage("", "2026-12-01T09:00"), "content.posts[0].content.text"},
	} {
		var problem struct {
			Type, Title, Code, Detail, RequestID string
			Status                               int
			Fields                               []fault.Field
		}
		if h.send("POST", "/v1/campaigns", withPosts("true", tt.posts), 422, &problem); problem.Fields[0].Name != tt.field {
			t.Errorf("%s: %+v, want %s", name, problem.Fields, tt.field)
		}
	}
	var list api.CampaignPage
	if h.send("GET", "/v1/campaigns", "", 200, &list); len(list.Items) != 0 {
		t.Errorf("%d campaigns were made", len(list.Items))
	}
	posts, _, err := h.posts.List(t.Context(), orgID, start.AddDate(-1, 0, 0), start.AddDate(2, 0, 0), 10, "")
	if err != nil || len(posts) != 0 {
		t.Errorf("%d posts were made (%v)", len(posts), err)
	}
}
