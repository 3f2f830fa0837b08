package channels

import (
	"context"
	"net/http"
	"regexp"

	"bellwether/internal/api"
	"bellwether/internal/channel"
	"bellwether/internal/fault"
	"bellwether/internal/notification"
	"bellwether/internal/tenant"
)

// person is who asks, and how they are told. API keys are nobody who could be told.
func (a API) person(r *http.Request) (notification.Person, error) {
	p := api.Principal(r)
	if !p.IsPerson() {
		return notification.Person{}, fault.New(fault.Denied, "not_a_person", "an API key has no preferences and no address: sign in as a person")
	}
	return a.Settings.Person(r.Context(), p.OrgID, p.ID)
}

func (a API) mine(w http.ResponseWriter, r *http.Request) error {
	p, err := a.person(r)
	if err != nil {
		return err
	}
	if p, err = a.agreed(r.Context(), api.Principal(r).OrgID, p); err != nil {
		return err
	}
	return answerPerson(w, p)
}

// agreed looks whether the owners of addresses have agreed meanwhile: nobody tells us.
func (a API) agreed(ctx context.Context, orgID string, p notification.Person) (notification.Person, error) {
	for _, by := range []string{channel.Email, channel.SMS} {
		c := p.Contact(by)
		if c == nil || c.Confirmed {
			continue
		}
		confirmed, err := a.People.Confirmed(ctx, c.Endpoint)
		if err != nil || !confirmed {
			return p, err
		}
		next := p.Agreed(by)
		if err := a.Settings.Confirm(ctx, orgID, next); err != nil {
			return p, err
		}
		next.Version++
		p = next
	}
	return p, nil
}

func (a API) putMine(w http.ResponseWriter, r *http.Request) error {
	in, err := preferences(r)
	if err != nil {
		return err
	}
	p, err := a.person(r)
	if err != nil {
		return err
	}
	if err := api.Match(r, p.Version); err != nil {
		return err
	}
	p.Preferences = in
	if p, err = a.Settings.PutPerson(r.Context(), api.Principal(r).OrgID, p, "preferences.updated", "", api.RequestCause(r)); err != nil {
		return err
	}
	return answerPerson(w, p)
}

func (a API) defaults(w http.ResponseWriter, r *http.Request) error {
	p, err := a.Settings.Defaults(r.Context(), api.Principal(r).OrgID)
	if err != nil {
		return err
	}
	return answerPreferences(w, p)
}

func (a API) putDefaults(w http.ResponseWriter, r *http.Request) error {
	in, err := preferences(r)
	if err != nil {
		return err
	}
	p, err := a.Settings.Defaults(r.Context(), api.Principal(r).OrgID)
	if err != nil {
		return err
	}
	if err := api.Match(r, p.Version); err != nil {
		return err
	}
	in.Version = p.Version
	if p, err = a.Settings.PutDefaults(r.Context(), api.Principal(r).OrgID, in, api.RequestCause(r)); err != nil {
		return err
	}
	return answerPreferences(w, p)
}

// preferences are those of the body.
func preferences(r *http.Request) (notification.Preferences, error) {
	var in api.NotificationPreferences
	if err := api.Decode(r, &in); err != nil {
		return notification.Preferences{}, err
	}
	p := notification.Preferences{Language: notification.Language(value(in.Language)), TimeZone: value(in.TimeZone)}
	if in.Quiet != nil {
		p.Quiet = &notification.Quiet{On: in.Quiet.Enabled == nil || *in.Quiet.Enabled, From: in.Quiet.From, To: in.Quiet.To}
	}
	if in.Rules != nil {
		p.Rules = api.Map(*in.Rules, func(r api.NotificationRule) notification.Rule {
			return notification.Rule{
				Category: value(r.Category), Channel: r.Channel, From: notification.Severity(r.From), Digest: notification.Digest(value(r.Digest)),
			}
		})
	}
	return p, p.Validate()
}

func value(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}

// phone is a number as the world dials it, E.164.
var phone = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)

// putContact gives an address. The one before gets nothing any more.
func (a API) putContact(w http.ResponseWriter, r *http.Request) error {
	by, err := contactKind(r)
	if err != nil {
		return err
	}
	var in api.ContactPut
	if err := api.Decode(r, &in); err != nil {
		return err
	}
	address := in.Address
	if by == channel.SMS && !phone.MatchString(address) {
		return fault.InvalidFields(fault.Field{Name: "address", Message: "must be a phone number like +491701234567"})
	}
	if by == channel.Email {
		if address, err = tenant.CleanEmail(address); err != nil {
			return fault.InvalidFields(fault.Field{Name: "address", Message: "must be a mail address like ada@example.com"})
		}
	}
	p, err := a.person(r)
	if err != nil {
		return err
	}
	if was := p.Contact(by); was != nil && was.Address != address {
		if err := a.leave(r.Context(), api.Principal(r).OrgID, p.UserID, by, *was); err != nil {
			return err
		}
	}
	cause := api.RequestCause(r)
	c := &notification.Contact{Address: address, AddedAt: cause.At.UTC()}
	var pending bool
	if c.Endpoint, pending, err = a.People.Subscribe(r.Context(), c.Recipient(p.UserID, by), by, address); err != nil {
		return err
	}
	c.Confirmed = !pending
	if was := p.Contact(by); was != nil && was.Address == address {
		c.AddedAt = was.AddedAt
	}
	if _, err := a.Settings.PutPerson(r.Context(), api.Principal(r).OrgID, p.With(by, c), "contact.set", by, cause); err != nil {
		return err
	}
	return api.JSON(w, http.StatusOK, wireContact(*c))
}

func (a API) removeContact(w http.ResponseWriter, r *http.Request) error {
	by, err := contactKind(r)
	if err != nil {
		return err
	}
	p, err := a.person(r)
	if err != nil {
		return err
	}
	if c := p.Contact(by); c != nil {
		if err := a.leave(r.Context(), api.Principal(r).OrgID, p.UserID, by, *c); err != nil {
			return err
		}
		if _, err := a.Settings.PutPerson(r.Context(), api.Principal(r).OrgID, p.With(by, nil), "contact.removed", by, api.RequestCause(r)); err != nil {
			return err
		}
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// leave ends the contact's subscription, unless the person has given the address in another organisation too:
// SNS has one for both.
func (a API) leave(ctx context.Context, orgID, userID, by string, c notification.Contact) error {
	memberships, err := a.Orgs.OrgsOf(ctx, userID)
	if err != nil {
		return err
	}
	for _, m := range memberships {
		if m.OrgID == orgID {
			continue
		}
		there, err := a.Settings.Person(ctx, m.OrgID, userID)
		if err != nil {
			return err
		}
		if other := there.Contact(by); other != nil && other.Endpoint == c.Endpoint {
			return nil
		}
	}
	return a.People.Unsubscribe(ctx, c.Endpoint)
}

func contactKind(r *http.Request) (string, error) {
	switch by := r.PathValue("contactKind"); by {
	case channel.Email, channel.SMS:
		return by, nil
	}
	return "", fault.New(fault.NotFound, "not_found", "there are contacts of the kinds email and sms")
}

func answerPerson(w http.ResponseWriter, p notification.Person) error {
	out := api.MyNotifications{Preferences: wirePreferences(p.Preferences)}
	for by, into := range map[string]**api.Contact{channel.Email: &out.Email, channel.SMS: &out.Sms} {
		if c := p.Contact(by); c != nil {
			wire := wireContact(*c)
			*into = &wire
		}
	}
	api.ETag(w, p.Version)
	return api.JSON(w, http.StatusOK, out)
}

func answerPreferences(w http.ResponseWriter, p notification.Preferences) error {
	api.ETag(w, p.Version)
	return api.JSON(w, http.StatusOK, wirePreferences(p))
}

func wireContact(c notification.Contact) api.Contact {
	return api.Contact{Address: c.Address, Confirmed: c.Confirmed, AddedAt: c.AddedAt}
}

func wirePreferences(p notification.Preferences) api.NotificationPreferences {
	rules := api.Map(p.Rules, func(r notification.Rule) api.NotificationRule {
		return api.NotificationRule{
			Category: api.Optional(r.Category), Channel: r.Channel, From: string(r.From), Digest: api.Optional(string(r.Digest)),
		}
	})
	out := api.NotificationPreferences{Language: api.Optional(string(p.Language)), TimeZone: api.Optional(p.TimeZone), Rules: &rules}
	if p.Quiet != nil {
		out.Quiet = &api.QuietHours{Enabled: &p.Quiet.On, From: p.Quiet.From, To: p.Quiet.To}
	}
	return out
}
