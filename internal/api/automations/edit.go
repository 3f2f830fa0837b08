package automations

import (
	"net/http"

	"bellwether/internal/api"
	"bellwether/internal/automation"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/store"
	"bellwether/internal/tenant"
)

func (a API) create(w http.ResponseWriter, r *http.Request) error {
	rule, err := decode(r)
	if err != nil {
		return err
	}
	if rule.Mode != automation.Shadow {
		return fault.InvalidFields(fault.Field{Name: "mode", Message: "must be shadow for a new rule: look at its report, then change the mode"})
	}
	p, cause := api.Principal(r), api.RequestCause(r)
	rule.ID = event.Derive(cause.ID, "rule")
	if err := rule.Validate(); err != nil {
		return err
	}
	_, err = a.Rules.Update(r.Context(), p.OrgID, cause, func(b automation.Book) (store.BookChange, error) {
		next, made, err := b.Add(rule, cause, p.ID)
		rule = made
		return store.BookChange{Book: next, Action: "automation.created", Subject: rule.Subject(), Detail: rule.Name}, err
	})
	if err != nil {
		return err
	}
	return answer(w, http.StatusCreated, rule)
}

// put replaces a rule. Only admins let one act: whoever may write rules does not thereby move money.
func (a API) put(w http.ResponseWriter, r *http.Request) error {
	rule, err := decode(r)
	if err != nil {
		return err
	}
	id, err := api.PathID(r, "ruleId")
	if err != nil {
		return err
	}
	rule.ID = id
	p, cause := api.Principal(r), api.RequestCause(r)
	if err := rule.Validate(); err != nil {
		return err
	}
	_, err = a.Rules.Update(r.Context(), p.OrgID, cause, func(b automation.Book) (store.BookChange, error) {
		old, ok := b.Rule(id)
		if !ok {
			return store.BookChange{}, automation.ErrNoRule()
		}
		if err := api.Match(r, old.Version); err != nil {
			return store.BookChange{}, err
		}
		powerful := rule.Mode == automation.Act || rule.Mode == automation.Approve
		if powerful && !p.Role.AtLeast(tenant.Admin) {
			return store.BookChange{}, fault.New(fault.Denied, "forbidden", "only admins let a rule act or ask for approval")
		}
		next, now, events, err := b.Replace(rule, old.Version, cause)
		change := store.BookChange{Book: next, Events: events, Action: "automation.changed", Subject: rule.Subject(), Detail: now.Name + ": " + string(now.Mode)}
		rule = now
		return change, err
	})
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, rule)
}

func (a API) remove(w http.ResponseWriter, r *http.Request) error {
	rule, err := a.find(r)
	if err != nil {
		return err
	}
	_, err = a.Rules.Update(r.Context(), api.Principal(r).OrgID, api.RequestCause(r), func(b automation.Book) (store.BookChange, error) {
		next, err := b.Remove(rule.ID)
		return store.BookChange{Book: next, Action: "automation.removed", Subject: rule.Subject(), Detail: rule.Name}, err
	})
	if err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
