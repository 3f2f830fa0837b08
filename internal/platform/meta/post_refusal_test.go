package meta_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"bellwether/internal/platform"
)

var waits = http.Header{"X-Business-Use-Case-Usage": {`{"101990000000001":[{"type":"pages","call_count":100,"estimated_time_to_regain_access":7}]}`}}

// tents is a publication that both platforms take, as far as these tests go.
var tents = platform.Publication{
	Text: "Tents & more: 50 % off – 東京 🎉", Link: "https://shop.example/tents?a=1&b=2", Key: "0199a000-0000-7000-8000-000000000001", Began: began,
}

// refusedAt is a refusal of the call that publishes: its class, and whether it may have happened all the same.
type refusedAt struct {
	file   string
	status int
	class  platform.Class
	code   string
	unsure bool
}

func (tt refusedAt) check(t *testing.T, name string, err error) {
	t.Helper()
	got := platform.AsError(err)
	if got.Class != tt.class || got.Code != tt.code || got.Unsure != tt.unsure {
		t.Errorf("%s under %d: %s %q, unsure %v, want %s %q, unsure %v", tt.file, tt.status, got.Class, got.Code, got.Unsure, tt.class, tt.code, tt.unsure)
	}
	if got.Platform != name || got.Op != "publish" || strings.Contains(got.Error(), "test-access") || strings.Contains(got.Error(), "test-page-access") {
		t.Errorf("the error is %v", got)
	}
}

func TestFacebookRefusals(t *testing.T) {
	for _, tt := range []refusedAt{
		{"expired.json", 400, platform.ClassAuthExpired, "190/463", false},
		{"revoked.json", 400, platform.ClassAuthRevoked, "190/458", false},
		{"permission.json", 403, platform.ClassAuthScope, "200", false},
		{"throttled.json", 400, platform.ClassRateLimited, "32", false},
		{"limit.json", 400, platform.ClassRateLimited, "341", false},
		{"blocked.json", 400, platform.ClassBlocked, "368/1390008", false},
		{"duplicate.json", 400, platform.ClassInvalid, "duplicate", false},
		{"invalid.json", 400, platform.ClassInvalid, "100", false},
		{"image.json", 400, platform.ClassInvalid, "324/2069019", false},
		{"not_found.json", 400, platform.ClassNotFound, "100/33", false},
		{"version.json", 400, platform.ClassSunset, "2635", false},
		{"new.json", 400, platform.ClassUnknown, "987654", false},
		{"page.html", 429, platform.ClassTransient, "429", false},
		{"page.html", 400, platform.ClassTransient, "400", false},
		// From here on, nobody can tell.
		{"transient.json", 400, platform.ClassTransient, "2", true},
		{"transient.json", 500, platform.ClassTransient, "2", true},
		{"invalid.json", 500, platform.ClassTransient, "100", true},
		{"page.html", 503, platform.ClassTransient, "503", true},
		{"page.html", 408, platform.ClassTransient, "408", true},
		{"page.html", 302, platform.ClassTransient, "302", true},
		{"page.html", 200, platform.ClassTransient, "malformed", true},
		{"empty.json", 200, platform.ClassTransient, "malformed", true},
		{"invalid.json", 200, platform.ClassInvalid, "100", true},
		{"../" + lost, 200, platform.ClassTransient, "", true},
	} {
		answer := said{request: "facebook/publish", answer: "facebook/errors/" + tt.file, status: tt.status}
		if strings.HasSuffix(tt.file, lost) {
			answer.answer = lost
		}
		_, err := facebook(t, graph(t, asPage, answer)).Publish(t.Context(), on(pageID), tents, platform.Prepared{})
		tt.check(t, "facebook", err)
	}
}

func TestInstagramRefusals(t *testing.T) {
	p := platform.Publication{Text: "Tents", Media: []platform.Medium{tent}, Began: began}
	for _, tt := range []refusedAt{
		{"blocked.json", 400, platform.ClassBlocked, "4/2207051", false},
		{"quota.json", 400, platform.ClassQuota, "9/2207042", false},
		{"restricted.json", 400, platform.ClassSuspended, "25/2207050", false},
		{"throttled.json", 400, platform.ClassRateLimited, "80002", false},
		{"no_media.json", 400, platform.ClassNotFound, "24/2207006", false},
		{"image.json", 400, platform.ClassInvalid, "36001/2207005", false},
		{"size.json", 400, platform.ClassInvalid, "36000/2207004", false},
		{"ratio.json", 400, platform.ClassInvalid, "36003/2207009", false},
		{"caption.json", 400, platform.ClassInvalid, "36004/2207010", false},
		{"uri.json", 400, platform.ClassInvalid, "9004/2207052", false},
		{"carousel.json", 400, platform.ClassInvalid, "100/2207028", false},
		{"not_ready.json", 400, platform.ClassTransient, "9007/2207027", false},
		{"expired_media.json", 400, platform.ClassTransient, "-2/2207020", false},
		{"download.json", 400, platform.ClassTransient, "-2/2207003", false},
		// From here on, nobody can tell.
		{"server.json", 400, platform.ClassTransient, "-1/2207001", true},
		{"create.json", 400, platform.ClassTransient, "-1/2207032", true},
		{"container.json", 400, platform.ClassTransient, "24/2207008", true},
		{"blocked.json", 500, platform.ClassBlocked, "4/2207051", true},
		{"../../facebook/errors/page.html", 502, platform.ClassTransient, "502", true},
		{"../../facebook/errors/empty.json", 200, platform.ClassTransient, "malformed", true},
		{"../" + lost, 200, platform.ClassTransient, "", true},
	} {
		answer := said{request: "instagram/publish", answer: "instagram/errors/" + tt.file, status: tt.status}
		if strings.HasSuffix(tt.file, lost) {
			answer.answer = lost
		}
		_, err := instagram(t, graph(t, answer)).Publish(t.Context(), on(accountID), p, made)
		tt.check(t, "instagram", err)
	}
}

// TestNothingVisible: a failure of any call but the one that publishes leaves no doubt.
func TestNothingVisible(t *testing.T) {
	withTent := platform.Publication{Media: []platform.Medium{tent}, Began: began}
	for _, bad := range []said{
		{answer: "facebook/errors/page.html", status: 503}, {answer: "facebook/errors/transient.json", status: 500},
		{answer: "facebook/errors/page.html"}, {answer: lost},
	} {
		at := func(request string) said { bad.request = request; return bad }
		ctx := t.Context()
		_, token := facebook(t, graph(t, at("facebook/page"))).Publish(ctx, on(pageID), tents, platform.Prepared{})
		_, photo := facebook(t, graph(t, asPage, at("facebook/photo"))).Prepare(ctx, on(pageID), withTent)
		_, find := facebook(t, graph(t, asPage, at("facebook/find"))).Find(ctx, on(pageID), tents, platform.Prepared{})
		_, child := instagram(t, graph(t, at("instagram/child"))).Prepare(ctx, on(accountID), platform.Publication{Media: []platform.Medium{tent, lake}})
		_, ready := instagram(t, graph(t, at("instagram/ready"))).Ready(ctx, on(accountID), made)
		_, state := instagram(t, graph(t, at("instagram/find_container"))).Find(ctx, on(accountID), withTent, made)
		_, _, left := instagram(t, graph(t, at("instagram/allowance"))).Allowance(ctx, on(accountID))
		for n, err := range []error{token, photo, find, child, ready, state, left} {
			if got := platform.AsError(err); got.Class != platform.ClassTransient || got.Unsure {
				t.Errorf("call %d, %s under %d: error %v, unsure %v", n, bad.answer, bad.status, err, got.Unsure)
			}
		}
	}
}

// TestUndated: a post whose time can't be read is not taken for another one.
func TestUndated(t *testing.T) {
	_, onPage := facebook(t, graph(t, asPage, said{request: "facebook/find", answer: "facebook/find_undated.response.json"})).
		Find(t.Context(), on(pageID), platform.Publication{Text: "Two tents", Began: began}, platform.Prepared{})
	_, onAccount := instagram(t, graph(t,
		said{request: "instagram/find_container", answer: "instagram/find_container.response.json"},
		said{request: "instagram/find", answer: "instagram/find_undated.response.json"},
	)).Find(t.Context(), on(accountID), platform.Publication{Text: "Two tents", Media: []platform.Medium{tent}, Began: began}, made)
	for _, err := range []error{onPage, onAccount} {
		if got := platform.AsError(err); got.Class != platform.ClassTransient || got.Code != "malformed" || got.Unsure {
			t.Errorf("error %v, unsure %v", err, got.Unsure)
		}
	}
}

// TestWaits: Meta tells minutes beside the usage.
func TestWaits(t *testing.T) {
	f := facebook(t, graph(t, asPage, said{request: "facebook/publish", answer: "facebook/errors/throttled.json", status: 400, header: waits}))
	_, err := f.Publish(t.Context(), on(pageID), tents, platform.Prepared{})
	if got := platform.AsError(err); got.RetryAfter != 7*time.Minute {
		t.Errorf("after %v, error %v", got.RetryAfter, err)
	}
}

// TestUnreached: what was never sent can't have happened.
func TestUnreached(t *testing.T) {
	_, err := instagram(t, "http://127.0.0.1:1").Publish(t.Context(), on(accountID), platform.Publication{Media: []platform.Medium{tent}}, made)
	if got := platform.AsError(err); got.Class != platform.ClassTransient || got.Unsure {
		t.Errorf("error %v, unsure %v", err, got.Unsure)
	}
}

// TestForeignIDs: nothing that isn't a number reaches an address.
func TestForeignIDs(t *testing.T) {
	ctx, p := t.Context(), platform.Publication{Media: []platform.Medium{tent}, Began: began}
	for _, id := range []string{"", "1/../2", "1?fields=x", "me", "..", strings.Repeat("1", 51)} {
		f, i := facebook(t, graph(t)), instagram(t, graph(t))
		_, onPage := f.Publish(ctx, on(id), tents, platform.Prepared{})
		_, found := f.Find(ctx, on(id), tents, platform.Prepared{})
		_, media := i.Prepare(ctx, on(id), p)
		_, onAccount := i.Publish(ctx, on(id), p, made)
		_, ready := i.Ready(ctx, on(accountID), platform.Prepared{IDs: []string{id}})
		_, state := i.Find(ctx, on(accountID), p, platform.Prepared{IDs: []string{id}})
		_, listed := i.Find(ctx, on(id), p, platform.Prepared{})
		_, _, left := i.Allowance(ctx, on(id))
		for n, err := range []error{onPage, found, media, onAccount, ready, state, listed, left} {
			if got := platform.AsError(err); got.Class != platform.ClassInvalid || got.Unsure {
				t.Errorf("%q, call %d: error %v, unsure %v", id, n, err, got.Unsure)
			}
		}
	}
}
