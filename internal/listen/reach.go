package listen

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"bellwether/internal/campaign"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/integration"
	"bellwether/internal/notification"
	"bellwether/internal/parallel"
)

// LinkedAccounts reads connected accounts and the campaigns that are tied to them.
type LinkedAccounts interface {
	Accounts
	Links(ctx context.Context, orgID, id string) ([]integration.Link, error)
}

// reach makes the campaigns of an account follow whether it is in reach.
type reach struct {
	accounts  LinkedAccounts
	campaigns BudgetCampaigns
	listener  string
	now       func() time.Time
}

const (
	// sideBySide is how many campaigns are changed at once: an account may have thousands.
	sideBySide = 8
	// chunk is after how many it is looked whether there is time for more.
	chunk = 100
	// turns is how often an account that connects and disconnects is followed in one invocation.
	turns = 4
)

// follow brings every campaign of the account in line with the account as it is: an event that comes
// late does not bring back what is over. The account is read again afterwards, for it may have turned
// meanwhile, and whoever heard of that may have been before us. It answers the account as it was
// followed, and the people who look after its campaigns. What was done before stays as it is, so an
// invocation that did not get through is gone on from.
func (r reach) follow(ctx context.Context, i integration.Integration, meta event.Meta) (integration.Integration, []string, error) {
	links, err := r.accounts.Links(ctx, i.OrgID, i.ID)
	if err != nil {
		return i, nil, err
	}
	for range turns {
		people, err := r.all(ctx, i, campaignsOf(links), meta)
		if err != nil {
			return i, nil, err
		}
		now, err := r.accounts.Get(ctx, i.OrgID, i.ID)
		if err != nil || sameReach(i, now) {
			return i, people, err
		}
		i = now
	}
	return i, nil, fault.New(fault.Retryable, "account_turns", "the account keeps connecting and disconnecting")
}

// sameReach reports whether both stand for the same time in, or out of, reach.
func sameReach(a, b integration.Integration) bool {
	return a.Status == b.Status && a.KeepRunning == b.KeepRunning && a.ConnectedAt.Equal(b.ConnectedAt)
}

// campaignsOf are the campaigns of the links, each once.
func campaignsOf(links []integration.Link) []string {
	ids := make([]string, len(links))
	for n, l := range links {
		ids[n] = l.CampaignID
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// all changes the campaigns. One that can't be changed does not keep the others.
func (r reach) all(ctx context.Context, i integration.Integration, ids []string, meta event.Meta) ([]string, error) {
	var t tally
	for part := range slices.Chunk(ids, chunk) {
		calls := make([]func(context.Context) error, len(part))
		for n, id := range part {
			calls[n] = func(ctx context.Context) error {
				c, err := r.one(ctx, i, id, meta)
				t.add(c, err)
				return nil
			}
		}
		if err := cmp.Or(parallel.UpTo(ctx, sideBySide, calls...), ctx.Err()); err != nil {
			return nil, err
		}
	}
	return t.outcome()
}

// tally is what the changing of many campaigns came to.
type tally struct {
	mu     sync.Mutex
	people []string
	failed int
	err    error
}

// add notes one campaign. Of several failures it keeps one that may pass: the event must come again for that.
func (t *tally) add(c campaign.Campaign, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err != nil {
		t.failed++
		if t.err == nil || !fault.Is(err, fault.Permanent) {
			t.err = err
		}
		return
	}
	t.people = append(append(t.people, c.ManagerIDs...), c.CreatedBy)
	if len(t.people) > 1000 {
		t.people = notification.Audience(t.people) // each once
	}
}

func (t *tally) outcome() ([]string, error) {
	if t.err != nil {
		return nil, fmt.Errorf("%d of the account's campaigns could not be changed, one because: %w", t.failed, t.err)
	}
	return t.people, nil
}

func (r reach) one(ctx context.Context, i integration.Integration, id string, meta event.Meta) (campaign.Campaign, error) {
	c, err := r.campaigns.Get(ctx, i.OrgID, id)
	if err != nil {
		return c, err
	}
	cause := meta.By(r.listener, r.now())
	return r.campaigns.UpdateFrom(ctx, event.Derive(cause.ID, id), c, func(_ context.Context, c campaign.Campaign) (campaign.Change, error) {
		if i.Status == integration.Connected {
			return c.Reconnect(i.ID, cause)
		}
		return c.Disconnect(i.ID, i.Status == integration.Disconnecting, i.KeepRunning, cause)
	})
}
