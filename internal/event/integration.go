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
}

// IntegrationDisconnected says that an account is out of reach, and what that stops.
type IntegrationDisconnected struct {
	IntegrationID string   `json:"integrationId"`
	Platform      string   `json:"platform"`
	Reason        string   `json:"reason"` // user, token_expired, token_revoked, permission, account_suspended
	CampaignIDs   []string `json:"campaignIds"`
	PostIDs       []string `json:"postIds"`
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
}

func (IntegrationConnected) EventType() string     { return "IntegrationConnected" }
func (IntegrationConnected) EventVersion() int     { return 1 }
func (IntegrationDisconnected) EventType() string  { return "IntegrationDisconnected" }
func (IntegrationDisconnected) EventVersion() int  { return 1 }
func (IntegrationSyncCompleted) EventType() string { return "IntegrationSyncCompleted" }
func (IntegrationSyncCompleted) EventVersion() int { return 1 }
func (IntegrationSyncFailed) EventType() string    { return "IntegrationSyncFailed" }
func (IntegrationSyncFailed) EventVersion() int    { return 1 }

// Canon is one zero value of each of the ten events of the source document, and the further ones.
func Canon() []Data {
	return []Data{
		CampaignCreated{}, CampaignMetricsUpdated{}, BudgetThresholdReached{},
		PostScheduled{}, PostPublished{}, PostFailed{},
		IntegrationConnected{}, IntegrationDisconnected{}, IntegrationSyncCompleted{}, IntegrationSyncFailed{},
	}
}

// Further are the events beyond the canon.
func Further() []Data { return []Data{CampaignStatusChanged{}, CampaignUpdated{}} }
