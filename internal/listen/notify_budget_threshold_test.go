package listen

import (
	"testing"

	"bellwether/internal/event"
)

func TestMayPause(t *testing.T) {
	tests := []struct {
		name string
		d    event.BudgetThresholdReached
		want bool
	}{
		{"90 %", event.BudgetThresholdReached{Threshold: 90, AlsoCrossed: []int{80}}, false},
		{"100 %", event.BudgetThresholdReached{Threshold: 100}, true},
		{"a jump to 120 %", event.BudgetThresholdReached{Threshold: 120, AlsoCrossed: []int{100}}, true},
		{"120 % where 100 % is no threshold", event.BudgetThresholdReached{Threshold: 120}, true},
		{"late", event.BudgetThresholdReached{Threshold: 100, Late: true}, false},
		{"stale", event.BudgetThresholdReached{Threshold: 100, Stale: true}, false},
	}
	for _, tt := range tests {
		if got := mayPause(tt.d); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}
