package recommendation

import (
	"math/rand/v2"
	"reflect"
	"testing"

	"bellwether/internal/budget"
	"bellwether/internal/campaign"
)

// chaos is a campaign with results of any kind, many of them at the bars.
func chaos(r *rand.Rand) Input {
	in := paced(r.Int64N(4_000))
	in.Rows = nil
	in.Campaign.ValuePer.ConversionMicros = r.Int64N(2) * 20 * unit
	for _, p := range in.Campaign.Placements {
		quality := 1 + r.Int64N(4)
		for date := "2026-10-10"; date <= "2026-11-23"; date = budget.AddDays(date, 1) {
			if r.IntN(10) == 0 {
				continue
			}
			if r.IntN(15) == 0 {
				quality = 1 + r.Int64N(4)
			}
			impressions := r.Int64N(3) * (1 + r.Int64N(5_000))
			clicks := impressions * quality / 200
			in.Rows = append(in.Rows, campaign.Row{
				Date: date, PlacementID: p.ID, Impressions: impressions, Clicks: clicks,
				SpendMicros: clicks * unit / quality, ConversionMicros: clicks / 20 * quality * unit,
			})
		}
	}
	return in
}

// Whatever the results are: at most one of a kind, never on less than the least data, never for nothing.
func TestWhateverIsRecommendedRestsOnEnough(t *testing.T) {
	random := rand.New(rand.NewPCG(11, 23))
	kinds := map[Kind]int{}
	for range 3_000 {
		in := chaos(random)
		list, err := Recommend(in)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[Kind]bool{}
		for _, r := range list {
			kinds[r.Kind]++
			if seen[r.Kind] || r.Effect.Value <= 0 || r.To >= "2026-11-23" || r.Confidence == "" {
				t.Fatalf("%+v", r)
			}
			seen[r.Kind] = true
			evidence := map[string]int64{}
			for _, f := range r.Evidence {
				evidence[f.Name] = f.Value
			}
			if why := unfounded(r.Kind, evidence); why != "" {
				t.Fatalf("%s: %+v", why, r)
			}
		}
		if seen[Overspend] && seen[Underspend] {
			t.Fatalf("too fast and too slow: %+v", list)
		}
		if again, _ := Recommend(in); !reflect.DeepEqual(list, again) {
			t.Fatalf("%+v, and then %+v", list, again)
		}
	}
	for _, kind := range []Kind{LowCTR, HighCPC, LowCVR, Fatigue, Underspend, Overspend, BudgetShift} {
		if kinds[kind] < 10 {
			t.Errorf("%s was recommended %d times: this test says little of it", kind, kinds[kind])
		}
	}
}

// unfounded is what the evidence lacks; "" for nothing.
func unfounded(kind Kind, of map[string]int64) string {
	bad := map[Kind]bool{
		LowCTR:      of["impressions"] < 2_000 || of["ctr"] >= of["expected_ctr"],
		HighCPC:     of["clicks"] < 100 || of["spend"] < 100*unit || of["cpc"] <= of["expected_cpc"],
		LowCVR:      of["clicks"] < 100 || of["cvr"] >= of["expected_cvr"],
		Fatigue:     min(of["impressions"], of["previous_impressions"]) < 2_000 || of["ctr"] >= of["previous_ctr"] || of["impressions"] <= of["previous_impressions"],
		Underspend:  of["projected_spend"] >= of["budget"] || of["spend"] >= of["expected_spend"],
		Overspend:   of["projected_spend"] <= of["budget"] || of["spend"] <= of["expected_spend"],
		BudgetShift: min(of["from_conversions"], of["to_conversions"]) < 10*unit || min(of["from_spend"], of["to_spend"]) < 100*unit,
	}
	if bad[kind] {
		return "too little, or no reason"
	}
	return ""
}
