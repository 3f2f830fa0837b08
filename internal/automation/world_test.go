package automation

import (
	"testing"
	"time"

	"bellwether/internal/analytics"
	"bellwether/internal/budget"
	"bellwether/internal/campaign"
	"bellwether/internal/event"
	"bellwether/internal/incident"
)

const (
	ourCampaign = "0198f1c2-6b00-7a10-8b3e-4c1d2e3f4a5c"
	ourOrg      = "0198f1c2-6b00-7a10-8b3e-4c1d2e3f4a5b"
)

// noon is when things are judged: Monday, 23 November 2026, in UTC.
var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// flat are results of so many days before today, each of 100 spent, 20 conversions, 300 of revenue, 1,000
// impressions and 50 clicks: a ROAS of 3, a CPA of 5, a CTR of 5 %.
func flat(days int) Facts {
	f := Facts{Days: map[string]analytics.Results{}, Today: "2026-11-23", AsOf: noon, MinSpendMicros: 100 * million}
	f.First = budget.AddDays(f.Today, -days)
	for i := range days {
		f.Days[budget.AddDays(f.Today, -1-i)] = analytics.Results{
			Impressions: 1_000, Clicks: 50, SpendMicros: 100 * million, ConversionMicros: 20 * million, RevenueMicros: 300 * million,
		}
	}
	return f
}

// spender is a rule that pauses what spent 50 in the last day: it is met by flat.
func spender(mode Mode) Rule {
	return Rule{
		ID: event.Derive("rule", string(mode)), Name: "Pause spenders", Mode: mode, Enabled: true, Days: 1, Currency: "USD",
		When:   Condition{Metric: Spend, Window: Window{Days: 1}, Op: AtLeast, Than: Fixed, Value: 50 * million},
		Action: Action{Kind: Pause}, CooldownMinutes: 360, DailyActions: 3, Version: 1, UpdatedAt: noon.AddDate(0, 0, -30),
	}
}

// scaler is a rule that scales by so many percent on the same condition.
func scaler(percent int) Rule {
	r := spender(Act)
	r.ID, r.Name, r.CooldownMinutes = event.Derive("rule", "scale", time.Duration(percent).String()), "Scale", 72*60
	r.Action = Action{Kind: Scale, Percent: percent}
	return r
}

// scene is a running campaign with a lifetime budget of 1,000 and flat results.
func scene() Scene {
	c := campaign.Campaign{
		ID: ourCampaign, OrgID: ourOrg, Name: "Autumn", Lifecycle: campaign.Active, Currency: "USD", TimeZone: "UTC", StartDate: "2026-10-01",
		EndDate: "2026-12-31", PeriodStart: "2026-10-01", Version: 7,
		Budget: &budget.Budget{AmountMicros: 1_000 * million, Period: budget.Lifetime, Thresholds: []int{100}, Version: 1},
	}
	return Scene{Campaign: c, Facts: flat(40), FreshFor: 30 * time.Minute, State: State{OrgID: ourOrg, CampaignID: ourCampaign}, Day: Day{OrgID: ourOrg, Date: "2026-11-23"}, Now: noon, CausedAt: noon}
}

func cause() event.Cause { return event.Edge(event.Derive("cause"), "test", noon) }

// evaluated is the plan of the rules in the scene.
func evaluated(t testing.TB, s Scene, rules ...Rule) Plan {
	t.Helper()
	p, err := Evaluate(rules, s, nil, cause())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// verdict is what the gate said about the n'th rule.
func (p Plan) verdict(n int, g Gate) Verdict {
	for _, v := range p.Evaluation.Decisions[n].Gates {
		if v.Gate == g {
			return v
		}
	}
	return Verdict{}
}

func freeze(platform string) incident.Silence {
	return incident.Silence{ID: "s1", Freeze: true, StartsAt: noon.Add(-time.Hour), ExpiresAt: noon.Add(time.Hour), Match: incident.Match{Platform: platform}}
}
