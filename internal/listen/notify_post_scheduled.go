package listen

import (
	"context"
	"strings"
	"time"

	"bellwether/internal/entry"
	"bellwether/internal/event"
	"bellwether/internal/notification"
	"bellwether/internal/parallel"
	"bellwether/internal/post"
	"bellwether/internal/produce"
	"bellwether/internal/schedule"
	"bellwether/internal/tenant"
)

// Posts reads posts.
type Posts interface {
	Get(ctx context.Context, orgID, id string) (post.Post, error)
}

// PostScheduled holds what NotifyPostScheduled works with.
type PostScheduled struct {
	Posts  Posts
	Roster Roster
	Telling
	Timers schedule.Scheduler
	Park   entry.Parker
	Now    func() time.Time
}

// NotifyPostScheduled sets the timers that look ahead and publish, and confirms the plan to its author.
// The timers are those of the post as it is now: an event that comes late sets none for a plan that was
// changed since, and timers of a former plan find nothing due when they fire.
func NotifyPostScheduled(n PostScheduled) *entry.Listener {
	return entry.NewListener("notify-post-scheduled", n.Park, n.Now, entry.On(n.scheduled), entry.On(n.cancelled))
}

func (n PostScheduled) scheduled(ctx context.Context, e event.Envelope[event.PostScheduled]) error {
	var p post.Post
	var roster tenant.Roster
	err := parallel.Do(ctx, readPost(n.Posts, e.Meta.OrgID, e.Data.PostID, &p), readRoster(n.Roster, e.Meta.OrgID, &roster))
	if err != nil {
		return err
	}
	work := n.tell(indoors(notification.PostScheduledMessage(e.Data), e.Meta, roster, members(roster, []string{e.Data.AuthorID})))
	return parallel.Do(ctx, append(work, func(ctx context.Context) error { return n.set(ctx, p, e.Meta) })...)
}

// set sets the post's timers.
func (n PostScheduled) set(ctx context.Context, p post.Post, m event.Meta) error {
	wake := produce.Wake{CorrelationID: m.CorrelationID, CausationID: m.ID, Hop: m.Hop}
	var timers []schedule.Timer
	add := func(at time.Time, kind string, minutes int) error {
		wake.Kind, wake.Minutes = kind, minutes
		timer, err := produce.WakeTimer(p, at, wake)
		timers = append(timers, timer)
		return err
	}
	if p.Status() == post.StatusScheduled {
		for _, minutes := range post.Marks {
			if at := p.PublishAt.Add(-time.Duration(minutes) * time.Minute); at.After(n.Now()) {
				if err := add(at, produce.WakeAhead, minutes); err != nil {
					return err
				}
			}
		}
	}
	if next := p.NextAt(); !next.IsZero() {
		if err := add(next, produce.WakePublish, 0); err != nil {
			return err
		}
	}
	for _, timer := range timers {
		if err := n.Timers.Set(ctx, timer); err != nil {
			return err
		}
	}
	return nil
}

// cancelled tells an author that somebody else cancelled their post. Whoever cancels their own knows it.
func (n PostScheduled) cancelled(ctx context.Context, e event.Envelope[event.PostCancelled]) error {
	if strings.TrimPrefix(e.Meta.Actor, "user/") == e.Data.AuthorID {
		return nil
	}
	roster, err := n.Roster.Roster(ctx, e.Meta.OrgID)
	if err != nil {
		return err
	}
	return parallel.Do(ctx, n.tell(indoors(notification.PostCancelledMessage(e.Data), e.Meta, roster, members(roster, []string{e.Data.AuthorID})))...)
}

// readPost is a read to be made beside others.
func readPost(from Posts, orgID, id string, into *post.Post) func(context.Context) error {
	return func(ctx context.Context) (err error) {
		*into, err = from.Get(ctx, orgID, id)
		return err
	}
}
