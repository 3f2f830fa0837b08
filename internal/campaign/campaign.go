// Package campaign is the unified campaign: one object with its placements on the ad platforms,
// one budget over all of them, and the results they bring. It is pure: every change takes the
// campaign, the cause and the time, and answers the new campaign and the events it gave rise to.
package campaign

import (
	"slices"
	"time"

	"bellwether/internal/budget"
	"bellwether/internal/event"
	"bellwether/internal/money"
)

// Status is what a campaign is doing.
type Status string

const (
	Draft    Status = "draft"    // starts nothing, anywhere
	Active   Status = "active"   // runs: no reason to pause
	Paused   Status = "paused"   // at least one reason to pause
	Archived Status = "archived" // ended for good
)

// Reasons for which a campaign is paused. It runs only when it has none.
// Rules of automation add "rule:<id>".
const (
	ReasonHuman        = "human"
	ReasonBudget       = "budget"
	ReasonDisconnected = "disconnected"

	ReasonRule = "rule:" // begins those of rules
)

// Origins of a campaign.
const (
	OriginAPI  = "api"
	OriginSync = "sync"
)

// MaxPlacements keeps a campaign inside one transaction of 100 writes, with the tie and the mark of every
// placement, or with one day of all its rows.
const MaxPlacements = 40

// Campaign is the aggregate. It is stored as one item and written whole under a version condition.
type Campaign struct {
	ID           string         `json:"id"`
	OrgID        string         `json:"orgId"`
	Name         string         `json:"name"`
	Objective    string         `json:"objective"`
	Description  string         `json:"description,omitempty"`
	Lifecycle    Status         `json:"lifecycle"` // draft, active or archived; Status derives paused
	PauseReasons []string       `json:"pauseReasons,omitempty"`
	BudgetPause  string         `json:"budgetPause,omitempty"` // first day of the period whose budget paused it
	Currency     money.Currency `json:"currency"`
	TimeZone     string         `json:"timeZone"`
	StartDate    string         `json:"startDate,omitempty"`
	EndDate      string         `json:"endDate,omitempty"`
	Budget       *budget.Budget `json:"budget,omitempty"`
	ValuePer     Value          `json:"valuePer"`
	ManagerIDs   []string       `json:"managerIds,omitempty"`
	CreatedBy    string         `json:"createdBy"`
	Origin       string         `json:"origin"`
	BudgetSource string         `json:"budgetSource,omitempty"` // BudgetFromPlatform: it follows the platform's
	Placements   []Placement    `json:"placements,omitempty"`
	Totals       Sums           `json:"totals"`
	PeriodStart  string         `json:"periodStart,omitempty"` // the period that PeriodTotals belong to
	PeriodTotals Sums           `json:"periodTotals"`
	AsOf         time.Time      `json:"asOf,omitzero"`     // of the newest results
	LastDay      string         `json:"lastDay,omitempty"` // the newest day with results
	HumanAt      time.Time      `json:"humanAt,omitzero"`  // when a person last steered it, here or at a platform
	Version      int64          `json:"-"`
	CreatedAt    time.Time      `json:"createdAt"`
	UpdatedAt    time.Time      `json:"updatedAt"`
}

// Placement is one ad campaign on one platform.
type Placement struct {
	ID            string `json:"id"`
	Platform      string `json:"platform"`
	IntegrationID string `json:"integrationId,omitempty"`
	ExternalID    string `json:"externalId,omitempty"` // the platform's own id
	Name          string `json:"name"`
	Totals        Sums   `json:"totals"`

	Remote  Remote  `json:"remote,omitzero"`  // as the platform last told it
	Control Control `json:"control,omitzero"` // what we last wanted of it there
	Money   Wish    `json:"money,omitzero"`   // what we last wanted its budget there to be
	Held    bool    `json:"held,omitempty"`   // a person paused it at the platform: we don't start it
	Lost    bool    `json:"lost,omitempty"`   // its account is disconnected
}

// Value is what one conversion is worth where the platform reports no revenue, in micros of the currency.
type Value struct {
	ConversionMicros int64 `json:"conversion,omitempty"`
	ApprovedMicros   int64 `json:"approved,omitempty"`
}

// Status is what the campaign is doing now.
func (c Campaign) Status() Status {
	if c.Lifecycle == Active && len(c.PauseReasons) > 0 {
		return Paused
	}
	return c.Lifecycle
}

// Subject is the campaign's name in events.
func (c Campaign) Subject() string { return Subject(c.ID) }

// Subject is the name of the campaign with the given id in events.
func Subject(id string) string { return "campaign/" + id }

// Zone is the ad account's time zone.
func (c Campaign) Zone() *time.Location {
	zone, err := time.LoadLocation(c.TimeZone)
	if err != nil {
		return time.UTC // refused at the edge; a zone that a later tzdata dropped still has days
	}
	return zone
}

// Window is the budget period that the moment belongs to. Without a budget it is the flight.
func (c Campaign) Window(at time.Time) budget.Window {
	return c.windowOf(budget.Today(at, c.Zone()))
}

func (c Campaign) windowOf(date string) budget.Window {
	period := budget.Lifetime
	if c.Budget != nil {
		period = c.Budget.Period
	}
	return period.WindowOf(date, c.StartDate, c.EndDate)
}

// PeriodSums are the results of the budget period that now belongs to; a period that
// began since the last write has none yet.
func (c Campaign) PeriodSums(now time.Time) Sums {
	if c.Window(now).Start != c.PeriodStart {
		return Sums{}
	}
	return c.PeriodTotals
}

// Placement finds a placement by its id, or by the platform's own id; "" finds the only one.
func (c Campaign) Placement(ref string) (Placement, bool) {
	if ref == "" && len(c.Placements) == 1 {
		return c.Placements[0], true
	}
	i := slices.IndexFunc(c.Placements, func(p Placement) bool {
		return ref != "" && (p.ID == ref || p.ExternalID == ref)
	})
	if i < 0 {
		return Placement{}, false
	}
	return c.Placements[i], true
}

// Platforms are those of the placements, sorted, each once; never nil.
func (c Campaign) Platforms() []string {
	platforms := []string{}
	for _, p := range c.Placements {
		platforms = append(platforms, p.Platform)
	}
	slices.Sort(platforms)
	return slices.Compact(platforms)
}

// clone is a copy that shares nothing which a change may touch.
func (c Campaign) clone() Campaign {
	c.PauseReasons = slices.Clone(c.PauseReasons)
	c.ManagerIDs = slices.Clone(c.ManagerIDs)
	c.Placements = slices.Clone(c.Placements)
	if c.Budget != nil {
		b := *c.Budget
		b.Thresholds = slices.Clone(b.Thresholds)
		b.Fired = slices.Clone(b.Fired)
		c.Budget = &b
	}
	return c
}

// Change is a changed campaign with the events that go with it into the same write.
type Change struct {
	Campaign Campaign
	Events   []event.Raw
}

// begin starts a change: the copy to work on, one version further.
func (c Campaign) begin(now time.Time) Change {
	next := c.clone()
	next.Version++
	next.UpdatedAt = now.UTC()
	return Change{Campaign: next}
}

// emit adds an event about the campaign as it is now.
func (ch *Change) emit(cause event.Cause, data event.Data) error {
	raw, err := event.New(cause, ch.Campaign.OrgID, ch.Campaign.Subject(), ch.Campaign.Version, len(ch.Events), data)
	if err != nil {
		return err
	}
	ch.Events = append(ch.Events, raw)
	return nil
}
