// Package automations is the API of rules of automation: the rules, what they decided and why, what they
// propose and did, and its undoing.
package automations

import (
	"context"
	"net/http"
	"time"

	"bellwether/internal/api"
	"bellwether/internal/automation"
	"bellwether/internal/campaign"
	"bellwether/internal/consent"
	"bellwether/internal/event"
	"bellwether/internal/store"
	"bellwether/internal/tenant"
)

// Rules keeps rules.
type Rules interface {
	Book(ctx context.Context, orgID string) (automation.Book, error)
	Update(ctx context.Context, orgID string, cause event.Cause, change func(automation.Book) (store.BookChange, error)) (automation.Book, error)
}

// Decisions keeps what rules decided and did.
type Decisions interface {
	Evaluations(ctx context.Context, orgID, campaignID string, limit int, after string) ([]automation.Evaluation, string, error)
	Action(ctx context.Context, orgID, id string) (automation.Execution, error)
	Actions(ctx context.Context, orgID string, limit int, after string) ([]automation.Execution, string, error)
	ActionsSince(ctx context.Context, orgID string, from time.Time, most int) ([]automation.Execution, error)
	State(ctx context.Context, orgID, campaignID string) (automation.State, error)
	Day(ctx context.Context, orgID, date string) (automation.Day, error)
	Settle(ctx context.Context, s store.Settlement, audit store.AuditNote, cause event.Cause) error
}

// Campaigns reads campaigns and their results.
type Campaigns interface {
	Get(ctx context.Context, orgID, id string) (campaign.Campaign, error)
	Rows(ctx context.Context, orgID, id, from, to string) ([]campaign.Row, error)
}

// Scenes reads what rules look at.
type Scenes interface {
	Scene(ctx context.Context, c campaign.Campaign, reach int, now time.Time) (automation.Scene, []campaign.Row, error)
}

// API is the API of automations.
type API struct {
	Rules     Rules
	Decisions Decisions
	Campaigns Campaigns
	Scenes    Scenes
	Orgs      Orgs
	Links     consent.Links
	Cursors   api.Cursors
}

// Orgs reads who belongs to an organisation, and how they are told.
type Orgs interface {
	Member(ctx context.Context, orgID, userID string) (tenant.Member, error)
	Roster(ctx context.Context, orgID string) (tenant.Roster, error)
}

// Routes are the API's routes.
func (a API) Routes() []api.Route {
	const one, action = "/v1/automations/{ruleId}", "/v1/actions/{actionId}"
	return []api.Route{
		{Pattern: "GET /v1/automations", Handle: a.list},
		{Pattern: "POST /v1/automations", Handle: a.create},
		{Pattern: "GET /v1/automations/presets", Handle: a.presets},
		{Pattern: "POST /v1/automations/preview", Handle: a.preview},
		{Pattern: "GET " + one, Handle: a.get},
		{Pattern: "PUT " + one, Handle: a.put},
		{Pattern: "DELETE " + one, Handle: a.remove},
		{Pattern: "GET " + one + "/shadow-report", Handle: a.report},
		{Pattern: "GET /v1/decisions", Handle: a.decisions},
		{Pattern: "GET /v1/actions", Handle: a.actions},
		{Pattern: "GET " + action, Handle: a.action},
		{Pattern: "POST " + action + "/approve", Handle: a.approve},
		{Pattern: "POST " + action + "/decline", Handle: a.decline},
		{Pattern: "POST " + action + "/undo", Handle: a.undo},
		{Pattern: "GET " + consent.Path, Handle: a.showApproval, Public: true},
		{Pattern: "POST " + consent.Path, Handle: a.answerApproval, Public: true},
	}
}

func (a API) list(w http.ResponseWriter, r *http.Request) error {
	book, err := a.Rules.Book(r.Context(), api.Principal(r).OrgID)
	if err != nil {
		return err
	}
	return api.JSON(w, http.StatusOK, api.AutomationList{Items: api.Map(book.Rules, wireRule)})
}

func (a API) find(r *http.Request) (automation.Rule, error) {
	id, err := api.PathID(r, "ruleId")
	if err != nil {
		return automation.Rule{}, err
	}
	book, err := a.Rules.Book(r.Context(), api.Principal(r).OrgID)
	if err != nil {
		return automation.Rule{}, err
	}
	rule, ok := book.Rule(id)
	if !ok {
		return rule, automation.ErrNoRule()
	}
	return rule, nil
}

func (a API) get(w http.ResponseWriter, r *http.Request) error {
	rule, err := a.find(r)
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, rule)
}

func answer(w http.ResponseWriter, status int, rule automation.Rule) error {
	api.ETag(w, rule.Version)
	return api.JSON(w, status, wireRule(rule))
}
