package automations

import (
	"bellwether/internal/api"
	"bellwether/internal/automation"
	"bellwether/internal/money"
)

func wireRule(r automation.Rule) api.Automation {
	out := api.Automation{
		Id: r.ID, Name: r.Name, Mode: string(r.Mode), Enabled: r.Enabled, Scope: wireScope(r.Scope), When: wireCondition(r.When, r.Currency),
		ConsecutiveDays: r.Days, Action: wireAction(r.Action, r.Currency), Target: wireTarget(r.Target, r.Currency), Currency: api.Optional(string(r.Currency)),
		CooldownMinutes: r.CooldownMinutes, DailyActions: r.DailyActions, FourEyes: bound(r.FourEyesMicros, r.Currency),
		CreatedBy: r.CreatedBy, CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt, Version: r.Version,
	}
	if r.Tripped != nil {
		out.Tripped = &api.AutomationTrip{At: r.Tripped.At, Why: r.Tripped.Why}
	}
	return out
}

func wireScope(s automation.Scope) api.AutomationScope {
	ids, platforms := api.List(s.CampaignIDs), api.List(s.Platforms)
	return api.AutomationScope{CampaignIds: &ids, Platforms: &platforms}
}

func wireCondition(c automation.Condition, currency money.Currency) api.AutomationCondition {
	if c.Metric == "" {
		part := func(c automation.Condition) api.AutomationCondition { return wireCondition(c, currency) }
		var out api.AutomationCondition
		if len(c.All) > 0 {
			all := api.Map(c.All, part)
			out.All = &all
		}
		if len(c.Any) > 0 {
			some := api.Map(c.Any, part)
			out.Any = &some
		}
		return out
	}
	metric, op, than, value := string(c.Metric), string(c.Op), string(c.Than), api.Decimal(c.Value)
	if c.Than == automation.Fixed {
		value = api.Figure(c.Metric, c.Value, currency)
	}
	out := api.AutomationCondition{Metric: &metric, Days: &c.Window.Days, Op: &op, Than: &than, Value: &value}
	if c.Window.Today {
		out.Today = &c.Window.Today
	}
	return out
}

func wireAction(a automation.Action, currency money.Currency) api.AutomationAction {
	out := api.AutomationAction{Kind: string(a.Kind), Floor: bound(a.FloorMicros, currency), Cap: bound(a.CapMicros, currency)}
	if a.Percent != 0 {
		out.Percent = &a.Percent
	}
	return out
}

func wireTarget(t automation.Target, currency money.Currency) api.AutomationTarget {
	out := api.AutomationTarget{Roas: api.Ratio(t.ROAS)}
	if t.CPAMicros != nil {
		out.Cpa = bound(*t.CPAMicros, currency)
	}
	return out
}

// bound is an optional amount; 0 stands for none.
func bound(micros int64, currency money.Currency) *string {
	if micros == 0 {
		return nil
	}
	text := money.Of(micros, currency).Decimal()
	return &text
}

func wireChecks(checks []automation.Checked, currency money.Currency) []api.DecisionCheck {
	return api.Map(checks, func(k automation.Checked) api.DecisionCheck {
		return api.DecisionCheck{
			Path: k.Path, Day: k.Day, Metric: string(k.Metric), From: k.From, To: k.To, Value: optional(k.Metric, k.Value, currency),
			Op: string(k.Op), Bar: optional(k.Metric, k.Bar, currency), Truth: string(k.Truth), Why: api.Optional(k.Why),
		}
	})
}

func optional(m automation.Metric, n *int64, currency money.Currency) *string {
	if n == nil {
		return nil
	}
	text := api.Figure(m, *n, currency)
	return &text
}

func wireEvaluation(e automation.Evaluation) api.Evaluation {
	return api.Evaluation{
		Id: e.ID, CampaignId: e.CampaignID, CampaignVersion: e.CampaignVersion, At: e.At, AsOf: api.Moment(e.AsOf),
		CauseId: e.CauseID, CorrelationId: e.CorrelationID,
		Decisions: api.Map(e.Decisions, func(d automation.Decision) api.Decision { return wireDecision(d, money.Currency(e.Currency)) }),
	}
}

func wireDecision(d automation.Decision, currency money.Currency) api.Decision {
	out := api.Decision{
		Id: d.ID, RuleId: d.RuleID, RuleName: d.RuleName, RuleVersion: d.RuleVersion, Mode: string(d.Mode), Kind: string(d.Kind),
		Outcome: string(d.Outcome), BlockedBy: api.Optional(string(d.BlockedBy)), ActionId: api.Optional(d.ActionID),
		Checks: wireChecks(d.Judgement.Checks, currency),
		Gates: api.Map(d.Gates, func(v automation.Verdict) api.DecisionGate {
			return api.DecisionGate{
				Gate: string(v.Gate), Pass: v.Pass, Why: api.Optional(v.Why), By: api.Optional(v.By), Until: api.Moment(v.Until), Value: v.Value, Limit: v.Limit,
			}
		}),
	}
	if d.Percent != 0 {
		out.Percent = &d.Percent
	}
	return out
}
