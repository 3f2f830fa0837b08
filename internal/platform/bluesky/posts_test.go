package bluesky_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"bellwether/internal/platform"
)

func TestPublish(t *testing.T) {
	want := platform.Published{ID: postURI, Permalink: postLink, At: began.Add(3250 * time.Millisecond)}
	for request, p := range map[string]platform.Publication{
		"publish":        piece("Tents & more: 50 % off – 東京 🎉 at https://shop.example/a?x=1&y=2, and (https://shop.example/b).", "https://shop.example/tents?a=1&b=2"),
		"publish_images": piece("Two tents", "https://shop.example/a/very/long/way/to/tents?a=1&b=2", tent, lake),
		"publish_plain":  piece("Tents", ""),
	} {
		k := wire(t, step{Request: request, Response: "publish.response.json"})
		got, err := k.Publish(t.Context(), call, p, platform.Prepared{IDs: made.IDs[:len(p.Media)]})
		if err != nil || got != want {
			t.Errorf("%s: %+v, error %v, want %+v", request, got, err, want)
		}
	}
}

// TestLinks: the place of a link is in bytes, and what ends a sentence is no part of it.
func TestLinks(t *testing.T) {
	tests := []struct{ text, links string }{
		{"no link", ""},
		{"http://a.example", "http://a.example"},
		{"é https://a.example/é 🎉 https://b.example", "https://a.example/é https://b.example"},
		{"Look: https://a.example/b!", "https://a.example/b"},
		{"(see https://a.example/b_(c))", "https://a.example/b_(c))"},
		{"“https://a.example/b”…", "https://a.example/b"},
		{"<https://a.example/b>", "https://a.example/b"},
		{"https://", ""}, {"https://...", ""}, {"ftp://a.example", ""}, {"xhttps://a.example", ""},
	}
	for _, tt := range tests {
		var links []string
		for _, f := range published(t, piece(tt.text, "")).Facets {
			links = append(links, tt.text[f.Index.ByteStart:f.Index.ByteEnd])
			if f.Features[0].URI != links[len(links)-1] {
				t.Errorf("%s: %s leads to %s", tt.text, links[len(links)-1], f.Features[0].URI)
			}
		}
		if got := strings.Join(links, " "); got != tt.links {
			t.Errorf("%s: %q, want %q", tt.text, got, tt.links)
		}
	}
}

// TestLinkBesideImages: a post has one embed, so the link stands in the text, as it fits.
func TestLinkBesideImages(t *testing.T) {
	tests := []struct{ text, link, shows string }{
		{"A tent", "https://shop.example/tents", "A tent\nshop.example/tents"},
		{"", "https://shop.example/tents", "shop.example/tents"},
		{"A tent", "https://shop.example/123456789012345678", "A tent\nshop.example/1234567890123456…"}, // 30 characters, of 31
		{"A tent", "https://shop.example/12345678901234567", "A tent\nshop.example/12345678901234567"},
	}
	for _, tt := range tests {
		r := published(t, piece(tt.text, tt.link, tent))
		if r.Text != tt.shows || len(r.Facets) != 1 || r.Facets[0].Features[0].URI != tt.link {
			t.Errorf("%q, %+v, want %q", r.Text, r.Facets, tt.shows)
			continue
		}
		f := r.Facets[0].Index
		if got, want := r.Text[f.ByteStart:f.ByteEnd], tt.shows[strings.LastIndex(tt.shows, "shop"):]; got != want {
			t.Errorf("the link is %q, want %q", got, want)
		}
	}
}

// TestKeys: attempts of one publication have one key, and keys sort by time.
func TestKeys(t *testing.T) {
	p := piece("Tents", "")
	first := key(t, p)
	p.Text, p.Link = "Other tents", "https://shop.example"
	if again := key(t, p); again != first {
		t.Errorf("another attempt has %s, want %s", again, first)
	}
	p.Key = "0199a000-0000-7000-8000-000000000002"
	if other := key(t, p); other == first || len(other) != 13 {
		t.Errorf("another publication has %s", other)
	}
	p.Key, p.Began = "0199a000-0000-7000-8000-000000000001", began.Add(time.Millisecond)
	if later := key(t, p); later <= first {
		t.Errorf("a later one has %s, which is before %s", later, first)
	}
	p.Began = began.Add(time.Microsecond).In(time.FixedZone("", 3600))
	if stored := key(t, p); stored != first {
		t.Errorf("a time that lost its microseconds has %s, want %s", stored, first)
	}
}

func TestPrepare(t *testing.T) {
	k := wire(t, step{Request: "prepare", Response: "prepare.response.json"}, step{Request: "prepare_plain", Response: "prepare_plain.response.json"})
	m, err := k.Prepare(t.Context(), call, piece("Two tents", "", tent, lake))
	if err != nil || !reflect.DeepEqual(m, made) {
		t.Errorf("%+v, error %v, want %+v", m, err, made)
	}
	if ready, err := k.Ready(t.Context(), call, m); err != nil || !reflect.DeepEqual(ready, made) {
		t.Errorf("%+v, error %v, want %+v", ready, err, made)
	}
}

// TestRefusedHere: what can't become a record is not sent.
func TestRefusedHere(t *testing.T) {
	k, ctx := wire(t), t.Context()
	p := piece("Two tents", "", tent)
	nobody := func(id string) platform.Call {
		return platform.Call{Token: call.Token, Account: platform.Account{ID: id}}
	}
	nameless := piece("Tents", "")
	nameless.Key = ""
	_, none := k.Publish(ctx, call, p, platform.Prepared{})
	_, other := k.Publish(ctx, call, p, platform.Prepared{IDs: []string{"103254962155278888"}})
	_, broken := k.Publish(ctx, call, p, platform.Prepared{IDs: []string{"{"}})
	_, empty := k.Prepare(ctx, call, piece("", "", platform.Medium{Type: "image/png"}))
	_, unnamed := k.Publish(ctx, call, nameless, platform.Prepared{})
	_, unfound := k.Find(ctx, call, nameless, platform.Prepared{})
	errs := []error{none, other, broken, empty, unnamed, unfound}
	for _, id := range []string{"", "northwind.bsky.example", "did:plc:", "did:plc:a/../b", "did:plc:a?b", "did:plc:" + strings.Repeat("a", 201)} {
		_, publish := k.Publish(ctx, nobody(id), piece("Tents", ""), platform.Prepared{})
		_, find := k.Find(ctx, nobody(id), piece("Tents", ""), platform.Prepared{})
		errs = append(errs, publish, find)
	}
	for n, err := range errs {
		if got := platform.AsError(err); got.Class != platform.ClassInvalid || got.Unsure {
			t.Errorf("call %d: error %v, unsure %v", n, err, got.Unsure)
		}
	}
}

func TestFind(t *testing.T) {
	k := wire(t,
		step{Request: "find", Response: "find.response.json"},
		step{Request: "find", Response: "errors/not_found.json", Status: 400},
		step{Request: "find", Response: "errors/not_located.json", Status: 400},
	)
	got, err := k.Find(t.Context(), call, piece("Tents", ""), platform.Prepared{})
	want := platform.Found{There: true, Published: platform.Published{ID: postURI, Permalink: postLink, At: began.Add(3250 * time.Millisecond)}}
	if err != nil || got != want {
		t.Errorf("%+v, error %v, want %+v", got, err, want)
	}
	for range 2 {
		if got, err := k.Find(t.Context(), call, piece("Tents", ""), platform.Prepared{}); err != nil || got != (platform.Found{Sure: true}) {
			t.Errorf("not there: %+v, error %v", got, err)
		}
	}
}

// TestFindUnknown: only a server that looked can say that a record is not there.
func TestFindUnknown(t *testing.T) {
	for _, bad := range []step{
		{Response: "errors/no_repo.json", Status: 400}, {Response: "errors/page.html", Status: 404}, {Response: "errors/page.html"},
		{Response: "errors/internal.json", Status: 500}, {Response: "errors/expired.json", Status: 400}, {Response: "publish_other.response.json"},
	} {
		bad.Request = "find"
		got, err := wire(t, bad).Find(t.Context(), call, piece("Tents", ""), platform.Prepared{})
		if err == nil || got != (platform.Found{}) || platform.AsError(err).Unsure {
			t.Errorf("%s: %+v, error %v", bad.Response, got, err)
		}
	}
}

func TestAllowance(t *testing.T) {
	if _, ok, err := wire(t).Allowance(t.Context(), call); ok || err != nil {
		t.Errorf("told %v, error %v", ok, err)
	}
}
