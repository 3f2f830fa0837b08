package campaign

import (
	"bellwether/internal/analytics"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/money"
)

// Sums are added-up results. Revenue that a platform reported is kept apart from conversions
// without any, so that a changed conversion value holds for the past as well.
type Sums struct {
	Impressions      int64 `json:"impressions,omitempty"`
	Clicks           int64 `json:"clicks,omitempty"`
	SpendMicros      int64 `json:"spend,omitempty"`
	ConversionMicros int64 `json:"conversions,omitempty"` // millionths of a conversion
	ApprovedMicros   int64 `json:"approved,omitempty"`    // of these, the ones that a seller approved
	ReportedMicros   int64 `json:"reported,omitempty"`    // revenue that platforms reported
	UnvaluedMicros   int64 `json:"unvalued,omitempty"`    // conversions that came without revenue
	UnvaluedApproved int64 `json:"unvaluedApproved,omitempty"`
}

// fields lists the sums in one order, for adding and comparing.
func (s *Sums) fields() []*int64 {
	return []*int64{&s.Impressions, &s.Clicks, &s.SpendMicros, &s.ConversionMicros,
		&s.ApprovedMicros, &s.ReportedMicros, &s.UnvaluedMicros, &s.UnvaluedApproved}
}

// Plus is s + d.
func (s Sums) Plus(d Sums) (Sums, error) { return s.combine(d, 1) }

// Minus is s - d.
func (s Sums) Minus(d Sums) (Sums, error) { return s.combine(d, -1) }

func (s Sums) combine(d Sums, sign int64) (Sums, error) {
	with := d.fields()
	for i, field := range s.fields() {
		sum, err := money.Add(*field, sign**with[i])
		if err != nil {
			return s, fault.Wrap(err, fault.Invalid, "amount_too_large", "the results are too large to add up")
		}
		*field = sum
	}
	return s, nil
}

// Revenue is what platforms reported plus the value of the conversions that came without, in micros.
func (s Sums) Revenue(per Value) (int64, error) {
	converted, err := money.MulDiv(s.UnvaluedMicros, per.ConversionMicros, money.Micro)
	if err != nil {
		return 0, tooLarge(err)
	}
	approved, err := money.MulDiv(s.UnvaluedApproved, per.ApprovedMicros, money.Micro)
	if err != nil {
		return 0, tooLarge(err)
	}
	sum, err := money.Add(s.ReportedMicros, converted)
	if err != nil {
		return 0, tooLarge(err)
	}
	sum, err = money.Add(sum, approved)
	return sum, tooLarge(err)
}

func tooLarge(err error) error {
	return fault.Wrap(err, fault.Invalid, "amount_too_large", "the revenue is too large to add up")
}

// wire is the sums as events tell them.
func (s Sums) wire(per Value) (event.Totals, error) {
	revenue, err := s.Revenue(per)
	return event.Totals{
		Impressions:      s.Impressions,
		Clicks:           s.Clicks,
		SpendMicros:      s.SpendMicros,
		ConversionMicros: s.ConversionMicros,
		RevenueMicros:    revenue,
	}, err
}

// Results are the sums as analytics wants them, with revenue worked out.
func (s Sums) Results(per Value) (analytics.Results, error) {
	revenue, err := s.Revenue(per)
	return analytics.Results{
		Impressions:      s.Impressions,
		Clicks:           s.Clicks,
		SpendMicros:      s.SpendMicros,
		ConversionMicros: s.ConversionMicros,
		ApprovedMicros:   s.ApprovedMicros,
		RevenueMicros:    revenue,
	}, err
}

// ByDay adds up the placements' rows of each day.
func ByDay(rows []Row, per Value) (map[string]analytics.Results, error) {
	days := map[string]analytics.Results{}
	for _, row := range rows {
		r, err := row.Sums().Results(per)
		if err != nil {
			return nil, err
		}
		days[row.Date] = days[row.Date].Plus(r)
	}
	return days, nil
}
