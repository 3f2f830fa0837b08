package integrations

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"bellwether/internal/api"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/integration"
	"bellwether/internal/obs"
	"bellwether/internal/platform"
)

// maxCode is the longest code that is passed on to a platform.
const maxCode = 8000

// callback takes a person's browser back from the platform. It answers people: a page says what happened.
func (a API) callback(w http.ResponseWriter, r *http.Request) error {
	p, err := a.returned(r)
	if err != nil {
		obs.Note(r.Context(), "error", err.Error())
		p = pageBroken
	}
	return p.write(w)
}

// returned finishes the attempt that the state names. It is used once: whoever comes again, or comes
// second, sees what came of it.
func (a API) returned(r *http.Request) (page, error) {
	ctx, query, cause := r.Context(), r.URL.Query(), api.RequestCause(r)
	s, err := a.openState(ctx, query.Get("state"), cause.At)
	if errors.Is(err, errState) {
		return pageForeign, nil
	}
	if err != nil {
		return page{}, err
	}
	c, err := a.Grants.Connection(ctx, s.OrgID, s.ConnectionID)
	if fault.Is(err, fault.NotFound) {
		return pageForeign, nil
	}
	if err != nil {
		return page{}, err
	}
	code := cmp.Or(query.Get("code"), query.Get("auth_code"))
	refused := query.Has("error")
	if c.Status != integration.ConnectionPending || r.Method != http.MethodGet {
		return a.pageOf(seen(c, cause.At)), nil
	}
	if !refused && (code == "" || len(code) > maxCode) {
		return pageForeign, nil
	}
	claimed, err := a.claim(ctx, c, cause)
	if fault.Is(err, fault.Conflict) {
		if c, err = a.Grants.Connection(ctx, s.OrgID, s.ConnectionID); err != nil {
			return page{}, err
		}
		return a.pageOf(seen(c, cause.At)), nil
	}
	if err != nil {
		return page{}, err
	}
	cause.Actor = c.ActorID
	if refused {
		claimed = failed(claimed, a.refusal(c.Platform, query.Get("error")))
	} else if claimed, err = a.redeem(ctx, claimed, code, cause); err != nil {
		return page{}, err
	}
	a.close(ctx, claimed)
	return a.pageOf(claimed), nil
}

// claim takes the attempt for this request, so that no other one works on it. It names the request:
// two claims at the same moment must differ, or the second would pass for a repeat of the first.
func (a API) claim(ctx context.Context, c integration.Connection, cause event.Cause) (integration.Connection, error) {
	c.Status, c.RequestID = integration.ConnectionWorking, cause.CorrelationID
	c.ExpiresAt = cause.At.Add(integration.ConnectionLifetime).UTC()
	c.Version++
	return c, a.Grants.PutConnection(ctx, c)
}

// close keeps what came of the attempt. Without it the attempt counts as broken off.
func (a API) close(ctx context.Context, c integration.Connection) {
	c.Version++
	if err := a.Grants.PutConnection(context.WithoutCancel(ctx), c); err != nil {
		obs.Note(ctx, "unclosed", err.Error())
	}
}

// workTime is longer than a request can work on an attempt.
const workTime = 2 * time.Minute

// seen is the attempt as it shows at the given time: one whose request died is over.
func seen(c integration.Connection, now time.Time) integration.Connection {
	claimedAt := c.ExpiresAt.Add(-integration.ConnectionLifetime)
	if c.Status == integration.ConnectionWorking && now.Sub(claimedAt) >= workTime {
		return failed(c, "connecting broke off")
	}
	return c
}

// failed ends the attempt. What was sealed for it is dropped.
func failed(c integration.Connection, problem string) integration.Connection {
	c.Status, c.Problem = integration.ConnectionFailed, problem
	c.Verifier, c.Grant, c.Accounts = nil, nil, nil
	return c
}

// done ends the attempt with the account connected.
func done(c integration.Connection, i integration.Integration) integration.Connection {
	c = failed(c, "")
	c.Status, c.IntegrationID, c.AccountID = integration.ConnectionDone, i.ID, i.Account.ID
	c.Accounts = []platform.Account{i.Account}
	return c
}

// redeem turns the code into a grant and the grant into a connected account, when it is clear which.
// What the platform or a rule refuses is the attempt's outcome and no error.
func (a API) redeem(ctx context.Context, c integration.Connection, code string, cause event.Cause) (integration.Connection, error) {
	connector, err := a.Connectors.For(c.Platform)
	if err != nil {
		return c, err
	}
	verifier, err := a.verifier(ctx, c)
	if err != nil {
		return c, err
	}
	name := connector.Info().Name
	g, err := connector.Exchange(ctx, code, verifier, c.RedirectURI)
	if err != nil {
		return failed(c, problemOf(name, err, code, verifier)), nil
	}
	accounts, err := connector.Accounts(ctx, platform.Call{Token: g.Access})
	if err != nil {
		return failed(c, problemOf(name, err, code, verifier, g.Access.Reveal(), g.Refresh.Reveal())), nil
	}
	account, several, problem := pick(accounts, c.AccountID, name)
	if problem != "" {
		return failed(c, problem), nil
	}
	if several != nil {
		c.Status, c.Accounts, c.Verifier = integration.ConnectionChoose, several, nil
		return a.hold(ctx, c, g)
	}
	i, err := a.attach(ctx, c, g, account, cause)
	if refused, ok := errors.AsType[*fault.Error](err); ok && (refused.Kind == fault.Conflict || refused.Kind == fault.Invalid) {
		return failed(c, refusedBy(refused)), nil
	}
	if err != nil {
		return c, err
	}
	return done(c, i), nil
}

// refusedBy is a refusal of a rule in one sentence.
func refusedBy(e *fault.Error) string {
	text := e.Message
	for _, f := range e.Fields {
		text += "; " + f.Name + " " + f.Message
	}
	return text
}

// problemOf is a platform's refusal for people, without the given secrets.
func problemOf(name string, err error, secrets ...string) string {
	refusal := platform.AsError(err)
	text := name + " refused the sign-in"
	switch refusal.Class {
	case platform.ClassTransient, platform.ClassRateLimited, platform.ClassQuota:
		return name + " did not answer as it should; it may do so in a moment"
	case platform.ClassAuthScope:
		text = "what was allowed at " + name + " is not enough"
	}
	if message := platform.Clip(refusal.Message, secrets...); message != "" {
		text += ": " + message
	}
	return text
}

// refusal is the error that a browser brings back, for people. Anybody could have written it, so of its
// text nothing is shown but a plain word.
func (a API) refusal(platformName, code string) string {
	name := a.nameOf(platformName)
	plain := func(r rune) bool { return r == '_' || (r >= 'a' && r <= 'z') }
	switch {
	case code == "access_denied", strings.HasPrefix(code, "user_cancelled"):
		return "access was not allowed at " + name
	case code != "" && len(code) <= 50 && !strings.ContainsFunc(code, func(r rune) bool { return !plain(r) }):
		return fmt.Sprintf("%s refused the sign-in (%s)", name, code)
	default:
		return name + " refused the sign-in"
	}
}

func (a API) nameOf(platformName string) string {
	if connector, ok := a.Connectors[platformName]; ok {
		return connector.Info().Name
	}
	return platformName
}
