package automations

import (
	"context"
	"errors"
	"fmt"
	"html"
	"net/http"
	"time"

	"bellwether/internal/api"
	"bellwether/internal/automation"
	"bellwether/internal/consent"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/notification"
	"bellwether/internal/obs"
	"bellwether/internal/store"
	"bellwether/internal/tenant"
)

// This file is the page behind the link in a person's letter. Looking at it does nothing, for programs that
// check mail look at links; its form answers. Whoever holds the link stands for the person, as long as that
// person may answer.

// visitor is who came by a link, and to which action.
type visitor struct {
	token     string
	orgID     string
	userID    string
	language  notification.Language
	zone      *time.Location
	execution automation.Execution
}

func (a API) showApproval(w http.ResponseWriter, r *http.Request) error {
	v, err := a.visitor(r, r.URL.Query().Get("token"))
	if err != nil {
		return badLink(w, r, err)
	}
	now := api.RequestCause(r).At
	if v.execution.StateAt(now) != automation.StateProposed {
		return v.page(http.StatusOK, "answered").Write(w)
	}
	m := notification.ActionProposedMessage(v.execution.Proposal()).In(v.language, v.zone)
	p := api.Page{Status: http.StatusOK, Title: m.Title, Lines: m.Lines, Language: string(v.language)}
	text := func(key string) string { return html.EscapeString(notification.ApprovalText(key, v.language)) }
	p.Form = fmt.Sprintf(`<form method="post" action="%s"><input type="hidden" name="token" value="%s">`+
		`<button name="answer" value="approve">%s</button> <button name="answer" value="decline">%s</button></form>`,
		consent.Path, html.EscapeString(v.token), text("approve"), text("decline"))
	return p.Write(w)
}

func (a API) answerApproval(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, 16<<10)
	if err := r.ParseForm(); err != nil {
		status := http.StatusBadRequest
		if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
			status = http.StatusRequestEntityTooLarge
		}
		return badPage(status).Write(w)
	}
	v, err := a.visitor(r, r.PostForm.Get("token"))
	if err != nil {
		return badLink(w, r, err)
	}
	decide, audit := Decide(nil), store.AuditNote{}
	switch r.PostForm.Get("answer") {
	case "approve":
		decide, audit = Approval, store.AuditNote{Action: "action.approved", Detail: "by link"}
	case "decline":
		decide, audit = Refusal(""), store.AuditNote{Action: "action.declined", Detail: "by link"}
	default:
		return badLink(w, r, nil)
	}
	by, cause := "user/"+v.userID, api.RequestCause(r)
	cause.Actor = by
	cause.ID = event.Derive(v.execution.ID, by, audit.Action) // a form that is sent twice is one answer
	x, err := Settler{Decisions: a.Decisions, Campaigns: a.Campaigns, Scenes: a.Scenes}.Settle(r.Context(), v.orgID, v.execution.ID, by, audit, cause, decide)
	if err != nil {
		return v.refused(w, r, err)
	}
	outcome := map[automation.ExecutionState]string{
		automation.StateDone: "approved", automation.StateProposed: "second", automation.StateDeclined: "declined",
	}[x.State]
	if outcome == "" {
		outcome = "answered"
	}
	return v.page(http.StatusOK, outcome).Write(w)
}

// visitor opens the link. The person has to belong to the organisation still, with a role that may answer.
func (a API) visitor(r *http.Request, token string) (v visitor, err error) {
	ctx := r.Context()
	t, err := a.Links.Open(ctx, token, api.RequestCause(r).At)
	if err != nil {
		return v, err
	}
	v = visitor{token: token, orgID: t.OrgID, userID: t.UserID}
	member, err := a.Orgs.Member(ctx, t.OrgID, t.UserID)
	if err != nil {
		return v, err
	}
	if !tenant.Allowed("POST /v1/actions/{actionId}/approve", member.Role) {
		return v, fault.New(fault.Denied, "forbidden", "the person may not answer any more")
	}
	if v.execution, err = a.Decisions.Action(ctx, t.OrgID, t.ActionID); err != nil {
		return v, err
	}
	return v, a.tongue(ctx, &v)
}

// tongue is how the person reads.
func (a API) tongue(ctx context.Context, v *visitor) error {
	roster, err := a.Orgs.Roster(ctx, v.orgID)
	v.language, v.zone = roster.Notify.Language(v.userID), roster.Notify.Zone(v.userID)
	return err
}

func (v visitor) page(status int, key string) api.Page {
	return api.Page{Status: status, Title: notification.ApprovalText(key, v.language), Language: string(v.language)}
}

// refused says that the answer changed nothing: somebody was before it, or a gate holds it back.
func (v visitor) refused(w http.ResponseWriter, r *http.Request, err error) error {
	obs.Note(r.Context(), "error", err.Error())
	e, ok := errors.AsType[*fault.Error](err)
	switch {
	case !ok || e.Kind == fault.Retryable:
		return err
	case e.Code == "not_proposed", e.Code == "proposal_expired":
		return v.page(http.StatusConflict, "answered").Write(w)
	}
	p := v.page(http.StatusConflict, "held")
	p.Lines = []string{notification.ApprovalText("held.why", v.language)}
	return p.Write(w)
}

// badLink is the one page for every link that does not work: it gives nothing away.
func badLink(w http.ResponseWriter, r *http.Request, err error) error {
	if err != nil {
		obs.Note(r.Context(), "error", err.Error())
		if e, ok := errors.AsType[*fault.Error](err); ok && e.Kind == fault.Retryable {
			return err
		}
	}
	return badPage(http.StatusForbidden).Write(w)
}

func badPage(status int) api.Page {
	return api.Page{
		Status: status, Title: notification.ApprovalText("bad", notification.English),
		Lines: []string{notification.ApprovalText("bad.why", notification.English)},
	}
}
