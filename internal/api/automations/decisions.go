package automations

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"bellwether/internal/analytics"
	"bellwether/internal/api"
	"bellwether/internal/automation"
	"bellwether/internal/campaign"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/money"
	"bellwether/internal/parallel"
)

// decisions answers why, and why not: every look of the rules at a campaign.
func (a API) decisions(w http.ResponseWriter, r *http.Request) error {
	if err := api.Known(r, "subject", "ruleId", "outcome", "limit", "cursor"); err != nil {
		return err
	}
	q := r.URL.Query()
	id, ok := strings.CutPrefix(q.Get("subject"), "campaign/")
	if !ok || !event.IsID(id) {
		return fault.InvalidFields(fault.Field{Name: "subject", Message: "must be campaign/<id>"})
	}
	if rule := q.Get("ruleId"); rule != "" && !event.IsID(rule) {
		return fault.InvalidFields(fault.Field{Name: "ruleId", Message: "must be the id of a rule"})
	}
	if outcome := q.Get("outcome"); outcome != "" && !slices.Contains(automation.Outcomes(), automation.Outcome(outcome)) {
		return fault.InvalidFields(fault.Field{Name: "outcome", Message: "must be done, proposed, told, shadowed, blocked, not_met or insufficient_data"})
	}
	limit, after, err := a.Cursors.Page(r)
	if err != nil {
		return err
	}
	list, next, err := a.Decisions.Evaluations(r.Context(), api.Principal(r).OrgID, id, limit, after)
	if err != nil {
		return err
	}
	page := api.DecisionPage{Items: []api.Evaluation{}}
	for _, e := range list {
		e.Decisions = slices.DeleteFunc(e.Decisions, func(d automation.Decision) bool {
			return (q.Get("ruleId") != "" && d.RuleID != q.Get("ruleId")) || (q.Get("outcome") != "" && string(d.Outcome) != q.Get("outcome"))
		})
		if len(e.Decisions) > 0 {
			page.Items = append(page.Items, wireEvaluation(e))
		}
	}
	if page.Next, err = a.Cursors.Next(r, next); err != nil {
		return err
	}
	return api.JSON(w, http.StatusOK, page)
}

// presets are rules to begin with, for the currency and the targets that the client names.
func (a API) presets(w http.ResponseWriter, r *http.Request) error {
	if err := api.Known(r, "currency", "targetRoas", "targetCpa", "budgetCap"); err != nil {
		return err
	}
	currency := money.Currency("USD")
	if text := r.URL.Query().Get("currency"); text != "" {
		currency = money.Currency(text)
	}
	if !currency.Valid() {
		return fault.InvalidFields(fault.Field{Name: "currency", Message: "must be an ISO 4217 code"})
	}
	var rd reading
	given := func(name, otherwise string) int64 {
		text := r.URL.Query().Get(name)
		if text == "" {
			text = otherwise
		}
		n := rd.decimal(text, name)
		if n <= 0 && len(rd.bad) == 0 {
			rd.refuse(name, "must be above 0")
		}
		return n
	}
	list := automation.Presets(currency, given("targetRoas", "2"), given("targetCpa", "50"), given("budgetCap", "1000"))
	if len(rd.bad) > 0 {
		return fault.InvalidFields(rd.bad...)
	}
	return api.JSON(w, http.StatusOK, api.AutomationPresetList{Items: api.Map(list, wirePreset)})
}

func wirePreset(p automation.Preset) api.AutomationPreset {
	r := wireRule(p.Rule)
	return api.AutomationPreset{Id: p.ID, Rule: api.AutomationPresetRule{
		Name: r.Name, Mode: r.Mode, Enabled: r.Enabled, Scope: r.Scope, When: r.When, ConsecutiveDays: r.ConsecutiveDays, Action: r.Action,
		Target: r.Target, Currency: string(p.Rule.Currency), CooldownMinutes: r.CooldownMinutes, DailyActions: r.DailyActions,
	}}
}

// preview judges a rule that is not kept, on a campaign's last 30 days.
func (a API) preview(w http.ResponseWriter, r *http.Request) error {
	var in api.AutomationPreviewRequest
	if err := api.Decode(r, &in); err != nil {
		return err
	}
	rule, err := ruleOf(in.Rule)
	if err == nil {
		err = rule.Validate()
	}
	if err != nil {
		return under("rule.", err)
	}
	if !event.IsID(in.CampaignId) {
		return fault.InvalidFields(fault.Field{Name: "campaignId", Message: "must be the id of a campaign"})
	}
	c, err := a.Campaigns.Get(r.Context(), api.Principal(r).OrgID, in.CampaignId)
	if err != nil {
		return err
	}
	reach := automation.Reach([]automation.Rule{rule}) + automation.PreviewDays
	scene, _, err := a.Scenes.Scene(r.Context(), c, reach, api.RequestCause(r).At)
	if err != nil {
		return err
	}
	out := api.AutomationPreview{CampaignId: c.ID, AsOf: api.Moment(scene.Facts.AsOf), Currency: string(c.Currency)}
	for _, p := range rule.Preview(scene.Facts) {
		if p.Judgement.Truth == automation.Met {
			out.DaysMet++
		}
		out.Days = append(out.Days, api.AutomationPreviewDay{Day: p.Day, Truth: string(p.Judgement.Truth), Checks: wireChecks(p.Judgement.Checks, c.Currency)})
	}
	return api.JSON(w, http.StatusOK, out)
}

// under names the fields of an error as parts of a field.
func under(prefix string, err error) error {
	if e, ok := errors.AsType[*fault.Error](err); ok {
		for i := range e.Fields {
			e.Fields[i].Name = prefix + e.Fields[i].Name
		}
	}
	return err
}

// report says what a rule would have done while it was in shadow.
func (a API) report(w http.ResponseWriter, r *http.Request) error {
	if err := api.Known(r, "days"); err != nil {
		return err
	}
	days := automation.PreviewDays
	if text := r.URL.Query().Get("days"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > automation.PreviewDays {
			return fault.InvalidFields(fault.Field{Name: "days", Message: "must be a whole number from 1 to 30"})
		}
		days = n
	}
	rule, err := a.find(r)
	if err != nil {
		return err
	}
	orgID, now := api.Principal(r).OrgID, api.RequestCause(r).At.UTC()
	midnight := now.Truncate(24 * time.Hour)
	all, err := a.Decisions.ActionsSince(r.Context(), orgID, midnight.AddDate(0, 0, -days), mostReported+1)
	if err != nil {
		return err
	}
	if len(all) > mostReported {
		return fault.InvalidFields(fault.Field{Name: "days", Message: "must be fewer: rules decided more in that time than one report takes"})
	}
	shadows := slices.DeleteFunc(all, func(x automation.Execution) bool {
		return x.Rule.ID != rule.ID || x.State != automation.StateShadow || !x.DecidedAt.Before(midnight)
	})
	from, to := midnight.AddDate(0, 0, -days).Format(time.DateOnly), midnight.AddDate(0, 0, -1).Format(time.DateOnly)
	brought, err := a.brought(r.Context(), orgID, shadows, from, to)
	if err != nil {
		return err
	}
	report := automation.ShadowReport(shadows, from, to, brought)
	return api.JSON(w, http.StatusOK, wireReport(rule, report))
}

// mostReported is how many actions of all rules a report looks through, and reportsAtOnce how many campaigns are
// read at once for it.
const (
	mostReported  = 10_000
	reportsAtOnce = 8
)

// brought is what each of the campaigns brought on the days.
func (a API) brought(ctx context.Context, orgID string, shadows []automation.Execution, from, to string) (automation.Days, error) {
	var ids []string
	for _, x := range shadows {
		ids = append(ids, x.CampaignID)
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	days := make([]map[string]analytics.Results, len(ids))
	reads := make([]func(context.Context) error, len(ids))
	for i, id := range ids {
		reads[i] = func(ctx context.Context) error {
			c, err := a.Campaigns.Get(ctx, orgID, id)
			if err != nil {
				return err
			}
			rows, err := a.Campaigns.Rows(ctx, orgID, id, from, to)
			if err != nil {
				return err
			}
			days[i], err = campaign.ByDay(rows, c.ValuePer)
			return err
		}
	}
	err := parallel.UpTo(ctx, reportsAtOnce, reads...)
	brought := automation.Days{}
	for i, id := range ids {
		brought[id] = days[i]
	}
	return brought, err
}
