package grant_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"bellwether/internal/fault"
	"bellwether/internal/grant"
	"bellwether/internal/integration"
	"bellwether/internal/platform"
	"bellwether/internal/secret"
	sealer "bellwether/internal/secret/local"
)

var begin = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// shelf keeps one record, under its version.
type shelf struct {
	mu     sync.Mutex
	record grant.Record
	puts   int
	fails  int // so many of the next writes
}

func (s *shelf) Grant(context.Context, string, string) (grant.Record, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.record.Version == 0 {
		return s.record, fault.New(fault.NotFound, "no_grant", "there is none")
	}
	return s.record, nil
}

func (s *shelf) PutGrant(_ context.Context, r grant.Record, before int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.puts++
	if s.fails > 0 && s.puts > 1 { // the first one takes the lease
		s.fails--
		return fault.New(fault.Retryable, "unwell", "the table is unwell")
	}
	if s.record.Version != before {
		return fault.New(fault.Conflict, "changed", "somebody else was first")
	}
	s.record = r
	return nil
}

func (s *shelf) DropGrant(context.Context, string, string) error { return nil }

// provider renews grants: each refresh token works once.
type provider struct {
	platform.Party
	mu        sync.Mutex
	refreshes map[string]int
	n         int
	err       error
}

func (p *provider) Info() platform.Info { return platform.Info{Platform: "meta", Refreshes: true} }

func (p *provider) Refresh(_ context.Context, g platform.Grant) (platform.Grant, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refreshes[g.Refresh.Reveal()]++
	if p.err != nil {
		return platform.Grant{}, p.err
	}
	p.n++
	return platform.Grant{
		Access: secret.NewText(fmt.Sprint("access-number-", p.n)), Refresh: secret.NewText(fmt.Sprint("refresh-number-", p.n)), ExpiresAt: begin.Add(3 * time.Hour),
	}, nil
}

type house struct {
	grant.Keeper
	shelf    *shelf
	provider *provider
	now      time.Time
	account  integration.Integration
}

// newHouse has a grant that ends two hours after the beginning.
func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{shelf: &shelf{}, provider: &provider{refreshes: map[string]int{}}, now: begin, account: integration.Integration{ID: "i", OrgID: "o", Platform: "meta"}}
	s, err := sealer.New(secret.NewText("a key of thirty-two characters, at least"), rand.NewChaCha8([32]byte{1}))
	if err != nil {
		t.Fatal(err)
	}
	h.Keeper = grant.Keeper{Store: h.shelf, Sealer: s, Connectors: platform.Connectors{"meta": h.provider}, Now: func() time.Time { return h.now }}
	h.shelf.record, err = h.Seal(t.Context(), "o", "i", platform.Grant{
		Access: secret.NewText("access-number-0"), Refresh: secret.NewText("refresh-number-0"), ExpiresAt: begin.Add(2 * time.Hour), RefreshExpires: begin.AddDate(1, 0, 0),
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestTokensAreRenewedBeforeTheyEnd(t *testing.T) {
	h := newHouse(t)
	for _, tt := range []struct {
		at   time.Duration
		want string
	}{{0, "access-number-0"}, {104 * time.Minute, "access-number-0"}, {105 * time.Minute, "access-number-1"}, {106 * time.Minute, "access-number-1"}} {
		h.now = begin.Add(tt.at)
		token, _, err := h.Token(t.Context(), h.account, "me")
		if err != nil || token.Reveal() != tt.want {
			t.Errorf("after %v: %q, error %v", tt.at, token.Reveal(), err)
		}
	}
}

// Sixteen at once: one refresh a token version, and everybody has a token that works.
func TestOneRefreshATokenVersion(t *testing.T) {
	h := newHouse(t)
	h.now = begin.Add(110 * time.Minute)
	var wg sync.WaitGroup
	for n := range 16 {
		wg.Go(func() {
			token, _, err := h.Token(context.Background(), h.account, fmt.Sprint("worker ", n))
			if err != nil || token.Reveal() == "" {
				t.Errorf("worker %d: %v", n, err)
			}
		})
	}
	wg.Wait()
	for token, n := range h.provider.refreshes {
		if n != 1 {
			t.Errorf("%s was used %d times", token, n)
		}
	}
	if len(h.provider.refreshes) != 1 {
		t.Errorf("%d refreshes", len(h.provider.refreshes))
	}
}

// After the platform refused a token it is renewed once, whoever else was refused too.
func TestRenew(t *testing.T) {
	h := newHouse(t)
	refused := secret.NewText("access-number-0")
	for range 3 {
		token, _, err := h.Renew(t.Context(), h.account, refused, "me")
		if err != nil || token.Reveal() != "access-number-1" {
			t.Errorf("%q, error %v", token.Reveal(), err)
		}
	}
	if h.provider.refreshes["refresh-number-0"] != 1 {
		t.Errorf("refreshed %v", h.provider.refreshes)
	}
}

// A renewed token that can't be stored must not be used: its refresh token would be lost with it.
func TestARenewedTokenIsStoredBeforeItIsUsed(t *testing.T) {
	h := newHouse(t)
	h.now, h.shelf.fails = begin.Add(119*time.Minute), 100
	if token, _, err := h.Token(t.Context(), h.account, "me"); !fault.Is(err, fault.Retryable) || token.Reveal() != "" {
		t.Errorf("%q, error %v", token.Reveal(), err)
	}
	h = newHouse(t)
	h.now, h.shelf.fails = begin.Add(119*time.Minute), 2 // it is tried hard
	if token, _, err := h.Token(t.Context(), h.account, "me"); err != nil || token.Reveal() != "access-number-1" {
		t.Errorf("%q, error %v", token.Reveal(), err)
	}
}

// While somebody else renews, a token that works is good enough; one that doesn't has to wait. A holder
// that died keeps nobody for longer than a minute.
func TestAnothersLease(t *testing.T) {
	for _, tt := range []struct {
		at, until time.Duration
		token     string
		class     platform.Class
	}{
		{110 * time.Minute, 111 * time.Minute, "access-number-0", ""},
		{121 * time.Minute, 122 * time.Minute, "", platform.ClassRateLimited},
		{121 * time.Minute, 121 * time.Minute, "access-number-1", ""},
	} {
		h := newHouse(t)
		h.now = begin.Add(tt.at)
		h.shelf.record.Holder, h.shelf.record.HeldUntil = "another", begin.Add(tt.until)
		token, _, err := h.Token(t.Context(), h.account, "me")
		if token.Reveal() != tt.token || tt.class == "" && err != nil || tt.class != "" && !platform.Is(err, tt.class) {
			t.Errorf("%+v: %q, error %v", tt, token.Reveal(), err)
		}
	}
}

// A platform that is unwell is left alone for a while, and the old token used on; one that says the
// grant is gone is believed.
func TestFailedRenewals(t *testing.T) {
	h := newHouse(t)
	h.now, h.provider.err = begin.Add(110*time.Minute), &platform.Error{Platform: "meta", Class: platform.ClassTransient}
	for range 5 {
		if token, _, err := h.Token(t.Context(), h.account, "me"); err != nil || token.Reveal() != "access-number-0" {
			t.Errorf("%q, error %v", token.Reveal(), err)
		}
	}
	if n := h.provider.refreshes["refresh-number-0"]; n != 1 {
		t.Errorf("asked %d times at once", n)
	}
	h.now, h.provider.err = h.now.Add(time.Minute), &platform.Error{Platform: "meta", Class: platform.ClassAuthRevoked}
	if token, _, err := h.Token(t.Context(), h.account, "me"); !platform.Is(err, platform.ClassAuthRevoked) || token.Reveal() != "" {
		t.Errorf("%q, error %v", token.Reveal(), err)
	}
	h.shelf.record = grant.Record{}
	if _, _, err := h.Token(t.Context(), h.account, "me"); !platform.Is(err, platform.ClassAuthRevoked) {
		t.Errorf("without a grant: %v", err)
	}
}

// Nothing that is printed, logged or encoded holds a token; and sealed tokens open for their account only.
func TestTokensAreSecret(t *testing.T) {
	h := newHouse(t)
	token, record, err := h.Token(t.Context(), h.account, "me")
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := json.Marshal([]any{record, token})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{fmt.Sprint(token), fmt.Sprintf("%v %+v %#v", record, token, token), string(encoded)} {
		if strings.Contains(text, "number-0") {
			t.Errorf("it tells the token: %s", text)
		}
	}
	other := h.account
	other.ID = "j"
	h.shelf.record.IntegrationID = "j"
	if _, _, err := h.Token(t.Context(), other, "me"); err == nil || strings.Contains(err.Error(), "number-0") {
		t.Errorf("for another account: %v", err)
	}
}
