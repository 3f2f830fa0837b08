package grant_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"bellwether/internal/fault"
	"bellwether/internal/grant"
	"bellwether/internal/platform"
	"bellwether/internal/secret"
)

// A grant lasts as long as it can be renewed; without that as long as its token.
func TestWhenAGrantEnds(t *testing.T) {
	access, refresh := begin.Add(time.Hour), begin.AddDate(0, 0, 60)
	for name, tt := range map[string]struct {
		refresh string
		ends    time.Time
	}{"renewable": {"refresh-number-0", refresh}, "not renewable": {"", access}} {
		g := platform.Grant{Refresh: secret.NewText(tt.refresh), ExpiresAt: access, RefreshExpires: refresh, Scopes: []string{"read"}}
		facts := grant.Facts(g)
		record, err := newHouse(t).Seal(t.Context(), "o", "i", g)
		if err != nil || !facts.Ends.Equal(tt.ends) || !record.Ends().Equal(tt.ends) || !slices.Equal(facts.Scopes, []string{"read"}) {
			t.Errorf("%s: %v and %v, error %v", name, facts.Ends, record.Ends(), err)
		}
	}
}

// slow is a platform whose tokens must be renewed days before their end, or can't be renewed at all.
type slow struct {
	*provider
	before    time.Duration
	refreshes bool
}

func (s slow) Info() platform.Info {
	return platform.Info{Platform: "meta", Refreshes: s.refreshes, RenewBefore: s.before}
}

func TestPlatformsRenewInTheirOwnTime(t *testing.T) {
	for name, tt := range map[string]struct {
		slow slow
		left time.Duration
		want string
	}{
		"an hour before, and not yet":  {slow{before: time.Hour, refreshes: true}, 61 * time.Minute, "access-number-0"},
		"an hour before":               {slow{before: time.Hour, refreshes: true}, 60 * time.Minute, "access-number-1"},
		"never, and it ends":           {slow{}, time.Second, "access-number-0"},
		"never, and it has just ended": {slow{}, 0, "access-number-0"}, // the platform refuses it, and that is the end
	} {
		h := newHouse(t)
		tt.slow.provider = h.provider
		h.Connectors = platform.Connectors{"meta": tt.slow}
		h.now = begin.Add(2*time.Hour - tt.left)
		if token, _, err := h.Token(t.Context(), h.account, "me"); err != nil || token.Reveal() != tt.want {
			t.Errorf("%s: %q, error %v", name, token.Reveal(), err)
		}
	}
	h := newHouse(t)
	h.account.Platform = "fax"
	if _, _, err := h.Token(t.Context(), h.account, "me"); !fault.Is(err, fault.Invalid) {
		t.Errorf("a platform without connector: %v", err)
	}
}

// What a failed renewal answers depends on whether the old token still works, and on whether the grant does.
func TestWhatAFailedRenewalAnswers(t *testing.T) {
	for _, tt := range []struct {
		class platform.Class
		left  time.Duration
		token string
	}{
		{platform.ClassTransient, time.Minute, "access-number-0"},
		{platform.ClassTransient, -time.Minute, ""},
		{platform.ClassUnknown, time.Minute, "access-number-0"},
		{platform.ClassAuthScope, time.Minute, ""},
		{platform.ClassAuthRevoked, time.Minute, ""},
	} {
		h := newHouse(t)
		h.now, h.provider.err = begin.Add(2*time.Hour-tt.left), &platform.Error{Platform: "meta", Class: tt.class}
		token, _, err := h.Token(t.Context(), h.account, "me")
		if token.Reveal() != tt.token || (tt.token == "") != platform.Is(err, tt.class) {
			t.Errorf("%s with %v left: %q, error %v", tt.class, tt.left, token.Reveal(), err)
		}
		if r := h.shelf.record; r.Holder != "" || r.Version != 3 || !r.FailedAt.Equal(h.now) {
			t.Errorf("%s: the lease was not given back: %+v", tt.class, r)
		}
	}
}

// leaky is a sealer whose errors would show what they were given, if anybody let them.
type leaky struct{ secret.Sealer }

func (leaky) Open(context.Context, []byte, map[string]string) ([]byte, error) {
	return []byte(`{"a":"access-number-0"`), nil // cut off
}

// A record that can't be read is a failure without the text of it.
func TestUnreadableRecords(t *testing.T) {
	h := newHouse(t)
	h.Sealer = leaky{h.Sealer}
	_, _, err := h.Token(t.Context(), h.account, "me")
	if !fault.Is(err, fault.Permanent) {
		t.Errorf("%v", err)
	}
	for e := err; e != nil; e = errors.Unwrap(e) {
		if strings.Contains(e.Error(), "number-0") {
			t.Errorf("it tells the token: %v", e)
		}
	}
}
