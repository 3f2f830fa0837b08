package mastodon_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"bellwether/internal/platform"
)

func TestPublish(t *testing.T) {
	k := wire(t, step{Request: "publish", Response: "publish.response.json"}, step{Request: "publish_images", Response: "publish_bare.response.json"})
	got, err := k.Publish(t.Context(), call, tents, platform.Prepared{})
	want := platform.Published{
		ID: "103254962155278888", Permalink: "https://mastodon.example/@northwind/103254962155278888", At: began.Add(2196 * time.Millisecond),
	}
	if err != nil || got != want {
		t.Errorf("%+v, error %v, want %+v", got, err, want)
	}
	got, err = k.Publish(t.Context(), call, pictures, made)
	if want := (platform.Published{ID: "103254962155278888"}); err != nil || got != want {
		t.Errorf("told little: %+v, error %v, want %+v", got, err, want)
	}
}

func TestPrepare(t *testing.T) {
	k := wire(t,
		step{Request: "prepare", Response: "prepare_pending.response.json", Status: 202},
		step{Request: "prepare_plain", Response: "prepare.response.json"},
		step{Request: "ready_1", Response: "prepare_pending.response.json", Status: 206},
		step{Request: "ready_2", Response: "prepare.response.json"},
		step{Request: "ready_1", Response: "prepare.response.json"},
		step{Request: "ready_2", Response: "prepare.response.json"},
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
}

// TestNotHandedOver: without its images a post does not go out.
func TestNotHandedOver(t *testing.T) {
	k := wire(t)
	_, short := k.Publish(t.Context(), call, pictures, platform.Prepared{IDs: made.IDs[:1]})
	_, empty := k.Prepare(t.Context(), call, platform.Publication{Media: []platform.Medium{{Type: "image/jpeg"}}, Key: tents.Key})
	_, shortFind := k.Find(t.Context(), call, pictures, platform.Prepared{})
	for _, err := range []error{short, empty, shortFind} {
		if got := platform.AsError(err); got.Class != platform.ClassInvalid || got.Code != "media" || got.Unsure {
			t.Errorf("error %v, unsure %v", err, got.Unsure)
		}
	}
}

// TestFindRepeats: while the instance knows the key, the same call tells what became of the first.
func TestFindRepeats(t *testing.T) {
	k := wireAt(t, began.Add(50*time.Minute-time.Second),
		step{Request: "publish", Response: "publish.response.json"},
		step{Request: "publish", Response: "errors/page.html", Status: 503},
		step{Request: "publish", Response: "errors/validation.json", Status: 422},
	)
	got, err := k.Find(t.Context(), call, tents, platform.Prepared{})
	if err != nil || !got.There || got.ID != "103254962155278888" || got.Permalink == "" {
		t.Errorf("%+v, error %v", got, err)
	}
	for range 2 {
		if got, err := k.Find(t.Context(), call, tents, platform.Prepared{}); err == nil || got.There || got.Sure {
			t.Errorf("refused: %+v, error %v", got, err)
		}
	}
}

// late is when no instance can be counted on to know the key.
var late = began.Add(50 * time.Minute)

func TestFindSearches(t *testing.T) {
	tests := []struct {
		name string
		p    platform.Publication
		ids  []string
		want string // its id; "": not there
	}{
		{"by its text, the first of two", platform.Publication{Text: " Two\n tents "}, nil, "5"},
		{"by its images", platform.Publication{Text: "Two Tents!", Media: []platform.Medium{tent, lake}}, []string{"110000000000000002", "110000000000000001"}, "7"},
		{"by its text and link", platform.Publication{Text: "Tents & more: 50 % off – 東京 🎉\nfor #campers\n", Link: "https://shop.example/a/very/long/way/to/tents?a=1&b=2"}, nil, "8"},
		{"with a mention", platform.Publication{Text: "Thanks to @ann@other.example: 1 < 2"}, nil, "6"},
		{"with images that are none of ours", platform.Publication{Text: "Two tents, in pictures"}, nil, ""},
		{"another text", platform.Publication{Text: "Two Tents"}, nil, ""},
		{"another link", platform.Publication{Text: "Tents & more: 50 % off – 東京 🎉\nfor #campers", Link: "https://shop.example/a/very/long/way/to/tents"}, nil, ""},
		{"other images", platform.Publication{Text: "Two tents", Media: []platform.Medium{tent}}, []string{"110000000000000001"}, ""},
		{"an older post", platform.Publication{Text: "Early"}, nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			k := wireAt(t, late, step{Request: "find", Response: "find.response.json"}, step{Request: "find_next", Response: "find_next.response.json"}, step{Request: "find_last", Response: "find_last.response.json"})
			tt.p.Began, tt.p.Key = began, tents.Key
			got, err := k.Find(t.Context(), call, tt.p, platform.Prepared{IDs: tt.ids})
			if err != nil || got.There != (tt.want != "") || got.Sure || got.ID != tt.want {
				t.Fatalf("%+v, error %v, want %q", got, err, tt.want)
			}
			if got.There && (got.Permalink != "https://mastodon.example/@northwind/"+tt.want || got.At.Before(began.Add(-time.Minute))) {
				t.Errorf("%+v", got)
			}
		})
	}
}

// TestFindNothing: an account without posts has none of ours, which is no proof.
func TestFindNothing(t *testing.T) {
	k := wireAt(t, late, step{Request: "find", Response: "find_none.response.json"}, step{Request: "find", Response: "find_undated.response.json"})
	if got, err := k.Find(t.Context(), call, tents, platform.Prepared{}); err != nil || got != (platform.Found{}) {
		t.Errorf("%+v, error %v", got, err)
	}
	_, err := k.Find(t.Context(), call, tents, platform.Prepared{})
	if got := platform.AsError(err); got.Code != "malformed" || got.Unsure {
		t.Errorf("a time that can't be read: error %v, unsure %v", err, got.Unsure)
	}
}

// TestFindEnds: lists without an end are left at some point.
func TestFindEnds(t *testing.T) {
	var steps []step
	for range 10 {
		steps = append(steps, step{Response: "find.response.json"})
	}
	if got, err := wireAt(t, late, steps...).Find(t.Context(), call, tents, platform.Prepared{}); err != nil || got.There {
		t.Errorf("%+v, error %v", got, err)
	}
}

// TestForeignIDs: nothing that isn't an id reaches an address.
func TestForeignIDs(t *testing.T) {
	k := wireAt(t, late)
	for _, id := range []string{"", "1/../2", "1?limit=1", "..", "%2e", strings.Repeat("1", 51)} {
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
