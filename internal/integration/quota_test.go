package integration_test

import (
	"testing"
	"time"

	"bellwether/internal/integration"
	"bellwether/internal/platform"
)

// Syncs leave a fifth of the quota to pauses. A day's calls are forgotten with the day.
func TestShareOfTheQuota(t *testing.T) {
	for name, tt := range map[string]struct {
		calls, percent, daily int
		at                    time.Time
		exhausted             bool
	}{
		"below the share":       {799, 79, 1000, begin, false},
		"calls at the share":    {800, 0, 1000, begin, true},
		"as the platform tells": {1, 80, 0, begin, true},
		"no limit is known":     {1_000_000, 0, 0, begin, false},
		"on the next UTC day":   {800, 99, 1000, begin.Add(12 * time.Hour), false},
	} {
		q := integration.Quota{}.Spent(tt.calls, tt.percent, begin)
		if got := q.Exhausted(tt.daily, tt.at); got != tt.exhausted {
			t.Errorf("%s: %v", name, got)
		}
	}
	until := begin.Add(time.Hour)
	q := integration.Quota{Until: until}.Spent(3, 50, begin).Spent(4, 0, begin.Add(time.Minute))
	if q.Calls != 7 || q.Percent != 50 || !q.Until.Equal(until) {
		t.Errorf("after seven calls %+v", q)
	}
	if next := q.Spent(1, 0, begin.Add(12*time.Hour)); next.Calls != 1 || next.Percent != 0 || !next.Until.Equal(until) {
		t.Errorf("on the next day %+v", next)
	}
}

// Who isn't told how long waits longer each time, up to a quarter of an hour; what is told is kept to.
func TestWaits(t *testing.T) {
	var q integration.Quota
	for n, want := range []time.Duration{1, 2, 4, 8, 15, 15, 15, 15, 15, 15, 15} {
		var wait time.Duration
		if wait, q = q.Wait(0, 0); wait != want*time.Minute {
			t.Errorf("wait %d takes %v, want %v min", n+1, wait, want)
		}
	}
	for _, tt := range []struct {
		jitter float64
		want   time.Duration
	}{{0, 100 * time.Second}, {0.5, 110 * time.Second}, {1, 120 * time.Second}} {
		if wait, after := q.Wait(100*time.Second, tt.jitter); wait != tt.want || after != q {
			t.Errorf("told 100 s, jitter %v: %v, %+v", tt.jitter, wait, after)
		}
	}
}

// A page that was read ends the row of waits.
func TestAPageEndsTheWaits(t *testing.T) {
	l := newLife(t, platform.Meta, time.Time{})
	l.take()
	_, l.sync.Quota = l.sync.Quota.Wait(0, 0)
	if l.sync = l.sync.Save("", "", l.now); l.sync.Quota.Waits != 0 {
		t.Errorf("%d waits", l.sync.Quota.Waits)
	}
}

// A throttled account wakes when its data gets old, so that people can be told, and once only.
func TestThrottledUntilTheDataIsOld(t *testing.T) {
	l := newLife(t, platform.Meta, time.Time{})
	l.take()
	until := l.now.Add(3 * time.Hour)
	l.settle(l.sync.Throttle(l.account, until, l.now))
	if got, want := l.sync.NextAt, begin.Add(30*time.Minute+time.Second); !got.Equal(want) || !l.sync.Quota.Until.Equal(until) {
		t.Fatalf("next at %v, want %v; throttled until %v", got, want, l.sync.Quota.Until)
	}
	l.take()
	l.settle(l.sync.Throttle(l.account, until, l.now))
	if !l.account.Health.StaleTold || !l.sync.NextAt.Equal(until) || l.sync.Run.Attempt != 1 {
		t.Errorf("told %v, next at %v, attempt %d", l.told, l.sync.NextAt, l.sync.Run.Attempt)
	}
}

// One call asks for no more days than the platform takes.
func TestWindow(t *testing.T) {
	step := integration.Step{Type: integration.DataMetrics, From: "2026-10-26", To: "2026-11-23"}
	for maxDays, want := range map[int]string{0: "2026-11-23", 1: "2026-10-26", 7: "2026-11-01", 29: "2026-11-23", 90: "2026-11-23"} {
		if from, to := step.Window(maxDays); from != step.From || to != want {
			t.Errorf("at most %d days: %s to %s, want to %s", maxDays, from, to, want)
		}
	}
}

// What failed for thirty runs and four days is tried once a day.
func TestWhatFailsForDaysIsTriedDaily(t *testing.T) {
	l := newLife(t, platform.Meta, time.Time{})
	l.account.Health.Failures, l.account.Health.FailingSince = 29, begin
	for _, tt := range []struct{ at, wait time.Duration }{
		{95 * time.Hour, 15 * time.Minute},
		{96 * time.Hour, 24 * time.Hour},
	} {
		l.now, l.sync.NextAt = begin.Add(tt.at), begin.Add(tt.at)
		l.take()
		if l.fail(platform.ClassNotFound); l.sync.NextAt.Sub(l.now) != tt.wait {
			t.Errorf("after %v tried again in %v, want %v", tt.at, l.sync.NextAt.Sub(l.now), tt.wait)
		}
	}
}

// Runs are counted by UTC day, for thirty days; a run that is still tried again is none yet.
func TestStatistics(t *testing.T) {
	l := newLife(t, platform.Meta, time.Time{})
	for day := range 40 {
		l.now = begin.AddDate(0, 0, day)
		l.sync.NextAt = l.now
		l.take()
		l.sync.Run.Counts, l.sync.Run.Calls = integration.Counts{Added: 1, Updated: 2, Unchanged: 3, Skipped: 50}, 4
		if l.now = l.now.Add(2 * time.Second); day == 39 {
			l.fail(platform.ClassNotFound)
		} else {
			l.read()
			l.succeed()
		}
	}
	if n := len(l.account.Stats); n != 30 {
		t.Errorf("%d days are kept", n)
	}
	for days, want := range map[int]integration.Rate{
		1:  {Runs: 1, Succeeded: 0, Rows: 6, Calls: 4, Millis: 2000},
		7:  {Runs: 7, Succeeded: 6, Rows: 42, Calls: 28, Millis: 14_000},
		30: {Runs: 30, Succeeded: 29, Rows: 180, Calls: 120, Millis: 60_000},
	} {
		if got := l.account.Over(days, l.now); got != want {
			t.Errorf("over %d days %+v, want %+v", days, got, want)
		}
	}
	l.sync.NextAt = l.now
	l.account.Health.Failures = 0
	l.take()
	if l.fail(platform.ClassTransient); l.account.Over(1, l.now).Runs != 1 {
		t.Errorf("an attempt counts: %+v", l.account.Over(1, l.now))
	}
}

// Webhooks come in bursts: a hint hurries nothing that is on its way, or was just done.
func TestAsking(t *testing.T) {
	idle := integration.Sync{OrgID: "o", IntegrationID: "i", NextAt: begin.Add(time.Hour), EndedAt: begin.Add(-time.Hour), Version: 7}
	retrying, fresh, stopped, due := idle, idle, idle, idle
	retrying.Run = &integration.Run{}
	fresh.EndedAt = begin.Add(-time.Minute)
	stopped.NextAt = time.Time{}
	due.NextAt = begin
	for name, tt := range map[string]struct {
		given      integration.Sync
		user, hint bool
	}{
		"idle":                     {idle, true, true},
		"waits for its next try":   {retrying, true, false},
		"ended a minute ago":       {fresh, true, false},
		"taken off the schedule":   {stopped, true, false},
		"due already":              {due, false, false},
		"ended two minutes ago":    {integration.Sync{NextAt: begin.Add(time.Hour), EndedAt: begin.Add(-2 * time.Minute)}, true, true},
		"never had a run, not due": {integration.Sync{NextAt: begin.Add(time.Hour)}, true, true},
	} {
		for trigger, want := range map[string]bool{integration.TriggerUser: tt.user, integration.TriggerHint: tt.hint} {
			next := tt.given.Ask(trigger, "c", begin)
			if asked := next.Version == tt.given.Version+1 && next.NextAt.Equal(begin) && next.Trigger == trigger; asked != want {
				t.Errorf("%s, %s: %+v", name, trigger, next)
			}
		}
	}
}
