package notification

import (
	"cmp"
	"maps"
	"strconv"
	"time"

	"bellwether/internal/event"
)

// Kinds of alert.
const (
	AlertBudget        = "" // the records of before there were kinds are all of this one
	AlertDisconnected  = "disconnected"
	AlertSyncFailing   = "sync_failing"
	AlertStale         = "stale"
	AlertGrantEnding   = "grant_ending"
	AlertStatusRefused = "status_refused"
	AlertAutomation    = "automation"
	AlertForecast      = "forecast"
	AlertPost          = "post"
	AlertIncident      = "incident"
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

// BudgetAlert is the alert for a threshold event, in the organisation's language.
func BudgetAlert(env event.Envelope[event.BudgetThresholdReached], lang Language) Alert {
	d, m := env.Data, BudgetMessage(env.Data)
	a := m.Alert(AlertBudget, lang, env.Meta)
	a.CampaignID, a.Threshold, a.AlsoCrossed, a.PercentUsed = d.CampaignID, d.Threshold, d.AlsoCrossed, d.PercentUsed
	a.SpendMicros, a.BudgetMicros, a.Currency = d.SpendMicros, d.BudgetMicros, d.Currency
	a.PeriodStart, a.PeriodEnd, a.BudgetVersion, a.Late = d.PeriodStart, d.PeriodEnd, d.BudgetVersion, d.Late
	return a
}

// Alert is the record that the message goes out because of an event, in the organisation's language.
func (m Message) Alert(kind string, lang Language, cause event.Meta) Alert {
	r := m.In(lang, nil)
	return Alert{
		ID: AlertID(cause.ID), OrgID: cause.OrgID, Kind: kind, Severity: m.Severity, Title: r.Title, Text: r.Text,
		AlsoCrossed: []int{}, EventID: cmp.Or(m.EventID, cause.ID), At: cause.OccurredAt,
	}
}

// BudgetMessage tells a threshold: medium under 90 %, high from 90, critical from 100.
func BudgetMessage(d event.BudgetThresholdReached) Message {
	args := Args{
		"name": plain(d.Name), "percent": {Percent: d.PercentUsed}, "at": moment(d.AsOf),
		"spend": amount(d.SpendMicros, d.Currency), "budget": amount(d.BudgetMicros, d.Currency),
	}
	m := Message{Category: "budget", Severity: budgetSeverity(d.Threshold), Title: say("budget.title", args), SMS: say("budget.sms", args)}
	m.Lines = []Text{spentLine(d, args)}
	if over := d.SpendMicros - d.BudgetMicros; over > 0 {
		m.Lines = append(m.Lines, say("budget.over", Args{"over": amount(over, d.Currency)}))
	}
	if len(d.AlsoCrossed) > 0 {
		m.Lines = append(m.Lines, say("budget.also", Args{"percents": percents(d.AlsoCrossed)}))
	}
	switch {
	case d.Late:
		m.Lines = append(m.Lines, say("budget.late", nil))
	case d.Stale:
		m.Lines = append(m.Lines, say("budget.stale", nil))
	}
	return m
}

// ForecastMessage tells that a budget will not do.
func ForecastMessage(d event.BudgetForecastReached) Message {
	args := Args{
		"name": plain(d.Name), "percent": {Percent: strconv.Itoa(d.Threshold)}, "at": moment(d.AsOf),
		"forecast": amount(d.ForecastMicros, d.Currency), "low": amount(d.LowMicros, d.Currency), "high": amount(d.HighMicros, d.Currency),
		"spend": amount(d.SpendMicros, d.Currency), "budget": amount(d.BudgetMicros, d.Currency),
	}
	m := Message{Category: "budget", Severity: High, Title: say("forecast.title", args), Lines: []Text{say("forecast.line", args)}}
	if !d.ExhaustsAt.IsZero() {
		m.Lines = append(m.Lines, say("forecast.exhausts", Args{"when": moment(d.ExhaustsAt)}))
	}
	return m
}

// LandingMessage tells that a campaign pauses before its budget is spent, so that what is on its way lands on it.
func LandingMessage(d event.BudgetLandingReached) Message {
	args := Args{
		"name": plain(d.Name), "at": moment(d.AsOf), "burn": amount(d.BurnMicros, d.Currency),
		"spend": amount(d.SpendMicros, d.Currency), "budget": amount(d.BudgetMicros, d.Currency),
	}
	return Message{Category: "budget", Severity: High, Title: say("landing.title", args), Lines: []Text{say("landing.line", args), say("landing.advice", nil)}}
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

func spentLine(d event.BudgetThresholdReached, args Args) Text {
	args = maps.Clone(args)
	switch d.Period {
	case "daily":
		args["day"] = Arg{Date: d.PeriodStart}
		return say("budget.spent.day", args)
	case "monthly":
		args["month"] = Arg{Month: d.PeriodStart}
		return say("budget.spent.month", args)
	}
	return say("budget.spent", args)
}

func percents(numbers []int) Arg {
	list := make([]Arg, len(numbers))
	for n, p := range numbers {
		list[n] = Arg{Percent: strconv.Itoa(p)}
	}
	return Arg{List: list}
}
