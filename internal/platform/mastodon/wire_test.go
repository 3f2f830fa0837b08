package mastodon_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"bellwether/internal/platform"
	"bellwether/internal/platform/mastodon"
	"bellwether/internal/platform/platformtest"
	"bellwether/internal/secret"
)

// began is when the publications of these tests began.
var began = time.Date(2026, 11, 23, 18, 0, 0, 0, time.UTC)

type step = platformtest.Step

// wire is a connector whose calls are held against the steps, all of which have to be made.
func wire(t *testing.T, steps ...step) *mastodon.Connector {
	t.Helper()
	return connect(t, platformtest.Wire(t, steps...), began)
}

// wireAt is the same, at another time.
func wireAt(t *testing.T, now time.Time, steps ...step) *mastodon.Connector {
	t.Helper()
	return connect(t, platformtest.Wire(t, steps...), now)
}

func connect(t *testing.T, base string, now time.Time) *mastodon.Connector {
	t.Helper()
	k, err := mastodon.New(platform.Endpoint{
		BaseURL: base, AuthURL: base + "/oauth/authorize", TokenURL: base + "/oauth/token", Sandbox: true,
		ClientID: "test-client", ClientSecret: secret.NewText("test-client-secret"),
	}, platformtest.Client(func() time.Time { return now }))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// losing is the address of a server that takes every call and answers none.
func losing(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	t.Cleanup(server.Close)
	return server.URL
}

var call = platform.Call{Token: secret.NewText("test-access"), Account: platform.Account{ID: "109252111498807689", Name: "northwind@mastodon.example"}}

// Images and publications of these tests.
var (
	tent = platform.Medium{URL: "https://img.example/tent.jpg", Type: "image/jpeg", Alt: "A red & white tent", Data: []byte("the bytes of a tent")}
	lake = platform.Medium{URL: "https://img.example/lake.png", Type: "image/png", Data: []byte("the bytes of a lake")}
	made = platform.Prepared{IDs: []string{"110000000000000001", "110000000000000002"}}

	tents = platform.Publication{
		Text: "Tents & more: 50 % off – 東京 🎉", Link: "https://shop.example/tents?a=1&b=2", Key: "0199a000-0000-7000-8000-000000000001", Began: began,
	}
	pictures = platform.Publication{Text: "Two tents", Media: []platform.Medium{tent, lake}, Key: "0199a000-0000-7000-8000-000000000001", Began: began}
)
