package store

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"bellwether/internal/campaign"
	"bellwether/internal/event"
	"bellwether/internal/fault"
)

// Campaigns keeps campaigns and their daily results. A campaign is one item; its rows are items
// of the same partition.
type Campaigns struct{ Table Table }

// Get reads a campaign of the organisation; fault.NotFound for one that it does not have.
func (s Campaigns) Get(ctx context.Context, orgID, id string) (campaign.Campaign, error) {
	item, err := s.Table.Get(ctx, Org(orgID).Campaign(id))
	if fault.Is(err, fault.NotFound) {
		return campaign.Campaign{}, fault.New(fault.NotFound, "campaign_not_found", "there is no such campaign")
	}
	if err != nil {
		return campaign.Campaign{}, fmt.Errorf("read campaign %s: %w", id, err)
	}
	return decodeCampaign(item)
}

// Create writes a new campaign with its events.
func (s Campaigns) Create(ctx context.Context, token string, ch campaign.Change) error {
	ops, err := recordOps(campaign.Campaign{}, campaign.Recorded{Change: ch})
	if err != nil {
		return err
	}
	err = s.Table.Write(ctx, token, ops...)
	if fault.Is(err, fault.Conflict) {
		err = cmp.Or(s.taken(ctx, campaign.Campaign{}, ch.Campaign), err)
	}
	return err
}

// attempts is how often Update begins anew when somebody else wrote first.
const attempts = 8

// Update applies change to the campaign as it is now and writes the outcome with its events in one
// conditional write; when somebody else wrote first, it reads again and repeats. A change that
// leaves the version as it is writes nothing.
func (s Campaigns) Update(ctx context.Context, token, orgID, id string, change func(context.Context, campaign.Campaign) (campaign.Change, error)) (campaign.Campaign, error) {
	c, err := s.Get(ctx, orgID, id)
	if err != nil {
		return c, err
	}
	return s.UpdateFrom(ctx, token, c, change)
}

// UpdateFrom is Update for a campaign that was just read.
func (s Campaigns) UpdateFrom(ctx context.Context, token string, c campaign.Campaign, change func(context.Context, campaign.Campaign) (campaign.Change, error)) (campaign.Campaign, error) {
	return s.Record(ctx, token, c, func(ctx context.Context, c campaign.Campaign) (campaign.Recorded, error) {
		ch, err := change(ctx, c)
		return campaign.Recorded{Change: ch}, err
	})
}

// Record is UpdateFrom for a change that brings rows: they are written in the same transaction. At most MaxOps-1 rows.
func (s Campaigns) Record(ctx context.Context, token string, before campaign.Campaign, change func(context.Context, campaign.Campaign) (campaign.Recorded, error)) (campaign.Campaign, error) {
	for attempt := 1; ; attempt++ {
		out, err := change(ctx, before)
		if err != nil || out.Campaign.Version == before.Version {
			return before, err
		}
		ops, err := recordOps(before, out)
		if err != nil {
			return before, err
		}
		// The token names the version too: another try after a conflict is another write.
		err = s.Table.Write(ctx, token+"/"+strconv.FormatInt(out.Campaign.Version, 10), ops...)
		if err == nil {
			return out.Campaign, nil
		}
		if !fault.Is(err, fault.Conflict) || attempt == attempts {
			return before, err
		}
		if taken := s.taken(ctx, before, out.Campaign); taken != nil {
			return before, taken
		}
		if before, err = s.Get(ctx, before.OrgID, before.ID); err != nil {
			return before, err
		}
	}
}

func recordOps(before campaign.Campaign, out campaign.Recorded) ([]Op, error) {
	item, err := campaignItem(out.Change)
	if err != nil {
		return nil, err
	}
	ops := []Op{Put(item, since(before.Version))}
	placements, err := placementOps(before, out.Campaign)
	if err != nil {
		return nil, err
	}
	ops = append(ops, placements...)
	for _, row := range out.Rows {
		doc, err := json.Marshal(row)
		if err != nil {
			return nil, fmt.Errorf("encode a row: %w", err)
		}
		key := Org(out.Campaign.OrgID).MetricDay(out.Campaign.ID, row.Date, row.PlacementID)
		// The campaign's version guards its rows as well: whoever changes a row changes the totals.
		ops = append(ops, Put(Item{Key: key, Doc: string(doc)}, Always()))
	}
	return ops, nil
}

// Rows are the stored results of the days from and to, both inclusive, in order of day.
func (s Campaigns) Rows(ctx context.Context, orgID, id, from, to string) ([]campaign.Row, error) {
	items, err := All(ctx, s.Table, Query{
		Partition: Org(orgID).MetricDays(id), From: MetricDayFrom(from), To: PrefixEnd(MetricDayFrom(to)),
	}, 0)
	if err != nil {
		return nil, fmt.Errorf("read rows of campaign %s: %w", id, err)
	}
	return decodeRows(items)
}

// RowPage is one page of the same; after is a former next.
func (s Campaigns) RowPage(ctx context.Context, orgID, id, from, to string, limit int, after string) (rows []campaign.Row, next string, err error) {
	items, next, err := Merge(ctx, s.Table, Query{
		From: MetricDayFrom(from), To: PrefixEnd(MetricDayFrom(to)), Limit: limit,
	}, []string{Org(orgID).MetricDays(id)}, after)
	if err != nil {
		return nil, "", err
	}
	rows, err = decodeRows(items)
	return rows, next, err
}

// List reads one page of the organisation's campaigns in order of name; after is a former next.
func (s Campaigns) List(ctx context.Context, orgID string, limit int, after string) (list []campaign.Campaign, next string, err error) {
	items, next, err := Merge(ctx, s.Table, Query{Indexed: true, Limit: limit}, shards(Org(orgID).Campaigns), after)
	if err != nil {
		return nil, "", fmt.Errorf("list campaigns: %w", err)
	}
	list, err = decodeAll(items, decodeCampaign)
	return list, next, err
}

// Namesakes are the organisation's campaigns of that name, whatever its capitals, but for the one
// with the given id. Mostly there are none, so the index alone is asked first.
func (s Campaigns) Namesakes(ctx context.Context, orgID, name, id string) ([]campaign.Campaign, error) {
	place, own := Org(orgID).CampaignList(name, ""), Org(orgID).Campaign(id)
	found, err := All(ctx, s.Table, Query{Indexed: true, Partition: place.PK, From: place.SK, To: PrefixEnd(place.SK), KeysOnly: true}, 50)
	if err != nil {
		return nil, fmt.Errorf("find campaigns by name: %w", err)
	}
	var list []campaign.Campaign
	for _, item := range found {
		if item.Key == own {
			continue
		}
		item, err := s.Table.Get(ctx, item.Key)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read a namesake: %w", err)
		}
		c, err := decodeCampaign(item)
		if err != nil {
			return nil, err
		}
		// A name may hold the separator: "a#b" lies in the range of "a".
		if foldName(c.Name) == foldName(name) {
			list = append(list, c)
		}
	}
	return list, nil
}

func campaignItem(ch campaign.Change) (Item, error) {
	c := ch.Campaign
	doc, err := json.Marshal(c)
	if err != nil {
		return Item{}, fmt.Errorf("encode campaign %s: %w", c.ID, err)
	}
	events, err := encodeEvents(ch.Events)
	if err != nil {
		return Item{}, err
	}
	return Item{
		Key: Org(c.OrgID).Campaign(c.ID), Index: Org(c.OrgID).CampaignList(c.Name, c.ID),
		Version: c.Version, Doc: string(doc), Events: events,
	}, nil
}

// encodeEvents is the events attribute; without events it is empty, so that the stream's filter passes the item by.
func encodeEvents(events []event.Raw) (string, error) {
	if len(events) == 0 {
		return "", nil
	}
	b, err := json.Marshal(events)
	if err != nil {
		return "", fmt.Errorf("encode events: %w", err)
	}
	return string(b), nil
}

func decodeCampaign(item Item) (campaign.Campaign, error) {
	var c campaign.Campaign
	if err := json.Unmarshal([]byte(item.Doc), &c); err != nil {
		return c, fault.Wrap(err, fault.Permanent, "bad_record", "a stored campaign can't be read")
	}
	c.Version = item.Version
	return c, nil
}

func decodeRows(items []Item) ([]campaign.Row, error) {
	return decodeAll(items, decodeJSON[campaign.Row])
}

func decodeAll[T any](items []Item, decode func(Item) (T, error)) ([]T, error) {
	list := make([]T, 0, len(items))
	for _, item := range items {
		v, err := decode(item)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, nil
}

// decodeJSON reads an item whose document is all of it.
func decodeJSON[T any](item Item) (v T, err error) {
	err = json.Unmarshal([]byte(item.Doc), &v)
	return v, fault.Wrap(err, fault.Permanent, "bad_record", "a stored record can't be read")
}

func foldName(name string) string { return strings.ToLower(strings.TrimSpace(name)) }
