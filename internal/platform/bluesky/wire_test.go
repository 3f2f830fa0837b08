package bluesky_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"bellwether/internal/platform"
	"bellwether/internal/platform/bluesky"
	"bellwether/internal/platform/platformtest"
	"bellwether/internal/secret"
)

// began is when the publications of these tests began, and now what the clock shows.
var (
	began = time.Date(2026, 11, 23, 18, 0, 0, 0, time.UTC)
	now   = began.Add(3*time.Second + 250_999*time.Microsecond)
)

type step = platformtest.Step

// wire is a connector whose calls are held against the steps, all of which have to be made.
func wire(t *testing.T, steps ...step) *bluesky.Connector {
	t.Helper()
	return connect(t, platformtest.Wire(t, steps...))
}

func connect(t *testing.T, base string) *bluesky.Connector {
	t.Helper()
	k, err := bluesky.New(
		platform.Endpoint{BaseURL: base, AuthURL: base, TokenURL: base + "/xrpc/com.atproto.server.createSession", Sandbox: true},
		platformtest.Client(func() time.Time { return now }),
	)
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

var call = platform.Call{Token: secret.NewText("test-access"), Account: platform.Account{ID: "did:plc:u5cwb2mwiv2bfq53cjufe6yn", Name: "northwind.bsky.example"}}

// What the account's post is called, and its images.
const (
	postURI   = "at://did:plc:u5cwb2mwiv2bfq53cjufe6yn/app.bsky.feed.post/3n2ypigg43j6p"
	postLink  = "https://bsky.app/profile/did:plc:u5cwb2mwiv2bfq53cjufe6yn/post/3n2ypigg43j6p"
	tentImage = `{"$type":"blob","ref":{"$link":"bafkreibabalobzn6cd366ukcsjycp4yymjymgfxcv6xczmlgpemzkz3cfa"},"mimeType":"image/jpeg","size":760898}`
	lakeImage = `{"$type":"blob","ref":{"$link":"bafkreiash5eihfku2jg4skhyh5kes7j5d5fd6xxloaytdywcvb3r3zrzhu"},"mimeType":"image/png","size":99}`
)

var (
	tent = platform.Medium{URL: "https://img.example/tent.jpg", Type: "image/jpeg", Alt: "A red & white tent", Data: []byte("the bytes of a tent")}
	lake = platform.Medium{URL: "https://img.example/lake.png", Type: "image/png", Data: []byte("the bytes of a lake")}
	made = platform.Prepared{IDs: []string{tentImage, lakeImage}}
)

// piece is a publication.
func piece(text, link string, media ...platform.Medium) platform.Publication {
	return platform.Publication{Text: text, Link: link, Media: media, Key: "0199a000-0000-7000-8000-000000000001", Began: began}
}
