// Package campaigns is the campaigns API: it translates between HTTP, the campaign's rules and its store.
package campaigns

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"bellwether/internal/api"
	"bellwether/internal/campaign"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/integration"
	"bellwether/internal/post"
	"bellwether/internal/tenant"
)

// Campaigns keeps campaigns.
type Campaigns interface {
	Get(ctx context.Context, orgID, id string) (campaign.Campaign, error)
	UpdateFrom(ctx context.Context, token string, c campaign.Campaign, change func(context.Context, campaign.Campaign) (campaign.Change, error)) (campaign.Campaign, error)
	Rows(ctx context.Context, orgID, id, from, to string) ([]campaign.Row, error)
	List(ctx context.Context, orgID string, limit int, after string) ([]campaign.Campaign, string, error)
}

// Posts writes campaigns together with their posts.
type Posts interface {
	Launch(ctx context.Context, token string, c campaign.Change, posts []post.Change) error
}

// Orgs reads organisations' settings and members.
type Orgs interface {
	Org(ctx context.Context, orgID string) (tenant.Org, error)
	Roster(ctx context.Context, orgID string) (tenant.Roster, error)
}

// Accounts reads connected ad accounts.
type Accounts interface {
	Get(ctx context.Context, orgID, id string) (integration.Integration, error)
}

// Freshness knows as of when a campaign's results are known.
type Freshness interface {
	Freshness(ctx context.Context, c campaign.Campaign) (asOf time.Time, limit time.Duration, err error)
}

// API is the campaigns API.
type API struct {
	Campaigns Campaigns
	Posts     Posts
	Accounts  Accounts
	Orgs      Orgs
	Freshness Freshness
	Cursors   api.Cursors
}

// Routes are the API's routes.
func (a API) Routes() []api.Route {
	const one = "/v1/campaigns/{campaignId}"
	return []api.Route{
		{Pattern: "POST /v1/campaigns", Handle: a.create, Audit: "campaign.created"},
		{Pattern: "GET /v1/campaigns", Handle: a.list},
		{Pattern: "GET " + one, Handle: a.get},
		{Pattern: "GET " + one + "/forecast", Handle: a.forecast},
		{Pattern: "POST /v1/budget/simulations", Handle: a.simulate},
		{Pattern: "PATCH " + one, Handle: a.edit, Audit: "campaign.updated"},
		{Pattern: "POST " + one + "/pause", Handle: a.pause, Audit: "campaign.paused"},
		{Pattern: "POST " + one + "/resume", Handle: a.resume, Audit: "campaign.resumed"},
		{Pattern: "POST " + one + "/archive", Handle: a.archive, Audit: "campaign.archived"},
		{Pattern: "POST " + one + "/budget", Handle: a.budget, Audit: "campaign.budget_changed"},
		{Pattern: "POST " + one + "/budget-override", Handle: a.override, Audit: "campaign.budget_overridden"},
		{Pattern: "POST " + one + "/placements", Handle: a.placements, Audit: "campaign.placements_added"},
	}
}

func (a API) create(w http.ResponseWriter, r *http.Request) error {
	var in api.CampaignCreate
	if err := api.Decode(r, &in); err != nil {
		return err
	}
	p, cause := api.Principal(r), api.RequestCause(r)
	spec, err := specOf(in, event.Derive(cause.ID, "campaign"), p)
	if err != nil {
		return err
	}
	if spec.Budget != nil && spec.Budget.Thresholds == nil {
		if spec.Budget.Thresholds, err = a.thresholds(r.Context(), p.OrgID); err != nil {
			return err
		}
	}
	if err := a.checkManagers(r.Context(), p.OrgID, spec.ManagerIDs); err != nil {
		return err
	}
	if err := a.checkAccounts(r.Context(), p.OrgID, spec.Currency, spec.Placements); err != nil {
		return err
	}
	ch, err := campaign.Create(spec, cause)
	if err != nil {
		return err
	}
	posts, err := a.posts(r.Context(), in, spec, cause)
	if err != nil {
		return err
	}
	err = a.Posts.Launch(r.Context(), cause.ID, ch, posts)
	if fault.Is(err, fault.Conflict) {
		// The id is derived from the request: when it is there, this request made it before and its
		// answer was lost. Otherwise the conflict is about a placement.
		if made, again := a.Campaigns.Get(r.Context(), p.OrgID, spec.ID); !fault.Is(again, fault.NotFound) {
			ch.Campaign, err = made, again
		}
	}
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/v1/campaigns/"+spec.ID)
	body, err := wire(ch.Campaign, cause.At)
	if err != nil {
		return err
	}
	if len(posts) > 0 {
		ids := api.Map(posts, func(ch post.Change) string { return ch.Post.ID })
		body.PostIds = &ids
	}
	api.ETag(w, ch.Campaign.Version)
	return api.JSON(w, http.StatusCreated, body)
}

// thresholds are those of a budget that is given none.
func (a API) thresholds(ctx context.Context, orgID string) ([]int, error) {
	org, err := a.Orgs.Org(ctx, orgID)
	return org.Thresholds, err
}

// checkManagers wants managers to be members: nobody else could be told.
func (a API) checkManagers(ctx context.Context, orgID string, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	roster, err := a.Orgs.Roster(ctx, orgID)
	if err != nil {
		return err
	}
	for i, id := range ids {
		if !slices.Contains(roster.Members, id) {
			return fault.InvalidFields(fault.Field{Name: fmt.Sprintf("managerIds[%d]", i), Message: "must be the id of a member of the organisation"})
		}
	}
	return nil
}

func (a API) get(w http.ResponseWriter, r *http.Request) error {
	c, err := a.find(r)
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, c, api.RequestCause(r))
}

func (a API) list(w http.ResponseWriter, r *http.Request) error {
	if err := api.Known(r, "limit", "cursor"); err != nil {
		return err
	}
	limit, after, err := a.Cursors.Page(r)
	if err != nil {
		return err
	}
	list, next, err := a.Campaigns.List(r.Context(), api.Principal(r).OrgID, limit, after)
	if err != nil {
		return err
	}
	page := api.CampaignPage{Items: []api.Campaign{}}
	for _, c := range list {
		item, err := wire(c, api.RequestCause(r).At)
		if err != nil {
			return err
		}
		page.Items = append(page.Items, item)
	}
	if page.Next, err = a.Cursors.Next(r, next); err != nil {
		return err
	}
	return api.JSON(w, http.StatusOK, page)
}

func (a API) find(r *http.Request) (campaign.Campaign, error) {
	id, err := api.PathID(r, "campaignId")
	if err != nil {
		return campaign.Campaign{}, err
	}
	return a.Campaigns.Get(r.Context(), api.Principal(r).OrgID, id)
}

// change applies what the request asks for and answers with the campaign as it is then. A client
// that named a version gets its change on that one or none.
func (a API) change(w http.ResponseWriter, r *http.Request, apply func(context.Context, campaign.Campaign, event.Cause) (campaign.Change, error)) error {
	c, err := a.find(r)
	if err != nil {
		return err
	}
	cause := api.RequestCause(r)
	c, err = a.Campaigns.UpdateFrom(r.Context(), cause.ID, c, func(ctx context.Context, c campaign.Campaign) (campaign.Change, error) {
		if err := api.Match(r, c.Version); err != nil {
			return campaign.Change{}, err
		}
		return apply(ctx, c, cause)
	})
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, c, cause)
}

func answer(w http.ResponseWriter, status int, c campaign.Campaign, cause event.Cause) error {
	body, err := wire(c, cause.At)
	if err != nil {
		return err
	}
	api.ETag(w, c.Version)
	return api.JSON(w, status, body)
}
