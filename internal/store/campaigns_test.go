package store_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"bellwether/internal/budget"
	"bellwether/internal/campaign"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/store"
)

const (
	someOrg      = "0198f1c2-6b00-7a10-8b3e-4c1d2e3f4a5b"
	someCampaign = "0198f1c2-7c10-7b21-9c4f-5d2e3f4a5b6c"
)

func edge(id string) event.Cause {
	return event.Edge(id, "user/1", time.Date(2026, 11, 15, 12, 0, 0, 0, time.UTC))
}

// created is a stored campaign.
func created(t *testing.T, campaigns store.Campaigns, id, name string) campaign.Campaign {
	t.Helper()
	ch, err := campaign.Create(campaign.Spec{
		ID: id, OrgID: someOrg, Name: name, Objective: "sales", Currency: "USD", TimeZone: "UTC", Activate: true, Origin: campaign.OriginAPI,
		Budget:     &budget.Budget{AmountMicros: 100_000_000, Period: budget.Lifetime, Thresholds: budget.DefaultThresholds()},
		Placements: []campaign.PlacementSpec{{Platform: "meta", ExternalID: "1", Name: "Meta"}},
	}, edge(id))
	if err != nil {
		t.Fatal(err)
	}
	if err := campaigns.Create(t.Context(), "create "+id, ch); err != nil {
		t.Fatal(err)
	}
	return ch.Campaign
}

// A change that somebody else's overtakes is made again, on what is there then.
func TestUpdateLosesNoOtherChange(t *testing.T) {
	campaigns := store.Campaigns{Table: openTable(t)}
	c := created(t, campaigns, someCampaign, "Summer")
	rename := func(field func(*campaign.Edit) **string, to string) func(context.Context, campaign.Campaign) (campaign.Change, error) {
		return func(_ context.Context, c campaign.Campaign) (campaign.Change, error) {
			var e campaign.Edit
			*field(&e) = &to
			return c.Edit(e, nil, edge(to))
		}
	}
	name := func(e *campaign.Edit) **string { return &e.Name }
	description := func(e *campaign.Edit) **string { return &e.Description }
	tries := 0
	_, err := campaigns.UpdateFrom(t.Context(), "slow", c, func(ctx context.Context, c campaign.Campaign) (campaign.Change, error) {
		if tries++; tries == 1 {
			if _, err := campaigns.Update(ctx, "fast", someOrg, someCampaign, rename(description, "by the fast one")); err != nil {
				t.Fatal(err)
			}
		}
		return rename(name, "By the slow one")(ctx, c)
	})
	if err != nil || tries != 2 {
		t.Fatalf("%v after %d tries", err, tries)
	}
	got, err := campaigns.Get(t.Context(), someOrg, someCampaign)
	if err != nil || got.Name != "By the slow one" || got.Description != "by the fast one" || got.Version != 3 {
		t.Errorf("%q, %q, version %d, %v", got.Name, got.Description, got.Version, err)
	}
}

func TestUpdateThatNeverWinsIsAConflict(t *testing.T) {
	campaigns := store.Campaigns{Table: openTable(t)}
	created(t, campaigns, someCampaign, "Summer")
	n := 0
	_, err := campaigns.Update(t.Context(), "slow", someOrg, someCampaign, func(ctx context.Context, c campaign.Campaign) (campaign.Change, error) {
		n++
		to := time.Duration(n).String()
		if _, err := campaigns.Update(ctx, "fast", someOrg, someCampaign, func(_ context.Context, c campaign.Campaign) (campaign.Change, error) {
			return c.Edit(campaign.Edit{Description: &to}, nil, edge(to))
		}); err != nil {
			t.Fatal(err)
		}
		return c.Edit(campaign.Edit{Name: &to}, nil, edge(to))
	})
	if !fault.Is(err, fault.Conflict) || n != 8 {
		t.Errorf("%v after %d tries", err, n)
	}
}

func TestListsByNameAcrossShards(t *testing.T) {
	campaigns := store.Campaigns{Table: openTable(t)}
	var want []string
	for i := range 40 {
		name := string(rune('a'+i%26)) + string(rune('a'+i/26)) + " campaign"
		created(t, campaigns, event.Derive("campaign", name), name)
		want = append(want, name)
	}
	slices.Sort(want)
	for _, limit := range []int{1, 7, 40, 100} {
		var got []string
		for after := ""; ; {
			page, next, err := campaigns.List(t.Context(), someOrg, limit, after)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range page {
				got = append(got, c.Name)
			}
			if next == "" {
				break
			}
			after = next
		}
		if !slices.Equal(got, want) {
			t.Errorf("limit %d: %v", limit, got)
		}
	}
	if page, _, err := campaigns.List(t.Context(), someCampaign, 10, ""); err != nil || len(page) != 0 {
		t.Errorf("another organisation sees %d campaigns, %v", len(page), err)
	}
}

func TestNamesakesAreFoundWhateverTheirCapitals(t *testing.T) {
	campaigns := store.Campaigns{Table: openTable(t)}
	for i, name := range []string{"Summer", "SUMMER", "summer", "summer#1", "Sum"} {
		created(t, campaigns, event.Derive("campaign", string(rune('0'+i))), name)
	}
	found, err := campaigns.Namesakes(t.Context(), someOrg, "summer", event.Derive("campaign", "1"))
	if err != nil || len(found) != 2 {
		t.Errorf("%d namesakes, %v", len(found), err)
	}
}
