package event_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"bellwether/internal/event"
)

const samples = "../../events"

func TestNames(t *testing.T) {
	if n := len(event.Canon()); n != 10 {
		t.Errorf("%d canonical events, want 10", n)
	}
	seen := map[string]bool{}
	for _, data := range append(event.Canon(), event.Further()...) {
		if seen[data.EventType()] || data.EventVersion() < 1 {
			t.Errorf("%s version %d", data.EventType(), data.EventVersion())
		}
		seen[data.EventType()] = true
	}
}

// Every event has a sample that is a full EventBridge payload, fits the type exactly both ways,
// and is small enough to ride in its item.
func TestSamplesRoundTrip(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(samples, "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	types := map[string]event.Data{}
	for _, data := range append(event.Canon(), event.Further()...) {
		types[data.EventType()] = data
		if _, err := os.Stat(filepath.Join(samples, data.EventType()+".json")); err != nil {
			t.Errorf("%s has no sample", data.EventType())
		}
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		t.Run(name, func(t *testing.T) {
			data, ok := types[name]
			if !ok {
				t.Fatal("no such event")
			}
			roundTrip(t, file, data)
		})
	}
}

func roundTrip(t *testing.T, file string, data event.Data) {
	body, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var payload struct {
		Version    string    `json:"version"`
		ID         string    `json:"id"`
		DetailType string    `json:"detail-type"`
		Source     string    `json:"source"`
		Account    string    `json:"account"`
		Time       time.Time `json:"time"`
		Region     string    `json:"region"`
		Resources  []string  `json:"resources"`
		Detail     event.Raw `json:"detail"`
	}
	strict(t, body, &payload)
	meta := payload.Detail.Meta
	if payload.Source != event.Source || payload.DetailType != data.EventType() || meta.Type != data.EventType() || meta.Version != data.EventVersion() {
		t.Errorf("a %s of %s version %d under %s", meta.Type, payload.Source, meta.Version, payload.DetailType)
	}
	typed := reflect.New(reflect.TypeOf(data))
	strict(t, payload.Detail.Data, typed.Interface())
	again, err := json.Marshal(typed.Interface())
	if err != nil {
		t.Fatal(err)
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, payload.Detail.Data); err != nil {
		t.Fatal(err)
	}
	if compact.String() != string(again) {
		t.Errorf("the sample\n%s\nis written back as\n%s", compact.String(), again)
	}
	detail, _ := json.Marshal(payload.Detail)
	if len(detail) > 1024 {
		t.Errorf("the event takes %d bytes, more than one write unit", len(detail))
	}
}

func strict(t *testing.T, body []byte, into any) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		t.Fatal(err)
	}
}

func TestSameCauseSameEvent(t *testing.T) {
	cause := event.Edge("0198f1c3-0000-7e54-8f72-8a5b6c7d8e9f", "user/1", time.Unix(1, 0))
	make := func(seq int64, step int) string {
		raw, err := event.New(cause, "org", "campaign/1", seq, step, event.CampaignUpdated{})
		if err != nil {
			t.Fatal(err)
		}
		return raw.Meta.ID
	}
	first, again := make(1, 0), make(1, 0)
	if first != again {
		t.Error("repeating the work made another event")
	}
	if first == make(2, 0) || first == make(1, 1) {
		t.Error("two events of one cause share an id")
	}
}

func TestByCountsHops(t *testing.T) {
	m := event.Meta{ID: "a", CorrelationID: "c", Hop: 3}
	by := m.By("notify-budget-threshold", time.Unix(2, 0))
	want := event.Cause{ID: "a", CorrelationID: "c", Hop: 4, Actor: "listener/notify-budget-threshold", At: time.Unix(2, 0)}
	if by != want {
		t.Errorf("%+v, want %+v", by, want)
	}
}

func TestIDs(t *testing.T) {
	at := time.Date(2026, 11, 23, 5, 33, 0, 123_000_000, time.UTC)
	id, err := event.NewID(at, bytes.NewReader(make([]byte, 10)))
	if err != nil || id != "01a206e4-af5b-7000-8000-000000000000" {
		t.Errorf("%s, %v", id, err)
	}
	if got, ok := event.TimeOf(id); !ok || !got.Equal(at) {
		t.Errorf("its time is %s, %v", got, ok)
	}
	derived := event.Derive("a", "bc")
	if !event.IsID(derived) || derived[14] != '5' {
		t.Errorf("%s is no version 5 UUID", derived)
	}
	if derived == event.Derive("ab", "c") || derived == event.Derive("abc") {
		t.Error("different parts derive the same id")
	}
	if _, ok := event.TimeOf(derived); ok {
		t.Error("a derived id has a time")
	}
	for _, bad := range []string{"", "x", strings.ToUpper(derived), derived + "0", strings.Replace(derived, "-", "0", 1)} {
		if event.IsID(bad) {
			t.Errorf("%q counts as an id", bad)
		}
	}
}
