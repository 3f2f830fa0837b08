package posts

import (
	"context"
	"net/http"
	"time"

	"bellwether/internal/api"
	"bellwether/internal/fault"
	"bellwether/internal/post"
)

const (
	// maxDays is the longest calendar, in days after the first.
	maxDays     = 62
	usualDays   = 30
	maxPosts    = 1000
	postsAtOnce = 100
)

// calendar tells the posts by the days of a zone.
func (a API) calendar(w http.ResponseWriter, r *http.Request) error {
	if err := api.Known(r, "from", "to", "timeZone"); err != nil {
		return err
	}
	zone, name, err := zoneOf(r)
	if err != nil {
		return err
	}
	from, to, err := days(r, zone)
	if err != nil {
		return err
	}
	list, more, err := a.all(r.Context(), api.Principal(r).OrgID, from, to)
	if err != nil {
		return err
	}
	out := api.Calendar{TimeZone: name, Days: []api.CalendarDay{}, More: more}
	for _, p := range list {
		if p.PublishAt.IsZero() {
			continue // a draft without a time has no day
		}
		at := p.PublishAt.In(zone)
		day := at.Format(time.DateOnly)
		if n := len(out.Days); n == 0 || out.Days[n-1].Date != day {
			out.Days = append(out.Days, api.CalendarDay{Date: day})
		}
		last := &out.Days[len(out.Days)-1]
		last.Posts = append(last.Posts, api.CalendarEntry{
			PostId: p.ID, Time: at.Format("15:04"), At: &p.PublishAt, Status: string(p.Status()), Summary: p.Summary(), Platforms: platforms(p),
		})
	}
	return api.JSON(w, http.StatusOK, out)
}

func platforms(p post.Post) []string {
	return api.Map(p.Targets, func(t post.Target) string { return t.Platform })
}

func zoneOf(r *http.Request) (*time.Location, string, error) {
	name := r.URL.Query().Get("timeZone")
	if name == "" {
		return time.UTC, "UTC", nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil || name == "Local" {
		return nil, "", fault.InvalidFields(fault.Field{Name: "timeZone", Message: "must be an IANA time zone like Europe/Berlin"})
	}
	return zone, name, nil
}

// days are the moments at which the first day begins and the last one ends.
func days(r *http.Request, zone *time.Location) (from, to time.Time, err error) {
	v, now := r.URL.Query(), api.RequestCause(r).At.In(zone)
	from = time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, zone)
	if text := v.Get("from"); text != "" {
		if from, err = time.ParseInLocation(time.DateOnly, text, zone); err != nil {
			return from, to, fault.InvalidFields(fault.Field{Name: "from", Message: "must be a day like 2026-11-30"})
		}
	}
	last := from.AddDate(0, 0, usualDays)
	if text := v.Get("to"); text != "" {
		if last, err = time.ParseInLocation(time.DateOnly, text, zone); err != nil {
			return from, to, fault.InvalidFields(fault.Field{Name: "to", Message: "must be a day like 2026-12-31"})
		}
	}
	if last.Before(from) || last.After(from.AddDate(0, 0, maxDays)) {
		return from, to, fault.InvalidFields(fault.Field{Name: "to", Message: "must be at most 62 days after from, and not before it"})
	}
	return from, last.AddDate(0, 0, 1), nil
}

// all are the posts of a time, at most 1,000.
func (a API) all(ctx context.Context, orgID string, from, to time.Time) (list []post.Post, more bool, err error) {
	for after := ""; ; {
		page, next, err := a.Posts.List(ctx, orgID, from, to, postsAtOnce, after)
		if err != nil {
			return nil, false, err
		}
		list = append(list, page...)
		if after = next; next == "" || len(list) >= maxPosts {
			return list, next != "", nil
		}
	}
}
