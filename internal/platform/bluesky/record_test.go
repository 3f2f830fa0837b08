package bluesky_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"bellwether/internal/platform"
)

// sent is what a server is sent for a post, as far as these tests look.
type sent struct {
	Key    string `json:"rkey"`
	Record record
}

type record struct {
	Text   string
	Facets []struct {
		Index    struct{ ByteStart, ByteEnd int }
		Features []struct{ URI string }
	}
}

// create publishes, and is what the server was sent.
func create(t *testing.T, p platform.Publication) (s sent) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := json.NewDecoder(r.Body).Decode(&s); err != nil {
			t.Error(err)
		}
		fmt.Fprintf(w, `{"uri":"at://%s/app.bsky.feed.post/%s"}`, call.Account.ID, s.Key)
	}))
	defer server.Close()
	if _, err := connect(t, server.URL).Publish(t.Context(), call, p, platform.Prepared{IDs: made.IDs[:len(p.Media)]}); err != nil {
		t.Fatal(err)
	}
	return s
}

// published is the record of a publication.
func published(t *testing.T, p platform.Publication) record {
	t.Helper()
	return create(t, p).Record
}

// key is the key of a publication's record.
func key(t *testing.T, p platform.Publication) string {
	t.Helper()
	return create(t, p).Key
}
