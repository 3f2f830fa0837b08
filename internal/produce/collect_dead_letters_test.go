package produce_test

import (
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"bellwether/internal/deadletter"
	"bellwether/internal/event"
	"bellwether/internal/produce"
	"bellwether/internal/queue"
	"bellwether/internal/store"
	"bellwether/internal/store/bolt"
)

// shelf is a dead-letter queue. What is not deleted comes back.
type shelf struct {
	messages []queue.Received
	shown    int
	fail     func(call int) bool
	calls    int
}

var errShelf = errors.New("the queue is down")

func (s *shelf) broken() bool {
	s.calls++
	return s.fail != nil && s.fail(s.calls)
}

func (s *shelf) Receive(context.Context) ([]queue.Received, error) {
	if s.broken() {
		return nil, errShelf
	}
	list := slices.Clone(s.messages[s.shown:])
	s.shown = len(s.messages)
	return list, nil
}

func (s *shelf) Delete(_ context.Context, receipt string) error {
	if s.broken() {
		return errShelf
	}
	s.messages = slices.DeleteFunc(s.messages, func(m queue.Received) bool { return m.Receipt == receipt })
	s.shown--
	return nil
}

const lostEvent = `{"source":"bellwether","detail-type":"CampaignCreated","detail":{"meta":{"id":"0198f1c2-7000-7c32-8d50-00000000dead","orgId":"` + orgID + `","subject":"campaign/1"}}}`

// forms are dead letters as AWS leaves them, and what they are filed as.
var forms = []struct {
	name    string
	message queue.Received
	want    deadletter.Letter
}{
	{"tries exhausted", queue.Received{Receipt: "1", SentAt: begin, Body: []byte(`{"version":"1.0","requestContext":{"condition":"RetriesExhausted","approximateInvokeCount":3},"requestPayload":` + lostEvent + `,"responsePayload":{"errorType":"x","errorMessage":"inner text"}}`)},
		deadletter.Letter{Parked: event.Parked{OrgID: orgID, EventID: "0198f1c2-7000-7c32-8d50-00000000dead", Code: "tries_exhausted", Reason: "inner text", Public: "it failed at each of its 3 tries", At: begin}, EventType: "CampaignCreated", Subject: "campaign/1", Tries: 3}},
	{"too old", queue.Received{Receipt: "1", SentAt: begin, Body: []byte(`{"requestContext":{"condition":"EventAgeExceeded","approximateInvokeCount":1},"requestPayload":` + lostEvent + `}`)},
		deadletter.Letter{Parked: event.Parked{OrgID: orgID, EventID: "0198f1c2-7000-7c32-8d50-00000000dead", Code: "too_old", Public: "it could not be handled for hours, and was given up", At: begin}, EventType: "CampaignCreated", Subject: "campaign/1", Tries: 1}},
	{"never handed over", queue.Received{Receipt: "1", SentAt: begin, Body: []byte(lostEvent), Attributes: map[string]string{"ERROR_CODE": "NO_PERMISSIONS", "ERROR_MESSAGE": "not allowed", "RETRY_ATTEMPTS": "2"}},
		deadletter.Letter{Parked: event.Parked{OrgID: orgID, EventID: "0198f1c2-7000-7c32-8d50-00000000dead", Code: "undeliverable", Reason: "NO_PERMISSIONS: not allowed", Public: "EventBridge could not hand the event to the listener", At: begin}, EventType: "CampaignCreated", Subject: "campaign/1", Tries: 2}},
	{"no event", queue.Received{Receipt: "1", SentAt: begin, Body: []byte(`what?`)},
		deadletter.Letter{Parked: event.Parked{EventID: event.Derive("unreadable event", "what?"), Code: "undeliverable", Reason: ": ", Public: "EventBridge could not hand the event to the listener", At: begin}}},
}

func TestFormsOfDeadLetters(t *testing.T) {
	for _, tt := range forms {
		var got []deadletter.Letter
		collect(t, &shelf{messages: []queue.Received{tt.message}}, filer(func(l deadletter.Letter) error {
			got = append(got, l)
			return nil
		}), false)
		if len(got) != 1 {
			t.Fatalf("%s: %d letters", tt.name, len(got))
		}
		l := got[0]
		if l.Listener != "handle-sync-failure" || l.OrgID != tt.want.OrgID || l.EventID != tt.want.EventID || l.Code != tt.want.Code || l.Reason != tt.want.Reason ||
			l.Public != tt.want.Public || l.EventType != tt.want.EventType || l.Subject != tt.want.Subject || l.Tries != tt.want.Tries || !l.Dead || !l.At.Equal(begin) || l.State != deadletter.Waiting {
			t.Errorf("%s: filed as %+v", tt.name, l)
		}
		if !json.Valid(l.Event) {
			t.Errorf("%s: the payload is %s", tt.name, l.Event)
		}
	}
}

type filer func(deadletter.Letter) error

func (f filer) File(_ context.Context, l deadletter.Letter) error { return f(l) }

func collect(t *testing.T, from queue.Source, letters produce.DeadLetters, fails bool) {
	t.Helper()
	queues := map[string]queue.Source{"handle-sync-failure": from}
	_, err := produce.CollectDeadLetters(queues, letters, func() time.Time { return begin }).Invoke(t.Context(), []byte("{}"))
	if (err != nil) != fails {
		t.Fatalf("it ends with %v", err)
	}
}

// Whatever call fails, the next tick makes it good: nothing is lost, and nothing is there twice.
func TestCollectingLosesNothing(t *testing.T) {
	for failing := 1; failing <= 6; failing++ {
		table, err := bolt.Open(filepath.Join(t.TempDir(), "dead.db"), bolt.Options{Now: func() time.Time { return begin }, NoSync: true})
		if err != nil {
			t.Fatal(err)
		}
		defer table.Close()
		letters := store.Parked{Table: table}
		first, second := forms[0].message, forms[2].message
		second.Receipt = "2"
		second.Body = []byte(`{"detail-type":"CampaignCreated","detail":{"meta":{"id":"0198f1c2-7000-7c32-8d50-00000000beef","orgId":"` + orgID + `"}}}`)
		s := &shelf{messages: []queue.Received{first, second}}
		files := 0
		s.fail = func(call int) bool { return call == failing }
		filing := filer(func(l deadletter.Letter) error {
			files++
			if files == failing-3 { // filed, but nobody knows
				if err := letters.File(t.Context(), l); err != nil {
					t.Fatal(err)
				}
				return errShelf
			}
			return letters.File(t.Context(), l)
		})
		collect(t, s, filing, failing <= 5)
		s.shown, s.fail = 0, nil
		collect(t, s, letters, false)
		list, _, err := letters.Waiting(t.Context(), orgID, []string{"handle-sync-failure"}, 10, "")
		if err != nil || len(list) != 2 || len(s.messages) != 0 {
			t.Errorf("call %d failed: %d letters, %d messages left (%v)", failing, len(list), len(s.messages), err)
		}
	}
}
