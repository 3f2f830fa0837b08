package automation

import (
	"time"

	"bellwether/internal/money"
)

// Preset is a rule to begin with. It lacks a target, which only its owner knows.
type Preset struct {
	ID   string
	Rule Rule
}

// Presets are rules for common cases, with a target ROAS and CPA and a cap of the given amounts.
func Presets(currency money.Currency, roas, cpa, limit int64) []Preset {
	days := func(n int) Window { return Window{Days: n} }
	target := Target{ROAS: &roas, CPAMicros: &cpa}
	pace := int(DefaultCooldown / time.Minute)
	slow := int(StepPeriod / time.Minute)
	spend := max(MinSpend(currency), 2*cpa)
	return []Preset{
		{"low_performer", Rule{
			Name: "Pause low performers", Mode: Shadow, Enabled: true, Days: 2, Target: target, Currency: currency,
			When: Condition{All: []Condition{
				{Metric: Spend, Window: days(7), Op: AtLeast, Than: Fixed, Value: spend},
				{Any: []Condition{
					{Metric: ROAS, Window: days(7), Op: Below, Than: Targeted, Value: million / 2},
					{Metric: CPA, Window: days(7), Op: Above, Than: Targeted, Value: 3 * million / 2},
				}},
			}},
			Action: Action{Kind: Pause}, CooldownMinutes: pace, DailyActions: DefaultDailyActions,
		}},
		{"scale_up", Rule{
			Name: "Scale winners up", Mode: Shadow, Enabled: true, Days: 1, Target: Target{ROAS: &roas}, Currency: currency,
			When:   Condition{Metric: ROAS, Window: days(3), Op: Above, Than: Targeted, Value: 6 * million / 5},
			Action: Action{Kind: Scale, Percent: MaxStep, CapMicros: limit}, CooldownMinutes: slow, DailyActions: 1,
		}},
		{"scale_down", Rule{
			Name: "Scale losers down", Mode: Shadow, Enabled: true, Days: 1, Target: Target{ROAS: &roas}, Currency: currency,
			When:   Condition{Metric: ROAS, Window: days(3), Op: Below, Than: Targeted, Value: 4 * million / 5},
			Action: Action{Kind: Scale, Percent: -MaxStep}, CooldownMinutes: slow, DailyActions: 1,
		}},
	}
}
