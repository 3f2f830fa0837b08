// Package channels is the API of how people are told: their preferences and addresses, the organisation's
// channels, and the ledger of what was delivered.
package channels

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"bellwether/internal/api"
	"bellwether/internal/channel"
	"bellwether/internal/delivery"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/notification"
	"bellwether/internal/outbound"
	"bellwether/internal/queue"
	"bellwether/internal/secret"
	"bellwether/internal/tenant"
)

// Settings keeps how people are told.
type Settings interface {
	Person(ctx context.Context, orgID, userID string) (notification.Person, error)
	PutPerson(ctx context.Context, orgID string, p notification.Person, action, detail string, cause event.Cause) (notification.Person, error)
	Confirm(ctx context.Context, orgID string, p notification.Person) error
	Defaults(ctx context.Context, orgID string) (notification.Preferences, error)
	PutDefaults(ctx context.Context, orgID string, p notification.Preferences, cause event.Cause) (notification.Preferences, error)
	Channels(ctx context.Context, orgID string) ([]notification.Channel, error)
	Channel(ctx context.Context, orgID, id string) (notification.Channel, error)
	PutChannel(ctx context.Context, orgID string, c notification.Channel, action, detail string, cause event.Cause) (notification.Channel, error)
	RemoveChannel(ctx context.Context, orgID string, c notification.Channel, cause event.Cause) error
}

// Ledger keeps deliveries.
type Ledger interface {
	Enqueue(ctx context.Context, rows []delivery.Delivery) error
	Get(ctx context.Context, orgID string, ref delivery.Ref) (delivery.Delivery, error)
	OfAlert(ctx context.Context, orgID, alertID string) ([]delivery.Delivery, error)
	Done(ctx context.Context, orgID string, limit int, after string) ([]delivery.Delivery, string, error)
}

// Orgs finds the organisations of a person.
type Orgs interface {
	OrgsOf(ctx context.Context, userID string) ([]tenant.Membership, error)
}

// API is the API of channels.
type API struct {
	Orgs     Orgs
	Settings Settings
	Ledger   Ledger
	People   channel.People
	Sealer   secret.Sealer
	Queue    queue.Queue // of alerts
	Guard    outbound.Guard
	Cursors  api.Cursors
	Random   io.Reader
}

// Routes are the API's routes.
func (a API) Routes() []api.Route {
	return []api.Route{
		{Pattern: "GET /v1/me/notifications", Handle: a.mine},
		{Pattern: "PUT /v1/me/notifications", Handle: a.putMine},
		{Pattern: "PUT /v1/me/contacts/{contactKind}", Handle: a.putContact},
		{Pattern: "DELETE /v1/me/contacts/{contactKind}", Handle: a.removeContact},
		{Pattern: "POST /v1/me/contacts/{contactKind}/test", Handle: a.testContact, Audit: "contact.tested"},
		{Pattern: "GET /v1/org/notifications", Handle: a.defaults},
		{Pattern: "PUT /v1/org/notifications", Handle: a.putDefaults},
		{Pattern: "GET /v1/channels", Handle: a.list},
		{Pattern: "POST /v1/channels", Handle: a.create, ShownOnce: true},
		{Pattern: "GET /v1/channels/{channelId}", Handle: a.get},
		{Pattern: "PATCH /v1/channels/{channelId}", Handle: a.update},
		{Pattern: "DELETE /v1/channels/{channelId}", Handle: a.remove},
		{Pattern: "POST /v1/channels/{channelId}/test", Handle: a.test, Audit: "channel.tested"},
		{Pattern: "POST /v1/channels/{channelId}/rotate-key", Handle: a.rotate, ShownOnce: true},
		{Pattern: "GET /v1/deliveries", Handle: a.deliveries},
		{Pattern: "POST /v1/deliveries/{alertId}/{deliveryId}/replay", Handle: a.replay, Audit: "delivery.replayed"},
	}
}

func (a API) list(w http.ResponseWriter, r *http.Request) error {
	list, err := a.Settings.Channels(r.Context(), api.Principal(r).OrgID)
	if err != nil {
		return err
	}
	return api.JSON(w, http.StatusOK, api.ChannelList{Items: api.Map(list, wireChannel)})
}

// maxChannels is how many channels an organisation has at most: each is asked at each alert.
const maxChannels = 50

func (a API) create(w http.ResponseWriter, r *http.Request) error {
	var in api.ChannelCreate
	if err := api.Decode(r, &in); err != nil {
		return err
	}
	p, cause := api.Principal(r), api.RequestCause(r)
	c := notification.Channel{
		ID: event.Derive(cause.ID, "channel"), Kind: in.Kind, Name: in.Name, From: notification.Medium, CreatedBy: p.ID, CreatedAt: cause.At.UTC(),
	}
	apply(&c, in.Categories, in.From, in.Language)
	to, err := a.endpoint(&c, in.Url)
	if err == nil {
		err = c.Validate()
	}
	if err != nil {
		return err
	}
	if list, err := a.Settings.Channels(r.Context(), p.OrgID); err != nil {
		return err
	} else if len(list) >= maxChannels {
		return fault.Newf(fault.Conflict, "too_many_channels", "an organisation has at most %d channels", maxChannels)
	}
	if c.Kind == channel.Webhook {
		key, err := newKey(a.Random)
		if err != nil {
			return err
		}
		to.Keys = []secret.Text{key}
	}
	if c, err = delivery.SealChannel(r.Context(), a.Sealer, p.OrgID, c, to); err != nil {
		return err
	}
	// The id is derived from the request: another try of it made this already, and its answer was lost.
	c, err = a.Settings.PutChannel(r.Context(), p.OrgID, c, "channel.added", c.Kind+" "+c.Name, cause)
	if fault.Is(err, fault.Conflict) {
		return api.ErrShownOnce()
	}
	if err != nil {
		return err
	}
	return answer(w, http.StatusCreated, c, to.Keys)
}

// endpoint judges the address by its form; what its name means is judged whenever something is sent.
func (a API) endpoint(c *notification.Channel, address string) (channel.Endpoint, error) {
	if err := a.Guard.Check(address); err != nil {
		return channel.Endpoint{}, fault.InvalidFields(fault.Field{Name: "url", Message: err.Error()})
	}
	u, err := url.Parse(address)
	if err != nil {
		return channel.Endpoint{}, fault.InvalidFields(fault.Field{Name: "url", Message: outbound.ErrAddress.Error()})
	}
	c.Host = u.Host
	return channel.Endpoint{Address: secret.NewText(address)}, nil
}

func (a API) get(w http.ResponseWriter, r *http.Request) error {
	c, err := a.read(r)
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, c, nil)
}

func (a API) read(r *http.Request) (notification.Channel, error) {
	id, err := api.PathID(r, "channelId")
	if err != nil {
		return notification.Channel{}, err
	}
	return a.Settings.Channel(r.Context(), api.Principal(r).OrgID, id)
}

func (a API) update(w http.ResponseWriter, r *http.Request) error {
	var in api.ChannelUpdate
	if err := api.Decode(r, &in); err != nil {
		return err
	}
	c, err := a.read(r)
	if err != nil {
		return err
	}
	if err := api.Match(r, c.Version); err != nil {
		return err
	}
	if in.Name != nil {
		c.Name = *in.Name
	}
	if in.Enabled != nil {
		c.Disabled = ""
		if !*in.Enabled {
			c.Disabled = notification.DisabledByHand
		}
	}
	apply(&c, in.Categories, in.From, in.Language)
	if err := c.Validate(); err != nil {
		return err
	}
	orgID := api.Principal(r).OrgID
	if in.Url != nil {
		to, err := a.endpoint(&c, *in.Url)
		if err != nil {
			return err
		}
		was, err := delivery.OpenChannel(r.Context(), a.Sealer, orgID, c)
		if err != nil {
			return err
		}
		to.Keys = was.Keys
		if c, err = delivery.SealChannel(r.Context(), a.Sealer, orgID, c, to); err != nil {
			return err
		}
	}
	c, err = a.Settings.PutChannel(r.Context(), orgID, c, "channel.updated", c.Name, api.RequestCause(r))
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, c, nil)
}

func apply(c *notification.Channel, categories *[]string, from, language *string) {
	if categories != nil {
		c.Categories = *categories
	}
	if from != nil {
		c.From = notification.Severity(*from)
	}
	if language != nil {
		c.Language = notification.Language(*language)
	}
}

func (a API) remove(w http.ResponseWriter, r *http.Request) error {
	c, err := a.read(r)
	if err != nil {
		return err
	}
	if err := a.Settings.RemoveChannel(r.Context(), api.Principal(r).OrgID, c, api.RequestCause(r)); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// rotate gives a webhook a new key; letters are signed with both until the next rotation.
func (a API) rotate(w http.ResponseWriter, r *http.Request) error {
	c, err := a.read(r)
	if err != nil {
		return err
	}
	if c.Kind != channel.Webhook {
		return fault.New(fault.Conflict, "no_key", "only webhooks have keys")
	}
	orgID := api.Principal(r).OrgID
	to, err := delivery.OpenChannel(r.Context(), a.Sealer, orgID, c)
	if err != nil {
		return err
	}
	key, err := newKey(a.Random)
	if err != nil {
		return err
	}
	to.Keys = append([]secret.Text{key}, to.Keys[:min(1, len(to.Keys))]...)
	if c, err = delivery.SealChannel(r.Context(), a.Sealer, orgID, c, to); err != nil {
		return err
	}
	if c, err = a.Settings.PutChannel(r.Context(), orgID, c, "channel.key_rotated", c.Name, api.RequestCause(r)); err != nil {
		return err
	}
	return answer(w, http.StatusOK, c, to.Keys[:1])
}

func answer(w http.ResponseWriter, status int, c notification.Channel, keys []secret.Text) error {
	out := wireChannel(c)
	if len(keys) > 0 {
		out.Key = api.Optional(keys[0].Reveal())
	}
	api.ETag(w, c.Version)
	return api.JSON(w, status, out)
}

func wireChannel(c notification.Channel) api.Channel {
	return api.Channel{
		Id: c.ID, Kind: c.Kind, Name: c.Name, Host: c.Host, Categories: append([]string{}, c.Categories...), From: string(c.From),
		Language: api.Optional(string(c.Language)), Disabled: api.Optional(c.Disabled), CreatedAt: c.CreatedAt, Version: c.Version,
	}
}

// newKey is a signing key as Standard Webhooks write them.
func newKey(random io.Reader) (secret.Text, error) {
	key := make([]byte, 32)
	if _, err := io.ReadFull(random, key); err != nil {
		return secret.Text{}, fmt.Errorf("make a key: %w", err)
	}
	return secret.NewText("whsec_" + base64.StdEncoding.EncodeToString(key)), nil
}
