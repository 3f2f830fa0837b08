package tickets

import (
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"bellwether/internal/api"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/ticket"
	"bellwether/internal/ticket/desk"
	"bellwether/internal/ticket/github"
	"bellwether/internal/ticket/jira"
)

// tries is how often a write is repeated that the listener's notes get in the way of.
const tries = 5

func (a API) tracker(w http.ResponseWriter, r *http.Request) error {
	s, err := a.Trackers.Settings(r.Context(), api.Principal(r).OrgID)
	if err != nil {
		return err
	}
	return a.answer(w, r, s, "")
}

// setTracker chooses a tracker. Its token is never shown again, and neither is the webhooks' secret, which
// is made when there is none yet or on request.
func (a API) setTracker(w http.ResponseWriter, r *http.Request) error {
	var in api.TrackerChange
	if err := api.Decode(r, &in); err != nil {
		return err
	}
	if in.Token != nil && (*in.Token == "" || len(*in.Token) > maxToken) {
		return fault.InvalidFields(fault.Field{Name: "token", Message: fmt.Sprintf("must be 1 to %d bytes", maxToken)})
	}
	return a.put(w, r, func(was ticket.Settings) (ticket.Settings, string, error) { return a.changed(r, was, in) })
}

const maxToken = 1000

// dropTracker goes back to the one that comes with the system. The keys are forgotten.
func (a API) dropTracker(w http.ResponseWriter, r *http.Request) error {
	was, err := a.Trackers.Settings(r.Context(), api.Principal(r).OrgID)
	if err != nil {
		return err
	}
	if was.Kind != ticket.Builtin {
		err = a.write(r, func(was ticket.Settings) (ticket.Settings, error) {
			return ticket.Settings{OrgID: was.OrgID, Kind: ticket.Builtin, Version: was.Version}, nil
		})
	}
	if err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (a API) put(w http.ResponseWriter, r *http.Request, change func(ticket.Settings) (ticket.Settings, string, error)) error {
	var done ticket.Settings
	var shown string
	err := a.write(r, func(was ticket.Settings) (next ticket.Settings, err error) {
		if err := api.Match(r, was.Version); err != nil {
			return next, err
		}
		next, shown, err = change(was)
		done = next
		return next, err
	})
	if err != nil {
		return err
	}
	done.Version++
	return a.answer(w, r, done, shown)
}

// write applies change to the settings as they are; when somebody else wrote first, it repeats.
func (a API) write(r *http.Request, change func(ticket.Settings) (ticket.Settings, error)) error {
	cause := api.RequestCause(r)
	for try := 1; ; try++ {
		was, err := a.Trackers.Settings(r.Context(), api.Principal(r).OrgID)
		if err != nil {
			return err
		}
		next, err := change(was)
		if err != nil {
			return err
		}
		next.ChangedBy, next.UpdatedAt, next.Version = cause.ID, cause.At.UTC().Truncate(time.Millisecond), was.Version+1
		err = a.Trackers.Put(r.Context(), next, was.Version, cause)
		if !fault.Is(err, fault.Conflict) || try == tries {
			return err
		}
	}
}

// changed are the settings that the request asks for, and the webhooks' secret if a new one was made.
func (a API) changed(r *http.Request, was ticket.Settings, in api.TrackerChange) (next ticket.Settings, shown string, err error) {
	next = ticket.Settings{
		OrgID: was.OrgID, Kind: string(in.Kind), BaseURL: strings.TrimRight(api.Value(in.BaseUrl), "/"), Project: api.Value(in.Project),
		IssueType: api.Value(in.IssueType), Email: api.Value(in.Email), Version: was.Version,
	}
	projects := map[string]func(string) error{ticket.GitHub: github.CheckRepo, ticket.Jira: jira.CheckProject, ticket.Builtin: nil}
	if _, ok := projects[next.Kind]; !ok {
		return next, "", fault.InvalidFields(fault.Field{Name: "kind", Message: "must be builtin, github or jira"})
	}
	if err := next.Check(a.Address, projects[next.Kind]); err != nil {
		return next, "", err
	}
	if next.Kind == ticket.Builtin {
		if in.Token != nil || in.NewWebhookSecret != nil {
			return next, "", fault.InvalidFields(fault.Field{Name: "kind", Message: "the built-in tracker has no token and no webhooks"})
		}
		return next, "", nil
	}
	var keys ticket.Keys
	if next.SameDoor(was) {
		if keys, err = desk.Unseal(r.Context(), a.Sealer, was); err != nil {
			return next, "", err
		}
	}
	if in.Token != nil {
		keys.Token = *in.Token
	}
	if keys.Token == "" {
		return next, "", fault.InvalidFields(fault.Field{Name: "token", Message: "must be given: one that was given for another account or address is not used here"})
	}
	if keys.Hook == "" || api.Value(in.NewWebhookSecret) {
		if keys.Hook, err = a.newSecret(); err != nil {
			return next, "", err
		}
		shown = keys.Hook
	}
	next.Sealed, err = desk.Seal(r.Context(), a.Sealer, next.OrgID, keys)
	return next, shown, err
}

func (a API) newSecret() (string, error) {
	var b [32]byte
	if _, err := io.ReadFull(a.Random, b[:]); err != nil {
		return "", err
	}
	return hex.EncodeToString(b[:]), nil
}

func (a API) answer(w http.ResponseWriter, r *http.Request, s ticket.Settings, shown string) error {
	out := api.Tracker{
		Kind: api.TrackerKind(s.Kind), BaseUrl: api.Optional(s.BaseURL), Project: api.Optional(s.Project), IssueType: api.Optional(s.IssueType),
		Email: api.Optional(s.Email), TokenSet: len(s.Sealed) > 0, WebhookSecret: api.Optional(shown),
		LastError: api.Optional(s.LastError), LastErrorAt: api.Moment(s.LastErrorAt), UpdatedAt: api.Moment(s.UpdatedAt), Version: s.Version,
	}
	if s.Kind != ticket.Builtin && event.IsID(s.OrgID) {
		out.WebhookUrl = api.Optional(api.Base(r, a.PublicURL) + "/v1/webhooks/" + s.Kind + "/" + s.OrgID)
	}
	api.ETag(w, s.Version)
	return api.JSON(w, http.StatusOK, out)
}
