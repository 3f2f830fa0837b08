package posts_test

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"bellwether/internal/api"
	"bellwether/internal/api/posts"
	"bellwether/internal/event"
	"bellwether/internal/fault"
	"bellwether/internal/integration"
	"bellwether/internal/platform"
	"bellwether/internal/post"
	"bellwether/internal/secret"
	"bellwether/internal/secret/local"
	"bellwether/internal/store"
	"bellwether/internal/store/bolt"
	"bellwether/internal/tenant"
)

const (
	orgID  = "0198f1c2-6b00-7a10-8b3e-4c1d2e3f4a5c"
	ada    = "0198f1c2-6b00-7a10-8b3e-4c1d2e3f4a00"
	page   = "0198f1c2-6b00-7a10-8b3e-4c1d2e3f4a01"
	x      = "0198f1c2-6b00-7a10-8b3e-4c1d2e3f4a02"
	lost   = "0198f1c2-6b00-7a10-8b3e-4c1d2e3f4a03"
	ads    = "0198f1c2-6b00-7a10-8b3e-4c1d2e3f4a04"
	theirs = "0198f1c2-6b00-7a10-8b3e-4c1d2e3f4a05"
)

// accounts are connected accounts, by id.
type accounts map[string]integration.Integration

func (list accounts) Get(_ context.Context, org, id string) (integration.Integration, error) {
	if i, ok := list[id]; ok && i.OrgID == org {
		return i, nil
	}
	return integration.Integration{}, fault.New(fault.NotFound, "integration_not_found", "there is no such integration")
}

func account(id, org, platformName string, status integration.Status) integration.Integration {
	return integration.Integration{ID: id, OrgID: org, Platform: platformName, Status: status, Account: platform.Account{ID: id[34:], Name: "Shop"}}
}

// house is the API over a real store.
type house struct {
	http.Handler
	t       *testing.T
	now     time.Time
	members []string
	store   store.Posts
	actor   string
}

func (h *house) Roster(context.Context, string) (tenant.Roster, error) {
	return tenant.Roster{Members: h.members}, nil
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, now: time.Date(2026, 10, 20, 12, 0, 0, 0, time.UTC), members: []string{ada}, actor: "user/" + ada}
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
	h.store = store.Posts{Table: table}
	h.Handler = api.Manners{Now: clock, Random: random}.Handler(posts.API{
		Posts: h.store, Campaigns: store.Campaigns{Table: table}, Orgs: h, Cursors: api.Cursors{Sealer: sealer, Now: clock}, Feeds: sealer,
		PublicURL: "https://api.example.com", Accounts: accounts{
			page: account(page, orgID, platform.Facebook, integration.Connected), x: account(x, orgID, platform.X, integration.Connected),
			lost: account(lost, orgID, platform.Mastodon, integration.NeedsReconnect), ads: account(ads, orgID, platform.Meta, integration.Connected),
			theirs: account(theirs, ads, platform.Facebook, integration.Connected),
		},
	}.Routes()...)
	return h
}

// send makes a request as the organisation's owner; the answer is read into out.
func (h *house) send(method, path, body string, want int, out any) *httptest.ResponseRecorder {
	h.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	p := tenant.Principal{ID: ada, OrgID: orgID, Role: tenant.Owner, Actor: h.actor}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r.WithContext(tenant.WithPrincipal(r.Context(), p)))
	if w.Code != want {
		h.t.Fatalf("%s %s: status %d, want %d: %s", method, path, w.Code, want, w.Body)
	}
	if out != nil {
		reflect.ValueOf(out).Elem().SetZero()
		if err := json.Unmarshal(w.Body.Bytes(), out); err != nil {
			h.t.Fatal(err)
		}
	}
	return w
}

type problem struct {
	Code   string
	Fields []fault.Field
}

func body(more string, targets ...string) string {
	list := make([]string, len(targets))
	for n, id := range targets {
		list[n] = `{"integrationId":"` + id + `"}`
	}
	return `{"content":{"text":"Doors open at nine"},"targets":[` + strings.Join(list, ",") + `]` + more + `}`
}

func TestCreate(t *testing.T) {
	h := newHouse(t)
	var p api.Post
	w := h.send("POST", "/v1/posts", body(`,"publishAt":"2026-10-25T02:30","timeZone":"Europe/Berlin"`, page, x), 201, &p)
	if p.Status != api.PostStatusScheduled || p.PublishAt.Format(time.RFC3339) != "2026-10-25T00:30:00Z" || *p.LocalTime != "2026-10-25T02:30:00" || len(p.Targets) != 2 {
		t.Errorf("%+v", p)
	}
	if w.Header().Get("Location") != "/v1/posts/"+p.Id || w.Header().Get("ETag") != `"1"` {
		t.Errorf("headers %v", w.Header())
	}
	h.send("POST", "/v1/posts", body("", page), 201, &p)
	if p.Status != api.PostStatusDraft || p.PublishAt != nil {
		t.Errorf("without a time: %+v", p)
	}
}

// Bad input is refused by field, and nothing is written.
func TestCreateRefuses(t *testing.T) {
	h := newHouse(t)
	for name, tt := range map[string]struct{ body, field string }{
		"a time that the clocks skip": {body(`,"publishAt":"2027-03-28T02:30","timeZone":"Europe/Berlin"`, page), "publishAt"},
		"a time that is past":         {body(`,"publishAt":"2026-10-20T11:00:00Z"`, page), "publishAt"},
		"no zone":                     {body(`,"publishAt":"2026-12-01T09:00","timeZone":"Berlin"`, page), "timeZone"},
		"no account":                  {body("", orgID), "targets[0].integrationId"},
		"another organisation's":      {body("", theirs), "targets[0].integrationId"},
		"one that is lost":            {body("", page, lost), "targets[1].integrationId"},
		"an ad account":               {body("", ads), "targets[0].integrationId"},
		"one twice":                   {body("", page, page), "targets[1].integrationId"},
		"no campaign":                 {body(`,"campaignId":"`+orgID+`"`, page), "campaignId"},
		"too long for one":            {strings.Replace(body("", page, x), "Doors", strings.Repeat("a", 300), 1), "content.text"},
	} {
		var p problem
		h.send("POST", "/v1/posts", tt.body, 422, &p)
		if !slices.ContainsFunc(p.Fields, func(f fault.Field) bool { return f.Name == tt.field }) {
			t.Errorf("%s: %+v, want %s", name, p, tt.field)
		}
	}
	var list api.PostPage
	if h.send("GET", "/v1/posts", "", 200, &list); len(list.Items) != 0 {
		t.Errorf("%d posts were written", len(list.Items))
	}
}

// The whole life of a post, as a client leads it.
func TestChanges(t *testing.T) {
	h := newHouse(t)
	var p api.Post
	h.send("POST", "/v1/posts", body(`,"publishAt":"2026-12-01T09:00","timeZone":"Europe/Berlin"`, page), 201, &p)
	path := "/v1/posts/" + p.Id
	h.send("PATCH", path, `{"content":{"text":"Doors open at ten"}}`, 200, &p)
	if *p.Content.Text != "Doors open at ten" || p.Version != 2 {
		t.Errorf("changed: %+v", p)
	}
	h.send("POST", path+"/schedule", `{"publishAt":"2026-12-02T09:00"}`, 200, &p)
	if p.PublishAt.Format(time.RFC3339) != "2026-12-02T08:00:00Z" { // in the post's own zone
		t.Errorf("moved to %v", p.PublishAt)
	}
	target := path + "/targets/" + p.Targets[0].Id
	h.send("POST", target+"/retry", `{}`, 409, nil)
	h.send("POST", target+"/confirm", `{}`, 409, nil)
	h.send("POST", path+"/targets/"+orgID+"/retry", `{}`, 404, nil)
	h.send("POST", path+"/publish-now", `{}`, 200, &p)
	if !p.PublishAt.Equal(h.now) {
		t.Errorf("now is %v", p.PublishAt)
	}
	h.send("POST", path+"/cancel", `{}`, 200, &p)
	if p.Status != api.PostStatusCancelled || p.Targets[0].NextAt != nil {
		t.Errorf("cancelled: %+v", p)
	}
	h.send("PATCH", path, `{"content":{"text":"Too late"}}`, 409, nil)
	h.send("GET", "/v1/posts/"+orgID, "", 404, nil)
}

// A target that failed, or is in doubt, is in a person's hands.
func TestRetryAndConfirm(t *testing.T) {
	h := newHouse(t)
	var p api.Post
	h.send("POST", "/v1/posts", body(`,"publishAt":"2026-10-20T12:00:00Z"`, page), 201, &p)
	path := "/v1/posts/" + p.Id + "/targets/" + p.Targets[0].Id
	h.fail(p.Id, 0)
	h.send("POST", path+"/retry", `{}`, 200, &p)
	if p.Targets[0].State != "retrying" {
		t.Errorf("tried again it is %s", p.Targets[0].State)
	}
	h.fail(p.Id, 4)
	var refused problem
	if h.send("POST", path+"/retry", `{}`, 422, &refused); refused.Fields[0].Name != "notPublished" {
		t.Errorf("%+v", refused)
	}
	h.send("POST", path+"/confirm", `{"permalink":"https://example.com/1"}`, 200, &p)
	if p.Status != api.PostStatusPublished || *p.Targets[0].Permalink != "https://example.com/1" {
		t.Errorf("confirmed it is %+v", p.Targets[0])
	}
}

// fail lets an attempt be refused for good, or end in a doubt that is looked into so often.
func (h *house) fail(id string, looks int) {
	h.t.Helper()
	p, err := h.store.Get(h.t.Context(), orgID, id)
	if err != nil {
		h.t.Fatal(err)
	}
	target, n := p.Targets[0].ID, 0
	do := func(change func(post.Post, event.Cause) (post.Change, error)) {
		n++
		p, err = h.store.UpdateFrom(h.t.Context(), event.Derive(h.now.String(), string(rune('a'+n))), p, func(p post.Post) (post.Change, error) {
			return change(p, event.Edge(event.Derive(id, string(rune('a'+n))), "schedule/publish-post", h.now))
		})
		if err != nil {
			h.t.Fatal(err)
		}
	}
	claim := func() {
		do(func(p post.Post, cause event.Cause) (post.Change, error) {
			ch, _, err := p.Claim(target, "worker", cause)
			return ch, err
		})
	}
	claim()
	do(func(p post.Post, cause event.Cause) (post.Change, error) {
		if looks == 0 {
			return p.Refused(target, "worker", &platform.Error{Class: platform.ClassInvalid}, 0, cause)
		}
		return p.InDoubt(target, "worker", &platform.Error{Class: platform.ClassTransient, Unsure: true}, cause)
	})
	for range looks {
		h.now = h.now.Add(time.Hour)
		claim()
		do(func(p post.Post, cause event.Cause) (post.Change, error) {
			return p.Looked(target, "worker", false, 0, cause)
		})
	}
}

// Days are those of the zone, also when its clocks change.
func TestCalendar(t *testing.T) {
	h := newHouse(t)
	for _, at := range []string{"2026-10-24T23:30:00+02:00", "2026-10-25T00:15:00+02:00", "2026-10-25T23:45:00+01:00", "2026-10-26T00:00:00+01:00"} {
		h.send("POST", "/v1/posts", body(`,"publishAt":"`+at+`"`, page), 201, nil)
	}
	var c api.Calendar
	h.send("GET", "/v1/calendar?from=2026-10-25&to=2026-10-25&timeZone=Europe/Berlin", "", 200, &c)
	if len(c.Days) != 1 || c.Days[0].Date != "2026-10-25" || len(c.Days[0].Posts) != 2 || c.Days[0].Posts[1].Time != "23:45" {
		t.Errorf("%+v", c)
	}
	h.send("GET", "/v1/calendar", "", 200, &c)
	if len(c.Days) != 2 || c.TimeZone != "UTC" { // the 24th and the 25th in UTC
		t.Errorf("%+v", c)
	}
	for query, field := range map[string]string{"from=2026-13-01": "from", "to=2026-01-01": "to", "to=2027-10-20": "to", "timeZone=Mars": "timeZone"} {
		var p problem
		if h.send("GET", "/v1/calendar?"+query, "", 422, &p); p.Fields[0].Name != field {
			t.Errorf("%s: %+v", query, p)
		}
	}
}

// A calendar program gets the posts by the address alone, as long as its maker is a member.
func TestFeed(t *testing.T) {
	h := newHouse(t)
	long := strings.Replace(body(`,"publishAt":"2026-10-21T09:00:00Z"`, page), "Doors open at nine", `Äpfel; Birnen, \\ und\nSoße: `+strings.Repeat("ü", 60), 1)
	h.send("POST", "/v1/posts", long, 201, nil)
	var feed api.CalendarFeed
	h.send("POST", "/v1/calendar/feed", `{}`, 201, &feed)
	u, err := url.Parse(feed.Url)
	if err != nil || !strings.HasPrefix(feed.Url, "https://api.example.com/v1/calendar/feed.ics?key=") {
		t.Fatalf("%q, error %v", feed.Url, err)
	}
	w := h.send("GET", u.RequestURI(), "", 200, nil)
	text := w.Body.String()
	if w.Header().Get("Content-Type") != "text/calendar; charset=utf-8" || !strings.Contains(text, "DTSTART:20261021T090000Z\r\n") || !strings.Contains(text, `SUMMARY:[scheduled] Äpfel\; Birnen\, \\ und\nSoße: `) {
		t.Errorf("it answers %s", text)
	}
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\r\n"), "\r\n") {
		if len(line) > 75 || strings.ContainsAny(line, "\r\n") || strings.ToValidUTF8(line, "?") != line {
			t.Errorf("line of %d bytes: %q", len(line), line)
		}
	}
	key := u.Query().Get("key")
	for name, bad := range map[string]string{"none": "", "another": "AAAA", "changed": "A" + key[1:], "cut": key[:len(key)-4]} {
		h.send("GET", "/v1/calendar/feed.ics?key="+bad, "", 403, nil)
		_ = name
	}
	h.members = nil
	h.send("GET", u.RequestURI(), "", 403, nil)
	h.members, h.now = []string{ada}, h.now.AddDate(1, 0, 1)
	h.send("GET", u.RequestURI(), "", 403, nil)
	h.actor = "key/1"
	h.send("POST", "/v1/calendar/feed", `{}`, 403, nil)
}

func TestList(t *testing.T) {
	h := newHouse(t)
	for _, day := range []string{"03", "01", "02"} {
		h.send("POST", "/v1/posts", body(`,"publishAt":"2026-12-`+day+`T09:00:00Z"`, page), 201, nil)
	}
	var page api.PostPage
	h.send("GET", "/v1/posts?limit=2&from=2026-12-01T00:00:00Z", "", 200, &page)
	if len(page.Items) != 2 || page.Items[0].PublishAt.Day() != 1 || page.Next == nil {
		t.Fatalf("%+v", page)
	}
	h.send("GET", "/v1/posts?limit=2&from=2026-12-01T00:00:00Z&cursor="+*page.Next, "", 200, &page)
	if len(page.Items) != 1 || page.Items[0].PublishAt.Day() != 3 {
		t.Errorf("%+v", page)
	}
	h.send("GET", "/v1/posts?to=2026-12-02T00:00:00Z", "", 200, &page)
	if len(page.Items) != 1 {
		t.Errorf("%d items", len(page.Items))
	}
	h.send("GET", "/v1/posts?from=yesterday", "", 422, nil)
}
