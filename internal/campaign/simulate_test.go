package campaign

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"bellwether/internal/budget"
	"bellwether/internal/event"
	"bellwether/internal/fault"
)

const simulated = "0198f1c2-6b00-7a10-8b3e-4c1d2e3f4a5b"

func simulatedSpec(amount int64, period budget.Period) Spec {
	return Spec{
		ID: simulated, OrgID: simulated, Name: "What if", Objective: "other", Currency: "USD", TimeZone: "UTC", Activate: true, Origin: OriginAPI,
		CreatedBy: "user", Budget: &budget.Budget{AmountMicros: amount * 1_000_000, Period: period, Thresholds: []int{80, 90, 100}},
	}
}

// landingSpec is a daily budget of 100 that is to land.
func landingSpec() Spec {
	s := simulatedSpec(100, budget.Daily)
	s.Budget.Landing = &budget.Landing{}
	return s
}

// inShort are the events in short.
func inShort(t *testing.T, events []event.Raw) (list []string) {
	t.Helper()
	for _, raw := range events {
		switch raw.Meta.Type {
		case "BudgetThresholdReached":
			e, err := event.Decode[event.BudgetThresholdReached](raw)
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, fmt.Sprint(raw.Meta.OccurredAt.Format("01-02 15h"), " ", e.Data.Threshold, e.Data.AlsoCrossed))
		case "BudgetForecastReached":
			e, err := event.Decode[event.BudgetForecastReached](raw)
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, fmt.Sprint(raw.Meta.OccurredAt.Format("01-02 15h"), " forecast ", e.Data.Threshold))
		case "BudgetLandingReached":
			list = append(list, raw.Meta.OccurredAt.Format("01-02 15h")+" landing")
		case "CampaignStatusChanged":
			e, err := event.Decode[event.CampaignStatusChanged](raw)
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, raw.Meta.OccurredAt.Format("01-02 15h")+" "+e.Data.Current)
		}
	}
	return list
}

func TestSimulate(t *testing.T) {
	at := func(day, hour int) time.Time { return time.Date(2026, 11, day, hour, 0, 0, 0, time.UTC) }
	read := func(day, hour int, spend int64) Reading {
		return Reading{At: at(day, hour), Date: at(day, 0).Format(time.DateOnly), SpendMicros: spend * 1_000_000}
	}
	for _, tt := range []struct {
		name      string
		spec      Spec
		readings  []Reading
		autoPause bool
		want      []string
	}{
		{
			name: "a jump tells the highest once", spec: simulatedSpec(100, budget.Daily), autoPause: true,
			readings: []Reading{read(3, 10, 70), read(3, 11, 95), read(3, 12, 95)},
			// At 10h 70 in 10 hours are 168 for the day, but a forecast is told when it is seen twice, 6 hours apart.
			want: []string{"11-03 11h 90 [80]"},
		},
		{
			name: "spent, paused, and running again the next day", spec: simulatedSpec(100, budget.Daily), autoPause: true,
			readings: []Reading{read(3, 20, 100), read(4, 9, 5)},
			want:     []string{"11-03 20h 100 [80 90]", "11-03 20h paused", "11-04 00h active"},
		},
		{
			name: "nothing pauses where people want none", spec: simulatedSpec(100, budget.Daily), autoPause: false,
			readings: []Reading{read(3, 20, 100)}, want: []string{"11-03 20h 100 [80 90]"},
		},
		{
			name: "a forecast is told when two in a row reach it, 6 hours apart", spec: simulatedSpec(300, budget.Monthly), autoPause: true,
			// 15 a day are 450 in the month: seen on the 2nd (a day is over), told on the 3rd, and once.
			readings: []Reading{read(1, 23, 15), read(2, 23, 15), read(3, 23, 15), read(4, 23, 15)},
			want:     []string{"11-03 23h forecast 100"},
		},
		{
			name: "a budget that is to land pauses before 100 %", spec: landingSpec(), autoPause: true,
			// 20 an hour and 31 minutes ahead: 10.33 are held back of 100, so it pauses from 89.67 on.
			readings: []Reading{read(3, 10, 50), read(3, 11, 70), read(3, 12, 90), read(3, 13, 99)},
			want:     []string{"11-03 12h 90 [80]", "11-03 12h landing", "11-03 12h paused"},
		},
		{name: "little tells nothing", spec: simulatedSpec(1_000, budget.Monthly), autoPause: true, readings: []Reading{read(3, 23, 15), read(4, 23, 15)}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			events, err := Simulate(tt.spec, tt.readings, tt.autoPause)
			if err != nil {
				t.Fatal(err)
			}
			if got := inShort(t, events); !slices.Equal(got, tt.want) {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
	for name, bad := range map[string][]Reading{
		"readings":       nil,
		"readings[1].at": {read(3, 10, 1), read(3, 10, 2)},
	} {
		_, err := Simulate(simulatedSpec(1, budget.Daily), bad, true)
		e, ok := err.(*fault.Error)
		if !ok || len(e.Fields) != 1 || e.Fields[0].Name != name {
			t.Errorf("%s: %v", name, err)
		}
	}
}
