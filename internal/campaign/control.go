package campaign

import (
	"slices"
	"time"

	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/platform"
)

// Control is what was last wanted of a placement at its platform, and how far that got. It is written
// before the platform is called, so that a crash in between leaves a trace.
type Control struct {
	Want      platform.Switch `json:"want,omitempty"`
	State     ControlState    `json:"state,omitempty"`
	Holder    string          `json:"holder,omitempty"` // who drives it now
	HeldUntil time.Time       `json:"heldUntil,omitzero"`
	At        time.Time       `json:"at,omitzero"` // of the state
	Class     platform.Class  `json:"class,omitempty"`
	Message   string          `json:"message,omitempty"`
	Refusals  int             `json:"refusals,omitempty"` // of this wish, in a row
	Unseen    bool            `json:"unseen,omitempty"`   // confirmed by whoever drove it, and by no sync yet
}

// ControlState is how far a wish got.
type ControlState string

const (
	ControlPending   ControlState = "pending"
	ControlConfirmed ControlState = "confirmed" // seen at the platform
	ControlFailed    ControlState = "failed"    // the platform refused
	ControlUnknown   ControlState = "unknown"   // out of reach: it may run on
)

// DriveTime is how long a drive may take; another one waits that long for it.
const DriveTime = 90 * time.Second

// Linked reports whether the placement stands for a campaign that we can reach at a platform.
func (p Placement) Linked() bool { return p.IntegrationID != "" && p.ExternalID != "" }

// Wants is what the campaign wants of the placement at its platform; ok is false when it wants nothing:
// a draft starts and stops nothing, and what is not linked can't be driven.
func (c Campaign) Wants(p Placement) (want platform.Switch, ok bool) {
	if !p.Linked() || c.Lifecycle == Draft || p.Remote.Gone {
		return "", false
	}
	if c.Status() == Active && !p.Held && !p.Lost {
		return platform.On, true
	}
	return platform.Off, true
}

// Settled reports whether the placement was seen to do what the campaign wants, its budget there included,
// or nothing is wanted that could be done now.
func (c Campaign) Settled(p Placement) bool { return c.Obeys(p) && !c.WantsBudget(p) }

// Obeys reports whether the placement was seen to run or to stand as the campaign wants, or nothing is wanted
// that could be done now. One that could not be reached, though its account is not known to be lost, does
// not: it is looked at and driven as soon as that goes again.
func (c Campaign) Obeys(p Placement) bool {
	want, ok := c.Wants(p)
	return !ok || (p.Lost && p.Control.State == ControlUnknown) || p.Control.does(want)
}

// does reports whether the wish was seen to be done.
func (k Control) does(want platform.Switch) bool {
	return k.State == ControlConfirmed && k.Want == want
}

// NeedsLook reports whether the next sync has to look at the placement, even if what it reads is what
// it read the last time: a person may have undone there what was driven in between.
func (c Campaign) NeedsLook(p Placement) bool {
	return !c.Settled(p) || p.Control.Unseen || p.Money.Unseen
}

// Unsettled are the placements that have to be driven.
func (c Campaign) Unsettled() []Placement {
	var list []Placement
	for _, p := range c.Placements {
		if !c.Settled(p) {
			list = append(list, p)
		}
	}
	return list
}

// Intend claims the driving of a placement for holder, before the platform is called. While another
// holder drives it the answer is a conflict: two at once would leave the platform with whichever came last.
func (c Campaign) Intend(placementID, holder string, cause event.Cause) (Change, error) {
	ch, p, err := c.placementChange(placementID, cause)
	if err != nil {
		return Change{}, err
	}
	if held := p.Control.Holder; held != "" && held != holder && cause.At.Before(p.Control.HeldUntil) {
		return Change{}, &fault.Error{Kind: fault.Retryable, Code: "being_driven",
			Message: "another change of this placement is on its way", RetryAfter: p.Control.HeldUntil.Sub(cause.At)}
	}
	want, ok := c.Wants(*p)
	if !ok {
		return Change{Campaign: c}, nil
	}
	refusals := 0
	if p.Control.Want == want {
		refusals = p.Control.Refusals
	}
	p.Control = Control{
		Want: want, State: ControlPending, Holder: holder, HeldUntil: cause.At.Add(DriveTime).UTC(), At: cause.At.UTC(), Refusals: refusals,
	}
	return ch, nil
}

// Confirm records that the placement was seen at its platform doing want. The wish may have changed
// since: then it is unsettled again, and its holder drives on.
func (c Campaign) Confirm(placementID, holder string, want platform.Switch, seen Remote, cause event.Cause) (Change, error) {
	ch, p, err := c.placementChange(placementID, cause)
	if err != nil {
		return Change{}, err
	}
	if p.Control.Holder != holder {
		return Change{Campaign: c}, nil
	}
	p.Remote = p.Remote.with(seen)
	p.Control = Control{Want: want, State: ControlConfirmed, At: cause.At.UTC(), Unseen: true}
	if now, ok := c.Wants(*p); ok && now != want {
		p.Control.Holder, p.Control.HeldUntil = holder, cause.At.Add(DriveTime).UTC()
	}
	return ch, ch.emit(cause, event.CampaignStatusConfirmed{
		CampaignID: c.ID, Name: c.Name, PlacementID: p.ID, Platform: p.Platform, Want: string(want),
	})
}

// OutOfReach records that the placement's account can't be reached: what it does is unknown. A holder
// that was overtaken has nothing to say.
func (c Campaign) OutOfReach(placementID, holder string, cause event.Cause) (Change, error) {
	ch, p, err := c.placementChange(placementID, cause)
	if err != nil || p.Control.Holder != holder {
		return Change{Campaign: c}, err
	}
	p.Control = Control{Want: p.Control.Want, State: ControlUnknown, At: cause.At.UTC()}
	return ch, nil
}

// Refuse records that the platform refused. It is told once for each wish, though each sync tries again.
func (c Campaign) Refuse(placementID, holder string, want platform.Switch, failure *platform.Error, cause event.Cause) (Change, error) {
	ch, p, err := c.placementChange(placementID, cause)
	if err != nil {
		return Change{}, err
	}
	if p.Control.Holder != holder {
		return Change{Campaign: c}, nil
	}
	refusals := p.Control.Refusals + 1
	p.Control = Control{Want: want, State: ControlFailed, At: cause.At.UTC(), Class: failure.Class, Message: failure.Message, Refusals: refusals}
	if refusals > 1 {
		return ch, nil
	}
	return ch, ch.emit(cause, event.CampaignStatusRefused{
		CampaignID: c.ID, Name: c.Name, PlacementID: p.ID, Platform: p.Platform, Want: string(want),
		ErrorClass: string(failure.Class), Message: failure.Message,
		PauseReasons: append([]string{}, c.PauseReasons...), ManagerIDs: c.managers(),
	})
}

// LetGo gives the driving back without an outcome: it is tried again.
func (c Campaign) LetGo(placementID, holder string, cause event.Cause) (Change, error) {
	ch, p, err := c.placementChange(placementID, cause)
	if err != nil || p.Control.Holder != holder {
		return Change{Campaign: c}, err
	}
	p.Control.Holder, p.Control.HeldUntil = "", time.Time{}
	return ch, nil
}

// placementChange begins a change of one placement; the pointer is into the change.
func (c Campaign) placementChange(id string, cause event.Cause) (Change, *Placement, error) {
	ch := c.begin(cause.At)
	i := slices.IndexFunc(ch.Campaign.Placements, func(p Placement) bool { return p.ID == id })
	if i < 0 {
		return Change{}, nil, fault.New(fault.NotFound, "placement_not_found", "the campaign has no such placement")
	}
	// A change may return early with the campaign as it was, so ch is not aliased by c.
	return ch, &ch.Campaign.Placements[i], nil
}
