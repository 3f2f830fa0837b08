package listen_test

import (
	"slices"
	"strings"
	"testing"

	"bellwether/internal/event"
	"bellwether/internal/notification"
)

// A recommendation reaches the inboxes of the campaign's people, once, and nobody's phone.
func TestRecommendationIsToldQuietly(t *testing.T) {
	w := newWorld(t)
	id := w.campaign(ours, "Autumn")
	raw, err := event.New(event.Edge(event.Derive("metrics"), "listener/evaluate-automations", w.now), ours, "recommendation/"+event.Derive("r"), 1, 0,
		event.RecommendationCreated{
			RecommendationID: event.Derive("r"), Kind: "low_ctr", CampaignID: id, CampaignName: "Autumn", PlacementIDs: []string{}, Effect: "clicks_gained",
			EffectValue: 280, EffectUnit: "count", Currency: "USD", Confidence: "high", ExpiresAt: w.now, ManagerIDs: []string{eve, gone},
		})
	if err != nil {
		t.Fatal(err)
	}
	w.deliver(raw, raw)
	told := slices.DeleteFunc(w.inbox(ours, eve), func(n notification.Notice) bool { return n.Subject != raw.Meta.Subject })
	if len(told) != 1 || told[0].Severity != notification.Low || told[0].Category != "automation" || !strings.Contains(told[0].Text, "280 clicks") {
		t.Errorf("told %+v", told)
	}
	if len(w.messages) != 0 || len(w.inbox(ours, gone)) != 0 || len(w.inbox(theirs, eve)) != 0 {
		t.Errorf("told elsewhere: %+v", w.messages)
	}
}
