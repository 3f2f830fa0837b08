package produce

import (
	"context"
	"errors"
	"io"
	"slices"
	"time"

	"bellwether/internal/campaign"
	"bellwether/internal/entry"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/integration"
	"bellwether/internal/obs"
	"bellwether/internal/platform"
)

const applyCampaignStatus = "apply-campaign-status"

// DrivenCampaigns reads and changes campaigns.
type DrivenCampaigns interface {
	Get(ctx context.Context, orgID, id string) (campaign.Campaign, error)
	UpdateFrom(ctx context.Context, token string, c campaign.Campaign, change func(context.Context, campaign.Campaign) (campaign.Change, error)) (campaign.Campaign, error)
}

// DrivenAccounts reads connected accounts.
type DrivenAccounts interface {
	Get(ctx context.Context, orgID, id string) (integration.Integration, error)
	Sync(ctx context.Context, orgID, id string) (integration.Sync, error)
}

// Driver holds what ApplyCampaignStatus works with.
type Driver struct {
	Campaigns  DrivenCampaigns
	Accounts   DrivenAccounts
	Tokens     Tokens
	Connectors platform.Connectors
	Park       entry.Parker
	Now        func() time.Time
	Random     io.Reader
}

// ApplyCampaignStatus drives every placement of a campaign, and its budget there, to what the campaign wants
// now, whatever the event said when it was made: a pause that was taken back since is not done any more. What is wanted
// is written before the platform is called, the platform is read before and after, and only what was
// seen is confirmed.
func ApplyCampaignStatus(d Driver) *entry.Listener {
	return entry.NewListener(applyCampaignStatus, d.Park, d.Now,
		entry.On(func(ctx context.Context, e event.Envelope[event.CampaignStatusChanged]) error {
			return d.apply(ctx, e.Meta, e.Data.CampaignID)
		}),
		entry.On(func(ctx context.Context, e event.Envelope[event.CampaignStatusDrifted]) error {
			return d.apply(ctx, e.Meta, e.Data.CampaignID)
		}),
		entry.On(func(ctx context.Context, e event.Envelope[event.CampaignCreated]) error {
			return d.apply(ctx, e.Meta, e.Data.CampaignID)
		}),
		entry.On(func(ctx context.Context, e event.Envelope[event.CampaignUpdated]) error {
			if !slices.Contains(e.Data.Changed, "placements") && !slices.Contains(e.Data.Changed, "budget") {
				return nil
			}
			return d.apply(ctx, e.Meta, e.Data.CampaignID)
		}),
	)
}

// apply drives the placements one after another; one that fails does not keep the others.
func (d Driver) apply(ctx context.Context, meta event.Meta, campaignID string) error {
	c, err := d.Campaigns.Get(ctx, meta.OrgID, campaignID)
	if err != nil {
		return err
	}
	holder, err := event.NewID(d.Now(), d.Random)
	if err != nil {
		return err
	}
	drive := drive{Driver: d, holder: holder, meta: meta}
	var errs []error
	for _, p := range c.Unsettled() {
		errs = append(errs, drive.placement(ctx, c, p.ID), drive.budget(ctx, c, p.ID))
	}
	return errors.Join(errs...)
}

// drive is one invocation's driving of one campaign.
type drive struct {
	Driver
	holder string
	meta   event.Meta
}

func (d drive) cause() event.Cause { return d.meta.By(applyCampaignStatus, d.Now()) }

// mostWishes bounds how often a drive follows a wish that changes under way.
const mostWishes = 3

// placement drives one placement until it does what is wanted, also when that changes meanwhile.
func (d drive) placement(ctx context.Context, c campaign.Campaign, id string) (err error) {
	for range mostWishes {
		c, err = d.update(ctx, c, func(c campaign.Campaign) (campaign.Change, error) {
			if p, ok := c.Placement(id); !ok || c.Obeys(p) {
				return campaign.Change{Campaign: c}, nil
			}
			return c.Intend(id, d.holder, d.cause())
		})
		if err != nil {
			return err
		}
		p, ok := c.Placement(id)
		if !ok || c.Obeys(p) {
			return nil
		}
		if c, err = d.once(ctx, c, p); err != nil {
			return err
		}
		if p, ok := c.Placement(id); ok && (p.Control.State == campaign.ControlFailed || p.Control.State == campaign.ControlUnknown) {
			return nil // refused, and told, or out of reach: each sync tries again
		}
	}
	return fault.New(fault.Retryable, "wish_changes", "what is wanted of the placement keeps changing")
}

func (d drive) update(ctx context.Context, c campaign.Campaign, change func(campaign.Campaign) (campaign.Change, error)) (campaign.Campaign, error) {
	return d.Campaigns.UpdateFrom(ctx, event.Derive(d.meta.ID, d.holder), c, func(_ context.Context, c campaign.Campaign) (campaign.Change, error) {
		return change(c)
	})
}

// once makes one attempt at the wish that was written.
func (d drive) once(ctx context.Context, c campaign.Campaign, p campaign.Placement) (campaign.Campaign, error) {
	seen, err := d.reach(ctx, c, p)
	if err == nil {
		return d.update(ctx, c, func(c campaign.Campaign) (campaign.Change, error) {
			return c.Confirm(p.ID, d.holder, p.Control.Want, seen, d.cause())
		})
	}
	refusal, ok := errors.AsType[*platform.Error](err)
	if !ok {
		return d.letGo(ctx, c, p, err)
	}
	obs.Note(ctx, "class", string(refusal.Class))
	switch refusal.Class {
	case platform.ClassTransient, platform.ClassRateLimited, platform.ClassQuota, platform.ClassUnknown:
		return d.letGo(ctx, c, p, &fault.Error{
			Kind: fault.Retryable, Code: "platform_unwell", Message: "the platform could not be told", RetryAfter: refusal.RetryAfter, Err: err,
		})
	case platform.ClassAuthExpired, platform.ClassAuthRevoked:
		// The next sync finds the grant gone, and tells people; until then nobody knows what runs.
		return d.update(ctx, c, func(c campaign.Campaign) (campaign.Change, error) { return c.OutOfReach(p.ID, d.holder, d.cause()) })
	default:
		obs.Count(ctx, "PlacementsRefused", 1)
		return d.update(ctx, c, func(c campaign.Campaign) (campaign.Change, error) {
			return c.Refuse(p.ID, d.holder, p.Control.Want, refusal, d.cause())
		})
	}
}

// letGo gives the placement back, so that the next try need not wait for the claim to run out.
func (d drive) letGo(ctx context.Context, c campaign.Campaign, p campaign.Placement, cause error) (campaign.Campaign, error) {
	c, err := d.update(ctx, c, func(c campaign.Campaign) (campaign.Change, error) { return c.LetGo(p.ID, d.holder, d.cause()) })
	return c, errors.Join(cause, err)
}

// reach brings the placement to what is wanted and answers what was seen of it then.
func (d drive) reach(ctx context.Context, c campaign.Campaign, p campaign.Placement) (campaign.Remote, error) {
	return d.with(ctx, c, p, "set_status", func(connector platform.Connector, call platform.Call) (campaign.Remote, error) {
		return d.bring(ctx, connector, call, p)
	})
}

// with makes the calls at the placement's account; a token that has just ended is renewed once.
func (d drive) with(ctx context.Context, c campaign.Campaign, p campaign.Placement, op string, do func(platform.Connector, platform.Call) (campaign.Remote, error)) (campaign.Remote, error) {
	account, err := d.Accounts.Get(ctx, c.OrgID, p.IntegrationID)
	if err != nil {
		return campaign.Remote{}, err
	}
	if account.Status != integration.Connected && account.Status != integration.Disconnecting {
		return campaign.Remote{}, &platform.Error{Platform: p.Platform, Op: op, Class: platform.ClassAuthRevoked, Message: "the account is not connected"}
	}
	connector, err := d.Connectors.Ads(account.Platform)
	if err != nil {
		return campaign.Remote{}, err
	}
	token, _, err := d.Tokens.Token(ctx, account, d.holder)
	if err != nil {
		return campaign.Remote{}, err
	}
	call := platform.Call{Token: token, Account: account.Account}
	seen, err := do(connector, call)
	if platform.Is(err, platform.ClassAuthExpired) {
		if call.Token, _, err = d.Tokens.Renew(ctx, account, token, d.holder); err != nil {
			return campaign.Remote{}, err
		}
		seen, err = do(connector, call)
	}
	return seen, err
}

// bring reads, sets where that is needed, and reads again: a platform may take a call and not do it.
func (d drive) bring(ctx context.Context, connector platform.Connector, call platform.Call, p campaign.Placement) (campaign.Remote, error) {
	seen, err := d.see(ctx, connector, call, p)
	if err != nil || does(seen, p.Control.Want) {
		return seen, err
	}
	if err := connector.SetStatus(ctx, call, p.ExternalID, p.Control.Want); err != nil {
		return seen, err
	}
	obs.Count(ctx, "PlacementsDriven", 1)
	if seen, err = d.see(ctx, connector, call, p); err != nil || does(seen, p.Control.Want) {
		return seen, err
	}
	return seen, fault.New(fault.Retryable, "not_seen_yet", "the platform took the change, and doesn't show it yet")
}

func (d drive) see(ctx context.Context, connector platform.Connector, call platform.Call, p campaign.Placement) (campaign.Remote, error) {
	at := d.Now()
	seen, err := connector.Campaign(ctx, call, p.ExternalID)
	return campaign.RemoteOf(seen, at), err
}

// does reports whether what was seen is what is wanted. What has ended at the platform, and won't come
// back, is as good as paused, and can't be started. A status that we don't know shows nothing.
func does(seen campaign.Remote, want platform.Switch) bool {
	if seen.Status == platform.StatusUnknown {
		return false
	}
	return seen.Gone || seen.Status == platform.StatusCompleted || seen.Status.Runs() == (want == platform.On)
}
