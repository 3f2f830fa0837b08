package sim_test

import (
	"testing"

	"bellwether/internal/platform/sandbox"
	"bellwether/internal/sim"
)

// syncSteps is how much happens in one history of an account.
const syncSteps = 120

// TestSyncHistories lives 1,000 random lives of an ad account; SIM_HISTORIES and SIM_SEED as for TestHistories.
func TestSyncHistories(t *testing.T) {
	n, first := setting(t, "SIM_HISTORIES", 1000), setting(t, "SIM_SEED", 1)
	if testing.Short() {
		n = 30
	}
	seen, kinds, events, overtook := map[sim.Fault]int{}, map[string]int{}, map[string]int{}, 0
	for seed := first; seed < first+n; seed++ {
		h, err := sim.NewSyncHistory(t.TempDir(), uint64(seed))
		if err != nil {
			t.Fatal(err)
		}
		err = h.Run(syncSteps)
		for f, count := range h.Faults {
			seen[f] += count
		}
		for kind, count := range h.Kinds {
			kinds[kind] += count
		}
		for _, e := range h.Published {
			events[e.Meta.Type]++
		}
		overtook += h.Overtook()
		if closed := h.Close(); closed != nil {
			t.Fatal(closed)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if n < 200 {
		return
	}
	// A simulation in which nothing happens proves nothing.
	for _, kind := range sandbox.Kinds {
		if kinds[kind] == 0 {
			t.Errorf("no call was ever %s", kind)
		}
	}
	for _, kind := range []string{"IntegrationSyncCompleted", "IntegrationSyncFailed", "IntegrationDisconnected", "IntegrationConnected", "CampaignMetricsUpdated", "BudgetThresholdReached", "CampaignStatusConfirmed"} {
		if events[kind] < n/20 {
			t.Errorf("only %d %s in %d histories", events[kind], kind, n)
		}
	}
	if overtook < n/10 {
		t.Errorf("only %d workers were overtaken in %d histories", overtook, n)
	}
	t.Logf("%d histories; calls by fault %v; events %v; %d workers overtaken", n, seen, events, overtook)
}
