package storetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/grant"
	"bellwether/internal/integration"
	"bellwether/internal/platform"
	"bellwether/internal/store"
)

// Of a run the newest word stands, in whatever order they come; runs are listed the newest first, of
// one account, and for 35 days.
func testRuns(t *testing.T, h Harness) {
	runs := store.Runs{Table: h.Table}
	start := h.Clock.Now()
	put := func(account string, n int, status string, sequence int64) {
		t.Helper()
		r := integration.RunRecord{
			RunID: event.Derive("run", fmt.Sprint(n)), IntegrationID: account, Status: status, StartedAt: start.Add(time.Duration(n) * time.Hour), Sequence: sequence,
		}
		if err := runs.Put(t.Context(), someOrg, r); err != nil {
			t.Fatal(err)
		}
	}
	put("a", 1, "succeeded", 3)
	put("a", 1, "retrying", 2)
	put("a", 2, "retrying", 4)
	put("a", 2, "failed", 5)
	put("a", 3, "partial", 6)
	put("b", 1, "failed", 1)
	list := func(account string) (got []string) {
		t.Helper()
		for after := ""; ; {
			page, next, err := runs.List(t.Context(), someOrg, account, 2, after)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range page {
				got = append(got, r.Status)
			}
			if after = next; after == "" {
				return got
			}
		}
	}
	if got := list("a"); !slices.Equal(got, []string{"partial", "failed", "succeeded"}) {
		t.Errorf("runs %v", got)
	}
	h.Clock.Add(35*24*time.Hour + 2*time.Hour)
	if got := list("a"); !slices.Equal(got, []string{"partial"}) {
		t.Errorf("after 35 days %v", got)
	}
}

// Of a row of the dashboard the newest version stands.
func testTiles(t *testing.T, h Harness) {
	runs := store.Runs{Table: h.Table}
	for _, tile := range []integration.Tile{
		{IntegrationID: "b", Failures: 1, Version: 2}, {IntegrationID: "a", Failures: 3, Version: 3},
		{IntegrationID: "b", Failures: 0, Version: 1}, {IntegrationID: "a", Failures: 4, Version: 4},
	} {
		if err := runs.PutTile(t.Context(), someOrg, tile); err != nil {
			t.Fatal(err)
		}
	}
	tiles, err := runs.Tiles(t.Context(), someOrg)
	want := []integration.Tile{{IntegrationID: "a", Failures: 4, Version: 4}, {IntegrationID: "b", Failures: 1, Version: 2}}
	if err != nil || !slices.Equal(tiles, want) {
		t.Errorf("tiles %+v, error %v", tiles, err)
	}
	if others, err := runs.Tiles(t.Context(), otherOrg); err != nil || len(others) != 0 {
		t.Errorf("another organisation sees %+v, error %v", others, err)
	}
}

// A grant is written by whoever read its newest version; dropping it twice is no error.
func testGrants(t *testing.T, h Harness) {
	a := connect(t, h, "1")
	grants := a.grants()
	for _, tt := range []struct {
		holder string
		before int64
		ok     bool
	}{{"first", 1, true}, {"second", 1, false}, {"second", 2, true}} {
		r := grant.Record{OrgID: someOrg, IntegrationID: a.is.ID, Sealed: []byte(tt.holder), Holder: tt.holder, Version: tt.before + 1}
		if err := grants.PutGrant(t.Context(), r, tt.before); (err == nil) != tt.ok || err != nil && !fault.Is(err, fault.Conflict) {
			t.Errorf("%+v: %v", tt, err)
		}
	}
	if got, err := grants.Grant(t.Context(), someOrg, a.is.ID); err != nil || got.Holder != "second" || got.Version != 3 {
		t.Errorf("grant %+v, error %v", got, err)
	}
	for range 2 {
		if err := grants.DropGrant(t.Context(), someOrg, a.is.ID); err != nil {
			t.Error(err)
		}
	}
	if _, err := grants.Grant(t.Context(), someOrg, a.is.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("after it was dropped: %v", err)
	}
	conflicts(t, "a renewal after that", grants.PutGrant(t.Context(), grant.Record{OrgID: someOrg, IntegrationID: a.is.ID, Version: 4}, 3))
}

// A person's attempt to connect goes from version to version, and is gone when its time is over.
func testConnections(t *testing.T, h Harness) {
	grants := store.Grants{Table: h.Table}
	c := integration.Connection{ID: "c", OrgID: someOrg, Status: integration.ConnectionPending, ExpiresAt: h.Clock.Now().Add(integration.ConnectionLifetime), Version: 1}
	if err := grants.PutConnection(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	c.Status, c.Version = integration.ConnectionWorking, 2
	if err := grants.PutConnection(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	c.Status = integration.ConnectionFailed
	conflicts(t, "a second one of the same version", grants.PutConnection(t.Context(), c))
	if got, err := grants.Connection(t.Context(), someOrg, "c"); err != nil || got.Status != integration.ConnectionWorking || got.Version != 2 {
		t.Errorf("%+v, error %v", got, err)
	}
	if _, err := grants.Connection(t.Context(), otherOrg, "c"); !fault.Is(err, fault.NotFound) {
		t.Errorf("another organisation reads it: %v", err)
	}
	h.Clock.Add(integration.ConnectionLifetime)
	if _, err := grants.Connection(t.Context(), someOrg, "c"); !fault.Is(err, fault.NotFound) {
		t.Errorf("after its time: %v", err)
	}
}

// A webhook's delivery is taken once; who took it may say so again.
func testDeliveries(t *testing.T, h Harness) {
	accounts := store.Integrations{Table: h.Table}
	take := func(platformName, claimant string) error {
		return accounts.TakeDelivery(t.Context(), platformName, "7", claimant, h.Clock.Now())
	}
	for range 2 {
		if err := take(platform.Meta, "first"); err != nil {
			t.Error(err)
		}
	}
	conflicts(t, "a repeat", take(platform.Meta, "second"))
	if err := take(platform.LinkedIn, "second"); err != nil {
		t.Errorf("of another platform: %v", err)
	}
}
