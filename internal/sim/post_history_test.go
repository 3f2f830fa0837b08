package sim_test

import (
	"testing"

	"bellwether/internal/post"
	"bellwether/internal/sim"
)

// postSteps is how much happens in one history of posts.
const postSteps = 60

// TestPostHistories lives 500 random lives of posts; SIM_HISTORIES and SIM_SEED as for TestHistories.
func TestPostHistories(t *testing.T) {
	n, first := setting(t, "SIM_HISTORIES", 500), setting(t, "SIM_SEED", 1)
	if testing.Short() {
		n = 30
	}
	seen, statuses, events, overtook := map[sim.Fault]int{}, map[post.Status]int{}, map[string]int{}, 0
	for seed := first; seed < first+n; seed++ {
		h, err := sim.NewPostHistory(t.TempDir(), uint64(seed), pages)
		if err != nil {
			t.Fatal(err)
		}
		err = h.Run(postSteps)
		for f, count := range h.Faults {
			seen[f] += count
		}
		for status, count := range h.Statuses {
			statuses[status] += count
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
	for _, status := range []post.Status{post.StatusPublished, post.StatusFailed, post.StatusCancelled} {
		if statuses[status] < n/5 {
			t.Errorf("only %d posts are %s in %d histories", statuses[status], status, n)
		}
	}
	for _, kind := range []string{"PostScheduled", "PostPublished", "PostFailed", "PostCancelled", "PostFailureResolved"} {
		if events[kind] < n/20 {
			t.Errorf("only %d %s in %d histories", events[kind], kind, n)
		}
	}
	if overtook < n/5 {
		t.Errorf("only %d workers were overtaken in %d histories", overtook, n)
	}
	t.Logf("%d histories; calls by fault %v; posts %v; events %v; %d workers overtaken", n, seen, statuses, events, overtook)
}
