package post

import (
	"fmt"
	"time"

	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/platform"
)

// Numbers of publishing, from reference semantics.
const (
	// LeaseTime is longer than a worker can live, so that an expired lease has no living holder.
	LeaseTime = 3 * time.Minute
	// pollEvery is how long the platform is left alone with media, maxPolls how often it is asked.
	pollEvery = 20 * time.Second
	maxPolls  = 90
	// BlockTime is how long an account is left alone that the platform stopped from publishing.
	BlockTime = 24 * time.Hour
)

// ladder is how long after a failure the next try is, and after a doubt the next look.
var ladder = []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, 60 * time.Minute}

// Classes of failures that are ours and no platform's.
const (
	ClassTooLate      platform.Class = "too_late"     // its deadline passed
	ClassUnconfirmed  platform.Class = "unconfirmed"  // nobody knows whether it is out
	ClassDisconnected platform.Class = "disconnected" // the account is not connected
	ClassMedia        platform.Class = "media"        // an image can't be fetched, or is none that the platform takes
)

// Action is what a worker has to do with a target that it claimed.
type Action string

const (
	Nothing Action = ""
	Prepare Action = "prepare" // hand the media over, then Sending
	Poll    Action = "poll"    // ask for the media
	Send    Action = "send"    // publish: the claim itself is the record of the attempt
	Look    Action = "look"    // find out whether it is out
)

// Claim gives a due target to holder, and says what to do. The change must be stored before that is
// done: whoever finds a stored claim whose holder is gone knows what may have happened.
func (p Post) Claim(id, holder string, cause event.Cause) (Change, Action, error) {
	n, now := p.index(id), cause.At
	if n >= 0 && p.Targets[n].Holder == holder && p.Targets[n].held(now) {
		return Change{Post: p}, p.Targets[n].action(), nil // it was stored, and the answer was lost
	}
	if n < 0 || !p.Targets[n].due(now) {
		return Change{Post: p}, Nothing, nil
	}
	ch := p.begin(cause)
	t := &ch.Post.Targets[n]
	action, err := ch.claim(t, cause)
	if action != Nothing {
		t.Holder, t.HeldUntil = holder, now.Add(LeaseTime).UTC()
		t.NextAt = t.HeldUntil // whoever comes then finds that the holder is gone
	}
	return ch, action, err
}

// action is what a claimed target's holder has to do.
func (t Target) action() Action {
	switch {
	case t.State == Unconfirmed:
		return Look
	case t.Step == StepPrepare:
		return Prepare
	case t.Step == StepWait:
		return Poll
	}
	return Send
}

func (ch *Change) claim(t *Target, cause event.Cause) (Action, error) {
	switch t.State {
	case Scheduled, Retrying:
		if cause.At.After(t.Deadline) {
			return Nothing, ch.fail(t, failure{ClassTooLate, "it was due too long ago: a stale post must not go out"}, cause)
		}
		t.State, t.Attempt = Publishing, t.Attempt+1
		if t.Key == "" {
			t.Key, t.Began = event.Derive(t.ID, "publication", fmt.Sprint(t.Attempt)), cause.At.UTC()
		}
		if len(ch.Post.ContentFor(*t).Media) > 0 && len(t.Prepared.IDs) == 0 {
			t.Step = StepPrepare
			return Prepare, nil
		}
		t.Step = StepSend
		return Send, nil
	case Publishing:
		switch t.Step {
		case StepPrepare:
			return Prepare, nil // nothing is visible yet, so again
		case StepWait:
			return Poll, nil
		}
		// Whoever was to send it is gone, and nobody knows how far they came.
		return Look, ch.doubt(t, failure{ClassUnconfirmed, "the attempt broke off"}, cause)
	case Unconfirmed:
		return Look, nil
	}
	return Nothing, nil
}

// mine is the target while holder has it; every later word of a holder that lost it changes nothing.
func (p Post) mine(id, holder string) (int, bool) {
	n := p.index(id)
	return n, n >= 0 && p.Targets[n].Holder == holder && holder != ""
}

// Prepared records media that were handed over. Those that are ready are sent at once, by the same
// holder: then the change is the record of the attempt. The others are asked for later.
func (p Post) Prepared(id, holder string, m platform.Prepared, cause event.Cause) (Change, Action, error) {
	n, ok := p.mine(id, holder)
	if !ok {
		return Change{Post: p}, Nothing, nil
	}
	ch := p.begin(cause)
	t := &ch.Post.Targets[n]
	t.Prepared = m
	if !m.Pending {
		t.Step, t.HeldUntil = StepSend, cause.At.Add(LeaseTime).UTC()
		t.NextAt = t.HeldUntil
		return ch, Send, nil
	}
	t.Step, t.Holder, t.HeldUntil = StepWait, "", time.Time{}
	if t.Polls++; t.Polls > maxPolls {
		t.Prepared, t.Polls = platform.Prepared{}, 0
		return ch, Nothing, ch.again(t, failure{platform.ClassTransient, "the platform did not finish the images"}, 0, 0, cause)
	}
	t.NextAt = cause.At.Add(pollEvery).UTC()
	return ch, Nothing, nil
}

// Sent records that the target is out. It is true whoever says it, and even after the holder lost it.
func (p Post) Sent(id, key string, out platform.Published, cause event.Cause) (Change, error) {
	n := p.index(id)
	if n < 0 || p.Targets[n].Key != key || p.Targets[n].State == Published {
		return Change{Post: p}, nil
	}
	ch := p.begin(cause)
	t := &ch.Post.Targets[n]
	found := t.State == Unconfirmed
	t.State, t.RemoteID, t.Permalink, t.PublishedAt, t.Class, t.Message = Published, out.ID, out.Permalink, out.At.UTC(), "", ""
	if out.At.IsZero() {
		t.PublishedAt = cause.At.UTC()
	}
	t.rest()
	if found {
		ch.tell(cause, t, "it was out: found there")
	} else {
		ch.tell(cause, t, "published")
	}
	return ch, ch.emit(cause, ch.Post.published())
}

// published lists all targets that are out so far, so that the newest of these events says all.
func (p Post) published() event.PostPublished {
	e := event.PostPublished{PostID: p.ID, CampaignID: p.CampaignID, Targets: []event.PublishedTarget{}}
	for _, t := range p.Targets {
		if t.State == Published {
			e.Targets = append(e.Targets, event.PublishedTarget{
				TargetID: t.ID, Platform: t.Platform, RemoteID: t.RemoteID, Permalink: t.Permalink, PublishedAt: t.PublishedAt,
			})
		}
	}
	return e
}

// failure is why a target is not out, or not known to be.
type failure struct {
	class   platform.Class
	message string
}

// Refused records an attempt that surely published nothing. What a repetition can help is tried
// again: after 1, 5, 15 and 60 minutes with a tenth of jitter (0 to 1) either way, or when the
// platform says, until the deadline. limited failures use no try.
func (p Post) Refused(id, holder string, e *platform.Error, jitter float64, cause event.Cause) (Change, error) {
	n, ok := p.mine(id, holder)
	if !ok {
		return Change{Post: p}, nil
	}
	ch := p.begin(cause)
	t := &ch.Post.Targets[n]
	f := failure{e.Class, e.Message}
	if !repeats(e.Class) {
		return ch, ch.fail(t, f, cause)
	}
	return ch, ch.again(t, f, e.RetryAfter, jitter, cause)
}

// repeats reports whether a repetition can help.
func repeats(class platform.Class) bool {
	switch class {
	case platform.ClassTransient, platform.ClassRateLimited, platform.ClassQuota, platform.ClassAuthExpired, ClassMedia:
		return true
	}
	return false
}

// again lets the target be tried later, or fails it when it had its tries.
func (ch *Change) again(t *Target, f failure, told time.Duration, jitter float64, cause event.Cause) error {
	try := t.Attempt - 1
	if f.class == platform.ClassRateLimited && told > 0 {
		try = 0
		if t.Attempt > 0 {
			t.Attempt-- // waiting as told is no try
		}
	}
	if try >= len(ladder) {
		return ch.fail(t, f, cause)
	}
	wait := ladder[try] + time.Duration((2*jitter-1)*float64(ladder[try])/10)
	if told > wait {
		wait = told
	}
	next := cause.At.Add(wait).UTC()
	if next.After(t.Deadline) {
		return ch.fail(t, f, cause)
	}
	t.rest()
	t.Prepared, t.Polls = platform.Prepared{}, 0 // platforms keep media for hours, or for one try
	t.State, t.NextAt, t.Class, t.Message = Retrying, next, f.class, f.message
	ch.tell(cause, t, fmt.Sprintf("refused (%s): tried again at %s", f.class, next.Format("15:04 UTC")))
	return ch.emit(cause, ch.Post.failed(*t, true))
}

// fail ends the target.
func (ch *Change) fail(t *Target, f failure, cause event.Cause) error {
	t.rest()
	t.State, t.Class, t.Message = Failed, f.class, f.message
	ch.tell(cause, t, "not published: "+string(f.class))
	return ch.emit(cause, ch.Post.failed(*t, false))
}

func (p Post) failed(t Target, again bool) event.PostFailed {
	e := event.PostFailed{
		PostID: p.ID, Target: t.event(), ErrorClass: string(t.Class), Message: t.Message, Attempt: t.Attempt,
		WillRetry: again, Summary: p.Summary(), AuthorID: p.AuthorID,
	}
	if again {
		next := t.NextAt
		e.NextAttemptAt = &next
	}
	return e
}

// InDoubt records an attempt of which nobody knows whether it published.
func (p Post) InDoubt(id, holder string, e *platform.Error, cause event.Cause) (Change, error) {
	n, ok := p.mine(id, holder)
	if !ok {
		return Change{Post: p}, nil
	}
	ch := p.begin(cause)
	t := &ch.Post.Targets[n]
	return ch, ch.doubt(t, failure{ClassUnconfirmed, e.Message}, cause)
}

// doubt begins to look for a target at the platform.
func (ch *Change) doubt(t *Target, f failure, cause event.Cause) error {
	t.rest()
	t.State, t.InDoubt, t.Checks, t.Class, t.Message = Unconfirmed, cause.At.UTC(), 0, f.class, f.message
	t.NextAt = t.InDoubt.Add(ladder[0])
	ch.tell(cause, t, "it may be out or not: looked for at the platform before anything is repeated")
	return ch.emit(cause, ch.Post.failed(*t, true))
}

// Looked records a search that did not find the target. Where absence is proof it is tried again;
// elsewhere it is looked for again, 1, 5, 15 and 60 minutes after the doubt began, and then a person
// is asked.
func (p Post) Looked(id, holder string, sure bool, jitter float64, cause event.Cause) (Change, error) {
	n, ok := p.mine(id, holder)
	if !ok || p.Targets[n].State != Unconfirmed {
		return Change{Post: p}, nil
	}
	ch := p.begin(cause)
	t := &ch.Post.Targets[n]
	if sure {
		return ch, ch.again(t, failure{platform.ClassTransient, "the attempt did not reach the platform"}, 0, jitter, cause)
	}
	t.rest()
	for t.Checks++; t.Checks < len(ladder); t.Checks++ {
		if next := t.InDoubt.Add(ladder[t.Checks]); next.After(cause.At) {
			t.NextAt = next
			return ch, nil
		}
	}
	ch.tell(cause, t, "not found at the platform: a person has to look")
	return ch, ch.emit(cause, ch.Post.failed(*t, false))
}

// held reports whether somebody works on the target.
func (t Target) held(now time.Time) bool { return t.Holder != "" && now.Before(t.HeldUntil) }

// ErrMissing is the failure of a target whose account is not connected.
func ErrMissing(platformName, accountName string) *platform.Error {
	return &platform.Error{Platform: platformName, Op: "publish", Class: ClassDisconnected, Message: "the account " + accountName + " is not connected"}
}

// Marks are how long before its time a post is looked at, in minutes.
var Marks = []int{60, 10}

// Foreseen records what a look ahead found, by target. People are told of what they weren't told yet.
func (p Post) Foreseen(minutes int, found map[string][]string, cause event.Cause) (Change, error) {
	if p.Status() != StatusScheduled || cause.At.After(p.PublishAt) {
		return Change{Post: p}, nil
	}
	ch := p.begin(cause)
	e := event.PostAtRisk{
		PostID: p.ID, ScheduledFor: p.PublishAt, TimeZone: p.TimeZone, Minutes: minutes, Targets: []event.RiskTarget{},
		Summary: p.Summary(), AuthorID: p.AuthorID,
	}
	changed := false
	for n := range ch.Post.Targets {
		t := &ch.Post.Targets[n]
		if t.State != Scheduled {
			continue
		}
		problems := found[t.ID]
		changed = changed || fmt.Sprint(problems) != fmt.Sprint(t.AtRisk) || t.LookedAt.IsZero()
		if len(problems) > 0 && fmt.Sprint(problems) != fmt.Sprint(t.AtRisk) {
			e.Targets = append(e.Targets, event.RiskTarget{TargetID: t.ID, Platform: t.Platform, AccountName: t.AccountName, Problems: problems})
			ch.tell(cause, t, fmt.Sprintf("%d minutes ahead: %s", minutes, problems[0]))
		}
		t.AtRisk, t.LookedAt = problems, cause.At.UTC()
	}
	if !changed {
		return Change{Post: p}, nil
	}
	if len(e.Targets) == 0 {
		return ch, nil
	}
	return ch, ch.emit(cause, e)
}

// ErrNotFound is the answer for a post that the organisation doesn't have.
func ErrNotFound() error { return fault.New(fault.NotFound, "post_not_found", "there is no such post") }
