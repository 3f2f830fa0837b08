package notification

import (
	"time"

	"bellwether/internal/event"
)

// Handover is what a listener hands to those who tell people outside of their inboxes: what, whom, and
// by what it can be seen later whether it still stands. It is made of its cause alone, so that a
// listener that hears twice hands over the same.
type Handover struct {
	ID      string    `json:"id"` // the alert's
	OrgID   string    `json:"orgId"`
	Kind    string    `json:"kind,omitempty"`
	Key     string    `json:"key"`     // what it is about: one of a key is told once an hour
	Subject string    `json:"subject"` // "campaign/<id>"
	EventID string    `json:"eventId"` // to look up
	CauseID string    `json:"causeId"` // the event by which the notices in the inboxes are named
	At      time.Time `json:"at"`
	Message Message   `json:"message"`
	People  []string  `json:"people"`          // whom it concerns
	Muted   []string  `json:"muted,omitempty"` // those of them who got no notice, because they want none
	Matter  Matter    `json:"matter"`
}

// Matter is what something is told because of. The zero one always stands.
type Matter struct {
	Incident      string `json:"incident,omitempty"` // the key of one: it stands until that is over
	CampaignID    string `json:"campaignId,omitempty"`
	BudgetVersion int64  `json:"budgetVersion,omitempty"` // with CampaignID: it stands while the budget is this one
	PeriodStart   string `json:"periodStart,omitempty"`   // and its period, if one is given
}

// NoticeID is the id of the person's notice about what the event with the id caused.
func NoticeID(causeID, userID string) string { return event.Derive(causeID, "notice", userID) }
