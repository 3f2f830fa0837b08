package listen

import (
	"context"
	"slices"

	"bellwether/internal/campaign"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/incident"
	"bellwether/internal/integration"
	"bellwether/internal/notification"
	"bellwether/internal/tenant"
)

// Accounts reads connected accounts.
type Accounts interface {
	Get(ctx context.Context, orgID, id string) (integration.Integration, error)
}

// AccountTiles takes the accounts' rows of the dashboard; one that is older than the one it has is dropped.
type AccountTiles interface {
	PutTile(ctx context.Context, orgID string, tile integration.Tile) error
}

// Runs takes what is told of runs too; an older word on a run is dropped.
type Runs interface {
	AccountTiles
	Put(ctx context.Context, orgID string, r integration.RunRecord) error
}

// Signals keeps what is wrong; a signal of an older version is dropped.
type Signals interface {
	Put(ctx context.Context, orgID string, signal incident.Signal) error
	Unresolved(ctx context.Context, orgID, key string) (bool, error)
}

// tile is the write of the account's row of the dashboard.
func tile(tiles AccountTiles, i integration.Integration) func(context.Context) error {
	return func(ctx context.Context) error { return tiles.PutTile(ctx, i.OrgID, integration.TileOf(i)) }
}

// signal is the write of a signal.
func signal(signals Signals, orgID string, s incident.Signal) func(context.Context) error {
	return func(ctx context.Context) error { return signals.Put(ctx, orgID, s) }
}

// accountSignals are the writes of all signals of an account: whether it is in reach decides on each.
func accountSignals(signals Signals, i integration.Integration, m event.Meta) []func(context.Context) error {
	return []func(context.Context) error{
		signal(signals, i.OrgID, incident.Sync(i, m)),
		signal(signals, i.OrgID, incident.Access(i, m)),
		signal(signals, i.OrgID, incident.Freshness(i, m)),
	}
}

// keepers are whom an account's troubles concern: the admins, and who connected it if still a member.
func keepers(r tenant.Roster, i integration.Integration) []string {
	return notification.Audience(r.Admins, members(r, []string{i.ConnectedBy}))
}

// others are the people, still members, who weren't told yet.
func others(r tenant.Roster, people, told []string) []string {
	left := slices.DeleteFunc(members(r, people), func(id string) bool { return slices.Contains(told, id) })
	return notification.Audience(left)
}

// readRoster, readAccount and readNamed are reads to be made side by side.
func readRoster(from Roster, orgID string, into *tenant.Roster) func(context.Context) error {
	return func(ctx context.Context) (err error) {
		*into, err = from.Roster(ctx, orgID)
		return err
	}
}

func readAccount(from Accounts, orgID, id string, into *integration.Integration) func(context.Context) error {
	return func(ctx context.Context) (err error) {
		*into, err = from.Get(ctx, orgID, id)
		return err
	}
}

// readNamed reads the campaigns that an event names, in its order; those that are not there, or can't
// be read, stay zero: they are missing in a text, which is no reason not to tell it.
func readNamed(from Campaigns, orgID string, ids []string) (list []campaign.Campaign, reads []func(context.Context) error) {
	list = make([]campaign.Campaign, len(ids))
	for i, id := range ids {
		reads = append(reads, func(ctx context.Context) error {
			c, err := from.Get(ctx, orgID, id)
			if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Permanent) {
				return nil
			}
			list[i] = c
			return err
		})
	}
	return list, reads
}
