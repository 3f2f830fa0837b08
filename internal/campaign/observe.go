package campaign

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"bellwether/internal/budget"
	"bellwether/internal/event"
	"bellwether/internal/money"
	"bellwether/internal/platform"
)

// Remote is a placement as its platform tells it.
type Remote struct {
	Status platform.Status `json:"status,omitempty"`
	Raw    string          `json:"raw,omitempty"` // the platform's own word
	Budget *RemoteBudget   `json:"budget,omitempty"`
	SeenAt time.Time       `json:"seenAt,omitzero"`
	Gone   bool            `json:"gone,omitempty"` // deleted or archived there
}

// RemoteBudget is the budget that the platform itself keeps to.
type RemoteBudget struct {
	Kind         platform.BudgetKind `json:"kind"`
	AmountMicros int64               `json:"amount"`
	Shared       bool                `json:"shared,omitempty"`
}

// Reasons that CampaignStatusChanged gives for what was done at a platform.
const (
	BecausePausedThere  = "paused_at_platform"
	BecauseResumedThere = "resumed_at_platform"
	BecauseGone         = "deleted_at_platform"
	BecauseDisconnected = "disconnected"
	BecauseReconnected  = "reconnected"
)

// BudgetFromPlatform marks a budget that was taken from the platform and follows it, until a person
// sets one here.
const BudgetFromPlatform = "platform"

// RemoteOf is the placement's state that a platform's campaign tells.
func RemoteOf(p platform.Campaign, at time.Time) Remote {
	r := Remote{Status: p.Status, Raw: p.RawStatus, SeenAt: at.UTC()}
	r.Gone = p.Status == platform.StatusDeleted || p.Status == platform.StatusArchived
	if b := p.Budget; b != nil {
		r.Budget = &RemoteBudget{Kind: b.Kind, AmountMicros: b.Amount.Micros, Shared: b.Shared}
	}
	return r
}

// with takes what was seen; a reading of the status alone keeps the budget.
func (r Remote) with(seen Remote) Remote {
	if seen.Budget == nil {
		seen.Budget = r.Budget
	}
	return seen
}

// DiscoveredID is the id of the campaign that a platform's campaign becomes: seeing it again finds the first one.
func DiscoveredID(orgID, integrationID, externalID string) string {
	return event.Derive(orgID, "campaign", integrationID, externalID)
}

// Discovery is what a sync knows of a campaign that it sees for the first time.
type Discovery struct {
	OrgID         string
	Platform      string
	IntegrationID string
	Account       platform.Account
	ConnectedBy   string
	Thresholds    []int // of the organisation
	Seen          platform.Campaign
	At            time.Time // of the reading
}

// Discover makes a campaign with one placement of what a sync saw. It takes the platform's lifetime
// budget as its own. A daily budget is not taken: platforms spend up to twice of it on a day by
// design, so reaching it means nothing.
func Discover(d Discovery, cause event.Cause) (Change, error) {
	spec := Spec{
		ID: DiscoveredID(d.OrgID, d.IntegrationID, d.Seen.ID), OrgID: d.OrgID, Name: cleanName(d.Seen.Name, d.Seen.ID),
		Objective: d.Seen.Objective, Currency: d.Account.Currency, TimeZone: d.Account.TimeZone,
		StartDate: d.Seen.StartDate, EndDate: d.Seen.EndDate, CreatedBy: d.ConnectedBy, Origin: OriginSync, Activate: true,
		Placements: []PlacementSpec{{
			Platform: d.Platform, IntegrationID: d.IntegrationID, ExternalID: d.Seen.ID, Name: cleanName(d.Seen.Name, d.Seen.ID),
		}},
	}
	if !slices.Contains(Objectives, spec.Objective) {
		spec.Objective = "other"
	}
	if b := d.Seen.Budget; b != nil && b.Kind == platform.LifetimeBudget && b.Amount.Micros > 0 && !b.Shared {
		spec.Budget = &budget.Budget{AmountMicros: b.Amount.Micros, Period: budget.Lifetime, Thresholds: d.Thresholds}
	}
	want := platform.On
	paused := !d.Seen.Status.Runs()
	if paused {
		want = platform.Off
	}
	return create(spec, cause, func(c *Campaign) {
		if paused {
			c.addReason(ReasonHuman)
		}
		if c.Budget != nil {
			c.BudgetSource = BudgetFromPlatform
		}
		p := &c.Placements[0]
		p.Remote, p.Control = RemoteOf(d.Seen, d.At), Control{Want: want, State: ControlConfirmed, At: d.At.UTC()}
		// A person paused it there, and only a person starts it again, here or there.
		p.Held = paused
	})
}

// cleanName makes a valid name of whatever a platform lets people write.
func cleanName(name, id string) string {
	name = strings.Map(func(r rune) rune {
		if r < ' ' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(name, "?"))
	if runes := []rune(strings.TrimSpace(name)); len(runes) > 0 {
		return string(runes[:min(len(runes), 200)])
	}
	return "Campaign " + id
}

// Observe takes what a sync read of a placement at the given time. A person's change at the platform
// is respected: a pause there holds the placement, and a start there overrides what had paused it.
// What nobody changed there but isn't as wanted has drifted, and is driven again. An archived campaign
// is only held to its end, and not once that was seen. rows are the stored results of Span(nil, ...),
// for a budget that follows the platform's.
func (c Campaign) Observe(placementID string, seen platform.Campaign, at time.Time, rows []Row, cause event.Cause) (Change, error) {
	ch, p, err := c.placementChange(placementID, cause)
	if err != nil {
		return Change{}, err
	}
	before := *p
	p.Remote = p.Remote.with(RemoteOf(seen, at))
	if p.Remote.Gone {
		p.Control.Unseen = false
		if err := ch.gone(c, before, cause); err != nil {
			return Change{}, err
		}
		return c.unlessSame(ch, before, *p), nil
	}
	if c.Lifecycle == Archived && c.Obeys(before) {
		return c.unlessSame(ch, before, *p), nil
	}
	if err := ch.watchBudget(before, p, at, cause); err != nil {
		return Change{}, err
	}
	if err := ch.follow(c, p, seen, rows, cause); err != nil {
		return Change{}, err
	}
	if err := ch.compare(c, p, at, cause); err != nil {
		return Change{}, err
	}
	return c.unlessSame(ch, before, *p), nil
}

// unlessSame is the campaign as it was when nothing but the time of seeing differs: that is no news.
func (c Campaign) unlessSame(ch Change, before, after Placement) Change {
	before.Remote.SeenAt = after.Remote.SeenAt
	if len(ch.Events) == 0 && samePlacement(before, after) && ch.Campaign.Name == c.Name {
		return Change{Campaign: c}
	}
	return ch
}

func samePlacement(a, b Placement) bool {
	sameBudget := (a.Remote.Budget == nil) == (b.Remote.Budget == nil) &&
		(a.Remote.Budget == nil || *a.Remote.Budget == *b.Remote.Budget)
	a.Remote.Budget, b.Remote.Budget = nil, nil
	return sameBudget && a == b
}

// follow keeps a campaign that a sync made like its original, as long as nobody edited it here.
func (ch *Change) follow(before Campaign, p *Placement, seen platform.Campaign, rows []Row, cause event.Cause) error {
	c := &ch.Campaign
	name := cleanName(seen.Name, seen.ID)
	if before.Lifecycle == Archived {
		return nil
	}
	if before.Origin == OriginSync && len(before.Placements) == 1 && name != p.Name {
		if c.Name == p.Name { // nobody renamed it here
			c.Name = name
		}
		p.Name = name
		if err := ch.emit(cause, c.updated("name")); err != nil {
			return err
		}
	}
	b := p.Remote.Budget
	if p.Money.State == ControlPending {
		return nil // it is on its way from here to there
	}
	if c.BudgetSource != BudgetFromPlatform || c.Budget == nil || b == nil || b.Kind != platform.LifetimeBudget ||
		b.AmountMicros <= 0 || b.AmountMicros == c.Budget.AmountMicros {
		return nil
	}
	next := c.withBudget(BudgetSpec{AmountMicros: b.AmountMicros})
	window := next.Window(cause.At)
	if err := c.rollTo(window, rows); err != nil {
		return err
	}
	c.Budget = before.changedBudget(*next.Budget, window.Start, c.PeriodTotals.SpendMicros)
	if err := ch.emit(cause, c.updated("budget")); err != nil {
		return err
	}
	return ch.applyBudget(before, window, cause)
}

// compare holds what was seen against what is wanted.
func (ch *Change) compare(before Campaign, p *Placement, at time.Time, cause event.Cause) error {
	c := &ch.Campaign
	want, ok := c.Wants(*p)
	driving := p.Control.Holder != "" && cause.At.Before(p.Control.HeldUntil)
	if !ok || p.Lost || driving || !told(p.Remote.Status) || !at.After(p.Control.At) {
		return nil // a reading from before our last call says nothing about it
	}
	runs := p.Remote.Status.Runs()
	settled := p.Control.does(want)
	switch {
	case runs == (want == platform.On) && settled:
		p.Control.Unseen = false
		return nil
	case runs == (want == platform.On):
		p.Control = Control{Want: want, State: ControlConfirmed, At: at.UTC()}
		return ch.emit(cause, event.CampaignStatusConfirmed{
			CampaignID: c.ID, Name: c.Name, PlacementID: p.ID, Platform: p.Platform, Want: string(want),
		})
	case !settled:
		return ch.emit(cause, event.CampaignStatusDrifted{CampaignID: c.ID, Name: c.Name, PlacementIDs: []string{p.ID}})
	case runs:
		return ch.resumedThere(before, p, at, cause)
	default:
		return ch.pausedThere(before, p, at, cause)
	}
}

// told reports whether the status says that the platform means to spend, or not to.
func told(s platform.Status) bool {
	return s.Runs() || s == platform.StatusPaused || s == platform.StatusDraft
}

func (ch *Change) pausedThere(before Campaign, p *Placement, at time.Time, cause event.Cause) error {
	c := &ch.Campaign
	c.HumanAt = cause.At.UTC()
	p.Held, p.Control = true, Control{Want: platform.Off, State: ControlConfirmed, At: at.UTC()}
	others := func(p Placement) bool { return p.Linked() && !p.Remote.Gone && !p.Held }
	if slices.ContainsFunc(c.Placements, others) { // they run on, maybe out of reach
		return ch.emit(cause, c.updated("placements"))
	}
	c.addReason(ReasonHuman)
	return ch.emitStatus(before, BecausePausedThere+": "+p.Platform, cause)
}

// resumedThere lets the campaign run, because a person started it at the platform: human beats all. A
// budget that is spent counts as overridden until its period ends, so that we don't fight.
func (ch *Change) resumedThere(before Campaign, p *Placement, at time.Time, cause event.Cause) error {
	c := &ch.Campaign
	c.HumanAt = cause.At.UTC()
	p.Held, p.Control = false, Control{Want: platform.On, State: ControlConfirmed, At: at.UTC()}
	start := c.Window(cause.At).Start
	if slices.Contains(c.PauseReasons, ReasonBudget) && c.Budget != nil && !c.Budget.Overridden(start) {
		c.Budget.Override = &budget.Override{
			Reason: fmt.Sprintf("started at %s", p.Platform), By: "platform/" + p.Platform, At: cause.At.UTC(),
			PeriodStart: start, Version: c.Budget.Version,
		}
	}
	for _, reason := range slices.Clone(c.PauseReasons) {
		if reason != ReasonDisconnected {
			c.dropReason(reason)
		}
	}
	if err := ch.emit(cause, c.updated("placements")); err != nil {
		return err
	}
	return ch.emitStatus(before, BecauseResumedThere+": "+p.Platform, cause)
}

// gone ends a campaign none of whose placements is left at a platform. What has ended counts as paused:
// a person who brings one back there is not fought by a campaign that is archived here.
func (ch *Change) gone(before Campaign, was Placement, cause event.Cause) error {
	c := &ch.Campaign
	left := slices.ContainsFunc(c.Placements, func(p Placement) bool { return !p.Remote.Gone })
	if left {
		if was.Remote.Gone {
			return nil
		}
		return ch.emit(cause, c.updated("placements"))
	}
	if before.Lifecycle == Archived {
		return nil
	}
	c.Lifecycle = Archived
	for i := range c.Placements {
		c.Placements[i].Control = Control{Want: platform.Off, State: ControlConfirmed, At: cause.At.UTC()}
	}
	return ch.emitStatus(before, BecauseGone, cause)
}

// reachable reports whether any placement can be driven.
func (c Campaign) reachable() bool {
	return slices.ContainsFunc(c.Placements, func(p Placement) bool { return p.Linked() && !p.Lost && !p.Remote.Gone })
}

// Disconnect marks the placements of an account that is out of reach. The campaign gets the reason
// 'disconnected' when none of its placements can be reached any more; on other accounts it runs on.
// reachable says that the grant still works for pausing them; keep, that they are not to be paused.
func (c Campaign) Disconnect(integrationID string, reachable, keep bool, cause event.Cause) (Change, error) {
	ch := c.begin(cause.At)
	marked := false
	for i := range ch.Campaign.Placements {
		p := &ch.Campaign.Placements[i]
		if p.IntegrationID != integrationID || p.Lost || p.Remote.Gone {
			continue
		}
		marked, p.Lost = true, true
		switch {
		case !reachable || keep:
			p.Control = Control{Want: platform.Off, State: ControlUnknown, At: cause.At.UTC()}
		case p.Control.State == ControlUnknown: // the grant works for a last time
			p.Control = p.lastSeen(cause.At)
		}
	}
	if !marked || c.Lifecycle == Archived {
		return Change{Campaign: c}, nil
	}
	if c.Lifecycle == Active && !ch.Campaign.reachable() {
		ch.Campaign.addReason(ReasonDisconnected)
	}
	return ch.movedPlacements(c, BecauseDisconnected, cause)
}

// Reconnect takes back what Disconnect did: the account is in reach again.
func (c Campaign) Reconnect(integrationID string, cause event.Cause) (Change, error) {
	ch := c.begin(cause.At)
	marked := false
	for i := range ch.Campaign.Placements {
		p := &ch.Campaign.Placements[i]
		if p.IntegrationID != integrationID || !p.Lost {
			continue
		}
		marked, p.Lost = true, false
		if p.Control.State == ControlUnknown {
			p.Control = p.lastSeen(cause.At)
		}
	}
	if !marked {
		return Change{Campaign: c}, nil
	}
	ch.Campaign.dropReason(ReasonDisconnected)
	return ch.movedPlacements(c, BecauseReconnected, cause)
}

// lastSeen takes the placement to be as it was last seen, so that what happened since was done by a
// person: the next sync looks, and respects it. What we had paused ourselves before we start again.
func (p Placement) lastSeen(now time.Time) Control {
	if !told(p.Remote.Status) {
		return Control{}
	}
	want := platform.Off
	if p.Remote.Status.Runs() {
		want = platform.On
	}
	return Control{Want: want, State: ControlConfirmed, At: now.UTC(), Unseen: true}
}

// movedPlacements tells of placements that were lost or came back: by the status where that changed,
// else so that they are driven and the dashboard follows.
func (ch Change) movedPlacements(before Campaign, why string, cause event.Cause) (Change, error) {
	if err := ch.emitStatus(before, why, cause); err != nil || len(ch.Events) > 0 {
		return ch, err
	}
	c := ch.Campaign
	if err := ch.emit(cause, c.updated("placements")); err != nil {
		return ch, err
	}
	var ids []string
	for _, p := range c.Unsettled() {
		ids = append(ids, p.ID)
	}
	if len(ids) == 0 {
		return ch, nil
	}
	return ch, ch.emit(cause, event.CampaignStatusDrifted{CampaignID: c.ID, Name: c.Name, PlacementIDs: ids})
}

// Facts are what a sync compares to find a changed campaign, in one text.
func Facts(p platform.Campaign) string {
	b := ""
	if p.Budget != nil {
		b = fmt.Sprint(p.Budget.Kind, money.FormatMicros(p.Budget.Amount.Micros, 2), p.Budget.Shared)
	}
	return event.Derive(p.Name, string(p.Status), p.RawStatus, p.Objective, b, p.StartDate, p.EndDate)[:13]
}
