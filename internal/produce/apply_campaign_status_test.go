package produce_test

import (
	"context"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"bellwether/internal/campaign"
	"bellwether/internal/entry"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/integration"
	"bellwether/internal/money"
	"bellwether/internal/platform"
	"bellwether/internal/produce"
	"bellwether/internal/store"
)

func (w *syncWorld) driver() *entry.Listener {
	return produce.ApplyCampaignStatus(produce.Driver{
		Campaigns: store.Campaigns{Table: w.table}, Accounts: w.accounts, Tokens: w.keeper, Connectors: w.keeper.Connectors,
		Park: store.Parked{Table: w.table}, Now: w.clock, Random: w.random,
	})
}

// drive hands the event to the driver.
func (w *syncWorld) drive(e event.Raw) error {
	w.t.Helper()
	payload, err := json.Marshal(map[string]any{"source": event.Source, "detail-type": e.Meta.Type, "detail": e})
	if err != nil {
		w.t.Fatal(err)
	}
	_, err = w.driver().Invoke(w.t.Context(), payload)
	return err
}

// driveAll hands all events so far to the driver that it listens to.
func (w *syncWorld) driveAll() {
	w.t.Helper()
	for _, e := range w.written() {
		if slices.Contains(w.driver().Types(), e.Meta.Type) {
			if err := w.drive(e); err != nil {
				w.t.Fatal(err)
			}
		}
	}
}

func (w *syncWorld) pause(id string) {
	w.t.Helper()
	w.change(id, func(c campaign.Campaign) (campaign.Change, error) {
		return c.Pause("stop", event.Edge(event.Derive("pause", w.now.String()), "user/1", w.now))
	})
}

func (w *syncWorld) resume(id string) {
	w.t.Helper()
	w.change(id, func(c campaign.Campaign) (campaign.Change, error) {
		return c.Resume(event.Edge(event.Derive("resume", w.now.String()), "user/1", w.now))
	})
}

// running is a world with a synced campaign, which the platform runs.
func running(t *testing.T) *syncWorld {
	w := newSyncWorld(t)
	w.platform.has("a", 100)
	w.work()
	w.later(time.Minute)
	return w
}

func TestPauseArrivesAtThePlatformAndIsConfirmed(t *testing.T) {
	w := running(t)
	w.pause("a")
	w.driveAll()
	if !slices.Equal(w.platform.set, []string{"a off"}) {
		t.Fatalf("set %v", w.platform.set)
	}
	w.driveAll() // every event once more
	p := w.campaign("a").Placements[0]
	if len(w.platform.set) != 1 || p.Control.State != campaign.ControlConfirmed || p.Remote.Status != platform.StatusPaused {
		t.Errorf("set %v, the placement is %+v", w.platform.set, p)
	}
	if e := last[event.CampaignStatusConfirmed](w); e.Want != "off" {
		t.Errorf("confirmed %+v", e)
	}
	// The sync sees our own pause there, and takes it for ours.
	w.later(15 * time.Minute)
	w.work()
	if c := w.campaign("a"); c.Placements[0].Held || !slices.Equal(c.PauseReasons, []string{"human"}) {
		t.Errorf("the campaign is %+v", c)
	}
	w.resume("a")
	w.driveAll()
	if !slices.Equal(w.platform.set, []string{"a off", "a on"}) {
		t.Errorf("set %v", w.platform.set)
	}
}

// A pause that was taken back before it was driven is not done any more.
func TestOutdatedPauseDoesNothing(t *testing.T) {
	w := running(t)
	w.pause("a")
	w.later(time.Second)
	w.resume("a")
	w.driveAll()
	if len(w.platform.set) != 0 {
		t.Errorf("set %v", w.platform.set)
	}
}

// A wish that changes while the platform is being told is followed.
func TestWishThatChangesUnderWayIsFollowed(t *testing.T) {
	w := running(t)
	w.pause("a")
	w.platform.fail = func(op string) error {
		if op == "set_status" {
			w.platform.fail = nil
			w.later(time.Second)
			w.resume("a")
		}
		return nil
	}
	w.driveAll()
	if !slices.Equal(w.platform.set, []string{"a off", "a on"}) || len(w.campaign("a").Unsettled()) != 0 {
		t.Errorf("set %v, %+v", w.platform.set, w.campaign("a").Placements)
	}
}

// A process that dies after it told the platform leaves its intent; the redelivery waits for the claim
// to run out, looks, and confirms.
func TestDeathAfterTheCallIsMadeGood(t *testing.T) {
	w := running(t)
	w.pause("a")
	told := false
	w.platform.fail = func(op string) error {
		if op == "campaign" && len(w.platform.set) == 1 && !told {
			told = true
			panic("the process dies")
		}
		return nil
	}
	events := w.written()
	e := events[len(events)-1]
	func() {
		defer func() { _ = recover() }()
		_ = w.drive(e)
	}()
	if s := w.campaign("a").Placements[0].Control.State; s != campaign.ControlPending {
		t.Fatalf("it left %s", s)
	}
	// A sync in between doesn't take the pause for a person's.
	w.later(20 * time.Second)
	if err := w.drive(e); !fault.Is(err, fault.Retryable) {
		t.Fatalf("the claim did not hold: %v", err)
	}
	w.later(campaign.DriveTime)
	if err := w.drive(e); err != nil {
		t.Fatal(err)
	}
	if c := w.campaign("a"); len(w.platform.set) != 1 || len(c.Unsettled()) != 0 || c.Placements[0].Held {
		t.Errorf("set %v, %+v", w.platform.set, c.Placements[0])
	}
}

// What a person does at the platform is seen, and respected.
func TestPersonsChangesAtThePlatformAreRespected(t *testing.T) {
	w := running(t)
	set := func(status platform.Status) {
		c := w.platform.campaigns["a"]
		c.Status, c.RawStatus = status, string(status)
		w.platform.campaigns["a"] = c
		w.later(15 * time.Minute)
		w.work()
		w.driveAll()
	}
	set(platform.StatusPaused)
	if c := w.campaign("a"); c.Status() != campaign.Paused || !c.Placements[0].Held || !slices.Equal(c.PauseReasons, []string{"human"}) {
		t.Errorf("after a pause there it is %+v", c)
	}
	set(platform.StatusActive)
	if c := w.campaign("a"); c.Status() != campaign.Active || c.Placements[0].Held {
		t.Errorf("after a start there it is %+v", c)
	}
	// Paused here for its budget, then started there: the budget counts as overridden.
	w.platform.spends("a", "2026-11-16", 100)
	w.later(15 * time.Minute)
	w.work()
	e := last[event.BudgetThresholdReached](w)
	w.change("a", func(c campaign.Campaign) (campaign.Change, error) {
		return c.PauseForBudget(e.BudgetVersion, e.PeriodStart, event.Edge("pause for budget", "listener", w.now))
	})
	w.driveAll()
	if !slices.Equal(w.platform.set, []string{"a off"}) {
		t.Fatalf("set %v", w.platform.set)
	}
	set(platform.StatusActive)
	if c := w.campaign("a"); c.Status() != campaign.Active || !c.Budget.Overridden(c.PeriodStart) || len(w.platform.set) != 1 {
		t.Errorf("set %v, %+v %+v", w.platform.set, c, c.Budget)
	}
}

// A platform that refuses a pause is told of once, and asked again at each sync.
func TestRefusedPauseIsToldOnceAndTriedAgain(t *testing.T) {
	w := running(t)
	w.platform.fail = func(op string) error {
		if op == "set_status" {
			return refusal(op, platform.ClassAuthScope)
		}
		return nil
	}
	w.pause("a")
	events := w.written()
	if err := w.drive(events[len(events)-1]); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		w.later(15 * time.Minute)
		w.work()
		for _, e := range w.written() {
			if e.Meta.Type == "CampaignStatusDrifted" && !e.Meta.OccurredAt.Before(w.now) {
				if err := w.drive(e); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	n := w.events()
	if n["CampaignStatusRefused"] != 1 || n["CampaignStatusDrifted"] != 3 || w.campaign("a").Placements[0].Control.Refusals != 4 {
		t.Errorf("events %v, %+v", n, w.campaign("a").Placements[0].Control)
	}
	if e := last[event.CampaignStatusRefused](w); e.Want != "off" || e.ErrorClass != "auth_scope" {
		t.Errorf("refused %+v", e)
	}
	w.platform.fail = nil
	w.driveAll()
	if p := w.campaign("a").Placements[0]; p.Control.State != campaign.ControlConfirmed || p.Control.Refusals != 0 {
		t.Errorf("in the end it is %+v", p.Control)
	}
}

// A platform that is unwell is an error, so that the event comes again.
func TestUnwellPlatformIsTriedAgain(t *testing.T) {
	w := running(t)
	w.pause("a")
	w.platform.fail = func(op string) error { return refusal(op, platform.ClassTransient) }
	events := w.written()
	e := events[len(events)-1]
	if err := w.drive(e); !fault.Is(err, fault.Retryable) {
		t.Fatalf("it answered %v", err)
	}
	w.platform.fail = nil
	if err := w.drive(e); err != nil || !slices.Equal(w.platform.set, []string{"a off"}) {
		t.Errorf("%v, set %v", err, w.platform.set)
	}
}

// disconnect is a person's disconnecting, with what the listener does about it.
func (w *syncWorld) disconnect(keep, mark bool) {
	w.t.Helper()
	cause := event.Edge("0198f1c2-7300-7c32-8d50-6e3f4a5b6c7d", "user/1", w.now)
	_, err := w.accounts.Update(w.t.Context(), cause.ID, orgID, w.id, func(i integration.Integration) (integration.Change, error) {
		return i.Disconnect(keep, integration.Affected{Count: 1}, cause)
	})
	if err != nil {
		w.t.Fatal(err)
	}
	_, err = w.accounts.AskSync(w.t.Context(), orgID, w.id, func(s integration.Sync) integration.Sync {
		return s.Ask(integration.TriggerUser, cause.ID, w.now)
	})
	if err != nil || !mark {
		if err != nil {
			w.t.Fatal(err)
		}
		return
	}
	w.change("a", func(c campaign.Campaign) (campaign.Change, error) { return c.Disconnect(w.id, true, keep, cause) })
	_, err = w.accounts.Update(w.t.Context(), "marked", orgID, w.id, func(i integration.Integration) (integration.Change, error) {
		return i.CampaignsMarked(cause)
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *syncWorld) hasGrant() bool {
	_, err := w.keeper.Store.Grant(w.t.Context(), orgID, w.id)
	return err == nil
}

// A person disconnects: the campaigns are paused at the platform first, then the grant goes.
func TestDisconnectingPausesThenRevokes(t *testing.T) {
	w := running(t)
	w.disconnect(false, true)
	w.work()
	if w.platform.revoked != 0 || w.account().Status != integration.Disconnecting {
		t.Fatal("the grant was given up while a campaign runs")
	}
	w.driveAll()
	if !slices.Equal(w.platform.set, []string{"a off"}) {
		t.Fatalf("set %v", w.platform.set)
	}
	w.later(time.Minute)
	w.work()
	if i := w.account(); i.Status != integration.Disconnected || w.platform.revoked != 1 || w.hasGrant() || !w.course().NextAt.IsZero() {
		t.Errorf("it is %s, revoked %d times, grant %v", i.Status, w.platform.revoked, w.hasGrant())
	}
	if c := w.campaign("a"); !slices.Equal(c.PauseReasons, []string{"disconnected"}) {
		t.Errorf("the campaign is paused for %v", c.PauseReasons)
	}
}

func TestDisconnectingLeavesCampaignsRunningWhenTold(t *testing.T) {
	w := running(t)
	w.disconnect(true, true)
	w.work()
	w.driveAll()
	if w.platform.revoked != 1 || len(w.platform.set) != 0 || w.hasGrant() {
		t.Errorf("revoked %d times, set %v, grant %v", w.platform.revoked, w.platform.set, w.hasGrant())
	}
}

// Nobody waits for ever: after half an hour the grant goes, whatever the campaigns do.
func TestDisconnectingEnds(t *testing.T) {
	w := running(t)
	w.disconnect(false, false) // the listener never ran
	for range 40 {
		w.work()
		w.later(time.Minute)
	}
	if i := w.account(); i.Status != integration.Disconnected || w.platform.revoked != 1 {
		t.Errorf("it is %s, revoked %d times", i.Status, w.platform.revoked)
	}
}

// A budget that the platform reports over is told of in the campaign's own period, and the pause that
// follows is driven within the same minute.
func TestSpentBudgetIsPausedAtThePlatform(t *testing.T) {
	w := running(t)
	w.platform.spends("a", "2026-11-16", 101)
	w.later(15 * time.Minute)
	w.work()
	e := last[event.BudgetThresholdReached](w)
	if e.Threshold != 100 || e.SpendMicros != 101*money.Micro {
		t.Fatalf("told %+v", e)
	}
	at := w.now
	_, err := store.Campaigns{Table: w.table}.UpdateFrom(context.Background(), "pause", w.campaign("a"), func(_ context.Context, c campaign.Campaign) (campaign.Change, error) {
		return c.PauseForBudget(e.BudgetVersion, e.PeriodStart, event.Edge("p", "listener", w.now))
	})
	if err != nil {
		t.Fatal(err)
	}
	w.driveAll()
	if !slices.Equal(w.platform.set, []string{"a off"}) || !w.now.Equal(at) {
		t.Errorf("set %v", w.platform.set)
	}
}
