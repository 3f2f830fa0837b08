package analytics

// Metric is one figure of results.
type Metric string

// Figures that trends and anomalies are looked for in. Spend and Revenue are micros, conversions and ratios
// millionths, as are the micros of costs.
const (
	MetricSpend       Metric = "spend"
	MetricRevenue     Metric = "revenue"
	MetricImpressions Metric = "impressions"
	MetricClicks      Metric = "clicks"
	MetricConversions Metric = "conversions"
	MetricCTR         Metric = "ctr"
	MetricCVR         Metric = "cvr"
	MetricCPC         Metric = "cpc"
	MetricCPM         Metric = "cpm"
	MetricCPA         Metric = "cpa"
	MetricROAS        Metric = "roas"
	MetricROI         Metric = "roi"
)

// AllMetrics are all of them.
func AllMetrics() []Metric {
	return []Metric{
		MetricSpend, MetricRevenue, MetricImpressions, MetricClicks, MetricConversions,
		MetricCTR, MetricCVR, MetricCPC, MetricCPM, MetricCPA, MetricROAS, MetricROI,
	}
}

// Of is the figure of the results; nil where it is undefined.
func (m Metric) Of(r Results) *int64 {
	k := r.KPIs()
	switch m {
	case MetricSpend:
		return &r.SpendMicros
	case MetricRevenue:
		return &r.RevenueMicros
	case MetricImpressions:
		return &r.Impressions
	case MetricClicks:
		return &r.Clicks
	case MetricConversions:
		return &r.ConversionMicros
	case MetricCTR:
		return k.CTR
	case MetricCVR:
		return k.CVR
	case MetricCPC:
		return k.CPCMicros
	case MetricCPM:
		return k.CPMMicros
	case MetricCPA:
		return k.CPAMicros
	case MetricROAS:
		return k.ROAS
	case MetricROI:
		return k.ROI
	default:
		return nil
	}
}

// Money reports whether the metric is an amount of a currency.
func (m Metric) Money() bool {
	return m == MetricSpend || m == MetricRevenue || m == MetricCPC || m == MetricCPM || m == MetricCPA
}

// Counted reports whether the metric is a whole number.
func (m Metric) Counted() bool { return m == MetricImpressions || m == MetricClicks }
