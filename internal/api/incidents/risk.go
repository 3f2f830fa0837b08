package incidents

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"bellwether/internal/campaign"
	"bellwether/internal/fault"
	"bellwether/internal/incident"
	"bellwether/internal/money"
	"bellwether/internal/parallel"
)

// risk is the money that an hour of an incident may cost.
type risk struct {
	perHour []money.Amount // one a currency, in order of its code; none is 0
	partial bool           // not all campaigns were looked at: it is at least this
}

// mostCampaigns is how many campaigns one request looks at: each takes two reads.
const mostCampaigns = 200

// risks are those of the open incidents, by id.
func (a API) risks(ctx context.Context, orgID string, list []incident.Incident) (map[string]risk, error) {
	list = slices.DeleteFunc(slices.Clone(list), func(i incident.Incident) bool { return !i.Open() })
	accounts, err := a.campaignsOf(ctx, orgID, list)
	if err != nil {
		return nil, err
	}
	wanted := map[string]bool{}
	for _, i := range list {
		for _, id := range concerned(i, accounts) {
			wanted[id] = true
		}
	}
	ids := slices.Sorted(maps.Keys(wanted))
	seen, err := a.look(ctx, orgID, ids[:min(len(ids), mostCampaigns)])
	if err != nil {
		return nil, err
	}
	out := map[string]risk{}
	for _, i := range list {
		if out[i.ID], err = riskOf(i, concerned(i, accounts), seen); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// concerned are the ids of the campaigns whose money an incident puts at risk.
func concerned(i incident.Incident, accounts map[string][]string) []string {
	if id, ok := i.AtAccount(); ok {
		return accounts[id]
	}
	if id, ok := i.AtCampaign(); ok {
		return []string{id}
	}
	return nil
}

// campaignsOf are the ids of the campaigns of each account that an incident is of, sorted.
func (a API) campaignsOf(ctx context.Context, orgID string, list []incident.Incident) (map[string][]string, error) {
	accounts := map[string][]string{}
	for _, i := range list {
		if id, ok := i.AtAccount(); ok {
			accounts[id] = nil
		}
	}
	ids := slices.Sorted(maps.Keys(accounts))
	found := make([][]string, len(ids))
	reads := make([]func(context.Context) error, len(ids))
	for n, id := range ids {
		reads[n] = func(ctx context.Context) error {
			links, err := a.Accounts.Links(ctx, orgID, id)
			for _, l := range links {
				found[n] = append(found[n], l.CampaignID)
			}
			slices.Sort(found[n])
			found[n] = slices.Compact(found[n])
			return err
		}
	}
	err := parallel.Do(ctx, reads...)
	for n, id := range ids {
		accounts[id] = found[n]
	}
	return accounts, err
}

// sight is a campaign with its latest results.
type sight struct {
	campaign campaign.Campaign
	rows     []campaign.Row
}

// look reads the campaigns; one that is gone puts nothing at risk.
func (a API) look(ctx context.Context, orgID string, ids []string) (map[string]sight, error) {
	found := make([]sight, len(ids))
	reads := make([]func(context.Context) error, len(ids))
	for n, id := range ids {
		reads[n] = func(ctx context.Context) (err error) {
			s := &found[n]
			s.campaign, err = a.Campaigns.Get(ctx, orgID, id)
			if fault.Is(err, fault.NotFound) {
				return nil
			}
			from, to, ok := incident.RiskDays(s.campaign)
			if err != nil || !ok {
				return err
			}
			s.rows, err = a.Campaigns.Rows(ctx, orgID, id, from, to)
			return err
		}
	}
	err := parallel.Do(ctx, reads...)
	seen := map[string]sight{}
	for n, id := range ids {
		seen[id] = found[n]
	}
	return seen, err
}

// riskOf adds up the campaigns' money, each currency by itself.
func riskOf(i incident.Incident, campaigns []string, seen map[string]sight) (out risk, err error) {
	sums := map[money.Currency]money.Amount{}
	for _, id := range campaigns {
		s, ok := seen[id]
		if !ok {
			out.partial = true
			continue
		}
		var cost money.Amount
		if account, ok := i.AtAccount(); ok {
			cost, err = incident.Unseen(s.campaign, s.rows, account)
		} else {
			cost, err = incident.Unheld(s.campaign, s.rows)
		}
		if err != nil {
			return out, err
		}
		sum := cmp.Or(sums[cost.Currency], money.Of(0, cost.Currency))
		if sums[cost.Currency], err = sum.Add(cost); err != nil {
			return out, err
		}
	}
	for _, currency := range slices.Sorted(maps.Keys(sums)) {
		if sums[currency].Micros > 0 {
			out.perHour = append(out.perHour, sums[currency])
		}
	}
	return out, nil
}
