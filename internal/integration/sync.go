package integration

import (
	"slices"
	"strconv"
	"time"

	"bellwether/internal/budget"
	"bellwether/internal/event"
	"bellwether/internal/fault"
)

// Numbers of the sync, from reference semantics.
const (
	// LeaseTime is longer than a worker can live (Lambda's 15 minutes), so that an expired lease has no
	// living holder; the fence holds should it have one all the same.
	LeaseTime = 16 * time.Minute
	// LookBack are the days before today that every run reads again: platforms restate.
	LookBack = 7
	// HistoryDays are those that the nightly run reads again.
	HistoryDays = 28
	// HistoryHour is when a night's history is due, in the account's zone.
	HistoryHour = 3
)

// Triggers of a run.
const (
	TriggerSchedule = "schedule"
	TriggerUser     = "user"
	TriggerConnect  = "connect"
	TriggerHint     = "hint" // a webhook
)

// Data types of a sync.
const (
	DataAccount   = "account"
	DataCampaigns = "campaigns"
	DataMetrics   = "metrics"
)

// Sync is the course of an account's syncs: one item beside the integration. Its version is the
// fencing token: every write of a worker checks it, so a worker that was overtaken can't write.
type Sync struct {
	OrgID         string    `json:"orgId"`
	IntegrationID string    `json:"integrationId"`
	NextAt        time.Time `json:"nextAt,omitzero"` // when work is due; zero: never
	Trigger       string    `json:"trigger,omitempty"`
	CorrelationID string    `json:"correlationId,omitempty"` // of what asked for the next run; empty: the schedule
	Holder        string    `json:"holder,omitempty"`        // who works on it
	HeldUntil     time.Time `json:"heldUntil,omitzero"`
	Run           *Run      `json:"run,omitempty"`        // begun and not ended
	AccountAt     time.Time `json:"accountAt,omitzero"`   // when the account's own data was read
	HistoryDay    string    `json:"historyDay,omitempty"` // the account's day whose history was read
	EndedAt       time.Time `json:"endedAt,omitzero"`     // of the last run
	Quota         Quota     `json:"quota"`
	Version       int64     `json:"-"`
}

// Run is one run: from the first attempt to its success or its final failure.
type Run struct {
	ID            string       `json:"id"`
	Trigger       string       `json:"trigger"`
	CorrelationID string       `json:"correlationId"`
	StartedAt     time.Time    `json:"startedAt"`
	Attempt       int          `json:"attempt"`        // from 1; waiting for a rate limit uses none
	Steps         []Step       `json:"steps"`          // what is left; the first is in progress
	Done          []string     `json:"done,omitempty"` // data types that were read whole
	Counts        Counts       `json:"counts"`
	Calls         int          `json:"calls"`
	DataAsOf      time.Time    `json:"dataAsOf,omitzero"` // of the first page
	Shift         *event.Shift `json:"shift,omitempty"`
	BrokenOff     int          `json:"brokenOff,omitempty"` // times that a worker died over it
}

// MaxBrokenOff is how often a run may be broken off before it counts as failed.
const MaxBrokenOff = 3

// Step is one data type to read.
type Step struct {
	Type   string `json:"type"`
	From   string `json:"from,omitempty"` // days of metrics, both inclusive
	To     string `json:"to,omitempty"`
	Cursor string `json:"cursor,omitempty"` // of the next page; saved when the page before was durable
	Night  bool   `json:"night,omitempty"`  // it is the night's history
}

// Counts are what a run did.
type Counts struct {
	Added     int `json:"added,omitempty"`
	Updated   int `json:"updated,omitempty"`
	Unchanged int `json:"unchanged,omitempty"`
	Archived  int `json:"archived,omitempty"`
	Skipped   int `json:"skipped,omitempty"`
}

// Quota is how much of the account's allowance a UTC day has used.
type Quota struct {
	Day     string    `json:"day,omitempty"`
	Calls   int       `json:"calls,omitempty"`
	Percent int       `json:"percent,omitempty"` // as the platform last told
	Until   time.Time `json:"until,omitzero"`    // throttled until then
	Waits   int       `json:"waits,omitempty"`   // in a row without being told how long
}

// SyncShare is the part of an account's quota that syncs may use, in percent: the rest is kept so that
// a pause always gets through.
const SyncShare = 80

// Due reports whether work is due and nobody is at it.
func (s Sync) Due(now time.Time) bool {
	return !s.NextAt.IsZero() && !now.Before(s.NextAt) && !s.held(now)
}

func (s Sync) held(now time.Time) bool { return s.Holder != "" && now.Before(s.HeldUntil) }

// Ask makes work due at now. It is how a person, a new connection and a webhook start a sync. One that
// is running goes on, and another follows; an account that is throttled stays alone all the same. A
// hint is no reason to hurry a run that waits for its next attempt, or to begin one right after another.
func (s Sync) Ask(trigger, correlationID string, now time.Time) Sync {
	waiting := !s.NextAt.IsZero() && !s.NextAt.After(now) && s.Run == nil && !s.held(now)
	if waiting || (trigger == TriggerHint && (s.Run != nil || s.NextAt.IsZero() || now.Sub(s.EndedAt) < hintPause)) {
		return s
	}
	s.NextAt, s.Trigger, s.CorrelationID = now.UTC(), trigger, correlationID
	s.Version++
	return s
}

// hintPause is how long after a run webhooks start no other: platforms send them in bursts.
const hintPause = 2 * time.Minute

// Stop takes the account off the schedule.
func (s Sync) Stop() Sync {
	s.NextAt, s.Run, s.Holder, s.HeldUntil = time.Time{}, nil, "", time.Time{}
	s.Version++
	return s
}

// Take gives the work to holder: it begins a run, or takes up one that was left. Conflict when nothing
// is due, or somebody else is at it.
func (s Sync) Take(holder string, i Integration, now time.Time) (Sync, error) {
	if !s.Due(now) {
		return s, fault.New(fault.Conflict, "not_due", "there is no sync to do now")
	}
	if s.Run != nil && s.Holder != "" {
		run := s.Run.clone()
		run.BrokenOff++
		s.Run = &run
	}
	s.Holder, s.HeldUntil = holder, now.Add(LeaseTime).UTC()
	s.Version++
	if s.Run != nil || i.Status != Connected {
		return s, nil
	}
	trigger := s.Trigger
	if trigger == "" {
		trigger = TriggerSchedule
	}
	id := event.Derive(i.ID, "run", s.NextAt.UTC().Format(time.RFC3339Nano), trigger, strconv.FormatInt(s.Version, 10))
	correlation := s.CorrelationID
	if correlation == "" {
		correlation = id
	}
	s.Run = &Run{ID: id, Trigger: trigger, CorrelationID: correlation, StartedAt: now.UTC(), Attempt: 1, Steps: s.plan(i, now)}
	s.Trigger, s.CorrelationID = "", ""
	return s, nil
}

// plan says what a run reads: of an account for posts the account itself; of the others campaigns and the last days' results always; the account itself once a
// day; and 28 days of results once a night.
func (s Sync) plan(i Integration, now time.Time) []Step {
	zone, err := time.LoadLocation(i.Account.TimeZone)
	if err != nil {
		zone = time.UTC
	}
	today := budget.Today(now, zone)
	var steps []Step
	if i.Posts() {
		return []Step{{Type: DataAccount}}
	}
	if now.Sub(s.AccountAt) >= 24*time.Hour {
		steps = append(steps, Step{Type: DataAccount})
	}
	steps = append(steps, Step{Type: DataCampaigns})
	metrics := Step{Type: DataMetrics, From: budget.AddDays(today, -LookBack), To: today}
	if s.HistoryDay == "" || (s.HistoryDay < today && now.In(zone).Hour() >= HistoryHour) {
		metrics.From, metrics.Night = budget.AddDays(today, -HistoryDays), true
	}
	return append(steps, metrics)
}

// Window is the part of the first step that one call may ask for: at most maxDays, the earliest first.
func (s Step) Window(maxDays int) (from, to string) {
	if maxDays <= 0 {
		return s.From, s.To
	}
	return s.From, min(s.To, budget.AddDays(s.From, maxDays-1))
}

// Save records a page that is durable: cursor is where the step goes on, "" when the window that ended
// at to is read. It keeps the holder's lease.
func (s Sync) Save(cursor, windowEnd string, now time.Time) Sync {
	run := s.Run.clone()
	step := &run.Steps[0]
	step.Cursor = cursor
	switch {
	case cursor != "":
	case step.Type == DataMetrics && windowEnd < step.To:
		step.From = budget.AddDays(windowEnd, 1)
	default:
		run.finish(*step)
		s.note(*step, now)
	}
	s.Run = &run
	s.Quota.Waits = 0
	s.HeldUntil = now.Add(LeaseTime).UTC()
	s.Version++
	return s
}

// Hand gives an unfinished run back, to be gone on with at next.
func (s Sync) Hand(next time.Time) Sync { return s.free(next) }

// note remembers what the less frequent steps did.
func (s *Sync) note(done Step, now time.Time) {
	switch done.Type {
	case DataAccount:
		s.AccountAt = now.UTC()
	case DataMetrics:
		if done.Night {
			s.HistoryDay = done.To
		}
	}
}

func (r *Run) finish(step Step) {
	r.Steps = r.Steps[1:]
	r.Done = append(r.Done, step.Type)
}

func (r Run) clone() Run {
	r.Steps, r.Done = slices.Clone(r.Steps), slices.Clone(r.Done)
	if r.Shift != nil {
		shift := *r.Shift
		r.Shift = &shift
	}
	return r
}

// Spent adds calls to the day's count, and what the platform told of its quota.
func (q Quota) Spent(calls, percent int, now time.Time) Quota {
	if day := now.UTC().Format(time.DateOnly); q.Day != day {
		q = Quota{Day: day, Until: q.Until}
	}
	q.Calls += calls
	if percent > 0 {
		q.Percent = percent
	}
	return q
}

// Wait is how long to leave the account alone after it was throttled: as told, or else a minute, two,
// four, up to fifteen; with up to a fifth more by jitter (0 to 1).
func (q Quota) Wait(told time.Duration, jitter float64) (time.Duration, Quota) {
	wait := told
	if wait == 0 {
		wait = min(time.Minute<<min(q.Waits, 8), SharePause)
		q.Waits++
	}
	return wait + time.Duration(jitter*float64(wait)/5), q
}

// SharePause is how long syncs leave an account alone whose share is used, as the platform tells it: its
// figures are of the last hour.
const SharePause = 15 * time.Minute

// Exhausted reports whether syncs have used their share of the day's calls, or of what the platform
// tells; daily is the platform's published limit, 0 where there is none.
func (q Quota) Exhausted(daily int, now time.Time) bool {
	if q.Day != now.UTC().Format(time.DateOnly) {
		return false
	}
	return q.Percent >= SyncShare || (daily > 0 && q.Calls*100 >= daily*SyncShare)
}
