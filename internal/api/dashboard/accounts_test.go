package dashboard

import (
	"testing"
	"time"

	"bellwether/internal/integration"
)

func TestAccounts(t *testing.T) {
	now := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	account := func(id string, status integration.Status, success, asOf time.Duration) integration.Tile {
		tile := integration.Tile{IntegrationID: id, Platform: "meta", AccountName: "Account " + id, Status: status, EveryMinutes: 15, Version: 3}
		if success > 0 {
			tile.LastSuccessAt, tile.DataAsOf = now.Add(-success), now.Add(-asOf)
		}
		return tile
	}
	fresh := account("a", integration.Connected, 30*time.Minute, 31*time.Minute)
	old := account("b", integration.Connected, 31*time.Minute, 32*time.Minute)
	never := account("c", integration.Connected, 0, 0)
	lost := account("d", integration.NeedsReconnect, 9*time.Hour, 9*time.Hour)
	cases := map[string]struct {
		given []integration.Tile
		stale int
		asOf  time.Duration // 0: not told
	}{
		"no accounts":                     {nil, 0, 0},
		"twice the interval is in time":   {[]integration.Tile{fresh}, 0, 31 * time.Minute},
		"later is not":                    {[]integration.Tile{fresh, old}, 1, 32 * time.Minute},
		"one without data yet":            {[]integration.Tile{fresh, never}, 1, 0},
		"what is out of reach is no news": {[]integration.Tile{lost, fresh}, 0, 31 * time.Minute},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			d, _ := get(t, &rows{accounts: c.given}, now, "", "")
			if len(d.Accounts) != len(c.given) || d.StaleAccounts != c.stale {
				t.Errorf("%d accounts, %d stale", len(d.Accounts), d.StaleAccounts)
			}
			switch {
			case c.asOf == 0 && d.DataAsOf != nil, c.asOf > 0 && (d.DataAsOf == nil || !d.DataAsOf.Equal(now.Add(-c.asOf))):
				t.Errorf("data as of %v", d.DataAsOf)
			}
			for n, a := range d.Accounts {
				if want := c.given[n]; a.IntegrationId != want.IntegrationID || a.Name != want.AccountName || string(a.Status) != string(want.Status) {
					t.Errorf("account %+v of %+v", a, want)
				}
			}
		})
	}
}

// A change of an account is a change of the dashboard.
func TestAccountsAreInTheETag(t *testing.T) {
	now := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	r := &rows{accounts: tiles{{IntegrationID: "a", Status: integration.Connected, Version: 3}}}
	before, _ := get(t, r, now, "", "")
	r.accounts[0].Version++
	if after, _ := get(t, r, now, "", ""); after.Version == before.Version {
		t.Error("another version of an account, the same ETag")
	}
}
