package recommendation

import (
	"errors"
	"strings"
	"testing"
	"time"

	"bellwether/internal/event"
	"bellwether/internal/fault"
)

var cause = event.Edge("0198f1c3-7600-7e54-8f72-8a5b6c7d8e9f", "listener/evaluate-automations", monday)

func offered(t *testing.T) (Recommendation, Change) {
	t.Helper()
	list, err := Recommend(poor())
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	ch, err := Offer(Recommendation{}, list[0], []string{"ada"}, cause)
	if err != nil {
		t.Fatal(err)
	}
	return list[0], ch
}

func TestTheFirstOfferIsTold(t *testing.T) {
	_, ch := offered(t)
	if ch.Recommendation.Version != 1 || len(ch.Events) != 1 {
		t.Fatalf("%+v", ch)
	}
	e, err := event.Decode[event.RecommendationCreated](ch.Events[0])
	if err != nil || e.Meta.Subject != ch.Recommendation.Subject() || e.Meta.Sequence != 1 {
		t.Errorf("%+v, %v", e, err)
	}
	if d := e.Data; d.Kind != "low_ctr" || d.Effect != "clicks_gained" || d.EffectValue != 280 || d.EffectUnit != "count" || d.PlacementIDs[0] != "a" || d.ManagerIDs[0] != "ada" {
		t.Errorf("%+v", d)
	}
}

func TestFurtherOffers(t *testing.T) {
	tests := []struct {
		name    string
		before  func(*Recommendation)
		later   time.Duration
		change  func(*Recommendation)
		version int64
	}{
		{"the same again", nil, time.Hour, nil, 1},
		{"other numbers", nil, time.Hour, func(r *Recommendation) { r.Evidence[1].Value++ }, 2},
		{"other placements", nil, time.Hour, func(r *Recommendation) { r.PlacementIDs = []string{"a", "b"} }, 2},
		{"an older look", nil, -time.Hour, func(r *Recommendation) { r.Evidence[1].Value++ }, 1},
		{"a moment before it expires", nil, TTL - time.Second, nil, 1},
		{"the same after it expired", nil, TTL, nil, 2},
		{"after it was accepted", func(r *Recommendation) { r.State = Accepted }, time.Hour, func(r *Recommendation) { r.Evidence[1].Value++ }, 1},
		{"after it was dismissed", func(r *Recommendation) { r.State = Dismissed }, 4 * 24 * time.Hour, func(r *Recommendation) { r.Evidence[1].Value++ }, 1},
		{"after it was done", func(r *Recommendation) { r.State = Done }, time.Hour, func(r *Recommendation) { r.Evidence[1].Value++ }, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			again, first := offered(t)
			before := first.Recommendation
			if tt.before != nil {
				tt.before(&before)
			}
			again.Evidence = append([]Figure{}, again.Evidence...)
			again.UpdatedAt = again.UpdatedAt.Add(tt.later)
			again.CreatedAt, again.ExpiresAt = again.UpdatedAt, again.UpdatedAt.Add(TTL)
			if tt.change != nil {
				tt.change(&again)
			}
			ch, err := Offer(before, again, nil, cause)
			if err != nil || len(ch.Events) != 0 || ch.Recommendation.Version != tt.version {
				t.Fatalf("%+v, %v", ch, err)
			}
			now := ch.Recommendation
			if !now.CreatedAt.Equal(monday) || now.State != before.State {
				t.Errorf("%+v", now)
			}
			if tt.version == 2 && (!now.ExpiresAt.Equal(again.ExpiresAt) || !now.says(again)) {
				t.Errorf("%+v does not say what was found", now)
			}
		})
	}
}

func TestAnswers(t *testing.T) {
	const conflict, expired = "recommendation_answered", "recommendation_expired"
	tests := []struct {
		from  State
		later time.Duration
		to    State
		want  string // the state after, or the code of the conflict
	}{
		{Open, 0, Accepted, "accepted"}, {Open, 0, Dismissed, "dismissed"}, {Open, 0, Done, "done"},
		{Open, TTL - time.Second, Accepted, "accepted"},
		{Open, TTL, Accepted, expired}, {Open, TTL, Dismissed, expired}, {Open, TTL, Done, expired},
		{Accepted, TTL, Done, "done"}, {Accepted, 0, Dismissed, "dismissed"}, {Accepted, 0, Accepted, "accepted"},
		{Dismissed, 0, Accepted, conflict}, {Dismissed, 0, Done, conflict}, {Dismissed, 0, Dismissed, "dismissed"},
		{Done, 0, Accepted, conflict}, {Done, 0, Dismissed, conflict}, {Done, 0, Done, "done"},
	}
	for _, tt := range tests {
		_, ch := offered(t)
		r := ch.Recommendation
		r.State = tt.from
		now := monday.Add(tt.later)
		next, err := r.Answered(tt.to, "user/ada", "why", now)
		if tt.want == conflict || tt.want == expired {
			e, ok := errors.AsType[*fault.Error](err)
			if !ok || e.Kind != fault.Conflict || e.Code != tt.want || next.Version != r.Version || next.State != r.State {
				t.Errorf("%s to %s: %+v, %v", tt.from, tt.to, next, err)
			}
			continue
		}
		if err != nil || string(next.State) != tt.want {
			t.Errorf("%s to %s: %+v, %v", tt.from, tt.to, next, err)
		}
		if changed := tt.from != tt.to; changed != (next.Version == r.Version+1) || changed != (next.Answer != nil && next.Answer.By == "user/ada") {
			t.Errorf("%s to %s: %+v", tt.from, tt.to, next)
		}
	}
}

func TestReasonsAreBounded(t *testing.T) {
	_, ch := offered(t)
	for _, reason := range []string{strings.Repeat("é", MaxReason+1), "\xff"} {
		if _, err := ch.Recommendation.Answered(Dismissed, "user/ada", reason, monday); !fault.Is(err, fault.Invalid) {
			t.Errorf("a reason of %d bytes: %v", len(reason), err)
		}
	}
	if _, err := ch.Recommendation.Answered(Dismissed, "user/ada", strings.Repeat("é", MaxReason), monday); err != nil {
		t.Error(err)
	}
}
