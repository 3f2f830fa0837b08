package store

import (
	"context"
	"fmt"

	"bellwether/internal/analytics"
)

// Snapshots keeps the daily performance of campaigns.
type Snapshots struct{ Table Table }

// Put writes a snapshot; one computed from an older version of the campaign is dropped as success.
func (s Snapshots) Put(ctx context.Context, orgID string, snap analytics.Snapshot) error {
	item, err := jsonItem(Org(orgID).Snapshot(snap.CampaignID, snap.Date), snap)
	if err != nil {
		return err
	}
	item.AsOf = snap.Sequence
	return dropOutdated(s.Table.Write(ctx, "snapshot/"+snap.CampaignID+"/"+snap.Date, Put(item, Newer())))
}

// Latest are the newest snapshots of a campaign, the newest first.
func (s Snapshots) Latest(ctx context.Context, orgID, campaignID string, n int) ([]analytics.Snapshot, error) {
	items, err := All(ctx, s.Table, Query{
		Partition: Org(orgID).MetricDays(campaignID), From: SnapshotFrom(""), To: PrefixEnd(SnapshotFrom("")), Descending: true,
	}, n)
	if err != nil {
		return nil, fmt.Errorf("read snapshots of campaign %s: %w", campaignID, err)
	}
	return decodeAll(items, decodeJSON[analytics.Snapshot])
}
