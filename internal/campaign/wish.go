package campaign

import (
	"time"

	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/platform"
)

// Wish is what a placement's budget at its platform shall be, and how far that got. Like Control it is written
// before the platform is called.
type Wish struct {
	Kind      platform.BudgetKind `json:"kind,omitempty"`
	Micros    int64               `json:"amount,omitempty"`
	Raise     bool                `json:"raise,omitempty"` // a rule wants more: that can wait for the account's quota
	State     ControlState        `json:"state,omitempty"` // pending, confirmed, failed
	Holder    string              `json:"holder,omitempty"`
	HeldUntil time.Time           `json:"heldUntil,omitzero"`
	At        time.Time           `json:"at,omitzero"` // of the state
	Class     platform.Class      `json:"class,omitempty"`
	Message   string              `json:"message,omitempty"`
	Unseen    bool                `json:"unseen,omitempty"` // confirmed by whoever drove it, and by no sync yet
}

// wish notes what the budget shall be.
func (p *Placement) wish(kind platform.BudgetKind, from, to int64, at time.Time) {
	if from != to {
		p.Money = Wish{Kind: kind, Micros: to, Raise: to > from, State: ControlPending, At: at.UTC()}
	}
}

// WantsBudget reports whether the placement's budget has to be driven. A platform that refused is not asked
// again: somebody was told.
func (c Campaign) WantsBudget(p Placement) bool {
	return p.Money.State == ControlPending && p.Linked() && !p.Remote.Gone && !p.Lost && c.Lifecycle != Archived
}

// ownBudget reports whether the placement keeps to a budget at its platform that is ours to change.
func (p Placement) ownBudget() bool {
	b := p.Remote.Budget
	return p.Linked() && !p.Remote.Gone && b != nil && !b.Shared && b.AmountMicros > 0
}

// budgetThere is the placement's budget at its platform: as it was seen, or as it is wanted to become.
func (p Placement) budgetThere() int64 {
	if p.Money.State == ControlPending {
		return p.Money.Micros
	}
	if p.Remote.Budget == nil {
		return 0
	}
	return p.Remote.Budget.AmountMicros
}

// followed is the placement whose budget at its platform the campaign's own follows.
func (c Campaign) followed() (Placement, bool) {
	if c.BudgetSource != BudgetFromPlatform || len(c.Placements) != 1 || !c.Placements[0].ownBudget() {
		return Placement{}, false
	}
	return c.Placements[0], c.Placements[0].Remote.Budget.Kind == platform.LifetimeBudget
}

// IntendBudget claims the driving of a placement's budget for holder, before the platform is called.
func (c Campaign) IntendBudget(placementID, holder string, cause event.Cause) (Change, error) {
	ch, p, err := c.placementChange(placementID, cause)
	if err != nil {
		return Change{}, err
	}
	if !c.WantsBudget(*p) {
		return Change{Campaign: c}, nil
	}
	if held := p.Money.Holder; held != "" && held != holder && cause.At.Before(p.Money.HeldUntil) {
		return Change{}, &fault.Error{Kind: fault.Retryable, Code: "being_driven",
			Message: "another change of this placement is on its way", RetryAfter: p.Money.HeldUntil.Sub(cause.At)}
	}
	p.Money.Holder, p.Money.HeldUntil = holder, cause.At.Add(DriveTime).UTC()
	return ch, nil
}

// ConfirmBudget records that the budget was seen to be the amount. The wish may have changed since: then it
// is driven on.
func (c Campaign) ConfirmBudget(placementID, holder string, amount int64, seen Remote, cause event.Cause) (Change, error) {
	ch, p, err := c.placementChange(placementID, cause)
	if err != nil || p.Money.Holder != holder {
		return Change{Campaign: c}, err
	}
	p.Remote = p.Remote.with(seen)
	p.Money.Holder, p.Money.HeldUntil = "", time.Time{}
	if p.Money.Micros == amount {
		p.Money.State, p.Money.At, p.Money.Unseen = ControlConfirmed, cause.At.UTC(), true
	}
	return ch, nil
}

// RefuseBudget records that the platform refused, and tells it.
func (c Campaign) RefuseBudget(placementID, holder string, failure *platform.Error, cause event.Cause) (Change, error) {
	ch, p, err := c.placementChange(placementID, cause)
	if err != nil || p.Money.Holder != holder {
		return Change{Campaign: c}, err
	}
	p.Money.Holder, p.Money.HeldUntil = "", time.Time{}
	p.Money.State, p.Money.At, p.Money.Class, p.Money.Message = ControlFailed, cause.At.UTC(), failure.Class, failure.Message
	return ch, ch.emit(cause, event.CampaignBudgetRefused{
		CampaignID: c.ID, Name: c.Name, PlacementID: p.ID, Platform: p.Platform, WantMicros: p.Money.Micros, Currency: string(c.Currency),
		ErrorClass: string(failure.Class), Message: failure.Message, ManagerIDs: c.managers(),
	})
}

// LetBudgetGo gives the driving back without an outcome: the next sync looks, and it is tried again.
func (c Campaign) LetBudgetGo(placementID, holder string, cause event.Cause) (Change, error) {
	ch, p, err := c.placementChange(placementID, cause)
	if err != nil || p.Money.Holder != holder {
		return Change{Campaign: c}, err
	}
	p.Money.Holder, p.Money.HeldUntil = "", time.Time{}
	return ch, nil
}

// watchBudget holds the budget that was seen against the one that was wanted. What a person changed there
// since beats it.
func (ch *Change) watchBudget(before Placement, p *Placement, at time.Time, cause event.Cause) error {
	b, held := p.Remote.Budget, p.Money.Holder != "" && cause.At.Before(p.Money.HeldUntil)
	if b == nil || p.Money.State == "" || held || !at.After(p.Money.At) {
		return nil
	}
	same := b.AmountMicros == p.Money.Micros && b.Kind == p.Money.Kind
	p.Money.Unseen = false
	switch {
	case same && p.Money.State == ControlPending:
		p.Money.State, p.Money.At = ControlConfirmed, at.UTC()
	case !same && p.Money.State == ControlConfirmed:
		p.Money, ch.Campaign.HumanAt = Wish{}, cause.At.UTC()
		return ch.emit(cause, ch.Campaign.updated("placements"))
	case p.Money.State == ControlPending && before.Remote.Budget != nil && b.AmountMicros != before.Remote.Budget.AmountMicros:
		p.Money, ch.Campaign.HumanAt = Wish{}, cause.At.UTC() // neither the old amount nor ours: a person's
		return ch.emit(cause, ch.Campaign.updated("placements"))
	case p.Money.State == ControlPending && ch.Campaign.WantsBudget(*p):
		return ch.emit(cause, event.CampaignStatusDrifted{CampaignID: ch.Campaign.ID, Name: ch.Campaign.Name, PlacementIDs: []string{p.ID}})
	}
	return nil
}
