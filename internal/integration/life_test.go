package integration_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"bellwether/internal/event"
	"bellwether/internal/integration"
	"bellwether/internal/platform"
)

var begin = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func causeAt(now time.Time) event.Cause {
	return event.Edge(event.Derive(now.String()), "user/bob", now)
}

// life is an account with the course of its syncs, and what it has told.
type life struct {
	t       rapid.TB
	account integration.Integration
	sync    integration.Sync
	now     time.Time
	told    []string
}

func newLife(t rapid.TB, platformName string, ends time.Time) *life {
	l := &life{t: t, now: begin}
	account := platform.Account{ID: "1", Name: "Shop"}
	if !platform.Posts(platformName) {
		account.Currency, account.TimeZone = "USD", "America/New_York"
	}
	ch, err := integration.Connect(integration.Spec{
		ID: "i", OrgID: "o", Platform: platformName, By: "bob", Account: account, Grant: integration.GrantFacts{Ends: ends},
	}, causeAt(l.now))
	l.change(ch, err)
	l.sync = integration.Sync{OrgID: "o", IntegrationID: "i", NextAt: l.now, Trigger: integration.TriggerConnect, Version: 1}
	return l
}

func (l *life) change(ch integration.Change, err error) {
	l.t.Helper()
	if err != nil {
		l.t.Fatal(err)
	}
	l.account = ch.Integration
	for _, e := range ch.Events {
		l.told = append(l.told, e.Meta.Type)
	}
}

func (l *life) settle(out integration.Settled, err error) {
	l.t.Helper()
	l.change(out.Change, err)
	l.sync = out.Sync
}

// take waits for the next work and takes it.
func (l *life) take() {
	l.t.Helper()
	if l.sync.NextAt.After(l.now) {
		l.now = l.sync.NextAt
	}
	taken, err := l.sync.Take("worker", l.account, l.now)
	if err != nil {
		l.t.Fatal(err)
	}
	l.sync = taken
}

func (l *life) fail(class platform.Class) {
	l.t.Helper()
	l.settle(l.sync.Fail(l.account, &platform.Error{Class: class, Message: "no"}, integration.Affected{}, 0, l.now))
}

func (l *life) succeed() {
	l.t.Helper()
	l.settle(l.sync.Succeed(l.account, integration.Affected{}, l.now))
}

// read finishes all steps of the run.
func (l *life) read() {
	l.t.Helper()
	for len(l.sync.Run.Steps) > 0 {
		l.sync = l.sync.Save("", l.sync.Run.Steps[0].To, l.now)
	}
}

func steps(run *integration.Run) (list []string) {
	for _, s := range run.Steps {
		list = append(list, s.Type+" "+s.From+" "+s.To)
	}
	return list
}

// The first run reads four weeks, the next ones a week, and once a night four weeks again. Days are
// those of the account's zone.
func TestPlan(t *testing.T) {
	l := newLife(t, platform.Meta, time.Time{})
	for _, want := range []struct {
		at    time.Time
		steps []string
	}{
		{begin, []string{"account  ", "campaigns  ", "metrics 2026-10-26 2026-11-23"}},
		{begin.Add(15 * time.Minute), []string{"campaigns  ", "metrics 2026-11-16 2026-11-23"}},
		{time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC), []string{"campaigns  ", "metrics 2026-11-16 2026-11-23"}}, // 23:00 in New York
		{time.Date(2026, 11, 24, 7, 59, 0, 0, time.UTC), []string{"campaigns  ", "metrics 2026-11-17 2026-11-24"}},
		{time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC), []string{"campaigns  ", "metrics 2026-10-27 2026-11-24"}}, // 3:00
		{time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC), []string{"account  ", "campaigns  ", "metrics 2026-11-17 2026-11-24"}},
	} {
		l.now, l.sync.NextAt = want.at, want.at
		l.take()
		if got := steps(l.sync.Run); !slices.Equal(got, want.steps) {
			t.Errorf("at %v it reads %q, want %q", want.at, got, want.steps)
		}
		l.read()
		l.succeed()
	}
}

// An account for posts has no campaigns to read; its data doesn't get old.
func TestAccountsForPosts(t *testing.T) {
	l := newLife(t, platform.Facebook, time.Time{})
	l.take()
	if got := steps(l.sync.Run); !slices.Equal(got, []string{"account  "}) || l.account.EveryMinutes != 240 {
		t.Errorf("it reads %q every %d minutes", got, l.account.EveryMinutes)
	}
	if l.account.Stale(begin.AddDate(0, 1, 0)) {
		t.Error("its data is old")
	}
}

// A lease keeps others away until it ends; whoever takes over has the higher fence.
func TestLease(t *testing.T) {
	l := newLife(t, platform.Meta, time.Time{})
	l.take()
	if _, err := l.sync.Take("another", l.account, l.now.Add(integration.LeaseTime-time.Second)); err == nil {
		t.Error("two hold it")
	}
	taken, err := l.sync.Take("another", l.account, l.now.Add(integration.LeaseTime))
	if err != nil || taken.Version <= l.sync.Version || taken.Run.BrokenOff != 1 || taken.Run.ID != l.sync.Run.ID {
		t.Errorf("%+v, error %v", taken, err)
	}
}

// What may pass is tried again after 60, 300 and 900 seconds, with up to a fifth more; the end is told once.
func TestRetriesOfARun(t *testing.T) {
	l := newLife(t, platform.Meta, time.Time{})
	for _, wait := range []time.Duration{60, 300, 900} {
		l.take()
		l.fail(platform.ClassTransient)
		if got := l.sync.NextAt.Sub(l.now); got != wait*time.Second || l.account.Health.Failures != 0 {
			t.Fatalf("tried again after %v, want %v s; %d failures", got, wait, l.account.Health.Failures)
		}
	}
	l.take()
	l.fail(platform.ClassTransient)
	if l.sync.Run != nil || l.account.Health.Failures != 1 {
		t.Errorf("after four attempts %+v", l.account.Health)
	}
	l.take() // while it fails, a run has one attempt
	l.fail(platform.ClassTransient)
	if l.sync.Run != nil || l.account.Health.Failures != 2 {
		t.Errorf("while it fails %+v", l.account.Health)
	}
	fresh := newLife(t, platform.Meta, time.Time{})
	fresh.take()
	out, err := fresh.sync.Fail(fresh.account, &platform.Error{Class: platform.ClassTransient}, integration.Affected{}, 1, fresh.now)
	if err != nil || out.Sync.NextAt.Sub(fresh.now) != 72*time.Second {
		t.Errorf("with all of its jitter after %v (%v)", out.Sync.NextAt.Sub(fresh.now), err)
	}
}

// A rate limit uses no attempt, and the run goes on where it was.
func TestThrottle(t *testing.T) {
	l := newLife(t, platform.Meta, time.Time{})
	l.take()
	for range 10 {
		until := l.now.Add(time.Minute)
		l.settle(l.sync.Throttle(l.account, until, l.now))
		if l.sync.Run.Attempt != 1 || !l.sync.NextAt.Equal(until) {
			t.Fatalf("attempt %d, next at %v", l.sync.Run.Attempt, l.sync.NextAt)
		}
		l.take()
	}
}

// Classes that no repetition helps end the run at once; those of access end the connection.
func TestClasses(t *testing.T) {
	for class, reason := range map[platform.Class]string{
		platform.ClassInvalid: "", platform.ClassNotFound: "", platform.ClassSunset: "",
		platform.ClassAuthRevoked: integration.ReasonRevoked, platform.ClassAuthExpired: integration.ReasonRevoked,
		platform.ClassAuthScope: integration.ReasonPermission, platform.ClassSuspended: integration.ReasonSuspended,
	} {
		l := newLife(t, platform.Meta, time.Time{})
		l.take()
		l.fail(class)
		want := integration.Connected
		if reason != "" {
			want = integration.NeedsReconnect
		}
		if l.account.Status != want || l.account.Reason != reason || l.sync.NextAt.IsZero() != (reason != "") {
			t.Errorf("%s: %s for %q, next at %v", class, l.account.Status, l.account.Reason, l.sync.NextAt)
		}
		told := slices.Contains(l.told, "IntegrationDisconnected")
		if told != (reason != "") || !slices.Contains(l.told, "IntegrationSyncFailed") {
			t.Errorf("%s: told %v", class, l.told)
		}
	}
	l := newLife(t, platform.Meta, begin.Add(time.Minute))
	l.now = begin.Add(time.Minute)
	l.take()
	if l.fail(platform.ClassAuthExpired); l.account.Reason != integration.ReasonExpired {
		t.Errorf("after its end the grant is gone for %q", l.account.Reason)
	}
}

// Recovery is told once, and only of an account that counted as failing.
func TestRecovery(t *testing.T) {
	for failures, want := range map[int]int{1: 0, 2: 0, 3: 1, 5: 1} {
		l := newLife(t, platform.Meta, time.Time{})
		for range failures {
			l.take()
			l.fail(platform.ClassNotFound)
		}
		for range 2 {
			l.take()
			l.read()
			l.succeed()
		}
		got := 0
		for _, kind := range l.told {
			if kind == "IntegrationRecovered" {
				got++
			}
		}
		if got != want {
			t.Errorf("after %d failures recovery was told %d times", failures, got)
		}
	}
}

// Old data is told once, and again only after it was fresh.
func TestStaleIsToldOnce(t *testing.T) {
	l := newLife(t, platform.Meta, time.Time{})
	for _, after := range []time.Duration{30 * time.Minute, 31 * time.Minute, time.Hour} {
		l.change(l.account.GoStale(causeAt(begin.Add(after))))
	}
	if want := []string{"IntegrationConnected", "MetricsStale"}; !slices.Equal(l.told, want) {
		t.Errorf("told %v", l.told)
	}
}

// A grant that a person must renew is told 14, 7 and 1 days before its end, each once.
func TestRadar(t *testing.T) {
	ends := begin.AddDate(0, 0, 20)
	l := newLife(t, platform.Meta, ends)
	var days []int
	for day := range 20 {
		l.now, l.sync.NextAt = begin.AddDate(0, 0, day), begin.AddDate(0, 0, day)
		before := len(l.told)
		l.take()
		l.read()
		l.succeed()
		if slices.Contains(l.told[before:], "IntegrationTokenExpiring") {
			days = append(days, 20-day)
		}
	}
	if !slices.Equal(days, []int{14, 7, 1}) {
		t.Errorf("told %v days before", days)
	}
}

// A person's disconnecting waits for the campaigns, or for half an hour.
func TestDisconnecting(t *testing.T) {
	l := newLife(t, platform.Meta, time.Time{})
	l.change(l.account.Disconnect(false, integration.Affected{}, causeAt(l.now)))
	if l.account.Status != integration.Disconnecting || l.account.MayRelease(0, l.now) {
		t.Errorf("%s, may release %v", l.account.Status, l.account.MayRelease(0, l.now))
	}
	l.change(l.account.CampaignsMarked(causeAt(l.now)))
	for _, tt := range []struct {
		unsettled int
		after     time.Duration
		may       bool
	}{{1, 0, false}, {0, 0, true}, {1, 29 * time.Minute, false}, {1, 30 * time.Minute, true}} {
		if got := l.account.MayRelease(tt.unsettled, l.now.Add(tt.after)); got != tt.may {
			t.Errorf("%+v: %v", tt, got)
		}
	}
	l.change(l.account.Released(causeAt(l.now)))
	l.change(l.account.Released(causeAt(l.now)))
	if l.account.Status != integration.Disconnected {
		t.Errorf("it is %s", l.account.Status)
	}
}

// Blocking an account only ever lasts longer.
func TestBlock(t *testing.T) {
	l := newLife(t, platform.Facebook, time.Time{})
	for _, hours := range []time.Duration{24, 12} {
		l.change(l.account.Block(begin.Add(hours*time.Hour), causeAt(l.now)))
	}
	if got := l.account.BlockedUntil.Sub(begin); got != 24*time.Hour {
		t.Errorf("blocked for %v", got)
	}
}

// Whatever happens in whatever order: the fence only grows, a run completes only when all of it was
// read, a final failure counts once, and an account out of reach is on no schedule.
func TestAnyLife(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := newLife(t, platform.Meta, begin.AddDate(0, 0, 30))
		fence := l.sync.Version
		for n := range rapid.IntRange(1, 60).Draw(t, "steps") {
			l.now = l.now.Add(time.Duration(rapid.IntRange(0, 1800).Draw(t, "seconds")) * time.Second)
			held := l.sync.Holder != "" && l.sync.Run != nil
			switch op := rapid.IntRange(0, 6).Draw(t, fmt.Sprint("op ", n)); {
			case op == 0:
				l.sync = l.sync.Ask(integration.TriggerUser, "", l.now)
			case op == 1:
				l.sync = l.sync.Ask(integration.TriggerHint, "", l.now)
			case op == 2 && l.sync.Due(l.now):
				l.take()
			case op == 3 && held && len(l.sync.Run.Steps) > 0:
				l.sync = l.sync.Save(rapid.SampledFrom([]string{"", "2"}).Draw(t, "cursor"), l.sync.Run.Steps[0].To, l.now)
			case op == 4 && held:
				l.settle(l.sync.Throttle(l.account, l.now.Add(time.Minute), l.now))
			case op == 5 && held && l.account.Status == integration.Connected:
				class := rapid.SampledFrom([]platform.Class{platform.ClassTransient, platform.ClassInvalid, platform.ClassAuthRevoked}).Draw(t, "class")
				before := l.account.Health.Failures
				if l.fail(class); l.account.Health.Failures > before+1 {
					t.Fatal("one failure counts more than once")
				}
			case op == 6 && held && len(l.sync.Run.Steps) == 0:
				l.succeed()
			}
			if l.sync.Version < fence {
				t.Fatalf("the fence went from %d to %d", fence, l.sync.Version)
			}
			fence = l.sync.Version
			if l.account.Status == integration.NeedsReconnect && l.sync.Run != nil {
				t.Fatal("a run of an account out of reach")
			}
		}
	})
}

// A page that is durable moves the cursor; the step ends with its last page, and the run with its last step.
func TestPages(t *testing.T) {
	l := newLife(t, platform.Meta, time.Time{})
	l.take()
	for _, tt := range []struct{ cursor, end, step, at string }{
		{"", "", integration.DataCampaigns, ""},
		{"2", "", integration.DataCampaigns, "2"},
		{"", "", integration.DataMetrics, ""},
		{"7", "2026-11-01", integration.DataMetrics, "7"},
		{"", "2026-11-01", integration.DataMetrics, ""}, // a window within the step
	} {
		l.sync = l.sync.Save(tt.cursor, tt.end, l.now)
		if step := l.sync.Run.Steps[0]; step.Type != tt.step || step.Cursor != tt.at {
			t.Errorf("after %+v it reads %+v", tt, step)
		}
	}
	if step := l.sync.Run.Steps[0]; step.From != "2026-11-02" || step.To != "2026-11-23" {
		t.Errorf("the next window is %+v", step)
	}
	l.sync = l.sync.Save("", "2026-11-23", l.now)
	if len(l.sync.Run.Steps) != 0 || len(l.sync.Run.Done) != 3 {
		t.Errorf("in the end %+v", l.sync.Run)
	}
}
