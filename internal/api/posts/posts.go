// Package posts is the posts API: it translates between HTTP, the rules of posts and their store.
package posts

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"bellwether/internal/api"
	"bellwether/internal/campaign"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/integration"
	"bellwether/internal/post"
	"bellwether/internal/secret"
	"bellwether/internal/tenant"
)

// Posts keeps posts.
type Posts interface {
	Get(ctx context.Context, orgID, id string) (post.Post, error)
	Create(ctx context.Context, token string, ch post.Change) error
	UpdateFrom(ctx context.Context, token string, p post.Post, change func(post.Post) (post.Change, error)) (post.Post, error)
	List(ctx context.Context, orgID string, from, to time.Time, limit int, after string) ([]post.Post, string, error)
}

// Accounts reads connected accounts.
type Accounts interface {
	Get(ctx context.Context, orgID, id string) (integration.Integration, error)
}

// Campaigns reads campaigns.
type Campaigns interface {
	Get(ctx context.Context, orgID, id string) (campaign.Campaign, error)
}

// Orgs reads members.
type Orgs interface {
	Roster(ctx context.Context, orgID string) (tenant.Roster, error)
}

// API is the posts API.
type API struct {
	Posts     Posts
	Accounts  Accounts
	Campaigns Campaigns
	Orgs      Orgs
	Cursors   api.Cursors
	Feeds     secret.Sealer // of the addresses of calendar feeds
	PublicURL string        // where the API is reached; "" for where a request came in
}

// Routes are the API's routes.
func (a API) Routes() []api.Route {
	const one = "/v1/posts/{postId}"
	const target = one + "/targets/{targetId}"
	return []api.Route{
		{Pattern: "POST /v1/posts", Handle: a.create, Audit: "post.created"},
		{Pattern: "GET /v1/posts", Handle: a.list},
		{Pattern: "GET " + one, Handle: a.get},
		{Pattern: "PATCH " + one, Handle: a.edit, Audit: "post.updated"},
		{Pattern: "POST " + one + "/schedule", Handle: a.schedule, Audit: "post.scheduled"},
		{Pattern: "POST " + one + "/cancel", Handle: a.cancel, Audit: "post.cancelled"},
		{Pattern: "POST " + one + "/publish-now", Handle: a.publishNow, Audit: "post.published_now"},
		{Pattern: "POST " + target + "/retry", Handle: a.retry, Audit: "post.retried"},
		{Pattern: "POST " + target + "/confirm", Handle: a.confirm, Audit: "post.confirmed"},
		{Pattern: "GET /v1/calendar", Handle: a.calendar},
		{Pattern: "POST /v1/calendar/feed", Handle: a.makeFeed, Audit: "calendar.feed_made"},
		{Pattern: "GET " + feedPath, Handle: a.feed, Public: true},
	}
}

func (a API) create(w http.ResponseWriter, r *http.Request) error {
	var in api.PostCreate
	if err := api.Decode(r, &in); err != nil {
		return err
	}
	p, cause := api.Principal(r), api.RequestCause(r)
	spec := post.Spec{
		ID: event.Derive(cause.ID, "post"), OrgID: p.OrgID, AuthorID: p.ID, CampaignID: api.Value(in.CampaignId),
		Content: api.PostContentOf(in.Content), TimeZone: "UTC", Draft: api.Value(in.Draft),
	}
	if in.TimeZone != nil {
		spec.TimeZone = *in.TimeZone
	}
	if in.PublishAt != nil {
		var err error
		if spec.PublishAt, err = post.ParseTime(*in.PublishAt, spec.TimeZone); err != nil {
			return err
		}
	}
	if err := a.checkCampaign(r.Context(), p.OrgID, spec.CampaignID); err != nil {
		return err
	}
	var err error
	if spec.Targets, err = Targets(r.Context(), a.Accounts, p.OrgID, "", in.Targets); err != nil {
		return err
	}
	ch, err := post.Create(spec, cause)
	if err != nil {
		return err
	}
	err = a.Posts.Create(r.Context(), cause.ID, ch)
	if fault.Is(err, fault.Conflict) {
		// The id is derived from the request: this request made it before, and its answer was lost.
		ch.Post, err = a.Posts.Get(r.Context(), p.OrgID, spec.ID)
	}
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/v1/posts/"+spec.ID)
	return answer(w, http.StatusCreated, ch.Post)
}

func (a API) checkCampaign(ctx context.Context, orgID, id string) error {
	if id == "" {
		return nil
	}
	bad := fault.InvalidFields(fault.Field{Name: "campaignId", Message: "must be the id of a campaign of the organisation"})
	if !event.IsID(id) {
		return bad
	}
	_, err := a.Campaigns.Get(ctx, orgID, id)
	if fault.Is(err, fault.NotFound) {
		return bad
	}
	return err
}

// Targets are the accounts that a post goes to, as they are connected. field is where they stand in the request.
func Targets(ctx context.Context, accounts Accounts, orgID, field string, in []api.PostTargetCreate) ([]post.TargetSpec, error) {
	var bad []fault.Field
	specs := make([]post.TargetSpec, 0, len(in))
	for n, t := range in[:min(len(in), post.MaxTargets+1)] {
		name := fmt.Sprintf("%stargets[%d].integrationId", field, n)
		refuse := func(message string) { bad = append(bad, fault.Field{Name: name, Message: message}) }
		if !event.IsID(t.IntegrationId) {
			refuse("must be the id of an integration of the organisation")
			continue
		}
		account, err := accounts.Get(ctx, orgID, t.IntegrationId)
		switch {
		case fault.Is(err, fault.NotFound):
			refuse("must be the id of an integration of the organisation")
			continue
		case err != nil:
			return nil, err
		case account.Status != integration.Connected:
			refuse("the account is not connected: reconnect it first")
		}
		specs = append(specs, post.TargetSpec{
			IntegrationID: account.ID, Platform: account.Platform, AccountName: account.Account.Name,
			Override: post.Override{Text: t.Text, Link: t.Link, Media: api.PostMediaOf(t.Media)},
		})
	}
	if len(bad) > 0 {
		return nil, fault.InvalidFields(bad...)
	}
	return specs, nil
}

func (a API) find(r *http.Request) (post.Post, error) {
	id, err := api.PathID(r, "postId")
	if err != nil {
		return post.Post{}, err
	}
	return a.Posts.Get(r.Context(), api.Principal(r).OrgID, id)
}

func (a API) get(w http.ResponseWriter, r *http.Request) error {
	p, err := a.find(r)
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, p)
}

func (a API) list(w http.ResponseWriter, r *http.Request) error {
	if err := api.Known(r, "from", "to", "limit", "cursor"); err != nil {
		return err
	}
	limit, after, err := a.Cursors.Page(r)
	if err != nil {
		return err
	}
	from, to, err := span(r)
	if err != nil {
		return err
	}
	list, next, err := a.Posts.List(r.Context(), api.Principal(r).OrgID, from, to, limit, after)
	if err != nil {
		return err
	}
	page := api.PostPage{Items: api.Map(list, wire)}
	if page.Next, err = a.Cursors.Next(r, next); err != nil {
		return err
	}
	return api.JSON(w, http.StatusOK, page)
}

// Times before and after all posts.
var (
	first = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	last  = time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)
)

func span(r *http.Request) (from, to time.Time, err error) {
	from, to = first, last
	for name, into := range map[string]*time.Time{"from": &from, "to": &to} {
		text := r.URL.Query().Get(name)
		if text == "" {
			continue
		}
		if *into, err = time.Parse(time.RFC3339, text); err != nil {
			return from, to, fault.InvalidFields(fault.Field{Name: name, Message: "must be a time like 2026-11-30T14:05:00Z"})
		}
	}
	if !from.Before(to) {
		return from, to, fault.InvalidFields(fault.Field{Name: "from", Message: "must be before to"})
	}
	return from, to, nil
}

// change applies what the request asks for and answers with the post as it is then. A client that named
// a version gets its change on that one or none.
func (a API) change(w http.ResponseWriter, r *http.Request, apply func(post.Post, event.Cause) (post.Change, error)) error {
	p, err := a.find(r)
	if err != nil {
		return err
	}
	cause := api.RequestCause(r)
	p, err = a.Posts.UpdateFrom(r.Context(), cause.ID, p, func(p post.Post) (post.Change, error) {
		if err := api.Match(r, p.Version); err != nil {
			return post.Change{}, err
		}
		return apply(p, cause)
	})
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, p)
}

func (a API) edit(w http.ResponseWriter, r *http.Request) error {
	var in api.PostUpdate
	if err := api.Decode(r, &in); err != nil {
		return err
	}
	e := post.Edit{TimeZone: in.TimeZone}
	if in.Content != nil {
		content := api.PostContentOf(*in.Content)
		e.Content = &content
	}
	if in.Targets != nil {
		var err error
		if e.Targets, err = Targets(r.Context(), a.Accounts, api.Principal(r).OrgID, "", *in.Targets); err != nil {
			return err
		}
	}
	return a.change(w, r, func(p post.Post, cause event.Cause) (post.Change, error) { return p.Edit(e, cause) })
}

func (a API) schedule(w http.ResponseWriter, r *http.Request) error {
	var in api.PostSchedule
	if err := api.Decode(r, &in); err != nil {
		return err
	}
	return a.change(w, r, func(p post.Post, cause event.Cause) (post.Change, error) {
		zone := p.TimeZone
		if in.TimeZone != nil {
			zone = *in.TimeZone
		}
		at, err := post.ParseTime(in.PublishAt, zone)
		if err != nil {
			return post.Change{}, err
		}
		return p.Schedule(at, zone, cause)
	})
}

func (a API) cancel(w http.ResponseWriter, r *http.Request) error {
	if err := api.Decode(r, &struct{}{}); err != nil {
		return err
	}
	return a.change(w, r, post.Post.Cancel)
}

func (a API) publishNow(w http.ResponseWriter, r *http.Request) error {
	if err := api.Decode(r, &struct{}{}); err != nil {
		return err
	}
	return a.change(w, r, func(p post.Post, cause event.Cause) (post.Change, error) { return p.Schedule(cause.At, "", cause) })
}

func (a API) retry(w http.ResponseWriter, r *http.Request) error {
	var in api.TargetRetry
	if err := api.Decode(r, &in); err != nil {
		return err
	}
	id, err := api.PathID(r, "targetId")
	if err != nil {
		return err
	}
	return a.change(w, r, func(p post.Post, cause event.Cause) (post.Change, error) {
		return p.RetryTarget(id, api.Value(in.NotPublished), cause)
	})
}

func (a API) confirm(w http.ResponseWriter, r *http.Request) error {
	var in api.TargetConfirm
	if err := api.Decode(r, &in); err != nil {
		return err
	}
	id, err := api.PathID(r, "targetId")
	if err != nil {
		return err
	}
	return a.change(w, r, func(p post.Post, cause event.Cause) (post.Change, error) {
		return p.ConfirmTarget(id, api.Value(in.Permalink), cause)
	})
}

func answer(w http.ResponseWriter, status int, p post.Post) error {
	api.ETag(w, p.Version)
	return api.JSON(w, status, wire(p))
}
