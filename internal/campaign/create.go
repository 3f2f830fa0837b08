package campaign

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"bellwether/internal/budget"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/money"
)

// Objectives are the normalised goals of a campaign.
var Objectives = []string{"awareness", "traffic", "engagement", "leads", "sales", "app", "video", "other"}

// Platforms are the ad platforms that a placement can be on.
var Platforms = []string{"meta", "google", "linkedin", "tiktok", "x", "snapchat", "other"}

// Spec is what a new campaign shall be.
type Spec struct {
	ID          string
	OrgID       string
	Name        string
	Objective   string
	Description string
	Currency    money.Currency
	TimeZone    string
	StartDate   string
	EndDate     string
	Budget      *budget.Budget
	ValuePer    Value
	ManagerIDs  []string
	Placements  []PlacementSpec
	Activate    bool
	CreatedBy   string
	Origin      string
}

// PlacementSpec is what a new placement shall be.
type PlacementSpec struct {
	Platform      string
	IntegrationID string
	ExternalID    string
	Name          string
	Currency      money.Currency // of the ad account; "" for the campaign's
}

// Create makes a campaign at version 1, with its CampaignCreated event.
func Create(spec Spec, cause event.Cause) (Change, error) {
	return create(spec, cause, func(*Campaign) {})
}

// create is Create with a finishing touch before the event is made.
func create(spec Spec, cause event.Cause, finish func(*Campaign)) (Change, error) {
	c := Campaign{
		ID: spec.ID, OrgID: spec.OrgID, Name: spec.Name, Objective: spec.Objective, Description: spec.Description,
		Lifecycle: Draft, Currency: spec.Currency, TimeZone: spec.TimeZone, StartDate: spec.StartDate, EndDate: spec.EndDate,
		ValuePer: spec.ValuePer, ManagerIDs: spec.ManagerIDs, CreatedBy: spec.CreatedBy, Origin: spec.Origin,
		CreatedAt: cause.At.UTC(),
	}
	if spec.Activate {
		c.Lifecycle = Active
	}
	if spec.Budget != nil {
		b := *spec.Budget
		b.Version = 1
		c.Budget = &b
	}
	if err := c.validate(); err != nil {
		return Change{}, err
	}
	ch := c.begin(cause.At)
	for i, p := range spec.Placements {
		if err := ch.Campaign.place(p, fmt.Sprintf("placements[%d]", i)); err != nil {
			return Change{}, err
		}
	}
	ch.Campaign.PeriodStart = ch.Campaign.Window(cause.At).Start
	if b := ch.Campaign.Budget; b != nil {
		b.Since = ch.Campaign.PeriodStart
	}
	finish(&ch.Campaign)
	return ch, ch.emit(cause, ch.Campaign.created())
}

func (c Campaign) created() event.CampaignCreated {
	e := event.CampaignCreated{
		CampaignID: c.ID, Name: c.Name, Platforms: c.Platforms(), Objective: c.Objective, Status: string(c.Status()),
		Currency: string(c.Currency), TimeZone: c.TimeZone, StartDate: c.StartDate, EndDate: c.EndDate,
		Origin: c.Origin, CreatedBy: c.CreatedBy, ManagerIDs: c.managers(),
	}
	if b := c.Budget; b != nil {
		e.Budget = &event.Budget{AmountMicros: b.AmountMicros, Period: string(b.Period), Thresholds: b.Thresholds, Version: b.Version}
	}
	return e
}

func (c Campaign) managers() []string { return append([]string{}, c.ManagerIDs...) }

// place adds a placement, or says what is wrong with it.
func (c *Campaign) place(p PlacementSpec, field string) error {
	if p.Currency != "" && p.Currency != c.Currency {
		return &fault.Error{Kind: fault.Invalid, Code: "mixed_currencies",
			Message: fmt.Sprintf("the campaign is in %s and the ad account in %s; one budget can't hold both", c.Currency, p.Currency),
			Fields:  []fault.Field{{Name: field + ".currency", Message: "must be " + string(c.Currency)}}}
	}
	var bad []fault.Field
	if !slices.Contains(Platforms, p.Platform) {
		bad = append(bad, fault.Field{Name: field + ".platform", Message: "must be one of " + strings.Join(Platforms, ", ")})
	}
	bad = append(bad, text(field+".name", p.Name, 1, 200)...)
	bad = append(bad, text(field+".externalId", p.ExternalID, 0, 100)...)
	if len(c.Placements) >= MaxPlacements {
		bad = append(bad, fault.Field{Name: field, Message: fmt.Sprintf("a campaign has at most %d placements", MaxPlacements)})
	}
	id := c.placementID(p)
	if c.has(p) {
		bad = append(bad, fault.Field{Name: field, Message: "the campaign has this placement already"})
	}
	if len(bad) > 0 {
		return fault.InvalidFields(bad...)
	}
	c.Placements = append(c.Placements, Placement{
		ID: id, Platform: p.Platform, IntegrationID: p.IntegrationID, ExternalID: p.ExternalID, Name: p.Name,
	})
	return nil
}

// placementID is derived from what identifies a placement: the platform's own id, or else its name.
func (c Campaign) placementID(p PlacementSpec) string {
	if p.ExternalID == "" {
		return event.Derive(c.ID, "placement", p.Platform, "named", p.Name)
	}
	return event.Derive(c.ID, "placement", p.Platform, p.IntegrationID, p.ExternalID)
}

func (c Campaign) has(p PlacementSpec) bool {
	id := c.placementID(p)
	return slices.ContainsFunc(c.Placements, func(have Placement) bool { return have.ID == id })
}

// validate refuses what no campaign may be.
func (c Campaign) validate() error {
	bad := text("name", c.Name, 1, 200)
	bad = append(bad, text("description", c.Description, 0, 2000)...)
	if !slices.Contains(Objectives, c.Objective) {
		bad = append(bad, fault.Field{Name: "objective", Message: "must be one of " + strings.Join(Objectives, ", ")})
	}
	if !c.Currency.Valid() {
		bad = append(bad, fault.Field{Name: "currency", Message: "must be an ISO 4217 code like USD"})
	}
	if _, err := time.LoadLocation(c.TimeZone); err != nil || c.TimeZone == "" || c.TimeZone == "Local" {
		bad = append(bad, fault.Field{Name: "timeZone", Message: "must be an IANA time zone like America/New_York"})
	}
	bad = append(bad, c.validateFlight()...)
	bad = append(bad, c.validateManagers()...)
	if c.ValuePer.ConversionMicros < 0 {
		bad = append(bad, fault.Field{Name: "conversionValue", Message: "must not be negative"})
	}
	if c.ValuePer.ApprovedMicros < 0 {
		bad = append(bad, fault.Field{Name: "approvedConversionValue", Message: "must not be negative"})
	}
	if c.Budget != nil {
		bad = append(bad, c.Budget.Validate("budget")...)
	}
	if len(bad) > 0 {
		return fault.InvalidFields(bad...)
	}
	return nil
}

// validateFlight leaves an end before the start to the automated checks, which report it:
// a draft may be half thought out.
func (c Campaign) validateFlight() []fault.Field {
	return append(day("startDate", c.StartDate), day("endDate", c.EndDate)...)
}

func day(name, date string) []fault.Field {
	if date == "" || budget.ValidDate(date) {
		return nil
	}
	return []fault.Field{{Name: name, Message: "must be a day like 2026-11-30"}}
}

func (c Campaign) validateManagers() []fault.Field {
	if len(c.ManagerIDs) > 20 {
		return []fault.Field{{Name: "managerIds", Message: "at most 20 managers"}}
	}
	for i, id := range c.ManagerIDs {
		if !event.IsID(id) {
			return []fault.Field{{Name: fmt.Sprintf("managerIds[%d]", i), Message: "must be a member's id"}}
		}
	}
	return nil
}

// text wants between low and high characters of valid UTF-8, with no control characters.
func text(name, value string, low, high int) []fault.Field {
	n := utf8.RuneCountInString(value)
	clean := utf8.ValidString(value) && !strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\n' })
	if clean && n >= low && n <= high && (low == 0 || strings.TrimSpace(value) != "") {
		return nil
	}
	return []fault.Field{{Name: name, Message: fmt.Sprintf("must be a text of %d to %d characters", low, high)}}
}
