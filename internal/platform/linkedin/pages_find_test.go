package linkedin_test

import (
	"strings"
	"testing"
	"time"

	"bellwether/internal/platform"
)

func TestPagesFind(t *testing.T) {
	elsewhere := linked
	elsewhere.Link = "https://www.shop.example/lakes"
	tests := []struct {
		name string
		p    platform.Publication
		ids  []string
		want string // its id; "": not there
	}{
		{"by its text and link", linked, nil, "urn:li:share:9"},
		{"by its image, with a shortened link", picture, []string{image}, "urn:li:share:8"},
		{"by its text, the first of two", platform.Publication{Text: " Two\n tents "}, nil, "urn:li:ugcPost:4"},
		{"by its link alone", platform.Publication{Link: "https://shop.example/lakes"}, nil, "urn:li:share:5"},
		{"another text", platform.Publication{Text: "Two Tents"}, nil, ""},
		{"another link", elsewhere, nil, ""},
		{"another image", picture, []string{"urn:li:image:another"}, ""},
		{"without its image", platform.Publication{Text: "A tent\nhttps://shop.example/a_tent"}, nil, ""},
		{"an image that is not there", platform.Publication{Text: "Two tents", Media: picture.Media}, []string{image}, ""},
		{"a draft", platform.Publication{Text: "A draft"}, nil, ""},
		{"an older post", platform.Publication{Text: "Early"}, nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			k := wirePages(t, step{Request: "pages/find", Response: "pages/find.response.json"}, step{Request: "pages/find_next", Response: "pages/find_last.response.json"})
			tt.p.Began = now
			got, err := k.Find(t.Context(), page, tt.p, platform.Prepared{IDs: tt.ids})
			if err != nil || got.There != (tt.want != "") || got.Sure || got.ID != tt.want {
				t.Fatalf("%+v, error %v, want %q", got, err, tt.want)
			}
			if got.There && (!strings.HasSuffix(got.Permalink, "/feed/update/"+tt.want) || got.At.Before(now.Add(-time.Minute)) || got.At.After(now.Add(4*time.Minute))) {
				t.Errorf("%+v", got)
			}
		})
	}
}

// TestPagesFindNothing: an organisation without posts has none of ours, which is no proof.
func TestPagesFindNothing(t *testing.T) {
	k := wirePages(t, step{Request: "pages/find", Response: "pages/accounts_none.response.json"}, step{Request: "pages/find", Response: "pages/find_undated.response.json"})
	if got, err := k.Find(t.Context(), page, bare, platform.Prepared{}); err != nil || got != (platform.Found{}) {
		t.Errorf("%+v, error %v", got, err)
	}
	_, err := k.Find(t.Context(), page, bare, platform.Prepared{})
	if got := platform.AsError(err); got.Code != "malformed" || got.Unsure {
		t.Errorf("a time that can't be read: error %v, unsure %v", err, got.Unsure)
	}
}

// TestPagesListsEnd: lists without an end are left at some point.
func TestPagesListsEnd(t *testing.T) {
	var steps []step
	for range 10 {
		steps = append(steps, step{Response: "pages/find.response.json"})
	}
	if got, err := wirePages(t, steps...).Find(t.Context(), page, platform.Publication{Text: "Another", Began: now}, platform.Prepared{}); err != nil || got.There {
		t.Errorf("%+v, error %v", got, err)
	}
	steps = nil
	for range 10 {
		steps = append(steps, step{Response: "pages/accounts.response.json"})
	}
	k := wirePages(t, append(steps, step{Response: "pages/organizations.response.json"})...)
	if got, err := k.Accounts(t.Context(), page); err != nil || len(got) != 1 {
		t.Errorf("%+v, error %v", got, err)
	}
}
