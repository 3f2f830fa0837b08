package listen

import (
	"context"
	"time"

	"bellwether/internal/channel"
	"bellwether/internal/entry"
	"bellwether/internal/event"
	"bellwether/internal/incident"
	"bellwether/internal/notification"
	"bellwether/internal/parallel"
	"bellwether/internal/post"
	"bellwether/internal/tenant"
)

// PostFailure holds what HandlePostFailure works with.
type PostFailure struct {
	Posts     Posts
	Dashboard Dashboard
	Roster    Roster
	Inbox     Inbox
	Alerts    Alerts
	Topic     channel.Topic
	Signals   Signals
	Park      entry.Parker
	Now       func() time.Time
}

// HandlePostFailure tells the author of a post what happened and what to do, and notes for incidents
// what nobody tries any more. A safe retry is planned with the failure itself; people hear of the first.
func HandlePostFailure(f PostFailure) *entry.Listener {
	return entry.NewListener("handle-post-failure", f.Park, f.Now, entry.On(f.failed), entry.On(f.atRisk), entry.On(f.resolved))
}

func (f PostFailure) failed(ctx context.Context, e event.Envelope[event.PostFailed]) error {
	message, news := notification.PostFailedMessage(e.Data)
	if !news {
		return nil
	}
	var p post.Post
	var roster tenant.Roster
	err := parallel.Do(ctx, readPost(f.Posts, e.Meta.OrgID, e.Data.PostID, &p), readRoster(f.Roster, e.Meta.OrgID, &roster))
	if err != nil {
		return err
	}
	work := notices(f.Inbox, roster, authors(roster, e.Data.AuthorID), message, e.Meta)
	if e.Data.WillRetry {
		return parallel.Do(ctx, work...)
	}
	alert := message.Alert(notification.AlertPost, common(roster), e.Meta)
	alert.IntegrationID, alert.PostID = e.Data.Target.IntegrationID, p.ID
	return parallel.Do(ctx, append(work,
		signal(f.Signals, e.Meta.OrgID, incident.Publishing(p, e.Meta)),
		putPost(f.Dashboard, p),
		func(ctx context.Context) error { return Alarms{f.Topic, f.Alerts}.raise(ctx, roster, alert, message) })...)
}

// atRisk tells before it fails.
func (f PostFailure) atRisk(ctx context.Context, e event.Envelope[event.PostAtRisk]) error {
	var p post.Post
	var roster tenant.Roster
	err := parallel.Do(ctx, readPost(f.Posts, e.Meta.OrgID, e.Data.PostID, &p), readRoster(f.Roster, e.Meta.OrgID, &roster))
	if err != nil {
		return err
	}
	message := notification.PostAtRiskMessage(e.Data)
	work := notices(f.Inbox, roster, authors(roster, e.Data.AuthorID), message, e.Meta)
	if message.Severity.Loud() && p.Status() == post.StatusScheduled && p.PublishAt.Equal(e.Data.ScheduledFor) {
		alert := message.Alert(notification.AlertPost, common(roster), e.Meta)
		alert.PostID = p.ID
		work = append(work, func(ctx context.Context) error { return Alarms{f.Topic, f.Alerts}.raise(ctx, roster, alert, message) })
	}
	return parallel.Do(ctx, work...)
}

// resolved takes back what was noted for incidents.
func (f PostFailure) resolved(ctx context.Context, e event.Envelope[event.PostFailureResolved]) error {
	p, err := f.Posts.Get(ctx, e.Meta.OrgID, e.Data.PostID)
	if err != nil {
		return err
	}
	return parallel.Do(ctx, signal(f.Signals, e.Meta.OrgID, incident.Publishing(p, e.Meta)), putPost(f.Dashboard, p))
}

// authors are whom a post's troubles concern: its author, or the admins when that person is gone.
func authors(r tenant.Roster, authorID string) []string {
	if people := members(r, []string{authorID}); len(people) > 0 {
		return people
	}
	return notification.Audience(r.Admins)
}
