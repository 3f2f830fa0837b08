package storetest

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/recommendation"
	"bellwether/internal/store"
)

// advice is a recommendation of the kind about a campaign, found at the harness's time.
func advice(h Harness, campaignID string, kind recommendation.Kind) recommendation.Recommendation {
	now := h.Clock.Now()
	return recommendation.Recommendation{
		ID: recommendation.ID(someOrg, campaignID, kind, "2026-W48"), OrgID: someOrg, Kind: kind, CampaignID: campaignID, Week: "2026-W48",
		Currency: "EUR", Evidence: []recommendation.Figure{{Name: "clicks", Value: 420, Unit: recommendation.Count}},
		State: recommendation.Open, CreatedAt: now, UpdatedAt: now, ExpiresAt: now.Add(recommendation.TTL),
	}
}

func offer(t *testing.T, h Harness, r recommendation.Recommendation) {
	t.Helper()
	cause := event.Edge(event.Derive("metrics", r.ID, r.UpdatedAt.String()), "listener/evaluate-automations", r.UpdatedAt)
	if err := (store.Recommendations{Table: h.Table}).Offer(t.Context(), r, []string{"ada"}, cause); err != nil {
		t.Fatal(err)
	}
}

func answer(t *testing.T, h Harness, id string, to recommendation.State) (recommendation.Recommendation, error) {
	t.Helper()
	now := h.Clock.Now()
	return store.Recommendations{Table: h.Table}.Update(t.Context(), event.Derive("answer", id, string(to), now.String()), someOrg, id,
		func(r recommendation.Recommendation) (recommendation.Recommendation, error) {
			return r.Answered(to, "user/ada", "", now)
		})
}

// A week has one recommendation of a kind and campaign, whoever finds it; and once it was answered it stays so.
func testRecommendations(t *testing.T, h Harness) {
	recommendations := store.Recommendations{Table: h.Table}
	r := advice(h, "c1", recommendation.LowCTR)
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() { offer(t, h, r) })
	}
	wg.Wait()
	stored, err := recommendations.Get(t.Context(), someOrg, r.ID)
	if err != nil || stored.Version != 1 || stored.Evidence[0].Value != 420 {
		t.Fatalf("%+v, %v", stored, err)
	}
	if _, err := recommendations.Get(t.Context(), otherOrg, r.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("another organisation reads it: %v", err)
	}
	h.Clock.Add(time.Hour)
	newer := advice(h, "c1", recommendation.LowCTR)
	newer.Evidence[0].Value = 419
	offer(t, h, newer)
	offer(t, h, r) // once more, and late
	stored, err = recommendations.Get(t.Context(), someOrg, r.ID)
	if err != nil || stored.Version != 2 || stored.Evidence[0].Value != 419 || !stored.CreatedAt.Equal(r.CreatedAt) {
		t.Errorf("%+v, %v", stored, err)
	}
	if done, err := answer(t, h, r.ID, recommendation.Dismissed); err != nil || done.Version != 3 {
		t.Fatalf("%+v, %v", done, err)
	}
	h.Clock.Add(time.Hour)
	offer(t, h, advice(h, "c1", recommendation.LowCTR))
	if same, err := answer(t, h, r.ID, recommendation.Dismissed); err != nil || same.Version != 3 || same.Answer == nil {
		t.Errorf("%+v, %v", same, err)
	}
	if _, err := answer(t, h, r.ID, recommendation.Accepted); !fault.Is(err, fault.Conflict) {
		t.Errorf("what was dismissed was accepted: %v", err)
	}
}

// Each is in the list of its state, and the open ones are in that of the expired ones once they are.
func testRecommendationLists(t *testing.T, h Harness) {
	for n, campaignID := range []string{"c1", "c2", "c1", "c2"} {
		offer(t, h, advice(h, campaignID, []recommendation.Kind{recommendation.LowCTR, recommendation.LowCTR, recommendation.HighCPC, recommendation.Fatigue}[n]))
		h.Clock.Add(time.Hour)
	}
	want := func(when string, f store.RecommendationFilter, kinds ...string) {
		t.Helper()
		var got []string
		next := ""
		for page := 0; page == 0 || next != "" && page < 9; page++ {
			list, more, err := store.Recommendations{Table: h.Table}.List(t.Context(), someOrg, f, h.Clock.Now(), 1, next)
			if err != nil || len(list) > 1 {
				t.Fatalf("%s: %d, %v", when, len(list), err)
			}
			for _, r := range list {
				got = append(got, fmt.Sprint(r.CampaignID, " ", r.Kind))
			}
			next = more
		}
		if !slices.Equal(got, kinds) {
			t.Errorf("%s, %+v: %q, want %q", when, f, got, kinds)
		}
	}
	open, expired := store.RecommendationFilter{State: recommendation.Open}, store.RecommendationFilter{State: recommendation.Expired}
	want("new", open, "c2 fatigue", "c1 high_cpc", "c2 low_ctr", "c1 low_ctr")
	want("new", store.RecommendationFilter{State: recommendation.Open, CampaignID: "c1"}, "c1 high_cpc", "c1 low_ctr")
	want("new", expired)
	for kind, state := range map[recommendation.Kind]recommendation.State{recommendation.HighCPC: recommendation.Accepted, recommendation.LowCTR: recommendation.Dismissed} {
		if _, err := answer(t, h, recommendation.ID(someOrg, "c1", kind, "2026-W48"), state); err != nil {
			t.Fatal(err)
		}
	}
	want("answered", open, "c2 fatigue", "c2 low_ctr")
	want("answered", store.RecommendationFilter{State: recommendation.Accepted}, "c1 high_cpc")
	want("answered", store.RecommendationFilter{State: recommendation.Dismissed}, "c1 low_ctr")
	h.Clock.Add(recommendation.TTL - 3*time.Hour) // exactly when the one found second expires
	want("later", open, "c2 fatigue")
	want("later", expired, "c2 low_ctr")
	offer(t, h, advice(h, "c2", recommendation.LowCTR)) // found again
	want("found again", open, "c2 low_ctr", "c2 fatigue")
	want("found again", expired)
}
