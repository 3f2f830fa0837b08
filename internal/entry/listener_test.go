package entry_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"bellwether/internal/entry"
	"bellwether/internal/event"
	"bellwether/internal/fault"
)

// lot is a Parker that keeps what is parked, once each, as the real one does.
type lot struct {
	parked map[string]event.Parked
	err    error
}

func (l *lot) Park(_ context.Context, p event.Parked) error {
	if l.err != nil {
		return l.err
	}
	key := p.Listener + p.OrgID + p.EventID
	if _, ok := l.parked[key]; !ok {
		l.parked[key] = p
	}
	return nil
}

func newLot() *lot { return &lot{parked: map[string]event.Parked{}} }

func (l *lot) one(t *testing.T) event.Parked {
	t.Helper()
	if len(l.parked) != 1 {
		t.Fatalf("%d events are parked, want 1", len(l.parked))
	}
	for _, p := range l.parked {
		return p
	}
	return event.Parked{}
}

type statusChanged = event.Envelope[event.CampaignStatusChanged]

func listener(park entry.Parker, fn func(context.Context, statusChanged) error) *entry.Listener {
	return entry.NewListener("notify-campaign-status-change", park, clock, entry.On(fn),
		entry.On(func(context.Context, event.Envelope[event.CampaignCreated]) error { return nil }))
}

func TestListenerHandsOnTheEnvelope(t *testing.T) {
	var got statusChanged
	l := listener(newLot(), func(_ context.Context, e statusChanged) error { got = e; return nil })
	answer, err := l.Invoke(t.Context(), payload(t, "eventbridge.json"))
	if err != nil || string(answer) != "null" {
		t.Fatalf("answer %s, error %v", answer, err)
	}
	if got.Data.Current != "paused" || got.Meta.Sequence != 7 || got.Meta.ID != "e60de6f4-84fe-5694-995a-69c9a7aa146d" {
		t.Errorf("handled %+v", got)
	}
	if types := l.Types(); !slices.Equal(types, []string{"CampaignCreated", "CampaignStatusChanged"}) {
		t.Errorf("types %v", types)
	}
}

// with is the sample payload with a change.
func with(t *testing.T, change func(in, meta map[string]any)) []byte {
	t.Helper()
	var in map[string]any
	if err := json.Unmarshal(payload(t, "eventbridge.json"), &in); err != nil {
		t.Fatal(err)
	}
	detail := in["detail"].(map[string]any)
	change(in, detail["meta"].(map[string]any))
	b, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestListenerParksWhatItCanNeverHandle(t *testing.T) {
	const known, unknown = "e60de6f4-84fe-5694-995a-69c9a7aa146d", ""
	tests := []struct {
		name  string
		given []byte
		code  string
		id    string
	}{
		{"nothing", nil, "bad_payload", unknown},
		{"no JSON", []byte("\xff{"), "bad_payload", unknown},
		{"another kind of payload", payload(t, "sqs.json"), "bad_payload", unknown},
		{"another source", with(t, func(in, _ map[string]any) { in["source"] = "aws.ec2" }), "bad_payload", known},
		{"no detail", with(t, func(in, _ map[string]any) { delete(in, "detail") }), "bad_payload", unknown},
		{"detail is a text", with(t, func(in, _ map[string]any) { in["detail"] = "x" }), "bad_payload", unknown},
		{"no event id", with(t, func(_, meta map[string]any) { meta["id"] = "1" }), "bad_payload", unknown},
		{"an organisation that is a key", with(t, func(_, meta map[string]any) { meta["orgId"] = "a#CAMPAIGN" }), "bad_payload", unknown},
		{"a time that is none", with(t, func(_, meta map[string]any) { meta["occurredAt"] = "soon" }), "bad_payload", unknown},
		{"another type inside", with(t, func(_, meta map[string]any) { meta["type"] = "PostFailed" }), "bad_payload", known},
		{"a type without a route", with(t, func(in, meta map[string]any) { in["detail-type"], meta["type"] = "PostFailed", "PostFailed" }), "unknown_event", known},
		{"a version without a route", with(t, func(_, meta map[string]any) { meta["version"] = 2 }), "unknown_event", known},
		{"data of another shape", with(t, func(in, _ map[string]any) { in["detail"].(map[string]any)["data"] = map[string]any{"name": 7} }), "bad_payload", known},
		{"a loop", with(t, func(_, meta map[string]any) { meta["hop"] = 9 }), "hop_limit", known},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			park := newLot()
			l := listener(park, func(context.Context, statusChanged) error { t.Error("it was handled"); return nil })
			for range 2 { // the second is a redelivery
				if _, lines, _, err := invoke(t.Context(), t, "x", l, tt.given); err != nil {
					t.Fatal(err)
				} else if lines[0]["level"] != "WARN" || lines[1]["Parked"] != 1.0 {
					t.Errorf("logged %v", lines)
				}
			}
			p := park.one(t)
			if p.Code != tt.code || p.Reason == "" || p.Listener != "notify-campaign-status-change" || !p.At.Equal(now) {
				t.Errorf("parked %+v", p)
			}
			if !event.IsID(p.EventID) || (tt.id != "" && p.EventID != tt.id) || (tt.id == "") != (p.OrgID == "") {
				t.Errorf("filed under event %q of organisation %q", p.EventID, p.OrgID)
			}
			if !json.Valid(p.Event) {
				t.Errorf("kept %q", p.Event)
			}
		})
	}
}

func TestListenerAtTheHopLimit(t *testing.T) {
	handled := false
	l := listener(newLot(), func(context.Context, statusChanged) error { handled = true; return nil })
	given := with(t, func(_, meta map[string]any) { meta["hop"] = 8 })
	if _, err := l.Invoke(t.Context(), given); err != nil || !handled {
		t.Fatalf("handled %v, error %v", handled, err)
	}
}

func TestListenerParksOrReturnsByKind(t *testing.T) {
	tests := []struct {
		err    error
		parked string // the code
	}{
		{fault.New(fault.Invalid, "bad_name", "x"), "bad_name"},
		{fault.New(fault.Denied, "not_yours", "x"), "not_yours"},
		{fault.New(fault.Permanent, "refused", "x"), "refused"},
		{fault.New(fault.NotFound, "not_found", "x"), ""},
		{fault.New(fault.Conflict, "conflict", "x"), ""},
		{fault.New(fault.Retryable, "throttled", "x"), ""},
		{errors.New("unknown"), ""},
		{context.DeadlineExceeded, ""},
	}
	for _, tt := range tests {
		t.Run(tt.err.Error()+"/"+tt.parked, func(t *testing.T) {
			park := newLot()
			l := listener(park, func(context.Context, statusChanged) error { return tt.err })
			_, err := l.Invoke(t.Context(), payload(t, "eventbridge.json"))
			if tt.parked == "" {
				if !errors.Is(err, tt.err) || len(park.parked) != 0 {
					t.Errorf("error %v, parked %v", err, park.parked)
				}
				return
			}
			if err != nil || park.one(t).Code != tt.parked {
				t.Errorf("error %v, parked %v", err, park.parked)
			}
		})
	}
}

func TestListenerThatCanNotParkFails(t *testing.T) {
	park := newLot()
	park.err = errors.New("no table")
	l := listener(park, func(context.Context, statusChanged) error { return nil })
	if _, err := l.Invoke(t.Context(), []byte("{}")); !errors.Is(err, park.err) {
		t.Fatalf("error %v: the event would be lost", err)
	}
}

// Every sample event is one that a listener can read.
func TestListenerReadsTheSamples(t *testing.T) {
	files, err := filepath.Glob("../../events/*.json")
	if err != nil || len(files) < 10 {
		t.Fatalf("%d samples, error %v", len(files), err)
	}
	for _, file := range files {
		given, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		park := newLot()
		if _, err := entry.NewListener("x", park, clock).Invoke(t.Context(), given); err != nil {
			t.Fatal(err)
		}
		// Without a route it is parked for that reason, and no other.
		if p := park.one(t); p.Code != "unknown_event" || !strings.Contains(p.Reason, strings.TrimSuffix(filepath.Base(file), ".json")) {
			t.Errorf("%s: %s", file, p.Reason)
		}
	}
}
