package sim_test

import (
	"fmt"
	"testing"
	"time"

	"bellwether/internal/campaign"
	"bellwether/internal/integration"
	"bellwether/internal/money"
	"bellwether/internal/platform"
	"bellwether/internal/platform/sandbox"
	"bellwether/internal/sim"
	"bellwether/internal/store"
)

// The campaigns of the account.
const (
	running = "120210000000101"
	stopped = "120210000000102"
)

// connect connects the account; its first sync is due.
func (w *world) connect(t testing.TB) {
	t.Helper()
	id, err := w.Connect(w.ada, platform.Meta, sim.Account)
	if err != nil {
		t.Fatal(err)
	}
	w.integration = id
}

// synced is a world whose account was synced once, a quarter of an hour ago, and has changed since.
func synced(t testing.TB, w *world) {
	w.connect(t)
	w.settle(t)
	w.Clock.Add(16 * time.Minute)
	w.Sandbox.World().AddResult(platform.Meta, running, sandbox.Result{Date: "2026-11-15", SpendMicros: 700 * money.Micro, Impressions: 1000, Clicks: 10})
	w.Sandbox.World().Change(platform.Meta, stopped, func(c *sandbox.Campaign) { c.Status = "ACTIVE" })
}

// syncScenarios are the runs of the worker and the dispatcher.
func syncScenarios() []scenario {
	sync := func(w *world, choose func(int, string) sim.Fault) error {
		return w.SyncNow(w.ada.OrgID, w.integration, choose)
	}
	return []scenario{
		{name: "first sync", given: func(t *testing.T, w *world) { w.connect(t) }, try: sync},
		{name: "sync of a changed account", given: func(t *testing.T, w *world) { synced(t, w) }, try: sync},
		{name: "dispatch", given: func(t *testing.T, w *world) { synced(t, w) }, try: func(w *world, choose func(int, string) sim.Fault) error { return w.Tick(choose) }},
		{name: "sync under a grant that is gone", given: func(t *testing.T, w *world) {
			synced(t, w)
			w.Sandbox.World().RevokeAll(platform.Meta)
		}, try: sync},
		{name: "sync at the time to renew the token", given: func(t *testing.T, w *world) {
			synced(t, w)
			w.Clock.Add(46 * 24 * time.Hour)
		}, try: sync},
		{name: "disconnect", given: func(t *testing.T, w *world) {
			synced(t, w)
			w.do(t, "integrations-api", "POST", "/v1/integrations/"+w.integration+"/disconnect", `{}`)
			w.settle(t)
			w.Clock.Add(time.Minute)
		}, try: sync},
	}
}

// TestSyncCrashPoints lets every call of a sync fail before and after it took effect, and the worker
// die before and after it, calls of the platform included; singly, and for the short ones twice in a row.
// Then the schedule goes on, and what is stored must be what the platform says.
func TestSyncCrashPoints(t *testing.T) {
	points := 0
	for _, s := range syncScenarios() {
		t.Run(s.name, func(t *testing.T) {
			calls := s.rest(t, nil)
			if calls == 0 {
				t.Fatal("it made no calls")
			}
			for call := range calls {
				for _, f := range sim.Faults {
					points++
					s.rest(t, map[int]sim.Fault{call: f})
				}
			}
			if testing.Short() {
				return
			}
			for first := range min(calls, 14) { // the whole of a run that finds nothing new, and more
				for second := range min(calls, 14) {
					points++
					s.rest(t, map[int]sim.Fault{first: sim.CrashAfter}, map[int]sim.Fault{second: sim.CrashAfter})
				}
			}
		})
	}
	t.Logf("%d crash points and pairs", points)
}

// rest runs the scenario under each plan of faults in turn, lets the schedule go on without any until
// all is quiet, and holds the end against the platform's truth. It answers the calls of the first try.
func (s scenario) rest(t *testing.T, plans ...map[int]sim.Fault) (calls int) {
	t.Helper()
	w := newWorld(t)
	s.given(t, w)
	for n, plan := range plans {
		_ = s.try(w, func(call int, _ string) sim.Fault { return plan[call] })
		if n == 0 {
			calls = w.Calls()
		}
		w.Clock.Add(integration.LeaseTime)
	}
	if err := w.Quiet(w.ada.OrgID, w.integration); err != nil {
		t.Fatalf("%v: %v", plans, err)
	}
	w.hold(t, fmt.Sprint(plans))
	return calls
}

// hold checks the invariants, and the platform's truth.
func (w *world) hold(t *testing.T, under string) {
	t.Helper()
	for _, check := range []func() error{w.CheckSafety, w.CheckLiveness, func() error { return w.CheckSync(w.ada.OrgID, w.integration) }} {
		if err := check(); err != nil {
			t.Fatalf("%s: %v", under, err)
		}
	}
}

// Everything that a person can see of a campaign made by a sync.
func (w *world) campaignOf(t testing.TB, externalID string) campaign.Campaign {
	t.Helper()
	c, err := w.Campaign(w.ada.OrgID, campaign.DiscoveredID(w.ada.OrgID, w.integration, externalID))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// The whole story over the sandbox: connect, two syncs, a threshold, the pause at the platform, the
// grant taken back there.
func TestStoryOfAnAccount(t *testing.T) {
	w := newWorld(t)
	w.connect(t)
	w.settle(t)
	c := w.campaignOf(t, running)
	if c.Status() != campaign.Active || c.Currency != "JPY" || w.campaignOf(t, stopped).Status() != campaign.Paused {
		t.Fatalf("after the first sync it is %+v", c)
	}
	w.do(t, "campaigns-api", "POST", "/v1/campaigns/"+c.ID+"/budget", fmt.Sprintf(`{"amount":"%d","period":"monthly"}`, 100+c.Totals.SpendMicros/money.Micro))
	w.Sandbox.World().AddResult(platform.Meta, running, sandbox.Result{Date: "2026-11-15", SpendMicros: 500 * money.Micro})
	w.Clock.Add(15 * time.Minute)
	if err := w.Quiet(w.ada.OrgID, w.integration); err != nil {
		t.Fatal(err)
	}
	if c := w.campaignOf(t, running); c.Status() != campaign.Paused || len(w.Messages) != 1 {
		t.Errorf("after the budget was spent it is %s, %d messages were sent", c.Status(), len(w.Messages))
	}
	if there, _ := w.Sandbox.World().Campaign(platform.Meta, running); there.Status != "PAUSED" {
		t.Errorf("at the platform it is %s", there.Status)
	}
	w.Sandbox.World().RevokeAll(platform.Meta)
	w.Clock.Add(15 * time.Minute)
	if err := w.Quiet(w.ada.OrgID, w.integration); err != nil {
		t.Fatal(err)
	}
	i, err := store.Integrations{Table: w.Table}.Get(t.Context(), w.ada.OrgID, w.integration)
	if err != nil || i.Status != integration.NeedsReconnect || i.Reason != integration.ReasonRevoked {
		t.Errorf("after the grant was taken back it is %s, %s (%v)", i.Status, i.Reason, err)
	}
	w.hold(t, "the story")
}
