// Package automation decides what is done about a campaign without a person: rules over its results,
// the gates that every action has to pass, and the record of each decision. It is pure: results, time
// and what was done before come in as arguments.
package automation

import (
	"time"

	"bellwether/internal/analytics"
	"bellwether/internal/campaign"
	"bellwether/internal/money"
)

// Mode is how far a rule may go.
type Mode string

const (
	Shadow  Mode = "shadow"  // decides and records, and does nothing: a new rule begins here
	Notify  Mode = "notify"  // tells people what it would do
	Approve Mode = "approve" // asks, and does it once a person agrees
	Act     Mode = "act"     // does it
)

// Modes are all of them, the most careful first.
func Modes() []Mode { return []Mode{Shadow, Notify, Approve, Act} }

// Rule is a condition over a campaign's results, and what to do when it is met.
type Rule struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"`
	Mode    Mode      `json:"mode"`
	Enabled bool      `json:"enabled"`
	Scope   Scope     `json:"scope"`
	When    Condition `json:"when"`
	// Days is on how many days in a row the condition has to hold, each judged as of its own end; 1 or more.
	Days   int    `json:"days"`
	Action Action `json:"action"`
	Target Target `json:"target"`
	// Currency is that of the rule's amounts. Campaigns in another are out of its scope; "" for a rule
	// without amounts.
	Currency money.Currency `json:"currency,omitempty"`

	// CooldownMinutes is the time between two actions of the rule on one campaign, DailyActions the most
	// of them in a day of the campaign's zone.
	CooldownMinutes int `json:"cooldownMinutes"`
	DailyActions    int `json:"dailyActions"`
	// FourEyesMicros is the change of a budget from which on two people have to approve; 0: never two.
	FourEyesMicros int64 `json:"fourEyes,omitempty"`

	Tripped   *Trip     `json:"tripped,omitempty"` // nil: it works as its mode says
	Version   int64     `json:"version"`
	CreatedBy string    `json:"createdBy"`
	CreatedAt time.Time `json:"createdAt"`
	UpdatedAt time.Time `json:"updatedAt"`
}

// What a rule gets where nothing else is asked for.
const (
	DefaultCooldown     = 6 * time.Hour
	DefaultDailyActions = 3
	MaxDailyActions     = 50
)

// Trip is why a rule was taken back to telling only. Saving the rule anew lifts it.
type Trip struct {
	At  time.Time `json:"at"`
	Why string    `json:"why"` // TripErrors or TripFlapping
}

// Reasons of a Trip.
const (
	TripErrors   = "too_many_errors"
	TripFlapping = "flapping"
)

// Scope is what a rule looks at. Empty lists stand for everything.
type Scope struct {
	CampaignIDs []string `json:"campaignIds,omitempty"`
	Platforms   []string `json:"platforms,omitempty"` // the campaign runs on one of them
}

// Condition is one comparison, or a group of them: exactly one of Any, All and Metric is set.
type Condition struct {
	All []Condition `json:"all,omitempty"`
	Any []Condition `json:"any,omitempty"`

	Metric Metric  `json:"metric,omitempty"`
	Window Window  `json:"window,omitzero"`
	Op     Op      `json:"op,omitempty"`
	Than   Against `json:"than,omitempty"`
	// Value is what the figure is compared with: in the metric's own unit for Fixed; the factor in
	// millionths by which the target's or the previous period's figure is multiplied for the others.
	Value int64 `json:"value,omitempty"`
}

// Window is the days over which a figure is taken: the last complete ones, or with today as the last.
type Window struct {
	Days  int  `json:"days"`
	Today bool `json:"today,omitempty"`
}

// Op compares a figure with a bar.
type Op string

const (
	Above   Op = "above"
	AtLeast Op = "at_least"
	Below   Op = "below"
	AtMost  Op = "at_most"
)

// Against is what a figure is compared with.
type Against string

const (
	Fixed    Against = "value"
	Targeted Against = "target"   // the rule's target of that metric
	Previous Against = "previous" // the same number of days before the window
)

// Metric is a figure of a campaign: counts are whole, amounts and costs micros of its currency, conversions
// and ratios millionths.
type Metric = analytics.Metric

const (
	Spend       = analytics.MetricSpend
	Revenue     = analytics.MetricRevenue
	Impressions = analytics.MetricImpressions
	Clicks      = analytics.MetricClicks
	Conversions = analytics.MetricConversions
	CTR         = analytics.MetricCTR
	CVR         = analytics.MetricCVR
	CPC         = analytics.MetricCPC
	CPM         = analytics.MetricCPM
	CPA         = analytics.MetricCPA
	ROAS        = analytics.MetricROAS
	ROI         = analytics.MetricROI
)

// Target is what the rule's owner wants to reach; nil where a figure has no target.
type Target struct {
	ROAS      *int64 `json:"roas,omitempty"` // millionths
	CPAMicros *int64 `json:"cpa,omitempty"`
}

// Kind is what an action does.
type Kind string

const (
	Tell   Kind = "notify" // whatever the mode, it only tells
	Pause  Kind = "pause"
	Resume Kind = "resume" // takes back what rules paused: never a person's pause, nor a budget's
	Scale  Kind = "scale_budget"
)

// Action is what a rule does when its condition is met.
type Action struct {
	Kind    Kind `json:"kind"`
	Percent int  `json:"percent,omitempty"` // of Scale: -20 to 20, not 0
	// FloorMicros and CapMicros bound the budget after a Scale; 0: not bounded.
	FloorMicros int64 `json:"floor,omitempty"`
	CapMicros   int64 `json:"cap,omitempty"`
}

// Destructive reports whether the action takes reach away.
func (a Action) Destructive() bool { return a.Kind == Pause || (a.Kind == Scale && a.Percent < 0) }

// The most that rules may change a budget by, in percent, and the time over which that holds: platforms
// learn anew after a larger step.
const (
	MaxStep    = 20
	StepPeriod = 72 * time.Hour
)

// Reason is the rule's name among a campaign's reasons to pause.
func (r Rule) Reason() string { return campaign.ReasonRule + r.ID }

// Book is all rules of an organisation, the oldest first.
type Book struct {
	OrgID   string `json:"orgId"`
	Rules   []Rule `json:"rules"`
	Version int64  `json:"-"`
}

// MaxRules is the most rules that an organisation may have.
const MaxRules = 50

// Rule finds a rule.
func (b Book) Rule(id string) (Rule, bool) {
	for _, r := range b.Rules {
		if r.ID == id {
			return r, true
		}
	}
	return Rule{}, false
}
