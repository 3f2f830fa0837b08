package entry_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"bellwether/internal/entry"
	"bellwether/internal/fault"
)

// Whatever comes in, a listener handles it or parks it: it neither fails nor panics.
func FuzzListener(f *testing.F) {
	for _, name := range []string{"eventbridge.json", "sqs.json", "timer.json"} {
		f.Add(payload(f, name))
	}
	f.Fuzz(func(t *testing.T, given []byte) {
		park := newLot()
		handled := 0
		l := listener(park, func(context.Context, statusChanged) error { handled++; return nil })
		if _, err := l.Invoke(t.Context(), given); err != nil {
			t.Fatal(err)
		}
		// CampaignCreated is handled too, without being counted.
		if handled+len(park.parked) > 1 {
			t.Errorf("handled %d times, parked %d times", handled, len(park.parked))
		}
	})
}

// Whatever comes in as a request, the answer is one that API Gateway can send.
func FuzzHTTP(f *testing.F) {
	f.Add(payload(f, "httpapi.json"))
	f.Add([]byte(`{"rawPath":"//%2f%zz?","rawQueryString":"%","requestContext":{"http":{"method":"get\n"}}}`))
	mux := http.NewServeMux()
	mux.HandleFunc("/v1/campaigns/{id}/metrics", func(w http.ResponseWriter, r *http.Request) {
		io.Copy(w, r.Body)
		io.WriteString(w, r.PathValue("id")+r.URL.Query().Get("tag"))
	})
	h := entry.NewHTTP(mux)
	f.Fuzz(func(t *testing.T, given []byte) {
		answer, err := h.Invoke(t.Context(), given)
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Fatal(err)
			}
			return
		}
		var out events.APIGatewayV2HTTPResponse
		if err := json.Unmarshal(answer, &out); err != nil || out.StatusCode < 200 || out.StatusCode > 599 {
			t.Errorf("answered %s (%v)", answer, err)
		}
	})
}
