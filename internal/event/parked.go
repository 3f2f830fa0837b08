package event

import (
	"encoding/json"
	"time"
)

// Parked is an event that a listener will never be able to handle, kept with the reason
// until a person has looked at it.
type Parked struct {
	Listener string          `json:"listener"`
	Reason   string          `json:"reason"`           // for who looks after the system
	Public   string          `json:"public,omitempty"` // the same for clients
	Code     string          `json:"code"`             // for machines: bad_payload, unknown_event, hop_limit, or the fault's own
	OrgID    string          `json:"orgId"`            // empty when the payload does not tell
	EventID  string          `json:"eventId"`
	Event    json.RawMessage `json:"event"` // the whole payload as it came; a JSON string when it was no JSON
	At       time.Time       `json:"at"`
}

// NamedBy are the ids of the organisation and of the event that a payload of EventBridge names, empty ones
// where it names none.
func NamedBy(payload []byte) (orgID, eventID string) {
	var in struct {
		Detail struct {
			Meta struct {
				ID    string `json:"id"`
				OrgID string `json:"orgId"`
			} `json:"meta"`
		} `json:"detail"`
	}
	if json.Unmarshal(payload, &in) != nil || !IsID(in.Detail.Meta.ID) || !IsID(in.Detail.Meta.OrgID) {
		return "", ""
	}
	return in.Detail.Meta.OrgID, in.Detail.Meta.ID
}
