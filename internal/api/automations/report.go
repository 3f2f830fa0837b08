package automations

import (
	"maps"
	"slices"

	"bellwether/internal/analytics"
	"bellwether/internal/api"
	"bellwether/internal/automation"
	"bellwether/internal/money"
)

func wireReport(rule automation.Rule, r automation.Report) api.ShadowReport {
	out := api.ShadowReport{
		RuleId: rule.ID, RuleName: rule.Name, From: r.From, To: r.To, Actions: r.Actions, Campaigns: len(r.Lines),
		Totals: []api.ShadowReportTotal{}, Items: api.Map(r.Lines, wireLine),
	}
	for _, code := range slices.Sorted(maps.Keys(r.Totals)) {
		spend, conversions, revenue := forgone(r.Totals[code], money.Currency(code))
		out.Totals = append(out.Totals, api.ShadowReportTotal{Currency: code, SpendAvoided: spend, ConversionsForgone: conversions, RevenueForgone: revenue})
	}
	return out
}

func forgone(r analytics.Results, currency money.Currency) (spend, conversions, revenue string) {
	return money.Of(r.SpendMicros, currency).Decimal(), api.Decimal(r.ConversionMicros), money.Of(r.RevenueMicros, currency).Decimal()
}

func wireLine(l automation.ReportLine) api.ShadowReportLine {
	currency := money.Currency(l.Currency)
	out := api.ShadowReportLine{
		CampaignId: l.CampaignID, CampaignName: l.CampaignName, Kind: string(l.Kind), At: l.At, Times: l.Times, Days: l.Days, Currency: l.Currency,
		Budget: move(l.FromMicros, l.ToMicros, l.Currency),
	}
	out.SpendAvoided, out.ConversionsForgone, out.RevenueForgone = forgone(l.Since, currency)
	return out
}

// move is a changed budget, nil for none.
func move(from, to int64, currency string) *api.ActionMove {
	if from == 0 && to == 0 {
		return nil
	}
	c := money.Currency(currency)
	return &api.ActionMove{From: money.Of(from, c).Decimal(), To: money.Of(to, c).Decimal(), Currency: currency}
}
