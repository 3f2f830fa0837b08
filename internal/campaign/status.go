package campaign

import (
	"slices"
	"time"

	"bellwether/internal/budget"
	"bellwether/internal/event"
	"bellwether/internal/fault"
)

// Reasons that CampaignStatusChanged gives where no person wrote one.
const (
	BecauseExhausted  = "budget_exhausted"
	BecauseRaised     = "budget_raised"
	BecauseOverridden = "budget_override"
	BecausePeriodOver = "period_ended"
	BecauseHuman      = "by_hand"
	BecauseArchived   = "archived"
	BecauseUndone     = "action_undone" // a person took back what a rule did
)

// Pause adds the human reason. A draft becomes a paused campaign: nothing starts by it.
func (c Campaign) Pause(why string, cause event.Cause) (Change, error) {
	if err := c.mustLive(); err != nil {
		return Change{}, err
	}
	if bad := text("reason", why, 0, 500); bad != nil {
		return Change{}, fault.InvalidFields(bad...) // it travels in the event, whose size is limited
	}
	return c.pauseFor(ReasonHuman, orElse(why, BecauseHuman), cause)
}

// Resume takes the human reason away, and those of rules, for a person beats them; a draft it starts.
// While the budget is spent it refuses: that needs a raise, or an override. A campaign that is to land on its
// budget runs on to 100 %.
func (c Campaign) Resume(cause event.Cause) (Change, error) {
	if err := c.mustLive(); err != nil {
		return Change{}, err
	}
	if c.landed(cause.At) {
		return c.waiveLanding(cause)
	}
	if slices.Contains(c.PauseReasons, ReasonBudget) {
		return Change{}, fault.New(fault.Conflict, "budget_exhausted",
			"the budget is spent: raise it, or override it with a reason until the period ends")
	}
	released := c.clone()
	held := false
	for i := range released.Placements { // what a person stopped at a platform, a person starts again here
		held = held || released.Placements[i].Held
		released.Placements[i].Held = false
	}
	ch, err := released.resume(cause)
	if err != nil || !held || ch.Campaign.Version > c.Version {
		return ch, err
	}
	return released.begin(cause.At).movedPlacements(c, BecauseHuman, cause)
}

// Archive ends the campaign for good. Archiving twice changes nothing.
func (c Campaign) Archive(cause event.Cause) (Change, error) {
	if c.Lifecycle == Archived {
		return Change{Campaign: c}, nil
	}
	ch := c.begin(cause.At)
	ch.Campaign.Lifecycle = Archived
	return ch, ch.emitStatus(c, BecauseArchived, cause)
}

// PauseForBudget adds the budget reason, because version of the budget was spent in the period
// that began at periodStart. A decision taken under an older version or period, or overridden
// since, changes nothing, unless the changes since left the budget spent: they alert nobody again,
// so the first alert has to do. A later dip in spend doesn't undo it: the 100 % was reached.
func (c Campaign) PauseForBudget(version int64, periodStart string, cause event.Cause) (Change, error) {
	unchanged := Change{Campaign: c}
	if c.Lifecycle != Active || c.Budget == nil || !c.Budget.SpentUnder(version, periodStart) {
		return unchanged, nil
	}
	if c.Window(cause.At).Start != periodStart || c.Budget.Overridden(periodStart) {
		return unchanged, nil
	}
	if slices.Contains(c.PauseReasons, ReasonBudget) && c.BudgetPause == periodStart {
		return unchanged, nil
	}
	// A pause that was given for a former period, and not yet taken away, is for this one from now on.
	ch := c.begin(cause.At)
	ch.Campaign.addReason(ReasonBudget)
	ch.Campaign.BudgetPause = periodStart
	return ch, ch.emitStatus(c, BecauseExhausted, cause)
}

// EndPeriod takes the budget reason away once the period it was given for is over. A timer of
// another period, which may come late or twice, changes nothing.
func (c Campaign) EndPeriod(periodStart string, cause event.Cause) (Change, error) {
	if c.Lifecycle != Active || c.Budget == nil || c.BudgetPause != periodStart || c.Window(cause.At).Start == periodStart {
		return Change{Campaign: c}, nil
	}
	return c.resumeFrom(ReasonBudget, BecausePeriodOver, cause)
}

// BudgetPauseEnds is when EndPeriod may let the campaign run again: the end of the period whose
// budget paused it. It is zero when nothing waits for that.
func (c Campaign) BudgetPauseEnds() time.Time {
	waits := c.Lifecycle == Active && slices.Contains(c.PauseReasons, ReasonBudget)
	if !waits || c.Budget == nil || c.Budget.Period == budget.Lifetime {
		return time.Time{}
	}
	_, end := c.windowOf(c.BudgetPause).Bounds(c.Zone())
	return end
}

// waiveLanding lets the campaign run until the budget is spent.
func (c Campaign) waiveLanding(cause event.Cause) (Change, error) {
	ch := c.begin(cause.At)
	l := *c.Budget.Landing
	l.Waived = true
	next := &ch.Campaign
	next.Budget.Landing, next.HumanAt = &l, cause.At.UTC()
	next.dropReason(ReasonBudget)
	next.PauseReasons = slices.DeleteFunc(next.PauseReasons, byPeopleOrRules)
	for i := range next.Placements {
		next.Placements[i].Held = false
	}
	return ch, ch.emitStatus(c, BecauseHuman, cause)
}

// resume is Resume of a campaign that nothing is in the way of.
func (c Campaign) resume(cause event.Cause) (Change, error) {
	if c.Lifecycle == Active && !slices.ContainsFunc(c.PauseReasons, byPeopleOrRules) {
		return Change{Campaign: c}, nil
	}
	ch := c.begin(cause.At)
	ch.Campaign.Lifecycle, ch.Campaign.HumanAt = Active, cause.At.UTC()
	ch.Campaign.PauseReasons = slices.DeleteFunc(ch.Campaign.PauseReasons, byPeopleOrRules)
	return ch, ch.emitStatus(c, BecauseHuman, cause)
}

func byPeopleOrRules(reason string) bool {
	return reason == ReasonHuman || OfRule(reason)
}

func (c Campaign) pauseFor(reason, why string, cause event.Cause) (Change, error) {
	if slices.Contains(c.PauseReasons, reason) && c.Lifecycle == Active {
		return Change{Campaign: c}, nil
	}
	ch := c.begin(cause.At)
	ch.Campaign.Lifecycle = Active
	ch.Campaign.addReason(reason)
	if reason == ReasonHuman {
		ch.Campaign.HumanAt = cause.At.UTC()
	}
	return ch, ch.emitStatus(c, why, cause)
}

func (c Campaign) resumeFrom(reason, why string, cause event.Cause) (Change, error) {
	if !slices.Contains(c.PauseReasons, reason) {
		return Change{Campaign: c}, nil
	}
	ch := c.begin(cause.At)
	ch.Campaign.dropReason(reason)
	return ch, ch.emitStatus(c, why, cause)
}

func (c *Campaign) addReason(reason string) {
	if !slices.Contains(c.PauseReasons, reason) {
		c.PauseReasons = append(c.PauseReasons, reason)
		slices.Sort(c.PauseReasons)
	}
}

func (c *Campaign) dropReason(reason string) {
	if reason == ReasonBudget {
		c.BudgetPause = ""
	}
	c.PauseReasons = slices.DeleteFunc(c.PauseReasons, func(r string) bool { return r == reason })
}

// emitStatus tells of a change of the status or of the reasons behind it; anything else is silent.
func (ch *Change) emitStatus(before Campaign, why string, cause event.Cause) error {
	now := ch.Campaign
	if before.Status() == now.Status() && slices.Equal(before.PauseReasons, now.PauseReasons) {
		return nil
	}
	return ch.emit(cause, event.CampaignStatusChanged{
		CampaignID: now.ID, Name: now.Name, Previous: string(before.Status()), Current: string(now.Status()),
		PauseReasons: append([]string{}, now.PauseReasons...), Reason: why, ManagerIDs: now.managers(),
	})
}

func (c Campaign) mustLive() error {
	if c.Lifecycle == Archived {
		return fault.New(fault.Conflict, "campaign_archived", "the campaign is archived and can't change any more")
	}
	return nil
}

func orElse(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}
