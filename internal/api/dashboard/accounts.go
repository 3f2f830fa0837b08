package dashboard

import (
	"time"

	"bellwether/internal/api"
	"bellwether/internal/integration"
)

// accounts are the ad accounts at the given time, how many of the connected ones are stale, and the age
// of their oldest data: nil while one of them has none yet.
func accounts(tiles []integration.Tile, now time.Time) (list []api.AccountTile, outdated int, asOf *time.Time) {
	list = []api.AccountTile{}
	missing := false
	for _, t := range tiles {
		old := stale(t, now)
		list = append(list, api.AccountTile{
			IntegrationId: t.IntegrationID, Platform: t.Platform, Name: t.AccountName, Status: api.IntegrationStatus(t.Status),
			Failures: t.Failures, LastSuccessAt: api.Moment(t.LastSuccessAt), DataAsOf: api.Moment(t.DataAsOf), Stale: old,
		})
		if t.Status != integration.Connected {
			continue
		}
		if old {
			outdated++
		}
		missing = missing || t.DataAsOf.IsZero()
		if asOf == nil || t.DataAsOf.Before(*asOf) {
			asOf = &t.DataAsOf
		}
	}
	if missing {
		asOf = nil
	}
	return list, outdated, asOf
}

// stale reports whether the account had no successful sync in twice its interval.
func stale(t integration.Tile, now time.Time) bool {
	return now.Sub(t.LastSuccessAt) > 2*time.Duration(t.EveryMinutes)*time.Minute
}
