// Package events is the events API: the log of everything that happened, by organisation, by
// subject, or by correlation: the whole chain from a request to its effects.
package events

import (
	"context"
	"net/http"
	"time"

	"bellwether/internal/api"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/store"
)

// Log reads the event log.
type Log interface {
	List(ctx context.Context, org store.Org, q store.EventQuery) (store.EventPage, error)
}

// API is the events API.
type API struct {
	Log     Log
	Cursors api.Cursors
}

// Routes are the API's routes.
func (a API) Routes() []api.Route {
	return []api.Route{{Pattern: "GET /v1/events", Handle: a.list}}
}

const (
	defaultSpan = 24 * time.Hour
	maxSpan     = 31 * 24 * time.Hour // one call reads a bounded part; a cursor goes on
)

func (a API) list(w http.ResponseWriter, r *http.Request) error {
	if err := api.Known(r, "subject", "correlationId", "from", "to", "limit", "cursor"); err != nil {
		return err
	}
	q, err := a.query(r)
	if err != nil {
		return err
	}
	found, err := a.Log.List(r.Context(), store.Org(api.Principal(r).OrgID), q)
	if err != nil {
		return err
	}
	page := api.EventPage{Items: api.Map(found.Events, func(raw event.Raw) api.LoggedEvent {
		return api.LoggedEvent{Meta: raw.Meta, Data: raw.Data}
	})}
	if page.Next, err = a.Cursors.Next(r, found.Next); err != nil {
		return err
	}
	return api.JSON(w, http.StatusOK, page)
}

func (a API) query(r *http.Request) (store.EventQuery, error) {
	v, now := r.URL.Query(), api.RequestCause(r).At
	q := store.EventQuery{Subject: v.Get("subject"), CorrelationID: v.Get("correlationId")}
	var err error
	if q.Limit, q.After, err = a.Cursors.Page(r); err != nil {
		return q, err
	}
	if q.CorrelationID != "" && !event.IsID(q.CorrelationID) {
		return q, fault.InvalidFields(fault.Field{Name: "correlationId", Message: "must be an id, as X-Request-Id gives it"})
	}
	if q.From, err = moment(v.Get("from"), "from"); err != nil {
		return q, err
	}
	if q.To, err = moment(v.Get("to"), "to"); err != nil {
		return q, err
	}
	if _, timed := event.TimeOf(q.CorrelationID); timed && q.From.IsZero() && q.To.IsZero() {
		return q, nil // a chain is read from its beginning on
	}
	// Without a range, what happened last comes first.
	q.Descending = true
	if q.To.IsZero() {
		q.To = now.Truncate(time.Minute).Add(time.Minute)
	}
	if q.From.IsZero() {
		q.From = q.To.Add(-defaultSpan)
	}
	if span := q.To.Sub(q.From); span <= 0 || span > maxSpan {
		return q, fault.InvalidFields(fault.Field{Name: "from", Message: "must be before to, and at most 31 days"})
	}
	return q, nil
}

func moment(text, name string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return t, fault.InvalidFields(fault.Field{Name: name, Message: "must be a time like 2026-11-30T14:05:00Z"})
	}
	return t, nil
}
