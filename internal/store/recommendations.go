package store

import (
	"context"
	"fmt"
	"time"

	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/recommendation"
)

// Recommendations keeps what there is to recommend about campaigns, and what people said to it.
type Recommendations struct{ Table Table }

const recommendationTTL = 400 * 24 * time.Hour

// Offer keeps what was found, or brings what its week has up to date: see recommendation.Offer.
func (s Recommendations) Offer(ctx context.Context, found recommendation.Recommendation, managerIDs []string, cause event.Cause) error {
	return again(func() error {
		before, err := s.Get(ctx, found.OrgID, found.ID)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		ch, err := recommendation.Offer(before, found, managerIDs, cause)
		if err != nil || ch.Recommendation.Version == before.Version {
			return err
		}
		return s.write(ctx, cause.ID, before.Version, ch)
	})
}

// Get reads a recommendation; fault.NotFound for one that the organisation does not have.
func (s Recommendations) Get(ctx context.Context, orgID, id string) (recommendation.Recommendation, error) {
	item, err := s.Table.Get(ctx, Org(orgID).Recommendation(id))
	if fault.Is(err, fault.NotFound) {
		return recommendation.Recommendation{}, fault.New(fault.NotFound, "recommendation_not_found", "there is no such recommendation")
	}
	if err != nil {
		return recommendation.Recommendation{}, fmt.Errorf("read recommendation %s: %w", id, err)
	}
	return decodeRecommendation(item)
}

// Update applies change to a recommendation; when somebody else wrote first, it reads again and repeats.
func (s Recommendations) Update(ctx context.Context, token, orgID, id string, change func(recommendation.Recommendation) (recommendation.Recommendation, error)) (r recommendation.Recommendation, err error) {
	err = again(func() error {
		before, err := s.Get(ctx, orgID, id)
		if err != nil {
			return err
		}
		if r, err = change(before); err != nil || r.Version == before.Version {
			return err
		}
		return s.write(ctx, token, before.Version, recommendation.Change{Recommendation: r})
	})
	return r, err
}

func (s Recommendations) write(ctx context.Context, token string, before int64, ch recommendation.Change) error {
	r := ch.Recommendation
	item, err := jsonItem(Org(r.OrgID).Recommendation(r.ID), r)
	if err != nil {
		return err
	}
	at := r.ExpiresAt // so that the open ones are told from the expired ones by a range
	if r.Answer != nil {
		at = r.Answer.At
	}
	item.Version, item.Index = r.Version, Org(r.OrgID).RecommendationList(string(r.State), r.ID, at)
	item.ExpiresAt = r.UpdatedAt.Add(recommendationTTL).Truncate(time.Second)
	if item.Events, err = encodeEvents(ch.Events); err != nil {
		return err
	}
	return s.Table.Write(ctx, versioned(token+"/"+r.ID, r.Version), Put(item, since(before)))
}

// RecommendationFilter says which recommendations are meant.
type RecommendationFilter struct {
	State      recommendation.State // as of now
	CampaignID string               // "": of any
}

// List reads one page of the organisation's recommendations in a state, those first whose numbers are the
// newest, or whose answer is; after is a former next. A page may be short, even empty, and still have a
// next: little of what was looked through was of the campaign.
func (s Recommendations) List(ctx context.Context, orgID string, f RecommendationFilter, now time.Time, limit int, after string) (list []recommendation.Recommendation, next string, err error) {
	q, state := Query{Indexed: true, Descending: true, Limit: limit}, f.State
	switch f.State {
	case recommendation.Open:
		q.From = PrefixEnd(Stamp(now))
	case recommendation.Expired:
		q.To, state = PrefixEnd(Stamp(now)), recommendation.Open
	}
	partition := Org(orgID).RecommendationsIn(string(state))
	for range filterPages {
		items, more, err := Merge(ctx, s.Table, q, []string{partition}, after)
		if err != nil {
			return nil, "", fmt.Errorf("list recommendations: %w", err)
		}
		for _, item := range items {
			r, err := decodeRecommendation(item)
			if err != nil {
				return nil, "", err
			}
			if f.CampaignID != "" && f.CampaignID != r.CampaignID {
				continue
			}
			if list = append(list, r); len(list) == limit {
				return list, q.sortKey(item), nil
			}
		}
		if after = more; more == "" {
			break
		}
	}
	return list, after, nil
}

func decodeRecommendation(item Item) (recommendation.Recommendation, error) {
	r, err := decodeJSON[recommendation.Recommendation](item)
	r.Version = item.Version
	return r, err
}
