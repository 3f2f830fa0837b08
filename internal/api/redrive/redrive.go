// Package redrive is the API of what listeners could not handle: it is looked at, given to that listener
// again, or discarded.
package redrive

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"bellwether/internal/api"
	"bellwether/internal/deadletter"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/schedule"
	"bellwether/internal/store"
)

// Letters keeps dead letters and parked events.
type Letters interface {
	Get(ctx context.Context, orgID, listener, eventID string) (deadletter.Letter, error)
	Change(ctx context.Context, action string, l deadletter.Letter, change func(deadletter.Letter) (deadletter.Letter, error), cause event.Cause) (deadletter.Letter, error)
	List(ctx context.Context, org store.Org, listener string, limit int, after string) ([]deadletter.Letter, string, error)
	Waiting(ctx context.Context, orgID string, listeners []string, limit int, after string) ([]deadletter.Letter, string, error)
}

// API is the API of dead letters.
type API struct {
	Letters   Letters
	Timers    schedule.Scheduler // they invoke one function, asynchronously: it gets its tries, and nobody else hears
	Listeners []string           // all that can be redriven to
	Cursors   api.Cursors
}

// Routes are the API's routes.
func (a API) Routes() []api.Route {
	return []api.Route{
		{Pattern: "GET /v1/dead-letters", Handle: a.list},
		{Pattern: "POST /v1/dead-letters/redrive", Handle: a.redriveAll},
		{Pattern: "GET /v1/dead-letters/{listener}/{eventId}", Handle: a.get},
		{Pattern: "POST /v1/dead-letters/{listener}/{eventId}/redrive", Handle: a.redrive},
		{Pattern: "POST /v1/dead-letters/{listener}/{eventId}/discard", Handle: a.discard},
	}
}

func (a API) list(w http.ResponseWriter, r *http.Request) error {
	if err := api.Known(r, "listener", "limit", "cursor"); err != nil {
		return err
	}
	limit, after, err := a.Cursors.Page(r)
	if err != nil {
		return err
	}
	orgID, listener := api.Principal(r).OrgID, r.URL.Query().Get("listener")
	if listener != "" && !slices.Contains(a.Listeners, listener) {
		return fault.InvalidFields(fault.Field{Name: "listener", Message: "must be the name of a listener, like notify-budget-threshold"})
	}
	var list []deadletter.Letter
	var next string
	if listener == "" {
		list, next, err = a.Letters.Waiting(r.Context(), orgID, a.Listeners, limit, after)
	} else {
		list, next, err = a.Letters.List(r.Context(), store.Org(orgID), listener, limit, after)
	}
	if err != nil {
		return err
	}
	page := api.DeadLetterPage{Items: api.Map(list, wire)}
	if page.Next, err = a.Cursors.Next(r, next); err != nil {
		return err
	}
	return api.JSON(w, http.StatusOK, page)
}

func (a API) read(r *http.Request) (deadletter.Letter, error) {
	listener := r.PathValue("listener")
	if !slices.Contains(a.Listeners, listener) {
		return deadletter.Letter{}, fault.New(fault.NotFound, "dead_letter_not_found", "there is no such dead letter")
	}
	id, err := api.PathID(r, "eventId")
	if err != nil {
		return deadletter.Letter{}, err
	}
	return a.Letters.Get(r.Context(), api.Principal(r).OrgID, listener, id)
}

func (a API) get(w http.ResponseWriter, r *http.Request) error {
	l, err := a.read(r)
	if err != nil {
		return err
	}
	return api.JSON(w, http.StatusOK, wire(l))
}

func (a API) redrive(w http.ResponseWriter, r *http.Request) error {
	l, err := a.read(r)
	if err != nil {
		return err
	}
	if l, err = a.give(r.Context(), l, api.RequestCause(r)); err != nil {
		return err
	}
	return api.JSON(w, http.StatusOK, wire(l))
}

// redriveAfter leaves time to note that the letter is on its way: one that fails again must not be taken for
// one that waits still.
const redriveAfter = time.Minute

// give sends the letter, and then notes that it is on its way. A request that died in between leaves it
// waiting, though it goes: redriving it once more is the same timer, or a repeat, which listeners take.
func (a API) give(ctx context.Context, l deadletter.Letter, cause event.Cause) (deadletter.Letter, error) {
	change := func(l deadletter.Letter) (deadletter.Letter, error) { return l.Redrive(cause) }
	next, err := change(l)
	if err != nil {
		return l, err
	}
	err = a.Timers.Set(ctx, schedule.Timer{
		Name: "redrive-" + event.Derive(l.OrgID, l.Listener, l.EventID, strconv.Itoa(next.Redrives)),
		At:   cause.At.UTC().Add(redriveAfter), Target: l.Listener, Payload: l.Event,
	})
	if err != nil {
		return l, err
	}
	return a.Letters.Change(ctx, "dead_letter.redriven", l, change, cause)
}

// atOnce is how many letters one call redrives: it must end long before the gateway's 30 seconds.
const atOnce = 50

// redriveAll gives the listener what waits. A call that died is gone on from by the next one.
func (a API) redriveAll(w http.ResponseWriter, r *http.Request) error {
	var in api.RedriveRequest
	if err := api.Decode(r, &in); err != nil {
		return err
	}
	if !slices.Contains(a.Listeners, in.Listener) {
		return fault.InvalidFields(fault.Field{Name: "listener", Message: "must be the name of a listener, like notify-budget-threshold"})
	}
	list, next, err := a.Letters.Waiting(r.Context(), api.Principal(r).OrgID, []string{in.Listener}, atOnce, "")
	if err != nil {
		return err
	}
	report := api.RedriveReport{More: next != ""}
	for _, l := range list {
		_, err := a.give(r.Context(), l, api.RequestCause(r))
		switch {
		case fault.Is(err, fault.Conflict):
			report.Skipped++ // it is no event, or somebody else was faster
		case err != nil:
			return err
		default:
			report.Redriven++
		}
	}
	report.More = report.More && report.Redriven > 0
	return api.JSON(w, http.StatusOK, report)
}

func (a API) discard(w http.ResponseWriter, r *http.Request) error {
	var in api.DiscardRequest
	if err := api.Decode(r, &in); err != nil {
		return err
	}
	l, err := a.read(r)
	if err != nil {
		return err
	}
	cause := api.RequestCause(r)
	l, err = a.Letters.Change(r.Context(), "dead_letter.discarded", l, func(l deadletter.Letter) (deadletter.Letter, error) { return l.Discard(in.Reason, cause) }, cause)
	if err != nil {
		return err
	}
	return api.JSON(w, http.StatusOK, wire(l))
}

func wire(l deadletter.Letter) api.DeadLetter {
	out := api.DeadLetter{
		Listener: l.Listener, EventId: l.EventID, EventType: l.EventType, Subject: l.Subject, Kind: "parked", Code: l.Code, Reason: l.Public,
		Tries: l.Tries, State: string(l.State), Redrives: l.Redrives, At: l.At, FailedAt: l.FailedAt, By: api.Optional(l.By), Note: api.Optional(l.Note),
	}
	if l.Dead {
		out.Kind = "dead"
	}
	return out
}
