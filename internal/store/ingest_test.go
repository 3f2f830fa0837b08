package store_test

import (
	"path/filepath"
	"testing"
	"time"

	"bellwether/internal/campaign"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/grant"
	"bellwether/internal/integration"
	"bellwether/internal/money"
	"bellwether/internal/platform"
	"bellwether/internal/store"
	"bellwether/internal/store/bolt"
)

const (
	ingestOrg = "0198f1c2-6b00-7a10-8b3e-4c1d2e3f4a5c"
	ingestID  = "0198f1c2-8d20-7c32-8d50-6e3f4a5b6c7d"
)

var ingestAt = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// connected is a table with one account whose sync is due.
func connected(t *testing.T) (store.Integrations, integration.Integration, integration.Sync) {
	t.Helper()
	table, err := bolt.Open(filepath.Join(t.TempDir(), "t.db"), bolt.Options{Now: func() time.Time { return ingestAt }, NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { table.Close() })
	ch, err := integration.Connect(integration.Spec{
		ID: ingestID, OrgID: ingestOrg, Platform: platform.Meta, Account: platform.Account{ID: "1", Name: "Shop", Currency: "USD", TimeZone: "UTC"},
	}, event.Edge(event.Derive("connect"), "user/1", ingestAt))
	if err != nil {
		t.Fatal(err)
	}
	accounts := store.Integrations{Table: table}
	sync := integration.Sync{OrgID: ingestOrg, IntegrationID: ingestID, NextAt: ingestAt, Version: 1}
	if err := accounts.Connect(t.Context(), "connect", integration.Integration{}, ch, grant.Record{OrgID: ingestOrg, IntegrationID: ingestID, Version: 1}, integration.Sync{}, sync); err != nil {
		t.Fatal(err)
	}
	return accounts, ch.Integration, sync
}

// found is a campaign that a sync has found, as a part of its page.
func found(t *testing.T) store.Ingest {
	t.Helper()
	id := campaign.DiscoveredID(ingestOrg, ingestID, "77")
	ch, err := campaign.Create(campaign.Spec{
		ID: id, OrgID: ingestOrg, Name: "Found", Objective: "sales", Currency: money.Currency("USD"), TimeZone: "UTC", Activate: true, CreatedBy: "1", Origin: campaign.OriginSync,
		Placements: []campaign.PlacementSpec{{Platform: platform.Meta, IntegrationID: ingestID, ExternalID: "77", Name: "Found"}},
	}, event.Edge(event.Derive("found"), "sync/1", ingestAt))
	if err != nil {
		t.Fatal(err)
	}
	link := integration.Link{ExternalID: "77", CampaignID: id, PlacementID: ch.Campaign.Placements[0].ID, Facts: "digest"}
	return store.Ingest{Out: campaign.Recorded{Change: ch}, Link: link}
}

// Whoever holds the sync writes; whoever was overtaken writes nothing, and neither does anybody for an
// account that has changed since it was read.
func TestIngestIsFenced(t *testing.T) {
	accounts, account, sync := connected(t)
	campaigns := store.Campaigns(accounts)
	taken, err := sync.Take("first", account, ingestAt)
	if err == nil {
		err = accounts.PutSync(t.Context(), sync, taken)
	}
	if err != nil {
		t.Fatal(err)
	}
	overtaken, err := taken.Take("second", account, ingestAt.Add(integration.LeaseTime))
	if err == nil {
		err = accounts.PutSync(t.Context(), taken, overtaken)
	}
	if err != nil {
		t.Fatal(err)
	}
	part := found(t)
	older := account
	older.Version--
	for name, write := range map[string]func() error{
		"the one that was overtaken":      func() error { return accounts.Ingest(t.Context(), "a", account, taken, part) },
		"for an account that has changed": func() error { return accounts.Ingest(t.Context(), "b", older, overtaken, part) },
	} {
		if err := write(); !fault.Is(err, fault.Conflict) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := campaigns.Get(t.Context(), ingestOrg, part.Link.CampaignID); !fault.Is(err, fault.NotFound) {
		t.Errorf("something was written: %v", err)
	}
	if err := accounts.Ingest(t.Context(), "c", account, overtaken, part); err != nil {
		t.Fatal(err)
	}
	links, err := accounts.Links(t.Context(), ingestOrg, ingestID)
	if err != nil || len(links) != 1 || links[0].Facts != "digest" {
		t.Errorf("links %+v, error %v", links, err)
	}
	if _, err := campaigns.Get(t.Context(), ingestOrg, part.Link.CampaignID); err != nil {
		t.Error(err)
	}
}
