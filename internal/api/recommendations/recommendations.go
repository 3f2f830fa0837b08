// Package recommendations is the API of what might be done about campaigns. To accept a recommendation
// records that somebody means to follow it: it moves no money, and changes no campaign.
package recommendations

import (
	"context"
	"net/http"
	"slices"
	"time"

	"bellwether/internal/api"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/recommendation"
	"bellwether/internal/store"
)

// Recommendations keeps recommendations.
type Recommendations interface {
	Get(ctx context.Context, orgID, id string) (recommendation.Recommendation, error)
	List(ctx context.Context, orgID string, f store.RecommendationFilter, now time.Time, limit int, after string) ([]recommendation.Recommendation, string, error)
	Update(ctx context.Context, token, orgID, id string, change func(recommendation.Recommendation) (recommendation.Recommendation, error)) (recommendation.Recommendation, error)
}

// API is the API of recommendations.
type API struct {
	Recommendations Recommendations
	Cursors         api.Cursors
}

// Routes are the API's routes.
func (a API) Routes() []api.Route {
	const one = "/v1/recommendations/{recommendationId}"
	return []api.Route{
		{Pattern: "GET /v1/recommendations", Handle: a.list},
		{Pattern: "GET " + one, Handle: a.get},
		{Pattern: "POST " + one + "/accept", Handle: a.answering(recommendation.Accepted), Audit: "recommendation.accepted"},
		{Pattern: "POST " + one + "/dismiss", Handle: a.dismiss, Audit: "recommendation.dismissed"},
		{Pattern: "POST " + one + "/done", Handle: a.answering(recommendation.Done), Audit: "recommendation.done"},
	}
}

func (a API) list(w http.ResponseWriter, r *http.Request) error {
	f, err := filterOf(r)
	if err != nil {
		return err
	}
	limit, after, err := a.Cursors.Page(r)
	if err != nil {
		return err
	}
	now := api.RequestCause(r).At
	list, next, err := a.Recommendations.List(r.Context(), api.Principal(r).OrgID, f, now, limit, after)
	if err != nil {
		return err
	}
	page := api.RecommendationPage{Items: api.Map(list, func(x recommendation.Recommendation) api.Recommendation { return wire(x, now) })}
	if page.Next, err = a.Cursors.Next(r, next); err != nil {
		return err
	}
	return api.JSON(w, http.StatusOK, page)
}

// filterOf is the filter that the query asks for: the open ones, where it asks for none.
func filterOf(r *http.Request) (store.RecommendationFilter, error) {
	f := store.RecommendationFilter{State: recommendation.Open}
	if err := api.Known(r, "state", "campaignId", "limit", "cursor"); err != nil {
		return f, err
	}
	var bad []fault.Field
	q := r.URL.Query()
	if state := recommendation.State(q.Get("state")); state != "" {
		if f.State = state; !slices.Contains(recommendation.States(), state) {
			bad = append(bad, fault.Field{Name: "state", Message: "must be open, accepted, dismissed, done or expired"})
		}
	}
	if f.CampaignID = q.Get("campaignId"); f.CampaignID != "" && !event.IsID(f.CampaignID) {
		bad = append(bad, fault.Field{Name: "campaignId", Message: "must be the id of a campaign"})
	}
	if len(bad) > 0 {
		return f, fault.InvalidFields(bad...)
	}
	return f, nil
}

func (a API) get(w http.ResponseWriter, r *http.Request) error {
	id, err := api.PathID(r, "recommendationId")
	if err != nil {
		return err
	}
	x, err := a.Recommendations.Get(r.Context(), api.Principal(r).OrgID, id)
	if err != nil {
		return err
	}
	return reply(w, r, x)
}

// answering takes an answer that needs no words.
func (a API) answering(to recommendation.State) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := api.Decode(r, &struct{}{}); err != nil {
			return err
		}
		return a.answer(w, r, to, "")
	}
}

func (a API) dismiss(w http.ResponseWriter, r *http.Request) error {
	var in api.RecommendationAnswer
	if err := api.Decode(r, &in); err != nil {
		return err
	}
	return a.answer(w, r, recommendation.Dismissed, api.Value(in.Reason))
}

func (a API) answer(w http.ResponseWriter, r *http.Request, to recommendation.State, reason string) error {
	id, err := api.PathID(r, "recommendationId")
	if err != nil {
		return err
	}
	p, cause := api.Principal(r), api.RequestCause(r)
	x, err := a.Recommendations.Update(r.Context(), cause.ID, p.OrgID, id, func(x recommendation.Recommendation) (recommendation.Recommendation, error) {
		return x.Answered(to, p.Actor, reason, cause.At)
	})
	if err != nil {
		return err
	}
	return reply(w, r, x)
}

func reply(w http.ResponseWriter, r *http.Request, x recommendation.Recommendation) error {
	api.ETag(w, x.Version)
	return api.JSON(w, http.StatusOK, wire(x, api.RequestCause(r).At))
}
