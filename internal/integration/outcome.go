package integration

import (
	"slices"
	"strconv"
	"time"

	"bellwether/internal/event"
	"bellwether/internal/platform"
)

// Numbers of failing, from reference semantics.
const (
	// FailingFrom is how many runs must fail in a row for an account to count as failing.
	FailingFrom = 3
	// Runs of an account that failed so often and so long are tried once a day only.
	slowFrom  = 30
	slowAfter = 4 * 24 * time.Hour
	slowEvery = 24 * time.Hour
	// keptDays is how many days of statistics are kept.
	keptDays = 30
)

// retries are the waits before the second, third and fourth attempt of a run.
var retries = []time.Duration{60 * time.Second, 300 * time.Second, 900 * time.Second}

// Marks are the days before a grant's end at which people are told.
var Marks = []int{14, 7, 1}

// Cause is the cause of what the run's present attempt changes.
func (r Run) Cause(step string, now time.Time) event.Cause {
	return event.Cause{
		ID: event.Derive(r.ID, strconv.Itoa(r.Attempt), step), CorrelationID: r.CorrelationID, Actor: "sync/" + r.ID, At: now,
	}
}

// Settled is what an attempt comes to: both items are written in one transaction.
type Settled struct {
	Sync   Sync
	Change Change
}

// free gives the work back, due at next.
func (s Sync) free(next time.Time) Sync {
	s.Holder, s.HeldUntil = "", time.Time{}
	s.NextAt = next.UTC()
	s.Version++
	return s
}

// slot is the next time that the schedule syncs the account.
func (i Integration) slot(now time.Time) time.Time {
	every := i.Every()
	h := i.Health
	if h.Failures >= slowFrom && now.Sub(h.FailingSince) >= slowAfter {
		return now.Add(slowEvery)
	}
	return now.Truncate(every).Add(every)
}

// Succeed ends the run: it read everything. affected are the account's campaigns, for the warning of
// an ending grant.
func (s Sync) Succeed(i Integration, affected Affected, now time.Time) (Settled, error) {
	run, cause := *s.Run, s.Run.Cause("completed", now)
	ch := i.begin(now)
	next := &ch.Integration
	before := i.Health
	next.Health = Health{LastRunAt: now.UTC(), LastSuccessAt: now.UTC(), DataAsOf: run.DataAsOf}
	next.count(run, true, now)
	err := ch.emit(cause, event.IntegrationSyncCompleted{
		IntegrationID: i.ID, RunID: run.ID, Platform: i.Platform, DataTypes: append([]string{}, run.Done...),
		Added: run.Counts.Added, Updated: run.Counts.Updated, Unchanged: run.Counts.Unchanged,
		Archived: run.Counts.Archived, Skipped: run.Counts.Skipped,
		DurationMillis: now.Sub(run.StartedAt).Milliseconds(), Cursor: run.cursor(), DataAsOf: run.DataAsOf, APICalls: run.Calls,
		Trigger: run.Trigger, StartedAt: run.StartedAt, Change: run.Shift,
	})
	if err != nil {
		return Settled{}, err
	}
	if before.Failures >= FailingFrom || before.StaleTold {
		err = ch.emit(cause, event.IntegrationRecovered{
			IntegrationID: i.ID, Platform: i.Platform, AccountName: i.Account.Name,
			Failures: before.Failures, FailingSince: before.FailingSince, RunID: run.ID,
		})
		if err != nil {
			return Settled{}, err
		}
	}
	if err := ch.warn(affected, cause); err != nil {
		return Settled{}, err
	}
	return Settled{s.end(ch.Integration.slot(now), now), ch}, nil
}

// end closes the run. What was asked for in the meantime is due at once.
func (s Sync) end(next, now time.Time) Sync {
	s.Run, s.EndedAt = nil, now.UTC()
	if s.Trigger != "" {
		next = now
	}
	return s.free(next)
}

// cursor is the last day that was read.
func (r Run) cursor() string {
	if r.Shift == nil {
		return ""
	}
	return r.Shift.To
}

// Throttle leaves the run where it is until the platform may be asked again. It uses no attempt. When
// the data gets stale before that, the account wakes then, so that people can be told.
func (s Sync) Throttle(i Integration, until, now time.Time) (Settled, error) {
	next := until
	staleAt := i.SinceSuccess().Add(2*i.Every() + time.Second)
	if !i.Health.StaleTold && staleAt.After(now) && staleAt.Before(until) {
		next = staleAt
	}
	s.Quota.Until, s.Quota.Percent = until.UTC(), 0
	ch, err := i.GoStale(s.Run.Cause("stale", now))
	return Settled{s.free(next), ch}, err
}

// GoStale tells once that an account had no success in twice its interval.
func (i Integration) GoStale(cause event.Cause) (Change, error) {
	if i.Status != Connected || i.Health.StaleTold || !i.Stale(cause.At) {
		return Change{Integration: i}, nil
	}
	ch := i.begin(cause.At)
	return ch, ch.goStale(cause)
}

func (ch *Change) goStale(cause event.Cause) error {
	i := &ch.Integration
	if i.Status != Connected || i.Health.StaleTold || !i.Stale(cause.At) {
		return nil
	}
	i.Health.StaleTold = true
	return ch.emit(cause, event.MetricsStale{
		IntegrationID: i.ID, Platform: i.Platform, AccountName: i.Account.Name,
		LastSuccessAt: i.SinceSuccess().UTC(), IntervalMinutes: int(i.Every() / time.Minute),
	})
}

// Fail ends the attempt. A failure that may pass is tried again after 60, 300 and 900 seconds, with up
// to a fifth more by jitter (0 to 1); but an account that is failing already has one attempt a run:
// an outage must not multiply calls. affected are the campaigns that a lost grant concerns.
func (s Sync) Fail(i Integration, failure *platform.Error, affected Affected, jitter float64, now time.Time) (Settled, error) {
	run := s.Run.clone()
	cause := run.Cause("failed", now)
	ch := i.begin(now)
	next := &ch.Integration
	next.Health.LastRunAt, next.Health.Class, next.Health.Message = now.UTC(), failure.Class, failure.Message
	wait, again := run.wait(failure.Class, i.Health.Failures)
	if again {
		at := now.Add(wait + time.Duration(jitter*float64(wait)/5)).Truncate(time.Second)
		if err := ch.emitFailed(run, failure, &at, cause); err != nil {
			return Settled{}, err
		}
		run.Attempt++
		s.Run = &run
		return Settled{s.free(at), ch}, ch.goStale(cause)
	}
	next.Health.Failures++
	if next.Health.Failures == 1 {
		next.Health.FailingSince = now.UTC()
	}
	next.count(run, false, now)
	if err := ch.emitFailed(run, failure, nil, cause); err != nil {
		return Settled{}, err
	}
	if reason := lost(failure.Class, *next, now); reason != "" {
		return s.lose(ch, reason, affected, cause)
	}
	if err := ch.goStale(cause); err != nil {
		return Settled{}, err
	}
	return Settled{s.end(ch.Integration.slot(now), now), ch}, ch.warn(affected, cause)
}

// lose takes the account off the schedule, because the grant is gone.
func (s Sync) lose(ch Change, reason string, affected Affected, cause event.Cause) (Settled, error) {
	ch.Integration.Status, ch.Integration.Reason, ch.Integration.EndedAt = NeedsReconnect, reason, cause.At.UTC()
	return Settled{s.Stop(), ch}, ch.emitDisconnected(affected, false, cause)
}

// wait is how long until the next attempt; ok is false when there is none. failures are the runs that
// failed before this one, in a row.
func (r Run) wait(class platform.Class, failures int) (wait time.Duration, ok bool) {
	most := 0
	switch class {
	case platform.ClassTransient:
		most = len(retries)
	case platform.ClassUnknown:
		most = 1
	}
	if failures > 0 || r.Attempt > most {
		return 0, false
	}
	return retries[r.Attempt-1], true
}

// lost is the reason for which the class of failure ends the connection; "" when it does not.
func lost(class platform.Class, i Integration, now time.Time) string {
	switch class {
	case platform.ClassAuthExpired, platform.ClassAuthRevoked:
		if !i.GrantEnds.IsZero() && !now.Before(i.GrantEnds) {
			return ReasonExpired
		}
		return ReasonRevoked
	case platform.ClassAuthScope:
		return ReasonPermission
	case platform.ClassSuspended:
		return ReasonSuspended
	}
	return ""
}

func (ch *Change) emitFailed(run Run, failure *platform.Error, nextAt *time.Time, cause event.Cause) error {
	i := ch.Integration
	dataType := ""
	if len(run.Steps) > 0 {
		dataType = run.Steps[0].Type
	}
	e := event.IntegrationSyncFailed{
		IntegrationID: i.ID, RunID: run.ID, Platform: i.Platform, DataType: dataType,
		ErrorClass: string(failure.Class), Message: failure.Message, Attempt: run.Attempt,
		WillRetry: nextAt != nil, NextAttemptAt: nextAt, Failures: i.Health.Failures, AccountName: i.Account.Name,
		Partial: len(run.Done) > 0, StartedAt: run.StartedAt, APICalls: run.Calls, Trigger: run.Trigger,
	}
	if at := i.Health.LastSuccessAt; !at.IsZero() {
		e.LastSuccessAt = &at
	}
	return ch.emit(cause, e)
}

// warn tells of a grant that ends, once for each mark that is passed.
func (ch *Change) warn(affected Affected, cause event.Cause) error {
	i := &ch.Integration
	if i.GrantEnds.IsZero() || i.Status != Connected {
		return nil
	}
	mark := 0
	for _, days := range Marks {
		if i.GrantEnds.Sub(cause.At) <= time.Duration(days)*24*time.Hour {
			mark = days
		}
	}
	if mark == 0 || (i.ExpiryTold != 0 && i.ExpiryTold <= mark) {
		return nil
	}
	i.ExpiryTold = mark
	return ch.emit(cause, event.IntegrationTokenExpiring{
		IntegrationID: i.ID, Platform: i.Platform, AccountName: i.Account.Name, ExpiresAt: i.GrantEnds, Days: mark,
		CampaignIDs: named(affected.IDs), CampaignCount: affected.Count, PostIDs: []string{},
	})
}

// count adds the run to its day's statistics.
func (i *Integration) count(run Run, succeeded bool, now time.Time) {
	date := now.UTC().Format(time.DateOnly)
	if n := len(i.Stats); n == 0 || i.Stats[n-1].Date != date {
		i.Stats = append(i.Stats, Day{Date: date})
	}
	oldest := now.UTC().AddDate(0, 0, -keptDays+1).Format(time.DateOnly)
	i.Stats = slices.DeleteFunc(i.Stats, func(d Day) bool { return d.Date < oldest })
	day := &i.Stats[len(i.Stats)-1]
	day.Runs++
	if succeeded {
		day.Succeeded++
	}
	day.Rows += run.Counts.Added + run.Counts.Updated + run.Counts.Unchanged
	day.Millis += now.Sub(run.StartedAt).Milliseconds()
	day.Calls += run.Calls
}

// Rate is how the runs of the last days went.
type Rate struct {
	Runs, Succeeded, Rows, Calls int
	Millis                       int64
}

// Over sums the statistics of the last n days, today included.
func (i Integration) Over(n int, now time.Time) (r Rate) {
	from := now.UTC().AddDate(0, 0, -n+1).Format(time.DateOnly)
	for _, d := range i.Stats {
		if d.Date >= from {
			r = Rate{r.Runs + d.Runs, r.Succeeded + d.Succeeded, r.Rows + d.Rows, r.Calls + d.Calls, r.Millis + d.Millis}
		}
	}
	return r
}
