package listen

import (
	"context"
	"slices"
	"strings"
	"time"

	"bellwether/internal/campaign"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/incident"
	"bellwether/internal/integration"
	"bellwether/internal/notification"
	"bellwether/internal/parallel"
	"bellwether/internal/post"
	"bellwether/internal/tenant"
)

func (n IncidentNews) atRisk(ctx context.Context, e event.Envelope[event.SlaAtRisk]) error {
	return n.goal(ctx, e.Meta, e.Data.Goal, notification.SLAAtRiskMessage)
}

func (n IncidentNews) breached(ctx context.Context, e event.Envelope[event.SlaBreached]) error {
	return n.goal(ctx, e.Meta, e.Data.Goal, notification.SLABreachedMessage)
}

type goalText func(i notification.IncidentNews, c notification.Clock, due time.Time) notification.Message

// goal tells of a goal that is in danger, or missed. It is no alarm any more once the goal's clock stands.
func (n IncidentNews) goal(ctx context.Context, m event.Meta, g event.Goal, text goalText) error {
	is, err := n.Incidents.Newest(ctx, m.OrgID, g.IncidentID)
	if err != nil {
		return err
	}
	cycles := is.Cycles()
	now := cycles[len(cycles)-1]
	still := is.Open() && is.Cycle() == g.Cycle && (g.Clock != incident.AcknowledgeClock || now.Acknowledged.IsZero())
	return n.say(ctx, m, is, text(factsOf(is, g.Severity), notification.Clock(g.Clock), g.DueAt), still)
}

func (n IncidentNews) timedOut(ctx context.Context, e event.Envelope[event.AckTimedOut]) error {
	is, err := n.Incidents.Newest(ctx, e.Meta.OrgID, e.Data.IncidentID)
	if err != nil {
		return err
	}
	still := is.State == incident.Triggered && is.Cycle() == e.Data.Cycle
	message := notification.AckTimedOutMessage(factsOf(is, e.Data.Severity), incident.AckTimeout)
	return n.say(ctx, e.Meta, is, message, still, e.Data.TakenBy)
}

// factsOf is the incident as texts take it, with the severity that an event tells.
func factsOf(i incident.Incident, severity int) notification.IncidentNews {
	return notification.IncidentNews{Title: notification.IncidentTitle(i.Kind, i.Name, i.Title), Severity: severity}
}

// say puts the message into inboxes, and takes it out of doors when it is still true. A silence that was in
// force when it happened keeps it from people; the incident's story says so.
func (n IncidentNews) say(ctx context.Context, m event.Meta, is incident.Incident, message notification.Message, still bool, actors ...string) error {
	var silences []incident.Silence
	var roster tenant.Roster
	var concerned []string
	err := parallel.Do(ctx,
		func(ctx context.Context) (err error) {
			silences, err = n.Silences.Current(ctx, m.OrgID, m.OccurredAt)
			return err
		},
		readRoster(n.Roster, m.OrgID, &roster),
		func(ctx context.Context) (err error) {
			concerned, err = n.concerned(ctx, is)
			return err
		})
	if err != nil {
		return err
	}
	if s, ok := incident.Silenced(silences, is, m.OccurredAt); ok {
		return n.hush(ctx, m, is, s)
	}
	people := notification.Audience(roster.Admins, members(roster, append(concerned, takers(is, actors)...)))
	told := news{message: message, cause: m, roster: roster, people: people, alert: message.Alert(notification.AlertIncident, common(roster), m)}
	told.alert.IntegrationID, told.alert.CampaignID, told.alert.PostID = about(is, "integration"), about(is, "campaign"), about(is, "post")
	if !still {
		return parallel.Do(ctx, n.notices(told)...)
	}
	if is.Open() {
		told.matter.Incident = is.Key
	}
	return parallel.Do(ctx, n.tell(told)...)
}

func (n IncidentNews) hush(ctx context.Context, m event.Meta, is incident.Incident, s incident.Silence) error {
	if !is.Open() {
		return nil
	}
	_, err := n.Incidents.UpdateFrom(ctx, event.Derive(m.ID, "hush"), is, func(i incident.Incident) (incident.Change, error) {
		return i.Hush(s, m.By(notifyIncident, n.Now()))
	})
	return err
}

// takers are the people to whom the incident was assigned or who acknowledged it, and those among the actors.
func takers(is incident.Incident, actors []string) []string {
	ids := []string{is.AssigneeID}
	for _, e := range is.Timeline {
		if e.State == incident.Acknowledged {
			actors = append(slices.Clip(actors), e.Actor)
		}
	}
	for _, actor := range actors {
		if id, ok := strings.CutPrefix(actor, "user/"); ok {
			ids = append(ids, id)
		}
	}
	return ids
}

// about is the id of what the incident is about, if it is of the kind.
func about(is incident.Incident, kind string) string {
	id, ok := strings.CutPrefix(is.Subject, kind+"/")
	if !ok {
		return ""
	}
	return id
}

// concerned are the people who look after what the incident is about; nobody once it is over, or gone.
func (n IncidentNews) concerned(ctx context.Context, is incident.Incident) (people []string, err error) {
	if !is.Open() {
		return nil, nil
	}
	if id := about(is, "integration"); id != "" {
		var i integration.Integration
		i, err = n.Accounts.Get(ctx, is.OrgID, id)
		people = []string{i.ConnectedBy}
	} else if id := about(is, "campaign"); id != "" {
		var c campaign.Campaign
		c, err = n.Campaigns.Get(ctx, is.OrgID, id)
		people = append(slices.Clone(c.ManagerIDs), c.CreatedBy)
	} else if id := about(is, "post"); id != "" {
		var p post.Post
		p, err = n.Posts.Get(ctx, is.OrgID, id)
		people = []string{p.AuthorID}
	}
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Permanent) {
		return nil, nil
	}
	return people, err
}
