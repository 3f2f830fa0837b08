package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"bellwether/internal/fault"
	"bellwether/internal/grant"
	"bellwether/internal/integration"
)

// Integrations keeps connected accounts and the course of their syncs.
type Integrations struct{ Table Table }

// Get reads an account of the organisation; fault.NotFound for one that it does not have.
func (s Integrations) Get(ctx context.Context, orgID, id string) (integration.Integration, error) {
	item, err := s.Table.Get(ctx, Org(orgID).Integration(id))
	if fault.Is(err, fault.NotFound) {
		return integration.Integration{}, fault.New(fault.NotFound, "integration_not_found", "there is no such integration")
	}
	if err != nil {
		return integration.Integration{}, fmt.Errorf("read integration %s: %w", id, err)
	}
	return decodeIntegration(item)
}

// List are the organisation's accounts, in order of id.
func (s Integrations) List(ctx context.Context, orgID string) ([]integration.Integration, error) {
	items, err := All(ctx, s.Table, Query{Partition: Org(orgID).Integrations(), From: integrationPrefix, To: PrefixEnd(integrationPrefix)}, 0)
	if err != nil {
		return nil, fmt.Errorf("list integrations: %w", err)
	}
	return decodeAll(items, decodeIntegration)
}

// Connect writes a connected account with its grant and its first sync, in one transaction. before is
// the account as it was, the zero value for a new one; the same goes for the sync.
func (s Integrations) Connect(ctx context.Context, token string, before integration.Integration, ch integration.Change, g grant.Record, syncBefore, sync integration.Sync) error {
	i := ch.Integration
	account, err := integrationItem(ch)
	if err != nil {
		return err
	}
	course, err := syncItem(sync)
	if err != nil {
		return err
	}
	sealed, err := grantItem(g)
	if err != nil {
		return err
	}
	owner, err := jsonItem(AccountOwner(i.Platform, i.Account.ID, i.OrgID, i.ID), struct{}{})
	if err != nil {
		return err
	}
	return s.Table.Write(ctx, token, Put(account, since(before.Version)), Put(course, since(syncBefore.Version)), Put(sealed, Always()), Put(owner, Always()))
}

// since is the condition that nobody wrote after version; 0 is before the first.
func since(version int64) Condition {
	if version == 0 {
		return NotExists()
	}
	return VersionIs(version)
}

// Update applies change to the account as it is now and writes the outcome with its events; when
// somebody else wrote first, it reads again and repeats. Without a new version nothing is written.
func (s Integrations) Update(ctx context.Context, token, orgID, id string, change func(integration.Integration) (integration.Change, error)) (integration.Integration, error) {
	for attempt := 1; ; attempt++ {
		before, err := s.Get(ctx, orgID, id)
		if err != nil {
			return before, err
		}
		ch, err := change(before)
		if err != nil || ch.Integration.Version == before.Version {
			return before, err
		}
		item, err := integrationItem(ch)
		if err != nil {
			return before, err
		}
		err = s.Table.Write(ctx, versioned(token, ch.Integration.Version), Put(item, VersionIs(before.Version)))
		if err == nil {
			return ch.Integration, nil
		}
		if !fault.Is(err, fault.Conflict) || attempt == attempts {
			return before, err
		}
	}
}

func versioned(token string, version int64) string {
	return token + "/" + strconv.FormatInt(version, 10)
}

// Sync reads the course of an account's syncs.
func (s Integrations) Sync(ctx context.Context, orgID, id string) (integration.Sync, error) {
	item, err := s.Table.Get(ctx, Org(orgID).Sync(id))
	if err != nil {
		return integration.Sync{}, fmt.Errorf("read the sync of %s: %w", id, err)
	}
	sync, err := decodeJSON[integration.Sync](item)
	sync.Version = item.Version
	return sync, err
}

// PutSync writes the next version of a sync; fault.Conflict when somebody else wrote first.
func (s Integrations) PutSync(ctx context.Context, before, next integration.Sync) error {
	item, err := syncItem(next)
	if err != nil {
		return err
	}
	return s.Table.Write(ctx, versioned("sync/"+next.IntegrationID, next.Version), Put(item, VersionIs(before.Version)))
}

// AskSync makes a sync due as ask says; when somebody else wrote first, it reads again and repeats.
func (s Integrations) AskSync(ctx context.Context, orgID, id string, ask func(integration.Sync) integration.Sync) (integration.Sync, error) {
	for attempt := 1; ; attempt++ {
		before, err := s.Sync(ctx, orgID, id)
		if err != nil {
			return before, err
		}
		next := ask(before)
		if next.Version == before.Version {
			return before, nil
		}
		err = s.PutSync(ctx, before, next)
		if err == nil {
			return next, nil
		}
		if !fault.Is(err, fault.Conflict) || attempt == attempts {
			return before, err
		}
	}
}

// Settle writes what an attempt came to: the sync, under its fence, and the account with its events.
func (s Integrations) Settle(ctx context.Context, token string, before integration.Sync, was integration.Integration, out integration.Settled) error {
	course, err := syncItem(out.Sync)
	if err != nil {
		return err
	}
	ops := []Op{Put(course, VersionIs(before.Version))}
	if out.Change.Integration.Version != was.Version {
		account, err := integrationItem(out.Change)
		if err != nil {
			return err
		}
		ops = append(ops, Put(account, VersionIs(was.Version)))
	}
	return s.Table.Write(ctx, versioned(token, out.Sync.Version), ops...)
}

// Release deletes what a disconnected account leaves behind: its grant, and its place on the schedule.
func (s Integrations) Release(ctx context.Context, token string, before integration.Sync, was integration.Integration, out integration.Settled) error {
	course, err := syncItem(out.Sync)
	if err != nil {
		return err
	}
	account, err := integrationItem(out.Change)
	if err != nil {
		return err
	}
	org := Org(was.OrgID)
	return s.Table.Write(ctx, versioned(token, out.Sync.Version),
		Put(course, VersionIs(before.Version)), Put(account, VersionIs(was.Version)), Delete(org.Grant(was.ID), Always()),
		Delete(AccountOwner(was.Platform, was.Account.ID, was.OrgID, was.ID), Always()))
}

// Due is an account whose sync is due.
type Due struct {
	OrgID, IntegrationID string
	At                   time.Time
}

// DueSyncs reads one page of the accounts of a shard whose sync is due at until or before, the
// longest-waiting first; after is a former next.
func (s Integrations) DueSyncs(ctx context.Context, shard int, until time.Time, limit int, after string) (list []Due, next string, err error) {
	page, err := s.Table.Query(ctx, Query{Indexed: true, Partition: DueSyncs(shard), To: PrefixEnd(Stamp(until)), Limit: limit, After: after, KeysOnly: true})
	if err != nil {
		return nil, "", fmt.Errorf("read due syncs: %w", err)
	}
	for _, item := range page.Items {
		orgID, id, at, err := parseDueSync(item.Index.SK)
		if err != nil {
			return nil, "", fault.Wrap(err, fault.Permanent, "bad_record", "a place on the schedule can't be read")
		}
		list = append(list, Due{orgID, id, at})
	}
	return list, page.Next, nil
}

// Owners are the accounts by which organisations have connected a platform's ad account.
func (s Integrations) Owners(ctx context.Context, platformName, accountID string) ([]Due, error) {
	items, err := All(ctx, s.Table, Query{Partition: AccountOwners(platformName, accountID), KeysOnly: true}, MaxPage)
	if err != nil {
		return nil, fmt.Errorf("find an account's organisations: %w", err)
	}
	var list []Due
	for _, item := range items {
		orgID, id, _, err := parseDueSync("20060102T150405.000000Z#" + item.SK)
		if err != nil {
			return nil, err
		}
		list = append(list, Due{OrgID: orgID, IntegrationID: id})
	}
	return list, nil
}

// TakeDelivery remembers a webhook's delivery; fault.Conflict for one that was taken before.
func (s Integrations) TakeDelivery(ctx context.Context, platformName, id, claimant string, now time.Time) error {
	item, err := jsonItem(Delivery(platformName, id), map[string]string{"claimant": claimant})
	if err != nil {
		return err
	}
	item.ExpiresAt = now.Add(14 * 24 * time.Hour).Truncate(time.Second)
	return s.Table.Write(ctx, claimant, Put(item, NotExists()))
}

func integrationItem(ch integration.Change) (Item, error) {
	i := ch.Integration
	item, err := jsonItem(Org(i.OrgID).Integration(i.ID), i)
	if err != nil {
		return Item{}, err
	}
	item.Version = i.Version
	item.Events, err = encodeEvents(ch.Events)
	return item, err
}

func decodeIntegration(item Item) (integration.Integration, error) {
	i, err := decodeJSON[integration.Integration](item)
	i.Version = item.Version
	return i, err
}

func syncItem(sync integration.Sync) (Item, error) {
	doc, err := json.Marshal(sync)
	if err != nil {
		return Item{}, fmt.Errorf("encode a sync: %w", err)
	}
	item := Item{Key: Org(sync.OrgID).Sync(sync.IntegrationID), Version: sync.Version, Doc: string(doc)}
	if !sync.NextAt.IsZero() {
		item.Index = DueSync(sync.OrgID, sync.IntegrationID, sync.NextAt)
	}
	return item, nil
}
