package meta_test

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"bellwether/internal/platform"
	"bellwether/internal/platform/platformtest"
)

func TestInstagramInfo(t *testing.T) {
	want := platform.Info{
		Platform: "instagram", Name: "Instagram", Scopes: []string{"instagram_basic", "instagram_content_publish", "pages_show_list", "pages_read_engagement"},
		PKCE: true, Refreshes: true, RenewBefore: 15 * 24 * time.Hour,
	}
	if got := instagram(t, "http://instagram.example").Info(); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// TestInstagramAccounts: a Page without one is none.
func TestInstagramAccounts(t *testing.T) {
	i := instagram(t, graph(t, said{request: "instagram/accounts", answer: "instagram/accounts.response.json"}))
	got, err := i.Accounts(t.Context(), on(""))
	want := []platform.Account{{ID: "17841400000000001", Name: "northwind.shop"}, {ID: "17841400000000009", Name: "northwind.japan"}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, error %v, want %+v", got, err, want)
	}
}

func TestInstagramPublish(t *testing.T) {
	p := platform.Publication{Text: "Tents & more: 50 % off – 東京 🎉", Link: "https://shop.example/tents", Media: []platform.Medium{tent}, Began: began}
	i := instagram(t, graph(t,
		said{request: "instagram/container", answer: "instagram/container.response.json"},
		said{request: "instagram/ready", answer: "instagram/ready.response.json"},
		said{request: "instagram/publish", answer: "instagram/publish.response.json"},
		said{request: "instagram/published", answer: "instagram/published.response.json"},
	))
	m, err := i.Prepare(t.Context(), on(accountID), p)
	if want := (platform.Prepared{IDs: []string{"17900000000000001"}, Pending: true}); err != nil || !reflect.DeepEqual(m, want) {
		t.Fatalf("%+v, error %v, want %+v", m, err, want)
	}
	if m, err = i.Ready(t.Context(), on(accountID), m); err != nil || m.Pending {
		t.Fatalf("%+v, error %v", m, err)
	}
	got, err := i.Publish(t.Context(), on(accountID), p, m)
	want := platform.Published{ID: "17920000000000001", Permalink: "https://www.instagram.com/p/Cx1/", At: began.Add(2 * time.Second)}
	if err != nil || got.ID != want.ID || got.Permalink != want.Permalink || !got.At.Equal(want.At) {
		t.Errorf("%+v, error %v, want %+v", got, err, want)
	}
}

// TestInstagramCarousel: several images are a container each, and one around them.
func TestInstagramCarousel(t *testing.T) {
	i := instagram(t, graph(t,
		said{request: "instagram/child", answer: "instagram/container.response.json"},
		said{request: "instagram/child_plain", answer: "instagram/child_plain.response.json"},
		said{request: "instagram/carousel", answer: "instagram/carousel.response.json"},
	))
	m, err := i.Prepare(t.Context(), on(accountID), platform.Publication{Text: "Two tents", Media: []platform.Medium{tent, lake}, Began: began})
	if want := (platform.Prepared{IDs: []string{"17900000000000003"}, Pending: true}); err != nil || !reflect.DeepEqual(m, want) {
		t.Errorf("%+v, error %v, want %+v", m, err, want)
	}
}

// container is a connector whose container is in the state.
func container(t *testing.T, code, text string) platform.Publisher {
	t.Helper()
	return instagram(t, platformtest.Answering(t, fmt.Sprintf(`{"status_code":%q,"status":%q,"id":"17900000000000001"}`, code, text)))
}

var made = platform.Prepared{IDs: []string{"17900000000000001"}, Pending: true}

func TestInstagramReady(t *testing.T) {
	tests := []struct {
		state, text string
		pending     bool
		class       platform.Class // "": no refusal
		code        string
	}{
		{"IN_PROGRESS", "In Progress", true, "", ""},
		{"FINISHED", "Finished", false, "", ""},
		{"PUBLISHED", "Published", false, "", ""},
		{"ERROR", "Error: Media upload has failed with error code 2207052", true, platform.ClassInvalid, "ERROR/2207052"},
		{"ERROR", "2207053", true, platform.ClassTransient, "ERROR/2207053"},
		{"ERROR", "2207051", true, platform.ClassBlocked, "ERROR/2207051"},
		{"ERROR", "2207", true, platform.ClassInvalid, "ERROR"},
		{"ERROR", "", true, platform.ClassInvalid, "ERROR"},
		{"EXPIRED", "Expired", true, platform.ClassTransient, "EXPIRED"},
		{"SOMETHING_NEW", "", true, platform.ClassTransient, "malformed"},
		{"", "", true, platform.ClassTransient, "malformed"},
	}
	for _, tt := range tests {
		got, err := container(t, tt.state, tt.text).Ready(t.Context(), on(accountID), made)
		if got.Pending != tt.pending || !reflect.DeepEqual(got.IDs, made.IDs) || (err == nil) != (tt.class == "") {
			t.Errorf("%s %q: %+v, error %v", tt.state, tt.text, got, err)
		}
		if e := platform.AsError(err); err != nil && (e.Class != tt.class || e.Code != tt.code || e.Unsure) {
			t.Errorf("%s %q: %s %q, unsure %v, want %s %q", tt.state, tt.text, e.Class, e.Code, e.Unsure, tt.class, tt.code)
		}
	}
}

// TestInstagramWithoutImage: there is no post of text alone, nor one without a container.
func TestInstagramWithoutImage(t *testing.T) {
	i := instagram(t, graph(t))
	_, text := i.Publish(t.Context(), on(accountID), platform.Publication{Text: "Tents"}, platform.Prepared{})
	_, unprepared := i.Publish(t.Context(), on(accountID), platform.Publication{Media: []platform.Medium{tent}}, platform.Prepared{})
	_, ready := i.Ready(t.Context(), on(accountID), platform.Prepared{})
	for _, err := range []error{text, unprepared, ready} {
		if got := platform.AsError(err); got.Class != platform.ClassInvalid || got.Unsure {
			t.Errorf("error %v, unsure %v", err, got.Unsure)
		}
	}
}

func TestInstagramFind(t *testing.T) {
	tests := []struct {
		name  string
		text  string
		media []platform.Medium
		want  string // its number; "": the container says it is out, but the list doesn't
	}{
		{"by its caption", "Two tents", []platform.Medium{tent}, "5"},
		{"by its caption and images", "Two tents", []platform.Medium{tent, lake}, "2"},
		{"without a caption", "", []platform.Medium{tent}, "3"},
		{"the first of two", "One tent", []platform.Medium{tent}, "1"},
		{"another number of images", "Two tents", []platform.Medium{tent, lake, tent}, ""},
		{"another caption", "Three tents", []platform.Medium{tent}, ""},
		{"an older post", "Early", []platform.Medium{tent}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			i := instagram(t, graph(t,
				said{request: "instagram/find_container", answer: "instagram/find_container.response.json"},
				said{request: "instagram/find", answer: "instagram/find.response.json"},
			))
			got, err := i.Find(t.Context(), on(accountID), platform.Publication{Text: tt.text, Media: tt.media, Began: began}, made)
			if tt.want == "" {
				if e := platform.AsError(err); got.There || got.Sure || e.Class != platform.ClassTransient || e.Code != "unlisted" || e.Unsure {
					t.Fatalf("%+v, error %v", got, err)
				}
				return
			}
			if err != nil || !got.There || got.ID != "1792000000000000"+tt.want || got.Permalink != "https://www.instagram.com/p/C"+tt.want+"/" {
				t.Errorf("%+v, error %v, want %s", got, err, tt.want)
			}
		})
	}
}

// TestInstagramFindByContainer: what will never be published may be published anew; what is finished may be
// in a call that is still under way.
func TestInstagramFindByContainer(t *testing.T) {
	tests := []struct {
		state string
		sure  bool
	}{{"IN_PROGRESS", false}, {"FINISHED", false}, {"ERROR", true}, {"EXPIRED", true}}
	for _, tt := range tests {
		got, err := container(t, tt.state, "").Find(t.Context(), on(accountID), platform.Publication{Text: "Tents", Media: []platform.Medium{tent}, Began: began}, made)
		if want := (platform.Found{Sure: tt.sure}); err != nil || got != want {
			t.Errorf("%s: %+v, error %v, want %+v", tt.state, got, err, want)
		}
	}
}

// TestInstagramFindWithoutContainer: when Instagram has forgotten it, the list alone tells, and an absence
// is no proof.
func TestInstagramFindWithoutContainer(t *testing.T) {
	for text, there := range map[string]bool{"Two tents": true, "Three tents": false} {
		i := instagram(t, graph(t,
			said{request: "instagram/find_container", answer: "facebook/errors/not_found.json", status: 400},
			said{request: "instagram/find", answer: "instagram/find.response.json"},
		))
		got, err := i.Find(t.Context(), on(accountID), platform.Publication{Text: text, Media: []platform.Medium{tent}, Began: began}, made)
		if err != nil || got.There != there || got.Sure {
			t.Errorf("%q: %+v, error %v", text, got, err)
		}
	}
}

func TestInstagramAllowance(t *testing.T) {
	i := instagram(t, graph(t, said{request: "instagram/allowance", answer: "instagram/allowance.response.json"}))
	if left, ok, err := i.Allowance(t.Context(), on(accountID)); left != 3 || !ok || err != nil {
		t.Errorf("%d left, told %v, error %v", left, ok, err)
	}
	tests := []struct {
		answer string
		left   int
		ok     bool
	}{
		{`{"data":[{"config":{"quota_total":25},"quota_usage":0}]}`, 25, true},
		{`{"data":[{"config":{"quota_total":25},"quota_usage":26}]}`, 0, true},
		{`{"data":[{"quota_usage":2}]}`, 0, false},
		{`{"data":[{"config":{"quota_total":25}}]}`, 0, false},
		{`{"data":[]}`, 0, false},
	}
	for _, tt := range tests {
		left, ok, err := instagram(t, platformtest.Answering(t, tt.answer)).Allowance(t.Context(), on(accountID))
		if left != tt.left || ok != tt.ok || err != nil {
			t.Errorf("%s: %d left, told %v, error %v", tt.answer, left, ok, err)
		}
	}
}
