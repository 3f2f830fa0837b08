// Package inbox is the inbox API: what a person has been told.
package inbox

import (
	"context"
	"net/http"
	"slices"
	"time"

	"bellwether/internal/api"
	"bellwether/internal/fault"
	"bellwether/internal/notification"
	"bellwether/internal/store"
)

// Inbox keeps notices.
type Inbox interface {
	List(ctx context.Context, orgID, userID string, f store.NoticeFilter, now time.Time, limit int, after string) ([]notification.Notice, string, error)
	CountUnread(ctx context.Context, orgID, userID string, now time.Time) (n int, more bool, err error)
	Update(ctx context.Context, token, orgID, userID, ref string, change func(notification.Notice) notification.Notice) (notification.Notice, error)
	Ref(n notification.Notice) string
}

// API is the inbox API. Everybody sees their own inbox only: the person comes from the principal.
type API struct {
	Inbox   Inbox
	Cursors api.Cursors
}

// Routes are the API's routes.
func (a API) Routes() []api.Route {
	at := func(change func(notification.Notice, time.Time) notification.Notice) func(http.ResponseWriter, *http.Request) error {
		return func(w http.ResponseWriter, r *http.Request) error { return a.change(w, r, change) }
	}
	timeless := func(change func(notification.Notice) notification.Notice) func(notification.Notice, time.Time) notification.Notice {
		return func(n notification.Notice, _ time.Time) notification.Notice { return change(n) }
	}
	return []api.Route{
		{Pattern: "GET /v1/inbox", Handle: a.list},
		{Pattern: "GET /v1/inbox/count", Handle: a.count},
		{Pattern: "POST /v1/inbox/read-all", Handle: a.readAll},
		{Pattern: "POST /v1/inbox/{noticeId}/read", Handle: at(notification.Notice.Read)},
		{Pattern: "POST /v1/inbox/{noticeId}/unread", Handle: at(timeless(notification.Notice.Unread))},
		{Pattern: "POST /v1/inbox/{noticeId}/archive", Handle: at(notification.Notice.Archive)},
		{Pattern: "POST /v1/inbox/{noticeId}/unarchive", Handle: at(timeless(notification.Notice.Unarchive))},
		{Pattern: "POST /v1/inbox/{noticeId}/snooze", Handle: a.snooze},
	}
}

func (a API) list(w http.ResponseWriter, r *http.Request) error {
	filter, err := filterOf(r)
	if err != nil {
		return err
	}
	limit, after, err := a.Cursors.Page(r)
	if err != nil {
		return err
	}
	p := api.Principal(r)
	list, next, err := a.Inbox.List(r.Context(), p.OrgID, p.ID, filter, api.RequestCause(r).At, limit, after)
	if err != nil {
		return err
	}
	page := api.NoticePage{Items: api.Map(list, a.wire)}
	if page.Next, err = a.Cursors.Next(r, next); err != nil {
		return err
	}
	return api.JSON(w, http.StatusOK, page)
}

func (a API) count(w http.ResponseWriter, r *http.Request) error {
	p := api.Principal(r)
	n, more, err := a.Inbox.CountUnread(r.Context(), p.OrgID, p.ID, api.RequestCause(r).At)
	if err != nil {
		return err
	}
	return api.JSON(w, http.StatusOK, api.InboxCount{Unread: n, More: more})
}

func (a API) change(w http.ResponseWriter, r *http.Request, change func(notification.Notice, time.Time) notification.Notice) error {
	p, cause := api.Principal(r), api.RequestCause(r)
	ref := r.PathValue("noticeId")
	if !notification.ValidRef(ref) {
		return fault.New(fault.NotFound, "notice_not_found", "there is no such notice in the inbox")
	}
	n, err := a.Inbox.Update(r.Context(), cause.ID, p.OrgID, p.ID, ref, func(n notification.Notice) notification.Notice {
		return change(n, cause.At)
	})
	if err != nil {
		return err
	}
	return api.JSON(w, http.StatusOK, a.wire(n))
}

// filterOf is the filter that the query asks for.
func filterOf(r *http.Request) (f store.NoticeFilter, err error) {
	if err := api.Known(r, "unread", "severity", "category", "archived", "snoozed", "limit", "cursor"); err != nil {
		return f, err
	}
	var bad []fault.Field
	q := r.URL.Query()
	for name, into := range map[string]*bool{"unread": &f.Unread, "archived": &f.Archived, "snoozed": &f.Snoozed} {
		*into = q.Get(name) == "true"
		if text := q.Get(name); text != "" && text != "true" && text != "false" {
			bad = append(bad, fault.Field{Name: name, Message: "must be true or false"})
		}
	}
	f.Severity, f.Category = notification.Severity(q.Get("severity")), q.Get("category")
	if f.Severity != "" && !f.Severity.Valid() {
		bad = append(bad, fault.Field{Name: "severity", Message: "must be low, medium, high or critical"})
	}
	if f.Category != "" && !slices.Contains(notification.Categories(), f.Category) {
		bad = append(bad, fault.Field{Name: "category", Message: "must be campaign, budget, account, post or incident"})
	}
	if len(bad) > 0 {
		return f, fault.InvalidFields(bad...)
	}
	return f, nil
}

// snooze puts a notice off: it comes back unread, at the top.
func (a API) snooze(w http.ResponseWriter, r *http.Request) error {
	var in api.NoticeSnooze
	if err := api.Decode(r, &in); err != nil {
		return err
	}
	if ahead := in.Until.Sub(api.RequestCause(r).At); ahead < notification.MinSnooze || ahead > notification.MaxSnooze {
		return fault.InvalidFields(fault.Field{Name: "until", Message: "must be at least 3 minutes and at most 30 days ahead"})
	}
	return a.change(w, r, func(n notification.Notice, _ time.Time) notification.Notice { return n.Snooze(in.Until) })
}

// readAtOnce is how many notices one call marks: it must end long before the gateway's 30 seconds.
const readAtOnce = 100

func (a API) readAll(w http.ResponseWriter, r *http.Request) error {
	p, cause := api.Principal(r), api.RequestCause(r)
	list, next, err := a.Inbox.List(r.Context(), p.OrgID, p.ID, store.NoticeFilter{Unread: true}, cause.At, readAtOnce, "")
	if err != nil {
		return err
	}
	for _, n := range list {
		_, err := a.Inbox.Update(r.Context(), cause.ID+"/"+n.ID, p.OrgID, p.ID, a.Inbox.Ref(n), func(n notification.Notice) notification.Notice {
			return n.Read(cause.At)
		})
		if err != nil {
			return err
		}
	}
	return api.JSON(w, http.StatusOK, api.ReadAllReport{Read: len(list), More: next != ""})
}

func (a API) wire(n notification.Notice) api.Notice {
	return api.Notice{
		Id: a.Inbox.Ref(n), Category: n.Category, Severity: api.NoticeSeverity(n.Severity), Title: n.Title, Text: n.Text,
		Subject: n.Subject, EventId: n.EventID, At: n.At, Read: n.ReadAt != nil, Archived: n.ArchivedAt != nil, SnoozedUntil: n.SnoozedTo,
	}
}
