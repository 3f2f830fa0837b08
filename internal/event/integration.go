package event

import "time"

// IntegrationConnected says that an ad or social account was connected.
type IntegrationConnected struct {
	IntegrationID string   `json:"integrationId"`
	Platform      string   `json:"platform"`
	AccountID     string   `json:"accountId"` // the platform's own
	AccountName   string   `json:"accountName"`
	Currency      string   `json:"currency,omitempty"` // ad accounts only
	TimeZone      string   `json:"timeZone,omitempty"`
	Scopes        []string `json:"scopes"`
	ConnectedBy   string   `json:"connectedBy"`
	Reconnected   bool     `json:"reconnected,omitempty"` // it was out of reach: what stood for that may go on
}

// IntegrationDisconnected says that an account is out of reach, and what that stops.
type IntegrationDisconnected struct {
	IntegrationID string   `json:"integrationId"`
	Platform      string   `json:"platform"`
	Reason        string   `json:"reason"`      // user, token_expired, token_revoked, permission, account_suspended
	CampaignIDs   []string `json:"campaignIds"` // at most 10 of the CampaignCount that it stops
	PostIDs       []string `json:"postIds"`
	AccountName   string   `json:"accountName,omitempty"`
	CampaignCount int      `json:"campaignCount,omitempty"`
	KeepRunning   bool     `json:"keepRunning,omitempty"` // the user asked not to pause at the platform
	Reachable     bool     `json:"reachable,omitempty"`   // the grant still works: campaigns can be paused through it
}

// IntegrationSyncCompleted says that a run read all pages.
type IntegrationSyncCompleted struct {
	IntegrationID  string    `json:"integrationId"`
	RunID          string    `json:"runId"`
	Platform       string    `json:"platform"`
	DataTypes      []string  `json:"dataTypes"` // campaigns, metrics
	Added          int       `json:"added"`
	Updated        int       `json:"updated"`
	Unchanged      int       `json:"unchanged"`
	DurationMillis int64     `json:"durationMillis"`
	Cursor         string    `json:"cursor"`
	DataAsOf       time.Time `json:"dataAsOf"`
	APICalls       int       `json:"apiCalls"`
	Archived       int       `json:"archived,omitempty"` // campaigns that the platform no longer has
	Skipped        int       `json:"skipped,omitempty"`  // rows that belong to no campaign of ours, or to an ended one
	Trigger        string    `json:"trigger,omitempty"`  // schedule, user, connect, hint
	StartedAt      time.Time `json:"startedAt,omitzero"`
	Change         *Shift    `json:"change,omitempty"` // of the rows in the window that was read; nil: none
}

// Shift is how the sums over the days that a run read compare with what was stored of them.
type Shift struct {
	From                string `json:"from"` // YYYY-MM-DD
	To                  string `json:"to"`
	Currency            string `json:"currency"`
	PreviousImpressions int64  `json:"previousImpressions"`
	Impressions         int64  `json:"impressions"`
	PreviousSpendMicros int64  `json:"previousSpendMicros"`
	SpendMicros         int64  `json:"spendMicros"`
}

// IntegrationSyncFailed says that an attempt of a run failed, and whether another follows.
type IntegrationSyncFailed struct {
	IntegrationID string     `json:"integrationId"`
	RunID         string     `json:"runId"`
	Platform      string     `json:"platform"`
	DataType      string     `json:"dataType"`
	ErrorClass    string     `json:"errorClass"`
	Message       string     `json:"message"` // at most 500 characters, no secrets
	Attempt       int        `json:"attempt"`
	WillRetry     bool       `json:"willRetry"`
	NextAttemptAt *time.Time `json:"nextAttemptAt"`
	Failures      int        `json:"failures,omitempty"`      // runs that failed in a row, this one included when it won't be retried
	LastSuccessAt *time.Time `json:"lastSuccessAt,omitempty"` // nil: never
	AccountName   string     `json:"accountName,omitempty"`
	Partial       bool       `json:"partial,omitempty"` // the data types before this one were read whole
	StartedAt     time.Time  `json:"startedAt,omitzero"`
	APICalls      int        `json:"apiCalls,omitempty"`
	Trigger       string     `json:"trigger,omitempty"`
}

// IntegrationRecovered says that a sync went through after several that had failed: told once.
type IntegrationRecovered struct {
	IntegrationID string    `json:"integrationId"`
	Platform      string    `json:"platform"`
	AccountName   string    `json:"accountName"`
	Failures      int       `json:"failures"` // runs that had failed in a row
	FailingSince  time.Time `json:"failingSince"`
	RunID         string    `json:"runId"`
}

// IntegrationTokenExpiring says that the grant ends soon and can't be prolonged without a person.
type IntegrationTokenExpiring struct {
	IntegrationID string    `json:"integrationId"`
	Platform      string    `json:"platform"`
	AccountName   string    `json:"accountName"`
	ExpiresAt     time.Time `json:"expiresAt"`
	Days          int       `json:"days"`        // the mark that was passed: 14, 7 or 1
	CampaignIDs   []string  `json:"campaignIds"` // at most 10 of the CampaignCount that would stop being synced
	CampaignCount int       `json:"campaignCount"`
	PostIDs       []string  `json:"postIds"`
}

// MetricsStale says that an account had no successful sync in twice its interval: told once until one succeeds.
type MetricsStale struct {
	IntegrationID   string    `json:"integrationId"`
	Platform        string    `json:"platform"`
	AccountName     string    `json:"accountName"`
	LastSuccessAt   time.Time `json:"lastSuccessAt"` // of the connection, before the first success
	IntervalMinutes int       `json:"intervalMinutes"`
}

func (IntegrationConnected) EventType() string     { return "IntegrationConnected" }
func (IntegrationConnected) EventVersion() int     { return 1 }
func (IntegrationDisconnected) EventType() string  { return "IntegrationDisconnected" }
func (IntegrationDisconnected) EventVersion() int  { return 1 }
func (IntegrationSyncCompleted) EventType() string { return "IntegrationSyncCompleted" }
func (IntegrationSyncCompleted) EventVersion() int { return 1 }
func (IntegrationSyncFailed) EventType() string    { return "IntegrationSyncFailed" }
func (IntegrationSyncFailed) EventVersion() int    { return 1 }

func (IntegrationRecovered) EventType() string     { return "IntegrationRecovered" }
func (IntegrationRecovered) EventVersion() int     { return 1 }
func (IntegrationTokenExpiring) EventType() string { return "IntegrationTokenExpiring" }
func (IntegrationTokenExpiring) EventVersion() int { return 1 }
func (MetricsStale) EventType() string             { return "MetricsStale" }
func (MetricsStale) EventVersion() int             { return 1 }

// Canon is one zero value of each of the ten events of the source document, and the further ones.
func Canon() []Data {
	return []Data{
		CampaignCreated{}, CampaignMetricsUpdated{}, BudgetThresholdReached{},
		PostScheduled{}, PostPublished{}, PostFailed{},
		IntegrationConnected{}, IntegrationDisconnected{}, IntegrationSyncCompleted{}, IntegrationSyncFailed{},
	}
}

// Further are the events beyond the canon.
func Further() []Data {
	return []Data{
		CampaignStatusChanged{}, CampaignUpdated{},
		CampaignStatusDrifted{}, CampaignStatusConfirmed{}, CampaignStatusRefused{}, CampaignBudgetRefused{},
		IntegrationRecovered{}, IntegrationTokenExpiring{}, MetricsStale{},
		PostAtRisk{}, PostCancelled{}, PostFailureResolved{},
		IncidentOpened{}, IncidentChanged{}, IncidentResolved{}, AckTimedOut{}, SlaAtRisk{}, SlaBreached{},
		BudgetForecastReached{}, BudgetLandingReached{},
		RuleMatched{}, ActionProposed{}, ActionTaken{}, ActionUndone{}, RuleTripped{}, RuleRestored{},
		RecommendationCreated{},
	}
}
