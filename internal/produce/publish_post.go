package produce

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"sync"
	"time"

	"bellwether/internal/entry"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/integration"
	"bellwether/internal/obs"
	"bellwether/internal/outbound"
	"bellwether/internal/parallel"
	"bellwether/internal/platform"
	"bellwether/internal/post"
	"bellwether/internal/queue"
	"bellwether/internal/schedule"
	"bellwether/internal/store"
)

// PublishPostFunction is the function that timers wake.
const PublishPostFunction = "publish-post"

// Kinds of wake-ups.
const (
	WakePublish = "publish"
	WakeAhead   = "look-ahead"
	WakeSweep   = "sweep"
)

// Wake is what PublishPost is woken with. What is to be done stands in the post itself: a wake-up that
// comes twice, late, or for a plan that was changed since does no harm.
type Wake struct {
	Kind          string `json:"kind"`
	OrgID         string `json:"orgId,omitempty"`
	PostID        string `json:"postId,omitempty"`
	Minutes       int    `json:"minutes,omitempty"` // of a look ahead
	CorrelationID string `json:"correlationId,omitempty"`
	CausationID   string `json:"causationId,omitempty"`
	Hop           int    `json:"hop,omitempty"`
}

// WakeTimer is the timer that wakes the publisher for the post's present version.
func WakeTimer(p post.Post, at time.Time, w Wake) (schedule.Timer, error) {
	w.OrgID, w.PostID = p.OrgID, p.ID
	payload, err := json.Marshal(w)
	name := event.Derive(p.ID, "timer", strconv.FormatInt(p.Version, 10), w.Kind, strconv.Itoa(w.Minutes))
	return schedule.Timer{Name: "post-" + name, At: at.UTC(), Target: PublishPostFunction, Payload: payload}, err
}

// PublishedPosts keeps posts.
type PublishedPosts interface {
	Get(ctx context.Context, orgID, id string) (post.Post, error)
	UpdateFrom(ctx context.Context, token string, p post.Post, change func(post.Post) (post.Change, error)) (post.Post, error)
	Open(ctx context.Context, shard int, until time.Time, limit int, after string) ([]store.Lost, string, error)
}

// PostAccounts keeps connected accounts.
type PostAccounts interface {
	Get(ctx context.Context, orgID, id string) (integration.Integration, error)
	Update(ctx context.Context, token, orgID, id string, change func(integration.Integration) (integration.Change, error)) (integration.Integration, error)
	AskSync(ctx context.Context, orgID, id string, ask func(integration.Sync) integration.Sync) (integration.Sync, error)
}

// Images fetches images of posts.
type Images interface {
	Fetch(ctx context.Context, address string, max int64) (outbound.Fetched, error)
}

// Publisher holds what PublishPost works with.
type Publisher struct {
	Posts      PublishedPosts
	Accounts   PostAccounts
	Tokens     Tokens
	Connectors platform.Connectors
	Images     Images
	Timers     schedule.Scheduler
	Syncs      queue.Queue
	Now        func() time.Time
	Random     io.Reader
}

const (
	// sweepAfter is how late something must be before it counts as lost.
	sweepAfter = 2 * time.Minute
	sweepPage  = 40 // after which the order of time is kept, however long one of them takes
	sweepSide  = 8  // posts at once
	// spareToSend is the time that an invocation must have left to begin: it must not die over a call.
	spareToSend = 45 * time.Second
)

// PublishPost publishes what is due. What makes a post visible is called only by whoever has stored
// that they are about to; what became of a call that nobody heard the end of is looked up, and
// repeated only where it surely did nothing.
func PublishPost(p Publisher) *entry.Schedule {
	return entry.NewSchedule(func(ctx context.Context, w Wake) error {
		switch {
		case w.Kind == WakeSweep:
			return p.sweep(ctx)
		case !event.IsID(w.OrgID) || !event.IsID(w.PostID):
			return fault.New(fault.Invalid, "bad_payload", "the wake-up names no post")
		case w.Kind == WakeAhead:
			return p.lookAhead(ctx, w)
		case w.Kind == WakePublish:
			return p.publish(ctx, w, p.Now())
		}
		return fault.Newf(fault.Invalid, "bad_payload", "there is no wake-up of kind %q", w.Kind)
	})
}

// publish works on every target that was due at the moment, and sets the timer for what is due next.
func (p Publisher) publish(ctx context.Context, w Wake, due time.Time) error {
	is, err := p.Posts.Get(ctx, w.OrgID, w.PostID)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	targets := is.Due(due)
	if len(targets) == 0 {
		obs.Note(ctx, "post", "not due")
		return p.wakeNext(ctx, is, w) // a retry after the timer could not be set
	}
	holder, err := event.NewID(p.Now(), p.Random)
	if err != nil {
		return err
	}
	run := &publication{Publisher: p, wake: w, holder: holder, newest: is}
	var calls []func(context.Context) error
	for _, id := range targets {
		calls = append(calls, func(ctx context.Context) error { return run.target(ctx, is, id) })
	}
	err = parallel.Do(ctx, calls...)
	return errors.Join(err, p.wakeNext(ctx, run.newest, w))
}

// wakeNext sets the timer for the next thing to do. Without it the sweep finds the post.
func (p Publisher) wakeNext(ctx context.Context, is post.Post, w Wake) error {
	next := is.NextAt()
	if next.IsZero() || !next.After(p.Now()) {
		return nil
	}
	timer, err := WakeTimer(is, next, Wake{Kind: WakePublish, CorrelationID: w.CorrelationID, CausationID: w.CausationID, Hop: w.Hop})
	if err != nil {
		return err
	}
	return p.Timers.Set(ctx, timer)
}

// sweep finds what a lost wake-up left behind, in order of time within a shard.
func (p Publisher) sweep(ctx context.Context) error {
	until, found := p.Now().Add(-sweepAfter), 0
	for shard := range store.Shards {
		for after := ""; ; {
			page, next, err := p.Posts.Open(ctx, shard, until, sweepPage, after)
			if err != nil {
				return err
			}
			var calls []func(context.Context) error
			for _, lost := range page {
				id := event.Derive(lost.PostID, WakeSweep, store.Stamp(until))
				w := Wake{Kind: WakePublish, OrgID: lost.OrgID, PostID: lost.PostID, CorrelationID: id, CausationID: id}
				calls = append(calls, func(ctx context.Context) error { return p.recover(ctx, w, until) })
			}
			found += len(page)
			if err := parallel.UpTo(ctx, sweepSide, calls...); err != nil {
				return err
			}
			if after = next; next == "" || hurried(ctx) {
				break
			}
		}
	}
	obs.Note(ctx, "open", found)
	obs.Count(ctx, "PostsOpen", found)
	return nil
}

// recover is publish for a post that the sweep found, when there is the time for it.
func (p Publisher) recover(ctx context.Context, w Wake, until time.Time) error {
	if hurried(ctx) {
		return nil // the next sweep finds it
	}
	return p.publish(ctx, w, until)
}

// hurried reports whether too little time is left to begin anything.
func hurried(ctx context.Context) bool {
	deadline, ok := ctx.Deadline()
	return ok && time.Until(deadline) < spareToSend
}

// publication is one invocation's work on one post.
type publication struct {
	Publisher
	wake   Wake
	holder string

	mu     sync.Mutex
	newest post.Post
}

func (r *publication) cause(step string) event.Cause {
	id := event.Derive(r.holder, r.wake.PostID, step)
	correlation := r.wake.CorrelationID
	if correlation == "" {
		correlation = id
	}
	return event.Cause{ID: id, CorrelationID: correlation, Hop: r.wake.Hop + 1, Actor: "schedule/" + PublishPostFunction, At: r.Now()}
}

// update stores a change of one target, whoever writes the others meanwhile.
func (r *publication) update(ctx context.Context, p post.Post, token string, change func(post.Post) (post.Change, error)) (post.Post, error) {
	p, err := r.Posts.UpdateFrom(ctx, event.Derive(r.holder, token), p, change)
	r.mu.Lock()
	defer r.mu.Unlock()
	if p.Version > r.newest.Version {
		r.newest = p
	}
	return p, err
}

// jitter is a random share, 0 to 1.
func (r *publication) jitter() (float64, error) {
	b := make([]byte, 2)
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, err := io.ReadFull(r.Random, b); err != nil {
		return 0, err
	}
	return float64(int(b[0])<<8|int(b[1])) / 65536, nil
}

// reach is what the account takes to be worked with, or why it can't be. It comes before the claim: a
// table that fails must not put a post in doubt.
type reach struct {
	account   integration.Integration
	connector platform.Publisher
	call      platform.Call
	refusal   *platform.Error // nothing can be asked of the platform
	blocked   *platform.Error // nothing may be published
}

func (r *publication) reach(ctx context.Context, orgID string, t post.Target) (reach, error) {
	account, err := r.Accounts.Get(ctx, orgID, t.IntegrationID)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return reach{}, err
	}
	out := reach{account: account, call: platform.Call{Account: account.Account}}
	if err != nil || account.Status != integration.Connected {
		out.refusal = post.ErrMissing(t.Platform, t.AccountName)
		return out, nil
	}
	if until := account.BlockedUntil; r.Now().Before(until) {
		out.blocked = &platform.Error{Platform: t.Platform, Op: "publish", Class: platform.ClassBlocked,
			Message: "the platform stopped this account from publishing; it is left alone until " + until.Format("2 Jan 15:04 UTC")}
	}
	if out.connector, err = r.Connectors.Publisher(t.Platform); err != nil {
		return out, err
	}
	out.call.Token, _, err = r.Tokens.Token(ctx, account, r.holder)
	if refusal, ok := errors.AsType[*platform.Error](err); ok {
		out.refusal = refusal
		return out, nil
	}
	return out, err
}

// target claims a target and does what is to be done until it rests.
func (r *publication) target(ctx context.Context, p post.Post, id string) error {
	if hurried(ctx) {
		return fault.New(fault.Retryable, "no_time", "there is too little time left to publish")
	}
	t, _ := p.Target(id)
	with, err := r.reach(ctx, p.OrgID, t)
	if err != nil {
		return err
	}
	var action post.Action
	p, err = r.update(ctx, p, id+"/claim", func(p post.Post) (ch post.Change, err error) {
		ch, action, err = p.Claim(id, r.holder, r.cause(id+"/claim"))
		return ch, err
	})
	for n := 0; err == nil && action != post.Nothing && n < mostSteps; n++ {
		p, action, err = r.step(ctx, p, id, action, with)
	}
	return err
}

// mostSteps is more than a target takes in one invocation: prepare, send.
const mostSteps = 4

// step does one thing and stores what came of it.
func (r *publication) step(ctx context.Context, p post.Post, id string, action post.Action, with reach) (post.Post, post.Action, error) {
	t, _ := p.Target(id)
	switch refusal := cmp.Or(with.refusal, with.blocked); {
	case action == post.Look && with.refusal != nil:
		return r.looked(ctx, p, id, platform.Found{})
	case action != post.Look && refusal != nil:
		return r.refused(ctx, p, id, with, refusal)
	}
	switch action {
	case post.Prepare, post.Poll:
		m, err := r.prepare(ctx, p, t, action, with)
		if refusal := asRefusal(err); refusal != nil {
			refusal.Unsure = false // nothing of this is visible
			return r.refused(ctx, p, id, with, refusal)
		}
		token := id + "/prepared"
		p, err = r.update(ctx, p, token, func(p post.Post) (ch post.Change, err error) {
			ch, action, err = p.Prepared(id, r.holder, m, r.cause(token))
			return ch, err
		})
		return p, action, err
	case post.Send:
		out, err := r.send(ctx, p, t, with)
		if refusal := asRefusal(err); refusal != nil {
			return r.refused(ctx, p, id, with, refusal)
		}
		return r.sent(ctx, p, t, out)
	default:
		found, err := r.find(ctx, p, t, with)
		if err == nil && found.There {
			return r.sent(ctx, p, t, found.Published)
		}
		if err != nil {
			found = platform.Found{} // what can't be looked at is not known
		}
		return r.looked(ctx, p, id, found)
	}
}

func asRefusal(err error) *platform.Error {
	if err == nil {
		return nil
	}
	return platform.AsError(err)
}

// again makes the call, and once more with a renewed token when the platform refuses the present one as
// out of date: then it did nothing.
func (r *publication) again(ctx context.Context, with *reach, call func(platform.Call) error) error {
	err := call(with.call)
	refusal := asRefusal(err)
	if refusal == nil || refusal.Class != platform.ClassAuthExpired || refusal.Unsure {
		return err
	}
	token, _, renewal := r.Tokens.Renew(ctx, with.account, with.call.Token, r.holder)
	if renewal != nil {
		if refusal := asRefusal(renewal); refusal.Platform != "" {
			return refusal
		}
		return err
	}
	with.call.Token = token
	return call(with.call)
}

func (r *publication) send(ctx context.Context, p post.Post, t post.Target, with reach) (out platform.Published, err error) {
	err = r.again(ctx, &with, func(c platform.Call) (err error) {
		out, err = with.connector.Publish(ctx, c, publicationOf(p, t, nil), t.Prepared)
		return err
	})
	return out, err
}

func (r *publication) find(ctx context.Context, p post.Post, t post.Target, with reach) (found platform.Found, err error) {
	err = r.again(ctx, &with, func(c platform.Call) (err error) {
		found, err = with.connector.Find(ctx, c, publicationOf(p, t, nil), t.Prepared)
		return err
	})
	return found, err
}

func (r *publication) prepare(ctx context.Context, p post.Post, t post.Target, action post.Action, with reach) (m platform.Prepared, err error) {
	var media []outbound.Fetched
	if action == post.Prepare && with.connector.Info().Uploads {
		if media, err = r.fetch(ctx, p, t); err != nil {
			return m, err
		}
	}
	err = r.again(ctx, &with, func(c platform.Call) (err error) {
		if action == post.Poll {
			m, err = with.connector.Ready(ctx, c, t.Prepared)
			return err
		}
		m, err = with.connector.Prepare(ctx, c, publicationOf(p, t, media))
		return err
	})
	return m, err
}

// fetch reads the target's images.
func (r *publication) fetch(ctx context.Context, p post.Post, t post.Target) ([]outbound.Fetched, error) {
	limits, _ := post.LimitsOf(t.Platform)
	var all []outbound.Fetched
	for _, m := range p.ContentFor(t).Media {
		image, problem := imageFor(ctx, r.Images, limits, m)
		if problem != "" {
			return nil, &platform.Error{Platform: t.Platform, Op: "prepare", Class: post.ClassMedia, Message: problem}
		}
		all = append(all, image)
	}
	return all, nil
}

// publicationOf is the target's content as connectors take it.
func publicationOf(p post.Post, t post.Target, media []outbound.Fetched) platform.Publication {
	c := p.ContentFor(t)
	out := platform.Publication{Text: c.Text, Link: c.Link, Key: t.Key, Began: t.Began}
	for n, m := range c.Media {
		medium := platform.Medium{URL: m.URL, Type: m.Type, Alt: m.Alt}
		if n < len(media) {
			medium.Type, medium.Data = media[n].Type, media[n].Data
		}
		out.Media = append(out.Media, medium)
	}
	return out
}

// sent stores that the target is out. It is tried to the last: the platform has it.
func (r *publication) sent(ctx context.Context, p post.Post, t post.Target, out platform.Published) (post.Post, post.Action, error) {
	obs.Count(ctx, "PostsPublished", 1)
	token := t.ID + "/sent"
	p, err := r.update(ctx, p, token, func(p post.Post) (post.Change, error) {
		return p.Sent(t.ID, t.Key, out, r.cause(token))
	})
	return p, post.Nothing, err
}

// refused stores why the target is not out, or not known to be, and does what that means for its account.
func (r *publication) refused(ctx context.Context, p post.Post, id string, with reach, e *platform.Error) (post.Post, post.Action, error) {
	obs.Note(ctx, "class", string(e.Class))
	jitter, err := r.jitter()
	if err != nil {
		return p, post.Nothing, err
	}
	token := id + "/refused"
	p, err = r.update(ctx, p, token, func(p post.Post) (post.Change, error) {
		if e.Unsure {
			return p.InDoubt(id, r.holder, e, r.cause(token))
		}
		return p.Refused(id, r.holder, e, jitter, r.cause(token))
	})
	if err != nil || with.blocked != nil {
		return p, post.Nothing, err
	}
	return p, post.Nothing, r.aftermath(ctx, with.account, e)
}

// aftermath leaves an account alone that the platform stopped, and lets a sync find out about one whose
// grant is gone.
func (r *publication) aftermath(ctx context.Context, account integration.Integration, e *platform.Error) error {
	cause := r.cause("aftermath/" + account.ID)
	switch e.Class {
	case platform.ClassBlocked:
		_, err := r.Accounts.Update(ctx, cause.ID, account.OrgID, account.ID, func(i integration.Integration) (integration.Change, error) {
			return i.Block(cause.At.Add(post.BlockTime), cause)
		})
		return err
	case platform.ClassAuthRevoked, platform.ClassAuthScope, platform.ClassSuspended:
		sync, err := r.Accounts.AskSync(ctx, account.OrgID, account.ID, func(s integration.Sync) integration.Sync {
			return s.Ask(integration.TriggerHint, cause.CorrelationID, cause.At)
		})
		if err != nil {
			return err
		}
		m, err := SyncMessage{sync.OrgID, sync.IntegrationID}.Queued(0)
		if err != nil {
			return err
		}
		return r.Syncs.Send(ctx, m)
	}
	return nil
}

// looked stores that a search did not find the target.
func (r *publication) looked(ctx context.Context, p post.Post, id string, found platform.Found) (post.Post, post.Action, error) {
	jitter, err := r.jitter()
	if err != nil {
		return p, post.Nothing, err
	}
	t, _ := p.Target(id)
	token := id + "/looked/" + strconv.Itoa(t.Checks)
	p, err = r.update(ctx, p, token, func(p post.Post) (post.Change, error) {
		return p.Looked(id, r.holder, found.Sure, jitter, r.cause(token))
	})
	return p, post.Nothing, err
}
