package store

import (
	"context"
	"fmt"
	"slices"

	"bellwether/internal/campaign"
	"bellwether/internal/fault"
	"bellwether/internal/integration"
)

// Links are the ties of an account's platform campaigns to ours, all of them.
func (s Integrations) Links(ctx context.Context, orgID, id string) ([]integration.Link, error) {
	items, err := All(ctx, s.Table, Query{Partition: Org(orgID).Account(id), From: linkPrefix, To: PrefixEnd(linkPrefix)}, 0)
	if err != nil {
		return nil, fmt.Errorf("read links of %s: %w", id, err)
	}
	return decodeAll(items, decodeJSON[integration.Link])
}

// UnsettledPlacements are those of the account that the next sync has to look at.
func (s Integrations) UnsettledPlacements(ctx context.Context, orgID, id string) ([]integration.Unsettled, error) {
	items, err := All(ctx, s.Table, Query{Partition: Org(orgID).Account(id), From: unsettledPrefix, To: PrefixEnd(unsettledPrefix)}, 0)
	if err != nil {
		return nil, fmt.Errorf("read unsettled placements of %s: %w", id, err)
	}
	return decodeAll(items, decodeJSON[integration.Unsettled])
}

// errTaken is the refusal of a placement whose platform campaign belongs to another campaign of ours.
func errTaken() error {
	return fault.New(fault.Conflict, "placement_taken", "this campaign of the platform is a placement of another campaign already")
}

// placementOps are the writes that go with a campaign's change: the ties of its new placements, and the
// marks on those that are not known to do what it wants. before is the zero value for a new campaign.
func placementOps(before, after campaign.Campaign) ([]Op, error) {
	var ops []Op
	org := Org(after.OrgID)
	for _, p := range after.Placements {
		if !p.Linked() {
			continue
		}
		old, had := before.Placement(p.ID)
		had = had && old.ID == p.ID
		discovered := before.Version == 0 && after.Origin == campaign.OriginSync
		if !had && !discovered { // of what it discovers a sync writes the tie itself
			item, err := jsonItem(org.Link(p.IntegrationID, p.ExternalID), integration.Link{
				ExternalID: p.ExternalID, CampaignID: after.ID, PlacementID: p.ID,
			})
			if err != nil {
				return nil, err
			}
			ops = append(ops, Put(item, NotExists()))
		}
		was, marked := mark(before, old, had)
		is, marks := mark(after, p, true)
		key := org.Unsettled(p.IntegrationID, p.ExternalID)
		switch {
		case is == was:
		case marked && !marks:
			ops = append(ops, Delete(key, Always()))
		default:
			item, err := jsonItem(key, is)
			if err != nil {
				return nil, err
			}
			ops = append(ops, Put(item, Always()))
		}
	}
	return ops, nil
}

// mark is what the next sync has to know of the placement; ok is false for nothing.
func mark(c campaign.Campaign, p campaign.Placement, there bool) (m integration.Unsettled, ok bool) {
	if !there || !p.Linked() || !c.NeedsLook(p) {
		return m, false
	}
	want, _ := c.Wants(p)
	return integration.Unsettled{ExternalID: p.ExternalID, CampaignID: c.ID, Want: want, Driven: c.Settled(p)}, true
}

// taken reports whether a conflict came of a placement that belongs to another campaign.
func (s Campaigns) taken(ctx context.Context, before, after campaign.Campaign) error {
	for _, p := range after.Placements {
		if _, had := before.Placement(p.ID); had || !p.Linked() {
			continue
		}
		item, err := s.Table.Get(ctx, Org(after.OrgID).Link(p.IntegrationID, p.ExternalID))
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return err
		}
		link, err := decodeJSON[integration.Link](item)
		if err != nil {
			return err
		}
		if link.CampaignID != after.ID {
			return errTaken()
		}
	}
	return nil
}

// Ingest is one campaign's part of a page that a sync read: the campaign's change with its rows, if
// any, and the tie with the new digests.
type Ingest struct {
	Before campaign.Campaign // the zero value for a new one
	Out    campaign.Recorded // Version of Before: the campaign itself did not change
	Link   integration.Link
}

// Ingest writes parts of a page in one transaction, under the fence of the sync: fault.Conflict when the
// sync was overtaken, or one of the campaigns changed. A campaign that is new is written only while the
// account is as it was read: whoever disconnects the account must find all of its campaigns.
func (s Integrations) Ingest(ctx context.Context, token string, account integration.Integration, fence integration.Sync, parts ...Ingest) error {
	ops := []Op{Check(Org(fence.OrgID).Sync(fence.IntegrationID), VersionIs(fence.Version))}
	if slices.ContainsFunc(parts, Ingest.fresh) {
		ops = append(ops, Check(Org(account.OrgID).Integration(account.ID), VersionIs(account.Version)))
	}
	for _, part := range parts {
		more, err := part.ops(fence)
		if err != nil {
			return err
		}
		ops = append(ops, more...)
	}
	return s.Table.Write(ctx, token, ops...)
}

// Size is how many ops of a transaction the part takes at most: every placement may get a mark.
func (p Ingest) Size() int {
	if p.Out.Campaign.Version == p.Before.Version {
		return 1
	}
	return 2 + len(p.Out.Campaign.Placements) + len(p.Out.Rows)
}

// fresh reports whether the part brings a campaign that is new.
func (p Ingest) fresh() bool { return p.Before.Version == 0 && p.Out.Campaign.Version > 0 }

func (p Ingest) ops(fence integration.Sync) ([]Op, error) {
	var ops []Op
	if p.Out.Campaign.Version != p.Before.Version {
		var err error
		if ops, err = recordOps(p.Before, p.Out); err != nil {
			return nil, err
		}
	}
	link, err := jsonItem(Org(fence.OrgID).Link(fence.IntegrationID, p.Link.ExternalID), p.Link)
	if err != nil {
		return nil, err
	}
	cond := Always()
	if p.fresh() { // else the tie alone may be written
		cond = NotExists()
	}
	return append(ops, Put(link, cond)), nil
}
