package linkedin_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"bellwether/internal/platform"
	"bellwether/internal/platform/linkedin"
	"bellwether/internal/platform/platformtest"
	"bellwether/internal/secret"
)

// wirePages is a connector of Pages whose calls are held against the steps, all of which have to be made.
func wirePages(t *testing.T, steps ...step) *linkedin.Pages {
	t.Helper()
	for n := range steps {
		if steps[n].Response == "" {
			steps[n].Response = "pages/empty.response.json"
		}
	}
	return connectPages(t, platformtest.Wire(t, steps...))
}

func connectPages(t *testing.T, base string) *linkedin.Pages {
	t.Helper()
	k, err := linkedin.NewPages(endpoint(base), platformtest.Client(func() time.Time { return now }))
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

// out is the answer to a post that was made.
func out(id string) http.Header { return http.Header{"X-Restli-Id": {id}} }

const image = "urn:li:image:C4E10AQFoyyAjHPMQuQ"

// What these tests publish, and where: from now on.
var (
	page = platform.Call{Token: secret.NewText("test-access"), Account: platform.Account{ID: "urn:li:organization:5515715", Name: "Northwind"}}
	tent = platform.Medium{URL: "https://img.example/tent.jpg", Type: "image/jpeg", Alt: "A red & white tent", Data: []byte("the bytes of a tent")}
	made = platform.Prepared{IDs: []string{image}}

	linked  = platform.Publication{Text: "Tents & more (50 %) – 東京 🎉\nfor #campers @home", Link: "https://www.shop.example/tents?a=1&b=2", Began: now}
	picture = platform.Publication{Text: "A tent", Link: "https://shop.example/a_tent", Media: []platform.Medium{tent}, Began: now}
	bare    = platform.Publication{Text: "Two tents", Began: now}
)
