package produce_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"bellwether/internal/campaign"
	"bellwether/internal/event"
	"bellwether/internal/integration"
	"bellwether/internal/money"
	"bellwether/internal/platform"
)

// A first sync reads campaigns, then 28 days; the next one finds nothing new and writes no event.
func TestFirstSyncReadsAllAndTheNextFindsNothingNew(t *testing.T) {
	w := newSyncWorld(t)
	for i := range 7 {
		w.platform.has(fmt.Sprint("c", i), 0)
		for day := 1; day <= 16; day++ {
			w.platform.spends(fmt.Sprint("c", i), fmt.Sprintf("2026-11-%02d", day), int64(day))
		}
	}
	w.work()
	want := map[string]int{"IntegrationConnected": 1, "CampaignCreated": 7, "CampaignMetricsUpdated": 0, "IntegrationSyncCompleted": 1}
	got := w.events()
	want["CampaignMetricsUpdated"] = got["CampaignMetricsUpdated"] // a page at a time: how many depends on the pages
	if !maps.Equal(got, want) || got["CampaignMetricsUpdated"] < 7 {
		t.Fatalf("events %v, want %v", got, want)
	}
	for i := range 7 {
		c := w.campaign(fmt.Sprint("c", i))
		if c.Totals.SpendMicros != 136*money.Micro || c.Status() != campaign.Active || c.Origin != campaign.OriginSync {
			t.Errorf("campaign %d: %+v", i, c)
		}
	}
	done := last[event.IntegrationSyncCompleted](w)
	if done.Added != 7 || done.Trigger != integration.TriggerConnect || !slices.Equal(done.DataTypes, []string{"account", "campaigns", "metrics"}) {
		t.Errorf("completed %+v", done)
	}
	s := w.course()
	if s.Run != nil || s.Holder != "" || !s.NextAt.Equal(begin.Add(15*time.Minute)) || s.HistoryDay != "2026-11-16" {
		t.Errorf("the sync stands at %+v", s)
	}

	calls := len(w.platform.calls)
	w.later(15 * time.Minute)
	w.work()
	again := w.events()
	want["IntegrationSyncCompleted"] = 2
	if !maps.Equal(again, want) {
		t.Errorf("events %v, want %v", again, want)
	}
	done = last[event.IntegrationSyncCompleted](w)
	if done.Added != 0 || done.Updated != 0 || done.Unchanged != 7+7*8 || done.Change.SpendMicros != done.Change.PreviousSpendMicros {
		t.Errorf("completed %+v %+v", done, done.Change)
	}
	// Three pages of campaigns; eight days of seven campaigns in windows of seven days.
	if n := len(w.platform.calls) - calls; n != 3+17+3 || done.APICalls != n {
		t.Errorf("the second sync made %d calls and tells of %d", n, done.APICalls)
	}
}

func TestBudgetFollowsThePlatformAndThresholdsAreTold(t *testing.T) {
	w := newSyncWorld(t)
	w.platform.has("a", 100)
	w.platform.spends("a", "2026-11-15", 70)
	w.work()
	if w.events()["BudgetThresholdReached"] != 0 {
		t.Fatal("70 % told a threshold")
	}
	w.later(15 * time.Minute)
	w.platform.spends("a", "2026-11-16", 25)
	w.work()
	e := last[event.BudgetThresholdReached](w)
	if e.Threshold != 90 || !slices.Equal(e.AlsoCrossed, []int{80}) || e.Stale || e.Late || e.Currency != "USD" {
		t.Errorf("told %+v", e)
	}
	shift := last[event.IntegrationSyncCompleted](w).Change
	if shift.PreviousSpendMicros != 70*money.Micro || shift.SpendMicros != 95*money.Micro {
		t.Errorf("the sums went from %d to %d", shift.PreviousSpendMicros, shift.SpendMicros)
	}
	// The platform's budget is raised there, and then set here: from then on ours stands.
	w.platform.has("a", 200)
	w.later(15 * time.Minute)
	w.work()
	if b := w.campaign("a").Budget; b.AmountMicros != 200*money.Micro || b.Version != 2 {
		t.Errorf("budget %+v", b)
	}
	w.change("a", func(c campaign.Campaign) (campaign.Change, error) {
		return c.ChangeBudget(campaign.BudgetSpec{AmountMicros: 300 * money.Micro}, nil, event.Edge("e", "user/1", w.now))
	})
	w.platform.has("a", 500)
	w.later(15 * time.Minute)
	w.work()
	if b := w.campaign("a").Budget; b.AmountMicros != 300*money.Micro {
		t.Errorf("budget %+v", b)
	}
}

// Every class of failure: how often it is tried again, when, and what becomes of the account.
func TestFailures(t *testing.T) {
	tests := []struct {
		class  platform.Class
		waits  []time.Duration // between attempts, without jitter
		status integration.Status
		reason string
	}{
		{platform.ClassTransient, []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute}, integration.Connected, ""},
		{platform.ClassUnknown, []time.Duration{time.Minute}, integration.Connected, ""},
		{platform.ClassInvalid, nil, integration.Connected, ""},
		{platform.ClassSunset, nil, integration.Connected, ""},
		{platform.ClassNotFound, nil, integration.Connected, ""},
		{platform.ClassAuthRevoked, nil, integration.NeedsReconnect, "token_revoked"},
		{platform.ClassAuthScope, nil, integration.NeedsReconnect, "permission"},
		{platform.ClassSuspended, nil, integration.NeedsReconnect, "account_suspended"},
	}
	for _, tt := range tests {
		t.Run(string(tt.class), func(t *testing.T) {
			w := newSyncWorld(t)
			w.platform.has("a", 0)
			w.work()
			w.later(15 * time.Minute)
			w.platform.fail = func(op string) error { return refusal(op, tt.class) }
			for attempt, wait := range tt.waits {
				w.work()
				e := last[event.IntegrationSyncFailed](w)
				if !e.WillRetry || e.Attempt != attempt+1 || e.ErrorClass != string(tt.class) {
					t.Fatalf("attempt %d told %+v", attempt+1, e)
				}
				took := e.NextAttemptAt.Sub(w.now)
				if took < wait-time.Second || took > wait+wait/5 {
					t.Errorf("attempt %d is followed by the next after %s, want %s and up to a fifth", attempt+1, took, wait)
				}
				w.later(took)
			}
			w.work()
			e := last[event.IntegrationSyncFailed](w)
			if e.WillRetry || e.Attempt != len(tt.waits)+1 || e.Failures != 1 || e.LastSuccessAt == nil {
				t.Errorf("the last attempt told %+v", e)
			}
			i, s := w.account(), w.course()
			if i.Status != tt.status || i.Reason != tt.reason {
				t.Errorf("the account is %s, %s", i.Status, i.Reason)
			}
			if lost := tt.reason != ""; s.NextAt.IsZero() != lost || (w.events()["IntegrationDisconnected"] == 1) != lost {
				t.Errorf("next at %s, events %v", s.NextAt, w.events())
			}
		})
	}
}

// An hour of 503: after the first run failed for good, each run is one call.
func TestOutageDoesNotMultiplyCalls(t *testing.T) {
	hour := func(broken bool) int {
		w := newSyncWorld(t)
		w.platform.has("a", 0)
		w.work()
		w.later(15 * time.Minute)
		if broken {
			w.platform.fail = func(op string) error { return refusal(op, platform.ClassTransient) }
		}
		before, end := len(w.platform.calls), w.now.Add(time.Hour)
		for w.now.Before(end) { // a message every minute: only what is due is done
			w.work()
			w.later(time.Minute)
		}
		return len(w.platform.calls) - before
	}
	usual, broken := hour(false), hour(true)
	if usual == 0 || broken*10 > usual*12 {
		t.Errorf("%d calls in a broken hour, %d in a usual one", broken, usual)
	}
}

func TestThrottlingWaitsAsToldAndUsesNoAttempt(t *testing.T) {
	w := newSyncWorld(t)
	w.platform.has("a", 0)
	refused := refusal("campaigns", platform.ClassRateLimited)
	refused.RetryAfter = 10 * time.Minute
	w.platform.fail = func(op string) error {
		if op == "campaigns" {
			return refused
		}
		return nil
	}
	for asked := w.now; w.now.Sub(begin) < time.Hour; {
		made := len(w.platform.calls)
		w.work()
		s := w.course()
		wait := s.NextAt.Sub(w.now)
		if s.Run == nil || s.Run.Attempt != 1 || wait <= 0 || wait > 12*time.Minute {
			t.Fatalf("it waits %s at attempt %+v", wait, s.Run)
		}
		if len(w.platform.calls) > made { // otherwise it woke only because its data got stale
			if made > 0 && w.now.Sub(asked) < 10*time.Minute {
				t.Fatalf("it asked again after %s", w.now.Sub(asked))
			}
			asked = w.now
		}
		calls := len(w.platform.calls)
		w.work() // too early
		if len(w.platform.calls) != calls {
			t.Fatal("it called before the time")
		}
		w.later(wait)
	}
	if n := w.events(); n["IntegrationSyncFailed"] != 0 || n["MetricsStale"] != 1 {
		t.Errorf("events %v: waiting is no failure, but data that gets stale is told, once", n)
	}
	w.platform.fail = nil
	w.work()
	if n := w.events(); n["IntegrationSyncCompleted"] != 1 || n["IntegrationRecovered"] != 1 {
		t.Errorf("events %v", n)
	}
}

// A worker that dies keeps its lease until it runs out; then another goes on where it stopped.
func TestAnotherWorkerGoesOnWhereOneDied(t *testing.T) {
	w := newSyncWorld(t)
	for i := range 9 {
		w.platform.has(fmt.Sprint("c", i), 0)
	}
	pages := 0
	w.platform.fail = func(op string) error {
		if op == "campaigns" {
			if pages++; pages == 3 {
				panic("the process dies")
			}
		}
		return nil
	}
	if answer, _ := w.invoke(t.Context()); answer == `{"batchItemFailures":[]}` {
		t.Fatal("the process did not die")
	}
	w.platform.fail = nil
	w.platform.calls = nil
	w.work()
	if len(w.platform.calls) != 0 {
		t.Fatalf("the lease was broken: %v", w.platform.calls)
	}
	w.later(integration.LeaseTime + time.Second)
	w.work()
	if n := w.events(); n["CampaignCreated"] != 9 || n["IntegrationSyncCompleted"] != 1 {
		t.Errorf("events %v", n)
	}
	if n := slices.Index(w.platform.calls, "metrics"); n != 1 {
		t.Errorf("it read %v: the first two pages were saved", w.platform.calls)
	}
}

// Out of time, the work is handed over with what was read.
func TestRunsOutOfTimeAndIsHandedOver(t *testing.T) {
	w := newSyncWorld(t)
	w.platform.has("a", 0)
	ctx, cancel := context.WithDeadline(t.Context(), time.Now().Add(30*time.Second)) // less than the spare minute
	defer cancel()
	w.workUnder(ctx)
	s := w.course()
	if s.Holder != "" || s.Run == nil || !s.NextAt.Equal(w.now) || len(w.sent) != 1 || w.sent[0].Delay != 0 {
		t.Fatalf("it stands at %+v with %d messages", s, len(w.sent))
	}
	w.work()
	if n := w.events(); n["IntegrationSyncCompleted"] != 1 {
		t.Errorf("events %v", n)
	}
}

// A person who asks for a sync while one runs gets another one, and the running one isn't disturbed.
func TestAskingWhileOneRuns(t *testing.T) {
	w := newSyncWorld(t)
	w.platform.has("a", 0)
	w.platform.fail = func(op string) error {
		if op == "metrics" {
			w.platform.fail = nil
			_, err := w.accounts.AskSync(t.Context(), orgID, w.id, func(s integration.Sync) integration.Sync {
				return s.Ask(integration.TriggerUser, "0198f1c2-7200-7c32-8d50-6e3f4a5b6c7d", w.now)
			})
			return err
		}
		return nil
	}
	w.work()
	if n := w.events(); n["IntegrationSyncCompleted"] != 1 || len(w.sent) != 1 {
		t.Fatalf("events %v, %d messages", n, len(w.sent))
	}
	w.work()
	if done := last[event.IntegrationSyncCompleted](w); done.Trigger != integration.TriggerUser {
		t.Errorf("the second run is %+v", done)
	}
}

// A worker whose lease was lost writes nothing any more.
func TestOvertakenWorkerWritesNothing(t *testing.T) {
	w := newSyncWorld(t)
	w.platform.has("a", 0)
	w.platform.fail = func(op string) error {
		if op == "campaigns" { // it hangs so long that another one takes over, and finishes
			w.platform.fail = nil
			w.later(integration.LeaseTime + time.Second)
			w.work()
		}
		return nil
	}
	w.work()
	if n := w.events(); n["CampaignCreated"] != 1 || n["IntegrationSyncCompleted"] != 1 {
		t.Errorf("events %v", n)
	}
	if s := w.course(); s.Run != nil || s.Holder != "" {
		t.Errorf("the sync stands at %+v", s)
	}
}

func TestExpiredTokenIsRenewedOnce(t *testing.T) {
	w := newSyncWorld(t)
	w.platform.has("a", 0)
	w.platform.access = "access-of-yesterday"
	w.work()
	if n := w.events(); w.platform.refreshes != 1 || n["IntegrationSyncCompleted"] != 1 {
		t.Errorf("%d refreshes, events %v", w.platform.refreshes, n)
	}
	// A token that the platform refuses again right after it was renewed means that the grant is gone.
	w.later(15 * time.Minute)
	w.platform.fail = func(op string) error {
		if op == "refresh" {
			return nil
		}
		return refusal(op, platform.ClassAuthExpired)
	}
	w.work()
	if i := w.account(); i.Status != integration.NeedsReconnect || w.platform.refreshes != 2 {
		t.Errorf("the account is %s after %d refreshes", i.Status, w.platform.refreshes)
	}
}

// A campaign counts as deleted when two syncs don't find it.
func TestMissingTwiceIsDeleted(t *testing.T) {
	w := newSyncWorld(t)
	w.platform.has("a", 0)
	w.platform.has("b", 0)
	w.work()
	delete(w.platform.campaigns, "b")
	for n, want := range []campaign.Status{campaign.Active, campaign.Archived, campaign.Archived} {
		w.later(15 * time.Minute)
		w.work()
		if got := w.campaign("b").Status(); got != want {
			t.Errorf("after %d syncs without it, it is %s", n+1, got)
		}
	}
	if done := last[event.IntegrationSyncCompleted](w); done.APICalls != 1+2 || // a page of campaigns, two windows of results
		w.campaign("a").Status() != campaign.Active {
		t.Errorf("once it is gone nobody looks for it: %+v", done)
	}
}

// 80 % of an account's quota is for syncs; the rest is kept for pauses.
func TestSyncsKeepToTheirShareOfTheQuota(t *testing.T) {
	w := newSyncWorld(t)
	w.platform.info.DailyCalls = 20
	w.platform.has("a", 0)
	for range 40 {
		w.work()
		w.later(15 * time.Minute)
	}
	if n := len(w.platform.calls); n > 16+1 { // 12:00 to 22:00 of one day
		t.Errorf("%d calls of 20 that the day has", n)
	}
	s := w.course()
	midnight := time.Date(2026, 11, 17, 0, 0, 0, 0, time.UTC)
	if s.Quota.Until.Before(midnight) {
		t.Errorf("it goes on at %s", s.Quota.Until)
	}
	w.now = midnight.Add(time.Minute)
	w.work()
	if last := last[event.IntegrationSyncCompleted](w); last.DataAsOf.Before(midnight.Add(-3*time.Hour)) && w.events()["IntegrationSyncCompleted"] == 0 {
		t.Error("it does not go on the next day")
	}
}
