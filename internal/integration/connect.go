package integration

import (
	"slices"
	"time"

	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/platform"
)

// Spec is what a new connection is made of.
type Spec struct {
	ID       string
	OrgID    string
	Platform string
	Account  platform.Account
	Grant    GrantFacts
	By       string // the person's id
}

// GrantFacts are what may be known of a grant without its secrets.
type GrantFacts struct {
	Scopes []string
	Ends   time.Time // when it ends unless a person renews it; zero: not foreseen
}

// IDOf is the id of an organisation's connection to an account: connecting again finds the first one.
func IDOf(orgID, platformName, accountID string) string {
	return event.Derive(orgID, "integration", platformName, accountID)
}

// Connect makes a connection at version 1, with its IntegrationConnected event.
func Connect(spec Spec, cause event.Cause) (Change, error) {
	if bad := accountProblems(spec.Platform, spec.Account); len(bad) > 0 {
		return Change{}, fault.InvalidFields(bad...)
	}
	i := Integration{
		ID: spec.ID, OrgID: spec.OrgID, Platform: spec.Platform, EveryMinutes: DefaultEvery, CreatedAt: cause.At.UTC(),
	}
	if i.Posts() {
		i.EveryMinutes = PostsEvery
	}
	return i.connected(spec, false, cause)
}

// Reconnect brings a connection back by a new grant to the same account. One that is connected gets
// the new grant too, and nothing else happens.
func (i Integration) Reconnect(spec Spec, cause event.Cause) (Change, error) {
	if spec.Account.ID != i.Account.ID {
		return Change{}, fault.Newf(fault.Conflict, "other_account",
			"this grant does not reach the account %s: sign in at the platform as somebody who may use it", i.Account.Name)
	}
	if bad := accountProblems(i.Platform, spec.Account); len(bad) > 0 {
		return Change{}, fault.InvalidFields(bad...)
	}
	if i.Status == Connected {
		ch := i.begin(cause.At)
		ch.Integration.take(spec)
		return ch, nil
	}
	return i.connected(spec, true, cause)
}

func (i Integration) connected(spec Spec, again bool, cause event.Cause) (Change, error) {
	ch := i.begin(cause.At)
	next := &ch.Integration
	next.take(spec)
	next.Status, next.Reason, next.EndedAt, next.KeepRunning, next.Marked = Connected, "", time.Time{}, false, false
	next.ConnectedBy, next.ConnectedAt = spec.By, cause.At.UTC()
	// What failed before is over: the first run tells anew.
	next.Health = Health{LastRunAt: i.Health.LastRunAt, LastSuccessAt: i.Health.LastSuccessAt, DataAsOf: i.Health.DataAsOf}
	return ch, ch.emit(cause, event.IntegrationConnected{
		IntegrationID: next.ID, Platform: next.Platform, AccountID: next.Account.ID, AccountName: next.Account.Name,
		Currency: string(next.Account.Currency), TimeZone: next.Account.TimeZone,
		Scopes: append([]string{}, next.Scopes...), ConnectedBy: spec.By, Reconnected: again,
	})
}

// Renewed is the integration with the end of its renewed grant. People are warned anew when it ends a
// day later or more: platforms tell the end as seconds that are left, so that each renewal finds
// another one.
func (i Integration) Renewed(ends time.Time) Integration {
	if ends.IsZero() || ends.Sub(i.GrantEnds) >= 24*time.Hour {
		i.ExpiryTold = 0
	}
	i.GrantEnds = ends.UTC()
	return i
}

// Reread is the account's own data as the platform tells it now. A currency can't change: its amounts
// would.
func (i Integration) Reread(a platform.Account, cause event.Cause) (Change, error) {
	if a.Currency != i.Account.Currency {
		return Change{}, fault.Newf(fault.Permanent, "currency_changed", "the account is in %s now, not in %s", a.Currency, i.Account.Currency)
	}
	if a == i.Account || len(accountProblems(i.Platform, a)) > 0 {
		return Change{Integration: i}, nil
	}
	ch := i.begin(cause.At)
	ch.Integration.Account = a
	return ch, nil
}

// take is what every new grant brings.
func (i *Integration) take(spec Spec) {
	*i = i.Renewed(spec.Grant.Ends)
	i.Account, i.Scopes = spec.Account, slices.Clone(spec.Grant.Scopes)
}

// accountProblems is what an account lacks. One for posts has no money, and no days.
func accountProblems(platformName string, a platform.Account) []fault.Field {
	var bad []fault.Field
	if a.ID == "" {
		bad = append(bad, fault.Field{Name: "account.id", Message: "must not be empty"})
	}
	if platform.Posts(platformName) {
		return bad
	}
	if !a.Currency.Valid() {
		bad = append(bad, fault.Field{Name: "account.currency", Message: "must be an ISO 4217 code like USD"})
	}
	if _, err := time.LoadLocation(a.TimeZone); err != nil || a.TimeZone == "" || a.TimeZone == "Local" {
		bad = append(bad, fault.Field{Name: "account.timeZone", Message: "must be an IANA time zone like America/New_York"})
	}
	return bad
}

// Affected are the campaigns that a lost connection concerns.
type Affected struct {
	Count int
	IDs   []string // at most MaxNamed of them
}

// Sorted is the same with the ids in a fixed order, so that repeats make the same events.
func (a Affected) Sorted() Affected {
	a.IDs = slices.Sorted(slices.Values(a.IDs))
	return a
}

// MaxNamed is how many campaigns an event names: the listener reads the others.
const MaxNamed = 10

// Disconnect begins a person's disconnecting. The grant is kept until the campaigns are paused at the
// platform, see Released. A connection that is ending or has ended stays as it is; one whose grant is
// gone ends at once.
func (i Integration) Disconnect(keepRunning bool, affected Affected, cause event.Cause) (Change, error) {
	if i.Status == Disconnecting || i.Status == Disconnected {
		return Change{Integration: i}, nil
	}
	ch := i.begin(cause.At)
	next := &ch.Integration
	reachable := i.Status == Connected
	next.Status, next.Reason, next.KeepRunning = Disconnecting, ReasonUser, keepRunning
	if !reachable {
		next.Status = Disconnected
	} else {
		next.EndedAt = cause.At.UTC()
	}
	return ch, ch.emitDisconnected(affected, reachable, cause)
}

// Lose ends the connection because the platform no longer honours the grant.
func (i Integration) Lose(reason string, affected Affected, cause event.Cause) (Change, error) {
	if i.Status != Connected {
		return Change{Integration: i}, nil
	}
	ch := i.begin(cause.At)
	ch.Integration.Status, ch.Integration.Reason, ch.Integration.EndedAt = NeedsReconnect, reason, cause.At.UTC()
	return ch, ch.emitDisconnected(affected, false, cause)
}

// ReleaseTime is how long a disconnecting waits for its campaigns to be paused at the platform.
const ReleaseTime = 30 * time.Minute

// CampaignsMarked records that all campaigns of a disconnecting account know of it.
func (i Integration) CampaignsMarked(cause event.Cause) (Change, error) {
	if i.Status != Disconnecting || i.Marked {
		return Change{Integration: i}, nil
	}
	ch := i.begin(cause.At)
	ch.Integration.Marked = true
	return ch, nil
}

// MayRelease reports whether the grant may be given up: the campaigns are paused, or weren't to be, or
// that took too long. unsettled is how many are not known to be paused.
func (i Integration) MayRelease(unsettled int, now time.Time) bool {
	return i.KeepRunning || (i.Marked && unsettled == 0) || now.Sub(i.EndedAt) >= ReleaseTime
}

// ReleaseCause is the cause of a disconnecting's end.
func (i Integration) ReleaseCause(now time.Time) event.Cause {
	id := event.Derive(i.ID, "released", i.EndedAt.Format(time.RFC3339Nano))
	return event.Cause{ID: id, CorrelationID: id, Actor: "sync/" + i.ID, At: now}
}

// Released ends a disconnecting: the grant is revoked and deleted.
func (i Integration) Released(cause event.Cause) (Change, error) {
	if i.Status != Disconnecting {
		return Change{Integration: i}, nil
	}
	ch := i.begin(cause.At)
	ch.Integration.Status = Disconnected
	return ch, nil
}

func (ch *Change) emitDisconnected(affected Affected, reachable bool, cause event.Cause) error {
	i := ch.Integration
	return ch.emit(cause, event.IntegrationDisconnected{
		IntegrationID: i.ID, Platform: i.Platform, Reason: i.Reason, AccountName: i.Account.Name,
		CampaignIDs: named(affected.IDs), CampaignCount: affected.Count, PostIDs: []string{},
		KeepRunning: i.KeepRunning, Reachable: reachable,
	})
}

func named(ids []string) []string {
	return append([]string{}, ids[:min(len(ids), MaxNamed)]...)
}

// SetInterval changes how often the account is synced.
func (i Integration) SetInterval(minutes int, cause event.Cause) (Change, error) {
	if !slices.Contains(Intervals, minutes) {
		return Change{}, fault.InvalidFields(fault.Field{Name: "everyMinutes", Message: "must be 15, 30, 60, 240 or 1440"})
	}
	if i.EveryMinutes == minutes {
		return Change{Integration: i}, nil
	}
	ch := i.begin(cause.At)
	ch.Integration.EveryMinutes = minutes
	return ch, nil
}

// Block leaves the account alone until then: the platform stopped it from publishing, and more attempts
// would make that worse.
func (i Integration) Block(until time.Time, cause event.Cause) (Change, error) {
	if !until.After(i.BlockedUntil) {
		return Change{Integration: i}, nil
	}
	ch := i.begin(cause.At)
	ch.Integration.BlockedUntil = until.UTC()
	return ch, nil
}
