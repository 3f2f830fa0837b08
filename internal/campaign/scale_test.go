package campaign

import (
	"slices"
	"testing"

	"bellwether/internal/budget"
	"bellwether/internal/money"
	"bellwether/internal/platform"
)

func TestPlanScale(t *testing.T) {
	const unit = 1_000_000
	placement := func(id string, amount int64, change func(*Placement)) Placement {
		p := Placement{ID: id, IntegrationID: "i", ExternalID: id, Remote: Remote{Budget: &RemoteBudget{Kind: platform.DailyBudget, AmountMicros: amount}}}
		if change != nil {
			change(&p)
		}
		return p
	}
	for _, tt := range []struct {
		name         string
		currency     money.Currency
		own          int64
		placements   []Placement
		percent      int
		floor, limit int64
		want         int64
		placed       []int64 // To of the placements that move
		reason       string
	}{
		{name: "a fifth more", own: 1000 * unit, percent: 20, want: 1200 * unit},
		{name: "a fifth less", own: 1000 * unit, percent: -20, want: 800 * unit},
		{name: "up to the cap", own: 1000 * unit, percent: 20, limit: 1100 * unit, want: 1100 * unit},
		{name: "at the cap", own: 1100 * unit, percent: 20, limit: 1100 * unit, reason: AtLimit},
		{name: "over the cap already is not lowered by a raise", own: 1300 * unit, percent: 20, limit: 1100 * unit, reason: AtLimit},
		{name: "down to the floor", own: 1000 * unit, percent: -20, floor: 900 * unit, want: 900 * unit},
		{name: "under the floor already is not raised by a cut", own: 700 * unit, percent: -20, floor: 900 * unit, reason: AtLimit},
		{name: "cut to cents", own: 33_330_000, percent: 10, want: 36_660_000},                     // 36.663
		{name: "yen have no cents", currency: "JPY", own: 33 * unit, percent: 10, want: 36 * unit}, // 36.3
		{name: "less than a cent", own: 10_000, percent: 10, reason: TooSmall},
		{name: "no budget", percent: 20, reason: NoBudget},
		{
			name: "placements follow the campaign's own", own: 1000 * unit, percent: 20, limit: 1100 * unit, want: 1100 * unit,
			placements: []Placement{placement("a", 50*unit, nil), placement("b", 30*unit, nil)}, placed: []int64{55 * unit, 33 * unit},
		},
		{
			name: "without an own one the cap is for all together", percent: 20, limit: 88 * unit,
			placements: []Placement{placement("a", 50*unit, nil), placement("b", 30*unit, nil)}, placed: []int64{55 * unit, 33 * unit},
		},
		{
			name: "what is shared, gone or not linked stays", percent: 20,
			placements: []Placement{
				placement("a", 50*unit, nil),
				placement("b", 30*unit, func(p *Placement) { p.Remote.Budget.Shared = true }),
				placement("c", 30*unit, func(p *Placement) { p.Remote.Gone = true }),
				placement("d", 30*unit, func(p *Placement) { p.ExternalID = "" }),
			}, placed: []int64{60 * unit},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := Campaign{Currency: tt.currency, Placements: tt.placements}
			if c.Currency == "" {
				c.Currency = "USD"
			}
			if tt.own > 0 {
				c.Budget = &budget.Budget{AmountMicros: tt.own}
			}
			m, reason, ok := c.PlanScale(tt.percent, tt.floor, tt.limit)
			if ok != (tt.reason == "") || reason != tt.reason {
				t.Fatalf("ok %v, %q; want %q", ok, reason, tt.reason)
			}
			if !ok {
				return
			}
			var placed []int64
			for _, p := range m.Placements {
				placed = append(placed, p.To)
			}
			if m.From != tt.own || m.To != tt.want || !slices.Equal(placed, tt.placed) {
				t.Errorf("from %d to %d, placements %v; want %d, %v", m.From, m.To, placed, tt.want, tt.placed)
			}
			if back := m.Inverse(); back.From != m.To || back.To != m.From || back.Inverse().Size() != m.Size() {
				t.Errorf("the inverse is %+v", back)
			}
		})
	}
}
