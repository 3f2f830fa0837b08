package platform_test

import (
	"testing"

	"bellwether/internal/fault"
	"bellwether/internal/platform"
)

func TestRuns(t *testing.T) {
	tests := map[platform.Status]bool{
		platform.StatusActive: true, platform.StatusPending: true, platform.StatusError: true,
		platform.StatusDraft: false, platform.StatusPaused: false, platform.StatusCompleted: false, platform.StatusArchived: false,
		platform.StatusDeleted: false, platform.StatusUnknown: false, "": false,
	}
	for s, want := range tests {
		if s.Runs() != want {
			t.Errorf("%q runs: %v", s, s.Runs())
		}
	}
}

func TestRefused(t *testing.T) {
	tests := map[int]bool{200: false, 302: false, 400: true, 401: true, 404: true, 408: false, 409: true, 429: true, 499: true, 500: false, 502: false, 504: false}
	for status, want := range tests {
		if platform.Refused(status) != want {
			t.Errorf("%d: %v", status, platform.Refused(status))
		}
	}
}

// ads and posts are connectors of which only the kind matters.
type (
	ads   struct{ platform.Connector }
	posts struct{ platform.Publisher }
)

func TestConnectors(t *testing.T) {
	all := platform.Connectors{platform.Meta: ads{}, platform.Facebook: posts{}}
	tests := []struct {
		name             string
		party, ads, post bool
	}{
		{platform.Meta, true, true, false},
		{platform.Facebook, true, false, true},
		{platform.Google, false, false, false},
		{"", false, false, false},
	}
	for _, tt := range tests {
		party, err := all.For(tt.name)
		connector, adsErr := all.Ads(tt.name)
		publisher, postErr := all.Publisher(tt.name)
		if (party != nil) != tt.party || (connector != nil) != tt.ads || (publisher != nil) != tt.post {
			t.Errorf("%q: %v, %v, %v", tt.name, party, connector, publisher)
		}
		for _, e := range []error{err, adsErr, postErr} {
			if e != nil && !fault.Is(e, fault.Invalid) {
				t.Errorf("%q: error %v", tt.name, e)
			}
		}
		if (err == nil) != tt.party || (adsErr == nil) != tt.ads || (postErr == nil) != tt.post {
			t.Errorf("%q: errors %v, %v, %v", tt.name, err, adsErr, postErr)
		}
	}
	for name, want := range map[string]bool{"facebook": true, "instagram": true, "linkedin_page": true, "x": true, "mastodon": true, "bluesky": true, "meta": false, "linkedin": false, "": false} {
		if platform.Posts(name) != want {
			t.Errorf("%q takes posts: %v", name, !want)
		}
	}
}
