package posts

import (
	"time"

	"bellwether/internal/api"
	"bellwether/internal/post"
)

// wire is the post as clients see it.
func wire(p post.Post) api.Post {
	out := api.Post{
		Id: p.ID, AuthorId: p.AuthorID, CampaignId: api.Optional(p.CampaignID), Content: wireContent(p.Content),
		Targets: api.Map(p.Targets, wireTarget), PublishAt: api.Moment(p.PublishAt), TimeZone: p.TimeZone, Status: api.PostStatus(p.Status()),
		Timeline: api.Map(p.Timeline, wireEntry), Version: p.Version, CreatedAt: p.CreatedAt, UpdatedAt: p.UpdatedAt,
	}
	if zone, err := time.LoadLocation(p.TimeZone); err == nil && !p.PublishAt.IsZero() {
		local := p.PublishAt.In(zone).Format("2006-01-02T15:04:05")
		out.LocalTime = &local
	}
	return out
}

func wireContent(c post.Content) api.PostContent {
	out := api.PostContent{Text: api.Optional(c.Text), Link: api.Optional(c.Link)}
	if len(c.Media) > 0 {
		out.Media = wireMedia(&c.Media)
	}
	return out
}

func wireMedia(in *[]post.Media) *[]api.PostMedia {
	if in == nil {
		return nil
	}
	out := api.Map(*in, func(m post.Media) api.PostMedia {
		kind := api.PostMediaType(m.Type)
		return api.PostMedia{Url: m.URL, Type: &kind, Alt: api.Optional(m.Alt)}
	})
	return &out
}

func wireTarget(t post.Target) api.PostTarget {
	out := api.PostTarget{
		Id: t.ID, IntegrationId: t.IntegrationID, Platform: t.Platform, AccountName: t.AccountName, State: api.PostTargetState(t.State),
		Text: t.Override.Text, Link: t.Override.Link, Media: wireMedia(t.Override.Media), Attempts: t.Attempt,
		NextAt: api.Moment(t.NextAt), Deadline: api.Moment(t.Deadline), Class: api.Optional(string(t.Class)), Message: api.Optional(t.Message),
		RemoteId: api.Optional(t.RemoteID), Permalink: api.Optional(t.Permalink), PublishedAt: api.Moment(t.PublishedAt),
	}
	if len(t.AtRisk) > 0 {
		out.AtRisk = &t.AtRisk
	}
	return out
}

func wireEntry(e post.Entry) api.PostEntry {
	return api.PostEntry{
		At: e.At, TargetId: api.Optional(e.TargetID), State: api.Optional(string(e.State)), Text: e.Text, Actor: api.Optional(e.Actor),
	}
}
