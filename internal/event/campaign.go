package event

import "time"

// CampaignCreated says that a campaign exists, made by a client or first seen in a sync.
type CampaignCreated struct {
	CampaignID string   `json:"campaignId"`
	Name       string   `json:"name"`
	Platforms  []string `json:"platforms"` // of its placements, each once, sorted; empty without placements
	Objective  string   `json:"objective"`
	Status     string   `json:"status"`
	Currency   string   `json:"currency"`            // ISO 4217
	TimeZone   string   `json:"timeZone"`            // IANA, of the ad account
	Budget     *Budget  `json:"budget"`              // null: no budget, so no thresholds
	StartDate  string   `json:"startDate,omitempty"` // YYYY-MM-DD, first day in TimeZone
	EndDate    string   `json:"endDate,omitempty"`   // YYYY-MM-DD, last day
	Origin     string   `json:"source"`              // "api" or "sync"
	CreatedBy  string   `json:"createdBy"`           // the principal's id
	ManagerIDs []string `json:"managerIds"`
}

// Budget is what a campaign may spend in a period.
type Budget struct {
	AmountMicros int64  `json:"amountMicros"`
	Period       string `json:"period"` // lifetime, monthly, daily
	Thresholds   []int  `json:"thresholds"`
	Version      int64  `json:"version"`
}

// CampaignStatusChanged says that a campaign runs, stands or ended, and why.
type CampaignStatusChanged struct {
	CampaignID   string   `json:"campaignId"`
	Name         string   `json:"name"`
	Previous     string   `json:"previous"`
	Current      string   `json:"current"`
	PauseReasons []string `json:"pauseReasons"` // the set after the change: human, budget, rule:<id>, disconnected
	Reason       string   `json:"reason"`       // what a person wrote, or a code: budget_exhausted, budget_raised, budget_override, period_ended
	ManagerIDs   []string `json:"managerIds"`
}

// CampaignUpdated says that a campaign's own data changed: name, dates, managers, placements, budget.
type CampaignUpdated struct {
	CampaignID string   `json:"campaignId"`
	Name       string   `json:"name"`
	Changed    []string `json:"changed"` // the fields
}

// CampaignStatusDrifted says that placements don't do at their platforms what the campaign wants, though
// nobody changed them there: they must be driven again.
type CampaignStatusDrifted struct {
	CampaignID   string   `json:"campaignId"`
	Name         string   `json:"name"`
	PlacementIDs []string `json:"placementIds"`
}

// CampaignStatusConfirmed says that a placement was seen to do at its platform what the campaign wants.
type CampaignStatusConfirmed struct {
	CampaignID  string `json:"campaignId"`
	Name        string `json:"name"`
	PlacementID string `json:"placementId"`
	Platform    string `json:"platform"`
	Want        string `json:"want"` // "on" or "off"
}

// CampaignStatusRefused says that a platform refused to pause or to start a placement.
type CampaignStatusRefused struct {
	CampaignID   string   `json:"campaignId"`
	Name         string   `json:"name"`
	PlacementID  string   `json:"placementId"`
	Platform     string   `json:"platform"`
	Want         string   `json:"want"` // "off": money may burn
	ErrorClass   string   `json:"errorClass"`
	Message      string   `json:"message"` // at most 500 characters, no secrets
	PauseReasons []string `json:"pauseReasons"`
	ManagerIDs   []string `json:"managerIds"`
}

// CampaignBudgetRefused says that a platform refused to change a placement's budget.
type CampaignBudgetRefused struct {
	CampaignID  string   `json:"campaignId"`
	Name        string   `json:"name"`
	PlacementID string   `json:"placementId"`
	Platform    string   `json:"platform"`
	WantMicros  int64    `json:"wantMicros"`
	Currency    string   `json:"currency"`
	ErrorClass  string   `json:"errorClass"`
	Message     string   `json:"message"` // at most 500 characters, no secrets
	ManagerIDs  []string `json:"managerIds"`
}

// CampaignMetricsUpdated says that a campaign's results changed: no change, no event.
type CampaignMetricsUpdated struct {
	CampaignID string    `json:"campaignId"`
	From       string    `json:"from"` // first day that changed, YYYY-MM-DD
	Date       string    `json:"date"` // last day that changed
	AsOf       time.Time `json:"asOf"` // when the platform's numbers were read
	Currency   string    `json:"currency"`
	Previous   Totals    `json:"previous"` // of the whole campaign, before
	Current    Totals    `json:"current"`  // and after
}

// Totals are sums of results. Conversions may be fractional: platforms attribute shares.
type Totals struct {
	Impressions      int64 `json:"impressions"`
	Clicks           int64 `json:"clicks"`
	SpendMicros      int64 `json:"spendMicros"`
	ConversionMicros int64 `json:"conversionMicros"` // millionths of a conversion
	RevenueMicros    int64 `json:"revenueMicros"`
}

// BudgetThresholdReached says that spend reached a share of the budget for the first time
// in this period and budget version. One event tells the highest threshold newly crossed.
type BudgetThresholdReached struct {
	CampaignID    string    `json:"campaignId"`
	Name          string    `json:"name"`
	Threshold     int       `json:"threshold"`   // percent
	AlsoCrossed   []int     `json:"alsoCrossed"` // lower ones crossed in the same step, ascending
	PercentUsed   string    `json:"percentUsed"` // "95.00", cut to two decimals
	SpendMicros   int64     `json:"spendMicros"` // in the period
	BudgetMicros  int64     `json:"budgetMicros"`
	Currency      string    `json:"currency"`
	Period        string    `json:"period"`      // lifetime, monthly, daily
	PeriodStart   string    `json:"periodStart"` // YYYY-MM-DD in the account's zone; "" for an open lifetime
	PeriodEnd     string    `json:"periodEnd"`   // first day after the period; "" for an open lifetime
	BudgetVersion int64     `json:"budgetVersion"`
	AsOf          time.Time `json:"asOf"`
	Late          bool      `json:"late"`  // the period was over already: tell, never pause
	Stale         bool      `json:"stale"` // the numbers were too old to act on: tell, never pause
	ManagerIDs    []string  `json:"managerIds"`
	CreatedBy     string    `json:"createdBy"`
}

// BudgetForecastReached says that a campaign will spend a share of its budget, from 100 % on, before its period
// ends, if all goes on as it did. It is told once a period, budget version and threshold.
type BudgetForecastReached struct {
	CampaignID     string    `json:"campaignId"`
	Name           string    `json:"name"`
	Threshold      int       `json:"threshold"`      // percent
	AlsoCrossed    []int     `json:"alsoCrossed"`    // lower ones foreseen in the same step, ascending
	ForecastMicros int64     `json:"forecastMicros"` // what will have been spent at the period's end: the median,
	LowMicros      int64     `json:"lowMicros"`      // the first decile
	HighMicros     int64     `json:"highMicros"`     // and the ninth
	SpendMicros    int64     `json:"spendMicros"`    // in the period, so far
	BudgetMicros   int64     `json:"budgetMicros"`
	Currency       string    `json:"currency"`
	Period         string    `json:"period"`
	PeriodStart    string    `json:"periodStart"`
	PeriodEnd      string    `json:"periodEnd"`
	ExhaustsAt     time.Time `json:"exhaustsAt"` // when the budget will be spent
	BudgetVersion  int64     `json:"budgetVersion"`
	AsOf           time.Time `json:"asOf"`
	ManagerIDs     []string  `json:"managerIds"`
	CreatedBy      string    `json:"createdBy"`
}

// BudgetLandingReached says that what is on its way will spend the rest of the budget: to land on it, the
// campaign has to pause now. It is told for budgets that are to land only.
type BudgetLandingReached struct {
	CampaignID    string    `json:"campaignId"`
	Name          string    `json:"name"`
	SpendMicros   int64     `json:"spendMicros"` // in the period
	BudgetMicros  int64     `json:"budgetMicros"`
	BurnMicros    int64     `json:"burnMicros"`    // an hour
	PauseAtMicros int64     `json:"pauseAtMicros"` // the spend from which on it has to pause
	Currency      string    `json:"currency"`
	Period        string    `json:"period"`
	PeriodStart   string    `json:"periodStart"`
	PeriodEnd     string    `json:"periodEnd"`
	BudgetVersion int64     `json:"budgetVersion"`
	AsOf          time.Time `json:"asOf"`
	ManagerIDs    []string  `json:"managerIds"`
	CreatedBy     string    `json:"createdBy"`
}

func (CampaignCreated) EventType() string         { return "CampaignCreated" }
func (CampaignCreated) EventVersion() int         { return 1 }
func (CampaignStatusChanged) EventType() string   { return "CampaignStatusChanged" }
func (CampaignStatusChanged) EventVersion() int   { return 1 }
func (CampaignUpdated) EventType() string         { return "CampaignUpdated" }
func (CampaignUpdated) EventVersion() int         { return 1 }
func (CampaignStatusDrifted) EventType() string   { return "CampaignStatusDrifted" }
func (CampaignStatusDrifted) EventVersion() int   { return 1 }
func (CampaignStatusConfirmed) EventType() string { return "CampaignStatusConfirmed" }
func (CampaignStatusConfirmed) EventVersion() int { return 1 }
func (CampaignStatusRefused) EventType() string   { return "CampaignStatusRefused" }
func (CampaignStatusRefused) EventVersion() int   { return 1 }
func (CampaignMetricsUpdated) EventType() string  { return "CampaignMetricsUpdated" }
func (CampaignMetricsUpdated) EventVersion() int  { return 1 }
func (BudgetThresholdReached) EventType() string  { return "BudgetThresholdReached" }
func (BudgetThresholdReached) EventVersion() int  { return 1 }
func (BudgetForecastReached) EventType() string   { return "BudgetForecastReached" }
func (BudgetForecastReached) EventVersion() int   { return 1 }
func (CampaignBudgetRefused) EventType() string   { return "CampaignBudgetRefused" }
func (CampaignBudgetRefused) EventVersion() int   { return 1 }
func (BudgetLandingReached) EventType() string    { return "BudgetLandingReached" }
func (BudgetLandingReached) EventVersion() int    { return 1 }
