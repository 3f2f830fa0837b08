package notification

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"bellwether/internal/event"
	"bellwether/internal/money"
)

// Kinds of alert.
const (
	AlertBudget        = "" // the records of before there were kinds are all of this one
	AlertDisconnected  = "disconnected"
	AlertSyncFailing   = "sync_failing"
	AlertStale         = "stale"
	AlertGrantEnding   = "grant_ending"
	AlertStatusRefused = "status_refused"
	AlertPost          = "post"
)

// Alert is the record of one alert decision: what the dashboard shows and the history keeps. What
// stands from Threshold to Late is a budget's.
type Alert struct {
	ID            string    `json:"id"`
	OrgID         string    `json:"orgId"`
	Kind          string    `json:"kind,omitempty"`
	CampaignID    string    `json:"campaignId"` // "" for an account's
	IntegrationID string    `json:"integrationId,omitempty"`
	PostID        string    `json:"postId,omitempty"`
	Severity      Severity  `json:"severity"`
	Title         string    `json:"title"`
	Text          string    `json:"text"`
	Threshold     int       `json:"threshold"`
	AlsoCrossed   []int     `json:"alsoCrossed"`
	PercentUsed   string    `json:"percentUsed"`
	SpendMicros   int64     `json:"spendMicros"`
	BudgetMicros  int64     `json:"budgetMicros"`
	Currency      string    `json:"currency"`
	PeriodStart   string    `json:"periodStart"`
	PeriodEnd     string    `json:"periodEnd"`
	BudgetVersion int64     `json:"budgetVersion"`
	Late          bool      `json:"late"`
	EventID       string    `json:"eventId"`
	At            time.Time `json:"at"`
}

// AlertID is the id of the alert that the event causes.
func AlertID(eventID string) string { return event.Derive(eventID, "alert") }

// BudgetAlert is the alert for a threshold event.
func BudgetAlert(env event.Envelope[event.BudgetThresholdReached]) Alert {
	d, m := env.Data, BudgetMessage(env.Data)
	return Alert{
		ID: AlertID(env.Meta.ID), OrgID: env.Meta.OrgID, CampaignID: d.CampaignID,
		Severity: m.Severity, Title: m.Title, Text: m.Text,
		Threshold: d.Threshold, AlsoCrossed: d.AlsoCrossed, PercentUsed: d.PercentUsed,
		SpendMicros: d.SpendMicros, BudgetMicros: d.BudgetMicros, Currency: d.Currency,
		PeriodStart: d.PeriodStart, PeriodEnd: d.PeriodEnd, BudgetVersion: d.BudgetVersion,
		Late: d.Late, EventID: env.Meta.ID, At: env.Meta.OccurredAt,
	}
}

// Alert is the record that the message goes out because of an event.
func (m Message) Alert(kind string, cause event.Meta) Alert {
	return Alert{
		ID: AlertID(cause.ID), OrgID: cause.OrgID, Kind: kind, Severity: m.Severity, Title: m.Title, Text: m.Text,
		AlsoCrossed: []int{}, EventID: cmp.Or(m.EventID, cause.ID), At: cause.OccurredAt,
	}
}

// BudgetMessage tells a threshold: medium under 90 %, high from 90, critical from 100.
func BudgetMessage(d event.BudgetThresholdReached) Message {
	currency := money.Currency(d.Currency)
	spend, budget := money.Of(d.SpendMicros, currency).Text(), money.Of(d.BudgetMicros, currency).Text()
	m := Message{
		Category: "budget",
		Severity: budgetSeverity(d.Threshold),
		Title:    fmt.Sprintf("%s has used %s %% of its budget", d.Name, d.PercentUsed),
	}
	lines := []string{fmt.Sprintf("%s of %s is spent%s, as of %s.", spend, budget, periodText(d), d.AsOf.UTC().Format("2 Jan 2006 15:04 UTC"))}
	if over := d.SpendMicros - d.BudgetMicros; over > 0 {
		lines = append(lines, fmt.Sprintf("That is %s over.", money.Of(over, currency).Text()))
	}
	if len(d.AlsoCrossed) > 0 {
		lines = append(lines, fmt.Sprintf("It passed %s at the same time.", percentList(d.AlsoCrossed)))
	}
	switch {
	case d.Late:
		lines = append(lines, "The period is over already: these results came late, and nothing is paused for them.")
	case d.Stale:
		lines = append(lines, "The results are too old to act on: nothing is paused for them.")
	}
	m.Text = strings.Join(lines, "\n")
	m.SMS = gsm(fmt.Sprintf("Bellwether: %s %% of budget used (%s of %s): %s", d.PercentUsed, spend, budget, d.Name), 160)
	return m
}

func budgetSeverity(threshold int) Severity {
	switch {
	case threshold >= 100:
		return Critical
	case threshold >= 90:
		return High
	default:
		return Medium
	}
}

func periodText(d event.BudgetThresholdReached) string {
	switch d.Period {
	case "daily":
		return " for " + d.PeriodStart
	case "monthly":
		if month, err := time.Parse(time.DateOnly, d.PeriodStart); err == nil {
			return " for " + month.Format("January 2006")
		}
	}
	return ""
}

func percentList(percents []int) string {
	texts := make([]string, len(percents))
	for i, p := range percents {
		texts[i] = strconv.Itoa(p) + " %"
	}
	return strings.Join(texts, ", ")
}

// gsm is the text in printable ASCII, all of which GSM-7 can carry but for a few signs, cut to n
// characters: one odd letter in a name would make a phone's network split the message.
func gsm(text string, n int) string {
	clean := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || strings.ContainsRune("`[]{}\\^|~", r) {
			return '?'
		}
		return r
	}, text)
	return clean[:min(n, len(clean))]
}
