package x_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"bellwether/internal/platform"
	"bellwether/internal/platform/platformtest"
	"bellwether/internal/platform/x"
	"bellwether/internal/secret"
)

// began is when the publications of these tests began.
var began = time.Date(2026, 11, 23, 18, 0, 0, 0, time.UTC)

type step = platformtest.Step

// wire is a connector whose calls are held against the steps, all of which have to be made.
func wire(t *testing.T, steps ...step) *x.Connector {
	t.Helper()
	return connect(t, platformtest.Wire(t, steps...))
}

func connect(t *testing.T, base string) *x.Connector {
	t.Helper()
	k, err := x.New(platform.Endpoint{
		BaseURL: base + "/2", AuthURL: "https://x.example/i/oauth2/authorize", TokenURL: base + "/2/oauth2/token", Sandbox: true,
		ClientID: "test-client", ClientSecret: secret.NewText("test/client-secret"),
	}, platformtest.Client(func() time.Time { return began }))
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

var call = platform.Call{Token: secret.NewText("test-access"), Account: platform.Account{ID: "2244994945", Name: "northwindshop"}}

// Images and publications of these tests.
var (
	tent = platform.Medium{URL: "https://img.example/tent.jpg", Type: "image/jpeg", Alt: "A red & white tent", Data: []byte("the bytes of a tent")}
	lake = platform.Medium{URL: "https://img.example/lake.png", Type: "image/png", Data: []byte("the bytes of a lake")}
	made = platform.Prepared{IDs: []string{"1146654567674912769", "1146654567674912770"}}

	tents    = platform.Publication{Text: "Tents & more: 50 % off – 東京 🎉", Link: "https://shop.example/tents?a=1&b=2", Began: began}
	pictures = platform.Publication{Text: "Two tents", Media: []platform.Medium{tent, lake}, Began: began}
)
