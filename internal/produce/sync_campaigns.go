package produce

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"bellwether/internal/campaign"
	"bellwether/internal/fault"
	"bellwether/internal/integration"
	"bellwether/internal/obs"
	"bellwether/internal/platform"
	"bellwether/internal/store"
)

// step reads, writes and saves one page of the run's first step.
func (w *worker) step(ctx context.Context) error {
	switch w.sync.Run.Steps[0].Type {
	case integration.DataAccount:
		return w.readAccount(ctx)
	case integration.DataCampaigns:
		return w.readCampaigns(ctx)
	default:
		return w.readMetrics(ctx)
	}
}

// readAccount takes the account's own data: its name and zone may change, and the platform may close it.
func (w *worker) readAccount(ctx context.Context) error {
	var accounts []platform.Account
	err := w.call(ctx, func(c platform.Call) (err error) {
		accounts, err = w.connector.Accounts(ctx, c)
		return err
	})
	if err != nil {
		return err
	}
	n := slices.IndexFunc(accounts, func(a platform.Account) bool { return a.ID == w.account.Account.ID })
	if n < 0 {
		return w.refusal("accounts", platform.ClassAuthScope, "", "the grant no longer reaches the account")
	}
	if accounts[n].Suspended {
		return w.refusal("accounts", platform.ClassSuspended, "", "the platform closed the account")
	}
	if w.account.Posts() {
		w.sync.Run.DataAsOf = w.Now().UTC()
	}
	ends, cause := w.account.GrantEnds, w.sync.Run.Cause("account", w.Now())
	account, err := w.Accounts.Update(ctx, cause.ID, w.account.OrgID, w.account.ID, func(i integration.Integration) (integration.Change, error) {
		return i.Reread(accounts[n], cause)
	})
	if changed, ok := errors.AsType[*fault.Error](err); ok && changed.Kind == fault.Permanent {
		return w.refusal("accounts", platform.ClassInvalid, changed.Code, changed.Message)
	}
	if err != nil {
		return err
	}
	w.account = account.Renewed(ends)
	return w.save(ctx, "", "")
}

// refusal is a failure of the run that we found ourselves.
func (w *worker) refusal(op string, class platform.Class, code, message string) error {
	return &platform.Error{Platform: w.account.Platform, Op: op, Class: class, Code: code, Message: message}
}

// readCampaigns reads one page of campaigns. A new one becomes a campaign of ours; a known one is
// looked at when its digest changed, or when it isn't known to do what we want.
func (w *worker) readCampaigns(ctx context.Context) error {
	cursor := w.sync.Run.Steps[0].Cursor
	if cursor == "" {
		w.listed = map[string]bool{}
	}
	at := w.Now() // before the call: what the page tells is at least as new
	var page platform.CampaignPage
	err := w.call(ctx, func(c platform.Call) (err error) {
		page, err = w.ads.Campaigns(ctx, c, cursor)
		return err
	})
	if err != nil {
		return err
	}
	if w.sync.Run.DataAsOf.IsZero() {
		w.sync.Run.DataAsOf = at.UTC()
	}
	if err := w.readOrg(ctx); err != nil {
		return err
	}
	counts := w.sync.Run.Counts
	var jobs []job
	for _, seen := range page.Campaigns {
		if w.listed != nil {
			w.listed[seen.ID] = true
		}
		jobs = w.appendJob(jobs, seen, at, &counts)
	}
	if page.Next == "" {
		if jobs, err = w.appendMissing(ctx, jobs, at, &counts); err != nil {
			return err
		}
	}
	if err := w.write(ctx, "campaigns/"+cursor, jobs); err != nil {
		return err
	}
	w.sync.Run.Counts = counts
	return w.save(ctx, page.Next, "")
}

func (w *worker) appendJob(jobs []job, seen platform.Campaign, at time.Time, counts *integration.Counts) []job {
	link, known := w.links[seen.ID]
	facts, ended := campaign.Facts(seen), isGone(seen)
	if !known {
		if ended {
			counts.Skipped++
			return jobs
		}
		return append(jobs, w.discover(seen, facts, at, counts))
	}
	_, unsettled := w.unsettled[seen.ID]
	if link.Facts == facts && !unsettled && (link.Missing == 0 || ended) {
		counts.Unchanged++
		return jobs
	}
	link.Facts, link.Missing = facts, 0
	return append(jobs, w.observe(link, seen, at, counts))
}

// readOrg reads the organisation's settings, which new campaigns take their thresholds from.
func (w *worker) readOrg(ctx context.Context) error {
	if w.org != nil {
		return nil
	}
	org, err := w.Orgs.Org(ctx, w.account.OrgID)
	w.org = &org
	return err
}

func isGone(c platform.Campaign) bool {
	return c.Status == platform.StatusDeleted || c.Status == platform.StatusArchived
}

// discover makes a campaign of one that is seen for the first time. One that can't be a campaign of
// ours is left out: it must not keep the others from being read.
func (w *worker) discover(seen platform.Campaign, facts string, at time.Time, counts *integration.Counts) job {
	return job{
		make: func(ctx context.Context) (store.Ingest, bool, error) {
			ch, err := campaign.Discover(campaign.Discovery{
				OrgID: w.account.OrgID, Platform: w.account.Platform, IntegrationID: w.account.ID, Account: w.account.Account,
				ConnectedBy: w.account.ConnectedBy, Thresholds: w.org.Thresholds, Seen: seen, At: at,
			}, w.sync.Run.Cause("discover", w.Now()))
			if fault.Is(err, fault.Invalid) {
				obs.Note(ctx, "left out", seen.ID)
				return store.Ingest{}, false, nil
			}
			if err != nil {
				return store.Ingest{}, false, err
			}
			link := integration.Link{ExternalID: seen.ID, CampaignID: ch.Campaign.ID, PlacementID: ch.Campaign.Placements[0].ID, Facts: facts}
			return store.Ingest{Out: campaign.Recorded{Change: ch}, Link: link}, true, nil
		},
		done: func(part store.Ingest) {
			if part.Link.ExternalID == "" {
				counts.Skipped++
				return
			}
			counts.Added++
			w.links[seen.ID] = part.Link
		},
	}
}

// observe tells a known campaign what was seen of its placement.
func (w *worker) observe(link integration.Link, seen platform.Campaign, at time.Time, counts *integration.Counts) job {
	return job{campaignID: link.CampaignID,
		make: func(ctx context.Context) (store.Ingest, bool, error) {
			c, err := w.Campaigns.Get(ctx, w.account.OrgID, link.CampaignID)
			if err != nil {
				return store.Ingest{}, false, err
			}
			cause := w.sync.Run.Cause("observe", w.Now())
			rows, err := w.rows(ctx, c, nil, cause.At)
			if err != nil {
				return store.Ingest{}, false, err
			}
			ch, err := c.Observe(link.PlacementID, seen, at, rows, cause)
			if err != nil {
				return store.Ingest{}, false, err
			}
			part := store.Ingest{Before: c, Out: campaign.Recorded{Change: ch}, Link: link}
			return part, ch.Campaign.Version != c.Version || !same(link, w.links[link.ExternalID]), nil
		},
		done: func(part store.Ingest) {
			if part.Out.Campaign.Version != part.Before.Version {
				counts.Updated++
			} else {
				counts.Unchanged++
			}
			if link.Missing == gone {
				counts.Archived++
			}
			w.links[seen.ID] = link
		},
	}
}

func same(a, b integration.Link) bool {
	return a.Facts == b.Facts && a.Missing == b.Missing && maps.Equal(a.Days, b.Days)
}

// rows are the stored results that a change of the campaign needs, see campaign.Span.
func (w *worker) rows(ctx context.Context, c campaign.Campaign, fresh []campaign.Row, at time.Time) ([]campaign.Row, error) {
	from, to, ok := c.Span(fresh, at)
	if !ok {
		return nil, nil
	}
	return w.Campaigns.Rows(ctx, c.OrgID, c.ID, from, to)
}

const (
	// gone marks the tie of a campaign that its platform no longer has.
	gone = -1
	// missingTwice is how many syncs must miss a campaign for it to count as deleted.
	missingTwice = 2
	// maxLookups bounds the calls for campaigns that a listing leaves out.
	maxLookups = 50
)

// appendMissing looks for the campaigns that the listing no longer has. It needs to have seen the whole
// listing. One that two syncs in a row don't find is deleted.
func (w *worker) appendMissing(ctx context.Context, jobs []job, at time.Time, counts *integration.Counts) ([]job, error) {
	if w.listed == nil {
		return jobs, nil
	}
	lookups := 0
	for _, id := range slices.Sorted(maps.Keys(w.links)) {
		link := w.links[id]
		if w.listed[id] || link.Missing == gone || lookups == maxLookups {
			continue
		}
		lookups++
		var seen platform.Campaign
		err := w.call(ctx, func(c platform.Call) (err error) {
			seen, err = w.ads.Campaign(ctx, c, id)
			return err
		})
		switch {
		case err == nil && !isGone(seen):
			jobs = w.appendJob(jobs, seen, at, counts)
			continue
		case err == nil:
			link.Missing = gone
		case platform.Is(err, platform.ClassNotFound):
			seen = platform.Campaign{ID: id, Status: platform.StatusDeleted, RawStatus: "not found"}
			if link.Missing++; link.Missing >= missingTwice {
				link.Missing = gone
			}
		default:
			return nil, err
		}
		if link.Missing == gone {
			jobs = append(jobs, w.observe(link, seen, at, counts))
			continue
		}
		jobs = append(jobs, job{
			make: func(context.Context) (store.Ingest, bool, error) { return store.Ingest{Link: link}, true, nil },
			done: func(store.Ingest) { w.links[id] = link },
		})
	}
	return jobs, nil
}
