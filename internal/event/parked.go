package event

import (
	"encoding/json"
	"time"
)

// Parked is an event that a listener will never be able to handle, kept with the reason
// until a person has looked at it.
type Parked struct {
	Listener string          `json:"listener"`
	Reason   string          `json:"reason"` // for people
	Code     string          `json:"code"`   // for machines: bad_payload, unknown_event, hop_limit, or the fault's own
	OrgID    string          `json:"orgId"`  // empty when the payload does not tell
	EventID  string          `json:"eventId"`
	Event    json.RawMessage `json:"event"` // the whole payload as it came; a JSON string when it was no JSON
	At       time.Time       `json:"at"`
}
