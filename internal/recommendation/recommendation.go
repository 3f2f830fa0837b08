// Package recommendation says what a person might do about a campaign, with the numbers that speak for
// it. It is pure, and nothing in it changes a campaign: whoever accepts a recommendation still has to do
// what it says.
package recommendation

import (
	"fmt"
	"time"

	"bellwether/internal/event"
	"bellwether/internal/money"
)

// Kind is what is recommended.
type Kind string

const (
	LowCTR      Kind = "low_ctr"      // other creatives or audiences: few who see the ads click
	HighCPC     Kind = "high_cpc"     // other bids: clicks have become dear
	LowCVR      Kind = "low_cvr"      // another landing page or offer: few who click buy
	Fatigue     Kind = "fatigue"      // fresh creatives: people see the ads more and click less
	Underspend  Kind = "underspend"   // the period will end with budget left
	Overspend   Kind = "overspend"    // the budget will be spent before the period ends
	BudgetShift Kind = "budget_shift" // from the first of two placements to the second
)

// Unit says what a figure counts.
type Unit string

const (
	Count       Unit = "count"
	Ratio       Unit = "ratio"       // millionths
	Money       Unit = "money"       // micros of the recommendation's currency
	Conversions Unit = "conversions" // millionths of a conversion
)

// Figure is one number that speaks for a recommendation.
type Figure struct {
	Name  string `json:"name"`
	Value int64  `json:"value"`
	Unit  Unit   `json:"unit"`
}

// Effect is what following a recommendation is expected to bring: a week of it, or for the kinds of
// pace all that is left of the period.
type Effect struct {
	Key   string `json:"key"` // one of the Effect... texts
	Value int64  `json:"value"`
	Unit  Unit   `json:"unit"`
}

// What a recommendation brings.
const (
	EffectClicks      = "clicks_gained"
	EffectConversions = "conversions_gained"
	EffectRevenue     = "revenue_gained"
	EffectSaved       = "spend_saved"
	EffectOver        = "overspend_avoided"
	EffectUsed        = "budget_used"
)

// Confidence says how much data a recommendation rests on. With the least that is asked for it is low,
// from three times that on medium, and from ten times on high. A pace is low in the first quarter of its
// period, medium in the second, and high from the half on.
type Confidence string

const (
	Low    Confidence = "low"
	Medium Confidence = "medium"
	High   Confidence = "high"
)

// TTL is how long a recommendation stands after its numbers were last found so.
const TTL = 72 * time.Hour

// Recommendation is one piece of advice. There is one a kind, campaign and week of the campaign's zone.
type Recommendation struct {
	ID           string         `json:"id"`
	OrgID        string         `json:"orgId"`
	Kind         Kind           `json:"kind"`
	CampaignID   string         `json:"campaignId"`
	CampaignName string         `json:"campaignName"`
	PlacementIDs []string       `json:"placementIds,omitempty"` // none: the whole campaign
	Week         string         `json:"week"`                   // ISO: "2026-W47"
	From         string         `json:"from"`                   // first and last day of what it rests on
	To           string         `json:"to"`
	Currency     money.Currency `json:"currency"`
	Evidence     []Figure       `json:"evidence"`
	Effect       Effect         `json:"effect"`
	Confidence   Confidence     `json:"confidence"`
	State        State          `json:"state"` // as stored: StateAt is what holds
	Answer       *Answer        `json:"answer,omitempty"`
	CreatedAt    time.Time      `json:"createdAt"`
	UpdatedAt    time.Time      `json:"updatedAt"` // when its numbers were last found so
	ExpiresAt    time.Time      `json:"expiresAt"`
	Version      int64          `json:"-"`
}

// Subject is the recommendation's name in events.
func (r Recommendation) Subject() string { return "recommendation/" + r.ID }

// ID names the recommendation of a kind, campaign and week.
func ID(orgID, campaignID string, kind Kind, week string) string {
	return event.Derive(orgID, campaignID, "recommendation", string(kind), week)
}

// weekOf is the ISO week that the moment belongs to in the zone.
func weekOf(at time.Time, zone *time.Location) string {
	year, week := at.In(zone).ISOWeek()
	return fmt.Sprintf("%d-W%02d", year, week)
}
