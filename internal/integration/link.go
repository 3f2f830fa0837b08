package integration

import (
	"time"

	"bellwether/internal/platform"
)

// Link ties a platform's campaign to the placement that stands for it here, and keeps what was last
// read of it, as digests: what is read again and has the same digest costs nothing.
type Link struct {
	ExternalID  string            `json:"externalId"`
	CampaignID  string            `json:"campaignId"`
	PlacementID string            `json:"placementId"`
	Facts       string            `json:"facts,omitempty"`   // of the campaign itself
	Days        map[string]string `json:"days,omitempty"`    // of each day's results
	Missing     int               `json:"missing,omitempty"` // syncs in a row that no longer found it
}

// Unsettled is a placement that has to be looked at by the next sync, whatever its digest says: it
// isn't known to do what its campaign wants, or was driven since the last one looked.
type Unsettled struct {
	ExternalID string          `json:"externalId"`
	CampaignID string          `json:"campaignId"`
	Want       platform.Switch `json:"want"`
	Driven     bool            `json:"driven,omitempty"` // it was seen doing it, only by no sync yet
}

// RunRecord is a run, or an attempt of one, as people look it up.
type RunRecord struct {
	RunID         string    `json:"runId"`
	IntegrationID string    `json:"integrationId"`
	Trigger       string    `json:"trigger"`
	Status        string    `json:"status"` // succeeded, partial, failed, retrying
	StartedAt     time.Time `json:"startedAt"`
	EndedAt       time.Time `json:"endedAt"`
	Attempt       int       `json:"attempt,omitempty"`
	Counts        Counts    `json:"counts"`
	APICalls      int       `json:"apiCalls"`
	DataAsOf      time.Time `json:"dataAsOf,omitzero"`
	Class         string    `json:"class,omitempty"`
	Message       string    `json:"message,omitempty"`
	Sequence      int64     `json:"-"` // of the integration: the newest word on a run wins
}

// Tile is an account's row of the dashboard: how fresh its data is.
type Tile struct {
	IntegrationID string    `json:"integrationId"`
	Platform      string    `json:"platform"`
	AccountName   string    `json:"accountName"`
	Status        Status    `json:"status"`
	Failures      int       `json:"failures,omitempty"`
	LastSuccessAt time.Time `json:"lastSuccessAt,omitzero"`
	DataAsOf      time.Time `json:"dataAsOf,omitzero"`
	EveryMinutes  int       `json:"everyMinutes"`
	Version       int64     `json:"-"`
}

// TileOf is the row of the integration as it is.
func TileOf(i Integration) Tile {
	return Tile{
		IntegrationID: i.ID, Platform: i.Platform, AccountName: i.Account.Name, Status: i.Status, Failures: i.Health.Failures,
		LastSuccessAt: i.Health.LastSuccessAt, DataAsOf: i.Health.DataAsOf, EveryMinutes: int(i.Every() / time.Minute), Version: i.Version,
	}
}

// Connection is a person's attempt to connect an account, from the authorization page to the account.
type Connection struct {
	ID            string             `json:"id"`
	OrgID         string             `json:"orgId"`
	Platform      string             `json:"platform"`
	IntegrationID string             `json:"integrationId,omitempty"` // to reconnect; then that one's
	AccountID     string             `json:"accountId,omitempty"`     // asked for, or the only one
	Verifier      []byte             `json:"verifier,omitempty"`      // sealed, for PKCE
	Grant         []byte             `json:"grant,omitempty"`         // sealed, until an account is chosen
	Facts         GrantFacts         `json:"facts"`
	GrantExpires  time.Time          `json:"grantExpires,omitzero"`
	RefreshEnds   time.Time          `json:"refreshEnds,omitzero"`
	Accounts      []platform.Account `json:"accounts,omitempty"` // that the grant reaches, to choose from
	Status        string             `json:"status"`
	Problem       string             `json:"problem,omitempty"` // for people
	ActorID       string             `json:"actorId"`
	RequestID     string             `json:"requestId"`
	RedirectURI   string             `json:"redirectUri"`
	ExpiresAt     time.Time          `json:"expiresAt"`
	Version       int64              `json:"-"`
}

// States of a connection.
const (
	ConnectionPending = "pending"        // the person is at the platform
	ConnectionWorking = "working"        // the code came back and is being redeemed
	ConnectionChoose  = "choose_account" // several accounts: the person chooses
	ConnectionDone    = "connected"
	ConnectionFailed  = "failed"
)

// ConnectionLifetime is how long a person has for connecting.
const ConnectionLifetime = 30 * time.Minute
