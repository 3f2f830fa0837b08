package listen

import (
	"context"
	"time"

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
	Telling
	Signals Signals
	Park    entry.Parker
	Now     func() time.Time
}

// HandlePostFailure tells the author of a post what happened and what to do, and notes for incidents
// what nobody tries any more. A safe retry is planned with the failure itself; people hear of the first.
func HandlePostFailure(f PostFailure) *entry.Listener {
	return entry.NewListener("handle-post-failure", f.Park, f.Now, entry.On(f.failed), entry.On(f.atRisk), entry.On(f.resolved))
}

func (f PostFailure) failed(ctx context.Context, e event.Envelope[event.PostFailed]) error {
	message, worth := notification.PostFailedMessage(e.Data)
	if !worth {
		return nil
	}
	var p post.Post
	var roster tenant.Roster
	err := parallel.Do(ctx, readPost(f.Posts, e.Meta.OrgID, e.Data.PostID, &p), readRoster(f.Roster, e.Meta.OrgID, &roster))
	if err != nil {
		return err
	}
	wrong := incident.Publishing(p, e.Meta)
	n := news{message: message, cause: e.Meta, roster: roster, people: authors(roster, e.Data.AuthorID), matter: notification.Matter{Incident: wrong.Key}}
	n.alert = message.Alert(notification.AlertPost, common(roster), e.Meta)
	n.alert.IntegrationID, n.alert.PostID = e.Data.Target.IntegrationID, p.ID
	if e.Data.WillRetry {
		return parallel.Do(ctx, f.notices(n)...)
	}
	return parallel.Do(ctx, append(f.tell(n), signal(f.Signals, e.Meta.OrgID, wrong), putPost(f.Dashboard, p))...)
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
	n := news{message: message, cause: e.Meta, roster: roster, people: authors(roster, e.Data.AuthorID)}
	n.alert = message.Alert(notification.AlertPost, common(roster), e.Meta)
	n.alert.PostID = p.ID
	if p.Status() != post.StatusScheduled || !p.PublishAt.Equal(e.Data.ScheduledFor) {
		return parallel.Do(ctx, f.notices(n)...) // the plan has changed since
	}
	return parallel.Do(ctx, f.tell(n)...)
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
