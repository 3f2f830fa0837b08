package event

import "time"

// Deed is what a rule of automation does, would do or did about a campaign.
type Deed struct {
	ActionID     string   `json:"actionId"`
	DecisionID   string   `json:"decisionId"` // why, gate by gate
	RuleID       string   `json:"ruleId"`
	RuleName     string   `json:"ruleName"`
	RuleVersion  int64    `json:"ruleVersion"`
	CampaignID   string   `json:"campaignId"`
	CampaignName string   `json:"campaignName"`
	Kind         string   `json:"kind"` // notify, pause, resume, scale_budget
	Percent      int      `json:"percent,omitempty"`
	FromMicros   int64    `json:"fromMicros,omitempty"` // the budget before; 0: the campaign has none of its own
	ToMicros     int64    `json:"toMicros,omitempty"`
	Currency     string   `json:"currency"`
	ManagerIDs   []string `json:"managerIds"`
}

// RuleMatched says that a rule's condition is met, and that it only tells.
type RuleMatched struct{ Deed }

// ActionProposed says that a rule asks people for their approval.
type ActionProposed struct {
	Deed
	ExpiresAt time.Time `json:"expiresAt"`
	Approvals int       `json:"approvals"` // how many people have to agree: 1 or 2
}

// ActionTaken says that a rule changed a campaign, or that people let it.
type ActionTaken struct {
	Deed
	ApprovedBy []string  `json:"approvedBy,omitempty"`
	UndoUntil  time.Time `json:"undoUntil"`
}

// ActionUndone says that a person took back what a rule did.
type ActionUndone struct {
	Deed
	UndoneBy string `json:"undoneBy"` // the actor: "user/<id>"
}

// RuleTripped says that a rule was taken back to telling, because what it does fails or goes back and forth.
type RuleTripped struct {
	RuleID     string `json:"ruleId"`
	RuleName   string `json:"ruleName"`
	Why        string `json:"why"` // too_many_errors, flapping
	CampaignID string `json:"campaignId,omitempty"`
}

// RuleRestored says that a person saved a rule that had tripped: it works again as its mode says.
type RuleRestored struct {
	RuleID   string `json:"ruleId"`
	RuleName string `json:"ruleName"`
}

func (RuleMatched) EventType() string    { return "RuleMatched" }
func (RuleMatched) EventVersion() int    { return 1 }
func (ActionProposed) EventType() string { return "ActionProposed" }
func (ActionProposed) EventVersion() int { return 1 }
func (ActionTaken) EventType() string    { return "ActionTaken" }
func (ActionTaken) EventVersion() int    { return 1 }
func (ActionUndone) EventType() string   { return "ActionUndone" }
func (ActionUndone) EventVersion() int   { return 1 }
func (RuleTripped) EventType() string    { return "RuleTripped" }
func (RuleTripped) EventVersion() int    { return 1 }
func (RuleRestored) EventType() string   { return "RuleRestored" }
func (RuleRestored) EventVersion() int   { return 1 }

// RecommendationCreated says that there is something to recommend about a campaign that was not before in
// this week.
type RecommendationCreated struct {
	RecommendationID string    `json:"recommendationId"`
	Kind             string    `json:"kind"` // low_ctr, high_cpc, low_cvr, fatigue, underspend, overspend, budget_shift
	CampaignID       string    `json:"campaignId"`
	CampaignName     string    `json:"campaignName"`
	PlacementIDs     []string  `json:"placementIds"` // empty: the whole campaign; of budget_shift: from, to
	Effect           string    `json:"effect"`       // what is expected of following it: clicks_gained
	EffectValue      int64     `json:"effectValue"`
	EffectUnit       string    `json:"effectUnit"` // count; money: micros of Currency; conversions: millionths
	Currency         string    `json:"currency"`
	Confidence       string    `json:"confidence"` // low, medium, high
	ExpiresAt        time.Time `json:"expiresAt"`
	ManagerIDs       []string  `json:"managerIds"`
}

func (RecommendationCreated) EventType() string { return "RecommendationCreated" }
func (RecommendationCreated) EventVersion() int { return 1 }
