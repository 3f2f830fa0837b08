package storetest

import (
	"context"
	"testing"
	"time"

	"bellwether/internal/campaign"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/integration"
	"bellwether/internal/platform"
	"bellwether/internal/store"
)

// found is a campaign that the account's sync has found, as a part of its page.
func (a account) found(t *testing.T, externalID string, now time.Time) store.Ingest {
	t.Helper()
	ch, err := campaign.Discover(campaign.Discovery{
		OrgID: someOrg, Platform: platform.Meta, IntegrationID: a.is.ID, Account: a.is.Account, ConnectedBy: "bob", At: now,
		Seen: platform.Campaign{ID: externalID, Name: "Found", Objective: "sales", Status: platform.StatusActive},
	}, event.Edge(event.Derive("found", externalID), "sync/1", now))
	if err != nil {
		t.Fatal(err)
	}
	return store.Ingest{Out: campaign.Recorded{Change: ch}, Link: integration.Link{
		ExternalID: externalID, CampaignID: ch.Campaign.ID, PlacementID: ch.Campaign.Placements[0].ID, Facts: "digest",
	}}
}

// ingested writes what was found, and answers the campaign.
func (a account) ingested(t *testing.T, externalID string, now time.Time) campaign.Campaign {
	t.Helper()
	part := a.found(t, externalID, now)
	if err := a.Ingest(t.Context(), "ingest "+externalID, a.is, a.sync, part); err != nil {
		t.Fatal(err)
	}
	return part.Out.Campaign
}

func (a account) links(t *testing.T) []integration.Link {
	t.Helper()
	links, err := a.Links(t.Context(), someOrg, a.is.ID)
	if err != nil {
		t.Fatal(err)
	}
	return links
}

// A page is written by whoever holds the sync; one that was overtaken writes nothing of it.
func testIngestIsFenced(t *testing.T, h Harness) {
	a := connect(t, h, "1")
	a.take(t, "first", h.Clock.Now())
	overtaken := a.sync
	h.Clock.Add(integration.LeaseTime)
	a.take(t, "second", h.Clock.Now())
	part := a.found(t, "77", h.Clock.Now())
	conflicts(t, "the worker that was overtaken", a.Ingest(t.Context(), "a", a.is, overtaken, part))
	if _, err := a.campaigns().Get(t.Context(), someOrg, part.Link.CampaignID); !fault.Is(err, fault.NotFound) || len(a.links(t)) != 0 {
		t.Errorf("something was written: %v, %+v", err, a.links(t))
	}
	c := a.ingested(t, "77", h.Clock.Now())
	if got, err := a.campaigns().Get(t.Context(), someOrg, c.ID); err != nil || got.Name != "Found" {
		t.Errorf("%+v, error %v", got, err)
	}
	if links := a.links(t); len(links) != 1 || links[0].Facts != "digest" || links[0].CampaignID != c.ID {
		t.Errorf("links %+v", links)
	}
	item, _ := get(t, h, store.Org(someOrg).Campaign(c.ID))
	if item.Events == "" {
		t.Error("the campaign came without its event")
	}
	conflicts(t, "the same campaign made twice by others", a.Ingest(t.Context(), "b", a.is, a.sync, other(part)))
}

// other is the same part as somebody else would have made it.
func other(part store.Ingest) store.Ingest {
	part.Link.Facts = "another"
	part.Out.Campaign.Name = "Another"
	return part
}

// A new campaign is written only while its account is as it was read, so that a disconnecting finds all
// of them. What is known already is written on.
func testIngestOfAChangedAccount(t *testing.T, h Harness) {
	a := connect(t, h, "1")
	a.take(t, "worker", h.Clock.Now())
	c := a.ingested(t, "77", h.Clock.Now())
	if _, err := a.Update(t.Context(), "disconnect", someOrg, a.is.ID, func(i integration.Integration) (integration.Change, error) {
		return i.Disconnect(false, integration.Affected{}, event.Edge("disconnect", "user/bob", h.Clock.Now()))
	}); err != nil {
		t.Fatal(err)
	}
	conflicts(t, "a campaign of an account that was disconnected", a.Ingest(t.Context(), "a", a.is, a.sync, a.found(t, "78", h.Clock.Now())))
	known := store.Ingest{Before: c, Out: campaign.Recorded{Change: campaign.Change{Campaign: c}}, Link: a.links(t)[0]}
	known.Link.Missing = 1
	if err := a.Ingest(t.Context(), "b", a.is, a.sync, known); err != nil {
		t.Fatal(err)
	}
	if links := a.links(t); len(links) != 1 || links[0].Missing != 1 {
		t.Errorf("links %+v", links)
	}
}

// A part whose campaign was changed by somebody else takes the whole page back, ties included.
func testIngestOfAChangedCampaign(t *testing.T, h Harness) {
	a := connect(t, h, "1")
	a.take(t, "worker", h.Clock.Now())
	before := a.ingested(t, "77", h.Clock.Now())
	edge := event.Edge("pause", "user/bob", h.Clock.Now())
	if _, err := a.campaigns().Update(t.Context(), "pause", someOrg, before.ID, func(_ context.Context, c campaign.Campaign) (campaign.Change, error) {
		return c.Pause("", edge)
	}); err != nil {
		t.Fatal(err)
	}
	seen := platform.Campaign{ID: "77", Name: "Renamed", Status: platform.StatusActive}
	ch, err := before.Observe(before.Placements[0].ID, seen, h.Clock.Now().Add(time.Second), nil, edge)
	if err != nil {
		t.Fatal(err)
	}
	changed := store.Ingest{Before: before, Out: campaign.Recorded{Change: ch}, Link: a.links(t)[0]}
	changed.Link.Facts = "newer"
	conflicts(t, "a page with it", a.Ingest(t.Context(), "a", a.is, a.sync, a.found(t, "78", h.Clock.Now()), changed))
	if links := a.links(t); len(links) != 1 || links[0].Facts != "digest" {
		t.Errorf("links %+v", links)
	}
}

// A placement is marked from the wish until a sync saw it done, and so is found by the next one.
func testUnsettledMarks(t *testing.T, h Harness) {
	a := connect(t, h, "1")
	a.take(t, "worker", h.Clock.Now())
	c := a.ingested(t, "77", h.Clock.Now())
	id, now := c.Placements[0].ID, h.Clock.Now().Add(time.Minute)
	cause := event.Edge("change", "user/bob", now)
	off := integration.Unsettled{ExternalID: "77", CampaignID: c.ID, Want: platform.Off}
	driven := off
	driven.Driven = true
	a.marks(t, "as it was found", nil)
	for _, step := range []struct {
		name   string
		change func(context.Context, campaign.Campaign) (campaign.Change, error)
		want   *integration.Unsettled
	}{
		{"paused here", func(_ context.Context, c campaign.Campaign) (campaign.Change, error) { return c.Pause("", cause) }, &off},
		{"on its way", func(_ context.Context, c campaign.Campaign) (campaign.Change, error) {
			return c.Intend(id, "driver", cause)
		}, &off},
		{"done", func(_ context.Context, c campaign.Campaign) (campaign.Change, error) {
			return c.Confirm(id, "driver", platform.Off, campaign.Remote{Status: platform.StatusPaused}, cause)
		}, &driven},
		{"seen by a sync", func(_ context.Context, c campaign.Campaign) (campaign.Change, error) {
			return c.Observe(id, platform.Campaign{ID: "77", Name: "Found", Status: platform.StatusPaused}, now.Add(time.Minute), nil, cause)
		}, nil},
	} {
		if _, err := a.campaigns().Update(t.Context(), step.name, someOrg, c.ID, step.change); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		a.marks(t, step.name, step.want)
	}
}

// marks checks that the account has the one mark, or none.
func (a account) marks(t *testing.T, when string, want *integration.Unsettled) {
	t.Helper()
	got, err := a.UnsettledPlacements(t.Context(), someOrg, a.is.ID)
	if err != nil {
		t.Fatal(err)
	}
	if want == nil && len(got) != 0 || want != nil && (len(got) != 1 || got[0] != *want) {
		t.Errorf("%s: marks %+v, want %+v", when, got, want)
	}
}

// A platform's campaign is a placement of one campaign here; the ties of one account are not another's.
func testLinks(t *testing.T, h Harness) {
	a, b := connect(t, h, "1"), connect(t, h, "2")
	for _, one := range []*account{&a, &b} {
		one.take(t, "worker", h.Clock.Now())
		one.ingested(t, "77", h.Clock.Now())
	}
	a.ingested(t, "7/8", h.Clock.Now())
	if len(a.links(t)) != 2 || len(b.links(t)) != 1 {
		t.Errorf("links %+v and %+v", a.links(t), b.links(t))
	}
	ch, err := campaign.Create(campaign.Spec{
		ID: event.Derive("by hand"), OrgID: someOrg, Name: "By hand", Objective: "sales", Currency: "USD", TimeZone: "UTC", Origin: campaign.OriginAPI,
		Placements: []campaign.PlacementSpec{{Platform: platform.Meta, IntegrationID: a.is.ID, ExternalID: "77", Name: "Meta"}},
	}, event.Edge("create", "user/bob", h.Clock.Now()))
	if err != nil {
		t.Fatal(err)
	}
	conflicts(t, "a placement that is taken", a.campaigns().Create(t.Context(), "create", ch))
	if _, err := a.campaigns().Get(t.Context(), someOrg, ch.Campaign.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("it was made: %v", err)
	}
}
