package recommendation

import (
	"slices"
	"time"
	"unicode/utf8"

	"bellwether/internal/event"
	"bellwether/internal/fault"
)

// State is what became of a recommendation.
type State string

const (
	Open      State = "open"
	Accepted  State = "accepted"  // somebody means to follow it
	Dismissed State = "dismissed" // nobody will: nor is it made again in its week
	Done      State = "done"      // somebody followed it
	Expired   State = "expired"   // nobody answered while its numbers held; never stored
)

// States are all of them.
func States() []State { return []State{Open, Accepted, Dismissed, Done, Expired} }

// Answer is what a person said last.
type Answer struct {
	By     string    `json:"by"` // the actor: "user/<id>"
	At     time.Time `json:"at"`
	Reason string    `json:"reason,omitempty"`
}

// StateAt is the state at now.
func (r Recommendation) StateAt(now time.Time) State {
	if r.State == Open && !now.Before(r.ExpiresAt) {
		return Expired
	}
	return r.State
}

// Change is a changed recommendation with the events that go with it into the same write.
type Change struct {
	Recommendation Recommendation
	Events         []event.Raw
}

// Offer makes the recommendation that was found, or brings the one that its week has up to date: before
// is of version 0 where it has none. One that a person answered stays as it is, and so does one of
// which nothing new is known. An expired one that is found again is open again.
func Offer(before, found Recommendation, managerIDs []string, cause event.Cause) (Change, error) {
	switch {
	case before.Version == 0:
		return create(found, managerIDs, cause)
	case before.State != Open, !found.UpdatedAt.After(before.UpdatedAt):
		return Change{Recommendation: before}, nil
	case before.says(found) && before.StateAt(found.UpdatedAt) == Open:
		return Change{Recommendation: before}, nil
	}
	found.CreatedAt, found.Version = before.CreatedAt, before.Version+1
	return Change{Recommendation: found}, nil
}

func create(found Recommendation, managerIDs []string, cause event.Cause) (Change, error) {
	found.Version = 1
	raw, err := event.New(cause, found.OrgID, found.Subject(), found.Version, 0, event.RecommendationCreated{
		RecommendationID: found.ID, Kind: string(found.Kind), CampaignID: found.CampaignID, CampaignName: found.CampaignName,
		PlacementIDs: append([]string{}, found.PlacementIDs...), Effect: found.Effect.Key, EffectValue: found.Effect.Value,
		EffectUnit: string(found.Effect.Unit), Currency: string(found.Currency), Confidence: string(found.Confidence),
		ExpiresAt: found.ExpiresAt, ManagerIDs: append([]string{}, managerIDs...),
	})
	return Change{Recommendation: found, Events: []event.Raw{raw}}, err
}

// says reports whether both say the same with the same numbers.
func (r Recommendation) says(o Recommendation) bool {
	return r.From == o.From && r.To == o.To && r.CampaignName == o.CampaignName && r.Effect == o.Effect && r.Confidence == o.Confidence &&
		slices.Equal(r.PlacementIDs, o.PlacementIDs) && slices.Equal(r.Evidence, o.Evidence)
}

// MaxReason is the most characters of a reason.
const MaxReason = 500

// from are the states in which a person may give each answer.
var from = map[State][]State{
	Accepted:  {Open},
	Dismissed: {Open, Accepted},
	Done:      {Open, Accepted},
}

// Answered is the recommendation with a person's answer: Accepted, Dismissed or Done. The same answer
// again changes nothing; fault.Conflict from a state that does not lead there.
func (r Recommendation) Answered(to State, by, reason string, now time.Time) (Recommendation, error) {
	if !utf8.ValidString(reason) || utf8.RuneCountInString(reason) > MaxReason {
		return r, fault.InvalidFields(fault.Field{Name: "reason", Message: "must be a text of at most 500 characters"})
	}
	state := r.StateAt(now)
	switch {
	case state == to:
		return r, nil
	case state == Expired:
		return r, fault.New(fault.Conflict, "recommendation_expired", "the recommendation has expired: its numbers may not hold any more")
	case !slices.Contains(from[to], state):
		return r, fault.Newf(fault.Conflict, "recommendation_answered", "the recommendation is %s already", state)
	}
	r.State, r.Answer = to, &Answer{By: by, At: now.UTC(), Reason: reason}
	r.Version++
	return r, nil
}
