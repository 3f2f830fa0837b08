package linkedin_test

import (
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"bellwether/internal/platform"
	"bellwether/internal/platform/linkedin"
	"bellwether/internal/secret"
)

func TestNewPages(t *testing.T) {
	e := linkedin.DefaultsPages()
	if _, err := linkedin.NewPages(e, platform.Client{}); err != nil {
		t.Error(err)
	}
	e.Version = "v1"
	if _, err := linkedin.NewPages(e, platform.Client{}); err == nil {
		t.Error("took a version that is none")
	}
	want := platform.Info{
		Platform: "linkedin_page", Name: "LinkedIn", Scopes: []string{"rw_organization_admin", "w_organization_social", "r_organization_social"},
		Refreshes: true, Uploads: true,
	}
	k := wirePages(t)
	if got := k.Info(); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	u, err := url.Parse(k.AuthorizeURL(platform.Authorization{State: "s"}))
	if err != nil || u.Query().Get("scope") != "rw_organization_admin w_organization_social r_organization_social" {
		t.Errorf("asks %v, error %v", u, err)
	}
	if _, ok, err := k.Allowance(t.Context(), page); ok || err != nil {
		t.Errorf("told %v, error %v", ok, err)
	}
}

func TestPagesGrant(t *testing.T) {
	k := wirePages(t, step{Request: "token", Response: "pages/token.response.json"}, step{Response: "errors/oauth_invalid_grant.json", Status: 400})
	g, err := k.Exchange(t.Context(), "test-code", "", "https://app.example/callback")
	want := platform.Grant{
		Access: secret.NewText("test-access"), Refresh: secret.NewText("test-refresh"), ExpiresAt: now.Add(5183999 * time.Second),
		RefreshExpires: now.Add(31535999 * time.Second), Scopes: []string{"r_organization_social", "rw_organization_admin", "w_organization_social"},
	}
	if err != nil || !reflect.DeepEqual(g, want) {
		t.Errorf("%+v, error %v, want %+v", g, err, want)
	}
	_, err = k.Refresh(t.Context(), g)
	if got := platform.AsError(err); got.Class != platform.ClassAuthRevoked || got.Platform != "linkedin_page" {
		t.Errorf("error %v of %s", err, got.Platform)
	}
}

func TestPagesAccounts(t *testing.T) {
	k := wirePages(t,
		step{Request: "pages/accounts", Response: "pages/accounts.response.json"},
		step{Request: "pages/accounts_next", Response: "pages/accounts_next.response.json"},
		step{Request: "pages/organizations", Response: "pages/organizations.response.json"},
		step{Request: "pages/accounts", Response: "pages/accounts_none.response.json"},
	)
	got, err := k.Accounts(t.Context(), page)
	want := []platform.Account{{ID: "urn:li:organization:2414183", Name: "2414183"}, {ID: "urn:li:organization:5515715", Name: "Northwind"}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, error %v, want %+v", got, err, want)
	}
	if got, err := k.Accounts(t.Context(), page); err != nil || len(got) != 0 {
		t.Errorf("of nobody: %+v, error %v", got, err)
	}
}

func TestPagesPublish(t *testing.T) {
	k := wirePages(t,
		step{Request: "pages/publish", Status: 201, Header: out("urn:li:share:9")},
		step{Request: "pages/publish_image", Status: 201, Header: out("urn:li:ugcPost:8")},
		step{Request: "pages/publish_text", Status: 201, Header: out("urn:li:share:7")},
	)
	for _, one := range []struct {
		p  platform.Publication
		m  platform.Prepared
		id string
	}{{linked, platform.Prepared{}, "urn:li:share:9"}, {picture, made, "urn:li:ugcPost:8"}, {bare, platform.Prepared{}, "urn:li:share:7"}} {
		got, err := k.Publish(t.Context(), page, one.p, one.m)
		if err != nil || got.ID != one.id || !got.At.IsZero() || !strings.HasPrefix(got.Permalink, "http://127.0.0.1:") || !strings.HasSuffix(got.Permalink, "/feed/update/"+one.id) {
			t.Errorf("%q: %+v, error %v", one.p.Text, got, err)
		}
	}
}

func TestPagesPrepare(t *testing.T) {
	k := wirePages(t,
		step{Request: "pages/announce", Response: "pages/announce.response.json"},
		step{Request: "pages/upload", Status: 201},
		step{Request: "pages/ready", Response: "pages/ready_waiting_upload.response.json"},
		step{Request: "pages/ready", Response: "pages/ready_processing.response.json"},
		step{Request: "pages/ready", Response: "pages/ready_available.response.json"},
		step{Request: "pages/ready", Response: "pages/ready_processing_failed.response.json"},
	)
	m, err := k.Prepare(t.Context(), page, picture)
	pending := platform.Prepared{IDs: made.IDs, Pending: true}
	if err != nil || !reflect.DeepEqual(m, pending) {
		t.Errorf("%+v, error %v, want %+v", m, err, pending)
	}
	for n, want := range []platform.Prepared{pending, pending, made} {
		if m, err = k.Ready(t.Context(), page, m); err != nil || !reflect.DeepEqual(m, want) {
			t.Errorf("asked %d times: %+v, error %v, want %+v", n+1, m, err, want)
		}
	}
	_, err = k.Ready(t.Context(), page, m)
	if got := platform.AsError(err); got.Class != platform.ClassInvalid || got.Code != "media" || got.Unsure {
		t.Errorf("an image that can't be read: error %v, unsure %v", err, got.Unsure)
	}
}

// TestPagesUploadRefused: an image and its token go to LinkedIn alone, and come there or don't.
func TestPagesUploadRefused(t *testing.T) {
	k := wirePages(t,
		step{Response: "pages/announce_foreign.response.json"},
		step{Response: "pages/announce_clear.response.json"},
		step{Response: "pages/announce_nameless.response.json"},
		step{Response: "pages/announce.response.json"}, step{Request: "pages/upload", Response: "errors/page.html"},
		step{Response: "pages/announce.response.json"}, step{Request: "pages/upload", Response: "errors/page.html", Status: 413},
	)
	for n, want := range []platform.Class{platform.ClassTransient, platform.ClassTransient, platform.ClassTransient, platform.ClassTransient, platform.ClassInvalid} {
		_, err := k.Prepare(t.Context(), page, picture)
		if got := platform.AsError(err); got.Class != want || got.Unsure {
			t.Errorf("%d: error %v, unsure %v, want %s", n, err, got.Unsure, want)
		}
	}
	album := picture
	album.Media = []platform.Medium{tent, tent}
	_, several := k.Prepare(t.Context(), page, album)
	_, empty := k.Prepare(t.Context(), page, platform.Publication{Media: []platform.Medium{{Type: "image/jpeg"}}})
	_, missing := k.Publish(t.Context(), page, picture, platform.Prepared{})
	_, pair := k.Publish(t.Context(), page, album, platform.Prepared{IDs: []string{image, image}})
	for _, err := range []error{several, empty, missing, pair} {
		if got := platform.AsError(err); got.Class != platform.ClassInvalid || got.Code != "media" || got.Unsure {
			t.Errorf("error %v, unsure %v", err, got.Unsure)
		}
	}
}

// TestPagesForeignIDs: nothing that isn't an id reaches an address, or makes a post of somebody else's.
func TestPagesForeignIDs(t *testing.T) {
	k := wirePages(t)
	for _, id := range []string{"", "5515715", "urn:li:person:5515715", "urn:li:organization:", "urn:li:organization:1/2", "urn:li:organization:1&q=author", "urn:li:image:../x"} {
		other := platform.Call{Token: page.Token, Account: platform.Account{ID: id}}
		_, prepare := k.Prepare(t.Context(), other, picture)
		_, publish := k.Publish(t.Context(), other, bare, platform.Prepared{})
		_, find := k.Find(t.Context(), other, bare, platform.Prepared{})
		_, ready := k.Ready(t.Context(), page, platform.Prepared{IDs: []string{id}})
		for n, err := range []error{prepare, publish, find, ready} {
			if got := platform.AsError(err); got.Class != platform.ClassInvalid || got.Unsure {
				t.Errorf("%q, call %d: error %v, unsure %v", id, n, err, got.Unsure)
			}
		}
	}
}
