package x_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"bellwether/internal/platform"
)

func TestPublish(t *testing.T) {
	bare := pictures
	bare.Text = ""
	k := wire(t,
		step{Request: "publish", Response: "publish.response.json", Status: 201},
		step{Request: "publish_images", Response: "publish.response.json", Status: 201},
		step{Request: "publish_bare", Response: "publish_beside.response.json", Status: 201},
	)
	for _, one := range []struct {
		p platform.Publication
		m platform.Prepared
	}{{tents, platform.Prepared{}}, {pictures, made}, {bare, made}} {
		got, err := k.Publish(t.Context(), call, one.p, one.m)
		want := platform.Published{ID: "1445880548472328192", Permalink: "https://x.example/i/web/status/1445880548472328192"}
		if err != nil || got != want {
			t.Errorf("%q: %+v, error %v, want %+v", one.p.Text, got, err, want)
		}
	}
}

func TestPrepare(t *testing.T) {
	k := wire(t,
		step{Request: "prepare_1", Response: "prepare_1.response.json"},
		step{Request: "describe", Response: "describe.response.json"},
		step{Request: "prepare_2", Response: "prepare_2.response.json"},
		step{Request: "ready_1", Response: "prepare_1.response.json"},
		step{Request: "ready_2", Response: "ready_working.response.json"},
		step{Request: "ready_1", Response: "prepare_1.response.json"},
		step{Request: "ready_2", Response: "ready_done.response.json"},
		step{Request: "ready_1", Response: "prepare_1.response.json"},
		step{Request: "ready_2", Response: "ready_failed.response.json"},
	)
	m, err := k.Prepare(t.Context(), call, pictures)
	pending := platform.Prepared{IDs: made.IDs, Pending: true}
	if err != nil || !reflect.DeepEqual(m, pending) {
		t.Errorf("%+v, error %v, want %+v", m, err, pending)
	}
	if m, err = k.Ready(t.Context(), call, m); err != nil || !reflect.DeepEqual(m, pending) {
		t.Errorf("asked once: %+v, error %v", m, err)
	}
	if m, err = k.Ready(t.Context(), call, m); err != nil || !reflect.DeepEqual(m, made) {
		t.Errorf("asked twice: %+v, error %v", m, err)
	}
	_, err = k.Ready(t.Context(), call, m)
	if got := platform.AsError(err); got.Class != platform.ClassInvalid || got.Code != "media" || got.Unsure {
		t.Errorf("an image that can't be read: error %v, unsure %v", err, got.Unsure)
	}
}

// TestNotHandedOver: without its images a post does not go out.
func TestNotHandedOver(t *testing.T) {
	k := wire(t)
	_, short := k.Publish(t.Context(), call, pictures, platform.Prepared{IDs: made.IDs[:1]})
	_, empty := k.Prepare(t.Context(), call, platform.Publication{Media: []platform.Medium{{Type: "image/jpeg"}}})
	_, moving := k.Prepare(t.Context(), call, platform.Publication{Media: []platform.Medium{{Type: "image/gif", Data: []byte("GIF89a")}}})
	for _, err := range []error{short, empty, moving} {
		if got := platform.AsError(err); got.Class != platform.ClassInvalid || got.Code != "media" || got.Unsure {
			t.Errorf("error %v, unsure %v", err, got.Unsure)
		}
	}
}

func TestFind(t *testing.T) {
	tests := []struct {
		name string
		p    platform.Publication
		ids  []string
		want string // its id; "": not there
	}{
		{"by its text, the first of two", platform.Publication{Text: " Two\n tents "}, nil, "5"},
		{"by its images", platform.Publication{Text: "Two tents", Media: []platform.Medium{tent, lake}}, []string{"1146654567674912770", "1146654567674912769"}, "9"},
		{"by its image alone", platform.Publication{Media: []platform.Medium{tent}}, []string{"1146654567674912771"}, "4"},
		{"by its text and link", platform.Publication{Text: "Tents & more: 50 % off – 東京 🎉\nfor #campers", Link: "https://shop.example/tents?a=1&lt=2"}, nil, "8"},
		{"with links in its text", platform.Publication{Text: "See shop.example, or https://shop.example/lakes/: 1 < 2"}, nil, "6"},
		{"another text", platform.Publication{Text: "Two Tents"}, nil, ""},
		{"another link", platform.Publication{Text: "Tents & more: 50 % off – 東京 🎉\nfor #campers", Link: "https://shop.example/tents?a=1"}, nil, ""},
		{"other images", platform.Publication{Text: "Two tents", Media: []platform.Medium{tent}}, []string{"1146654567674912769"}, ""},
		{"an older post", platform.Publication{Text: "Early"}, nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			k := wire(t, step{Request: "find", Response: "find.response.json"}, step{Request: "find_next", Response: "find_last.response.json"})
			tt.p.Began = began
			got, err := k.Find(t.Context(), call, tt.p, platform.Prepared{IDs: tt.ids})
			if err != nil || got.There != (tt.want != "") || got.Sure || got.ID != tt.want {
				t.Fatalf("%+v, error %v, want %q", got, err, tt.want)
			}
			if got.There && (got.Permalink != "https://x.example/i/web/status/"+tt.want || got.At.Before(began.Add(-time.Minute))) {
				t.Errorf("%+v", got)
			}
		})
	}
}

// TestFindNothing: an account without posts has none of ours, which is no proof.
func TestFindNothing(t *testing.T) {
	k := wire(t,
		step{Request: "find", Response: "find_none.response.json"},
		step{Request: "find", Response: "find_undated.response.json"},
		step{Request: "find", Response: "errors/not_found.json"},
	)
	if got, err := k.Find(t.Context(), call, tents, platform.Prepared{}); err != nil || got != (platform.Found{}) {
		t.Errorf("%+v, error %v", got, err)
	}
	_, err := k.Find(t.Context(), call, tents, platform.Prepared{})
	if got := platform.AsError(err); got.Code != "malformed" || got.Unsure {
		t.Errorf("a time that can't be read: error %v, unsure %v", err, got.Unsure)
	}
	_, err = k.Find(t.Context(), call, tents, platform.Prepared{})
	if got := platform.AsError(err); got.Class != platform.ClassNotFound || got.Unsure {
		t.Errorf("refused under 200: error %v, unsure %v", err, got.Unsure)
	}
}

// TestFindEnds: lists without an end are left at some point.
func TestFindEnds(t *testing.T) {
	var steps []step
	for range 10 {
		steps = append(steps, step{Response: "find.response.json"})
	}
	if got, err := wire(t, steps...).Find(t.Context(), call, tents, platform.Prepared{}); err != nil || got.There {
		t.Errorf("%+v, error %v", got, err)
	}
}

// TestForeignIDs: nothing that isn't an id reaches an address.
func TestForeignIDs(t *testing.T) {
	k := wire(t)
	for _, id := range []string{"", "1/../2", "1?limit=1", "..", "me", strings.Repeat("1", 21)} {
		_, ready := k.Ready(t.Context(), call, platform.Prepared{IDs: []string{id}})
		_, found := k.Find(t.Context(), platform.Call{Token: call.Token, Account: platform.Account{ID: id}}, tents, platform.Prepared{})
		for _, err := range []error{ready, found} {
			if !platform.Is(err, platform.ClassInvalid) {
				t.Errorf("%q: error %v", id, err)
			}
		}
	}
}

func TestAllowance(t *testing.T) {
	if _, ok, err := wire(t).Allowance(t.Context(), call); ok || err != nil {
		t.Errorf("told %v, error %v", ok, err)
	}
}
