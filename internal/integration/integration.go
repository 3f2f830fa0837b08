// Package integration is the connection to one ad account: its life from connecting to disconnecting,
// the health of its syncs, and the course of each run. It is pure: every change takes the state, the
// cause and the time, and answers the new state and the events it gave rise to.
package integration

import (
	"slices"
	"time"

	"bellwether/internal/event"
	"bellwether/internal/platform"
)

// Status is where a connection stands.
type Status string

const (
	Connected      Status = "connected"
	NeedsReconnect Status = "needs_reconnect" // the grant is gone: only a person can bring it back
	Disconnecting  Status = "disconnecting"   // a person disconnects: its campaigns are being paused at the platform
	Disconnected   Status = "disconnected"
)

// Reasons for which an account is out of reach.
const (
	ReasonUser       = "user"
	ReasonExpired    = "token_expired"
	ReasonRevoked    = "token_revoked"
	ReasonPermission = "permission"
	ReasonSuspended  = "account_suspended"
)

// Integration is the aggregate. It is stored as one item and written whole under a version condition.
type Integration struct {
	ID           string           `json:"id"`
	OrgID        string           `json:"orgId"`
	Platform     string           `json:"platform"`
	Account      platform.Account `json:"account"`
	Status       Status           `json:"status"`
	Reason       string           `json:"reason,omitempty"` // why it isn't connected
	Scopes       []string         `json:"scopes,omitempty"`
	ConnectedBy  string           `json:"connectedBy"`
	ConnectedAt  time.Time        `json:"connectedAt"`
	EndedAt      time.Time        `json:"endedAt,omitzero"`      // since when it isn't connected
	KeepRunning  bool             `json:"keepRunning,omitempty"` // its campaigns were not to be paused
	Marked       bool             `json:"marked,omitempty"`      // the campaigns know that it is disconnecting
	GrantEnds    time.Time        `json:"grantEnds,omitzero"`    // when the grant ends unless a person renews it; zero: not foreseen
	ExpiryTold   int              `json:"expiryTold,omitempty"`  // the mark in days that was told of this GrantEnds
	BlockedUntil time.Time        `json:"blockedUntil,omitzero"` // the platform stopped it from publishing; it is left alone
	EveryMinutes int              `json:"everyMinutes"`          // between two syncs
	Health       Health           `json:"health"`
	Stats        []Day            `json:"stats,omitempty"` // the last 30 days with runs, ascending
	Version      int64            `json:"-"`
	CreatedAt    time.Time        `json:"createdAt"`
	UpdatedAt    time.Time        `json:"updatedAt"`
}

// Health is how the syncs go.
type Health struct {
	LastRunAt     time.Time      `json:"lastRunAt,omitzero"`
	LastSuccessAt time.Time      `json:"lastSuccessAt,omitzero"`
	DataAsOf      time.Time      `json:"dataAsOf,omitzero"`  // of the oldest page of the last run that read all
	Failures      int            `json:"failures,omitempty"` // runs that failed in a row
	FailingSince  time.Time      `json:"failingSince,omitzero"`
	Class         platform.Class `json:"class,omitempty"`   // of the last failure since the last success
	Message       string         `json:"message,omitempty"` // the platform's, at most 500 characters
	StaleTold     bool           `json:"staleTold,omitempty"`
}

// Day is one UTC day's runs.
type Day struct {
	Date      string `json:"d"`
	Runs      int    `json:"r"`
	Succeeded int    `json:"ok,omitempty"`
	Rows      int    `json:"n,omitempty"`  // added, updated and unchanged
	Millis    int64  `json:"ms,omitempty"` // of the runs together
	Calls     int    `json:"c,omitempty"`  // to the platform
}

// DefaultEvery is how often an ad account is synced, in minutes; PostsEvery an account for posts.
const (
	DefaultEvery = 15
	PostsEvery   = 240
)

// Intervals are the choices of how often, in minutes.
var Intervals = []int{15, 30, 60, 240, 1440}

// Subject is the integration's name in events.
func (i Integration) Subject() string { return Subject(i.ID) }

// Subject is the name of the integration with the given id in events.
func Subject(id string) string { return "integration/" + id }

// Every is the time between two syncs.
func (i Integration) Every() time.Duration {
	if i.EveryMinutes <= 0 {
		return DefaultEvery * time.Minute
	}
	return time.Duration(i.EveryMinutes) * time.Minute
}

// SinceSuccess is when the data was last known to be whole: the last success, or the connection.
func (i Integration) SinceSuccess() time.Time {
	if i.Health.LastSuccessAt.After(i.ConnectedAt) {
		return i.Health.LastSuccessAt
	}
	return i.ConnectedAt
}

// Posts reports whether the account is one that posts are published on. Its syncs read no campaigns: they
// see to it that the grant still works.
func (i Integration) Posts() bool { return platform.Posts(i.Platform) }

// Stale reports whether the data is too old to act on: no success in twice the interval.
func (i Integration) Stale(now time.Time) bool {
	return !i.Posts() && now.Sub(i.SinceSuccess()) > 2*i.Every()
}

// Change is a changed integration with the events that go with it into the same write.
type Change struct {
	Integration Integration
	Events      []event.Raw
}

func (i Integration) begin(now time.Time) Change {
	next := i
	next.Scopes, next.Stats = slices.Clone(i.Scopes), slices.Clone(i.Stats)
	next.Version++
	next.UpdatedAt = now.UTC()
	return Change{Integration: next}
}

func (ch *Change) emit(cause event.Cause, data event.Data) error {
	i := ch.Integration
	raw, err := event.New(cause, i.OrgID, i.Subject(), i.Version, len(ch.Events), data)
	if err != nil {
		return err
	}
	ch.Events = append(ch.Events, raw)
	return nil
}
