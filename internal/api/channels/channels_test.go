package channels_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"bellwether/internal/api"
	"bellwether/internal/api/channels"
	"bellwether/internal/channel"
	"bellwether/internal/delivery"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/notification"
	"bellwether/internal/queue"
	"bellwether/internal/secret"
	"bellwether/internal/secret/local"
	"bellwether/internal/store"
	"bellwether/internal/store/bolt"
	"bellwether/internal/tenant"
)

const orgID = "0198f1c2-6b00-7a10-8b3e-4c1d2e3f4a5b"

// people are subscriptions by their addresses. The value says whether their owner has agreed.
type people map[string]bool

func (p people) Subscribe(_ context.Context, recipient, protocol, address string) (string, bool, error) {
	if address == "taken@example.com" {
		return "", false, fault.InvalidFields(fault.Field{Name: "address", Message: "is somebody else's"})
	}
	if _, had := p[address]; !had {
		p[address] = protocol == channel.SMS
	}
	return address, !p[address], nil
}
func (p people) Confirmed(_ context.Context, endpoint string) (bool, error) { return p[endpoint], nil }
func (p people) Unsubscribe(_ context.Context, endpoint string) error {
	delete(p, endpoint)
	return nil
}
func (p people) Send(context.Context, string, string, channel.Letter) error { return nil }

// house is the API over a real store.
type house struct {
	http.Handler
	notify store.Notify
	ledger store.Deliveries
	sealer secret.Sealer
	people people
	errand []delivery.Errand // what the queue got
	orgs   []tenant.Membership
	now    time.Time
}

// OrgsOf are the organisations of everybody.
func (h *house) OrgsOf(context.Context, string) ([]tenant.Membership, error) { return h.orgs, nil }

// Send implements queue.Queue.
func (h *house) Send(_ context.Context, messages ...queue.Message) error {
	for _, m := range messages {
		var e delivery.Errand
		if err := json.Unmarshal(m.Body, &e); err != nil {
			return err
		}
		h.errand = append(h.errand, e)
	}
	return nil
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{people: people{}, now: time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)}
	clock := func() time.Time { return h.now }
	table, err := bolt.Open(filepath.Join(t.TempDir(), "table.db"), bolt.Options{Now: clock, NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { table.Close() })
	random := rand.NewChaCha8([32]byte{1})
	sealer, err := local.New(secret.NewText("0123456789abcdef0123456789abcdef"), random)
	if err != nil {
		t.Fatal(err)
	}
	h.notify, h.ledger, h.sealer = store.Notify{Table: table}, store.Deliveries{Table: table}, sealer
	manners := api.Manners{Requests: store.Requests{Table: table}, Now: clock, Random: random}
	h.Handler = manners.Handler(channels.API{
		Orgs:     h,
		Settings: h.notify, Ledger: h.ledger, People: h.people, Sealer: sealer, Queue: h, Cursors: api.Cursors{Sealer: sealer, Now: clock}, Random: random,
	}.Routes()...)
	return h
}

var (
	ada = tenant.Principal{ID: "ada", OrgID: orgID, Role: tenant.Owner, Actor: "user/ada"}
	key = tenant.Principal{ID: "k", OrgID: orgID, Role: tenant.Admin, Actor: "key/k"}
)

// do makes a request and reads the answer into out, strictly. It returns the answer's text.
func (h *house) do(t *testing.T, p tenant.Principal, want int, out any, method, path, body string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r.WithContext(tenant.WithPrincipal(r.Context(), p)))
	if w.Code != want {
		t.Fatalf("%s %s %s: status %d, want %d: %s", method, path, body, w.Code, want, w.Body)
	}
	if out != nil {
		d := json.NewDecoder(strings.NewReader(w.Body.String()))
		d.DisallowUnknownFields()
		if err := d.Decode(out); err != nil {
			t.Fatalf("%s %s: %v", method, path, err)
		}
	}
	return w
}

func TestPreferences(t *testing.T) {
	h := newHouse(t)
	for _, path := range []string{"/v1/me/notifications", "/v1/org/notifications"} {
		if w := h.do(t, ada, 200, nil, "GET", path, ""); w.Header().Get("ETag") != `"0"` {
			t.Errorf("%s: ETag %s", path, w.Header().Get("ETag"))
		}
		const body = `{"language":"ar","timeZone":"Asia/Dubai","quiet":{"from":"22:00","to":"08:00"},"rules":[{"channel":"email","from":"low","digest":"daily"}]}`
		h.do(t, ada, 412, nil, "PUT", path, body, "If-Match", `"3"`)
		if w := h.do(t, ada, 200, nil, "PUT", path, body, "If-Match", `"0"`); w.Header().Get("ETag") != `"1"` {
			t.Errorf("%s: ETag %s", path, w.Header().Get("ETag"))
		}
		h.do(t, ada, 412, nil, "PUT", path, body, "If-Match", `"0"`)
		got := h.do(t, ada, 200, nil, "GET", path, "").Body.String()
		for _, want := range []string{`"language":"ar"`, `"timeZone":"Asia/Dubai"`, `"from":"22:00"`, `"digest":"daily"`} {
			if !strings.Contains(got, want) {
				t.Errorf("%s lacks %s: %s", path, want, got)
			}
		}
		for body, field := range map[string]string{
			`{"language":"xx"}`: "language", `{"timeZone":"Mars/Base"}`: "timeZone", `{"timeZone":"Local"}`: "timeZone", `{"quiet":{"from":"25:00","to":"08:00"}}`: "quiet.from",
			`{"rules":[{"channel":"fax","from":"low"}]}`: "rules[0].channel", `{"rules":[{"channel":"email","from":"loud"}]}`: "rules[0].from",
			`{"rules":[{"channel":"sms","from":"high"}]}`: "rules[0].from", `{"rules":[{"channel":"sms","from":"critical","digest":"daily"}]}`: "rules[0].digest",
			`{"rules":[{"category":"x","channel":"email","from":"low"}]}`:                            "rules[0].category",
			`{"rules":[{"channel":"email","from":"low"},{"channel":"email","from":"high"}]}`:         "rules[1]",
			`{"rules":[{"channel":"email","from":"low","digest":"yearly"}],"timeZone":"Asia/Dubai"}`: "rules[0].digest",
		} {
			if got := h.do(t, ada, 422, nil, "PUT", path, body).Body.String(); !strings.Contains(got, `"`+field+`"`) {
				t.Errorf("%s does not name %s: %s", body, field, got)
			}
		}
	}
}

func TestContacts(t *testing.T) {
	h := newHouse(t)
	put := func(kind, address string, want int) string {
		t.Helper()
		return h.do(t, ada, want, nil, "PUT", "/v1/me/contacts/"+kind, `{"address":"`+address+`"}`).Body.String()
	}
	for _, bad := range [][2]string{{"email", "ada"}, {"sms", "0170"}, {"sms", "ada@example.com"}, {"email", "taken@example.com"}} {
		if got := put(bad[0], bad[1], 422); !strings.Contains(got, `"address"`) {
			t.Errorf("%v: %s", bad, got)
		}
	}
	put("fax", "+491701234567", 404)
	if got := put("email", "ada@example.com", 200); !strings.Contains(got, `"confirmed":false`) {
		t.Errorf("a new mail address: %s", got)
	}
	put("sms", "+491701234567", 200)
	h.people["ada@example.com"] = true
	var mine api.MyNotifications
	if h.do(t, ada, 200, &mine, "GET", "/v1/me/notifications", ""); !mine.Email.Confirmed || !mine.Sms.Confirmed {
		t.Errorf("after its owner agreed: %+v", mine)
	}
	put("email", "new@example.com", 200)
	if _, had := h.people["ada@example.com"]; had || len(h.people) != 2 {
		t.Errorf("subscribed are %v", h.people)
	}
	h.do(t, ada, 202, nil, "POST", "/v1/me/contacts/email/test", "")
	if len(h.errand) != 1 || h.errand[0].Wake.Target != "user/ada/email" {
		t.Errorf("the queue got %+v", h.errand)
	}
	for range 2 {
		h.do(t, ada, 204, nil, "DELETE", "/v1/me/contacts/email", "")
	}
	h.do(t, ada, 404, nil, "POST", "/v1/me/contacts/email/test", "")
	if len(h.people) != 1 {
		t.Errorf("subscribed are %v", h.people)
	}
	h.do(t, key, 403, nil, "GET", "/v1/me/notifications", "")
	h.do(t, key, 403, nil, "PUT", "/v1/me/contacts/sms", `{"address":"+491701234567"}`)
}

// endpoint is where the letters of a channel go, and what they are signed with.
func (h *house) endpoint(t *testing.T, id string) channel.Endpoint {
	t.Helper()
	c, err := h.notify.Channel(t.Context(), orgID, id)
	if err != nil {
		t.Fatal(err)
	}
	to, err := delivery.OpenChannel(t.Context(), h.sealer, orgID, c)
	if err != nil {
		t.Fatal(err)
	}
	return to
}

const made = `{"kind":"webhook","name":"ours","url":"https://hooks.example.com/T0S3CRET"}`

// The address of a channel is never shown, its key once; letters are signed with the old key too until the
// next rotation.
func TestSecretsOfAChannel(t *testing.T) {
	h := newHouse(t)
	var c, rotated api.Channel
	h.do(t, ada, 201, &c, "POST", "/v1/channels", made)
	if c.Key == nil || !strings.HasPrefix(*c.Key, "whsec_") || c.Host != "hooks.example.com" || c.From != "medium" {
		t.Fatalf("made is %+v", c)
	}
	path := "/v1/channels/" + c.Id
	h.do(t, ada, 200, &rotated, "POST", path+"/rotate-key", "")
	if to := h.endpoint(t, c.Id); len(to.Keys) != 2 || to.Keys[0].Reveal() != *rotated.Key || to.Keys[1].Reveal() != *c.Key || *c.Key == *rotated.Key {
		t.Errorf("%d keys", len(to.Keys))
	}
	h.do(t, ada, 412, nil, "PATCH", path, `{"url":"https://new.example.com/N3W"}`, "If-Match", `"1"`)
	h.do(t, ada, 200, nil, "PATCH", path, `{"url":"https://new.example.com/N3W"}`, "If-Match", `"2"`)
	if to := h.endpoint(t, c.Id); len(to.Keys) != 2 || to.Keys[0].Reveal() != *rotated.Key || to.Address.Reveal() != "https://new.example.com/N3W" {
		t.Error("with its address the channel changed its keys, or not its address")
	}
	h.do(t, ada, 200, nil, "POST", path+"/rotate-key", "")
	if to := h.endpoint(t, c.Id); len(to.Keys) != 2 || to.Keys[1].Reveal() != *rotated.Key {
		t.Error("the oldest key still signs")
	}
	for _, path := range []string{path, "/v1/channels"} {
		if text := h.do(t, ada, 200, nil, "GET", path, "").Body.String(); strings.Contains(text, "N3W") || strings.Contains(text, "whsec_") {
			t.Errorf("%s shows %s", path, text)
		}
	}
	var slack api.Channel
	if h.do(t, ada, 201, &slack, "POST", "/v1/channels", strings.Replace(made, "webhook", "slack", 1)); slack.Key != nil {
		t.Error("a Slack channel has a key")
	}
	h.do(t, ada, 409, nil, "POST", "/v1/channels/"+slack.Id+"/rotate-key", "")
}

func TestChannels(t *testing.T) {
	h := newHouse(t)
	for body, field := range map[string]string{
		`{"kind":"fax","name":"x","url":"https://example.com/"}`: "kind", `{"kind":"slack","name":" ","url":"https://example.com/"}`: "name",
		`{"kind":"slack","name":"x","url":"http://example.com/"}`: "url", `{"kind":"slack","name":"x","url":"https://169.254.169.254/"}`: "url",
		`{"kind":"slack","name":"x","url":"https://example.com/","categories":["y"]}`: "categories[0]",
		`{"kind":"slack","name":"x","url":"https://example.com/","from":"loud"}`:      "from",
		`{"kind":"slack","name":"x","url":"https://example.com/","language":"xx"}`:    "language",
	} {
		if got := h.do(t, ada, 422, nil, "POST", "/v1/channels", body).Body.String(); !strings.Contains(got, `"`+field+`"`) {
			t.Errorf("%s does not name %s: %s", body, field, got)
		}
	}
	var first, changed api.Channel
	for n := range 50 {
		var c api.Channel
		if h.do(t, ada, 201, &c, "POST", "/v1/channels", made); n == 0 {
			first = c
		}
	}
	h.do(t, ada, 409, nil, "POST", "/v1/channels", made)
	path := "/v1/channels/" + first.Id
	if h.do(t, ada, 200, &changed, "PATCH", path, `{"enabled":false}`); changed.Disabled == nil || *changed.Disabled != notification.DisabledByHand {
		t.Errorf("disabled is %+v", changed)
	}
	h.do(t, ada, 409, nil, "POST", path+"/test", "")
	var enabled api.Channel
	if h.do(t, ada, 200, &enabled, "PATCH", path, `{"enabled":true}`); enabled.Disabled != nil {
		t.Errorf("enabled is %+v", enabled)
	}
	stranger := ada
	stranger.OrgID = "0198f1c2-6b00-7a10-8b3e-4c1d2e3f4a5c"
	h.do(t, stranger, 404, nil, "GET", path, "")
	h.do(t, ada, 204, nil, "DELETE", path, "")
	h.do(t, ada, 404, nil, "GET", path, "")
	h.do(t, ada, 201, nil, "POST", "/v1/channels", made)
}

// A test stands in the ledger like everything else, and what is done can be sent again, as the same letter.
func TestTestsAndReplays(t *testing.T) {
	h := newHouse(t)
	var c api.Channel
	h.do(t, ada, 201, &c, "POST", "/v1/channels", made)
	var test, replay api.AlertDelivery
	h.do(t, ada, 202, &test, "POST", "/v1/channels/"+c.Id+"/test", "")
	path := "/v1/deliveries/" + test.AlertId + "/" + test.Id + "/replay"
	h.do(t, ada, 409, nil, "POST", path, "")
	row, err := h.ledger.Get(t.Context(), orgID, delivery.Ref{AlertID: test.AlertId, ID: test.Id})
	if err != nil || !row.Test || !row.Pending() {
		t.Fatalf("the row is %+v, %v", row, err)
	}
	lane, rows := delivery.Lane{OrgID: orgID, Target: row.Target}.Begin([]delivery.Delivery{row}, "me", h.now)
	settled := lane.Settle(rows, nil, h.now)
	for i, save := range []delivery.Delivery{rows[0], settled.Rows[0]} {
		if err := h.ledger.Save(t.Context(), fmt.Sprint(i), nil, h.now, save); err != nil {
			t.Fatal(err)
		}
	}
	h.do(t, ada, 202, &replay, "POST", path, "")
	again, err := h.ledger.Get(t.Context(), orgID, delivery.Ref{AlertID: replay.AlertId, ID: replay.Id})
	if err != nil || again.ID == row.ID || again.LetterID != rows[0].LetterID || !again.Pending() {
		t.Errorf("the replay is %+v, %v", again, err)
	}
	if len(h.errand) != 2 || *h.errand[1].Wake.Row != again.Ref() || h.errand[1].Wake.Target != "channel/"+c.Id {
		t.Errorf("the queue got %+v", h.errand)
	}
	var of api.AlertDeliveryPage
	if h.do(t, ada, 200, &of, "GET", "/v1/deliveries?alertId="+test.AlertId, ""); len(of.Items) != 2 {
		t.Errorf("of the alert: %+v", of)
	}
	h.do(t, ada, 404, nil, "POST", "/v1/deliveries/"+test.AlertId+"/"+event.Derive("nobody")+"/replay", "")
	for query, status := range map[string]int{"alertId=x": 422, "limit=0": 422, "other=1": 422, "cursor=x": 400} {
		h.do(t, ada, status, nil, "GET", "/v1/deliveries?"+query, "")
	}
}

func TestDeliveriesPageByPage(t *testing.T) {
	h := newHouse(t)
	var want, got []string
	for n := range 5 {
		d := delivery.Delivery{
			ID: event.Derive("row", fmt.Sprint(n)), OrgID: orgID, AlertID: event.Derive("alert"), Target: "user/ada/email", UserID: "ada", Channel: channel.Email, Version: 1, CreatedAt: h.now,
		}.Suppress(delivery.Muted, h.now.Add(time.Duration(n)*time.Second))
		if err := h.ledger.Enqueue(t.Context(), []delivery.Delivery{d}); err != nil {
			t.Fatal(err)
		}
		want = append(want, d.ID)
	}
	slices.Reverse(want)
	path := "/v1/deliveries?limit=2"
	for page := 0; page < 4 && path != ""; page++ {
		var list api.AlertDeliveryPage
		h.do(t, ada, 200, &list, "GET", path, "")
		for _, d := range list.Items {
			got = append(got, d.Id)
		}
		if path = ""; list.Next != nil {
			path = "/v1/deliveries?limit=2&cursor=" + *list.Next
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("listed are %v, want %v", got, want)
	}
}

// An address that a person gave in two organisations is one subscription, which ends with the last of them.
func TestAnAddressInTwoOrganisations(t *testing.T) {
	h := newHouse(t)
	const second = "0198f1c2-6b00-7a10-8b3e-4c1d2e3f4a5c"
	h.orgs = []tenant.Membership{{OrgID: orgID}, {OrgID: second}}
	here := tenant.Principal{ID: event.Derive("ada"), OrgID: orgID, Role: tenant.Viewer, Actor: "user/" + event.Derive("ada")}
	there := here
	there.OrgID = second
	for _, p := range []tenant.Principal{here, there} {
		h.do(t, p, 200, nil, "PUT", "/v1/me/contacts/email", `{"address":"ada@example.com"}`)
	}
	h.do(t, here, 204, nil, "DELETE", "/v1/me/contacts/email", "")
	if _, left := h.people["ada@example.com"]; !left {
		t.Error("leaving one organisation ended the other's mail")
	}
	h.do(t, there, 204, nil, "DELETE", "/v1/me/contacts/email", "")
	if len(h.people) != 0 {
		t.Errorf("subscriptions are left: %v", h.people)
	}
}
