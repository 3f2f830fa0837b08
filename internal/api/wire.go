package api

import (
	"strconv"
	"time"

	"bellwether/internal/analytics"
	"bellwether/internal/campaign"
	"bellwether/internal/money"
)

// This file turns domain values into the generated types that several functions answer with.

// SumsOf are added-up results as clients see them.
func SumsOf(s campaign.Sums, per campaign.Value, currency money.Currency) (Results, error) {
	revenue, err := s.Revenue(per)
	return Results{
		Impressions:         s.Impressions,
		Clicks:              s.Clicks,
		Spend:               money.Of(s.SpendMicros, currency),
		Conversions:         Decimal(s.ConversionMicros),
		ApprovedConversions: Decimal(s.ApprovedMicros),
		Revenue:             money.Of(revenue, currency),
	}, err
}

// ResultsOf are results whose revenue is worked out already.
func ResultsOf(r analytics.Results, currency money.Currency) Results {
	return Results{
		Impressions:         r.Impressions,
		Clicks:              r.Clicks,
		Spend:               money.Of(r.SpendMicros, currency),
		Conversions:         Decimal(r.ConversionMicros),
		ApprovedConversions: Decimal(r.ApprovedMicros),
		Revenue:             money.Of(r.RevenueMicros, currency),
	}
}

// KPIsOf are figures as clients see them: ratios as decimals, costs as money, undefined ones left out.
func KPIsOf(k analytics.KPIs, currency money.Currency) Kpis {
	cost := func(micros *int64) *Money {
		if micros == nil {
			return nil
		}
		m := money.Of(*micros, currency)
		return &m
	}
	return Kpis{
		Ctr: Ratio(k.CTR), Cvr: Ratio(k.CVR), Roas: Ratio(k.ROAS), Roi: Ratio(k.ROI),
		Cpc: cost(k.CPCMicros), Cpm: cost(k.CPMMicros), Cpa: cost(k.CPAMicros),
	}
}

// Figure is a metric's value as clients see it: amounts with the currency's decimals, ratios as decimals.
func Figure(m analytics.Metric, n int64, currency money.Currency) string {
	switch {
	case m.Counted():
		return strconv.FormatInt(n, 10)
	case m.Money():
		return money.Of(n, currency).Decimal()
	default:
		return Decimal(n)
	}
}

// Decimal writes millionths as a decimal number.
func Decimal(millionths int64) string { return money.FormatMicros(millionths, 0) }

// Ratio writes a ratio in millionths as a decimal number; nil stays nil.
func Ratio(millionths *int64) *string {
	if millionths == nil {
		return nil
	}
	text := Decimal(*millionths)
	return &text
}

// Optional is nil for an empty text.
func Optional(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// Moment is nil for no time at all.
func Moment(at time.Time) *time.Time {
	if at.IsZero() {
		return nil
	}
	return &at
}

// Value is what p points at, or nothing: an optional field of a request.
func Value[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

// List is the slice, never nil: an empty list is [] and not null.
func List[T any](items []T) []T {
	if items == nil {
		return []T{}
	}
	return items
}

// Map turns each item; the answer is never nil.
func Map[T, U any](items []T, turn func(T) U) []U {
	out := make([]U, len(items))
	for i, item := range items {
		out[i] = turn(item)
	}
	return out
}
