package eventbridge_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"bellwether/internal/awstest"
	"bellwether/internal/bus"
	"bellwether/internal/bus/eventbridge"
	"bellwether/internal/event"
	"bellwether/internal/fault"
)

func open(t *testing.T) (*eventbridge.Bus, *awstest.Server) {
	t.Helper()
	server := awstest.New()
	t.Cleanup(server.Close)
	return eventbridge.New(server.Config(), "bellwether-test"), server
}

func someEvents(t *testing.T, n, bytes int) []event.Raw {
	t.Helper()
	cause := event.Edge("0198f1c3-0000-7e54-8f72-8a5b6c7d8e9f", "user/a", time.Date(2026, 11, 20, 18, 0, 5, 0, time.UTC))
	events := make([]event.Raw, n)
	for i := range events {
		e, err := event.New(cause, "0198f1c2-6b00-7a10-8b3e-4c1d2e3f4a5b", "campaign/c", int64(i+1), 0,
			event.CampaignCreated{Name: strings.Repeat("x", bytes)})
		if err != nil {
			t.Fatal(err)
		}
		events[i] = e
	}
	return events
}

func TestPutSendsTheEnvelopeAsDetail(t *testing.T) {
	b, server := open(t)
	events := someEvents(t, 10, 20)
	results, err := b.Put(t.Context(), events)
	if err != nil || len(results) != 10 || errors.Join(results...) != nil {
		t.Fatalf("results %v, error %v", results, err)
	}
	calls := server.Calls()
	if len(calls) != 1 {
		t.Fatalf("%d calls for ten events", len(calls))
	}
	for i, entry := range calls[0].Entries() {
		var got event.Raw
		if err := json.Unmarshal([]byte(entry.Detail), &got); err != nil {
			t.Fatal(err)
		}
		if got.Meta != events[i].Meta {
			t.Errorf("entry %d carries %+v, want %+v", i, got.Meta, events[i].Meta)
		}
		if entry.Source != "bellwether" || entry.DetailType != "CampaignCreated" || entry.EventBusName != "bellwether-test" {
			t.Errorf("entry %d is addressed %+v", i, entry)
		}
		if entry.Time != 1795197605 {
			t.Errorf("entry %d occurred at %v", i, entry.Time)
		}
	}
}

func TestPutMatchesResultsByIndex(t *testing.T) {
	b, server := open(t)
	server.Fault(func(int, awstest.Call) *awstest.Response {
		return awstest.EntryResults("", "ThrottlingException", "MalformedDetail", "", "AccessDeniedException", "InternalFailure")
	})
	results, err := b.Put(t.Context(), someEvents(t, 6, 1))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"", "retry", "never", "", "never", "retry"} {
		got := ""
		switch {
		case errors.Is(results[i], bus.ErrMalformed):
			got = "never"
		case results[i] != nil:
			got = "retry"
		}
		if got != want {
			t.Errorf("entry %d: %q (%v), want %q", i, got, results[i], want)
		}
	}
}

func TestPutHoldsTheSizeLimits(t *testing.T) {
	t.Run("an event over 64 KB is refused, the others go", func(t *testing.T) {
		b, server := open(t)
		events := append(someEvents(t, 1, 70<<10), someEvents(t, 2, 10)...)
		results, err := b.Put(t.Context(), events)
		if err != nil || !errors.Is(results[0], bus.ErrMalformed) || results[1] != nil || results[2] != nil {
			t.Fatalf("results %v, error %v", results, err)
		}
		if n := len(server.Calls()[0].Entries()); n != 2 {
			t.Fatalf("%d entries were sent", n)
		}
	})
	t.Run("ten of 60 KB are three calls", func(t *testing.T) {
		b, server := open(t)
		results, err := b.Put(t.Context(), someEvents(t, 10, 60<<10))
		if err != nil || errors.Join(results...) != nil {
			t.Fatalf("results %v, error %v", results, err)
		}
		if n := len(server.Calls()); n != 3 {
			t.Fatalf("%d calls", n)
		}
	})
	t.Run("eleven are too many", func(t *testing.T) {
		b, _ := open(t)
		if _, err := b.Put(t.Context(), someEvents(t, 11, 1)); !fault.Is(err, fault.Invalid) {
			t.Fatal(err)
		}
	})
}

func TestPutIsRepeated(t *testing.T) {
	t.Run("given one failure, the SDK repeats it", func(t *testing.T) {
		b, server := open(t)
		server.Fault(func(n int, _ awstest.Call) *awstest.Response {
			if n == 0 {
				return &awstest.Response{Status: http.StatusInternalServerError, Type: "InternalException"}
			}
			return nil
		})
		if results, err := b.Put(t.Context(), someEvents(t, 2, 1)); err != nil || errors.Join(results...) != nil {
			t.Fatalf("results %v, error %v", results, err)
		}
	})
	t.Run("given a lost answer, the events go twice", func(t *testing.T) {
		b, server := open(t)
		server.Fault(func(n int, _ awstest.Call) *awstest.Response {
			if n == 0 {
				return &awstest.Response{Lost: true}
			}
			return nil
		})
		if results, err := b.Put(t.Context(), someEvents(t, 2, 1)); err != nil || errors.Join(results...) != nil {
			t.Fatalf("results %v, error %v", results, err)
		}
		if n := len(server.Calls()); n != 2 {
			t.Fatalf("%d calls", n)
		}
	})
}

func TestPutInAnOutage(t *testing.T) {
	t.Run("given no answer at all, nothing is known of any", func(t *testing.T) {
		b, server := open(t)
		server.Fault(func(int, awstest.Call) *awstest.Response {
			return &awstest.Response{Status: http.StatusServiceUnavailable, Type: "ServiceUnavailable"}
		})
		results, err := b.Put(t.Context(), someEvents(t, 2, 1))
		if results != nil || !fault.Is(err, fault.Retryable) {
			t.Fatalf("results %v, error %v", results, err)
		}
	})
	t.Run("given an outage of the second of three calls, its events failed", func(t *testing.T) {
		b, server := open(t)
		server.Fault(func(n int, _ awstest.Call) *awstest.Response {
			if n >= 1 && n <= 3 {
				return &awstest.Response{Status: http.StatusServiceUnavailable, Type: "ServiceUnavailable"}
			}
			return nil
		})
		results, err := b.Put(t.Context(), someEvents(t, 10, 60<<10))
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range results {
			if failed := i >= 4 && i < 8; failed != fault.Is(r, fault.Retryable) {
				t.Errorf("event %d: %v", i, r)
			}
		}
	})
}
