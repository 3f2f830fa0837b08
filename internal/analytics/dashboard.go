package analytics

import "time"

// Tile is a campaign's row of the dashboard: everything that the page shows of it, as of Version.
// What depends on the time of day (percent of a period that has since ended, pace) is computed on reading.
type Tile struct {
	CampaignID    string    `json:"campaignId"`
	Name          string    `json:"name"`
	Status        string    `json:"status"`
	PauseReasons  []string  `json:"pauseReasons,omitempty"`
	Platforms     []string  `json:"platforms,omitempty"`
	Currency      string    `json:"currency"`
	TimeZone      string    `json:"timeZone"`
	StartDate     string    `json:"startDate,omitempty"`
	EndDate       string    `json:"endDate,omitempty"`
	Period        string    `json:"period,omitempty"` // "": no budget
	BudgetMicros  int64     `json:"budgetMicros,omitempty"`
	BudgetVersion int64     `json:"budgetVersion,omitempty"`
	PeriodStart   string    `json:"periodStart,omitempty"`
	PeriodSpend   int64     `json:"periodSpendMicros,omitempty"`
	Totals        Results   `json:"totals"`
	Unsettled     int       `json:"unsettled,omitempty"` // placements not known to do at their platforms what the campaign wants
	AsOf          time.Time `json:"asOf,omitzero"`
	Version       int64     `json:"-"`
}

// Snapshot is a campaign's performance of one day, with what led to it.
type Snapshot struct {
	CampaignID string  `json:"campaignId"`
	Date       string  `json:"date"`
	Currency   string  `json:"currency"`
	Day        Results `json:"day"`
	KPIs       KPIs    `json:"kpis"` // of the day
	Trends     Trends  `json:"trends"`
	Sequence   int64   `json:"sequence"` // the campaign's version that it was computed from, or a later one
}

// PostTile is a post's row of the dashboard.
type PostTile struct {
	PostID       string    `json:"postId"`
	CampaignID   string    `json:"campaignId,omitempty"`
	Status       string    `json:"status"`
	Summary      string    `json:"summary"`
	Platforms    []string  `json:"platforms"`
	ScheduledFor time.Time `json:"scheduledFor,omitzero"`
	PublishedAt  time.Time `json:"publishedAt,omitzero"` // of the last target that went out
	Version      int64     `json:"-"`                    // of the post
}

// At is the row's place in time.
func (p PostTile) At() time.Time {
	if p.PublishedAt.IsZero() {
		return p.ScheduledFor
	}
	return p.PublishedAt
}
