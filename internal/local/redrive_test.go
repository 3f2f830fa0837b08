package local

import (
	"strings"
	"testing"
	"time"
)

// What a listener could not handle waits for a person, is an incident, and is redriven to that listener only.
func TestRedriveByTheAPI(t *testing.T) {
	var broken, other flaky
	broken.broken.Store(true)
	r := start(t, t.TempDir(), newClock(), broken.over("notify-budget-threshold"), other.over("update-performance-metrics"))
	path := r.campaign()
	r.spend(path, "22", "100")
	r.drain()
	r.later(time.Minute)
	r.later(2 * time.Minute)
	if n := len(r.state().DeadLetters); n != 1 {
		t.Fatalf("%d dead letters", n)
	}
	r.later(5 * time.Minute) // they are collected
	if n := len(r.state().DeadLetters); n != 0 {
		t.Errorf("%d letters are left in the queue", n)
	}
	page := r.do("GET", "/v1/dead-letters", "", 200)
	wantText(t, "the letters", page, `"listener":"notify-budget-threshold"`, `"kind":"dead"`, `"eventType":"BudgetThresholdReached"`, `"tries":3`, `"state":"waiting"`, `"reason":"it failed at each of its 3 tries"`)
	if strings.Contains(page, errBroken.Error()) {
		t.Error("a client reads what went wrong inside")
	}
	wantText(t, "the incidents", r.do("GET", "/v1/incidents?state=open", "", 200), `"kind":"dead_letters"`, `"severity":2`)

	calls := other.calls.Load()
	broken.broken.Store(false)
	wantText(t, "redriving", r.do("POST", "/v1/dead-letters/redrive", `{"listener":"notify-budget-threshold"}`, 200), `"redriven":1`, `"more":false`)
	r.later(time.Minute)
	wantText(t, "the campaign", r.do("GET", path, "", 200), `"status":"paused"`)
	wantText(t, "the letters", r.do("GET", "/v1/dead-letters", "", 200), `"items":[]`)
	wantText(t, "the history", r.do("GET", "/v1/dead-letters?listener=notify-budget-threshold", "", 200), `"state":"redriven"`, `"redrives":1`)
	wantText(t, "the incidents", r.do("GET", "/v1/incidents?state=resolved", "", 200), `"kind":"dead_letters"`)
	wantText(t, "the audit trail", r.do("GET", "/v1/org/audit", "", 200), `"action":"dead_letter.redriven"`)
	if got := other.calls.Load(); got != calls {
		t.Errorf("another listener heard %d more", got-calls)
	}
}

// What fails again after it was redriven waits again.
func TestWhatIsRedrivenMayFailAgain(t *testing.T) {
	var broken flaky
	broken.broken.Store(true)
	r := start(t, t.TempDir(), newClock(), broken.over("notify-budget-threshold"))
	r.spend(r.campaign(), "22", "100")
	r.drain()
	again := func() {
		for range 3 {
			r.later(3 * time.Minute)
		}
		r.later(5 * time.Minute)
	}
	again()
	r.do("POST", "/v1/dead-letters/redrive", `{"listener":"notify-budget-threshold"}`, 200)
	again()
	wantText(t, "the letters", r.do("GET", "/v1/dead-letters", "", 200), `"state":"waiting"`, `"redrives":1`)
}
