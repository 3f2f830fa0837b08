// Package analytics computes performance figures from results. Every ratio is a ratio of sums,
// never an average of ratios, and is nil where it is undefined: never 0, never infinite.
package analytics

import "bellwether/internal/money"

// Results are added-up results of any span and scope. Money is in micros of one currency,
// conversions in millionths.
type Results struct {
	Impressions      int64 `json:"impressions"`
	Clicks           int64 `json:"clicks"`
	SpendMicros      int64 `json:"spendMicros"`
	ConversionMicros int64 `json:"conversionMicros"`
	ApprovedMicros   int64 `json:"approvedMicros,omitempty"`
	RevenueMicros    int64 `json:"revenueMicros"`
}

// KPIs are the figures of a span. Ratios (CTR, CVR, ROAS, ROI) are in millionths, rounded half to
// even: a CTR of 1.25 % is 12,500. Costs are in micros of the currency.
type KPIs struct {
	CTR       *int64 `json:"ctr"`  // clicks / impressions
	CVR       *int64 `json:"cvr"`  // conversions / clicks
	CPCMicros *int64 `json:"cpc"`  // spend / clicks
	CPMMicros *int64 `json:"cpm"`  // spend / 1,000 impressions
	CPAMicros *int64 `json:"cpa"`  // spend / conversions
	ROAS      *int64 `json:"roas"` // revenue / spend
	ROI       *int64 `json:"roi"`  // (revenue - spend) / spend
}

const million = 1_000_000

// KPIs computes the figures of r.
func (r Results) KPIs() KPIs {
	k := KPIs{
		CTR:       ratio(r.Clicks, million, r.Impressions),
		CVR:       ratio(r.ConversionMicros, 1, r.Clicks),
		CPCMicros: ratio(r.SpendMicros, 1, r.Clicks),
		CPMMicros: ratio(r.SpendMicros, 1000, r.Impressions),
		CPAMicros: ratio(r.SpendMicros, million, r.ConversionMicros),
		ROAS:      ratio(r.RevenueMicros, million, r.SpendMicros),
	}
	if profit, err := money.Add(r.RevenueMicros, -r.SpendMicros); err == nil {
		k.ROI = ratio(profit, million, r.SpendMicros)
	}
	return k
}

// ratio is a x factor / b, or nil where b is not positive or the quotient does not fit.
func ratio(a, factor, b int64) *int64 {
	if b <= 0 {
		return nil
	}
	q, err := money.MulDiv(a, factor, b)
	if err != nil {
		return nil
	}
	return &q
}

// Plus is r + s. Sums that overflowed were refused when the rows were written.
func (r Results) Plus(s Results) Results {
	return Results{
		Impressions:      r.Impressions + s.Impressions,
		Clicks:           r.Clicks + s.Clicks,
		SpendMicros:      r.SpendMicros + s.SpendMicros,
		ConversionMicros: r.ConversionMicros + s.ConversionMicros,
		ApprovedMicros:   r.ApprovedMicros + s.ApprovedMicros,
		RevenueMicros:    r.RevenueMicros + s.RevenueMicros,
	}
}
