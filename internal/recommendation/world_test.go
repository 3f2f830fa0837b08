package recommendation

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"bellwether/internal/budget"
	"bellwether/internal/campaign"
	"bellwether/internal/money"
)

const unit = money.Micro

// monday is in ISO week 48. The last 7 complete days are 16 to 22 November; where conversions count,
// 13 to 19 November.
var monday = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// scene is a running campaign in Berlin with the placements a and b on meta and c on google.
func scene() Input {
	return Input{
		Campaign: campaign.Campaign{
			ID: "0198f1c2-9d00-7b21-8c4f-5d6e7f8a9b0c", OrgID: "0198f1c2-6b00-7a10-8b3e-4c1d2e3f4a5b", Name: "Autumn sale",
			Lifecycle: campaign.Active, Currency: "EUR", TimeZone: "Europe/Berlin", StartDate: "2026-01-01", Version: 7,
			Placements: []campaign.Placement{{ID: "a", Platform: "meta"}, {ID: "b", Platform: "meta"}, {ID: "c", Platform: "google"}},
		},
		AsOf: monday.Add(-30 * time.Minute), FreshFor: 6 * time.Hour, Now: monday,
	}
}

// day is what a placement brings a day: spend in cents of the currency, whole conversions.
type day struct{ impressions, clicks, cents, conversions, revenue int64 }

// bring gives a placement the same results on every day from first to last of 2026, as "11-16".
func (in *Input) bring(placementID, first, last string, d day) {
	for date := "2026-" + first; date <= "2026-"+last; date = budget.AddDays(date, 1) {
		row := campaign.Row{
			Date: date, PlacementID: placementID, Impressions: d.impressions, Clicks: d.clicks,
			SpendMicros: d.cents * unit / 100, ConversionMicros: d.conversions * unit,
		}
		if d.revenue > 0 {
			revenue := d.revenue * unit
			row.RevenueMicros = &revenue
		}
		in.Rows = append(in.Rows, row)
	}
}

// found is what is recommended, a line each: the kind, placements, evidence, effect and confidence.
func found(t *testing.T, in Input) string {
	t.Helper()
	list, err := Recommend(in)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, r := range list {
		line := fmt.Sprintf("%s %v %s..%s", r.Kind, r.PlacementIDs, r.From[5:], r.To[5:])
		for _, f := range r.Evidence {
			line += fmt.Sprintf(" %s=%d", f.Name, f.Value)
		}
		lines = append(lines, fmt.Sprintf("%s: %s %d %s, %s", line, r.Effect.Key, r.Effect.Value, r.Effect.Unit, r.Confidence))
	}
	return strings.Join(lines, "\n")
}

func hold(t *testing.T, in Input, want string) {
	t.Helper()
	if got := found(t, in); got != want {
		t.Errorf("found\n%s\nwant\n%s", got, want)
	}
}
