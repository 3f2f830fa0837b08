package post

import (
	"slices"
	"time"

	"bellwether/internal/event"
	"bellwether/internal/fault"
)

// schedule makes all targets that have not begun wait for the time.
func (ch *Change) schedule(at time.Time, cause event.Cause) error {
	if err := checkTime(at, cause.At); err != nil {
		return err
	}
	p := &ch.Post
	p.PublishAt = at.UTC()
	for n := range p.Targets {
		t := &p.Targets[n]
		t.State, t.NextAt, t.Deadline = Scheduled, p.PublishAt, p.PublishAt.Add(Patience)
		t.AtRisk, t.LookedAt = nil, time.Time{}
	}
	ch.tell(cause, nil, "scheduled for "+p.local())
	return ch.emit(cause, ch.Post.scheduled())
}

// grace lets a client's clock be a little ahead of ours.
const grace = time.Minute

func checkTime(at, now time.Time) error {
	switch {
	case at.IsZero():
		return fault.InvalidFields(fault.Field{Name: "publishAt", Message: "must be given"})
	case at.Before(now.Add(-grace)):
		return fault.InvalidFields(fault.Field{Name: "publishAt", Message: "must not be past"})
	case at.After(now.Add(MaxAhead)):
		return fault.InvalidFields(fault.Field{Name: "publishAt", Message: "must be within a year"})
	}
	return nil
}

func (p Post) scheduled() event.PostScheduled {
	e := event.PostScheduled{
		PostID: p.ID, CampaignID: p.CampaignID, ScheduledFor: p.PublishAt, TimeZone: p.TimeZone,
		Targets: []event.PostTarget{}, Summary: p.Summary(), AuthorID: p.AuthorID,
	}
	for _, t := range p.Targets {
		e.Targets = append(e.Targets, t.event())
	}
	return e
}

func (t Target) event() event.PostTarget {
	return event.PostTarget{TargetID: t.ID, Platform: t.Platform, IntegrationID: t.IntegrationID}
}

// local is the post's time as its author reads it.
func (p Post) local() string {
	zone, err := time.LoadLocation(p.TimeZone)
	if err != nil {
		zone = time.UTC
	}
	return p.PublishAt.In(zone).Format("Mon 2 Jan 2006 15:04 MST")
}

// planned reports whether all targets still wait, so that the post can be changed.
func (p Post) planned() bool {
	return !slices.ContainsFunc(p.Targets, func(t Target) bool { return t.State != Draft && t.State != Scheduled })
}

func (p Post) refuseUnplanned() error {
	if p.planned() {
		return nil
	}
	return fault.Newf(fault.Conflict, "post_begun", "the post is %s: it can't be changed any more", p.Status())
}

// Edit is a change of what a post says and where it goes; nil keeps what is there.
type Edit struct {
	Content  *Content
	Targets  []TargetSpec // nil: as they are
	TimeZone *string
}

// Edit changes a post that has not begun.
func (p Post) Edit(e Edit, cause event.Cause) (Change, error) {
	if err := p.refuseUnplanned(); err != nil {
		return Change{}, err
	}
	ch := p.begin(cause)
	next := &ch.Post
	if e.Content != nil {
		next.Content = *e.Content
	}
	if e.TimeZone != nil {
		next.TimeZone = *e.TimeZone
	}
	was := p.Status()
	if e.Targets != nil {
		next.Targets = nil
		for _, spec := range e.Targets {
			next.Targets = append(next.Targets, newTarget(p.ID, spec))
		}
	}
	if err := next.check(); err != nil {
		return Change{}, err
	}
	ch.tell(cause, nil, "changed")
	if was == StatusDraft {
		return ch, nil
	}
	at := p.PublishAt
	if at.Before(cause.At) {
		at = cause.At // it is due while it is edited: it goes out at once
	}
	return ch, ch.schedule(at, cause)
}

// Schedule gives the post its time, or another one; a draft is a draft no more.
func (p Post) Schedule(at time.Time, timeZone string, cause event.Cause) (Change, error) {
	if err := p.refuseUnplanned(); err != nil {
		return Change{}, err
	}
	ch := p.begin(cause)
	if timeZone != "" {
		ch.Post.TimeZone = timeZone
	}
	if err := ch.Post.check(); err != nil {
		return Change{}, err
	}
	return ch, ch.schedule(at, cause)
}

// Cancel stops every target that is not out. One that is being sent this moment can't be stopped.
func (p Post) Cancel(cause event.Cause) (Change, error) {
	ch := p.begin(cause)
	stopped := 0
	for n := range ch.Post.Targets {
		t := &ch.Post.Targets[n]
		switch t.State {
		case Published, Failed, Cancelled:
			continue
		case Unconfirmed:
			// On some platforms to look is to send again, so that has to end too.
			if t.held(cause.At) {
				return Change{}, goingOut()
			}
			if t.open() {
				stopped++
			}
			t.rest()
			continue
		case Publishing:
			if t.Step == StepSend {
				return Change{}, goingOut()
			}
		}
		t.State = Cancelled
		t.rest()
		stopped++
	}
	if stopped == 0 {
		if p.Status() == StatusCancelled {
			return Change{Post: p}, nil
		}
		return Change{}, fault.Newf(fault.Conflict, "post_begun", "the post is %s: there is nothing left to cancel", p.Status())
	}
	ch.tell(cause, nil, "cancelled")
	return ch, ch.emit(cause, event.PostCancelled{PostID: p.ID, CampaignID: p.CampaignID, Summary: p.Summary(), AuthorID: p.AuthorID})
}

func goingOut() error {
	return fault.New(fault.Conflict, "post_going_out", "the post is going out this moment: look again in a minute")
}

// rest leaves nothing to be done by itself.
func (t *Target) rest() {
	t.Step, t.Holder, t.HeldUntil, t.NextAt = "", "", time.Time{}, time.Time{}
}

// RetryTarget tries a failed target again now. Of one whose outcome is unknown the person must have
// seen that it is not out.
func (p Post) RetryTarget(id string, notOut bool, cause event.Cause) (Change, error) {
	ch := p.begin(cause)
	n := p.index(id)
	if n < 0 {
		return Change{}, noTarget()
	}
	t := &ch.Post.Targets[n]
	switch {
	case t.State == Failed:
	case t.State == Unconfirmed && t.open():
		return Change{}, fault.New(fault.Conflict, "target_in_doubt", "the post may be out there: it is still being looked for")
	case t.State == Unconfirmed && !notOut:
		return Change{}, fault.InvalidFields(fault.Field{Name: "notPublished", Message: "must be true: look at the account first, for the post may be out there"})
	case t.State == Unconfirmed:
	default:
		return Change{}, fault.Newf(fault.Conflict, "target_not_failed", "the target is %s: there is nothing to retry", t.State)
	}
	t.fresh()
	t.State, t.NextAt, t.Deadline = Retrying, cause.At.UTC(), cause.At.Add(Patience).UTC()
	ch.tell(cause, t, "tried again by hand")
	e := ch.Post.scheduled()
	e.ScheduledFor, e.Targets = t.NextAt, []event.PostTarget{t.event()}
	if err := ch.emit(cause, e); err != nil {
		return ch, err
	}
	return ch, ch.emit(cause, event.PostFailureResolved{PostID: p.ID, Target: t.event()})
}

// fresh makes the target a new publication: nothing of the old one counts any more.
func (t *Target) fresh() {
	*t = Target{
		ID: t.ID, Platform: t.Platform, IntegrationID: t.IntegrationID, AccountName: t.AccountName, Override: t.Override,
		Attempt: t.Attempt, State: t.State,
	}
}

// ConfirmTarget is a person's word that an unconfirmed target is out.
func (p Post) ConfirmTarget(id, permalink string, cause event.Cause) (Change, error) {
	n := p.index(id)
	if n < 0 {
		return Change{}, noTarget()
	}
	if p.Targets[n].State != Unconfirmed {
		return Change{}, fault.Newf(fault.Conflict, "target_not_in_doubt", "the target is %s: nobody doubts it", p.Targets[n].State)
	}
	if permalink != "" && !webAddress(permalink) {
		return Change{}, fault.InvalidFields(fault.Field{Name: "permalink", Message: "must be an address like https://example.com/post"})
	}
	ch := p.begin(cause)
	t := &ch.Post.Targets[n]
	t.State, t.Permalink, t.PublishedAt = Published, permalink, t.Began
	t.rest()
	ch.tell(cause, t, "seen there by a person")
	if err := ch.emit(cause, ch.Post.published()); err != nil {
		return ch, err
	}
	return ch, ch.emit(cause, event.PostFailureResolved{PostID: p.ID, Target: t.event()})
}

func noTarget() error {
	return fault.New(fault.NotFound, "target_not_found", "the post has no such target")
}
