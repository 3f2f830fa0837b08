package sim_test

import (
	"os"
	"strconv"
	"testing"

	"bellwether/internal/sim"
)

// stepsEach is how much happens in one history.
const stepsEach = 40

// TestHistories lives 1,000 random histories (SIM_HISTORIES sets another number). The first seed is
// SIM_SEED: a failure prints its seed, and SIM_SEED=n SIM_HISTORIES=1 lives it again.
func TestHistories(t *testing.T) {
	n, first := setting(t, "SIM_HISTORIES", 1000), setting(t, "SIM_SEED", 1)
	if testing.Short() {
		n = 50
	}
	seen := map[sim.Fault]int{}
	events := map[string]int{}
	for seed := first; seed < first+n; seed++ {
		h, err := sim.NewHistory(t.TempDir(), uint64(seed))
		if err != nil {
			t.Fatal(err)
		}
		err = h.Run(stepsEach)
		for f, count := range h.Faults {
			seen[f] += count
		}
		for _, e := range h.Published {
			events[e.Meta.Type]++
		}
		if closed := h.Close(); closed != nil {
			t.Fatal(closed)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if n < 50 {
		return
	}
	// A simulation in which nothing happens proves nothing.
	for _, f := range sim.Faults {
		if seen[f] == 0 {
			t.Errorf("no call ever %s", f)
		}
	}
	for _, kind := range []string{"CampaignMetricsUpdated", "BudgetThresholdReached", "CampaignStatusChanged"} {
		if events[kind] < n/2 {
			t.Errorf("only %d %s in %d histories", events[kind], kind, n)
		}
	}
	t.Logf("%d histories; calls by fault %v; events %v", n, seen, events)
}

func setting(t *testing.T, name string, otherwise int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}
