package meta_test

import (
	"reflect"
	"testing"
	"time"

	"bellwether/internal/platform"
	"bellwether/internal/platform/meta"
)

func TestNewForPosts(t *testing.T) {
	tests := []struct {
		name   string
		change func(*platform.Endpoint)
		ok     bool
	}{
		{"the defaults", func(*platform.Endpoint) {}, true},
		{"in the clear", func(e *platform.Endpoint) { e.BaseURL = "http://graph.facebook.com" }, false},
		{"another host", func(e *platform.Endpoint) { e.TokenURL = "https://facebook.example/token" }, false},
		{"another host in a sandbox", func(e *platform.Endpoint) { e.BaseURL, e.Sandbox = "http://localhost:8091/facebook", true }, true},
	}
	for _, tt := range tests {
		e, i := meta.DefaultsFacebook(), meta.DefaultsInstagram()
		tt.change(&e)
		tt.change(&i)
		_, facebookErr := meta.NewFacebook(e, platform.Client{})
		_, instagramErr := meta.NewInstagram(i, platform.Client{})
		if (facebookErr == nil) != tt.ok || (instagramErr == nil) != tt.ok {
			t.Errorf("%s: errors %v and %v", tt.name, facebookErr, instagramErr)
		}
	}
}

func TestFacebookInfo(t *testing.T) {
	want := platform.Info{
		Platform: "facebook", Name: "Facebook", Scopes: []string{"pages_show_list", "pages_manage_posts", "pages_read_engagement"},
		PKCE: true, Refreshes: true, RenewBefore: 15 * 24 * time.Hour,
	}
	if got := facebook(t, "http://facebook.example").Info(); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// TestFacebookAccounts: the next page is asked for where the first one was, whatever the answer says.
func TestFacebookAccounts(t *testing.T) {
	f := facebook(t, graph(t,
		said{request: "facebook/accounts", answer: "facebook/accounts.response.json"},
		said{request: "facebook/accounts_next", answer: "facebook/accounts_next.response.json"},
	))
	got, err := f.Accounts(t.Context(), on(""))
	want := []platform.Account{{ID: "101990000000001", Name: "Northwind"}, {ID: "101990000000002", Name: "Northwind Japan"}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, error %v, want %+v", got, err, want)
	}
}

// asPage is how a Page's token is asked for.
var asPage = said{request: "facebook/page", answer: "facebook/page.response.json"}

func TestFacebookPublish(t *testing.T) {
	p := platform.Publication{Text: "Tents & more: 50 % off – 東京 🎉", Link: "https://shop.example/tents?a=1&b=2", Began: began}
	f := facebook(t, graph(t, asPage,
		said{request: "facebook/publish", answer: "facebook/publish.response.json"},
		said{request: "facebook/published", answer: "facebook/published.response.json"},
	))
	got, err := f.Publish(t.Context(), on(pageID), p, platform.Prepared{})
	want := platform.Published{
		ID: "101990000000001_122100000000001", Permalink: "https://www.facebook.com/101990000000001/posts/122100000000001", At: began.Add(2 * time.Second),
	}
	if err != nil || got.ID != want.ID || got.Permalink != want.Permalink || !got.At.Equal(want.At) {
		t.Errorf("%+v, error %v, want %+v", got, err, want)
	}
}

// TestFacebookImages: a post with images shows no link apart, so that its text has it.
func TestFacebookImages(t *testing.T) {
	p := platform.Publication{Text: "Two tents", Link: "https://shop.example/tents", Media: []platform.Medium{tent, lake}, Began: began}
	f := facebook(t, graph(t, asPage,
		said{request: "facebook/photo", answer: "facebook/photo.response.json"},
		said{request: "facebook/photo_plain", answer: "facebook/photo_plain.response.json"},
		asPage,
		said{request: "facebook/publish_images", answer: "facebook/publish.response.json"},
		said{request: "facebook/published", answer: "facebook/published.response.json"},
	))
	m, err := f.Prepare(t.Context(), on(pageID), p)
	if want := (platform.Prepared{IDs: []string{"900000000000001", "900000000000002"}}); err != nil || !reflect.DeepEqual(m, want) {
		t.Fatalf("%+v, error %v, want %+v", m, err, want)
	}
	if ready, err := f.Ready(t.Context(), on(pageID), m); err != nil || !reflect.DeepEqual(ready, m) {
		t.Errorf("%+v, error %v, want %+v", ready, err, m)
	}
	if got, err := f.Publish(t.Context(), on(pageID), p, m); err != nil || got.ID != "101990000000001_122100000000001" {
		t.Errorf("%+v, error %v", got, err)
	}
}

// TestFacebookPublishedUnknown: a post that is out is out, also when nobody can say where.
func TestFacebookPublishedUnknown(t *testing.T) {
	p := platform.Publication{Text: "Tents & more: 50 % off – 東京 🎉", Link: "https://shop.example/tents?a=1&b=2", Began: began}
	for _, after := range []said{
		{answer: "facebook/errors/page.html", status: 503}, {answer: "facebook/errors/expired.json", status: 400}, {answer: "facebook/errors/empty.json"}, {answer: lost},
	} {
		after.request = "facebook/published"
		f := facebook(t, graph(t, asPage, said{request: "facebook/publish", answer: "facebook/publish.response.json"}, after))
		got, err := f.Publish(t.Context(), on(pageID), p, platform.Prepared{})
		if want := (platform.Published{ID: "101990000000001_122100000000001"}); err != nil || got != want {
			t.Errorf("%s: %+v, error %v, want %+v", after.answer, got, err, want)
		}
	}
}

// TestFacebookNotHandedOver: without its images a post does not go out.
func TestFacebookNotHandedOver(t *testing.T) {
	f := facebook(t, graph(t))
	_, err := f.Publish(t.Context(), on(pageID), platform.Publication{Text: "Two tents", Media: []platform.Medium{tent, lake}}, platform.Prepared{IDs: []string{"900000000000001"}})
	if got := platform.AsError(err); got.Class != platform.ClassInvalid || got.Unsure {
		t.Errorf("error %v, unsure %v", err, got.Unsure)
	}
}

// TestFacebookWithoutToken: Meta leaves out the token of a Page that the person may not publish on.
func TestFacebookWithoutToken(t *testing.T) {
	f := facebook(t, graph(t, said{request: "facebook/page", answer: "facebook/errors/empty.json"}))
	_, err := f.Publish(t.Context(), on(pageID), platform.Publication{Text: "Tents"}, platform.Prepared{})
	if got := platform.AsError(err); got.Class != platform.ClassAuthScope || got.Unsure {
		t.Errorf("error %v, unsure %v", err, got.Unsure)
	}
}

func TestFacebookFind(t *testing.T) {
	tests := []struct {
		name string
		p    platform.Publication
		ids  []string
		want string // its number; "": not there
	}{
		{"by its text", platform.Publication{Text: " Two\n tents "}, nil, "5"},
		{"by its text and images", platform.Publication{Text: "Two tents", Media: []platform.Medium{tent, lake}}, []string{"1", "2"}, "2"},
		{"by its text, whatever became of its link", platform.Publication{Text: "One tent", Link: "https://short.example/1"}, nil, "4"},
		{"by its link", platform.Publication{Link: "https://shop.example/lakes/"}, nil, "3"},
		{"by its photo", platform.Publication{Media: []platform.Medium{tent}}, []string{"900000000000003"}, "1"},
		{"another photo", platform.Publication{Media: []platform.Medium{tent}}, []string{"900000000000004"}, ""},
		{"another link", platform.Publication{Link: "https://shop.example/seas"}, nil, ""},
		{"another text", platform.Publication{Text: "Two Tents"}, nil, ""},
		{"another number of images", platform.Publication{Text: "Two tents", Media: []platform.Medium{tent}}, []string{"1"}, ""},
		{"an older post", platform.Publication{Text: "Early"}, nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := facebook(t, graph(t, asPage, said{request: "facebook/find", answer: "facebook/find.response.json"}))
			tt.p.Began = began
			got, err := f.Find(t.Context(), on(pageID), tt.p, platform.Prepared{IDs: tt.ids})
			if err != nil || got.There != (tt.want != "") || got.Sure {
				t.Fatalf("%+v, error %v", got, err)
			}
			if tt.want != "" && (got.ID != pageID+"_"+tt.want || got.Permalink != "https://www.facebook.com/"+tt.want || got.At.Before(began)) {
				t.Errorf("%+v, want %s", got, tt.want)
			}
		})
	}
}

// TestFacebookFindsTheFirst of two that are the same: that is the one that was made when it was begun.
func TestFacebookFindsTheFirst(t *testing.T) {
	f := facebook(t, graph(t, asPage, said{request: "facebook/find", answer: "facebook/find_twice.response.json"}))
	got, err := f.Find(t.Context(), on(pageID), platform.Publication{Text: "Two tents", Began: began}, platform.Prepared{})
	if err != nil || got.ID != "101990000000001_1" {
		t.Errorf("%+v, error %v", got, err)
	}
}

func TestFacebookAllowance(t *testing.T) {
	if _, ok, err := facebook(t, graph(t)).Allowance(t.Context(), on(pageID)); ok || err != nil {
		t.Errorf("told %v, error %v", ok, err)
	}
}
